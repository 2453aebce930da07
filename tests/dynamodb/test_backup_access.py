"""Who may make, read, delete and restore a backup: it is a resource of its own, and a restore reads and writes the new table.

Service Authorization Reference, "Actions defined by Amazon DynamoDB"; Developer Guide, "Using IAM with DynamoDB backup and
restore".
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from copies import ENABLED, ON_DEMAND

from condemu.auth.credentials import read_credentials
from condemu.core.effects import ManualClock
from condemu.server.app import build
from condemu.server.config import Config
from condemu.testing.transport import install

ACCOUNT = "111122223333"
TABLES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/"
WRITES = ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchWriteItem"]
USERS: dict[str, list[tuple[list[str], str]]] = {
    "MAKER": [(["CreateBackup"], "table")],
    "KEEPER": [(["DescribeBackup", "DeleteBackup"], "table/backup/*")],
    "RESTORER": [(["RestoreTableFromBackup"], "table/backup/*"), (["RestoreTableToPointInTime"], "table"), (WRITES, "copy")],
    "HALF": [(["RestoreTableFromBackup"], "table/backup/*"), (["RestoreTableToPointInTime"], "table"), (WRITES[:-1], "copy")],
}


def credential(key: str, allowed: list[tuple[list[str], str]]) -> str:
    statements = [
        {"Effect": "Allow", "Action": [f"dynamodb:{action}" for action in actions], "Resource": TABLES + resource}
        for actions, resource in allowed
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    who = f'access_key = "{key}"\nsecret = "secret"\naccount = "{ACCOUNT}"\nuser = "{key}"\n'
    return f"[[credential]]\n{who}policy = '{policy}'\n"


@pytest.fixture
def client() -> Any:
    root = f'[[credential]]\naccess_key = "ROOT"\nsecret = "secret"\naccount = "{ACCOUNT}"\n'
    file = root + "".join(credential(key, allowed) for key, allowed in USERS.items())
    emulator = build(Config(auth="strict"), book=read_credentials(file), clock=ManualClock(1_790_000_000.0))

    def of(key: str) -> Any:
        client = boto3.Session(key, "secret", region_name="us-east-1").client("dynamodb")
        install(client, emulator)
        return client

    of("ROOT").create_table(**ON_DEMAND)
    of("ROOT").update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    return of


def denied(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(caught.value.response["Error"]["Message"])


def test_who_may_make_a_backup_may_not_read_it(client: Any) -> None:
    arn = client("MAKER").create_backup(TableName="table", BackupName="backup")["BackupDetails"]["BackupArn"]
    told = denied(client("MAKER").describe_backup, BackupArn=arn)
    assert told.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/MAKER is not authorized to perform: dynamodb:DescribeBackup on")
    assert arn in told
    denied(client("MAKER").delete_backup, BackupArn=arn)
    denied(client("MAKER").list_backups)
    denied(client("KEEPER").create_backup, TableName="table", BackupName="backup")
    assert client("KEEPER").describe_backup(BackupArn=arn)
    assert client("KEEPER").delete_backup(BackupArn=arn)


def test_a_restore_needs_reading_and_writing_of_the_new_table(client: Any) -> None:
    arn = client("ROOT").create_backup(TableName="table", BackupName="backup")["BackupDetails"]["BackupArn"]
    past = {"SourceTableName": "table", "UseLatestRestorableTime": True}
    for half in ("HALF", "KEEPER"):
        denied(client(half).restore_table_from_backup, BackupArn=arn, TargetTableName="copy")
        denied(client(half).restore_table_to_point_in_time, TargetTableName="copy", **past)
    denied(client("RESTORER").restore_table_from_backup, BackupArn=arn, TargetTableName="other")
    assert client("ROOT").list_tables()["TableNames"] == ["table"]
    client("RESTORER").restore_table_from_backup(BackupArn=arn, TargetTableName="copy")
    client("ROOT").delete_table(TableName="copy")
    client("RESTORER").restore_table_to_point_in_time(TargetTableName="copy", **past)
    assert client("ROOT").list_tables()["TableNames"] == ["copy", "table"]
