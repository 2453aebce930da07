"""`mock_aws`: boto3 answered in this process, nothing leaves it, and everything is as before when it ends."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from condemu.testing import Condemu, mock_aws
from condemu.testing.activation import NotEmulated
from condemu.testing.credentials import fresh_account


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def code_of(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.usefixtures("no_sockets")
def test_a_client_made_inside_is_answered_without_a_socket() -> None:
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"first", IfNoneMatch="*")
        assert code_of(s3.put_object, Bucket="bucket", Key="key", Body=b"second", IfNoneMatch="*") == "PreconditionFailed"
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"first"


@pytest.mark.usefixtures("no_sockets")
def test_a_resource_made_inside_is_answered() -> None:
    with mock_aws():
        bucket = boto3.resource("s3").create_bucket(Bucket="bucket")
        bucket.put_object(Key="key", Body=b"body")
        assert [entry.key for entry in bucket.objects.all()] == ["key"]


@pytest.mark.usefixtures("no_sockets")
def test_a_body_from_a_file_and_a_long_answer_pass_whole(tmp_path: Any) -> None:
    path = tmp_path / "body"
    path.write_bytes(os.urandom(3_000_000))
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        with path.open("rb") as file:
            s3.put_object(Bucket="bucket", Key="key", Body=file)
        assert b"".join(s3.get_object(Bucket="bucket", Key="key")["Body"].iter_chunks()) == path.read_bytes()


def test_each_activation_begins_empty() -> None:
    for _ in range(2):
        with mock_aws():
            s3 = boto3.client("s3")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="bucket")


def test_the_environment_names_no_real_account_inside_and_is_restored_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    with mock_aws(region="eu-west-1") as local:
        assert os.environ["AWS_ACCESS_KEY_ID"] == "condemu"
        assert boto3.client("s3").list_buckets()["Owner"]["ID"] == local.client("s3").list_buckets()["Owner"]["ID"]
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
        assert "AWS_PROFILE" not in os.environ
        assert boto3.client("s3").meta.region_name == "eu-west-1"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAREAL"
    assert os.environ["AWS_PROFILE"] == "production"
    assert "AWS_SESSION_TOKEN" not in os.environ


def test_another_service_is_refused_before_it_leaves() -> None:
    with mock_aws(), pytest.raises(NotEmulated, match="sqs"):
        boto3.client("sqs").list_queues()


@mock_aws()
def test_it_decorates_a_function() -> None:
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_it_decorates_a_coroutine() -> None:
    @mock_aws()
    async def lists() -> list[Any]:
        return boto3.client("s3").list_buckets()["Buckets"]  # type: ignore[no-any-return]

    assert asyncio.run(lists()) == []


@mock_aws()
class TestDecoratedUnittest(unittest.TestCase):
    def setUp(self) -> None:
        boto3.client("s3").create_bucket(Bucket="bucket")

    def test_set_up_ran_inside(self) -> None:
        assert len(boto3.client("s3").list_buckets()["Buckets"]) == 1

    def test_and_every_test_begins_anew(self) -> None:
        assert len(boto3.client("s3").list_buckets()["Buckets"]) == 1


@mock_aws()
class TestDecoratedPytestClass:
    def setup_method(self) -> None:
        boto3.client("s3").create_bucket(Bucket="bucket")

    def test_setup_method_ran_inside(self) -> None:
        assert len(boto3.client("s3").list_buckets()["Buckets"]) == 1


def test_threads_with_their_own_accounts_do_not_meet() -> None:
    meet = threading.Barrier(4)

    def work(number: int) -> list[str]:
        mock = mock_aws()
        local = mock.start()
        try:
            meet.wait(1800)
            s3 = local.client("s3")
            s3.create_bucket(Bucket="same-name")
            s3.put_object(Bucket="same-name", Key=f"key-{number}", Body=b"")
            meet.wait(1800)
            return [entry["Key"] for entry in s3.list_objects_v2(Bucket="same-name")["Contents"]]
        finally:
            meet.wait(1800)
            mock.stop()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [[f"key-{number}"] for number in range(4)]


def test_one_emulator_serves_many_threads_and_only_one_create_wins(condemu: Condemu) -> None:
    s3 = condemu.client("s3")
    s3.create_bucket(Bucket="bucket")

    def create(number: int) -> int:
        try:
            s3.put_object(Bucket="bucket", Key="lock", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError:
            return 0
        return 1

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(create, range(64))) == 1


def test_accounts_are_twelve_digits_and_new_every_time() -> None:
    accounts = [fresh_account() for _ in range(100)]
    assert len(set(accounts)) == 100
    assert all(len(account) == 12 and account.isdigit() for account in accounts)


def test_importing_the_plugin_loads_neither_boto_nor_a_service() -> None:
    code = (
        "import sys, condemu.testing.pytest_plugin\n"
        "heavy = ('boto3', 'botocore', 'uvicorn', 'lxml')\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in heavy or m.startswith('condemu.s')]\n"
        "sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_account_that_is_chosen_is_the_fixtures_own() -> None:
    """As for tests with ARNs in them: moto's account is always 123456789012."""
    with mock_aws(account="123456789012") as condemu:
        assert condemu.account == "123456789012"
        ambient, own = boto3.client("s3"), condemu.client("s3")
        assert {client.get_caller_identity()["Account"] for client in (boto3.client("sts"), condemu.client("sts"))} == {
            condemu.account
        }
        kept = condemu.snapshot()
        ambient.create_bucket(Bucket="bucket")
        assert [bucket["Name"] for bucket in own.list_buckets()["Buckets"]] == ["bucket"]
        with condemu.fault("conflict", operation="PutObject") as struck:
            assert code_of(own.put_object, Bucket="bucket", Key="key", IfNoneMatch="*") == "ConditionalRequestConflict"
        assert struck.hits == 1
        condemu.restore(kept)
        assert ambient.list_buckets()["Buckets"] == []
        ambient.create_bucket(Bucket="another")
        condemu.reset()
        assert ambient.list_buckets()["Buckets"] == own.list_buckets()["Buckets"] == []
