"""The Hypothesis machine finds what is wrong with a class of conditional writes, and passes one that is right."""

from __future__ import annotations

import unittest

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, settings

from condemu.lab.stateful import ConditionalStore, Wrong

REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "404")
SETTINGS = settings(
    max_examples=20, stateful_step_count=10, deadline=None, database=None, derandomize=True,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


class Careful(ConditionalStore):
    """A class over S3 that looks, after a refusal, whether what is there is its own."""

    def make(self, aws):
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="bucket")
        return s3

    def get(self, store, key):
        try:
            found = store.get_object(Bucket="bucket", Key=key)
        except ClientError:
            return None
        return found["Body"].read(), found["ETag"]

    def put(self, store, key, value, **condition):
        identity = str(len(store.__dict__.setdefault("written", [])))
        store.written.append(identity)
        try:
            return store.put_object(Bucket="bucket", Key=key, Body=value, Metadata={"by": identity}, **condition)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
        return self.own(store, key, identity)

    def own(self, store, key, identity):
        try:
            there = store.head_object(Bucket="bucket", Key=key)
        except ClientError:
            return None
        return there["ETag"] if there["Metadata"].get("by") == identity else None

    def create(self, store, key, value):
        return self.put(store, key, value, IfNoneMatch="*")

    def replace(self, store, key, value, version):
        return self.put(store, key, value, IfMatch=version)


class Trusting(Careful):
    """Takes every refusal for somebody else's write."""

    def own(self, store, key, identity):
        return None


class Deleting(Careful):
    """Deletes whatever is there."""

    def delete(self, store, key, version):
        store.delete_object(Bucket="bucket", Key=key)
        return True


class Uploading(Careful):
    """Uploads in parts, without a condition."""

    def upload(self, store, key, parts):
        at = {"Bucket": "bucket", "Key": key}
        upload = store.create_multipart_upload(**at)["UploadId"]
        done = [
            {"PartNumber": number, "ETag": store.upload_part(**at, UploadId=upload, PartNumber=number, Body=part)["ETag"]}
            for number, part in enumerate(parts, 1)
        ]
        return store.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": done})["ETag"]


def run(machine):
    case = machine.TestCase
    case.settings = SETTINGS
    unittest.TestCase.debug(case("runTest"))


@pytest.mark.long
def test_a_class_that_looks_after_a_refusal_passes():
    run(Careful)


LOST, NONE = 0, 3  # which fault strikes: the first of ConditionalStore.faults, and none


def play(machine, *steps):
    """One example of the machine, step by step."""
    played = machine()
    try:
        played.begin()
        for name, arguments in steps:
            getattr(played, name)(**arguments)
    finally:
        played.teardown()


CREATED = ("creates", {"key": "a", "value": b"one", "struck": NONE})
REPLACED = ("replaces", {"key": "a", "value": b"two", "which": 0, "struck": NONE})


def test_the_machine_finds_by_itself_who_takes_its_own_write_for_anothers():
    with pytest.raises(Wrong, match=r"while lost .* struck said that it was refused, and yet the key holds"):
        run(Trusting)


def test_a_lost_reply_that_a_class_takes_for_a_refusal_is_told():
    step = ("creates", {"key": "a", "value": b"one", "struck": LOST})
    with pytest.raises(Wrong, match=r"create\('a'\) on a key that held nothing, while lost .* struck said that it was refused"):
        play(Trusting, step)
    play(Careful, step)


def test_a_class_that_deletes_what_it_has_not_read_is_found():
    with pytest.raises(Wrong, match=r"delete.* said that it was done, though its condition did not hold"):
        play(Deleting, CREATED, REPLACED, ("deletes", {"key": "a", "which": 1, "struck": NONE}))
    play(Deleting, CREATED, REPLACED, ("deletes", {"key": "a", "which": 0, "struck": NONE}))


def test_an_upload_without_a_condition_is_found():
    with pytest.raises(Wrong, match=r"upload.* said that it was done, though its condition did not hold"):
        play(Uploading, CREATED, ("uploads", {"key": "a", "value": b"two", "struck": NONE}))
    play(Uploading, ("uploads", {"key": "a", "value": b"two", "struck": NONE}), ("gets", {"key": "a"}))


def test_what_is_not_defined_is_told():
    class Empty(ConditionalStore):
        pass

    with pytest.raises(NotImplementedError, match="returns the object under test"):
        run(Empty)
