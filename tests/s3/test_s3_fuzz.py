"""Requests that no client would send: an answer of AWS's kind, never a 500, and nothing changed by a refusal."""

from __future__ import annotations

import asyncio
import random
from urllib.parse import quote

import pytest
from s3_wire import fresh

from condemu.core.http import BytesBody, Request
from condemu.s3.operations import OPERATIONS
from condemu.s3.requests.members import HEADERS, QUERY

VALUES = [
    "", "*", '"a"', "0", "-1", "1", "9" * 30, "x" * 3000, "\xff\xfe", "a,b", ", ,", "true", "COPY", "REPLACE", "ENABLED",
    "bytes=0-", "bytes=-", "Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+12:00", "AAAAAA==", "bucket/key", "/bucket/key?versionId=null", "null", "%00", "%ff", "GOVERNANCE",
    "ON", "STANDARD", "AES256", "a=b", "CRC32", "=?utf-8?b?////?=", "=?utf-7?q?+AGE-?=", "=?idna?q?a?=",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-checksum-crc32", "url", "1000", "{}",
]  # fmt: skip
NAMES = [
    *HEADERS, "x-amz-meta-a", "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer", "content-length",
    "transfer-encoding", "if-range", "origin", "host", "date",
]  # fmt: skip
PARAMETERS = [*QUERY, "X-Amz-Signature", "Signature", "if-match", "x-amz-meta-b", "acl", "tagging"]
BODIES = [
    b"", b"data", b"<a/>", b"<", b"\xff\xfe<\x00a\x00", b"5\r\nhello\r\n0\r\n\r\n", b"{}",
    b"<Delete><Object><Key>key</Key></Object></Delete>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>",
    b"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>9999-12-31T23:59:59.999Z</RetainUntilDate></Retention>",
]  # fmt: skip
PATHS = {
    "service": ["/"],
    "bucket": ["/bucket", "/nowhere", "/b%ff", "/" + "x" * 80],
    "object": ["/bucket/key", "/bucket/marked", "/bucket/%ff", "/bucket/%00", "/nowhere/key", "/bucket/" + "a" * 1025],
}
ANSWERED = [operation for operation in OPERATIONS if operation.handler is not None]


@pytest.mark.parametrize("seed", range(4))
def test_odd_requests_are_answered_and_a_refusal_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    s3 = fresh()
    s3.put("key")
    s3.versioning("Enabled")
    s3.put("key")
    s3.delete("marked")
    for _ in range(600):
        operation = chance.choice(ANSWERED)
        query = [operation.marker + chance.choice(["", "=", "=" + quote(chance.choice(VALUES))])] if operation.marker else []
        for _ in range(chance.choice([0, 0, 0, 1, 2, 4])):
            query.append(f"{quote(chance.choice(PARAMETERS))}={quote(chance.choice(VALUES))}")
        headers = {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.choice([0, 1, 1, 2, 3, 6]))}
        headers = {"host": "s3.localhost", "content-length": "4", **headers}
        if operation.copies:
            headers.setdefault("x-amz-copy-source", "bucket/key")
        body, path = BytesBody(chance.choice(BODIES)), chance.choice(PATHS[operation.level])
        before = s3.store.index
        http = Request(operation.method, path, "&".join(query), headers, body, received_index=before, request_id="R", host_id="H")
        response = asyncio.run(s3.service.handle(http))
        assert response.status < 500 or response.status == 501, (operation.name, query, headers, response.body)
        assert response.status < 400 or s3.store.index == before, (operation.name, query, headers, response.body)
        for _, value in response.headers:
            assert not {"\r", "\n"} & set(value.encode("latin-1").decode("latin-1"))
