"""Tickets in S3, numbered one after another."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text


class Tickets:
    """Counts what is there and writes the next number, which somebody else may have written meanwhile."""

    def __init__(self, s3):
        self.s3 = s3

    def next_key(self):
        return f"tickets/{self.s3.list_objects_v2(Bucket='desk', Prefix='tickets/')['KeyCount'] + 1:04}"

    def open(self, problem):
        key = self.next_key()
        self.s3.put_object(Bucket="desk", Key=key, Body=problem)
        return key


class CreatedTickets(Tickets):
    """Writes a number only if nobody has it yet, and takes the next one otherwise."""

    def open(self, problem):
        while True:
            key = self.next_key()
            try:
                self.s3.put_object(Bucket="desk", Key=key, Body=problem, IfNoneMatch="*")
                return key
            except ClientError as error:
                if code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                    raise
                if text(self.s3, "desk", key) == problem:
                    return key


def race(tickets):
    def setup(aws):
        bucket(aws, "desk")

    def ann(aws):
        return tickets(aws.client("s3")).open("no light")

    def ben(aws):
        return tickets(aws.client("s3")).open("no heat")

    def check(aws, told):
        problems = {name: text(aws.client("s3"), "desk", key) for name, key in told.items() if key}
        assert problems == {"ann": "no light", "ben": "no heat"}, f"the tickets say {problems}"

    return Race((ann, ben), setup, check, ("lost", "conflict"))


ENTRY = Entry("list then put", Tickets, CreatedTickets, race, takes="1 switch")
