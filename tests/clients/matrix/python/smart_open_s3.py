"""smart_open: files over boto3, with further members of its calls in client_kwargs."""

from __future__ import annotations

import boto3
import harness
import s3_calls
import smart_open
from botocore.config import Config
from botocore.exceptions import ClientError

WITHOUT = {
    "not-modified": "reads have no conditions",
    "copy": "it opens files and nothing else",
    "list": "it opens files, and iterates over buckets only to read them",
    "delete": "it opens files and nothing else",
    "versions": "it reads a version, but lists none",
    "presigned": "it signs no URLs",
    "checksum": "it opens files and nothing else",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.s3 = boto3.client(
            "s3",
            endpoint_url=cell.endpoint,
            region_name=harness.REGION,
            verify=cell.certificate,
            config=Config(s3={"addressing_style": cell.style}),
        )
        self.bucket = cell.place

    def refused(self, error: Exception) -> bool:
        codes = ("PreconditionFailed", "ConditionalRequestConflict")
        told: BaseException | None = error
        while told is not None and not isinstance(told, ClientError):
            told = told.__cause__ or told.__context__
        return isinstance(told, ClientError) and told.response["Error"]["Code"] in codes

    def write(self, key: str, body: bytes, parts: bool = False, **members: str) -> None:
        call = "S3.Client.complete_multipart_upload" if parts else "S3.Client.put_object"
        params = {"client": self.s3, "multipart_upload": parts, "client_kwargs": {call: members}}
        with smart_open.open(f"s3://{self.bucket}/{key}", "wb", transport_params=params) as file:
            file.write(body)

    def put(self, key: str, body: bytes) -> None:
        self.write(key, body)

    def create(self, key: str, body: bytes) -> None:
        self.write(key, body, IfNoneMatch="*")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.write(key, body, IfMatch=etag)

    def parts(self, key: str, bodies: list[bytes]) -> None:
        self.write(key, b"".join(bodies), parts=True, IfNoneMatch="*")

    def read(self, key: str) -> tuple[bytes, str]:
        """The ETag by the client that it is given, and first."""
        etag = self.s3.head_object(Bucket=self.bucket, Key=key)["ETag"]
        with smart_open.open(f"s3://{self.bucket}/{key}", "rb", transport_params={"client": self.s3}) as file:
            return file.read(), etag


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
