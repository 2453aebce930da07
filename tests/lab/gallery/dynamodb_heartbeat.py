"""A worker holds a lock in DynamoDB for 30 seconds. Another one takes it when those have passed."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

KEY = {"lock": {"S": "billing"}}


class Takeover:
    """Compares the end of the other's lock with its own clock, which may be ahead."""

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time
        self.sleep = aws.sleep
        self.name = aws.name

    def held(self):
        return item_of(self.dynamodb, "locks", KEY)

    def take(self, held):
        """Take the lock if it is still the one that was seen."""
        condition = {"ConditionExpression": "attribute_not_exists(#lock)", "ExpressionAttributeNames": {"#lock": "lock"}}
        if held:
            condition = {
                "ConditionExpression": "holder = :holder AND ends = :ends",
                "ExpressionAttributeValues": {":holder": held["holder"], ":ends": held["ends"]},
            }
        until = self.time() + 30
        item = {**KEY, "holder": {"S": self.name}, "ends": {"N": str(until)}}
        try:
            self.dynamodb.put_item(TableName="locks", Item=item, **condition)
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return until if self.held() == item else 0.0
        return until

    def acquire(self):
        held = self.held()
        if held and float(held["ends"]["N"]) > self.time():
            return 0.0
        return self.take(held)


class PatientTakeover(Takeover):
    """Waits as long as a lock lasts, by its own clock, and takes it if it did not change meanwhile: no clocks are compared."""

    def acquire(self):
        held = self.held()
        if held:
            self.sleep(30)
        return self.take(held)


def race(takeover):
    def setup(aws):
        table(aws, "locks", "lock")

    def first(aws):
        return takeover(aws).acquire()

    def second(aws):
        return takeover(aws).acquire() - 45

    def check(aws, told):
        assert min(told.first, told.second) <= aws.time(), "both have the lock"

    return Race((first, second), setup, check, ("lost",), skew={"second": 45})


ENTRY = Entry("skewed clock", Takeover, PatientTakeover, race, takes="no more than one actor after another")
