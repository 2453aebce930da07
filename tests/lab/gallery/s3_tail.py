"""Events in S3 under keys that sort by time; a reader follows them from where it stopped the last time."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of


class TimedEvents:
    """The key is the writer's time of day: an event of a clock that is behind comes before what was read already."""

    def __init__(self, aws):
        self.s3 = aws.client("s3")
        self.time = aws.time
        self.name = aws.name

    def next_key(self):
        return f"{self.time():.0f}-{self.name}"

    def write(self):
        while True:
            try:
                self.s3.put_object(Bucket="events", Key=self.next_key(), Body=self.name, IfNoneMatch="*")
                return
            except ClientError as error:
                if code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                    raise
                if self.is_written():
                    return

    def is_written(self):
        return any(self.name == self.s3.get_object(Bucket="events", Key=key)["Body"].read().decode() for key in self.after(""))

    def after(self, last):
        found = self.s3.list_objects_v2(Bucket="events", StartAfter=last)
        return [each["Key"] for each in found.get("Contents", [])]


class NumberedEvents(TimedEvents):
    """The key is the number after the last one, which only one writer can create."""

    def next_key(self):
        return f"{len(self.after('')):06}"


def race(events):
    def setup(aws):
        bucket(aws, "events")

    def writer(aws):
        events(aws).write()

    def slow(aws):
        events(aws).write()

    def reader(aws):
        own = events(aws)
        seen = own.after("")
        return seen + own.after(seen[-1] if seen else "")

    def check(aws, told):
        last = told.reader[-1] if told.reader else ""
        missed = [key for key in events(aws).after("") if key <= last and key not in told.reader]
        assert missed == [], f"the reader has come to {last} and will never see {missed}"

    return Race((writer, slow, reader), setup, check, ("lost",), skew={"slow": -5})


ENTRY = Entry("skewed clock", TimedEvents, NumberedEvents, race, takes="1 switch")
