"""Every call of the process is answered while a mock is active, whoever makes it and whenever its client was made."""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import threading
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import aiohttp
import boto3
import botocore.session
import httpx
import pytest
import requests
import urllib3
from botocore.config import Config
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointProviderError, EndpointVariantError, ReadTimeoutError

from condemu.core.calls import Call
from condemu.core.effects import ManualClock
from condemu.core.engine import ObserverFailed, ReplyLost, Watch
from condemu.core.http import Response
from condemu.s3.requests.addressing import AWS_SUFFIXES, bucket_of_host
from condemu.testing import Condemu, mock_aws
from condemu.testing.activation import NotEmulated
from condemu.testing.hosts import is_aws, service_of
from condemu.testing.server import Server

# Made before anything is active, as a Lambda handler makes them at import.
S3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
TABLES = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
SESSION = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")


def names(client: Any) -> list[str]:
    return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]


def test_what_was_made_at_import_is_answered():
    with mock_aws():
        S3.create_bucket(Bucket="bucket")
        assert names(S3) == names(boto3.client("s3")) == names(SESSION.client("s3")) == ["bucket"]
        assert list(TABLES.tables.all()) == []
    with mock_aws():
        assert names(S3) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_fixture_and_application_meet_whatever_sessions_there_are(condemu: Condemu, s3_client: Any, number: int):
    """The default session of boto3 lives on from test to test."""
    boto3.client("s3").create_bucket(Bucket=f"bucket-{number}")
    assert names(s3_client) == names(condemu.client("s3")) == names(boto3.client("s3")) == [f"bucket-{number}"]
    boto3.client("sdb").create_domain(DomainName="domain")
    assert condemu.client("sdb").list_domains()["DomainNames"] == ["domain"]


@pytest.mark.parametrize("key", ["testing", "test", "AKIAIOSFODNN7EXAMPLE"])
def test_explicit_keys_and_default_ones_meet(condemu: Condemu, key: str):
    boto3.client("s3").create_bucket(Bucket="bucket")
    explicit = boto3.client("s3", aws_access_key_id=key, aws_secret_access_key=key)
    assert names(explicit) == ["bucket"]


def test_an_account_that_is_chosen_on_purpose_is_its_own(condemu: Condemu):
    boto3.client("s3").create_bucket(Bucket="bucket")
    other = condemu.client("s3", account="111122223333")
    assert names(other) == []
    by_key = boto3.client("s3", aws_access_key_id="111122223333", aws_secret_access_key="x")
    assert names(by_key) == []
    with pytest.raises(ValueError, match="twelve digits"):
        condemu.client("s3", account="11112222")


def test_the_fixture_notices_a_wrong_secret(condemu: Condemu):
    wrong = boto3.client("s3", aws_access_key_id="condemu", aws_secret_access_key="wrong")
    with pytest.raises(ClientError) as caught:
        wrong.list_buckets()
    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


@pytest.mark.condemu(auth="strict")
def test_strict_takes_the_ready_made_clients_and_nobody_else(condemu: Condemu, s3_client: Any, dynamodb_client: Any):
    s3_client.create_bucket(Bucket="bucket")
    assert names(boto3.client("s3")) == ["bucket"]
    assert dynamodb_client.list_tables()["TableNames"] == []
    with pytest.raises(ClientError) as caught:
        boto3.client("s3", aws_access_key_id="stranger", aws_secret_access_key="x").list_buckets()
    assert caught.value.response["Error"]["Code"] == "InvalidAccessKeyId"


ENDPOINTS = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SIMPLEDB", "AWS_ENDPOINT_URL_SIMPLEDBV2",
             "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"]  # fmt: skip


@pytest.mark.parametrize("variable", ENDPOINTS)
def test_a_configured_endpoint_is_not_gone_to(monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.setenv(variable, "https://elsewhere.example")
    before = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1").client("sdb")
    with mock_aws():
        assert names(boto3.client("s3")) == []
        assert boto3.client("dynamodb").list_tables()["TableNames"] == []
        assert boto3.client("dynamodbstreams").list_streams()["Streams"] == []
        assert boto3.client("sdb").list_domains().get("DomainNames", []) == []
        assert before.list_domains().get("DomainNames", []) == []


def test_an_endpoint_in_a_configuration_file_is_not_gone_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    file = tmp_path / "config"
    file.write_text("[default]\nendpoint_url = https://elsewhere.example\n[profile work]\nservices = local\n"
                    "aws_access_key_id = a\naws_secret_access_key = b\nregion = us-east-1\n[services local]\n"
                    "s3 =\n  endpoint_url = https://elsewhere.example\n")  # fmt: skip
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with mock_aws():
        assert names(boto3.Session().client("s3")) == []
        assert names(boto3.Session(profile_name="work").client("s3")) == []


def test_every_partition_of_botocore_is_known():
    data = botocore.session.get_session().get_component("data_loader").load_data("endpoints")
    suffixes = set()
    for partition in data["partitions"]:
        suffixes.add(partition["dnsSuffix"])
        for variant in partition["defaults"].get("variants", []):
            suffixes.add(variant.get("dnsSuffix", partition["dnsSuffix"]))
    assert suffixes <= set(AWS_SUFFIXES)


@pytest.mark.parametrize(
    "region", ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"]
)
@pytest.mark.parametrize("dual", [False, True])
def test_a_client_of_any_partition_is_answered(region: str, dual: bool):
    with mock_aws(region=region):
        try:
            s3 = boto3.client("s3", region_name=region, config=Config(use_dualstack_endpoint=dual))
        except EndpointVariantError:
            return  # botocore knows no such name
        host = s3.meta.endpoint_url.split("//")[1]
        assert is_aws(host)
        assert service_of(host) == "s3"
        assert names(s3) == []


def test_a_service_that_is_not_emulated_says_so():
    with mock_aws(), pytest.raises(NotEmulated, match=r"condemu emulates S3, DynamoDB, SimpleDB and STS.*passthrough"):
        boto3.client("sqs").list_queues()


def test_what_passthrough_names_goes_out(monkeypatch: pytest.MonkeyPatch):
    gone: list[str] = []

    def send(self: Any, request: Any) -> Any:
        gone.append(request.url)
        raise ConnectionError

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)
    with mock_aws(passthrough=["*.sqs.*", "sqs.*"]):
        with pytest.raises(ConnectionError):
            boto3.client("sqs", config=Config(retries={"total_max_attempts": 1})).list_queues()
        assert names(boto3.client("s3")) == []
    assert len(gone) == 1


def by_httpx_async(url: str) -> bytes:
    async def get() -> bytes:
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).content

    return asyncio.run(get())


def by_aiohttp(url: str) -> bytes:
    async def get() -> bytes:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return await answer.read()

    return asyncio.run(get())


def by_http_client(url: str) -> bytes:
    host, _, path = url.removeprefix("https://").partition("/")
    connection = http.client.HTTPSConnection(host, timeout=1800)
    connection.request("GET", "/" + path)
    return connection.getresponse().read()


LIBRARIES: dict[str, Callable[[str], bytes]] = {
    "requests": lambda url: requests.get(url, timeout=1800).content,
    "urllib3": lambda url: urllib3.PoolManager().request("GET", url).data,
    "urllib": lambda url: urllib.request.urlopen(url, timeout=1800).read(),
    "http.client": by_http_client,
    "httpx": lambda url: httpx.get(url).content,
    "httpx, asynchronous": by_httpx_async,
    "aiohttp": by_aiohttp,
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_presigned_url_is_fetched_by(library: str):
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"body")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
        assert LIBRARIES[library](url) == b"body"


def test_nested_mocks_each_see_their_own():
    with mock_aws():
        outer = boto3.client("s3")
        outer.create_bucket(Bucket="outer")
        with mock_aws():
            assert names(boto3.client("s3")) == []
            boto3.client("s3").create_bucket(Bucket="inner")
            assert names(outer) == ["outer"]
        assert names(boto3.client("s3")) == ["outer"]


@pytest.mark.parametrize("account", [None, "111122223333"])
def test_a_client_is_that_mocks_that_made_it_also_while_another_is_active(account: str | None):
    with mock_aws() as outer, mock_aws() as inner:
        outer.client("s3", account=account).create_bucket(Bucket="outer")
        assert names(outer.client("s3", account=account)) == ["outer"]
        assert names(inner.client("s3", account=account)) == names(boto3.client("s3")) == []
        assert [bucket.name for bucket in outer.resource("s3", account=account).buckets.all()] == ["outer"]


def headers_of(call: Callable[..., Any], **parameters: Any) -> dict[str, str]:
    try:
        answer = call(**parameters)
    except ClientError as refused:
        answer = refused.response
    return dict(answer["ResponseMetadata"]["HTTPHeaders"])


def fields_of_every_kind(s3: Any, dynamodb: Any, sdb: Any) -> list[dict[str, str]]:
    """The header fields of answers with a body, without, refused, and not modified."""
    place = {"Bucket": "bucket", "Key": "key"}
    return [
        headers_of(s3.create_bucket, Bucket="bucket"),
        headers_of(s3.put_object, **place, Body=b"body", Metadata={"name": "value"}),
        headers_of(s3.put_object, **place, IfNoneMatch="*"),
        headers_of(s3.get_object, **place),
        headers_of(s3.head_object, **place),
        headers_of(s3.get_object, **place, IfNoneMatch="*"),
        headers_of(s3.list_objects_v2, Bucket="bucket"),
        headers_of(s3.delete_object, **place),
        headers_of(s3.head_object, **place),
        headers_of(dynamodb.list_tables),
        headers_of(dynamodb.describe_table, TableName="none"),
        headers_of(sdb.list_domains),
        headers_of(sdb.domain_metadata, DomainName="none"),
    ]


def test_an_answer_has_the_header_fields_that_it_has_over_a_socket():
    """A lease that goes by the server's clock reads `Date`."""
    services = ("s3", "dynamodb", "sdb")
    with Server() as server:
        session = boto3.Session("123456789012", "x", region_name="us-east-1")
        there = fields_of_every_kind(*(session.client(name, endpoint_url=server.url) for name in services))
    clock = ManualClock()
    with mock_aws(wall=clock, auth="off") as condemu:
        here = fields_of_every_kind(*map(condemu.client, services))
    assert [set(fields) for fields in here] == [set(fields) for fields in there]
    assert {fields["date"] for fields in here} == {formatdate(clock.now(), usegmt=True)}


def test_whoever_fetches_a_presigned_url_is_told_the_date():
    async def by_aiohttp_and_httpx(url: str) -> list[Any]:
        async with aiohttp.ClientSession() as session, session.get(url) as answer, httpx.AsyncClient() as client:
            return [answer.headers, (await client.get(url)).headers]

    clock = ManualClock()
    with mock_aws(wall=clock, auth="off") as condemu:
        condemu.client("s3").create_bucket(Bucket="bucket")
        condemu.client("s3").put_object(Bucket="bucket", Key="key", Body=b"body")
        url = condemu.client("s3").generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
        sent: list[Any] = [requests.get(url, timeout=1800).headers, urllib.request.urlopen(url, timeout=1800).headers]
        sent += [urllib3.PoolManager().request("GET", url).headers, httpx.get(url).headers]
        sent += asyncio.run(by_aiohttp_and_httpx(url))
    assert [(fields["Date"], fields["Content-Length"]) for fields in sent] == [(formatdate(clock.now(), usegmt=True), "4")] * 6


def test_a_head_that_is_too_large_is_refused_as_on_a_socket():
    with mock_aws() as condemu:
        s3, dynamodb = condemu.client("s3"), condemu.client("dynamodb")
        s3.create_bucket(Bucket="bucket")
        with pytest.raises(ClientError, match="RequestHeaderSectionTooLarge"):
            s3.put_object(Bucket="bucket", Key="key", IfMatch="x" * 9000)
        assert dynamodb.list_tables()["TableNames"] == []


def test_a_body_is_as_long_as_its_head_says():
    """Over a socket what lacks never comes (400 RequestTimeout, and nothing is kept), and what is beyond is no part of it."""
    with mock_aws() as condemu:
        config = Config(retries={"max_attempts": 0}, request_checksum_calculation="when_required")  # else it is sent in chunks
        s3 = condemu.client("s3", config=config)
        s3.create_bucket(Bucket="bucket")
        with pytest.raises(ClientError, match="RequestTimeout") as refused:
            s3.put_object(Bucket="bucket", Key="key", Body=b"abc", ContentLength=9)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
        with pytest.raises(ClientError, match="NoSuchBucket"):  # which is known before the body
            s3.put_object(Bucket="another", Key="key", Body=b"abc", ContentLength=9)
        s3.put_object(Bucket="bucket", Key="key", Body=b"abc", ContentLength=3)
        with pytest.raises(ClientError, match="XAmzContentSHA256Mismatch"):  # the SDK signed all of it
            s3.put_object(Bucket="bucket", Key="key", Body=b"xyz", ContentLength=2)
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"abc"


def test_white_space_around_a_header_is_dropped_as_on_a_socket():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", IfNoneMatch=" * ")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.put_object(Bucket="bucket", Key="key", IfNoneMatch="* ")


def test_a_mock_that_is_started_twice_ends_when_it_is_stopped_twice():
    mock = mock_aws()
    mock.start()
    boto3.client("s3").create_bucket(Bucket="bucket")
    mock.start()
    mock.stop()
    assert names(boto3.client("s3")) == ["bucket"]
    mock.stop()
    with pytest.raises(RuntimeError, match=r"Called stop\(\) before start\(\)"):
        mock.stop()


def test_sixteen_threads_each_with_a_mock_of_its_own():
    meet = threading.Barrier(16)

    def work(number: int) -> list[str]:
        with mock_aws():
            meet.wait(1800)
            s3 = boto3.Session().client("s3")
            s3.create_bucket(Bucket="same-name")
            s3.put_object(Bucket="same-name", Key=f"key-{number}", Body=b"")
            meet.wait(1800)
            found = [entry["Key"] for entry in s3.list_objects_v2(Bucket="same-name")["Contents"]]
            meet.wait(1800)
            return found

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [[f"key-{number}"] for number in range(16)]


def in_a_worker(number: int) -> list[str]:
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=f"bucket-{number}")
        return names(s3)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes_have_their_own(method: str):
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="parent")
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(in_a_worker, range(2)) == [["bucket-0"], ["bucket-1"]]
        assert names(boto3.client("s3")) == ["parent"]


def test_an_asynchronous_generator_is_decorated_as_a_fixture():
    @mock_aws
    async def client() -> Any:
        yield boto3.client("s3")

    async def use() -> list[str]:
        async for s3 in client():
            s3.create_bucket(Bucket="bucket")
            return names(boto3.client("s3"))
        return []

    assert asyncio.run(use()) == ["bucket"]


def test_nothing_is_patched_before_and_after():
    import socket

    from botocore.httpsession import URLLib3Session

    before = (URLLib3Session.send, socket.getaddrinfo, urllib3.connectionpool.HTTPConnectionPool.urlopen)
    with mock_aws():
        assert URLLib3Session.send is not before[0]
    assert (URLLib3Session.send, socket.getaddrinfo, urllib3.connectionpool.HTTPConnectionPool.urlopen) == before


class Loses(Watch):
    """Loses the reply to the first PutObject."""

    def __init__(self, how: str, times: int = 1) -> None:
        self.how, self.times = how, times
        self.attempts: list[Any] = []

    async def replying(self, call: Call, reply: Response) -> None:
        if call.operation == "PutObject":
            self.attempts.append((call.attempt, reply.status))
            self.times -= 1
            if self.times >= 0:
                raise ReplyLost(self.how)


@pytest.mark.parametrize("how", ["reset", "stall"])
def test_an_sdk_tries_again_when_a_reply_is_lost_and_meets_its_own_write(how: str):
    loses = Loses(how)
    with mock_aws(observers=(loses,)):
        s3 = boto3.client("s3", config=Config(retries={"mode": "standard", "max_attempts": 3}))
        s3.create_bucket(Bucket="bucket")
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket="bucket", Key="key", Body=b"x", IfNoneMatch="*")
        assert caught.value.response["Error"]["Code"] == "PreconditionFailed"
    assert [(attempt.number, status) for attempt, status in loses.attempts] == [(1, 200), (2, 412)]
    assert len({attempt.invocation for attempt, _ in loses.attempts}) == 1


@pytest.mark.parametrize(("how", "error"), [("reset", ConnectionClosedError), ("stall", ReadTimeoutError)])
def test_a_reply_that_is_always_lost_is_botocores_own_error(how: str, error: type[Exception]):
    with mock_aws(observers=(Loses(how, 10),)):
        s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
        s3.create_bucket(Bucket="bucket")
        with pytest.raises(error):
            s3.put_object(Bucket="bucket", Key="key", Body=b"x")


def test_a_mistake_of_an_observer_reaches_the_test():
    class Broken(Watch):
        calls = 0

        async def ready(self, call: Call, step: Any) -> None:
            self.calls += 1
            raise ZeroDivisionError

    broken = Broken()
    with mock_aws(observers=(broken,)), pytest.raises(ObserverFailed, match="ZeroDivisionError"):
        boto3.client("s3").create_bucket(Bucket="bucket")
    assert broken.calls == 1


@pytest.mark.parametrize(("setting", "said"), [("auht", "did you mean 'auth'"), ("zzz", "the settings are")])
def test_a_misspelled_setting_says_so(setting: str, said: str):
    with pytest.raises(TypeError, match=said):
        mock_aws(**{setting: "strict"})


def test_a_thread_belongs_to_the_mock_of_the_thread_that_made_it():
    """What it fetches by a presigned URL says nothing of the mock it is meant for."""
    meet = threading.Barrier(4)

    def work(number: int) -> bytes:
        with mock_aws(), ThreadPoolExecutor(1) as inner:
            meet.wait(60)
            s3 = boto3.Session().client("s3")
            s3.create_bucket(Bucket="same-name")
            s3.put_object(Bucket="same-name", Key="key", Body=b"%d" % number)
            url = s3.generate_presigned_url("get_object", Params={"Bucket": "same-name", "Key": "key"})
            meet.wait(60)
            content = inner.submit(LIBRARIES["requests"], url).result()
            meet.wait(60)
            return content

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [b"0", b"1", b"2", b"3"]


def test_a_bucket_in_a_host_name_is_found_in_every_region_that_botocore_knows():
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    rules = EndpointProvider(loader.load_service_model("s3", "endpoint-rule-set-1"), loader.load_data("partitions"))
    regions = {
        region for partition in session.get_available_partitions() for region in session.get_available_regions("s3", partition)
    }
    seen = set()
    for region in regions | {"eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"}:
        for variant in ("", "UseFIPS", "UseDualStack", "Accelerate"):
            asked = {variant: True} if variant else {}
            try:
                url = rules.resolve_endpoint(Region=region, Bucket="some-bucket", **asked).url
            except EndpointProviderError:  # there is none of this kind
                continue
            host = url.removeprefix("https://")
            assert bucket_of_host(host) == "some-bucket", host
            assert service_of(host) == "s3", host
            seen.add(host)
    assert len(seen) > 60
