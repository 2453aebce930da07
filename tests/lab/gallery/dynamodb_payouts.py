"""Payouts in DynamoDB, by account and time. Each prize is paid out once."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, table


class Payouts:
    """The sort key has the time in it, so that the condition looks at an item that nobody has written at another time."""

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time

    def sort_key(self, prize):
        return f"{self.time():.0f}#{prize}"

    def pay(self, account, prize):
        try:
            self.dynamodb.put_item(
                TableName="payouts", Item={"account": {"S": account}, "payout": {"S": self.sort_key(prize)}},
                ConditionExpression="attribute_not_exists(account)",
            )  # fmt: skip
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


class NamedPayouts(Payouts):
    """The sort key is the prize, and the time a mere attribute, if it is needed."""

    def sort_key(self, prize):
        return prize


def race(payouts):
    def setup(aws):
        table(aws, "payouts", "account", "payout")

    def click(aws):
        payouts(aws).pay("ann", "lottery")

    def second_click(aws):
        payouts(aws).pay("ann", "lottery")

    def check(aws):
        paid = aws.client("dynamodb").scan(TableName="payouts", ConsistentRead=True)["Count"]
        assert paid == 1, f"one prize was paid out {paid} times"

    return Race((click, second_click), setup, check, ("lost",), time_passes=(1,))


ENTRY = Entry("wrong key", Payouts, NamedPayouts, race, takes="1 pause")
