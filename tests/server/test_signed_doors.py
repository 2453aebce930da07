"""Every door, with secrets that are known: signed requests, changed at random, get an answer of AWS's and never a 500.

The doors are the Authorization header, the query, the chunk chain, the browser's form, and version 2 of S3 and SimpleDB.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.auth import HmacV1Auth, S3SigV4Auth, S3SigV4QueryAuth, SigV2Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config as Settings
from botocore.credentials import Credentials

from condemu.auth.credentials import read_credentials
from condemu.core.http import BytesBody
from condemu.server.app import Emulator, build
from condemu.server.config import Config

KEY, SECRET = "AKIDDOORS", "secret"
BOOK = read_credentials(f'[[credential]]\naccess_key = "{KEY}"\nsecret = "{SECRET}"\n')
CREDENTIALS = Credentials(KEY, SECRET)
PER_DOOR = 400
Sent = tuple[str, str, dict[str, str], bytes]  # method, target, headers, body


def sent(request: Any, body: bytes = b"") -> Sent:
    url = urlsplit(request.url)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers.setdefault("host", url.netloc)
    headers["content-length"] = str(len(body))
    return request.method, f"{url.path}?{url.query}" if url.query else url.path, headers, body


def by_header() -> Sent:
    request = AWSRequest("PUT", "http://localhost/bucket/key", data=b"body", headers={"if-none-match": "*"})
    S3SigV4Auth(CREDENTIALS, "s3", "us-east-1").add_auth(request)
    return sent(request, b"body")


def by_query() -> Sent:
    request = AWSRequest("PUT", "http://localhost/bucket/key")
    S3SigV4QueryAuth(CREDENTIALS, "s3", "us-east-1", expires=60).add_auth(request)
    return sent(request, b"body")


def by_chunks() -> Sent:
    request = AWSRequest("PUT", "http://localhost/bucket/key")
    request.headers["x-amz-content-sha256"] = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    request.headers["x-amz-decoded-content-length"] = "4"
    request.headers["content-encoding"] = "aws-chunked"
    S3SigV4Auth(CREDENTIALS, "s3", "us-east-1").add_auth(request)
    return sent(request, b"4;chunk-signature=" + b"0" * 64 + b"\r\nbody\r\n0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n")


def by_form() -> Sent:
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    client = boto3.client("s3", region_name="us-east-1", config=Settings(signature_version="s3v4"), **keys)
    fields = client.generate_presigned_post("bucket", "key")["fields"]
    lines = [f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    body = "".join(lines).encode() + b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nbody\r\n--x--\r\n'
    headers = {"host": "localhost", "content-type": "multipart/form-data; boundary=x", "content-length": str(len(body))}
    return "POST", "/bucket", headers, body


def by_version_2() -> Sent:
    request = AWSRequest("PUT", "http://localhost/bucket/key", data=b"body")
    HmacV1Auth(CREDENTIALS).add_auth(request)
    return sent(request, b"body")


def by_simpledb() -> Sent:
    data = {"Action": "CreateDomain", "DomainName": "domain", "Version": "2009-04-15"}
    request = AWSRequest("POST", "http://localhost/", data=data)
    request.params = request.data
    SigV2Auth(CREDENTIALS).add_auth(request)
    body = urlencode(request.params).encode()
    headers = {"host": "localhost", "content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    return "POST", "/", headers, body


def by_json() -> Sent:
    headers = {"x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", "http://localhost/", data=b"{}", headers=headers)
    SigV4Auth(CREDENTIALS, "dynamodb", "us-east-1").add_auth(request)
    return sent(request, b"{}")


def by_sts() -> Sent:
    body = b"Action=GetSessionToken&Version=2011-06-15"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", "http://localhost/", data=body, headers=headers)
    SigV4Auth(CREDENTIALS, "sts", "us-east-1").add_auth(request)
    return sent(request, body)


DOORS: dict[str, Callable[[], Sent]] = {
    "header": by_header, "query": by_query, "chunks": by_chunks, "form": by_form, "version 2": by_version_2,
    "SimpleDB": by_simpledb, "JSON": by_json, "STS": by_sts,
}  # fmt: skip
PIECES = ["☃", "%E2%98%83", "%", "%zz", "\x00", "é", "=", "&", "/", ",", ";", " ", "", "0" * 70, "-1", "9" * 20, "\t", '"', "Ω/ß"]
WORDS = [KEY, "us-east-1", "aws4_request", "AWS4-HMAC-SHA256", "Signature", "Credential", "host", "20", "s3", "sts", "localhost"]


def changed(text: str, chance: random.Random, *, latin: bool) -> str:
    """The text with a piece of it replaced. A head is Latin-1 by the time it arrives; a body may be anything."""
    piece = chance.choice(PIECES)
    if latin:
        piece = piece.encode("utf-8").decode("latin-1")
    word = chance.choice(WORDS)
    if word in text and chance.random() < 0.6:
        return text.replace(word, piece, 1)
    at = chance.randrange(len(text) + 1)
    return text[:at] + piece + text[at + chance.randrange(3) :]


def mutated(door: Sent, chance: random.Random) -> Sent:
    method, target, headers, body = door
    headers = dict(headers)
    for _ in range(chance.randint(1, 3)):
        where = chance.choice(["target", "header", "header", "body", "drop"])
        if where == "target":
            target = "/" + changed(target, chance, latin=True).lstrip("/")
        elif where == "body" and body:
            body = changed(body.decode("latin-1"), chance, latin=False).encode("utf-8")
        else:
            name = chance.choice(sorted(headers))
            if where == "drop":
                del headers[name]
            else:
                headers[name] = changed(headers[name], chance, latin=True)
        if not headers:
            break
    return method, target, headers, body


def answer(emulator: Emulator, what: Sent) -> int:
    method, target, headers, body = what
    path, _, query = target.partition("?")
    request = emulator.received(method, path, query, headers, BytesBody(body))
    response = asyncio.run(emulator.answer(request))
    if not isinstance(response.body, bytes):
        list(response.body)
    return response.status


@pytest.mark.parametrize("door", DOORS)
def test_a_changed_request_is_answered_and_a_refused_one_changes_nothing(door, capsys):
    emulator = build(Config(buckets=("bucket",)), book=BOOK)
    chance = random.Random(door)
    genuine = DOORS[door]()
    statuses = set()
    for _ in range(PER_DOOR):
        before = emulator.engine.store.index
        what = mutated(genuine, chance)
        status = answer(emulator, what)
        statuses.add(status)
        assert status < 500 or status == 501, what
        assert status < 400 or emulator.engine.store.index == before, what
    assert any(status >= 400 for status in statuses)
    assert capsys.readouterr().err == ""
    emulator.close()


@pytest.mark.parametrize("door", ["header", "query", "form", "version 2", "SimpleDB", "JSON", "STS"])
def test_an_unchanged_request_is_let_in(door):
    emulator = build(Config(buckets=("bucket",)), book=BOOK)
    assert answer(emulator, DOORS[door]()) in (200, 204)
    emulator.close()


@pytest.mark.parametrize("region", ["☃", "é", "us-east-1 ", ""])
def test_a_form_whose_region_is_no_region_is_refused(region):
    """As in a query: "Error parsing the X-Amz-Credential parameter; the region '…' is wrong; expecting 'us-east-1'"."""
    method, target, headers, body = by_form()
    body = body.replace(b"/us-east-1/", f"/{region}/".encode())
    emulator = build(Config(buckets=("bucket",)), book=BOOK)
    before = emulator.engine.store.index
    assert answer(emulator, (method, target, {**headers, "content-length": str(len(body))}, body)) == 400
    assert emulator.engine.store.index == before
    emulator.close()
