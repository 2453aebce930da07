"""Contacts in DynamoDB, found by their address through a global index. An import adds those that are not there yet."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, table


class Contacts:
    """Looks in the index, which knows later than the table what was added."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def known(self, address):
        found = self.dynamodb.query(
            TableName="contacts", IndexName="by-address", KeyConditionExpression="address = :address",
            ExpressionAttributeValues={":address": {"S": address}},
        )  # fmt: skip
        return found["Count"] > 0

    def load(self, rows):
        for number, address in enumerate(rows):
            if not self.known(address):
                self.dynamodb.put_item(TableName="contacts", Item={"id": {"S": f"row-{number}"}, "address": {"S": address}})


class KeyedContacts(Contacts):
    """The address itself is the key, and a condition says that there is none yet."""

    def load(self, rows):
        for address in rows:
            try:
                self.dynamodb.put_item(
                    TableName="contacts", Item={"id": {"S": address}, "address": {"S": address}},
                    ConditionExpression="attribute_not_exists(id)",
                )  # fmt: skip
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise


def race(contacts):
    def setup(aws):
        table(
            aws, "contacts", "id",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "address")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-address", "KeySchema": [{"AttributeName": "address", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )  # fmt: skip

    def loader(aws):
        contacts(aws.client("dynamodb")).load(["ann@example.com", "ben@example.com", "ann@example.com"])

    def check(aws):
        items = aws.client("dynamodb").scan(TableName="contacts", ConsistentRead=True)["Items"]
        there = sorted(item["address"]["S"] for item in items)
        assert there == ["ann@example.com", "ben@example.com"], f"the contacts are {there}"

    return Race((loader,), setup, check, ("stale", "lost"))


ENTRY = Entry("stale read", Contacts, KeyedContacts, race, takes="1 fault")
