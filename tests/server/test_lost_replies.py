"""Lost replies on a socket, as a real client meets them: reset, stalled, cut within the body, answered with 500."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from condemu.core.calls import Call
from condemu.core.engine import ReplyLost, Watch
from condemu.core.http import Response
from condemu.lab.faults import fault
from condemu.lab.rules import Rules
from condemu.server.app import FAULTS
from condemu.testing.server import Server


async def nothing(seconds: float) -> None:
    """No delay."""


@pytest.fixture
def rules() -> Rules:
    return Rules(FAULTS, nothing)


@pytest.fixture
def server(rules: Rules) -> Iterator[Server]:
    with Server(observers=(rules,)) as server:
        yield server


def client(server: Server, attempts: int = 1, service: str = "s3", read_timeout: float = 1800) -> Any:
    config = Config(retries={"total_max_attempts": attempts}, read_timeout=read_timeout, s3={"addressing_style": "path"})
    return boto3.client(
        service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="ann", aws_secret_access_key="x",
        config=config,
    )  # fmt: skip


def test_a_reset_connection_tells_the_client_nothing_and_the_write_stands(rules, server):
    s3 = client(server)
    s3.create_bucket(Bucket="locks")
    counted = rules.add(fault("lost", operation="PutObject", first=1))
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")
    assert counted.hits == 1
    assert s3.get_object(Bucket="locks", Key="leader")["Body"].read() == b"ann"


def test_the_sdks_retry_meets_its_own_write(rules, server):
    s3 = client(server, attempts=3)
    s3.create_bucket(Bucket="locks")
    rules.add(fault("lost", operation="PutObject", first=1))
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")
    assert refused.value.response["Error"]["Code"] == "PreconditionFailed"
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_all_attempts_of_one_call_lose_their_replies(rules, server):
    dynamodb = client(server, attempts=3, service="dynamodb")
    dynamodb.create_table(
        TableName="counters", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    add = {
        "TableName": "counters", "Key": {"id": {"S": "n"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }  # fmt: skip
    rules.add(fault("lost-call", operation="UpdateItem", first=1))
    with pytest.raises(ConnectionClosedError):
        dynamodb.update_item(**add)
    assert dynamodb.get_item(TableName="counters", Key={"id": {"S": "n"}})["Item"]["n"] == {"N": "3"}
    dynamodb.update_item(**add)
    assert dynamodb.get_item(TableName="counters", Key={"id": {"S": "n"}})["Item"]["n"] == {"N": "4"}


def test_a_stalled_reply_lasts_until_the_client_gives_up(rules, server):
    s3 = client(server)
    s3.create_bucket(Bucket="locks")
    rules.add(fault("stall", operation="PutObject", first=1))
    impatient = client(server, read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.put_object(Bucket="locks", Key="leader", Body=b"ann")
    assert s3.get_object(Bucket="locks", Key="leader")["Body"].read() == b"ann"


def test_a_stall_of_so_many_seconds_ends_with_the_connection(rules, server):
    s3 = client(server)
    s3.create_bucket(Bucket="locks")
    rules.add(fault("stall", operation="PutObject", first=1, seconds=0.01))
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann")


@pytest.mark.parametrize("size", [2, 1000, 300_000])
def test_a_body_that_is_cut_is_noticed_by_who_reads_it(rules, server, size):
    s3 = client(server)
    s3.create_bucket(Bucket="locks")
    s3.put_object(Bucket="locks", Key="page", Body=b"x" * size)
    rules.add(fault("cut", operation="GetObject", first=1))
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        s3.get_object(Bucket="locks", Key="page")["Body"].read()
    assert len(s3.get_object(Bucket="locks", Key="page")["Body"].read()) == size


def test_an_answer_without_a_body_that_is_cut_is_a_reset(rules, server):
    s3 = client(server)
    s3.create_bucket(Bucket="locks")
    rules.add(fault("cut", operation="PutObject", first=1))
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann")


def test_a_500_after_the_write_is_retried_and_meets_it(rules, server):
    s3 = client(server, attempts=3)
    s3.create_bucket(Bucket="locks")
    rules.add(fault("error-after", operation="PutObject", first=1))
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")


class Stalls(Watch):
    """Loses every reply to a PutObject, and says when."""

    def __init__(self) -> None:
        self.lost = threading.Event()

    async def replying(self, call: Call, reply: Response) -> Response | None:
        if call.operation == "PutObject":
            self.lost.set()
            raise ReplyLost("stall")
        return None


def test_a_server_ends_while_a_client_still_waits_for_a_lost_reply():
    observer = Stalls()
    told: list[BaseException] = []

    def put() -> None:
        try:
            client(server).put_object(Bucket="locks", Key="leader", Body=b"ann")
        except ConnectionClosedError as error:
            told.append(error)

    with Server(observers=(observer,)) as server:
        client(server).create_bucket(Bucket="locks")
        thread = threading.Thread(target=put, daemon=True)
        thread.start()
        assert observer.lost.wait(600)
    thread.join(600)
    assert len(told) == 1
