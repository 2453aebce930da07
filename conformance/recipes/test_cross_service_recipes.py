"""Recipes over more than one service, and SimpleDB's counters."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import Refusal, accepted, atomic, attempt, refused, same
from ..racing import race
from ..s3.steps import body_of, put


@pytest.mark.tier("core")
@pytest.mark.needs("s3", "dynamodb")
def test_a_dynamodb_lock_table_guards_s3_writes(s3: Any, dynamodb: Any, bucket: str, table: str, key: str) -> None:
    """Writers that hold a DynamoDB lock during each S3 write lose no increment.

    Source: DynamoDB Developer Guide, "Condition expressions"; the Amazon DynamoDB lock client's design [documented]
    """
    put(s3, bucket, key, b"0")

    def increment(worker: int) -> int:
        for tries in range(1, 500):
            if take(dynamodb, table, key, str(worker), "attribute_not_exists(holder)") is None:
                continue
            put(s3, bucket, key, str(int(body_of(s3, bucket, key)) + 1).encode())
            accepted(
                dynamodb.update_item, TableName=table, Key={"pk": {"S": key}}, UpdateExpression="REMOVE holder",
                ConditionExpression="holder = :me", ExpressionAttributeValues={":me": {"S": str(worker)}},
            )  # fmt: skip
            return tries
        raise AssertionError("five hundred tries and no lock")

    race(4, increment)
    atomic(body_of(s3, bucket, key) == b"4", "four increments make four")


def take(dynamodb: Any, table: str, key: str, holder: str, condition: str) -> int | None:
    """Take the lock under a condition; its fencing number, which grows with each acquisition. None: refused."""
    taken = attempt(
        dynamodb.update_item, TableName=table, Key={"pk": {"S": key}},
        UpdateExpression="SET holder = :me ADD fence :one", ConditionExpression=condition,
        ExpressionAttributeValues={":me": {"S": holder}, ":one": {"N": "1"}}, ReturnValues="ALL_NEW",
    )  # fmt: skip
    return None if isinstance(taken, Refusal) else int(taken["Attributes"]["fence"]["N"])


@pytest.mark.tier("core")
@pytest.mark.needs("s3", "dynamodb")
def test_a_fencing_number_stops_a_late_lock_holder(s3: Any, dynamodb: Any, bucket: str, table: str, key: str) -> None:
    """A holder that lost its lock cannot write to S3: the lock's number stands in the object, which is replaced by If-Match only.

    Source: DynamoDB Developer Guide, "Condition expressions"; S3 User Guide, conditional writes [documented]
    """
    put(s3, bucket, key, b"fence=0")
    late = take(dynamodb, table, key, "late", "attribute_not_exists(holder)")
    read = s3.get_object(Bucket=bucket, Key=key)  # and here the late holder pauses
    same((late, read["Body"].read()), (1, b"fence=0"), "the first number, and the object before it")
    refusing = take(dynamodb, table, key, "other", "attribute_not_exists(holder)")
    same(refusing, None, "the lock while it is held")
    other = take(dynamodb, table, key, "other", "attribute_not_exists(holder) OR fence = :one")  # its time is over
    same(other, 2, "the number of the second acquisition")
    put(s3, bucket, key, b"fence=2", IfMatch=read["ETag"])
    refused(s3.put_object, Bucket=bucket, Key=key, Body=b"fence=1", IfMatch=read["ETag"], status=412, code="PreconditionFailed")
    same(body_of(s3, bucket, key), b"fence=2", "the object: the late holder reads 2, which is higher than its own number")


@pytest.mark.tier("core")
@pytest.mark.needs("dynamodb")
def test_a_version_attribute_stops_a_lost_update(dynamodb: Any, table: str, key: str) -> None:
    """With a version number in the condition, the second of two writers who read the same version is refused.

    Source: DynamoDB Developer Guide, "Optimistic locking with version number" [documented]
    """
    item = {"pk": {"S": key}, "v": {"N": "1"}}
    accepted(dynamodb.put_item, TableName=table, Item=item)
    save = {
        "TableName": table,
        "Key": {"pk": {"S": key}},
        "UpdateExpression": "SET v = :new",
        "ConditionExpression": "v = :old",
        "ExpressionAttributeValues": {":old": {"N": "1"}, ":new": {"N": "2"}},
    }
    accepted(dynamodb.update_item, **save)
    refused(
        dynamodb.update_item, **save,
        status=400, code="ConditionalCheckFailedException", message="The conditional request failed",
    )  # fmt: skip
    found = dynamodb.get_item(TableName=table, Key={"pk": {"S": key}}, ConsistentRead=True)["Item"]
    same(found, {"pk": {"S": key}, "v": {"N": "2"}}, "the item")


@pytest.mark.tier("core")
@pytest.mark.needs("simpledb")
def test_a_simpledb_counter_loses_nothing(sdb: Any, domain: str, key: str) -> None:
    """Counters on a SimpleDB item, changed by Expected and tried again, add up.

    Source: SimpleDB Developer Guide, "Conditional Put": the page counter [documented]
    """
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "hits", "Value": "0", "Replace": True}])

    def hit(worker: int) -> int:
        for tries in range(1, 500):
            found = sdb.get_attributes(DomainName=domain, ItemName=key, ConsistentRead=True)["Attributes"][0]["Value"]
            answer = attempt(
                sdb.put_attributes, DomainName=domain, ItemName=key,
                Attributes=[{"Name": "hits", "Value": str(int(found) + 1), "Replace": True}],
                Expected={"Name": "hits", "Value": found},
            )  # fmt: skip
            if not isinstance(answer, Refusal):
                return tries
        raise AssertionError("five hundred tries and no success")

    race(4, hit)
    hits = sdb.get_attributes(DomainName=domain, ItemName=key, ConsistentRead=True)["Attributes"]
    atomic(hits == [{"Name": "hits", "Value": "4"}], f"four hits make four; here {hits}")
