"""A lock in DynamoDB whose fencing number guards writes to S3.

A lock with a time limit is not enough: its holder may pause, lose the lock without noticing, and then write. So every acquisition
gets a number that is higher than all before it, and the storage refuses a write whose number is lower than one it has seen.
S3 compares no numbers, but it compares ETags: the number stands in the object, and the object is replaced only by If-Match.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

REFUSALS = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


class FencedOff(Exception):
    """Somebody who took the lock later has already written: stop, whatever you were doing."""


@dataclass(frozen=True)
class Held:
    """One acquisition of the lock."""

    name: str
    token: str
    fence: int


class LockTable:
    """Locks in a table whose partition key is the string `name`."""

    def __init__(self, dynamodb: Any, table: str, *, seconds: float = 30, clock: Callable[[], float] = time.time) -> None:
        self.dynamodb = dynamodb
        self.table = table
        self.seconds = seconds
        self.clock = clock

    def acquire(self, name: str) -> Held | None:
        """Take the lock if it is free or its time is over. None: somebody holds it."""
        token = uuid4().hex  # of this acquisition, not of this process
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key={"name": {"S": name}},
                UpdateExpression="SET holder = :token, ends = :ends ADD fence :one",
                ConditionExpression="attribute_not_exists(holder) OR ends <= :now",
                ExpressionAttributeValues={
                    ":token": {"S": token},
                    ":ends": {"N": str(self.clock() + self.seconds)},
                    ":now": {"N": str(self.clock())},
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            item = answer["Attributes"]
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            item = error.response["Item"]
            if item.get("holder") != {"S": token}:  # else the SDK repeated our own request, whose reply was lost
                return None
        return Held(name, token, int(item["fence"]["N"]))

    def release(self, held: Held) -> None:
        """Free the lock, unless somebody else has it by now. The item stays, so that the number goes on growing."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"name": {"S": held.name}},
                UpdateExpression="REMOVE holder",
                ConditionExpression="holder = :token",
                ExpressionAttributeValues={":token": {"S": held.token}},
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return


def guarded_write(s3: Any, bucket: str, key: str, fence: int, change: Callable[[Any], Any], *, tries: int = 50) -> None:
    """Replace the object's value by `change(value)`; the first value is None. Raises FencedOff if a higher number was here."""
    write = uuid4().hex
    for _ in range(tries):
        try:
            found = s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            stored, condition = {"fence": 0, "value": None}, {"IfNoneMatch": "*"}
        else:
            stored, condition = json.load(found["Body"]), {"IfMatch": found["ETag"]}
        if stored.get("write") == write:
            return  # our own write, whose reply was lost
        if stored["fence"] > fence:
            raise FencedOff(f"{key} was written under number {stored['fence']}, ours is {fence}")
        # The number and the id are in the body, because the ETag is made of the body alone: metadata and tags do not change it.
        body = {"fence": fence, "write": write, "value": change(stored["value"])}
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(body).encode(), **condition)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                raise
    raise TimeoutError(f"{key} was changed by others all the time")


def main() -> None:
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    s3.create_bucket(Bucket="example-fenced")
    dynamodb.create_table(
        TableName="example-locks",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="example-locks")
    now = 1000.0
    locks = LockTable(dynamodb, "example-locks", seconds=30, clock=lambda: now)
    alice = locks.acquire("report")
    assert alice is not None
    print("alice holds the lock with number", alice.fence)
    print("bob gets it:", locks.acquire("report") is not None)
    now += 31
    bob = locks.acquire("report")
    assert bob is not None
    print("31 seconds later bob holds it with number", bob.fence)
    guarded_write(s3, "example-fenced", "report", bob.fence, lambda _: "by bob")
    try:
        guarded_write(s3, "example-fenced", "report", alice.fence, lambda _: "by alice")
    except FencedOff as error:
        print("alice wakes up and writes:", error)


if __name__ == "__main__":
    main()
