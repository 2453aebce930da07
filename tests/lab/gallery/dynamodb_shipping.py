"""Orders in DynamoDB that are paid, and shipped if they are."""

from __future__ import annotations

from gallery.entry import Entry, Race, table

KEY = {"order": {"S": "1"}}


class Shipping:
    """Reads back what it has just written, without ConsistentRead: it may see the order as it was before."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def write(self, state):
        self.dynamodb.put_item(TableName="orders", Item={**KEY, "state": {"S": state}})

    def state(self):
        return self.dynamodb.get_item(TableName="orders", Key=KEY)["Item"]["state"]["S"]

    def pay(self):
        self.write("paid")
        if self.state() == "paid":
            self.write("shipped")


class ConsistentShipping(Shipping):
    """Asks for what is there now."""

    def state(self):
        return self.dynamodb.get_item(TableName="orders", Key=KEY, ConsistentRead=True)["Item"]["state"]["S"]


def race(shipping):
    def setup(aws):
        shipping(table(aws, "orders", "order")).write("new")

    def customer(aws):
        shipping(aws.client("dynamodb")).pay()

    def check(aws):
        state = ConsistentShipping(aws.client("dynamodb")).state()
        assert state == "shipped", f"the order is {state} and stays so"

    return Race((customer,), setup, check, ("stale", "lost"))


ENTRY = Entry("stale read", Shipping, ConsistentShipping, race, takes="1 fault")
