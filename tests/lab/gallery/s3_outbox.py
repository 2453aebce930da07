"""Invoices in S3, one object for each, written by a service that repeats what it could not finish."""

from __future__ import annotations

import itertools

from botocore.exceptions import BotoCoreError, ClientError

from gallery.entry import Entry, Race, bucket, code_of


class Invoices:
    """Gives each attempt a number of its own: what was written, and only its reply lost, is written again as another invoice."""

    def __init__(self, aws):
        self.s3 = aws.client("s3")
        self.name = aws.name
        self.attempts = itertools.count(1)

    def key(self, order):
        return f"invoices/{order}/{self.name}-{next(self.attempts)}"

    def write(self, order):
        for _ in range(3):
            try:
                self.s3.put_object(Bucket="books", Key=self.key(order), Body=b"10 EUR", IfNoneMatch="*")
                return True
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return True
                if code_of(error) != "ConditionalRequestConflict":
                    raise
            except BotoCoreError:
                continue
        return False


class OneInvoice(Invoices):
    """The order itself is the key: whoever writes it again finds it there."""

    def key(self, order):
        return f"invoices/{order}"


def race(invoices):
    def setup(aws):
        bucket(aws, "books")

    def web(aws):
        return invoices(aws).write("order-1")

    def check(aws, told):
        written = [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket="books").get("Contents", [])]
        assert len(written) == 1 or not told.web, f"order-1 is invoiced by {written}"

    return Race((web,), setup, check, ("lost", "lost-call", "conflict"))


ENTRY = Entry("lost call", Invoices, OneInvoice, race, takes="1 fault")
