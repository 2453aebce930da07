"""obstore, which is Rust's object_store: its modes are conditional writes."""

from __future__ import annotations

from pathlib import Path

import harness
import obstore
import s3_calls
from obstore.exceptions import AlreadyExistsError, NotModifiedError, PreconditionError
from obstore.store import S3Store

WITHOUT = {
    "multipart": "an upload in parts takes no mode",
    "versions": "it reads a version, but lists none",
    "presigned": "sign() signs no headers",
    "checksum": "it computes SHA-256 itself (checksum_algorithm)",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        options: dict[str, object] = {"allow_http": True}
        if cell.certificate:
            options["root_certificate"] = Path(cell.certificate).read_bytes()
        endpoint = cell.endpoint.replace("//", f"//{cell.place}.") if cell.virtual else cell.endpoint
        self.store = S3Store(
            cell.place, endpoint=endpoint, access_key_id=harness.ACCESS_KEY, secret_access_key=harness.SECRET_KEY,
            region=harness.REGION, virtual_hosted_style_request=cell.virtual, client_options=options,
        )  # fmt: skip

    def refused(self, error: Exception) -> bool:
        return isinstance(error, AlreadyExistsError | PreconditionError)

    def put(self, key: str, body: bytes) -> None:
        obstore.put(self.store, key, body, use_multipart=False)

    def put_large(self, key: str, body: bytes) -> None:
        obstore.put(self.store, key, body)

    def create(self, key: str, body: bytes) -> None:
        obstore.put(self.store, key, body, mode="create")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        obstore.put(self.store, key, body, mode={"e_tag": etag})

    def read(self, key: str) -> tuple[bytes, str]:
        got = obstore.get(self.store, key)
        return bytes(got.bytes()), str(got.meta["e_tag"])

    def unless(self, key: str, etag: str) -> bool:
        try:
            obstore.get(self.store, key, options={"if_none_match": etag})
        except NotModifiedError:
            return True
        return False

    def copy(self, source: str, target: str) -> None:
        obstore.copy(self.store, source, target, overwrite=True)

    def list(self, prefix: str) -> list[str]:
        return [entry["path"] for entry in obstore.list(self.store, prefix.rstrip("/") or None).collect()]

    def delete(self, key: str) -> None:
        obstore.delete(self.store, key)


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
