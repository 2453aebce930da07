"""Mistrusted requests on the wire: each kind of failure has a row, and the answers are the recorded ones."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from s3_wire import Answer, Wire

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.checks import basic_date
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import root_of
from condemu.core.http import BytesBody, Request
from condemu.s3.errors.signatures import ROWS, refusal_of
from condemu.s3.service import S3
from condemu.wire.xml import parse

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOT_OF_S3 = ("json:", "query api:", "no credentials")


class Signed(Wire):
    """A bucket of the account that KEY belongs to."""

    def __init__(self, mode: str = "lenient") -> None:
        super().__init__()
        assert self("PUT", "/bucket").status == 200
        book = CredentialBook([Credential(KEY, SECRET, root_of("000000000000"))])
        self.authenticator = Authenticator(book, mode)
        self.service = S3(**self.effects(), authenticator=self.authenticator)

    def effects(self) -> dict[str, object]:
        service = self.service
        return {"engine": service.engine, "blobs": service.blobs, "clock": self.clock, "ids": self.ids}

    def signed(self, method: str, path: str, key: str = KEY, body: bytes = b"", presign: bool = False, **headers: str) -> Request:
        sent = AWSRequest(method=method, url=f"http://s3.localhost{path}", headers=headers, data=body)
        signer = S3SigV4QueryAuth if presign else S3SigV4Auth
        signer(Credentials(key, SECRET), "s3", "us-east-1").add_auth(sent)
        names = {name.lower(): value for name, value in sent.headers.items()}
        names |= {"host": "s3.localhost", "content-length": str(len(body))}
        date = names.get("x-amz-date") or sent.url.partition("X-Amz-Date=")[2].partition("&")[0]
        self.clock.set(basic_date(date) or 0.0)
        path, _, query = sent.url.removeprefix("http://s3.localhost").partition("?")
        return Request(method, path, query, names, BytesBody(body), received_index=self.store.index)

    def send(self, request: Request) -> Answer:
        response = asyncio.run(self.service.handle(request))
        data = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        xml = parse(data) if data.startswith(b"<?xml") else None
        return Answer(response.status, {name.lower(): value for name, value in response.headers}, data, xml)


def test_every_kind_of_failure_that_s3_can_meet_has_a_row() -> None:
    kinds: set[str] = set()
    for name, value in vars(failures).items():
        if name.isupper():
            kinds |= set(value.values()) if isinstance(value, dict) else {value}
    kinds = {kind for kind in kinds if not kind.startswith(NOT_OF_S3)}
    never = {"form: date form"}  # a form's date is told by comparing it
    assert kinds - never == ROWS.keys()


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_every_row_can_be_said(kind: str) -> None:
    names = "Component Date Got Want Region RequestDate Field Condition Value Operation Member Expires"
    fields = dict.fromkeys(names.split(), "x")
    error = refusal_of(AuthFailure(kind, fields))
    assert "{" not in error.message
    assert error.row.status in (400, 403, 501)


def test_a_signed_request_is_served_and_one_with_another_header_changes_nothing() -> None:
    s3 = Signed()
    assert s3.send(s3.signed("PUT", "/bucket/k", body=b"data")).status == 200
    before = s3.everything()
    request = s3.signed("PUT", "/bucket/k", body=b"other", **{"x-amz-meta-a": "b"})
    request.headers["x-amz-meta-a"] = "c"
    answer = s3.send(request)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.xml is not None
    assert [child.tag for child in answer.xml] == [
        "Code", "Message", "AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
        "CanonicalRequestBytes", "RequestId", "HostId",
    ]  # fmt: skip
    assert answer.xml.text_of("Message") == (
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
    assert s3.everything() == before


def test_an_unsigned_header_of_amazons_is_named() -> None:
    s3 = Signed()
    request = s3.signed("GET", "/bucket/k")
    request.headers["x-amz-user-agent"] = "me"
    answer = s3.send(request)
    assert answer.refusal == (403, "AccessDenied", {"HeadersNotSigned": "x-amz-user-agent"})
    assert b"There were headers present in the request which were not signed" in answer.body


def test_a_presigned_url_serves_until_it_expires() -> None:
    s3 = Signed()
    assert s3.send(s3.signed("PUT", "/bucket/k", body=b"data")).status == 200
    request = s3.signed("GET", "/bucket/k", presign=True)
    assert s3.send(request).body == b"data"
    s3.clock.advance(3601)
    answer = s3.send(request)
    status, code, elements = answer.refusal
    assert (status, code, list(elements)) == (403, "AccessDenied", ["X-Amz-Expires", "Expires", "ServerTime"])
    assert b"<Message>Request has expired</Message>" in answer.body


def test_a_key_nobody_configured_is_served_or_refused_by_name() -> None:
    assert (lenient := Signed()).send(lenient.signed("PUT", "/bucket/k", key="AKIDOTHER")).status == 200
    strict = Signed("strict")
    before = strict.everything()
    answer = strict.send(strict.signed("PUT", "/bucket/k", key="AKIDOTHER"))
    assert answer.refusal == (403, "InvalidAccessKeyId", {"AWSAccessKeyId": "AKIDOTHER"})
    assert strict.everything() == before


def test_a_late_request_says_both_times() -> None:
    s3 = Signed()
    request = s3.signed("GET", "/bucket/k")
    s3.clock.advance(901)
    _, code, elements = s3.send(request).refusal
    assert code == "RequestTimeTooSkewed"
    assert list(elements) == ["RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"]
    assert elements["MaxAllowedSkewMilliseconds"] == "900000"


def test_a_twelve_digit_key_cannot_read_another_accounts_bucket() -> None:
    s3 = Signed()
    answer = s3.send(s3.signed("GET", "/bucket", key="444455556666"))
    assert answer.refusal == (403, "AccessDenied", {})
    assert s3.send(s3.signed("GET", "/", key="444455556666")).status == 200


def test_a_posted_form_is_authorized_after_its_policy() -> None:
    s3 = Signed()
    boundary = "form"
    policy = b64encode(json.dumps({"expiration": "2030-01-01T00:00:00Z", "conditions": [{"key": "k"}]}).encode()).decode()
    fields = {"key": "k", "policy": policy, "AWSAccessKeyId": KEY, "signature": "wrong"}
    parts = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items())
    body = f'{parts}--{boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--{boundary}--\r\n'.encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    before = s3.everything()
    answer = s3("POST", "/bucket", body, headers=headers)
    assert answer.code == "SignatureDoesNotMatch"
    anonymous = f'--{boundary}\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n' \
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--{boundary}--\r\n'  # fmt: skip
    assert s3("POST", "/bucket", anonymous.encode(), headers=headers).refusal == (403, "AccessDenied", {})
    assert s3.everything() == before
