"""The texts of refusals about buckets, tags, grants and forms, one provocation each: what is on the wire is the row."""

from __future__ import annotations

from typing import Any

import pytest
from s3_wire import Wire

from condemu.core.errors import ErrorRow
from condemu.s3.errors import buckets as rows
from condemu.s3.errors import forms as post_errors
from condemu.s3.errors import general as errors
from condemu.s3.state.buckets import take_name
from condemu.s3.state.records import BUCKETS, Bucket

ID = "0" * 64


def tagging(*keys: str, value: str = "v") -> bytes:
    tags = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key in keys)
    return f"<Tagging><TagSet>{tags}</TagSet></Tagging>".encode()


def creation(key: str) -> bytes:
    tags = f"<Tags><Tag><Key>{key}</Key><Value/></Tag></Tags>"
    return f"<CreateBucketConfiguration>{tags}</CreateBucketConfiguration>".encode()


def cors(elements: str) -> bytes:
    allowed = "<AllowedMethod>GET</AllowedMethod>"
    return f"<CORSConfiguration><CORSRule>{allowed}{elements}</CORSRule></CORSConfiguration>".encode()


def encryption(key: str) -> bytes:
    default = f"<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>{key}</KMSMasterKeyID>"
    rule = f"<Rule><ApplyServerSideEncryptionByDefault>{default}</ApplyServerSideEncryptionByDefault></Rule>"
    return f"<ServerSideEncryptionConfiguration>{rule}</ServerSideEncryptionConfiguration>".encode()


def lock(years: int) -> bytes:
    retention = f"<DefaultRetention><Mode>GOVERNANCE</Mode><Years>{years}</Years></DefaultRetention>"
    return (
        f"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>{retention}</Rule></ObjectLockConfiguration>"
    ).encode()


SUSPEND = b"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"
ORIGIN = "<AllowedOrigin>*</AllowedOrigin>"
PREFLIGHT = {"origin": "http://a", "access-control-request-method": "PUT"}
FORM = {"content-type": "multipart/form-data; boundary=b"}
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n'

# row, fields of the message, method, path, query, headers, body
Provocation = tuple[ErrorRow, dict[str, str], str, str, str, dict[str, str], bytes]
PROVOCATIONS: list[Provocation] = [
    (rows.INVALID_OWNERSHIP_HEADER, {"Value": "X"}, "PUT", "/new", "", {"x-amz-object-ownership": "X"}, b""),
    (rows.INVALID_NAMESPACE_HEADER, {"Value": "X"}, "PUT", "/new", "", {"x-amz-bucket-namespace": "X"}, b""),
    (rows.INVALID_REGION, {"Value": "eu-east-1"}, "GET", "/", "bucket-region=eu-east-1", {}, b""),
    (rows.MAX_BUCKETS, {}, "GET", "/", "max-buckets=0", {}, b""),
    (rows.LOCK_NEEDS_VERSIONING, {}, "PUT", "/bucket", "object-lock", {}, lock(1)),
    (rows.VERSIONING_LOCKED, {}, "PUT", "/locked", "versioning", {}, SUSPEND),
    (rows.RETENTION_TOO_LONG, {}, "PUT", "/locked", "object-lock", {}, lock(101)),
    (rows.DUPLICATE_TAG, {}, "PUT", "/bucket", "tagging", {}, tagging("a", "a")),
    (rows.INVALID_TAG_KEY, {}, "PUT", "/bucket", "tagging", {}, tagging("a,b")),
    (rows.INVALID_TAG_VALUE, {}, "PUT", "/bucket", "tagging", {}, tagging("a", value="a,b")),
    (rows.SYSTEM_TAG_ON_NEW_BUCKET, {}, "PUT", "/new", "", {}, creation("aws:x")),
    (rows.KEY_WITHOUT_KMS, {}, "PUT", "/bucket", "encryption", {}, encryption("k")),
    (rows.INVALID_CANNED_ACL, {}, "PUT", "/new", "", {"x-amz-acl": "fake"}, b""),
    (rows.CANNED_AND_GRANTS, {}, "PUT", "/new", "", {"x-amz-acl": "private", "x-amz-grant-read": f"id={ID}"}, b""),
    (rows.INVALID_GRANT_HEADER, {}, "PUT", "/new", "", {"x-amz-grant-read": "fakekey=1"}, b""),
    (rows.INVALID_GROUP, {}, "PUT", "/new", "", {"x-amz-grant-read": "uri=x"}, b""),
    (rows.INVALID_ID, {}, "PUT", "/new", "", {"x-amz-grant-read": "id=x"}, b""),
    (rows.CORS_WILDCARDS, {"Element": "AllowedOrigin", "Value": "**"}, "PUT", "/bucket", "cors", {},
     cors("<AllowedOrigin>**</AllowedOrigin>")),
    (rows.CORS_EXPOSED_WILDCARD, {"Value": "x*"}, "PUT", "/bucket", "cors", {},
     cors(f"{ORIGIN}<ExposeHeader>x*</ExposeHeader>")),
    (rows.CORS_FORBIDDEN, {}, "OPTIONS", "/shared/key", "", PREFLIGHT, b""),
    (errors.BUCKET_ALREADY_EXISTS, {}, "PUT", "/theirs", "", {}, b""),
    (post_errors.KEY_NEEDED, {}, "POST", "/bucket", "", FORM, FILE),
    (post_errors.EMPTY_KEY, {}, "POST", "/bucket", "", FORM,
     b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n\r\n' + FILE),
    (post_errors.FILE_NEEDED, {}, "POST", "/bucket", "", FORM,
     b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b--\r\n'),
]  # fmt: skip


@pytest.fixture
def prepared(s3: Wire) -> Wire:
    """Besides `bucket`: one with Object Lock, one with a CORS rule, and one of somebody else's."""
    s3("PUT", "/locked", headers={"x-amz-bucket-object-lock-enabled": "true"})
    s3("PUT", "/shared")
    s3("PUT", "/shared", cors(ORIGIN), query="cors")
    theirs = Bucket("theirs", "111111111111", 1, "us-east-1", s3.clock.now())

    def create(txn: Any) -> None:
        txn.put(BUCKETS, (theirs.owner, theirs.name), theirs)
        take_name(txn, theirs, None)

    s3.store.transact(create)
    return s3


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=[provocation[0].message[:40] for provocation in PROVOCATIONS])
def test_a_refusal_says_what_its_row_says(prepared: Wire, provocation: Provocation) -> None:
    row, fields, method, path, query, headers, body = provocation
    before = prepared.everything()
    answer = prepared(method, path, body, query=query, headers=headers)
    assert answer.xml is not None
    assert (answer.status, answer.code, answer.xml.text_of("Message")) == (row.status, row.code, row.message.format_map(fields))
    assert prepared.everything() == before
