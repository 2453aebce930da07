"""Money moves between two accounts in one transaction of DynamoDB. What fails is tried again."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from gallery.entry import Entry, Race, code_of, item_of, table


def change(name, amount):
    return {
        "Update": {
            "TableName": "accounts", "Key": {"id": {"S": name}}, "UpdateExpression": "ADD balance :amount",
            "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
        }
    }  # fmt: skip


class Transfers:
    """Calls again when it heard nothing. boto3 makes a new token for each call, so the second is another transfer."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def transact(self, transfer, amount):
        self.dynamodb.transact_write_items(TransactItems=[change("ann", -amount), change("ben", amount)])

    def send(self, transfer, amount):
        for _ in range(3):
            try:
                self.transact(transfer, amount)
                return True
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
            except BotoCoreError:
                continue
        return False


class NamedTransfers(Transfers):
    """The transfer's own name is the token: however often it is sent, it is one transfer."""

    def transact(self, transfer, amount):
        self.dynamodb.transact_write_items(
            TransactItems=[change("ann", -amount), change("ben", amount)], ClientRequestToken=transfer
        )


def race(transfers):
    def setup(aws):
        dynamodb = table(aws, "accounts", "id")
        for name in ("ann", "ben"):
            dynamodb.put_item(TableName="accounts", Item={"id": {"S": name}, "balance": {"N": "100"}})

    def rent(aws):
        return transfers(aws.client("dynamodb")).send("rent", 50)

    def fine(aws):
        return transfers(aws.client("dynamodb")).send("fine", 5)

    def check(aws, told):
        left = int(item_of(aws.client("dynamodb"), "accounts", {"id": {"S": "ann"}})["balance"]["N"])
        sent = 50 * told.rent + 5 * told.fine
        assert not (told.rent and told.fine) or left == 100 - sent, f"{sent} were sent, and {100 - left} are gone"

    return Race((rent, fine), setup, check, ("lost-call", "transaction_conflict"))


ENTRY = Entry("lost call", Transfers, NamedTransfers, race, takes="1 fault")
