"""With a delay, tables and indexes are CREATING, UPDATING and DELETING until the clock has passed it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.dynamodb.errors import control as control_errors
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as table_errors
from condemu.server.app import build
from condemu.server.config import Config
from condemu.testing.transport import install

OPTIONS = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
TABLE = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"TableName": "table", "Item": {"pk": {"S": "a"}, "g": {"S": "x"}}}


def creating(name: str) -> dict[str, Any]:
    keys = [{"AttributeName": "g", "KeyType": "HASH"}]
    return {
        "TableName": "table",
        "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [
            {"Create": {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}}
        ],
    }


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def dynamodb(clock: ManualClock) -> Any:
    emulator = build(Config(table_delay=10.0), clock=clock, ids=CountingIds())
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, emulator)
    return session.client("dynamodb", config=OPTIONS)


def test_time_to_live_of_a_table_that_is_being_created_cannot_be_described(dynamodb: Any) -> None:
    dynamodb.create_table(**TABLE)
    row = control_errors.TTL_CREATING
    assert refusal(dynamodb.describe_time_to_live, TableName="table") == row.message


def status(dynamodb: Any) -> str:
    return str(dynamodb.describe_table(TableName="table")["Table"]["TableStatus"])


def refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Message"])


def test_a_table_is_creating_and_then_active(dynamodb: Any, clock: ManualClock) -> None:
    dynamodb.create_table(**TABLE)
    assert status(dynamodb) == "CREATING"
    assert refusal(dynamodb.put_item, **ITEM) == errors.TABLE_NOT_FOUND.message
    assert refusal(dynamodb.create_table, **TABLE) == table_errors.TABLE_CREATING.message.format(table="table")
    assert refusal(dynamodb.delete_table, TableName="table") == table_errors.TABLE_CREATING.message.format(table="table")
    assert dynamodb.list_tables()["TableNames"] == ["table"]
    specification = {"Enabled": True, "AttributeName": "until"}
    message = errors.TABLE_NAMED_NOT_FOUND.message.format(table="table")
    assert refusal(dynamodb.update_time_to_live, TableName="table", TimeToLiveSpecification=specification) == message
    clock.advance(10)
    assert status(dynamodb) == "ACTIVE"
    dynamodb.put_item(**ITEM)


def test_a_table_is_deleting_and_then_gone(dynamodb: Any, clock: ManualClock) -> None:
    dynamodb.create_table(**TABLE)
    clock.advance(10)
    dynamodb.delete_table(TableName="table")
    assert status(dynamodb) == "DELETING"
    assert refusal(dynamodb.put_item, **ITEM) == errors.TABLE_NOT_FOUND.message
    assert refusal(dynamodb.create_table, **TABLE) == table_errors.TABLE_DELETING.message.format(table="table")
    clock.advance(10)
    assert dynamodb.list_tables()["TableNames"] == []
    assert refusal(dynamodb.describe_table, TableName="table") == errors.TABLE_NAMED_NOT_FOUND.message.format(table="table")
    dynamodb.create_table(**TABLE)


def test_an_index_is_readable_once_it_is_active(dynamodb: Any, clock: ManualClock) -> None:
    dynamodb.create_table(**TABLE)
    clock.advance(10)
    dynamodb.put_item(**ITEM)
    dynamodb.update_table(**creating("index"))
    query = {
        "TableName": "table",
        "IndexName": "index",
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": {":g": {"S": "x"}},
    }
    assert status(dynamodb) == "UPDATING"
    assert refusal(dynamodb.query, **query) == errors.NO_SUCH_INDEX.message.format(index="index")
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "b"}, "g": {"S": "x"}})
    assert refusal(dynamodb.update_table, **creating("second")) == control_errors.INDEX_ACTIONS_TOO_MANY.message
    assert refusal(dynamodb.delete_table, TableName="table") == table_errors.TABLE_INDEXES_BUSY.message
    clock.advance(10)
    assert dynamodb.query(**query)["Count"] == 2
    dynamodb.update_table(TableName="table", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "index"}}])
    assert dynamodb.describe_table(TableName="table")["Table"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    clock.advance(10)
    assert "GlobalSecondaryIndexes" not in dynamodb.describe_table(TableName="table")["Table"]


def test_a_table_that_is_being_updated_takes_items_but_no_other_update(dynamodb: Any, clock: ManualClock) -> None:
    dynamodb.create_table(**TABLE)
    clock.advance(10)
    dynamodb.update_table(TableName="table", DeletionProtectionEnabled=True)
    dynamodb.put_item(**ITEM)
    message = table_errors.TABLE_UPDATING.message.format(table="table")
    assert refusal(dynamodb.update_table, TableName="table", DeletionProtectionEnabled=False) == message
    clock.advance(10)
    dynamodb.update_table(TableName="table", DeletionProtectionEnabled=False)
