"""pyarrow's S3FileSystem, which is the SDK for C++."""

from __future__ import annotations

import harness
import s3_calls
from pyarrow import fs

NONE = "writes have no conditions"
WITHOUT = {
    **dict.fromkeys(("create", "create-refused", "swap", "swap-refused", "multipart", "counter"), NONE),
    "not-modified": "reads have no conditions",
    "versions": "it knows no versions",
    "presigned": "it signs no URLs",
    "checksum": "no checksum that the caller has",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        options = {"tls_ca_file_path": cell.certificate} if cell.certificate else {}
        self.fs = fs.S3FileSystem(
            access_key=harness.ACCESS_KEY,
            secret_key=harness.SECRET_KEY,
            region=harness.REGION,
            endpoint_override=cell.host,
            scheme="https" if cell.tls else "http",
            force_virtual_addressing=cell.virtual,
            **options,
        )
        self.bucket = cell.place

    def put(self, key: str, body: bytes) -> None:
        with self.fs.open_output_stream(f"{self.bucket}/{key}") as stream:
            stream.write(body)

    def read(self, key: str) -> tuple[bytes, str]:
        with self.fs.open_input_file(f"{self.bucket}/{key}") as file:
            return file.read(), ""

    def copy(self, source: str, target: str) -> None:
        self.fs.copy_file(f"{self.bucket}/{source}", f"{self.bucket}/{target}")

    def list(self, prefix: str) -> list[str]:
        chosen = fs.FileSelector(f"{self.bucket}/{prefix}".rstrip("/"), recursive=True)
        return [info.path.partition("/")[2] for info in self.fs.get_file_info(chosen) if info.is_file]

    def delete(self, key: str) -> None:
        self.fs.delete_file(f"{self.bucket}/{key}")


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
