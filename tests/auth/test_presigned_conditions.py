"""A condition in a presigned URL binds whoever holds the URL, whether its secret is known or not, and in every mode."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config as ClientConfig
from lxml import etree

from condemu.core.http import BytesBody, Response
from condemu.server.app import Emulator, build
from condemu.server.config import Config

ETAG = '"9dd4e461268c8034f5c8564e155c67a6"'  # of b"x"
CREDENTIALS = '[[credential]]\naccess_key = "AKIAKNOWN"\nsecret = "right"\n'
# mode, access key, secret: each of them is let in
WAYS = [
    ("off", "AKIAANYBODY", "any"),
    ("lenient", "AKIAANYBODY", "any"),
    ("lenient", "AKIAKNOWN", "right"),
    ("strict", "AKIAKNOWN", "right"),
]


def presigned(key: str, secret: str, **condition: str) -> str:
    config = ClientConfig(signature_version="s3v4", s3={"addressing_style": "path"})
    settings = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": "us-east-1", "config": config}
    s3 = boto3.client("s3", endpoint_url="http://localhost:4566", **settings)
    return str(s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "key", **condition}))


def emulator_of(mode: str, folder: Path) -> Emulator:
    file = folder / "credentials.toml"
    file.write_text(CREDENTIALS)
    return build(Config(auth=mode, credentials=str(file), buckets=("bucket",)))


def put(emulator: Emulator, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
    split = urlsplit(url)
    sent = {"host": split.netloc, "content-length": str(len(body)), **headers}
    return asyncio.run(emulator.answer(emulator.received("PUT", split.path, split.query, sent, BytesBody(body))))


def code(response: Response) -> str:
    assert isinstance(response.body, bytes)
    return etree.fromstring(response.body).findtext("Code") or ""


@pytest.mark.parametrize(("mode", "key", "secret"), WAYS)
def test_create_once_by_a_presigned_url(mode, key, secret, tmp_path):
    """With the header the first PUT creates and the second is refused with 412; without it both are refused with 403."""
    emulator = emulator_of(mode, tmp_path)
    url = presigned(key, secret, IfNoneMatch="*")
    assert put(emulator, url, b"x", {}).status == 403
    assert put(emulator, url, b"x", {"if-none-match": "*"}).status == 200
    assert code(put(emulator, url, b"y", {"if-none-match": "*"})) == "PreconditionFailed"
    index = emulator.engine.store.index
    response = put(emulator, url, b"y", {})
    assert (response.status, code(response)) == (403, "SignatureDoesNotMatch")
    assert emulator.engine.store.index == index


@pytest.mark.parametrize(("mode", "key", "secret"), WAYS)
def test_compare_and_set_by_a_presigned_url(mode, key, secret, tmp_path):
    emulator = emulator_of(mode, tmp_path)
    assert put(emulator, presigned(key, secret), b"x", {}).status == 200
    url = presigned(key, secret, IfMatch=ETAG)
    response = put(emulator, url, b"y", {})
    assert (response.status, code(response)) == (403, "SignatureDoesNotMatch")
    assert put(emulator, url, b"y", {"if-match": ETAG}).status == 200
    assert put(emulator, url, b"z", {"if-match": ETAG}).status == 412


def test_another_condition_than_the_one_presigned_is_refused_where_the_secret_is_known(tmp_path):
    """Without the secret nobody can tell which value was signed."""
    emulator = emulator_of("strict", tmp_path)
    url = presigned("AKIAKNOWN", "right", IfMatch=ETAG)
    assert code(put(emulator, url, b"y", {"if-match": '"other"'})) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("mode", "key", "secret"), WAYS)
def test_an_amz_header_that_was_not_presigned_is_refused(mode, key, secret, tmp_path):
    response = put(emulator_of(mode, tmp_path), presigned(key, secret), b"x", {"x-amz-acl": "private"})
    assert (response.status, code(response)) == (403, "AccessDenied")
    assert b"<HeadersNotSigned>x-amz-acl</HeadersNotSigned>" in response.body


def test_the_refusal_says_which_header_is_missing(tmp_path):
    response = put(emulator_of("lenient", tmp_path), presigned("AKIAANYBODY", "any", IfNoneMatch="*"), b"x", {})
    because = dict(response.headers)["x-condemu-because"]
    assert because == "the signature is over if-none-match, which the request does not have"


def test_a_header_that_the_authorization_header_signs_must_be_there_too(tmp_path):
    emulator = emulator_of("lenient", tmp_path)
    headers = {
        "host": "localhost", "content-length": "1", "x-amz-date": "20260101T000000Z", "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIAANYBODY/20260101/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date,Signature=0",
    }  # fmt: skip

    def ask(**more: str) -> int:
        named = {**headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        return asyncio.run(emulator.answer(emulator.received("PUT", "/bucket/key", "", named, BytesBody(b"x")))).status

    assert ask() == 403
    assert ask(if_none_match="*") == 200
