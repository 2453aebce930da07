"""boto3's own ways to DynamoDB: resources with Attr conditions, typed exceptions, paginators, waiters, retries."""

from __future__ import annotations

import itertools
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from client_settings import ACCESS_KEY, REGION, SECRET_KEY

_numbers = itertools.count(1)


@pytest.fixture
def resource(endpoint):
    return boto3.resource(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 2}),
    )


@pytest.fixture
def table(resource):
    made = resource.create_table(
        TableName=f"boto3-{next(_numbers)}",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.wait_until_exists()
    made.reload()
    assert made.table_status == "ACTIVE"
    return made


def test_attr_conditions_are_understood_and_refusals_are_typed(resource, table):
    failed = resource.meta.client.exceptions.ConditionalCheckFailedException
    item = {"pk": "a", "sk": 1, "n": Decimal("1.5"), "tags": {"x", "y"}, "m": {"deep": [1, 2]}, "raw": b"\0\xff"}
    table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists())
    with pytest.raises(failed) as refused:
        table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists(), ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert refused.value.response["Item"]["n"] == {"N": "1.5"}
    holding = [
        Attr("n").eq(Decimal("1.50")), Attr("n").between(1, 2), Attr("tags").contains("x"), Attr("pk").begins_with("a"),
        Attr("m.deep[1]").eq(2), Attr("m").size().eq(1), Attr("n").is_in([1, Decimal("1.5")]), Attr("x").not_exists(),
        Attr("raw").attribute_type("B"), ~Attr("n").lt(1) & (Attr("x").exists() | Attr("sk").eq(1)), Attr("x").ne(1),
    ]  # fmt: skip
    key = {"pk": "a", "sk": 1}
    for condition in holding:
        table.update_item(
            Key=key, UpdateExpression="SET seen = :t", ConditionExpression=condition, ExpressionAttributeValues={":t": 1}
        )
        with pytest.raises(failed):
            table.delete_item(Key=key, ConditionExpression=~condition)
    assert table.get_item(Key=key, ConsistentRead=True)["Item"] == {**item, "seen": 1}


def test_pages_batches_and_filters(resource, table):
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"pk": "p", "sk": number, "odd": number % 2 == 1})
    client = resource.meta.client
    paginator = client.get_paginator("query")
    pages = paginator.paginate(
        TableName=table.name, KeyConditionExpression=Key("pk").eq("p") & Key("sk").gte(10),
        FilterExpression=Attr("odd").eq(True), PaginationConfig={"PageSize": 7},
    )  # fmt: skip
    assert [item["sk"] for page in pages for item in page["Items"]] == list(range(11, 60, 2))
    assert sum(page["Count"] for page in client.get_paginator("scan").paginate(TableName=table.name, Limit=9)) == 60
    found = resource.batch_get_item(RequestItems={table.name: {"Keys": [{"pk": "p", "sk": n} for n in (1, 2, 99)]}})
    assert sorted(item["sk"] for item in found["Responses"][table.name]) == [1, 2]


def test_a_transaction_that_is_cancelled_says_why(resource, table):
    client = resource.meta.client
    put = {"TableName": table.name, "Item": {"pk": "a", "sk": 1}}
    client.transact_write_items(TransactItems=[{"Put": put}])
    with pytest.raises(client.exceptions.TransactionCanceledException) as refused:
        client.transact_write_items(
            TransactItems=[
                {"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}},
                {"Put": {"TableName": table.name, "Item": {"pk": "b", "sk": 1}}},
            ]
        )
    assert [reason["Code"] for reason in refused.value.response["CancellationReasons"]] == ["ConditionalCheckFailed", "None"]
    assert "Item" not in table.get_item(Key={"pk": "b", "sk": 1})


def test_a_large_request_may_come_compressed_and_a_table_goes(resource, table):
    packed = boto3.client(
        "dynamodb",
        endpoint_url=resource.meta.client.meta.endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(request_min_compression_size_bytes=128),
    )
    packed.put_item(TableName=table.name, Item={"pk": {"S": "a"}, "sk": {"N": "1"}, "x": {"S": "y" * 100_000}})
    assert len(table.get_item(Key={"pk": "a", "sk": 1})["Item"]["x"]) == 100_000
    table.delete()
    table.wait_until_not_exists()
    with pytest.raises(resource.meta.client.exceptions.ResourceNotFoundException):
        table.get_item(Key={"pk": "a", "sk": 1})
