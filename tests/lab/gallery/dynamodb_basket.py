"""The total of a basket: the prices of its products are read from DynamoDB in one batch."""

from __future__ import annotations

from gallery.entry import Entry, Race, table

PRICES = {"lamp": 30, "desk": 120}


class Basket:
    """Adds up what came. What DynamoDB did not get to is among the unprocessed keys, and costs nothing here."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def read(self, asked):
        answer = self.dynamodb.batch_get_item(RequestItems=asked)
        prices = [int(item["price"]["N"]) for item in answer["Responses"].get("prices", ())]
        return prices, answer["UnprocessedKeys"]

    def total(self, products):
        prices, _ = self.read({"prices": {"Keys": [{"product": {"S": product}} for product in products]}})
        return sum(prices)


class WholeBasket(Basket):
    """Asks until every key was looked up."""

    def total(self, products):
        total, left = 0, {"prices": {"Keys": [{"product": {"S": product}} for product in products]}}
        while left:
            prices, left = self.read(left)
            total += sum(prices)
        return total


def race(basket):
    def setup(aws):
        dynamodb = table(aws, "prices", "product")
        for product, price in PRICES.items():
            dynamodb.put_item(TableName="prices", Item={"product": {"S": product}, "price": {"N": str(price)}})

    def shop(aws):
        return basket(aws.client("dynamodb")).total(PRICES)

    def check(aws, told):
        assert not told.shop or told.shop == sum(PRICES.values()), f"a lamp and a desk are sold for {told.shop}"

    return Race((shop,), setup, check, ("throttle",))


ENTRY = Entry("throttled batch", Basket, WholeBasket, race, takes="1 fault")
