"""Ten thousand malformed requests, from seeds: each gets an AWS error and changes nothing; none gets a 500.

They enter as bytes, through the parser of the socket's protocol, and leave as bytes. Families whose every request is wrong by
construction must be refused; in the others a request may by luck be right, and then only a refusal must leave the state alone.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from lxml import etree

from condemu.core.http import BytesBody
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from tests.server.conftest import SOMEBODY, exchanged

PER_FAMILY = 1000
Build = Callable[[random.Random], bytes]


async def sent_in_two(emulator: Emulator, data: bytes) -> bytes:
    """What comes back when `data` is sent in two pieces and the sending side is then closed."""
    return b"".join(await exchanged(emulator, data[: len(data) // 2], data[len(data) // 2 :]))


def said(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
    return int(lines[0].split()[1]), headers, body


def is_aws_error(headers: dict[str, str], body: bytes) -> bool:
    """An <Error> or <Response> document, or JSON with a type, or nothing (HEAD), or DynamoDB's few plain ones."""
    if not body:
        return True
    if body.startswith(b"{"):
        return "__type" in json.loads(body) or "message" in json.loads(body)
    root = etree.fromstring(body, etree.XMLParser(recover=True))  # AWS writes &#x0; too, which no XML may hold
    return root.tag in ("Error", "UnknownOperationException") or root.find(".//Code") is not None


# What is there before, and what must be there after.

TABLE = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def dynamodb(operation: str, members: Any) -> tuple[str, str, bytes, dict[str, str]]:
    body = members if isinstance(members, bytes) else json.dumps(members).encode()
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
    return "POST", "/", body, headers


BEFORE = [
    ("PUT", "/bucket", b"", {}),
    ("PUT", "/bucket/key", b"body", {}),
    ("PUT", "/versioned", b"", {}),
    ("PUT", "/versioned?versioning", VERSIONING, {}),
    ("PUT", "/versioned/key", b"one", {}),
    ("PUT", "/versioned/key", b"two", {}),
    dynamodb("CreateTable", TABLE),
    dynamodb("PutItem", {"TableName": "table", "Item": {"id": {"S": "a"}, "n": {"N": "1"}}}),
    (
        "POST",
        "/",
        b"Action=CreateDomain&DomainName=domain&Version=2009-04-15",
        {"content-type": "application/x-www-form-urlencoded"},
    ),
]


def somebody(headers: dict[str, str]) -> dict[str, str]:
    """Credentials for S3. The others, which say what they speak, do without."""
    return {} if "content-type" in headers else {"authorization": SOMEBODY}


def ask(emulator: Emulator, method: str, target: str, body: bytes, headers: dict[str, str]) -> bytes:
    path, _, query = target.partition("?")
    named = {"host": "localhost", "content-length": str(len(body)), **somebody(headers), **headers}
    response = asyncio.run(emulator.answer(emulator.received(method, path, query, named, BytesBody(body))))
    assert response.status == 200, response.body
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


CREDENTIALS = """
[[credential]]
access_key = "AKIAFUZZ"
secret = "secret"
"""


@pytest.fixture(scope="module")
def subject() -> tuple[Emulator, str]:
    """An emulator with something in every service, and the name of an upload that has begun."""
    emulator = build(Config(auth="off"))
    for step in BEFORE:
        ask(emulator, *step)
    begun = etree.fromstring(ask(emulator, "POST", "/bucket/upload?uploads", b"", {}))
    return emulator, begun.findtext("{*}UploadId") or ""


def state_of(emulator: Emulator) -> list[str]:
    """Everything that is held, as text."""

    def dump(txn: Any) -> list[str]:
        return [f"{table} {key!r} {record!r}" for table in sorted(txn.tables()) for key, record in txn.scan(table)]

    return emulator.engine.store.view(dump)


# How requests go wrong.


def raw(method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    fields = {"host": "localhost", "content-length": str(len(body)), **somebody(headers or {}), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def text(rng: random.Random, size: int = 12) -> str:
    return "".join(rng.choice("abcXYZ019-_.~%&=+/;:<>\"'(){}[]|^ \t") for _ in range(rng.randrange(size)))


DOCUMENT_TARGETS = [
    ("PUT", "/bucket?versioning"), ("PUT", "/bucket?tagging"), ("PUT", "/bucket?cors"), ("PUT", "/bucket?encryption"),
    ("PUT", "/bucket?policy"), ("PUT", "/bucket?ownershipControls"), ("PUT", "/bucket?publicAccessBlock"),
    ("PUT", "/bucket?object-lock"), ("POST", "/bucket?delete"), ("PUT", "/bucket/key?tagging"), ("PUT", "/bucket/key?retention"),
    ("PUT", "/bucket/key?legal-hold"), ("POST", "/bucket/upload?uploadId={upload}"), ("PUT", "/new-bucket"),
]  # fmt: skip


def bad_document(rng: random.Random) -> bytes:
    """No document at all, or one that no parser may accept."""
    bombs = "".join(
        f'<!ENTITY e{n} "{"&e" + str(n - 1) + ";" if n else "lol"}{"&e" + str(n - 1) + ";" if n else "lol"}">' for n in range(30)
    )
    documents = [
        f'<?xml version="1.0"?><!DOCTYPE x [{bombs}]><Delete><Object><Key>&e29;</Key></Object></Delete>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Tagging><TagSet><Tag><Key>&e;</Key><Value/></Tag></TagSet></Tagging>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
        "<" * rng.randrange(1, 50),
        "<a>" * rng.randrange(1, 20_000),
        "<Delete><Object><Key>key</Key></Object>",
        "<VersioningConfiguration><Status>Enabled</Status></versioningconfiguration>",
        "<VersioningConfiguration><Status>Enabled\0</Status></VersioningConfiguration>",
        "<Tagging><TagSet><Tag><Key>&undefined;</Key></Tag></TagSet></Tagging>",
        '{"Version": "2012-10-17", "Statement": [',
        "{" * rng.randrange(1, 5000),
        text(rng, 200) + "<",
        "\ufeff\ufeff<Delete/>",
    ]
    return rng.choice(documents).encode("utf-8") + rng.choice([b"", b"\xff\xfe", b"\0", b"<", b"]]>"]) + b"<"


def documents(rng: random.Random) -> bytes:
    method, target = rng.choice(DOCUMENT_TARGETS)
    return raw(method, target, bad_document(rng))


def digests(rng: random.Random) -> bytes:
    """Bodies that are not what their headers say."""
    wrong = [
        {"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="},
        {"content-md5": text(rng) + "!"},
        {"x-amz-content-sha256": "0" * 64},
        {"x-amz-checksum-crc32": "AAAAAA=="},
        {"x-amz-checksum-crc32c": text(rng) + "!"},
        {"x-amz-checksum-sha256": "AAAA"},
        {"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="},
        {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "AAAA"},
        {"x-amz-sdk-checksum-algorithm": "CRC99"},
    ]
    target = rng.choice(["/bucket/key", "/bucket/new", "/versioned/key"])
    return raw("PUT", target, rng.randbytes(rng.randrange(1, 2000)), rng.choice(wrong))


def framing(rng: random.Random) -> bytes:
    """aws-chunked bodies that break their own rules."""
    bodies = [
        b"5\r\nhello\r\n",
        b"5;\r\nhel",
        b"x\r\n\r\n",
        b"-1\r\n\r\n",
        b"5\r\nhelloo\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\n",
        b"0",
        b"\r\n\r\n",
    ]
    headers = {
        "x-amz-content-sha256": rng.choice(["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"]),
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(rng.choice([4, 6, 7, 100])),
    }
    if rng.random() < 0.5:
        headers["x-amz-trailer"] = rng.choice(["x-amz-checksum-crc32", "x-amz-checksum-crc99", "etag"])
    return raw("PUT", "/bucket/key", rng.choice(bodies) + rng.choice([b"", b"x-amz-checksum-crc32:AAAA\r\n\r\n"]), headers)


def parameters(rng: random.Random) -> bytes:
    """Query parameters and headers with values that they cannot have."""
    junk = rng.choice(["abc", "-1", "1e9", "99999999999999999999999", "%00", "%ff", "0x10", " ", "1,2"])
    requests = [
        ("PUT", f"/bucket/upload?partNumber={junk}&uploadId={{upload}}", {}),
        ("PUT", f"/bucket/upload?partNumber=1&uploadId={junk}", {}),
        ("POST", f"/bucket/upload?uploadId={junk}", {}),
        ("DELETE", f"/bucket/upload?uploadId={junk}", {}),
        ("GET", f"/bucket?list-type=2&max-keys={junk}x", {}),
        ("GET", f"/bucket?max-keys={junk}x", {}),
        ("GET", f"/bucket?list-type=2&encoding-type={junk}", {}),
        ("GET", f"/bucket/key?versionId={junk}", {}),
        ("DELETE", f"/versioned/key?versionId={junk}", {}),
        ("GET", f"/bucket/key?partNumber={junk}x", {}),
        ("PUT", "/bucket/key", {"x-amz-acl": junk}),
        ("PUT", "/bucket/key", {"x-amz-storage-class": junk}),
        ("PUT", "/bucket/key", {"x-amz-server-side-encryption": junk}),
        ("PUT", "/bucket/key", {"x-amz-copy-source": f"/nowhere/{junk}"}),
        ("PUT", "/bucket/key", {"x-amz-object-lock-mode": junk}),
        ("PUT", "/bucket/key", {"x-amz-tagging": "a=b&a=c"}),
        ("PUT", "/bucket/key", {"x-amz-meta-large": "x" * 3000}),
        ("PUT", "/bucket/key", {"if-match": "*"}),
        ("PUT", "/bucket/key", {"if-none-match": junk}),
        ("PUT", "/bucket/key", {"if-none-match": "*", "if-match": junk}),
        ("DELETE", "/bucket/key", {"if-match": f'"{junk}"'}),
    ]
    method, target, headers = rng.choice(requests)
    return raw(method, target, b"x" if method == "PUT" else b"", headers)


def targets(rng: random.Random) -> bytes:
    """Names that cannot be, of buckets and of keys, dot segments and encodings among them."""
    name = rng.choice(
        ["UPPER", "a", "..", "a..b", "-a", "a-", "x" * 64, "192.168.0.1", "xn--a", "a%00b", "a%ffb", "%2e%2e", "a_b", "%zz"]
    )
    key = rng.choice(["%ff%fe", "%c3%28", "x" * 1025, "%e2%82%ac" * 342, "%ed%a0%80"])
    choices = [
        ("PUT", f"/{name}", b""),
        ("GET", f"/{name}/../../etc/passwd", b""),
        ("PUT", f"/{name}/key", b"x"),
        ("PUT", f"/bucket/{key}", b"x"),
        (
            "GET",
            f"/bucket/{rng.choice(['../key', './key', '/key', 'key/', 'key%00', '%2e%2e/bucket/key', '..%2f..%2fkey'])}",
            b"",
        ),
        (rng.choice(["PATCH", "TRACE", "PROPFIND", "LOCK", "COPY"]), "/bucket/key", b""),
        ("POST", "/bucket/key", b"x"),
        ("POST", "/", b"x"),
        ("DELETE", "/", b""),
        ("PUT", "/", b"x"),
    ]
    return raw(*rng.choice(choices))


def heads(rng: random.Random) -> bytes:
    """What is no HTTP, or too much of it."""
    whole = raw("PUT", "/bucket/key", b"body", {"x-amz-meta-a": "b"})
    at = rng.randrange(4, whole.index(b"\r\n\r\n"))
    choices = [
        lambda: whole[:at] + rng.choice([b"\0", b"\x01", b"\x7f", b"\r", b"\n\n"]) + whole[at:].replace(b"PUT", b"P"),
        lambda: raw("PUT", "/bucket/key", b"body", {"x-a": "a" * rng.randrange(8200, 70_000)}),
        lambda: raw("PUT", "/bucket/key", b"body", {f"x-a-{n}": "a" * 40 for n in range(rng.randrange(200, 1000))}),
        lambda: raw(
            "PUT", "/bucket/key", b"body", {"content-length": rng.choice(["-1", "x", "4, 5", "99999999999999999999999", "0x4"])}
        ),
        lambda: raw("PUT", "/bucket/key", b"body", {"transfer-encoding": rng.choice(["chunked", "gzip", "identity"])}),
        lambda: raw("PUT", "/bucket/key", b"zz\r\nbody\r\n0\r\n\r\n", {"transfer-encoding": "chunked"}).replace(
            b"content-length", b"x-length"
        ),
        lambda: rng.randbytes(rng.randrange(20, 500)),
        lambda: b"\x16\x03\x01" + rng.randbytes(200),
        lambda: raw("PUT", "/bucket/key", b"body", {"content-length": "400"}),  # and then the client is gone
        lambda: whole[:at],
    ]
    return rng.choice(choices)()


def json_documents(rng: random.Random) -> bytes:
    """DynamoDB's JSON with a piece missing, of another type, or not JSON at all."""
    item = {"TableName": "table", "Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}
    whole = json.dumps(item).encode()
    junk: Any = rng.choice(
        [
            None,
            1,
            True,
            [],
            {},
            [[]],
            {"S": 1},
            {"N": "1e999"},
            {"N": ""},
            {"X": "y"},
            {"SS": []},
            {"B": "?"},
            "\ud800",
            "x" * 300,
        ]
    )
    bodies = [
        whole[: rng.randrange(len(whole))],
        whole.replace(b'"', rng.choice([b"'", b"", b'\\"']), 1),
        json.dumps({**item, "Item": {"id": junk}}).encode(),
        json.dumps({**item, "Item": junk}).encode(),
        json.dumps({**item, "TableName": junk}).encode(),
        json.dumps({**item, "ConditionExpression": "(" * rng.randrange(1, 400) + "id"}).encode(),
        json.dumps({**item, "ConditionExpression": text(rng, 40) + "("}).encode(),
        json.dumps({**item, "ConditionExpression": "id = :missing"}).encode(),
        json.dumps({**item, "ExpressionAttributeNames": {"#unused": "x"}}).encode(),
        b"[" * rng.randrange(1, 30_000),
        rng.randbytes(rng.randrange(1, 300)),
        b"\xff\xfe" + whole,
        whole,  # the item is there: the condition fails
    ]
    operation = rng.choice(["PutItem"] * 8 + ["NoSuchOperation", "put_item", ""])
    method, target, body, headers = dynamodb(operation, rng.choice(bodies))
    return raw(method, target, body, headers)


def forms(rng: random.Random) -> bytes:
    """SimpleDB's parameters, incomplete or wrong."""
    parts = [
        "Action=PutAttributes", "DomainName=domain", "ItemName=item", "Attribute.1.Name=a", "Attribute.1.Value=b",
        "Version=2009-04-15", "Expected.1.Name=a", "Expected.1.Value=nothing",
    ]  # fmt: skip
    choices: list[Callable[[], list[str]]] = [
        lambda: [
            part for part in parts if not part.startswith(rng.choice(["DomainName", "ItemName", "Attribute.1.Name", "Action"]))
        ],
        lambda: [*parts, f"Attribute.{rng.choice(['0', 'x', '-1', '9' * 30])}.Name=a"],
        lambda: ["Action=" + text(rng).replace("&", "") + "x", *parts[1:]],
        lambda: [
            "Action=Select",
            "Version=2009-04-15",
            "SelectExpression=" + rng.choice(["select", "select * from", "%00", "((", "select *"]),
        ],
        lambda: [
            "Action=CreateDomain",
            "Version=2009-04-15",
            "DomainName=" + rng.choice(["", "a", "%00%00%00", "x" * 300, "a%2fb%2f"]),
        ],
        lambda: [part.replace("DomainName=domain", "DomainName=nowhere") for part in parts],
        lambda: parts,  # the expected value is not there
    ]
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return raw("POST", "/", "&".join(rng.choice(choices)()).encode("latin-1"), headers)


def flips(rng: random.Random) -> bytes:
    """Right requests with a few bytes overwritten: some stay right."""
    rights = [
        raw("PUT", "/bucket/key", b"body", {"if-none-match": "*"}),
        raw("PUT", "/versioned/key", b"body", {"if-match": '"f97c5d29941bfb1b2fdab0874906ab82"'}),
        raw("GET", "/bucket?list-type=2&prefix=k&max-keys=2"),
        raw("POST", "/bucket?delete", b"<Delete><Object><Key>no</Key><ETag>x</ETag></Object></Delete>", {"content-md5": "x"}),
        raw(*dynamodb("UpdateItem", {"TableName": "table", "Key": {"id": {"S": "a"}}, "UpdateExpression": "SET n = n + :one",
                                     "ExpressionAttributeValues": {":one": {"N": "1"}}, "ConditionExpression": "n > :one"})),
    ]  # fmt: skip
    data = bytearray(rng.choice(rights))
    for _ in range(rng.randrange(1, 6)):
        data[rng.randrange(len(data))] = rng.choice(
            [0, 9, 10, 13, 32, 34, 37, 38, 47, 58, 60, 92, 127, 195, 255, rng.randrange(256)]
        )
    return bytes(data)


def signed(rng: random.Random, host: str = "localhost") -> AWSRequest:
    """A right request with a right signature, in the header or in the query."""
    method, target = rng.choice(
        [("PUT", "/bucket/key"), ("GET", "/bucket/key"), ("DELETE", "/bucket/key"), ("PUT", "/bucket?versioning")]
    )
    request = AWSRequest(method, f"http://{host}{target}", data=b"body" if method == "PUT" else b"")
    credentials = Credentials("AKIAFUZZ", "secret")
    if rng.random() < 0.5:
        request.data = b""  # a presigned URL signs no body
        S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=900).add_auth(request)
    else:
        S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    return request


def signatures(rng: random.Random) -> bytes:
    """Requests that were changed after they had been signed."""
    request = signed(rng)
    split = urlsplit(request.url)
    target = f"{split.path}?{split.query}" if split.query else split.path
    headers = {name.lower(): value for name, value in request.headers.items()}
    sent = raw(request.method, target, request.data, headers)
    changes: list[Callable[[bytes], bytes]] = [
        lambda data: re.sub(rb"(Signature=)(....)", lambda m: m[1] + bytes(b ^ 1 for b in m[2]), data),
        lambda data: re.sub(rb"(Signature=)[0-9a-f]+", rng.choice([rb"\1", rb"\1zz", rb"\1%00", rb"\g<1>0"]), data),
        lambda data: data.replace(b"AKIAFUZZ", rng.choice([b"AKIAOTHER", b"", b"%2F", b"AKIAFUZZ%00"])),
        lambda data: data.replace(b"us-east-1", rng.choice([b"eu-west-1", b"", b"us-east-1%2Fs3"])),
        lambda data: re.sub(rb"aws4_request", rng.choice([b"aws5_request", b"", b"aws4_request%2Fx"]), data),
        lambda data: re.sub(rb"(\d{8}T\d{6}Z)", rng.choice([b"20200101T000000Z", b"x", b"", b"99999999T999999Z"]), data),
        lambda data: data.replace(b"AWS4-HMAC-SHA256", rng.choice([b"AWS4-HMAC-SHA1", b"AWS", b"Bearer", b""])),
        lambda data: re.sub(rb"SignedHeaders=[a-z0-9;%B-]+", rng.choice([b"SignedHeaders=", b"", b"SignedHeaders=x"]), data),
        lambda data: data.replace(b"/bucket", b"/bucket2", 1),
        lambda data: data.replace(b"host: localhost", b"host: localhost:1"),
        lambda data: data.replace(b"X-Amz-Expires=900", b"X-Amz-Expires=" + rng.choice([b"901", b"-1", b"x", b"99999999"])),
    ]  # fmt: skip
    changed = rng.choice(changes)(sent)
    return changed if changed != sent else sent.replace(b"/bucket", b"/bucket3", 1)


REFUSED: dict[str, tuple[Build, int]] = {
    "documents": (documents, PER_FAMILY),
    "digests": (digests, PER_FAMILY),
    "framing": (framing, PER_FAMILY),
    "parameters": (parameters, PER_FAMILY),
    "targets": (targets, PER_FAMILY),
    "heads": (heads, PER_FAMILY),
    "json": (json_documents, PER_FAMILY),
    "forms": (forms, PER_FAMILY),
}


@pytest.mark.parametrize("family", REFUSED)
def test_a_malformed_request_is_refused_and_changes_nothing(subject, family, capfd):
    emulator, upload = subject
    make, count = REFUSED[family]
    before, index = state_of(emulator), emulator.engine.store.index

    async def send_all() -> None:
        for number in range(count):
            sent = make(random.Random(f"{family} {number}")).replace(b"{upload}", upload.encode())
            answer = await sent_in_two(emulator, sent)
            assert emulator.engine.store.index == index, (number, sent[:500])
            if not answer:
                continue  # the connection ended: the request was not complete
            status, headers, body = said(answer)
            read_only = sent.startswith((b"GET", b"HEAD")) or status == 204
            assert 400 <= status < 500 or status == 501 or (read_only and status < 400), (number, sent[:500], answer[:500])
            assert status < 400 or is_aws_error(headers, body), (number, sent[:500], answer[:500])

    asyncio.run(send_all())
    assert state_of(emulator) == before
    assert "Traceback" not in capfd.readouterr().err


def test_a_request_with_bytes_overwritten_is_never_our_mistake(subject, capfd):
    emulator, _ = subject

    async def send_all() -> None:
        for number in range(2 * PER_FAMILY):
            sent = flips(random.Random(number))
            index = emulator.engine.store.index
            answer = await sent_in_two(emulator, sent)
            if not answer:
                assert emulator.engine.store.index == index, (number, sent)
                continue
            status, headers, body = said(answer)
            assert status < 500 or status == 501, (number, sent, answer[:500])
            if status >= 400:
                assert emulator.engine.store.index == index, (number, sent)
                assert is_aws_error(headers, body), (number, sent, answer[:500])

    asyncio.run(send_all())
    assert "Traceback" not in capfd.readouterr().err


def test_a_request_that_was_changed_after_signing_is_refused_and_changes_nothing(tmp_path, capfd):
    (tmp_path / "credentials.toml").write_text(CREDENTIALS)
    emulator = build(Config(auth="strict", credentials=str(tmp_path / "credentials.toml"), buckets=("bucket",)))

    async def send_all() -> None:
        for number in range(PER_FAMILY):
            sent = signatures(random.Random(number))
            index = emulator.engine.store.index
            status, headers, body = said(await sent_in_two(emulator, sent))
            assert emulator.engine.store.index == index, (number, sent)
            assert 400 <= status < 500, (number, sent, body)
            assert is_aws_error(headers, body), (number, sent, body)

    asyncio.run(send_all())
    assert "Traceback" not in capfd.readouterr().err
