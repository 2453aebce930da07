"""Rows of a file are imported into DynamoDB in batches."""

from __future__ import annotations

from gallery.entry import Entry, Race, table

ROWS = ("a", "b", "c")


class Import:
    """Sends the batch. What DynamoDB has no capacity for comes back as unprocessed, and is not looked at."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def send(self, requests):
        return self.dynamodb.batch_write_item(RequestItems=requests)["UnprocessedItems"]

    def load(self, rows):
        self.send({"rows": [{"PutRequest": {"Item": {"id": {"S": row}}}} for row in rows]})
        return len(rows)


class WholeImport(Import):
    """Sends again what comes back, until nothing does."""

    def load(self, rows):
        left = {"rows": [{"PutRequest": {"Item": {"id": {"S": row}}}} for row in rows]}
        while left:
            left = self.send(left)
        return len(rows)


def race(imports):
    def setup(aws):
        table(aws, "rows", "id")

    def nightly(aws):
        return imports(aws.client("dynamodb")).load(ROWS)

    def check(aws, told):
        there = aws.client("dynamodb").scan(TableName="rows", ConsistentRead=True)["Count"]
        assert not told.nightly or there == told.nightly, f"{told.nightly} rows were imported, and {there} are there"

    return Race((nightly,), setup, check, ("throttle", "lost"))


ENTRY = Entry("throttled batch", Import, WholeImport, race, takes="1 fault")
