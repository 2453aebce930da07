"""A SQLite database in one S3 object, changed by compare-and-set: fetch it, change it, put it back if nobody else has."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

REFUSALS = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


class TooMuchContention(Exception):
    """Every try met another writer."""


def change(s3: Any, bucket: str, key: str, work: Callable[[sqlite3.Connection], None], *, tries: int = 50) -> None:
    """Run `work` on the database and store the result, exactly once. `work` may run several times: on a fresh copy each time."""
    change_id = uuid4().hex
    for attempt in range(tries):
        database, condition = _fetch(s3, bucket, key)
        with database:
            database.execute("create table if not exists changes (id text primary key)")
            if database.execute("select 1 from changes where id = ?", (change_id,)).fetchone():
                return  # an earlier try was stored, and its reply was lost
            database.execute("insert into changes values (?)", (change_id,))
            work(database)
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=database.serialize(), **condition)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                raise
        finally:
            database.close()
        time.sleep(random.uniform(0, min(1.0, 0.01 * 2**attempt)))  # so that writers do not meet again and again
    raise TooMuchContention(key)


def read(s3: Any, bucket: str, key: str, query: str) -> list[Any]:
    """The rows of a query."""
    database, _ = _fetch(s3, bucket, key)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def _fetch(s3: Any, bucket: str, key: str) -> tuple[sqlite3.Connection, dict[str, str]]:
    """The database, and the condition under which it may be put back."""
    database = sqlite3.connect(":memory:")
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey:
        return database, {"IfNoneMatch": "*"}
    database.deserialize(found["Body"].read())
    return database, {"IfMatch": found["ETag"]}


def main() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="example-sqlite")

    def visit(database: sqlite3.Connection) -> None:
        database.execute("create table if not exists visits (visitor text)")
        database.execute("insert into visits values ('alice')")

    for _ in range(3):
        change(s3, "example-sqlite", "visits.db", visit)
    print("rows:", read(s3, "example-sqlite", "visits.db", "select count(*) from visits")[0][0])


if __name__ == "__main__":
    main()
