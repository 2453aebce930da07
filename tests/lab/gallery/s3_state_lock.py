"""A lock beside a state file in S3, as infrastructure tools keep one: whoever creates the object has the lock."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text


class StateLock:
    """Takes every 412 for somebody else's lock. When the reply to its own write is lost, the SDK asks again and meets that."""

    def __init__(self, aws):
        self.s3 = aws.client("s3")
        self.id = aws.name

    def create(self):
        while True:
            try:
                self.s3.put_object(Bucket="states", Key="prod.lock", Body=self.id, IfNoneMatch="*")
                return True
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return False
                if code_of(error) != "ConditionalRequestConflict":
                    raise

    def acquire(self):
        return self.create()


class IdentifiedStateLock(StateLock):
    """Looks whose lock it is before it gives up."""

    def acquire(self):
        return self.create() or text(self.s3, "states", "prod.lock") == self.id


def race(lock):
    def setup(aws):
        bucket(aws, "states")

    def ann(aws):
        return lock(aws).acquire()

    def ben(aws):
        return lock(aws).acquire()

    def check(aws, told):
        held = text(aws.client("s3"), "states", "prod.lock")
        owners = [name for name, has_it in told.items() if has_it]
        assert owners == [held], f"the lock is {held}'s, and {owners or 'nobody'} knows that it has it"

    return Race((ann, ben), setup, check, ("lost", "conflict"))


ENTRY = Entry("lost reply", StateLock, IdentifiedStateLock, race, takes="1 fault")
