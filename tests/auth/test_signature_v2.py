"""Signature version 2: AWS's published examples for S3, the query protocol's vectors, botocore as the oracle for both."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from botocore.auth import HmacV1Auth, HmacV1QueryAuth, SigV2Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import root_of
from condemu.auth.signature_v2 import (
    canonical_parameters,
    fits,
    query_string_to_sign,
    rest_strings_to_sign,
    signature,
    version_0_string,
    version_1_string,
)
from condemu.core.http import BytesBody, Request
from condemu.wire.query import parameters as read
from condemu.wire.rest import parse_http_date, parse_iso_8601

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BOOK = CredentialBook([Credential(KEY, SECRET, root_of("111122223333"))])
DATE = "Tue, 27 Mar 2007 19:36:42 +0000"
NOW = float(parse_http_date(DATE) or 0)
CASES = Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json"
VECTORS = json.loads(CASES.read_text())["signature_vectors"]


def request_of(method: str, path: str, query: str = "", **headers: str) -> Request:
    return Request(method, path, query, {name.replace("_", "-"): value for name, value in headers.items()}, BytesBody())


@pytest.mark.parametrize(
    ("request_", "query", "expires", "expected"),
    [
        (request_of("GET", "/photos/puppy.jpg", date=DATE), [], None, "qgk2+6Sv9/oM7G3qLEjTH1a1l1g="),
        (
            request_of("PUT", "/photos/puppy.jpg", date="Tue, 27 Mar 2007 21:15:45 +0000", content_type="image/jpeg"),
            [], None, "iqRzw+ileNPu1fhspnRs8nOjjIA=",
        ),
        (request_of("GET", "/", date="Tue, 27 Mar 2007 19:44:46 +0000"), [("acl", "")], None, "82ZHiFIjc+WbcwFKGUVEQspPn+0="),
        (request_of("GET", "/photos/puppy.jpg"), [], "1175139620", "1No4mq5ETf02z8aet9voy6gui6E="),
    ],
)  # fmt: skip
def test_the_examples_of_the_s3_user_guide_are_signed_as_published(
    request_: Request, query: Any, expires: str | None, expected: str
) -> None:
    assert signature(SECRET, rest_strings_to_sign(request_, "awsexamplebucket1", query, expires)[0]) == expected


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_vectors_of_the_query_protocol_fit(vector: dict[str, Any]) -> None:
    parameters = vector["params"]
    canonical = canonical_parameters(parameters)
    text = {
        2: lambda: query_string_to_sign(vector["method"], vector["host_header"].lower(), vector["path"], canonical),
        1: lambda: version_1_string(parameters),
        0: lambda: version_0_string(parameters),
    }[vector["version"]]()
    assert text == vector["string_to_sign"]
    method = vector["params"].get("SignatureMethod", "HmacSHA1")
    assert fits(vector["secret"], text, vector["signature"], "sha256" if method == "HmacSHA256" else "sha1")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_request_with_a_vectors_signature_is_accepted_and_another_parameter_is_not(vector: dict[str, Any]) -> None:
    book = CredentialBook([Credential(KEY, SECRET, root_of("111122223333"), vector["params"].get("SecurityToken"))])
    request = request_of(vector["method"], vector["path"], host=vector["host_header"])
    parameters = {**vector["params"], "Signature": vector["signature"]}
    now = parse_iso_8601(vector["params"].get("Timestamp", "2026-01-01T00:00:00Z")) or 0.0
    assert Authenticator(book).verify_query(request, parameters, now).verified
    changed = {**parameters, "Action": "Other"}
    with pytest.raises(AuthFailure) as caught:
        Authenticator(book).verify_query(request, changed, now)
    assert caught.value.kind == failures.MISMATCH


def test_what_botocore_signs_by_version_2_is_accepted() -> None:
    data = {"Action": "Select", "SelectExpression": "select * from `d` where a = 'é ~+'", "Version": "2009-04-15"}
    sent = AWSRequest(method="POST", url="http://localhost:4566/", data=data)
    SigV2Auth(Credentials(KEY, SECRET)).add_auth(sent)
    request = request_of("POST", "/", host="localhost:4566")
    now = parse_iso_8601(sent.data["Timestamp"]) or 0.0
    for text in ("", sent.prepare().body):
        assert Authenticator(BOOK).verify_query(request, sent.data, now, text).verified


NAMES = st.text("Aa.-~+%&= é\U0001f980", min_size=1, max_size=3)
WAYS = (
    quote_plus, partial(quote, safe=""), partial(quote, safe="*/:"),
    lambda text: "".join(f"%{octet:02X}" for octet in text.encode()),
    lambda text: "".join(f"%{octet:02x}" for octet in text.encode()),
)  # fmt: skip


@given(st.dictionaries(NAMES | st.just("Signature"), NAMES | st.just(""), max_size=5), st.data())
def test_what_is_signed_does_not_depend_on_how_it_was_sent(parameters: dict[str, str], data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        parameters = dict(sorted(parameters.items()))
    ways = st.sampled_from(WAYS) if data.draw(st.booleans()) else st.just(WAYS[1])
    sent = "&".join([f"{data.draw(ways)(name)}={data.draw(ways)(value)}" for name, value in parameters.items()])
    assert canonical_parameters(parameters, sent) == canonical_parameters(parameters)


@pytest.mark.parametrize("sent", ["b=1&a=2", "a=2&b=1", "Signature=x&a=2&b=1", "a=2&Signature=x&b=1", "b=1&a=2&Signature=x"])
def test_the_signature_is_not_signed_wherever_it_stands(sent: str) -> None:
    assert canonical_parameters(read(sent), sent) == "a=2&b=1"


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("a=%3a", "a=%3A"),
        ("a=%41", "a=A"),
        ("a=*", "a=%2A"),
        ("a=1=2", "a=1%3D2"),
        ("a&b=1=2", "a=&b=1%3D2"),
        ("a=1&&b=2", "a=1&b=2"),
        ("=0&a=1", "a=1"),
        ("a=1&a=2&b=3", "a=1&b=3"),
        ("a=%", "a=%25"),
        ("a=%2", "a=%252"),
        ("a=%C3%A9+", "a=%C3%A9%20"),
        ("a=\xc3\xa9", "a=%C3%A9"),
        ("a.b=1&a=2", "a=2&a.b=1"),
    ],
)
def test_what_is_not_sent_as_it_is_signed_is_encoded_again(sent: str, canonical: str) -> None:
    assert canonical_parameters(read(sent), sent) == canonical


def test_keys_longer_than_a_block_are_hashed_first() -> None:
    for size in (63, 64, 65, 200):
        for name in ("sha1", "sha256"):
            expected = b64encode(hmac.digest(b"k" * size, "é".encode(), name)).decode()
            assert signature("k" * size, "é", name) == expected


@pytest.mark.parametrize("virtual", [False, True])
def test_what_botocore_signs_for_s3_by_version_2_is_accepted(virtual: bool) -> None:
    url = "http://b.s3.amazonaws.com/a%20key" if virtual else "http://s3.amazonaws.com/b/a%20key"
    for signer in (HmacV1Auth(Credentials(KEY, SECRET)), HmacV1QueryAuth(Credentials(KEY, SECRET), expires=60)):
        headers = {"x-amz-meta-a": "b", "Content-Type": "text/x"}
        sent = AWSRequest(method="PUT", url=f"{url}?partNumber=1&uploadId=u", headers=headers)
        sent.context["s3_redirect"] = None
        sent.auth_path = "/b/a%20key"
        signer.add_auth(sent)
        parts = urlsplit(sent.url)
        headers = {name.lower().replace("-", "_"): value for name, value in sent.headers.items()}
        request = request_of("PUT", parts.path, parts.query, host=parts.netloc, **headers)
        now = parse_http_date(request.headers.get("date", "")) or 0.0
        assert Authenticator(BOOK).verify_s3(request, now, "b" if virtual else "").verified
        request.raw_path += "x"
        with pytest.raises(AuthFailure) as caught:
            Authenticator(BOOK).verify_s3(request, now, "b" if virtual else "")
        assert caught.value.kind == failures.MISMATCH
        assert "CanonicalRequest" not in caught.value.fields


@pytest.mark.parametrize("signed", ["/bucket/", "/bucket"])
def test_a_bucket_in_the_path_is_signed_with_a_slash_or_as_it_was_sent(signed: str) -> None:
    request = request_of("GET", "/bucket", "list-type=2&acl", date=DATE)
    text = f"GET\n\n\n{DATE}\n{signed}?acl"
    request.headers["authorization"] = f"AWS {KEY}:{signature(SECRET, text)}"
    assert Authenticator(BOOK).verify_s3(request, NOW).verified
    request.raw_path = "/bucket2"
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_s3(request, NOW)
    assert caught.value.fields["StringToSign"] == f"GET\n\n\n{DATE}\n/bucket2/?acl"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (f"AWSAccessKeyId={KEY}&Expires=1175139620", failures.V2_PARAMETERS),
        ("Signature=a", failures.V2_PARAMETERS),
        (f"AWSAccessKeyId={KEY}&Expires=soon&Signature=a", failures.V2_EXPIRES_FORM),
        (f"AWSAccessKeyId={KEY}&Expires=1175139620&Signature=a", failures.MISMATCH),
        ("AWSAccessKeyId=AKIDOTHER&Expires=1&Signature=a", failures.EXPIRED),
    ],
)
def test_each_mistake_in_a_presigned_query_of_version_2_has_its_name(query: str, kind: str) -> None:
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_s3(request_of("GET", "/b/k", query, host="s3.localhost"), NOW)
    assert caught.value.kind == kind
    assert kind != failures.EXPIRED or list(caught.value.fields) == ["Expires", "ServerTime"]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"authorization": f"AWS {KEY}"}, failures.SCHEME),
        ({"authorization": f"AWS {KEY}:abc"}, failures.MISMATCH),
        ({"authorization": f"AWS {KEY}:abc", "date": "Tue, 27 Mar 2007 20:36:42 +0000"}, failures.SKEWED),
    ],
)
def test_each_mistake_in_a_header_of_version_2_has_its_name(headers: dict[str, str], kind: str) -> None:
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_s3(request_of("GET", "/b/k", host="h", **{"date": DATE, **headers}), NOW)
    assert caught.value.kind == kind


COMPLETE = {
    "AWSAccessKeyId": KEY, "Signature": "x", "SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "Action": "ListDomains",
    "Timestamp": "2007-03-27T19:36:42Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"AWSAccessKeyId": None}, failures.NO_CREDENTIALS),
        ({"Signature": None}, failures.NO_CREDENTIALS),
        ({"SignatureVersion": "9"}, failures.QUERY_VERSION),
        ({"Timestamp": None}, failures.QUERY_INCOMPLETE),
        ({"Timestamp": "yesterday"}, failures.QUERY_INCOMPLETE),
        ({"Timestamp": "2007-03-27T19:21:41Z"}, failures.QUERY_EXPIRED),
        ({"Expires": "2007-03-27T19:36:41Z"}, failures.QUERY_EXPIRED),
        ({"SignatureMethod": "HmacMD5"}, failures.QUERY_INCOMPLETE),
        ({}, failures.MISMATCH),
    ],
)
def test_each_mistake_of_the_query_protocol_has_its_name(changes: dict[str, str | None], kind: str) -> None:
    parameters = {name: value for name, value in {**COMPLETE, **changes}.items() if value is not None}
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_query(request_of("GET", "/", host="sdb.amazonaws.com"), parameters, NOW)
    assert caught.value.kind == kind


def test_unknown_keys_of_the_query_protocol_are_let_in_unless_strict() -> None:
    parameters = {**COMPLETE, "AWSAccessKeyId": "other", "Timestamp": "2001-01-01T00:00:00Z"}
    request = request_of("GET", "/", host="sdb.amazonaws.com")
    assert not Authenticator(BOOK).verify_query(request, parameters, NOW).verified
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK, "strict").verify_query(request, parameters, NOW)
    assert caught.value.kind == failures.UNKNOWN_KEY
