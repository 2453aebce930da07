"""Messages of a log in SimpleDB, numbered one after another."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Log:
    """Counts the messages and writes the next number."""

    def __init__(self, simpledb):
        self.simpledb = simpledb

    def count(self):
        found = self.simpledb.select(SelectExpression="select count(*) from log", ConsistentRead=True)
        return int(found["Items"][0]["Attributes"][0]["Value"])

    def put(self, item, message, **expected):
        self.simpledb.put_attributes(DomainName="log", ItemName=item, Attributes=replaced(message=message), **expected)

    def append(self, message):
        item = f"{self.count() + 1:04}"
        self.put(item, message)
        return item


class ExpectingLog(Log):
    """Writes a number only if it has no message yet."""

    def append(self, message):
        while True:
            item = f"{self.count() + 1:04}"
            try:
                self.put(item, message, Expected={"Name": "message", "Exists": False})
                return item
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailed":
                    raise
                if attributes(self.simpledb, "log", item).get("message") == message:
                    return item


def race(log):
    def setup(aws):
        domain(aws, "log")

    def web(aws):
        return log(aws.client("sdb")).append("started")

    def worker(aws):
        return log(aws.client("sdb")).append("ready")

    def check(aws, told):
        messages = [attributes(aws.client("sdb"), "log", item).get("message") for item in (told.web, told.worker) if item]
        assert messages == ["started", "ready"], f"the log says {messages}"

    return Race((web, worker), setup, check, ("lost",))


ENTRY = Entry("list then put", Log, ExpectingLog, race, takes="1 switch")
