"""What an SDK hides: bodies that are empty, packed or too large, an Authorization without commas, members of errors."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any, Final

import pytest

from ..expect import same, true, unchanged
from ..raw import Answer, Raw
from .steps import put, stored

pytestmark = pytest.mark.tier("exact")

TYPE: Final = "application/x-amz-json-1.0"


def ask(raw: Raw, operation: str, body: Any, headers: dict[str, str] | None = None, **options: Any) -> Answer:
    named = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": TYPE, **(headers or {})}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw("POST", "/", named, data, service="dynamodb", **options)


def code_of(answer: Answer) -> str:
    return str(json.loads(answer.body)["__type"]).rpartition("#")[2]


def test_an_empty_body_is_judged_by_its_target_first(raw: Raw) -> None:
    """An empty body is not bad JSON: a target that is not there is what is wrong with it, whatever its Content-Type says.

    Source: asserted on AWS by a published suite [third-party]
    """
    answer = raw("POST", "/", {}, b"", service="dynamodb")
    same((answer.status, code_of(answer)), (400, "UnknownOperationException"), "the answer")


def test_an_empty_body_is_judged_by_its_signature_next(raw: Raw) -> None:
    """An empty body without a signature is a request without authentication.

    Source: asserted on AWS by a published suite [third-party]
    """
    answer = ask(raw, "ListTables", b"", sign=False)
    same((answer.status, code_of(answer)), (400, "MissingAuthenticationTokenException"), "the answer")


def test_an_authorization_without_commas_is_read(raw: Raw) -> None:
    """The parts of the Authorization header are split at commas and at white space.

    Source: asserted on AWS by a published suite [third-party]
    """

    def without_commas(request: Any) -> None:
        request.headers["Authorization"] = request.headers["Authorization"].replace(",", "")

    answer = ask(raw, "ListTables", {"Limit": 1}, tamper=without_commas)
    same(answer.status, 200, "the status")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_large_answer_is_packed_when_it_may_be(raw: Raw, dynamodb: Any, table: str, key: str, encoding: str) -> None:
    """An answer over 4 KB comes in the encoding that Accept-Encoding asks for, and x-amz-crc32 is that of the bytes sent.

    Source: asserted on AWS by a published suite; the checksum as SDKs verify it [third-party]
    """
    put(dynamodb, table, key, v={"S": "x" * 5000})
    answer = ask(raw, "GetItem", {"TableName": table, "Key": {"pk": {"S": key}}}, {"Accept-Encoding": encoding})
    same(answer.headers.get("content-encoding"), encoding, "the encoding")
    same(answer.headers.get("x-amz-crc32"), str(zlib.crc32(answer.body)), "the checksum")
    plain = zlib.decompress(answer.body, zlib.MAX_WBITS | 32)
    same(json.loads(plain)["Item"]["v"]["S"], "x" * 5000, "the item")


def test_a_small_answer_is_not_packed(raw: Raw, dynamodb: Any, table: str, key: str) -> None:
    """An answer below 4 KB is sent as it is.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"S": "x"})
    answer = ask(raw, "GetItem", {"TableName": table, "Key": {"pk": {"S": key}}}, {"Accept-Encoding": "gzip"})
    true("content-encoding" not in answer.headers, "a small answer has no encoding")
    same(json.loads(answer.body)["Item"]["v"], {"S": "x"}, "the item")


def halves(data: bytes) -> bytes:
    return gzip.compress(data[:20]) + gzip.compress(data[20:])


@pytest.mark.parametrize(("encoding", "packed"), [("deflate", zlib.compress), ("gzip", gzip.compress), ("gzip", halves)])
def test_a_packed_request_is_read(raw: Raw, dynamodb: Any, table: str, key: str, encoding: str, packed: Any) -> None:
    """A request's body may be gzip, several gzip members one after the other, or deflate.

    Source: asserted on AWS by a published suite [third-party]
    """
    body = json.dumps({"TableName": table, "Item": {"pk": {"S": key}, "v": {"S": encoding}}}).encode()
    answer = ask(raw, "PutItem", packed(body), {"Content-Encoding": encoding})
    same(answer.status, 200, "the status")
    same(stored(dynamodb, table, key), {"pk": {"S": key}, "v": {"S": encoding}}, "the item")


def test_a_broken_packed_request_is_a_mistake_of_the_server(raw: Raw, dynamodb: Any, table: str, key: str) -> None:
    """A body that is not what its Content-Encoding says is answered with 500, and writes nothing.

    Source: asserted on AWS by a published suite [third-party]
    """
    body = gzip.compress(json.dumps({"TableName": table, "Item": {"pk": {"S": key}}}).encode())[:-9]
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        same(ask(raw, "PutItem", body, {"Content-Encoding": "gzip"}).status, 500, "the status")


def test_a_body_of_more_than_sixteen_megabytes_is_too_large(raw: Raw) -> None:
    """A body of more than 16 MB is answered with 413.

    Source: asserted on AWS by a published suite [third-party]
    """
    answer = ask(raw, "ListTables", b'{"Limit":1' + b" " * (16 * 1024 * 1024) + b"}")
    same((answer.status, answer.body), (413, b""), "the answer")


def test_a_head_may_have_twelve_kilobytes(raw: Raw) -> None:
    """A head of 12 KB is read: DynamoDB takes twice as much as S3 does.

    Source: asserted on AWS by a published suite: the limit is 16 KB [third-party]
    """
    same(ask(raw, "ListTables", {"Limit": 1}, {"X-Long": "x" * 12_000}).status, 200, "the status")


def test_an_access_that_is_denied_has_a_message_with_a_capital(raw: Raw, table: str) -> None:
    """AccessDeniedException has Message, not message; ListTagsOfResource of an unknown table names the ARN that was given.

    Source: recorded on AWS [recorded]
    """
    own = json.loads(ask(raw, "DescribeTable", {"TableName": table}).body)["Table"]["TableArn"]
    answer = ask(raw, "ListTagsOfResource", {"ResourceArn": own + "-none"})
    same((answer.status, code_of(answer)), (400, "AccessDeniedException"), "the answer")
    true(str(json.loads(answer.body).get("Message", "")).endswith(f"on resource: {own}-none"), "the Message names the ARN")


def test_what_is_no_arn_is_refused_as_such(raw: Raw) -> None:
    """A ResourceArn that does not begin with "arn:" is a ValidationException that says so.

    Source: asserted on AWS by a published suite, 2026 [third-party]
    """
    answer = ask(raw, "TagResource", {"ResourceArn": "a:b:c:d:e:f", "Tags": []})
    same((answer.status, code_of(answer)), (400, "ValidationException"), "the answer")
    true("ARNs must start with 'arn:'" in json.loads(answer.body)["message"], "the message says what an ARN begins with")
