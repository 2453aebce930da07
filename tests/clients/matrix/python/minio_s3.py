"""minio's client for Python."""

from __future__ import annotations

import base64
import io

import harness
import minio
import s3_calls
import urllib3
from minio.error import S3Error, ServerError

WITHOUT = {
    "create": "put_object takes no conditions",
    "create-refused": "put_object takes no conditions",
    "swap": "put_object takes no conditions",
    "swap-refused": "put_object takes no conditions",
    "counter": "put_object takes no conditions",
    "multipart": "complete_multipart_upload is private and takes no conditions",
    "presigned": "presigned_put_object signs no further headers",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        pool = urllib3.PoolManager(ca_certs=cell.certificate) if cell.certificate else None
        self.client = minio.Minio(
            cell.host, harness.ACCESS_KEY, harness.SECRET_KEY, secure=cell.tls, region=harness.REGION, http_client=pool
        )
        if cell.virtual:
            self.client.enable_virtual_style_endpoint()
        self.bucket = cell.place

    def refused(self, error: Exception) -> bool:
        return isinstance(error, S3Error) and error.code == "PreconditionFailed"

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(self.bucket, key, io.BytesIO(body), len(body))

    def read(self, key: str) -> tuple[bytes, str]:
        answer = self.client.get_object(self.bucket, key)
        try:
            return answer.read(), answer.headers["ETag"]
        finally:
            answer.close()

    def unless(self, key: str, etag: str) -> bool:
        try:
            self.client.get_object(self.bucket, key, request_headers={"If-None-Match": etag})
        except ServerError as error:  # it takes every answer without a body of XML for the server's fault
            return error.status_code == 304
        return False

    def checked(self, key: str, body: bytes, sha256: bytes) -> None:
        told = {"x-amz-checksum-sha256": base64.b64encode(sha256).decode()}  # what begins so is sent as it is
        self.client.put_object(self.bucket, key, io.BytesIO(body), len(body), metadata=told)

    def copy(self, source: str, target: str) -> None:
        self.client.copy_object(self.bucket, target, minio.commonconfig.CopySource(self.bucket, source))

    def list(self, prefix: str) -> list[str]:
        return [str(entry.object_name) for entry in self.client.list_objects(self.bucket, prefix, recursive=True)]

    def delete(self, key: str) -> None:
        self.client.remove_object(self.bucket, key)

    def versions(self, key: str) -> list[bytes]:
        listed = self.client.list_objects(self.bucket, key, include_version=True)
        return [self.client.get_object(self.bucket, key, version_id=entry.version_id).read() for entry in listed]


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
