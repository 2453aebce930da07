"""A lock in DynamoDB that ends by itself after 30 seconds, should its holder be gone."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

KEY = {"lock": {"S": "reindex"}}


class Lock:
    """Gives the lock back by deleting it, even when it ran out and is another's by now."""

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time
        self.owner = {"S": aws.name}
        self.until = 0.0

    def acquire(self):
        now = self.time()
        self.until = now + 30
        try:
            self.dynamodb.put_item(
                TableName="locks",
                Item={**KEY, "owner": self.owner, "ends": {"N": str(self.until)}},
                ConditionExpression="attribute_not_exists(#lock) OR ends < :now OR #owner = :owner",
                ExpressionAttributeNames={"#lock": "lock", "#owner": "owner"},
                ExpressionAttributeValues={":now": {"N": str(now)}, ":owner": self.owner},
            )
            return True
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False

    def release(self):
        self.dynamodb.delete_item(TableName="locks", Key=KEY)


class OwnLock(Lock):
    """Deletes the lock only if it is its own."""

    def release(self):
        try:
            self.dynamodb.delete_item(
                TableName="locks", Key=KEY, ConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"}, ExpressionAttributeValues={":owner": self.owner},
            )  # fmt: skip
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


def race(lock):
    def setup(aws):
        table(aws, "locks", "lock")

    def nightly(aws):
        own = lock(aws)
        if own.acquire():
            own.release()

    def daemon(aws):
        own = lock(aws)
        return own.until if own.acquire() else 0.0

    def check(aws, told):
        held = item_of(aws.client("dynamodb"), "locks", KEY)
        if told.daemon and told.daemon > aws.time():
            assert (held or {}).get("owner") == {"S": "daemon"}, "daemon has the lock, and it is gone"

    return Race((nightly, daemon), setup, check, ("lost",), time_passes=(31,))


ENTRY = Entry("lease", Lock, OwnLock, race, takes="1 switch and 1 pause")
