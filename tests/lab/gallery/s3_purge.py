"""The pages of a customer are deleted from S3 on request, then the list of them."""

from __future__ import annotations

import json

from gallery.entry import Entry, Race, bucket, text


class Purge:
    """Takes 200 for all is deleted. DeleteObjects tells in its answer which objects it did not delete."""

    def __init__(self, s3):
        self.s3 = s3

    def delete(self, keys):
        """The keys that are not deleted."""
        answer = self.s3.delete_objects(Bucket="pages", Delete={"Objects": [{"Key": key} for key in keys]})
        return [error["Key"] for error in answer.get("Errors", ())]

    def purge(self):
        self.delete(json.loads(text(self.s3, "pages", "list") or "[]"))
        self.s3.delete_object(Bucket="pages", Key="list")


class WholePurge(Purge):
    """Deletes again what was not deleted, and the list last."""

    def purge(self):
        left = json.loads(text(self.s3, "pages", "list") or "[]")
        while left:
            left = self.delete(left)
        self.s3.delete_object(Bucket="pages", Key="list")


def race(purge):
    def setup(aws):
        s3 = bucket(aws, "pages")
        for key in ("page-1", "page-2"):
            s3.put_object(Bucket="pages", Key=key, Body=b"private")
        s3.put_object(Bucket="pages", Key="list", Body=json.dumps(["page-1", "page-2"]))

    def worker(aws):
        purge(aws.client("s3")).purge()
        return True

    def check(aws, told):
        left = [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket="pages").get("Contents", [])]
        assert "list" in left or left == [], f"the list is gone, and nobody will ever delete {left}"

    return Race((worker,), setup, check, ("internal_error", "lost", "crash"))


ENTRY = Entry("throttled batch", Purge, WholePurge, race, takes="1 fault")
