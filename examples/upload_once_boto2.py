"""upload_once.py in boto 2, whose only conditions are `expected`. boto 2 is old: it needs Python 3.11 or earlier."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from boto.dynamodb2.exceptions import ConditionalCheckFailedException
from boto.dynamodb2.layer1 import DynamoDBConnection
from boto.exception import S3ResponseError
from boto.s3.connection import OrdinaryCallingFormat, S3Connection


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
            self.dynamodb.put_item(self.table, item, expected={"file": {"Exists": False}})
            return worker
        except ConditionalCheckFailedException:
            pass
        found = self.dynamodb.get_item(self.table, {"file": {"S": file}}, consistent_read=True).get("Item", {})
        if found.get("worker") == {"S": worker}:
            return worker  # our own claim: boto repeated a request whose reply was lost
        if "done" in found or not found or float(found["ends"]["N"]) > self.clock():
            return None
        try:  # take over exactly the claim that was read
            same = {"worker": {"Value": found["worker"]}, "done": {"Exists": False}}
            self.dynamodb.put_item(self.table, item, expected=same)
            return worker
        except ConditionalCheckFailedException:
            return None

    def finish(self, file: str, worker: str) -> bool:
        """Note that the upload is done, if the claim is still ours."""
        try:
            self.dynamodb.update_item(
                self.table,
                {"file": {"S": file}},
                attribute_updates={"done": {"Action": "PUT", "Value": {"N": "1"}}},
                expected={"worker": {"Value": {"S": worker}}},
            )
            return True
        except ConditionalCheckFailedException:
            return False


def upload_all(s3: Any, uploads: Uploads, bucket: str, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Upload what nobody else does; the names of the files that this worker has uploaded."""
    mine = []
    for name, content in files:
        worker = uploads.claim(name)
        if worker is None:
            continue
        key = s3.get_bucket(bucket, validate=False).new_key(name)
        try:
            key.set_contents_from_string(content, headers={"If-None-Match": "*"})
        except S3ResponseError as error:
            if error.error_code != "PreconditionFailed":
                raise
            # Whoever had the claim before us was late, and not lost: the file is there.
        if uploads.finish(name, worker):
            mine.append(name)
    return mine


def connections() -> tuple[Any, Any]:
    """S3 and DynamoDB where AWS_ENDPOINT_URL says, else on AWS."""
    there: tuple[dict[str, Any], ...] = {"host": "s3.amazonaws.com"}, {"host": "dynamodb.us-east-1.amazonaws.com"}
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint is not None:
        url = urlsplit(endpoint)
        here = {"host": url.hostname, "port": url.port, "is_secure": url.scheme == "https"}
        there = here, here
    dynamodb = DynamoDBConnection(**there[1])
    # What a request is signed for: boto reads it from the host's name, which says nothing if it is not one of AWS's.
    dynamodb.auth_service_name, dynamodb.auth_region_name = "dynamodb", os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    return S3Connection(calling_format=OrdinaryCallingFormat(), **there[0]), dynamodb


def main() -> None:
    s3, dynamodb = connections()
    s3.create_bucket("example-uploads-boto2")
    dynamodb.create_table(
        [{"AttributeName": "file", "AttributeType": "S"}],
        "example-uploads-boto2",
        [{"AttributeName": "file", "KeyType": "HASH"}],
        {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    while dynamodb.describe_table("example-uploads-boto2")["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(0.2)
    files = [(f"photo-{number}.jpg", b"...") for number in range(3)]
    uploads = Uploads(dynamodb, "example-uploads-boto2")
    print("the first worker uploads", upload_all(s3, uploads, "example-uploads-boto2", files))
    print("the second worker uploads", upload_all(s3, uploads, "example-uploads-boto2", files))


if __name__ == "__main__":
    main()
