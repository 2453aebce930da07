"""A queue of mails in SimpleDB. A worker takes one, sends it, and is done."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, attributes, code_of, domain, replaced


class Queue:
    """Takes a mail by deleting it. A worker that is stopped before it has sent it takes it along."""

    def __init__(self, aws):
        self.simpledb = aws.client("sdb")
        self.time = aws.time
        self.name = aws.name

    def send(self, mail):
        """Mails may be sent twice, but not never."""
        self.simpledb.put_attributes(DomainName="mails", ItemName=f"sent-{mail}", Attributes=replaced(sent="yes"))

    def take(self, mail):
        """Whether it is this worker's; the condition makes it one worker's."""
        expected = {"Name": "state", "Value": "ready", "Exists": True}
        try:
            self.simpledb.delete_attributes(DomainName="mails", ItemName=mail, Expected=expected)
        except ClientError as error:
            if code_of(error) not in ("ConditionalCheckFailed", "AttributeDoesNotExist"):
                raise
            return False
        return True

    def work(self, mail):
        if self.take(mail):
            self.send(mail)

    def is_lost(self, mail):
        simpledb = self.simpledb
        return not attributes(simpledb, "mails", mail) and not attributes(simpledb, "mails", f"sent-{mail}")


class ClaimingQueue(Queue):
    """Sends first, and deletes what it has sent. Who is stopped leaves the mail to the next worker."""

    def work(self, mail):
        if attributes(self.simpledb, "mails", mail).get("state") == "ready":
            self.send(mail)
            self.take(mail)


def race(queue):
    def setup(aws):
        domain(aws, "mails").put_attributes(DomainName="mails", ItemName="welcome", Attributes=replaced(state="ready"))

    def first(aws):
        queue(aws).work("welcome")

    def second(aws):
        queue(aws).work("welcome")

    def check(aws):
        assert not queue(aws).is_lost("welcome"), "the mail is not in the queue, and nobody has sent it"

    return Race((first, second), setup, check, ("crash", "crash-after", "lost"))


ENTRY = Entry("crash", Queue, ClaimingQueue, race, takes="1 fault")
