"""The control plane's refusals, one call each: AWS's text, and nothing changed."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.errors import ErrorRow
from condemu.dynamodb.errors import control as control_errors
from condemu.dynamodb.errors import tables as table_errors
from condemu.server.app import build
from condemu.testing.transport import install

OPTIONS = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
S = "S"


def key(name: str, kind: str = "HASH") -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def defined(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": S} for name in names]


def index(name: str, *keys: dict[str, str], **projection: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": list(keys), "Projection": projection or {"ProjectionType": "ALL"}}


def creating(**changes: Any) -> dict[str, Any]:
    """CreateTable's parameters of a table that could be, but for the changes."""
    return {
        "TableName": "other",
        "KeySchema": [key("pk")],
        "AttributeDefinitions": defined("pk"),
        "BillingMode": "PAY_PER_REQUEST",
        **changes,
    }


UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
HUGE = {"ReadCapacityUnits": 1_000_000_000_001, "WriteCapacityUnits": 1}
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/2026-01-01T00:00:00.000"


@pytest.fixture
def dynamodb() -> Any:
    emulator = build(clock=ManualClock(), ids=CountingIds())
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, emulator)
    client = session.client("dynamodb", config=OPTIONS)
    client.streams = session.client("dynamodbstreams", config=OPTIONS)
    parameters = {**creating(TableName="table"), "AttributeDefinitions": defined("pk", "g")}
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    client.create_table(**parameters, GlobalSecondaryIndexes=[index("held", key("g"))], StreamSpecification=stream)
    return client


def refusal_of(call: Any, parameters: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def text_of(row: ErrorRow, fields: dict[str, Any]) -> tuple[str, str]:
    return row.code, row.message.format(**fields)


@pytest.mark.parametrize(
    ("changes", "row", "fields"),
    [
        (
            {"AttributeDefinitions": defined("pk", "g", "x"), "GlobalSecondaryIndexes": [index("one", key("g"))]},
            table_errors.DEFINITIONS_UNUSED,
            {"definitions": "g, pk, x", "keys": "g, pk"},
        ),
        ({"AttributeDefinitions": defined("pk", "pk")}, table_errors.DEFINITION_REPEATED, {"name": "pk"}),
        (
            {
                "AttributeDefinitions": defined("pk", "g", "h"),
                "GlobalSecondaryIndexes": [index("one", key("g"), key("h", "RANGE"), key("pk"))],
            },
            table_errors.KEYS_HASH_FIRST,
            {},
        ),
        (
            {
                "AttributeDefinitions": defined("pk", *"abcde"),
                "GlobalSecondaryIndexes": [index("one", *(key(name) for name in "abcde"))],
            },
            table_errors.KEYS_TOO_MANY,
            {"kind": "HASH"},
        ),
        (
            {
                "AttributeDefinitions": defined("pk", "g", "h"),
                "GlobalSecondaryIndexes": [index("one", key("g"), key("h"), key("g"))],
            },
            table_errors.KEYS_REPEATED,
            {},
        ),
        (
            {
                "AttributeDefinitions": defined("pk", "g"),
                "GlobalSecondaryIndexes": [index("one", key("g"), ProjectionType="INCLUDE")],
            },
            table_errors.PROJECTION_WITHOUT,
            {},
        ),
        (
            {
                "AttributeDefinitions": defined("pk", "g"),
                "GlobalSecondaryIndexes": [index("one", key("g"), ProjectionType="INCLUDE", NonKeyAttributes=["x", "x"])],
            },
            table_errors.PROJECTION_REPEATED,
            {"name": "x"},
        ),
        (
            {
                "AttributeDefinitions": defined("pk", "g"),
                "GlobalSecondaryIndexes": [{**index("one", key("g")), "ProvisionedThroughput": UNITS}],
            },
            table_errors.INDEX_UNITS_SUPERFLUOUS,
            {"index": "one"},
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "AttributeDefinitions": defined("pk", "g"),
                "GlobalSecondaryIndexes": [index("one", key("g"))],
            },
            table_errors.INDEX_UNITS_REQUIRED,
            {"index": "one"},
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "AttributeDefinitions": defined("pk", "g"),
                "GlobalSecondaryIndexes": [{**index("one", key("g")), "ProvisionedThroughput": HUGE}],
            },
            table_errors.INDEX_UNITS_OUT_OF_BOUNDS,
            {"value": 1_000_000_000_001, "member": "ReadCapacityUnits", "index": "one"},
        ),
        ({"StreamSpecification": {"StreamEnabled": True}}, table_errors.STREAM_VIEW_REQUIRED, {}),
    ],
    ids=lambda value: value.message[:40] if isinstance(value, ErrorRow) else "",
)
def test_a_table_that_cannot_be_is_not_created(dynamodb: Any, changes: Any, row: ErrorRow, fields: Any) -> None:
    assert refusal_of(dynamodb.create_table, creating(**changes)) == text_of(row, fields)
    assert dynamodb.list_tables()["TableNames"] == ["table"]


def test_a_local_index_has_two_keys_at_most(dynamodb: Any) -> None:
    local = index("one", key("pk"), key("r", "RANGE"), key("x", "RANGE"))
    changes = {
        "KeySchema": [key("pk"), key("r", "RANGE")],
        "AttributeDefinitions": defined("pk", "r", "x"),
        "LocalSecondaryIndexes": [local],
    }
    assert refusal_of(dynamodb.create_table, creating(**changes)) == text_of(table_errors.INDEX_KEYS_TOO_MANY, {})


UPDATES: list[tuple[dict[str, Any], ErrorRow, dict[str, Any]]] = [
    ({}, control_errors.NOTHING_TO_UPDATE, {}),
    (
        {"GlobalSecondaryIndexUpdates": [{"Create": index("one", key("pk")), "Delete": {"IndexName": "held"}}]},
        control_errors.INDEX_ACTION_AMBIGUOUS,
        {},
    ),
    ({"GlobalSecondaryIndexUpdates": [{"Create": index("held", key("pk"))}]}, control_errors.INDEX_EXISTS, {}),
    (
        {"GlobalSecondaryIndexUpdates": [{"Create": index("one", key("x"))}]},
        control_errors.INDEX_DEFINITIONS_MISSING,
        {"index": "one"},
    ),
    (
        {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}},
        control_errors.STREAM_ENABLED_ALREADY,
        {"table": "table"},
    ),
    ({"StreamSpecification": {"StreamEnabled": True}}, control_errors.STREAM_ENABLING_NEEDS_VIEW, {}),
    ({"SSESpecification": {"Enabled": True}, "DeletionProtectionEnabled": True}, control_errors.ENCRYPTION_ALONE, {}),
]


@pytest.mark.parametrize(("changes", "row", "fields"), UPDATES, ids=[row.message[:40] for _, row, _ in UPDATES])
def test_an_update_that_cannot_be_changes_nothing(dynamodb: Any, changes: Any, row: ErrorRow, fields: Any) -> None:
    before = dynamodb.describe_table(TableName="table")["Table"]
    assert refusal_of(dynamodb.update_table, {"TableName": "table", **changes}) == text_of(row, fields)
    assert dynamodb.describe_table(TableName="table")["Table"] == before


def test_a_table_has_twenty_global_indexes_at_most(dynamodb: Any) -> None:
    for number in range(19):
        create = {"Create": index(f"index-{number}", key("pk"))}
        dynamodb.update_table(TableName="table", AttributeDefinitions=defined("pk"), GlobalSecondaryIndexUpdates=[create])
    create = {"Create": index("one-too-many", key("pk"))}
    answer = refusal_of(dynamodb.update_table, {"TableName": "table", "GlobalSecondaryIndexUpdates": [create]})
    assert answer == text_of(control_errors.INDEXES_TOO_MANY, {})


def test_a_protected_table_is_not_deleted(dynamodb: Any) -> None:
    dynamodb.update_table(TableName="table", DeletionProtectionEnabled=True)
    assert refusal_of(dynamodb.delete_table, {"TableName": "table"}) == text_of(table_errors.DELETION_PROTECTED, {})
    assert dynamodb.list_tables()["TableNames"] == ["table"]


@pytest.mark.parametrize(
    ("changes", "row", "fields"),
    [
        ({"ShardId": "shardId-00000000000000000000-00000000"}, control_errors.SHARD_NOT_FOUND, {}),
        (
            {"ShardIteratorType": "LATEST", "SequenceNumber": "1" * 21},
            control_errors.SEQUENCE_SUPERFLUOUS,
            {"type": "LATEST"},
        ),
        ({"StreamArn": "x" * 40}, control_errors.STREAM_ARN_INVALID, {"arn": "x" * 40}),
        ({"ShardIteratorType": "AT_SEQUENCE_NUMBER"}, control_errors.SEQUENCE_MISSING, {"type": "AT_SEQUENCE_NUMBER"}),
        ({"ShardIteratorType": "AT_TIMESTAMP"}, control_errors.TIMESTAMP_MISSING, {}),
        (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": "0" * 21},
            control_errors.SEQUENCE_TRIMMED,
            {},
        ),
    ],
    ids=["another shard", "a number too many", "no ARN", "no number", "no time", "an old number"],
)
def test_an_iterator_that_cannot_be_is_not_given(dynamodb: Any, changes: Any, row: ErrorRow, fields: Any) -> None:
    arn = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    shard = dynamodb.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    parameters = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST", **changes}
    assert refusal_of(dynamodb.streams.get_shard_iterator, parameters) == text_of(row, fields)


@pytest.mark.parametrize("given", [{}, {"Type": "CHILD_SHARDS"}, {"ShardId": "shardId-00000000000000000000-00000000"}], ids=str)
def test_a_filter_of_shards_needs_a_type_and_a_shard(dynamodb: Any, given: Any) -> None:
    arn = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    answer = refusal_of(dynamodb.streams.describe_stream, {"StreamArn": arn, "ShardFilter": given})
    assert answer == text_of(control_errors.SHARD_FILTER_INCOMPLETE, {})


def test_what_is_no_arn_of_a_stream_is_refused(dynamodb: Any) -> None:
    wrong = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"].partition("/stream")[0] + "/index/somewhere"
    expected = text_of(control_errors.STREAM_ARN_INVALID, {"arn": wrong})
    assert refusal_of(dynamodb.streams.describe_stream, {"StreamArn": wrong}) == expected
    assert refusal_of(dynamodb.streams.list_streams, {"ExclusiveStartStreamArn": wrong}) == expected


def test_what_does_not_begin_as_an_arn_is_no_resource(dynamodb: Any) -> None:
    for call in (dynamodb.tag_resource, dynamodb.untag_resource, dynamodb.list_tags_of_resource):
        assert refusal_of(call, {"ResourceArn": "a:b:c:d:e:f/g"}) == text_of(control_errors.ARN_NOT_ONE, {"arn": "a:b:c:d:e:f/g"})


def test_an_iterator_of_nobody_is_refused(dynamodb: Any) -> None:
    answer = refusal_of(dynamodb.streams.get_records, {"ShardIterator": "bm9ib2R5"})
    assert answer == text_of(control_errors.ITERATOR_INVALID, {})


@pytest.mark.parametrize("text", ["YR==", "YWJ="])
def test_base64_with_bits_under_its_padding_is_refused(dynamodb: Any, text: str) -> None:
    def spoil(request: Any, **_: Any) -> None:
        request.data = request.data.replace(b'"YQ=="', f'"{text}"'.encode())

    dynamodb.meta.events.register("before-sign.dynamodb.PutItem", spoil)
    code, message = refusal_of(dynamodb.put_item, {"TableName": "table", "Item": {"pk": {"S": "a"}, "b": {"B": b"a"}}})
    assert (code, message) == ("SerializationException", "Invalid last non-pad Base64 character dectected")
    assert dynamodb.scan(TableName="table")["Count"] == 0
