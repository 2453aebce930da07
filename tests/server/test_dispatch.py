"""Which service a request is for."""

from __future__ import annotations

import asyncio

import pytest

from condemu.core.http import BytesBody, Request, read_body
from condemu.server.dispatch import named_service, spoken_service

V4 = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
GET_ATTRIBUTES = b"Action=GetAttributes&DomainName=d&Version=2009-04-15"


def request(method="GET", target="/", body=b"", **headers):
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, query, {"host": "localhost:4566", **named}, BytesBody(body))


CASES = [
    ("s3", request()),
    ("s3", request("PUT", "/bucket/key", b"x")),
    ("s3", request("GET", "/", authorization=V4.format("s3"))),
    ("s3", request("GET", "/?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=1")),
    ("s3", request("PUT", "/bucket/_condemu/health", b"x")),
    ("s3", request("GET", "/_condemu/health", host="bucket.s3.localhost:4566")),
    ("s3", request("GET", "/minio/health/live", authorization=V4.format("s3"))),
    ("s3", request("POST", "/moto-api/key", b"x")),
    ("s3", request("POST", "/bucket", GET_ATTRIBUTES, **FORM)),
    ("s3", request("POST", "/", GET_ATTRIBUTES, host="bucket.localhost", **FORM)),
    ("sts", request("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", **FORM)),
    ("sts", request("POST", "/", b"whatever", authorization=V4.format("sts"))),
    ("sts", request("GET", "/", host="sts.eu-west-1.amazonaws.com")),
    ("sqs", request("POST", "/", b"{}", authorization=V4.format("sqs"))),
    ("kms", request("POST", "/", b"{}", x_amz_target="TrentService.ListKeys")),
    ("s3", request("GET", "/bucket/key", authorization=V4.format("sqs"), host="s3.amazonaws.com")),
    ("s3", request("GET", "/bucket/key", authorization=V4.format("nonsense"))),
    ("dynamodb", request("POST", "/", b"{}", x_amz_target="Unknown_1.GetItem")),
    ("s3", request("POST", "/", b"x" * 100, content_type="multipart/form-data; boundary=x")),
    ("dynamodb", request("POST", "/", b"{}", x_amz_target="DynamoDB_20120810.GetItem")),
    ("dynamodb", request("POST", "/", b"{}", x_amz_target="DynamoDBStreams_20120810.ListStreams")),
    ("dynamodb", request("POST", "/", b"{}", authorization=V4.format("dynamodb"))),
    ("dynamodb", request("GET", "/", host="dynamodb.eu-west-1.amazonaws.com")),
    ("dynamodb", request("POST", "/", b"{}", host="dynamodb.eu-west-1.amazonaws.com", authorization=V4.format("nonsense"))),
    ("dynamodb", request("POST", "/", b"{}", host="streams.dynamodb.us-east-1.amazonaws.com")),
    ("dynamodb", request("POST", "/", b"{}", host="dynamodb-fips.us-east-1.amazonaws.com")),
    ("simpledb", request("POST", "/", b"whatever", host="sdb.us-west-2.amazonaws.com", authorization=V4.format("nonsense"))),
    ("dynamodb", request("GET", "/?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fdynamodb%2Faws4_request")),
    ("dynamodb", request("OPTIONS", "/", access_control_request_headers="content-type,X-Amz-Target", origin="http://a")),
    ("simpledb", request("POST", "/", b"whatever", authorization=V4.format("sdb"))),
    ("simpledb", request("POST", "/v2/ListExports", b"{}", authorization=V4.format("sdb"))),
    ("simpledb", request("GET", "/", host="sdb.amazonaws.com")),
    ("simpledb", request("GET", "/?Action=Select&Version=2009-04-15")),
    ("simpledb", request("GET", "/?Action=Select")),
    ("simpledb", request("GET", "/?Action=Select&Version=2007-11-07&SignatureVersion=2&AWSAccessKeyId=AKIA")),
    ("simpledb", request("POST", "/", GET_ATTRIBUTES, **FORM)),
    ("simpledb", request("POST", "/", GET_ATTRIBUTES)),
    ("admin", request("GET", "/_condemu/health")),
    ("admin", request("GET", "/_condemu/")),
    ("admin", request("GET", "/_localstack/health")),
    ("admin", request("POST", "/moto-api/reset")),
    ("admin", request("GET", "/minio/health/live")),
]


def service_of(sent):
    return named_service(sent) or asyncio.run(spoken_service(sent))


@pytest.mark.parametrize(("service", "sent"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_a_request_goes_to_the_service_that_it_names(service, sent):
    assert service_of(sent) == service


def test_a_form_that_was_looked_at_arrives_whole_at_its_service():
    sent = request("POST", "/", GET_ATTRIBUTES, **FORM)
    assert service_of(sent) == "simpledb"
    assert asyncio.run(read_body(sent.body, 10_000)) == GET_ATTRIBUTES


def test_an_endless_form_is_looked_at_only_so_far():
    class Endless:
        read = 0

        async def next_chunk(self) -> bytes:
            self.read += 65536
            return b"a" * 65536

        def take(self) -> bytes | None:
            return None

    sent = request("POST", "/", **FORM)
    sent.body = body = Endless()
    assert service_of(sent) == "s3"
    assert body.read < 2 * 1024 * 1024
