from __future__ import annotations

import json
from base64 import b64encode
from hashlib import md5
from hmac import digest

import pytest
from s3_wire import Answer, Wire

from condemu.auth.authenticate import Authenticator
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.principals import root_of
from condemu.auth.signature_v4 import signing_key

BOUNDARY = "----boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
SECRET = "secret"
CREDENTIAL = "AKIAEXAMPLE/20260101/us-east-1/s3/aws4_request"
FIELDS = {"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": CREDENTIAL, "x-amz-date": "20260101T000000Z"}


def part(disposition: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


def form(fields: dict[str, str], file: bytes | None = b"data", after: str = "", name: str = "a.txt") -> bytes:
    whole = b"".join(part(f'name="{field}"', text.encode()) for field, text in fields.items())
    if file is not None:
        whole += part(f'name="file"; filename="{name}"\r\nContent-Type: text/plain', file)
    return whole + f"{after}--{BOUNDARY}--\r\n".encode()


def post(s3: Wire, body: bytes, content_type: str = MULTIPART, **headers: str) -> Answer:
    return s3("POST", "/bucket", body, headers={"content-type": content_type, **headers})


@pytest.fixture
def signed(s3: Wire) -> Wire:
    """An S3 that knows one secret."""
    book = CredentialBook([Credential("AKIAEXAMPLE", SECRET, root_of("000000000000"))])
    s3.service.authenticator = Authenticator(book, "lenient")
    return s3


def policy_fields(*conditions: object, expiration: str = "2026-01-01T01:00:00Z", secret: str = SECRET) -> dict[str, str]:
    """The fields of a signed form: its policy covers the signature's own fields."""
    covered = [{"bucket": "bucket"}, *({name: value} for name, value in FIELDS.items()), *conditions]
    policy = b64encode(json.dumps({"expiration": expiration, "conditions": covered}).encode()).decode()
    key = signing_key(secret, "20260101", "us-east-1", "s3")
    return {"policy": policy, **FIELDS, "x-amz-signature": digest(key, policy.encode(), "sha256").hex()}


def test_a_form_puts_its_file(s3: Wire) -> None:
    answer = post(s3, form({"key": "photos/${filename}"}, b"x" * 100_000))
    assert (answer.status, answer.body, answer["etag"]) == (204, b"", f'"{md5(b"x" * 100_000).hexdigest()}"')
    assert answer["location"] == "http://bucket.s3.localhost/photos/a.txt"
    assert s3.get("photos/a.txt").body == b"x" * 100_000


def test_fields_speak_as_headers_do(s3: Wire) -> None:
    tags = "<Tagging><TagSet><Tag><Key>a b</Key><Value>1</Value></Tag></TagSet></Tagging>"
    fields = {
        "key": "key",
        "Content-Type": "text/html",
        "Cache-Control": "no-cache",
        "x-amz-meta-Name": "värde\r\nx-evil: 1",
        "x-amz-storage-class": "STANDARD_IA",
        "tagging": tags,
        "unknown": "ignored",
    }
    assert post(s3, form(fields)).status == 204
    head = s3.head("key")
    assert (head["content-type"], head["cache-control"], head["x-amz-storage-class"]) == ("text/html", "no-cache", "STANDARD_IA")
    assert (head["x-amz-tagging-count"], head["x-evil"]) == ("1", None)
    assert head["x-amz-meta-name"] == "=?UTF-8?B?" + b64encode("värde\r\nx-evil: 1".encode()).decode() + "?="
    assert s3.get("key").body == b"data"


def test_success_is_answered_as_the_form_asks(s3: Wire) -> None:
    etag = f'"{md5(b"data").hexdigest()}"'
    assert post(s3, form({"key": "k", "success_action_status": "200"})).status == 200
    assert post(s3, form({"key": "k", "success_action_status": "303"})).status == 204
    created = post(s3, form({"key": "a b", "success_action_status": "201"}))
    assert (created.status, created["content-type"]) == (201, "application/xml")
    assert created.xml is not None
    assert [(child.tag, child.text) for child in created.xml] == [
        ("Location", "http://bucket.s3.localhost/a%20b"),
        ("Bucket", "bucket"),
        ("Key", "a b"),
        ("ETag", etag),
    ]
    redirected = post(s3, form({"key": "k", "success_action_redirect": "http://a.example/next?x=1"}))
    assert redirected.status == 303
    assert redirected["location"] == f"http://a.example/next?x=1&bucket=bucket&key=k&etag=%22{etag.strip(chr(34))}%22"
    for target in ("no url", "javascript:alert(1)", "http://a/\r\nx-evil: 1", "http://[", "https://ä"):
        assert post(s3, form({"key": "k", "success_action_redirect": target})).status == 204


def test_what_is_after_the_file_is_ignored(s3: Wire) -> None:
    after = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\nother\r\n'
    assert post(s3, form({"key": "key"}, after=after)).status == 204
    assert s3.head("other").status == 404
    assert post(s3, form({}, after=after)).code == "InvalidArgument"


@pytest.mark.parametrize(
    ("body", "content_type", "refused"),
    [
        (b"key=a", "application/x-www-form-urlencoded", (412, "PreconditionFailed")),
        (b"", "", (412, "PreconditionFailed")),
        (form({"key": "k"}), "multipart/form-data", (400, "MalformedPOSTRequest")),
        (b"", "multipart/form-data; boundary=x", (400, "MalformedPOSTRequest")),
        (form({"key": "k"})[:-20], MULTIPART, (400, "MalformedPOSTRequest")),
        (form({"key": "k"}, None), MULTIPART, (400, "InvalidArgument")),
        (form({}), MULTIPART, (400, "InvalidArgument")),
        (form({"key": ""}), MULTIPART, (400, "InvalidArgument")),
        (form({"key": "k" * 30_000}), MULTIPART, (400, "MaxPostPreDataLengthExceeded")),
        (form({"key": "k" * 1025}), MULTIPART, (400, "KeyTooLongError")),
        (form({"key": "k", "x-amz-storage-class": "X"}), MULTIPART, (400, "InvalidStorageClass")),
        (form({"key": "k", "tagging": "a=b"}), MULTIPART, (400, "MalformedXML")),
        (form({"key": "k", "content-md5": "x"}), MULTIPART, (400, "InvalidDigest")),
        (form({"key": "k", "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}), MULTIPART, (400, "BadDigest")),
        (form({"key": "k", "x-amz-checksum-crc32": "AAAAAA=="}), MULTIPART, (400, "BadDigest")),
        (form({"key": "k", "if-none-match": "*"}), MULTIPART, (501, "NotImplemented")),
    ],
)  # fmt: skip
def test_a_form_is_refused_and_nothing_is_put(s3: Wire, body: bytes, content_type: str, refused: tuple[int, str]) -> None:
    before = s3.everything()
    assert post(s3, body, content_type).refusal[:2] == refused
    assert s3.everything() == before


def test_what_is_no_form_is_a_failed_condition(s3: Wire) -> None:
    condition = "Bucket POST must be of the enclosure-type multipart/form-data"
    assert post(s3, b"", "text/plain").refusal == (412, "PreconditionFailed", {"Condition": condition})


def test_fields_that_are_missing_are_named(s3: Wire) -> None:
    assert post(s3, form({})).refusal[2] == {"ArgumentName": "key", "ArgumentValue": ""}
    file = post(s3, form({"key": "k"}, None))
    assert file.refusal[2] == {"ArgumentName": "file", "ArgumentValue": "0"}
    assert b"POST requires exactly one file upload per request." in file.body
    assert b"User key must have a length greater than 0." in post(s3, form({"key": ""})).body


def test_the_bucket_comes_first(s3: Wire) -> None:
    assert s3("POST", "/missing", b"").refusal == (404, "NoSuchBucket", {"BucketName": "missing"})


def test_a_condition_in_a_header_is_not_ignored(s3: Wire) -> None:
    answer = post(s3, form({"key": "k"}), **{"if-none-match": "*"})
    assert answer.refusal == (501, "NotImplemented", {"Header": "If-None-Match"})
    assert s3.head("k").status == 404


def test_a_signed_policy_lets_its_form_in(signed: Wire) -> None:
    fields = {"key": "user/k", **policy_fields(["starts-with", "$key", "user/"], ["content-length-range", 1, 4])}
    assert post(signed, form(fields)).status == 204
    assert [etag for _, _, etag in signed.stack("user/k")] == [md5(b"data").hexdigest()]


@pytest.mark.parametrize(
    ("fields", "file", "refused"),
    [
        ({"key": "k", **policy_fields(["eq", "$key", "other"])}, b"", (403, "AccessDenied")),
        ({"key": "k", **policy_fields()}, b"", (403, "AccessDenied")),
        ({"key": "k", **policy_fields({"key": "k"}, expiration="2025-12-31T00:00:00Z")}, b"", (403, "AccessDenied")),
        ({"key": "k", **policy_fields({"key": "k"}, secret="wrong")}, b"", (403, "SignatureDoesNotMatch")),
        ({"key": "k", **policy_fields({"key": "k"}, ["content-length-range", 0, 3])}, b"data", (400, "EntityTooLarge")),
        ({"key": "k", **policy_fields({"key": "k"}, ["content-length-range", 5, 9])}, b"data", (400, "EntityTooSmall")),
    ],
)
def test_a_form_keeps_to_its_policy(signed: Wire, fields: dict[str, str], file: bytes, refused: tuple[int, str]) -> None:
    before = signed.everything()
    assert post(signed, form(fields, file)).refusal[:2] == refused
    assert signed.everything() == before
