"""aiobotocore: botocore's calls as coroutines. Each client of the harness has an event loop of its own."""

from __future__ import annotations

import asyncio
import base64
from contextlib import AsyncExitStack
from typing import Any

import harness
import s3_calls
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.runner = asyncio.Runner()
        made = get_session().create_client(
            "s3", endpoint_url=cell.endpoint, region_name=harness.REGION, verify=cell.certificate,
            config=AioConfig(s3={"addressing_style": cell.style}),
        )  # fmt: skip
        self.s3 = self.runner.run(AsyncExitStack().enter_async_context(made))
        self.at = {"Bucket": cell.place}

    def call(self, operation: Any, **members: Any) -> Any:
        async def sent() -> Any:
            answer = await operation(**self.at, **members)
            if "Body" in answer:
                answer["Body"] = await answer["Body"].read()
            return answer

        return self.runner.run(sent())

    def refused(self, error: Exception) -> bool:
        return isinstance(error, ClientError) and error.response["Error"]["Code"] in (
            "PreconditionFailed", "ConditionalRequestConflict")  # fmt: skip

    def put(self, key: str, body: bytes) -> None:
        self.call(self.s3.put_object, Key=key, Body=body)

    def create(self, key: str, body: bytes) -> None:
        self.call(self.s3.put_object, Key=key, Body=body, IfNoneMatch="*")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.call(self.s3.put_object, Key=key, Body=body, IfMatch=etag)

    def read(self, key: str) -> tuple[bytes, str]:
        got = self.call(self.s3.get_object, Key=key)
        return got["Body"], got["ETag"]

    def unless(self, key: str, etag: str) -> bool:
        try:
            self.call(self.s3.get_object, Key=key, IfNoneMatch=etag)
        except ClientError as error:
            return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 304)
        return False

    def parts(self, key: str, bodies: list[bytes]) -> None:
        at = {"Key": key, "UploadId": self.call(self.s3.create_multipart_upload, Key=key)["UploadId"]}
        sent = [
            {"PartNumber": number, "ETag": self.call(self.s3.upload_part, **at, PartNumber=number, Body=body)["ETag"]}
            for number, body in enumerate(bodies, 1)
        ]
        self.call(self.s3.complete_multipart_upload, **at, MultipartUpload={"Parts": sent}, IfNoneMatch="*")

    def copy(self, source: str, target: str) -> None:
        self.call(self.s3.copy_object, Key=target, CopySource={**self.at, "Key": source})

    def list(self, prefix: str) -> list[str]:
        return [entry["Key"] for entry in self.call(self.s3.list_objects_v2, Prefix=prefix).get("Contents", [])]

    def delete(self, key: str) -> None:
        self.call(self.s3.delete_object, Key=key)

    def versions(self, key: str) -> list[bytes]:
        listed = self.call(self.s3.list_object_versions, Prefix=key)["Versions"]
        return [self.call(self.s3.get_object, Key=key, VersionId=entry["VersionId"])["Body"] for entry in listed]

    def presign(self, key: str) -> tuple[str, dict[str, str]]:
        made = self.s3.generate_presigned_url("put_object", {**self.at, "Key": key, "IfNoneMatch": "*"})
        return self.runner.run(made), {"If-None-Match": "*"}

    def checked(self, key: str, body: bytes, sha256: bytes) -> None:
        self.call(self.s3.put_object, Key=key, Body=body, ChecksumSHA256=base64.b64encode(sha256).decode())


if __name__ == "__main__":
    s3_calls.main(Client)
