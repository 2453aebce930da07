"""mlflow's artifacts on S3: files that are logged, listed, downloaded and deleted. Address and style are variables."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import harness
import s3_calls
from mlflow.store.artifact.s3_artifact_repo import S3ArtifactRepository

WITHOUT = {
    **dict.fromkeys(
        ("create", "create-refused", "swap", "swap-refused", "counter"),
        "log_artifact takes no conditions, and MLFLOW_S3_UPLOAD_EXTRA_ARGS no more than boto3's upload_file, which takes none",
    ),
    "not-modified": "reads have no conditions",
    "multipart": "complete_multipart_upload takes no conditions",
    "copy": "a repository copies nothing",
    "versions": "it knows no versions",
    "presigned": "create_presigned_upload_url leaves a condition out of the headers that are to be sent, and warns",
    "checksum": "MLFLOW_S3_UPLOAD_EXTRA_ARGS are one for all uploads, so that no checksum of a body can be among them",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        os.environ["MLFLOW_S3_ENDPOINT_URL"] = cell.endpoint
        os.environ["MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE"] = cell.style
        self.artifacts = S3ArtifactRepository(f"s3://{cell.place}/run/artifacts")

    def put(self, key: str, body: bytes) -> None:
        folder, _, name = key.rpartition("/")
        with tempfile.TemporaryDirectory() as here:
            file = Path(here) / name
            file.write_bytes(body)
            self.artifacts.log_artifact(str(file), folder or None)

    def read(self, key: str) -> tuple[bytes, str]:
        with tempfile.TemporaryDirectory() as here:
            return Path(self.artifacts.download_artifacts(key, here)).read_bytes(), ""

    def list(self, prefix: str) -> list[str]:
        return [info.path for info in self.artifacts.list_artifacts(prefix.rstrip("/") or None)]

    def delete(self, key: str) -> None:
        self.artifacts.delete_artifacts(key)


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
