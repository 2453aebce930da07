"""rclone: its command line. `--header-upload` sets If-Match and If-None-Match of what it writes, in one part or several."""

from __future__ import annotations

import os
import subprocess

import harness
import s3_calls

WITHOUT = {
    "presigned": "`link` signs reads",
    "checksum": "`--header-upload` takes no checksum",
}


class Refused(Exception):
    """By a condition: its log says PreconditionFailed, NotModified or ConditionalRequestConflict."""


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.bucket = f":s3:{cell.place}"
        self.environment = {
            **os.environ, "RCLONE_CONFIG": "/dev/null", "RCLONE_S3_PROVIDER": "Other", "RCLONE_S3_ENDPOINT": cell.endpoint,
            "RCLONE_S3_REGION": harness.REGION, "RCLONE_S3_ENV_AUTH": "true",
            "RCLONE_S3_FORCE_PATH_STYLE": "false" if cell.virtual else "true", "RCLONE_S3_CHUNK_SIZE": "5Mi",
            "RCLONE_RETRIES": "1",
        }  # fmt: skip
        if cell.certificate:
            self.environment["RCLONE_CA_CERT"] = cell.certificate

    def run(self, *words: str, body: bytes = b"") -> bytes:
        done = subprocess.run(["rclone", *words], input=body, env=self.environment, capture_output=True, check=False)
        said = done.stderr.decode()
        if done.returncode and any(code in said for code in ("PreconditionFailed", "ConditionalRequestConflict", "NotModified")):
            raise Refused(said)
        if done.returncode:
            raise OSError(said[-300:])
        return done.stdout

    def refused(self, error: Exception) -> bool:
        return isinstance(error, Refused)

    def put(self, key: str, body: bytes, *words: str) -> None:
        self.run("rcat", f"{self.bucket}/{key}", *words, body=body)

    def create(self, key: str, body: bytes) -> None:
        self.put(key, body, "--header-upload", "If-None-Match: *")

    def swap(self, key: str, body: bytes, etag: str) -> None:
        self.put(key, body, "--header-upload", f'If-Match: "{etag}"')

    def read(self, key: str) -> tuple[bytes, str]:
        """The MD5 first, which is the ETag: what is read after it can only be newer, and the swap is refused then."""
        etag = self.run("md5sum", f"{self.bucket}/{key}").split()[0].decode()
        return self.run("cat", f"{self.bucket}/{key}"), etag

    def unless(self, key: str, etag: str) -> bool:
        try:
            self.run("cat", f"{self.bucket}/{key}", "--header-download", f'If-None-Match: "{etag}"')
        except Refused:
            return True
        return False

    def parts(self, key: str, bodies: list[bytes]) -> None:
        self.create(key, b"".join(bodies))  # what comes by standard input and is no small file goes in parts

    def copy(self, source: str, target: str) -> None:
        self.run("copyto", f"{self.bucket}/{source}", f"{self.bucket}/{target}")

    def list(self, prefix: str) -> list[str]:
        return [prefix + name for name in self.run("lsf", "--recursive", f"{self.bucket}/{prefix}").decode().splitlines()]

    def delete(self, key: str) -> None:
        self.run("deletefile", f"{self.bucket}/{key}")

    def versions(self, key: str) -> list[bytes]:
        """The older one has its time in its name."""
        names = self.run("lsf", "--s3-versions", self.bucket).decode().splitlines()
        harness.same([name.startswith(key) for name in names], [True, True])
        return [self.run("cat", "--s3-versions", f"{self.bucket}/{name}") for name in sorted(names)]


if __name__ == "__main__":
    s3_calls.main(Client, WITHOUT)
