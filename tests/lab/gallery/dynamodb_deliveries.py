"""Messages that may be delivered twice are to be charged once: a record in DynamoDB remembers those that were."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, code_of, item_of, table

ACCOUNT = {"id": {"S": "account"}}


class Deliveries:
    """Remembers a message for a minute. The queue delivers again for longer than that."""

    seconds = 60

    def __init__(self, aws):
        self.dynamodb = aws.client("dynamodb")
        self.time = aws.time

    def charge(self, message):
        record = {"id": {"S": message}, "expires": {"N": str(int(self.time()) + self.seconds)}}
        remember = {"TableName": "charges", "Item": record, "ConditionExpression": "attribute_not_exists(id)"}
        charge = {
            "TableName": "charges", "Key": ACCOUNT, "UpdateExpression": "ADD charged :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }  # fmt: skip
        while True:
            try:
                self.dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": charge}])
                return
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                if error.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed":
                    return


class LongDeliveries(Deliveries):
    """Remembers it for longer than the queue keeps any message."""

    seconds = 15 * 86400


def race(deliveries):
    def setup(aws):
        table(aws, "charges", "id").update_time_to_live(
            TableName="charges", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )

    def delivery(aws):
        deliveries(aws).charge("message-1")

    def redelivery(aws):
        deliveries(aws).charge("message-1")

    def check(aws):
        charged = item_of(aws.client("dynamodb"), "charges", ACCOUNT)["charged"]["N"]
        assert charged == "1", f"one message was charged {charged} times"

    return Race((delivery, redelivery), setup, check, ("lost", "transaction_conflict"), time_passes=(300,))


ENTRY = Entry("TTL deletion", Deliveries, LongDeliveries, race, takes="1 pause")
