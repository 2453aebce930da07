"""The log of a table format in S3: each commit is the object of the next number, created if it is not there yet."""

from __future__ import annotations

from botocore.exceptions import ClientError

from gallery.entry import Entry, Race, bucket, code_of, text


class TableLog:
    """Commits again behind every conflict, its own commit included, if the reply to that was lost: the rows are there twice."""

    def __init__(self, s3):
        self.s3 = s3

    def next_version(self):
        return self.s3.list_objects_v2(Bucket="table", Prefix="log/")["KeyCount"]

    def create(self, version, commit):
        try:
            self.s3.put_object(Bucket="table", Key=f"log/{version:04}", Body=commit, IfNoneMatch="*")
            return True
        except ClientError as error:
            if code_of(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            return False

    def append(self, commit):
        while not self.create(self.next_version(), commit):
            pass


class OwnTableLog(TableLog):
    """Looks whose commit is in its way."""

    def append(self, commit):
        while True:
            version = self.next_version()
            if self.create(version, commit) or text(self.s3, "table", f"log/{version:04}") == commit:
                return


def race(log):
    def setup(aws):
        bucket(aws, "table")

    def ingest(aws):
        log(aws.client("s3")).append("ingest")

    def compaction(aws):
        log(aws.client("s3")).append("compaction")

    def check(aws):
        s3 = aws.client("s3")
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket="table").get("Contents", [])]
        commits = sorted(text(s3, "table", key) or "" for key in keys)
        assert commits == ["compaction", "ingest"], f"the log holds {commits}"

    return Race((ingest, compaction), setup, check, ("lost", "conflict"))


ENTRY = Entry("lost reply", TableLog, OwnTableLog, race, takes="1 fault")
