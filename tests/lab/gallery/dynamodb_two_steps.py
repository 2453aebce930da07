"""Money moves between two accounts in DynamoDB."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table


def change(name, amount):
    return {
        "TableName": "accounts", "Key": {"id": {"S": name}}, "UpdateExpression": "SET balance = balance + :amount",
        "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
    }  # fmt: skip


class TwoSteps:
    """Takes here, then gives there. Who is stopped in between has made money disappear."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def send(self, amount):
        self.dynamodb.update_item(**change("ann", -amount))
        self.dynamodb.update_item(**change("ben", amount))


class OneStep(TwoSteps):
    """Both in one transaction."""

    def send(self, amount):
        changes = [{"Update": change("ann", -amount)}, {"Update": change("ben", amount)}]
        while True:
            try:
                self.dynamodb.transact_write_items(TransactItems=changes)
                return
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise


def race(transfer):
    def setup(aws):
        dynamodb = table(aws, "accounts", "id")
        for name in ("ann", "ben"):
            dynamodb.put_item(TableName="accounts", Item={"id": {"S": name}, "balance": {"N": "100"}})

    def rent(aws):
        transfer(aws.client("dynamodb")).send(50)

    def fine(aws):
        transfer(aws.client("dynamodb")).send(5)

    def check(aws):
        dynamodb = aws.client("dynamodb")
        held = [int(item_of(dynamodb, "accounts", {"id": {"S": name}})["balance"]["N"]) for name in ("ann", "ben")]
        assert sum(held) == 200, f"ann and ben have {held} of 200"

    return Race((rent, fine), setup, check, ("crash", "crash-after", "transaction_conflict"))


ENTRY = Entry("crash", TwoSteps, OneStep, race, takes="1 fault")
