"""boto3. With `MATRIX_VARIANT=crt` its transfers go through awscrt."""

from __future__ import annotations

import base64
import io
import os

import boto3
import harness
import s3_calls
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

CRT = os.environ.get("MATRIX_VARIANT") == "crt"


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.s3 = boto3.client(
            "s3", endpoint_url=cell.endpoint, region_name=harness.REGION, verify=cell.certificate,
            config=Config(s3={"addressing_style": cell.style}),
        )  # fmt: skip
        self.at = {"Bucket": cell.place}

    def refused(self, error: Exception) -> bool:
        return isinstance(error, ClientError) and error.response["Error"]["Code"] in (
            "PreconditionFailed", "ConditionalRequestConflict")  # fmt: skip

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(**self.at, Key=key, Body=body)

    def put_large(self, key: str, body: bytes) -> None:
        self.s3.upload_fileobj(
            io.BytesIO(body),
            self.at["Bucket"],
            key,
            Config=TransferConfig(preferred_transfer_client="auto" if CRT else "classic"),
        )

    def create(self, key: str, body: bytes) -> None:
        self.s3.put_object(**self.at, Key=key, Body=body, IfNoneMatch="*")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.s3.put_object(**self.at, Key=key, Body=body, IfMatch=etag)

    def read(self, key: str) -> tuple[bytes, str]:
        got = self.s3.get_object(**self.at, Key=key)
        return got["Body"].read(), got["ETag"]

    def unless(self, key: str, etag: str) -> bool:
        try:
            self.s3.get_object(**self.at, Key=key, IfNoneMatch=etag)
        except ClientError as error:
            return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 304)
        return False

    def parts(self, key: str, bodies: list[bytes]) -> None:
        at = {**self.at, "Key": key, "UploadId": self.s3.create_multipart_upload(**self.at, Key=key)["UploadId"]}
        sent = [
            {"PartNumber": number, "ETag": self.s3.upload_part(**at, PartNumber=number, Body=body)["ETag"]}
            for number, body in enumerate(bodies, 1)
        ]
        self.s3.complete_multipart_upload(**at, MultipartUpload={"Parts": sent}, IfNoneMatch="*")

    def copy(self, source: str, target: str) -> None:
        self.s3.copy_object(**self.at, Key=target, CopySource={**self.at, "Key": source})

    def list(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(**self.at, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def delete(self, key: str) -> None:
        self.s3.delete_object(**self.at, Key=key)

    def versions(self, key: str) -> list[bytes]:
        listed = self.s3.list_object_versions(**self.at, Prefix=key)["Versions"]
        return [self.s3.get_object(**self.at, Key=key, VersionId=entry["VersionId"])["Body"].read() for entry in listed]

    def presign(self, key: str) -> tuple[str, dict[str, str]]:
        url = self.s3.generate_presigned_url("put_object", {**self.at, "Key": key, "IfNoneMatch": "*"})
        return url, {"If-None-Match": "*"}

    def checked(self, key: str, body: bytes, sha256: bytes) -> None:
        self.s3.put_object(**self.at, Key=key, Body=body, ChecksumSHA256=base64.b64encode(sha256).decode())


if __name__ == "__main__":
    s3_calls.main(Client)
