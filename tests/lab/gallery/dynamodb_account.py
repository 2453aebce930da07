"""Money is taken from an account in DynamoDB, as long as there is enough."""

from __future__ import annotations

import uuid

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

KEY = {"id": {"S": "ann"}}


class Account:
    """Looks, then takes: two that look at the same time both find enough."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def balance(self):
        return int(item_of(self.dynamodb, "accounts", KEY)["balance"]["N"])

    def withdraw(self, amount):
        if self.balance() < amount:
            return False
        self.dynamodb.update_item(
            TableName="accounts", Key=KEY, UpdateExpression="SET balance = balance - :amount",
            ExpressionAttributeValues={":amount": {"N": str(amount)}},
        )  # fmt: skip
        return True


class GuardedAccount(Account):
    """Takes on condition that there is enough, in a transaction: its token keeps a repeated request from taking twice."""

    def withdraw(self, amount):
        taking = {
            "TableName": "accounts", "Key": KEY, "UpdateExpression": "SET balance = balance - :amount",
            "ConditionExpression": "balance >= :amount", "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
        }  # fmt: skip
        token = str(uuid.uuid4())
        while True:
            try:
                self.dynamodb.transact_write_items(TransactItems=[{"Update": taking}], ClientRequestToken=token)
                return True
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                reasons = {reason["Code"] for reason in error.response["CancellationReasons"]}
                if "ConditionalCheckFailed" in reasons:
                    return False
                if "TransactionConflict" not in reasons:
                    raise


def race(account):
    def setup(aws):
        table(aws, "accounts", "id").put_item(TableName="accounts", Item={**KEY, "balance": {"N": "100"}})

    def rent(aws):
        return 70 if account(aws.client("dynamodb")).withdraw(70) else 0

    def food(aws):
        return 40 if account(aws.client("dynamodb")).withdraw(40) else 0

    def check(aws, told):
        left = account(aws.client("dynamodb")).balance()
        assert left >= 0, f"the account is overdrawn: {left}"
        assert left == 100 - told.rent - told.food, f"{told.rent} and {told.food} were taken from 100, and {left} are left"

    return Race((rent, food), setup, check, ("lost", "transaction_conflict"))


ENTRY = Entry("order", Account, GuardedAccount, race, takes="1 switch")
