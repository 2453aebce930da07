"""s3fs: files of fsspec. Mode "xb" is If-None-Match: *."""

from __future__ import annotations

import base64

import harness
import s3_calls
import s3fs
from botocore.exceptions import ClientError

WITHOUT = {"not-modified": "cat_file has no conditions"}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.fs = s3fs.S3FileSystem(
            endpoint_url=cell.endpoint, client_kwargs={"region_name": harness.REGION, "verify": cell.certificate},
            config_kwargs={"s3": {"addressing_style": cell.style}}, version_aware=cell.call == "versions",
            skip_instance_cache=True, use_listings_cache=False,
        )  # fmt: skip
        self.bucket = cell.place

    def refused(self, error: Exception) -> bool:
        """FileExistsError for mode "create"; for If-Match any other OSError, so that only its cause tells."""
        cause = error.__cause__
        code = cause.response["Error"]["Code"] if isinstance(cause, ClientError) else ""
        return isinstance(error, FileExistsError) or code == "PreconditionFailed"

    def put(self, key: str, body: bytes) -> None:
        self.fs.pipe_file(f"{self.bucket}/{key}", body)

    def create(self, key: str, body: bytes) -> None:
        self.fs.pipe_file(f"{self.bucket}/{key}", body, mode="create")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.fs.pipe_file(f"{self.bucket}/{key}", body, IfMatch=etag)  # handed on to PutObject

    def presign(self, key: str) -> tuple[str, dict[str, str]]:
        url = self.fs.url(f"{self.bucket}/{key}", client_method="put_object", IfNoneMatch="*")
        return str(url), {"If-None-Match": "*"}

    def checked(self, key: str, body: bytes, sha256: bytes) -> None:
        self.fs.pipe_file(f"{self.bucket}/{key}", body, ChecksumSHA256=base64.b64encode(sha256).decode())

    def read(self, key: str) -> tuple[bytes, str]:
        """The ETag first: what is read after it can only be newer, and the swap is refused then."""
        etag = self.fs.info(f"{self.bucket}/{key}", refresh=True)["ETag"]
        return self.fs.cat_file(f"{self.bucket}/{key}"), etag

    def parts(self, key: str, bodies: list[bytes]) -> None:
        with self.fs.open(f"{self.bucket}/{key}", "xb", block_size=5 * 1024 * 1024) as file:
            for body in bodies:
                file.write(body)

    def copy(self, source: str, target: str) -> None:
        self.fs.cp_file(f"{self.bucket}/{source}", f"{self.bucket}/{target}")

    def list(self, prefix: str) -> list[str]:
        return [name.partition("/")[2] for name in self.fs.find(f"{self.bucket}/{prefix}")]

    def delete(self, key: str) -> None:
        self.fs.rm_file(f"{self.bucket}/{key}")

    def versions(self, key: str) -> list[bytes]:
        path = f"{self.bucket}/{key}"
        return [self.fs.cat_file(path, version_id=entry["VersionId"]) for entry in self.fs.object_version_info(path)]


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
