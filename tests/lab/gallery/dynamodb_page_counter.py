"""Visits of a page, counted in DynamoDB."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

KEY = {"page": {"S": "/"}}
ONE = {
    "TableName": "visits", "Key": KEY, "UpdateExpression": "ADD visits :one", "ExpressionAttributeValues": {":one": {"N": "1"}},
}  # fmt: skip


class Visits:
    """ADD is atomic, but it is not idempotent: a request that the SDK repeats counts twice."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def count(self):
        self.dynamodb.update_item(**ONE)


class OnceVisits(Visits):
    """The token of a transaction, which boto3 makes once for all attempts of a call, counts each visit once."""

    def count(self):
        while True:
            try:
                self.dynamodb.transact_write_items(TransactItems=[{"Update": ONE}])
                return
            except ClientError as error:
                reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", ())]
                if code_of(error) != "TransactionCanceledException" or reasons != ["TransactionConflict"]:
                    raise


def race(visits):
    def setup(aws):
        table(aws, "visits", "page")

    def reader(aws):
        visits(aws.client("dynamodb")).count()

    def robot(aws):
        visits(aws.client("dynamodb")).count()

    def check(aws):
        counted = item_of(aws.client("dynamodb"), "visits", KEY)["visits"]["N"]
        assert counted == "2", f"two visits were counted as {counted}"

    return Race((reader, robot), setup, check, ("lost", "transaction_conflict"))


ENTRY = Entry("lost reply", Visits, OnceVisits, race, takes="1 fault")
