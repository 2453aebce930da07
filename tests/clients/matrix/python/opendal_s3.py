"""opendal's Operator."""

from __future__ import annotations

import harness
import opendal
import s3_calls
from opendal.exceptions import AlreadyExists, ConditionNotMatch

WITHOUT = {
    "presigned": "presign_write of the Python binding takes no conditions",
    "checksum": "it computes checksums itself (checksum_algorithm)",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        options = {"enable_virtual_host_style": "true"} if cell.virtual else {}
        self.operator = opendal.Operator(
            "s3",
            bucket=cell.place,
            endpoint=cell.endpoint,
            region=harness.REGION,
            access_key_id=harness.ACCESS_KEY,
            secret_access_key=harness.SECRET_KEY,
            enable_versioning=str(cell.call == "versions").lower(),
            **options,
        )

    def refused(self, error: Exception) -> bool:
        return isinstance(error, AlreadyExists | ConditionNotMatch)

    def put(self, key: str, body: bytes) -> None:
        self.operator.write(key, body)

    def create(self, key: str, body: bytes) -> None:
        self.operator.write(key, body, if_not_exists=True)

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.operator.write(key, body, if_match=etag)

    def read(self, key: str) -> tuple[bytes, str]:
        """The ETag first: what is read after it can only be newer, and the swap is refused then."""
        etag = self.operator.stat(key).etag
        return bytes(self.operator.read(key)), str(etag)

    def unless(self, key: str, etag: str) -> bool:
        try:
            self.operator.read(key, if_none_match=etag)
        except ConditionNotMatch:
            return True
        return False

    def parts(self, key: str, bodies: list[bytes]) -> None:
        self.operator.write(key, b"".join(bodies), if_not_exists=True, chunk=len(bodies[0]))

    def copy(self, source: str, target: str) -> None:
        self.operator.copy(source, target)

    def list(self, prefix: str) -> list[str]:
        return [entry.path for entry in self.operator.list(prefix, recursive=True) if not entry.path.endswith("/")]

    def delete(self, key: str) -> None:
        self.operator.delete(key)

    def versions(self, key: str) -> list[bytes]:
        listed = [entry.metadata.version for entry in self.operator.list(key, versions=True)]
        return [bytes(self.operator.read(key, version=version)) for version in listed]


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
