"""An actor that crashes: nothing of it is seen afterwards, whatever its code catches."""

from __future__ import annotations

import pytest

from condemu.lab import RaceFound, explore


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="bucket")


def keys(aws):
    return [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket="bucket").get("Contents", [])]


def two_steps(aws):
    try:
        aws.client("s3").put_object(Bucket="bucket", Key="first", Body=b"")
        aws.client("s3").put_object(Bucket="bucket", Key="second", Body=b"")
    finally:
        aws.client("s3").put_object(Bucket="bucket", Key="tidy", Body=b"")
    return True


def left_by(actor, **settings):
    """What the schedules leave behind, and what the actor is told to have come to."""
    left = set()

    def check(aws, told):
        left.add((" ".join(keys(aws)), bool(told[actor.__name__])))

    run = explore(actor, setup=bucket, check=check, **settings)
    assert run.complete
    return left


def test_a_crash_comes_before_each_write_and_runs_no_finally():
    assert left_by(two_steps, faults=["crash"]) == {
        ("first second tidy", True), ("", False), ("first", False), ("first second", False),
    }  # fmt: skip


def test_a_crash_after_a_write_leaves_the_write():
    assert left_by(two_steps, faults=["crash-after"]) == {
        ("first second tidy", True), ("first", False), ("first second", False), ("first second tidy", False),
    }  # fmt: skip


def test_code_cannot_swallow_a_crash():
    def stubborn(aws):
        for key in "ab":
            try:
                aws.client("s3").put_object(Bucket="bucket", Key=key, Body=b"")
            except BaseException:
                aws.client("s3").put_object(Bucket="bucket", Key="caught", Body=b"")
        return True

    assert left_by(stubborn, faults=["crash"]) == {("a b", True), ("", False), ("a", False)}


def test_a_coroutine_crashes_too():
    async def writes(aws):
        try:
            aws.client("s3").put_object(Bucket="bucket", Key="a", Body=b"")
        finally:
            aws.client("s3").put_object(Bucket="bucket", Key="tidy", Body=b"")
        return True

    assert left_by(writes, faults=["crash"]) == {("a tidy", True), ("", False), ("a", False)}


def test_others_go_on_and_the_crash_is_drawn_and_replayed():
    def other(aws):
        return len(keys(aws))

    def check(aws, told):
        assert keys(aws) != ["first"], "half of it is there"

    with pytest.raises(RaceFound) as found:
        explore(two_steps, other, setup=bucket, check=check, faults=["crash", "crash-after"])
    text = str(found.value)
    assert "half of it is there" in text
    assert "It takes 1 fault." in text
    assert "†" in text or "‡" in text
    with pytest.raises(RaceFound, match="never sent"):
        explore(two_steps, other, setup=bucket, check=check, faults=["crash"], replay="v1.two_steps:1.two_steps:crash")


def test_a_batch_that_was_sent_goes_on_without_its_client():
    def table(aws):
        aws.client("dynamodb").create_table(
            TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        )  # fmt: skip

    def batch(aws):
        requests = [{"PutRequest": {"Item": {"k": {"S": key}}}} for key in "ab"]
        aws.client("dynamodb").batch_write_item(RequestItems={"table": requests})

    left = set()

    def check(aws):
        left.add(aws.client("dynamodb").scan(TableName="table")["Count"])

    assert explore(batch, setup=table, check=check, faults=["crash", "crash-after"]).complete
    assert left == {0, 2}
