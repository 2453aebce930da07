"""Streams are a resource of their own: who may read one, and iterators that nobody can make up."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from condemu.auth.credentials import read_credentials
from condemu.core.effects import ManualClock
from condemu.core.errors import ServiceError
from condemu.dynamodb.streams.shard_iterators import seal, unseal
from condemu.server.app import build
from condemu.server.config import Config
from condemu.testing.transport import install

ACCOUNT = "111122223333"


def policy(resource: str, *actions: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": resource}})


READS = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
FILE = f"""
[[credential]]
access_key = "ROOT"
secret = "secret"
account = "{ACCOUNT}"
[[credential]]
access_key = "READER"
secret = "secret"
account = "{ACCOUNT}"
user = "Reader"
policy = '{policy(f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table/stream/*", *READS)}'
[[credential]]
access_key = "TABLES"
secret = "secret"
account = "{ACCOUNT}"
user = "Tables"
policy = '{policy(f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table", "dynamodb:*")}'
[[credential]]
access_key = "OTHER"
secret = "secret"
account = "444455556666"
"""


@pytest.fixture
def client() -> Any:
    emulator = build(Config(auth="strict"), book=read_credentials(FILE), clock=ManualClock(1_790_000_000.0))

    def of(key: str, service: str = "dynamodbstreams") -> Any:
        client = boto3.Session(key, "secret", region_name="us-east-1").client(service)
        install(client, emulator)
        return client

    table = of("ROOT", "dynamodb").create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    of("ROOT", "dynamodb").put_item(TableName="table", Item={"id": {"S": "a"}})
    of.arn = table["LatestStreamArn"]  # type: ignore[attr-defined]
    yield of
    emulator.close()


def iterator(streams: Any, arn: str) -> str:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return str(answer["ShardIterator"])


@pytest.mark.parametrize("key", ["ROOT", "READER"])
def test_who_may_read_the_stream_reads_it(client: Any, key: str):
    streams = client(key)
    records = streams.get_records(ShardIterator=iterator(streams, client.arn))["Records"]
    assert [record["dynamodb"]["Keys"] for record in records] == [{"id": {"S": "a"}}]


@pytest.mark.parametrize("key", ["TABLES", "OTHER"])
def test_a_policy_on_the_table_alone_and_another_account_do_not(client: Any, key: str):
    held = iterator(client("ROOT"), client.arn)
    for call, parameters in (
        (client(key).describe_stream, {"StreamArn": client.arn}),
        (client(key).get_shard_iterator, {"StreamArn": client.arn, "ShardId": "shardId-00000000000000000000-00000000",
                                          "ShardIteratorType": "LATEST"}),
        (client(key).get_records, {"ShardIterator": held}),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        assert client.arn in caught.value.response["Error"]["Message"]


def test_an_iterator_is_opaque_and_cannot_be_changed(client: Any):
    streams = client("ROOT")
    held = iterator(streams, client.arn)
    arn, version, text = held.split("|")
    assert (arn, version) == (client.arn, "1")
    raw = bytearray(base64.b64decode(text))
    for position in range(len(raw)):
        changed = bytes([*raw[:position], raw[position] ^ 1, *raw[position + 1 :]])
        with pytest.raises(ClientError) as caught:
            streams.get_records(ShardIterator=f"{arn}|1|{base64.b64encode(changed).decode()}")
        assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_an_iterator_says_what_was_sealed_in_it_and_only_to_its_own_emulator():
    key, other = b"k" * 32, b"o" * 32
    text = seal(key, "arn", 12_345_678_901_234_567_890, 1_790_000_000.5, b"saltsalt")
    assert unseal(key, text) == ("arn", 12_345_678_901_234_567_890, 1_790_000_000.5)
    for wrong, by in ((text, other), (text.replace("arn", "ran"), key), ("", key), ("a|1|☃", key), ("arn|1|", key)):
        with pytest.raises(ServiceError):
            unseal(by, wrong)
