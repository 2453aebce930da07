"""Users in DynamoDB. No two may have the same address."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, table


class Users:
    """The condition is judged by the item of the new user's own key, which never has an address yet."""

    def __init__(self, dynamodb):
        self.dynamodb = dynamodb

    def register(self, user, address):
        try:
            self.dynamodb.put_item(
                TableName="users", Item={"id": {"S": user}, "address": {"S": address}},
                ConditionExpression="attribute_not_exists(address)",
            )  # fmt: skip
            return True
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False


class AddressedUsers(Users):
    """The address has an item of its own, written together with the user."""

    def register(self, user, address):
        items = ({"id": {"S": user}, "address": {"S": address}}, {"id": {"S": f"address {address}"}})
        new = {"TableName": "users", "ConditionExpression": "attribute_not_exists(id)"}
        puts = [{"Put": {**new, "Item": item}} for item in items]
        while True:
            try:
                self.dynamodb.transact_write_items(TransactItems=puts)
                return True
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                if any(reason["Code"] == "ConditionalCheckFailed" for reason in error.response["CancellationReasons"]):
                    return False


def race(users):
    def setup(aws):
        table(aws, "users", "id")

    def ann(aws):
        return users(aws.client("dynamodb")).register("ann", "us@example.com")

    def ben(aws):
        return users(aws.client("dynamodb")).register("ben", "us@example.com")

    def check(aws, told):
        registered = [name for name, done in told.items() if done]
        assert len(registered) == 1, f"us@example.com is the address of {registered or 'nobody'}"

    return Race((ann, ben), setup, check, ("transaction_conflict",))


ENTRY = Entry("wrong key", Users, AddressedUsers, race, takes="no more than one actor after another")
