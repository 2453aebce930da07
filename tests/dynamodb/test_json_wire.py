"""JSON 1.0 over HTTP: types of content, checksums, compressed bodies, methods that are none, names of requests."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
import recorded
from recorded import Local

from condemu.core.http import BytesBody, Request
from condemu.dynamodb.errors import general as errors
from condemu.wire import json_1_0


def send(local: Local, method: str = "POST", body: bytes = b"{}", **headers: str) -> recorded.Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return local.send(Request(method, "/", "", named, BytesBody(body), request_id="ABCDEFGHIJKLMNOP"))


LIST = "DynamoDB_20120810.ListTables"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("application/x-amz-json-1.0", "application/x-amz-json-1.0"),
        ("application/json", "application/json"),
        ("  application/json ;charset=utf-8", "application/json"),
    ],
)
def test_the_answer_mirrors_the_content_type_and_has_a_checksum_and_a_name(sent, answered):
    answer = send(Local(), content_type=sent, x_amz_target=LIST)
    assert (answer.status, answer.raw) == (200, b'{"TableNames":[]}')
    assert answer.headers["content-type"] == answered
    assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.raw))
    assert len(answer.headers["x-amzn-requestid"]) == 52
    assert answer.headers["x-amzn-requestid"].isalnum()
    assert answer.headers["server"] == "Server"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_content_type_is_not_spoken_here(content_type):
    answer = send(Local(), content_type=content_type, x_amz_target=LIST)
    assert (answer.status, answer.raw) == (404, b"<UnknownOperationException/>\n")


def test_get_is_a_health_check_and_options_a_preflight():
    answer = send(Local(), "GET", b"")
    assert (answer.status, answer.raw) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")
    answer = send(Local(), "OPTIONS", b"", origin="http://a", access_control_request_headers="x-amz-target")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert answer.headers["access-control-allow-headers"] == "x-amz-target"
    answer = send(Local(), content_type="application/json", x_amz_target=LIST, origin="http://a")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-amzn-RequestId" in answer.headers["access-control-expose-headers"]


def test_a_body_may_be_compressed_but_not_larger_than_sixteen_megabytes():
    local = Local()
    local.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    put = json.dumps({"TableName": "tab", "Item": {"pk": {"S": "a"}}}).encode()
    named = {"content_type": "application/json", "x_amz_target": "DynamoDB_20120810.PutItem", "content_encoding": "gzip"}
    assert send(local, body=gzip.compress(put), **named).status == 200
    before = local.state()
    for broken in (put, gzip.compress(put)[:-9], gzip.compress(put) + b"x"):
        answer = send(local, body=broken, **named)
        row = errors.BROKEN_BODY
        assert (answer.status, answer.code) == (row.status, row.code)
    assert send(local, body=gzip.compress(b" " * (16 * 1024 * 1024 + 1)), **named).status == 413
    del named["content_encoding"]
    assert send(local, body=b" " * (16 * 1024 * 1024 + 1), **named).status == 413
    assert local.state() == before


def test_text_outside_of_ascii_and_half_a_surrogate_pair_come_back_as_json():
    local = Local()
    local.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    for text in ('{"S": "é\U0001f600"}', '{"S": "\\ud800"}', '{"M": {"\\ud800": {"S": "x"}}}'):
        body = f'{{"TableName": "tab", "Item": {{"pk": {{"S": "a"}}, "x": {text}}}}}'.encode()
        answer = local.raw("PutItem", body)
        assert answer.status == 200
        read = local.call("GetItem", {"TableName": "tab", "Key": {"pk": {"S": "a"}}})
        assert read.status == 200
        assert "x" in read.body["Item"]


def test_an_encoding_that_nobody_speaks_is_passed_over():
    answer = send(Local(), content_type="application/json", x_amz_target=LIST, content_encoding="identity")
    assert (answer.status, answer.raw) == (200, b'{"TableNames":[]}')


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("deflate, gzip;q=0.5", "gzip"),
        ("gzip;q=0, deflate", "deflate"),
        ("br", ""),
        ("", ""),
    ],
)
def test_an_answer_is_packed_as_the_client_accepts_it(accepted, encoding):
    packed, chosen = json_1_0.pack(b"a" * 5000, accepted)
    assert chosen == encoding
    assert (json_1_0.unpack(packed, encoding, 5000) if encoding else packed) == b"a" * 5000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_broken_at_any_byte_is_no_body(encoding):
    whole, _ = json_1_0.pack(b"{}" * 50, encoding)
    for end in range(len(whole)):
        with pytest.raises(json_1_0.BadEncoding):
            json_1_0.unpack(whole[:end], encoding, 1000)
    with pytest.raises(json_1_0.TooLarge):
        json_1_0.unpack(whole, encoding, 99)
