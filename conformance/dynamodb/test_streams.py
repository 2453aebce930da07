"""Streams: what an iterator looks like, and which requests for one make no sense."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ..expect import accepted, refused, same, true, unchanged
from ..resources import Resources, wait
from ..tables import truth_table

pytestmark = [pytest.mark.tier("exact"), pytest.mark.needs("dynamodb.streams")]

NUMBER = "1" * 21


@pytest.fixture(scope="module")
def streams(client: Any) -> Any:
    return client("dynamodbstreams")


@pytest.fixture(scope="module")
def stream(resources: Resources, dynamodb: Any, streams: Any) -> tuple[str, str]:
    """The ARN of a stream, and of its shard the id."""
    table = resources.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    wait(lambda: bool(streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]))
    return arn, streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]


def test_an_iterator_begins_with_the_arn_of_its_stream(streams: Any, stream: tuple[str, str]) -> None:
    """A shard iterator is the stream's ARN, a digit and something that only DynamoDB reads, with bars between them.

    Source: recorded on AWS; DynamoDB API Reference, "GetShardIterator" [recorded]
    """
    arn, shard = stream
    asked = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST"}
    iterator = accepted(streams.get_shard_iterator, **asked)["ShardIterator"]
    true(re.fullmatch(re.escape(arn) + r"\|\d\|[A-Za-z0-9+/=]+", iterator), f"an iterator has three parts: {iterator}")
    true("Records" in accepted(streams.get_records, ShardIterator=iterator), "it can be read from")


@truth_table("""
    | ShardIteratorType     | SequenceNumber | answer              | evidence    |
    |-----------------------|----------------|---------------------|-------------|
    | LATEST                | -              | -                   | documented  |
    | TRIM_HORIZON          | -              | -                   | documented  |
    | LATEST                | given          | ValidationException | third-party |
    | TRIM_HORIZON          | given          | ValidationException | third-party |
    | AT_SEQUENCE_NUMBER    | -              | ValidationException | third-party |
    | AFTER_SEQUENCE_NUMBER | -              | ValidationException | third-party |
""")
def test_a_sequence_number_goes_with_the_types_that_name_one(streams: Any, stream: tuple[str, str], row: dict[str, str]) -> None:
    """GetShardIterator refuses a sequence number where the type needs none, and the lack of one where it does.

    Source: DynamoDB API Reference, "GetShardIterator"; asserted on AWS by a published suite [third-party]
    """
    arn, shard = stream
    asked = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": row["ShardIteratorType"]}
    if "SequenceNumber" in row:
        asked["SequenceNumber"] = NUMBER
    if "answer" not in row:
        accepted(streams.get_shard_iterator, **asked)
        return
    with unchanged(lambda: description(streams, arn), "the stream"):
        refused(streams.get_shard_iterator, **asked, status=400, code=row["answer"])


@pytest.mark.parametrize("given", ["Type", "ShardId"])
def test_a_filter_of_shards_has_both_its_members(streams: Any, stream: tuple[str, str], given: str) -> None:
    """A ShardFilter without Type or without ShardId is refused.

    Source: asserted on AWS by a published suite [third-party]
    """
    arn, shard = stream
    member = {given: {"Type": "CHILD_SHARDS", "ShardId": shard}[given]}
    with unchanged(lambda: description(streams, arn), "the stream"):
        refused(streams.describe_stream, StreamArn=arn, ShardFilter=member, status=400, code="ValidationException")


@pytest.mark.parametrize("operation", ["describe_stream", "get_shard_iterator", "list_streams"])
def test_what_is_no_arn_of_a_stream(streams: Any, stream: tuple[str, str], operation: str) -> None:
    """What cannot be the ARN of a stream is refused wherever one is asked for.

    Source: asserted on AWS by a published suite [third-party]
    """
    arn, shard = stream
    wrong = arn.partition("/stream")[0] + "/index/of-no-stream-at-all"
    asked = {
        "describe_stream": {"StreamArn": wrong},
        "get_shard_iterator": {"StreamArn": wrong, "ShardId": shard, "ShardIteratorType": "LATEST"},
        "list_streams": {"ExclusiveStartStreamArn": wrong},
    }[operation]
    with unchanged(lambda: description(streams, arn), "the stream"):
        refused(vars(type(streams))[operation].__get__(streams), **asked, status=400, code="ValidationException")


def description(streams: Any, arn: str) -> Any:
    return streams.describe_stream(StreamArn=arn)["StreamDescription"]


def test_a_change_is_told_to_who_reads_from_the_beginning(streams: Any, stream: tuple[str, str], dynamodb: Any, key: str) -> None:
    """A change is in the stream, with the keys of its item, for who reads from TRIM_HORIZON.

    Source: DynamoDB Developer Guide, "Change data capture for DynamoDB Streams" [documented]
    """
    arn, shard = stream
    table = arn.partition("/stream")[0].rpartition("/")[2]
    accepted(dynamodb.put_item, TableName=table, Item={"pk": {"S": key}, "v": {"N": "1"}})
    asked = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    found: list[Any] = []

    def told() -> bool:
        iterator = streams.get_shard_iterator(**asked)["ShardIterator"]
        for _ in range(20):
            page = streams.get_records(ShardIterator=iterator)
            found.extend(one["dynamodb"] for one in page["Records"] if one["dynamodb"]["Keys"] == {"pk": {"S": key}})
            if found or "NextShardIterator" not in page:
                break
            iterator = page["NextShardIterator"]
        return bool(found)

    wait(told)
    same([name for name in ("NewImage", "OldImage") if name in found[0]], [], "the images of a stream of keys alone")
