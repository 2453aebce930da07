"""Orders take what they need out of a stock in DynamoDB, and say that it is sold out when there is too little."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

KEY = {"product": {"S": "lamp"}}


class Stock:
    """Takes every canceled transaction for a sold-out product, though another transaction may only have been in its way."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def transact(self, order):
        taking = {
            "TableName": "stock", "Key": KEY, "UpdateExpression": "SET pieces = pieces - :one",
            "ConditionExpression": "pieces >= :one", "ExpressionAttributeValues": {":one": {"N": "1"}},
        }  # fmt: skip
        placing = {"TableName": "orders", "Item": {"order": {"S": order}}}
        self.dynamodb.transact_write_items(TransactItems=[{"Update": taking}, {"Put": placing}], ClientRequestToken=order)

    def order(self, order):
        try:
            self.transact(order)
            return "ordered"
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException":
                raise
            return "sold out"


class ReasonedStock(Stock):
    """Asks for the reason, and tries again if it is no lack of lamps."""

    def order(self, order):
        while True:
            try:
                self.transact(order)
                return "ordered"
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                if error.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed":
                    return "sold out"


def race(stock):
    def setup(aws):
        table(aws, "orders", "order")
        table(aws, "stock", "product").put_item(TableName="stock", Item={**KEY, "pieces": {"N": "2"}})

    def ann(aws):
        return stock(aws.client("dynamodb")).order("order-1")

    def ben(aws):
        return stock(aws.client("dynamodb")).order("order-2")

    def check(aws, told):
        left = item_of(aws.client("dynamodb"), "stock", KEY)["pieces"]["N"]
        assert "sold out" not in (told.ann, told.ben), f"{left} lamps are left, and it says sold out"

    return Race((ann, ben), setup, check, ("transaction_conflict", "lost"))


ENTRY = Entry("409", Stock, ReasonedStock, race, takes="1 fault")
