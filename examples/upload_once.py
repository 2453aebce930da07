"""An upload manager: many workers share a list of files, and each file is uploaded once. DynamoDB's `Expected` guards the claims.

`Expected` is the older form of a condition, and it still works; `ConditionExpression` can say the same and more.
upload_once_boto2.py is this program in boto 2, which knows no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError


class Uploads:
    """The table of claims; its partition key is the string `file`. An item is a claim (`worker`, `ends`) until it is `done`."""

    def __init__(self, dynamodb: Any, table: str, *, seconds: float = 300, clock: Callable[[], float] = time.time) -> None:
        self.dynamodb = dynamodb
        self.table = table
        self.seconds = seconds
        self.clock = clock

    def claim(self, file: str) -> str | None:
        """A new claim's name, if nobody has claimed the file or whoever did has not finished in time. None: leave it alone."""
        worker = uuid4().hex
        item = {"file": {"S": file}, "worker": {"S": worker}, "ends": {"N": str(self.clock() + self.seconds)}}
        try:
            self.dynamodb.put_item(TableName=self.table, Item=item, Expected={"file": {"Exists": False}})
            return worker
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            pass
        found = self.dynamodb.get_item(TableName=self.table, Key={"file": {"S": file}}, ConsistentRead=True).get("Item", {})
        if found.get("worker") == {"S": worker}:
            return worker  # our own claim: the SDK repeated a request whose reply was lost
        if "done" in found or not found or float(found["ends"]["N"]) > self.clock():
            return None
        try:  # take over exactly the claim that was read
            same = {"worker": {"Value": found["worker"]}, "done": {"Exists": False}}
            self.dynamodb.put_item(TableName=self.table, Item=item, Expected=same)
            return worker
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return None

    def finish(self, file: str, worker: str) -> bool:
        """Note that the upload is done, if the claim is still ours."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"file": {"S": file}},
                AttributeUpdates={"done": {"Action": "PUT", "Value": {"BOOL": True}}},
                Expected={"worker": {"Value": {"S": worker}}},
            )
            return True
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False


def upload_all(s3: Any, uploads: Uploads, bucket: str, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Upload what nobody else does; the names of the files that this worker has uploaded."""
    mine = []
    for name, content in files:
        worker = uploads.claim(name)
        if worker is None:
            continue
        try:
            s3.put_object(Bucket=bucket, Key=name, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            # Whoever had the claim before us was late, and not lost: the file is there.
        if uploads.finish(name, worker):
            mine.append(name)
    return mine


def create_table(dynamodb: Any, table: str) -> None:
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table)


def main() -> None:
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    s3.create_bucket(Bucket="example-uploads")
    create_table(dynamodb, "example-uploads")
    files = [(f"photo-{number}.jpg", b"...") for number in range(3)]
    uploads = Uploads(dynamodb, "example-uploads")
    print("the first worker uploads", upload_all(s3, uploads, "example-uploads", files))
    print("the second worker uploads", upload_all(s3, uploads, "example-uploads", files))


if __name__ == "__main__":
    main()
