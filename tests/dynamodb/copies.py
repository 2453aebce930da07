"""A table to make copies of, and what the tests of backups and restores ask of it."""

from __future__ import annotations

from typing import Any, Final

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.errors import ErrorRow
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.testing.transport import install

OPTIONS: Final = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
ACCOUNT: Final = "000000000000"
TABLE_ARN: Final = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table"
NO_BACKUP: Final = f"{TABLE_ARN}/backup/01489602797149-73d8d5bc"
ENABLED: Final = {"PointInTimeRecoveryEnabled": True}

GSI: Final[dict[str, Any]] = {
    "IndexName": "gsi",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["w", "v"]},
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
}
LSI: Final[dict[str, Any]] = {
    "IndexName": "lsi",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
PROVISIONED: Final[dict[str, Any]] = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g", "l")],
    "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
    "GlobalSecondaryIndexes": [GSI],
    "LocalSecondaryIndexes": [LSI],
}
ON_DEMAND: Final[dict[str, Any]] = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "OnDemandThroughput": {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50},
}


class World:
    """An emulator with a clock of its own; `delay` is how long tables take."""

    def __init__(self, delay: float = 0.0, **environment: str) -> None:
        self.clock = ManualClock()
        self.emulator: Emulator = build(Config(table_delay=delay), clock=self.clock, ids=CountingIds(), environment=environment)
        self.dynamodb = self.client()

    def client(self, region: str = "us-east-1", key: str = "test", secret: str = "test") -> Any:
        session = boto3.Session(key, secret, region_name=region)
        install(session, self.emulator)
        return session.client("dynamodb", config=OPTIONS)

    def everything(self) -> list[Any]:
        return self.emulator.engine.store.view(
            lambda txn: [(table, *entry) for table in txn.tables() for entry in txn.scan(table)]
        )

    def refused(self, row: ErrorRow, call: Any, _of: dict[str, Any] | None = None, **parameters: Any) -> None:
        """The call is refused with this row's code and text, and nothing has changed."""
        before = self.everything()
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        error = caught.value.response["Error"]
        assert (error["Code"], error["Message"]) == (row.code, row.message.format(**(_of or {})))
        assert self.everything() == before

    def backup(self, name: str = "backup") -> str:
        return str(self.dynamodb.create_backup(TableName="table", BackupName=name)["BackupDetails"]["BackupArn"])

    def items(self, table: str = "table", **parameters: Any) -> list[Any]:
        found = self.dynamodb.scan(TableName=table, **parameters)["Items"]
        return sorted(found, key=lambda item: str(item["pk"]))

    def described(self, table: str) -> dict[str, Any]:
        found: dict[str, Any] = self.dynamodb.describe_table(TableName=table)["Table"]
        return found
