"""Exports and imports that have ended are shown for 90 days, and then forgotten.

Source: API Reference, ListExports and ListImports ("Lists completed exports within the past 90 days"); Developer Guide,
"Requesting a table export" ("export task metadata expires after 90 days"). That DescribeImport does not find what ListImports
does not list is inferred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.store import Txn
from condemu.dynamodb.backups.transfers import OUTDATED_AT_ONCE
from condemu.dynamodb.state.records import EXPORTS, IMPORTS
from condemu.server.app import Emulator, build
from condemu.testing.transport import install

DAY = 24 * 3600
SCHEMA = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/table"


class World:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.emulator: Emulator = build(clock=self.clock, ids=CountingIds())
        session = boto3.Session("test", "test", region_name="us-east-1")
        install(session, self.emulator)
        session.client("s3").create_bucket(Bucket="bucket")
        self.dynamodb = session.client("dynamodb", config=ClientConfig(retries={"total_max_attempts": 1}))
        self.dynamodb.create_table(TableName="table", **SCHEMA)
        enabled = {"PointInTimeRecoveryEnabled": True}
        self.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=enabled)

    def begin(self, space: str, **parameters: Any) -> str:
        if space == EXPORTS:
            begun = self.dynamodb.export_table_to_point_in_time(TableArn=TABLE, S3Bucket="bucket", **parameters)
            return str(begun["ExportDescription"]["ExportArn"])
        wanted = {"TableCreationParameters": {"TableName": "copy", **SCHEMA}, "S3BucketSource": {"S3Bucket": "none"}}
        begun = self.dynamodb.import_table(InputFormat="CSV", **wanted, **parameters)
        return str(begun["ImportTableDescription"]["ImportArn"])

    def describe(self, space: str, arn: str) -> Any:
        if space == EXPORTS:
            return self.dynamodb.describe_export(ExportArn=arn)
        return self.dynamodb.describe_import(ImportArn=arn)

    def listed(self, space: str) -> list[str]:
        if space == EXPORTS:
            return [one["ExportArn"] for one in self.dynamodb.list_exports()["ExportSummaries"]]
        return [one["ImportArn"] for one in self.dynamodb.list_imports()["ImportSummaryList"]]

    def kept(self, space: str) -> int:
        def count(txn: Txn) -> int:
            return sum(1 for _ in txn.scan(space))

        return self.emulator.engine.store.view(count)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(("space", "code"), [(EXPORTS, "ExportNotFoundException"), (IMPORTS, "ImportNotFoundException")])
def test_what_ended_ninety_days_ago_is_not_found(world: World, space: str, code: str) -> None:
    arn = world.begin(space)
    world.clock.advance(90 * DAY - 1)
    assert world.listed(space) == [arn]
    assert world.describe(space, arn)
    world.clock.advance(1)
    before = world.emulator.engine.store.index
    assert world.listed(space) == []
    with pytest.raises(ClientError) as caught:
        world.describe(space, arn)
    assert caught.value.response["Error"]["Code"] == code
    assert world.emulator.engine.store.index == before


@pytest.mark.parametrize("space", [EXPORTS, IMPORTS])
def test_the_next_one_takes_a_few_away_that_nobody_finds(world: World, space: str) -> None:
    for number in range(OUTDATED_AT_ONCE + 1):
        world.begin(space, ClientToken=str(number))
    assert world.kept(space) == OUTDATED_AT_ONCE + 1
    world.clock.advance(90 * DAY)
    late = world.begin(space, ClientToken="1")
    assert world.kept(space) == 2
    assert world.listed(space) == [late]
    world.begin(space)
    assert world.kept(space) == 2


@pytest.mark.parametrize("space", [EXPORTS, IMPORTS])
def test_what_is_under_way_is_found_however_long_it_takes(world: World, space: str) -> None:
    arn = world.begin(space)

    def unend(txn: Txn) -> None:
        [(key, held)] = list(txn.scan(space))
        txn.put(space, key, replace(held, ended=None, status="IN_PROGRESS"))

    world.emulator.engine.administer_now(unend)
    world.clock.advance(200 * DAY)
    assert world.listed(space) == [arn]
    assert world.describe(space, arn)
