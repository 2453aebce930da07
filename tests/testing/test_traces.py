"""Nothing of a mock stays behind, and mocks side by side do not meet: default sessions, module-wide mocks, processes, servers."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from condemu.core.effects import ManualClock
from condemu.core.engine import Watch
from condemu.testing import mock_aws
from condemu.testing.local import UnknownSetting
from condemu.testing.server import Server
from tests.projects import run


def names(client: Any) -> list[str]:
    return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]


@pytest.fixture
def default_session(monkeypatch: pytest.MonkeyPatch) -> Any:
    session = boto3.Session("AKIAREAL", "real", region_name="eu-west-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    return session


def test_the_default_session_is_as_before_and_none_of_ours_stays(default_session, monkeypatch):
    with mock_aws():
        assert boto3.client("s3").meta.region_name == "us-east-1"
    assert boto3.DEFAULT_SESSION is default_session
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        boto3.client("s3")
        assert boto3.DEFAULT_SESSION is not None
    assert boto3.DEFAULT_SESSION is None


def test_a_default_session_is_each_mocks_own_when_they_are_nested(default_session):
    with mock_aws(region="eu-west-1"):
        boto3.client("s3")
        with mock_aws(region="eu-north-1"):
            assert boto3.client("s3").meta.region_name == "eu-north-1"
        assert boto3.client("s3").meta.region_name == "eu-west-1"
    assert boto3.DEFAULT_SESSION is default_session


def test_mocks_that_end_in_the_order_in_which_they_began_leave_nothing(default_session, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
    monkeypatch.setenv("AWS_PROFILE", "work")
    before = dict(os.environ)
    first, second = mock_aws(), mock_aws(region="eu-north-1")
    first.start()
    boto3.client("s3")
    second.start()
    first.stop()
    assert boto3.client("s3").meta.region_name == "eu-north-1"
    assert "AWS_PROFILE" not in os.environ
    second.stop()
    assert dict(os.environ) == before
    assert boto3.DEFAULT_SESSION is default_session


MODULE_WIDE = """
import boto3, pytest
from condemu.testing import mock_aws

def names(client):
    return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]

@pytest.fixture(scope="module", autouse=True)
def shared():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="of-the-module")
        yield client

@pytest.mark.parametrize("number", [1, 2])
def test_own(condemu, s3_client, shared, number):
    assert names(s3_client) == names(boto3.client("s3")) == []
    boto3.client("s3").create_bucket(Bucket="of-the-test")
    assert names(s3_client) == ["of-the-test"]
    assert names(shared) == ["of-the-module"]

def test_module_again(shared):
    assert names(boto3.client("s3")) == names(shared) == ["of-the-module"]
"""


def test_a_fixture_within_a_mock_of_the_whole_module(tmp_path):
    (tmp_path / "test_it.py").write_text(MODULE_WIDE)
    counts, output = run(tmp_path)
    assert counts == {"passed": 3}, output


FIRST_PROCESS = """
import os, random
os.getpid = lambda: 1  # as in a container
random.seed(1)
"""
SAME_NAMES = """
import boto3, pytest
from condemu.testing import mock_aws

@pytest.mark.parametrize("number", range(6))
def test_it(condemu, s3_client, number):
    print("account", condemu.account)
    client = boto3.client("s3")
    assert client.list_buckets()["Buckets"] == []
    client.create_bucket(Bucket="the-same")
    client.put_object(Bucket="the-same", Key="key", Body=b"", IfNoneMatch="*")
    assert len(s3_client.list_objects_v2(Bucket="the-same")["Contents"]) == 1
"""


def test_two_containers_with_the_same_process_id_do_not_meet_on_a_server(tmp_path):
    with Server(bucket_names="per-account") as server:
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
            (folder / "conftest.py").write_text(FIRST_PROCESS)
            (folder / "test_it.py").write_text(SAME_NAMES)
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda folder: run(folder, "-s", "--condemu-url", server.url), folders))
    for counts, output in done:
        assert counts == {"passed": 6}, output
    accounts = [re.findall(r"account (\d{12})", output) for _, output in done]
    assert len(set(accounts[0] + accounts[1])) == 12


def test_a_server_takes_clocks_and_observers():
    class Counts(Watch):
        def __init__(self) -> None:
            self.services: list[str] = []

        def received(self, call: Any) -> None:
            self.services.append(call.service)

    clock, counts = ManualClock(), Counts()
    with Server(clock=clock, observers=(counts,)) as server:
        s3 = boto3.Session("a", "b", region_name="us-east-1").client("s3", endpoint_url=server.url)
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"")
        assert s3.head_object(Bucket="bucket", Key="key")["LastModified"].timestamp() == int(clock.now())
    assert len(counts.services) == 3


def test_a_misspelled_setting_of_a_server_says_so():
    with pytest.raises(UnknownSetting, match="no setting 'obsevers'; did you mean 'observers'"):
        Server(obsevers=())
