"""s5cmd: its command line."""

from __future__ import annotations

import json
import subprocess

import harness
import s3_calls

WITHOUT = {
    **dict.fromkeys(
        ("create", "create-refused", "swap", "swap-refused", "multipart", "counter"),
        "writes have no conditions; `--no-clobber` looks whether an object is there",
    ),
    "not-modified": "reads have no conditions",
    "presigned": "`presign` signs reads",
    "checksum": "no checksum that the caller has",
    "virtual": "the bucket is in the host's name at Amazon's own endpoints, and at Google's",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.endpoint = cell.endpoint
        self.bucket = f"s3://{cell.place}"

    def run(self, *words: str, body: bytes = b"") -> bytes:
        command = ["s5cmd", "--endpoint-url", self.endpoint, *words]
        done = subprocess.run(command, input=body, capture_output=True, check=False)
        if done.returncode:
            raise OSError(done.stderr.decode()[-300:])
        return done.stdout

    def put(self, key: str, body: bytes) -> None:
        self.run("pipe", f"{self.bucket}/{key}", body=body)

    def read(self, key: str) -> tuple[bytes, str]:
        return self.run("cat", f"{self.bucket}/{key}"), ""

    def copy(self, source: str, target: str) -> None:
        self.run("cp", f"{self.bucket}/{source}", f"{self.bucket}/{target}")

    def list(self, prefix: str) -> list[str]:
        lines = self.run("--json", "ls", f"{self.bucket}/{prefix}*").splitlines()
        return [json.loads(line)["key"].removeprefix(f"{self.bucket}/") for line in lines]

    def delete(self, key: str) -> None:
        self.run("rm", f"{self.bucket}/{key}")

    def versions(self, key: str) -> list[bytes]:
        """A version's id is the last word of its line; the lines of JSON have none."""
        lines = self.run("ls", "--all-versions", f"{self.bucket}/{key}").decode().splitlines()
        return [self.run("cat", "--version-id", line.split()[-1], f"{self.bucket}/{key}") for line in lines]


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
