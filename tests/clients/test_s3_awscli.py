"""The AWS CLI, version 1, as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from client_settings import ACCESS_KEY, PART, REGION, SECRET_KEY

pytest.importorskip("awscli")
Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aws(endpoint: str, tmp_path: Path) -> Aws:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "awscli", *arguments]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=1800, check=False)

    return run


def test_the_cli_puts_with_conditions_uploads_in_parts_lists_and_deletes(aws: Aws, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "body").write_text("data")
    put = ("s3api", "put-object", "--bucket", bucket, "--key", "key", "--body", "body")
    made = aws(*put, "--if-none-match", "*")
    assert made.returncode == 0, made.stderr
    refused = aws(*put, "--if-none-match", "*")
    assert refused.returncode != 0
    assert "(PreconditionFailed)" in refused.stderr
    assert "At least one of the pre-conditions you specified did not hold" in refused.stderr
    assert aws(*put, "--if-match", json.loads(made.stdout)["ETag"]).returncode == 0

    (tmp_path / "large").write_bytes(PART + PART)
    copied = aws("s3", "cp", "large", f"s3://{bucket}/dir/large", "--no-progress")
    assert copied.returncode == 0, copied.stderr
    head = json.loads(aws("s3api", "head-object", "--bucket", bucket, "--key", "dir/large").stdout)
    assert head["ETag"].endswith('-2"')

    listed = aws("s3", "ls", f"s3://{bucket}", "--recursive")
    assert [line.split()[2:] for line in listed.stdout.splitlines()] == [[str(2 * len(PART)), "dir/large"], ["4", "key"]]
    emptied = aws("s3", "rm", f"s3://{bucket}", "--recursive")
    assert emptied.returncode == 0, emptied.stderr
    assert aws("s3", "rb", f"s3://{bucket}").returncode == 0
