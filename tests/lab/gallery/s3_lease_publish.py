"""A report that only the holder of a lease may publish; both are objects of S3. A lease ends after 30 seconds."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text

REFUSED = ("PreconditionFailed", "ConditionalRequestConflict")


class Publisher:
    """Checks that the lease still runs, then publishes: what happens in between, the report never hears of."""

    def __init__(self, aws):
        self.s3 = aws.client("s3")
        self.time = aws.time
        self.name = aws.name
        self.epoch = 0
        self.until = 0.0

    def put(self, key, value, etag):
        """Write if the object is as it was read; whether it was written."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            self.s3.put_object(Bucket="reports", Key=key, Body=json.dumps(value), **condition)
            return True
        except ClientError as error:
            if code_of(error) not in REFUSED:
                raise
            return False

    def get(self, key):
        try:
            found = self.s3.get_object(Bucket="reports", Key=key)
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
            return {"epoch": 0, "by": "", "until": 0.0}, None
        return json.loads(found["Body"].read()), found["ETag"]

    def hold(self, lease):
        self.epoch, self.until = lease["epoch"], lease["until"]

    def acquire(self):
        while True:
            lease, etag = self.get("lease")
            if lease["by"] == self.name:
                self.hold(lease)
                return True
            if lease["until"] > self.time():
                return False
            lease = {"epoch": lease["epoch"] + 1, "by": self.name, "until": self.time() + 30}
            if self.put("lease", lease, etag):
                self.hold(lease)
                return True

    def publish(self):
        if self.until < self.time():
            return False
        self.s3.put_object(Bucket="reports", Key="report", Body=json.dumps({"epoch": self.epoch, "by": self.name}))
        return True


class FencedPublisher(Publisher):
    """The report knows the number of the lease under which it was written, and no lower one replaces it."""

    def publish(self):
        while True:
            report, etag = self.get("report")
            if report["epoch"] >= self.epoch:
                return report["epoch"] == self.epoch
            self.put("report", {"epoch": self.epoch, "by": self.name}, etag)


def race(publisher):
    lease = {"epoch": 1, "by": "nightly"}

    def setup(aws):
        held = json.dumps({**lease, "until": aws.time() + 30})
        bucket(aws, "reports").put_object(Bucket="reports", Key="lease", Body=held)

    def nightly(aws):
        own = publisher(aws)
        own.hold({**lease, "until": aws.time() + 30})
        return own.publish() and own.epoch

    def standby(aws):
        own = publisher(aws)
        return own.acquire() and own.publish() and own.epoch

    def check(aws, told):
        published = text(aws.client("s3"), "reports", "report")
        newest = max(told.nightly or 0, told.standby or 0)
        assert not newest or json.loads(published or "")["epoch"] == newest, f"lease {newest} published, left is {published}"

    return Race((nightly, standby), setup, check, ("lost", "conflict"), time_passes=(31,))


ENTRY = Entry("lease", Publisher, FencedPublisher, race, takes="1 switch and 1 pause")
