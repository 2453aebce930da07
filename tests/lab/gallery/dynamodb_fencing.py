"""A lock in DynamoDB whose holder gets a number, and a document that refuses numbers lower than the last one."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

LOCK = {"id": {"S": "lock"}}
DOCUMENT = {"id": {"S": "document"}}


class Fence:
    """The lock is deleted by its time to live, and the number with it: the next holder begins at 1 again."""

    expires = True

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time
        self.name = aws.name
        self.number = 0

    def acquire(self):
        now = self.time()
        held = item_of(self.dynamodb, "plans", LOCK)
        if held and float(held["until"]["N"]) > now:
            return held["holder"]["S"] == self.name
        number = int(held["number"]["N"]) + 1 if held else 1
        until = {"N": str(int(now) + 30)}
        item = {**LOCK, "holder": {"S": self.name}, "number": {"N": str(number)}, "until": until}
        if self.expires:
            item["expires"] = until
        if not self.put(item, "attribute_not_exists(#mark) OR #mark < :mark", "number", number):
            return False
        self.number = number
        return True

    def put(self, item, condition, mark, number):
        """Write on a condition; whether it is what is there now."""
        try:
            self.dynamodb.put_item(
                TableName="plans", Item=item, ConditionExpression=condition,
                ExpressionAttributeNames={"#mark": mark}, ExpressionAttributeValues={":mark": {"N": str(number)}},
            )  # fmt: skip
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return item_of(self.dynamodb, "plans", {"id": item["id"]}) == item
        return True

    def write(self):
        item = {**DOCUMENT, "by": {"S": self.name}, "number": {"N": str(self.number)}}
        return self.put(item, "attribute_not_exists(#mark) OR #mark <= :mark", "number", self.number)


class LastingFence(Fence):
    """The lock is never deleted. That it ran out is seen from its time."""

    expires = False


def race(fence):
    def setup(aws):
        table(aws, "plans", "id").update_time_to_live(
            TableName="plans", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )

    def first(aws):
        own = fence(aws)
        return own.acquire() and own.write()

    def second(aws):
        own = fence(aws)
        return own.acquire() and own.write() and own.number

    def check(aws, told):
        document = item_of(aws.client("dynamodb"), "plans", DOCUMENT)
        held = item_of(aws.client("dynamodb"), "plans", LOCK)
        if told.first and told.second and held and held["holder"] == {"S": "second"}:
            assert document["by"] == {"S": "second"}, "first has overwritten what second wrote, who had the lock after it"

    return Race((first, second), setup, check, ("lost",), time_passes=(31,))


ENTRY = Entry("TTL deletion", Fence, LastingFence, race, takes="1 switch and 1 pause")
