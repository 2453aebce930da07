"""The AWS CLI, version 1, as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from client_settings import ACCESS_KEY, REGION, SECRET_KEY

pytest.importorskip("awscli")
Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dynamodb(endpoint: str, tmp_path: Path) -> Aws:
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

    def run(operation: str, **members: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "awscli", "dynamodb", operation, "--cli-input-json", json.dumps(members)]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=1800, check=False)

    return run


def test_the_cli_creates_puts_with_conditions_queries_and_deletes(dynamodb: Aws) -> None:
    made = dynamodb(
        "create-table",
        TableName="cli",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert json.loads(made.stdout)["TableDescription"]["TableStatus"] == "CREATING"
    put = {"TableName": "cli", "Item": {"pk": {"S": "a"}, "v": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    assert dynamodb("put-item", **put).returncode == 0
    again = dynamodb("put-item", **put)
    assert again.returncode != 0
    assert "(ConditionalCheckFailedException) when calling the PutItem operation: The conditional request failed" in again.stderr
    found = dynamodb("query", TableName="cli", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}})
    assert json.loads(found.stdout)["Items"] == [put["Item"]]
    assert json.loads(dynamodb("delete-table", TableName="cli").stdout)["TableDescription"]["TableStatus"] == "DELETING"
