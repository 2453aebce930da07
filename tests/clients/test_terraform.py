"""Terraform: a bucket with every resource that stores a configuration, and a table. Applied once, the next plan is empty.

The provider comes from the registry, or from a folder of plugins (`CONDEMU_TERRAFORM_PLUGINS`, or one that is found under /opt or
/usr). Without Terraform or without its provider the test is skipped, and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from condemu.dynamodb.operations import OPERATIONS
from condemu.testing.server import Server

FILES = Path(__file__).parent / "terraform"
PROVIDER = "registry.terraform.io/hashicorp/aws"
# What the table asks for only where it is implemented.
CONTINUOUS_BACKUPS = "UpdateContinuousBackups"


def plugins() -> list[str]:
    """The option that names a folder of plugins, if there is one."""
    named = os.environ.get("CONDEMU_TERRAFORM_PLUGINS")
    found = [named] if named else [str(path.parents[2]) for root in ("/opt", "/usr/local", "/usr/share")
                                   for path in Path(root).glob(f"*/{PROVIDER}")]  # fmt: skip
    return [f"-plugin-dir={found[0]}"] if found else []


class Terraform:
    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        backups = any(operation.name == CONTINUOUS_BACKUPS for operation in OPERATIONS)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"},
            "TF_VAR_endpoint": endpoint,
            "TF_VAR_point_in_time_recovery": "true" if backups else "false",
            "TF_IN_AUTOMATION": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def __call__(self, *words: str) -> tuple[int, str]:
        command = ["terraform", *words, "-no-color", "-input=false"]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def terraform(tmp_path: Path) -> Iterator[Terraform]:
    if shutil.which("terraform") is None:
        pytest.skip("there is no terraform")
    shutil.copy(FILES / "main.tf", tmp_path)
    with Server() as server:
        run = Terraform(tmp_path, server.url)
        status, told = run("init", *plugins())
        if status != 0:
            pytest.skip(f"terraform's provider for AWS cannot be had: {told[-300:]}")
        yield run


@pytest.mark.long
def test_every_resource_of_a_bucket_is_applied_and_planned_clean(terraform: Terraform) -> None:
    status, told = terraform("apply", "-auto-approve")
    assert status == 0, told
    assert "25 added" in told
    for _ in range(2):
        status, told = terraform("plan", "-detailed-exitcode")
        assert status == 0, told  # 2: there is something to change
        assert "No changes." in told
    status, told = terraform("apply", "-auto-approve")
    assert (status, "0 added, 0 changed, 0 destroyed" in told) == (0, True), told
    endpoint = terraform.environment["TF_VAR_endpoint"]
    s3 = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    rules = s3.get_bucket_lifecycle_configuration(Bucket="condemu-main")["Rules"]
    assert [rule["ID"] for rule in rules] == ["expire", "abort", "tags"]
    status, told = terraform("destroy", "-auto-approve")
    assert (status, "25 destroyed" in told) == (0, True), told
    assert s3.list_buckets()["Buckets"] == []
