"""django-storages: Django's files, by boto3."""

from __future__ import annotations

import django
import harness
import s3_calls
from django.conf import settings
from django.core.files.base import ContentFile

settings.configure()
django.setup()

from storages.backends.s3 import S3Storage  # noqa: E402  - Django has to be set up before

NONE = "a write's parameters reach upload_fileobj, which takes no conditions; exists() is asked instead"
WITHOUT = {
    **dict.fromkeys(("create", "create-refused", "swap", "swap-refused", "multipart", "counter"), NONE),
    "not-modified": "reads have no conditions",
    "copy": "a storage copies nothing",
    "versions": "it knows no versions",
    "presigned": "url() signs reads",
    "checksum": "no checksum that the caller has",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.storage = S3Storage(
            bucket_name=cell.place,
            endpoint_url=cell.endpoint,
            region_name=harness.REGION,
            verify=cell.certificate,
            addressing_style=cell.style,
            file_overwrite=True,
        )

    def put(self, key: str, body: bytes) -> None:
        self.storage.save(key, ContentFile(body))

    def read(self, key: str) -> tuple[bytes, str]:
        with self.storage.open(key, "rb") as file:
            return file.read(), ""

    def list(self, prefix: str) -> list[str]:
        return [prefix + name for name in self.storage.listdir(prefix)[1]]

    def delete(self, key: str) -> None:
        self.storage.delete(key)


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
