"""AWS's published examples, botocore as the oracle for everything else, and what each mistake is called."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.checks import basic_date
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import session_of, user_of
from condemu.auth.signature_v4 import EMPTY_SHA256, Chain, Signing, claim_of
from condemu.core.http import BytesBody, Request

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ALICE = user_of("111122223333", "Alice")
BOOK = CredentialBook([Credential(KEY, SECRET, ALICE)])
DATE = "20130524T000000Z"
NOW = basic_date(DATE) or 0.0
HOST = "examplebucket.s3.amazonaws.com"
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()


def request_of(method: str, path: str, query: str, headers: dict[str, str]) -> Request:
    return Request(method, path, query, headers, BytesBody())


def authorization(signed: str, signature: str, credential: str = f"{KEY}/20130524/us-east-1/s3/aws4_request") -> str:
    return f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={signature}"


@pytest.mark.parametrize(
    ("method", "path", "query", "more", "payload", "signature"),
    [
        (
            "GET", "/test.txt", "", {"range": "bytes=0-9"},
            EMPTY_SHA256, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT", "/test$file.text", "", {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            WELCOME, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/", "lifecycle", {}, EMPTY_SHA256, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", "max-keys=2&prefix=J", {}, EMPTY_SHA256, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_the_examples_of_the_s3_api_reference_are_accepted(
    method: str, path: str, query: str, more: dict[str, str], payload: str, signature: str
) -> None:
    headers = {"host": HOST, "x-amz-content-sha256": payload, "x-amz-date": DATE, **more}
    headers["authorization"] = authorization(";".join(sorted(headers)), signature)
    found = Authenticator(BOOK).verify_s3(request_of(method, path, query, headers), NOW)
    assert (found.principal, found.verified, found.auth_type, found.region) == (ALICE, True, "REST-HEADER", "us-east-1")


def test_the_presigned_example_of_the_s3_api_reference_is_accepted_for_its_day_and_not_longer() -> None:
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    request = request_of("GET", "/test.txt", query, {"host": HOST})
    assert Authenticator(BOOK).verify_s3(request, NOW + 86400).auth_type == "REST-QUERY-STRING"
    failure = refused(request, NOW + 86401)
    assert failure.kind == failures.EXPIRED
    assert dict(failure.fields) == {
        "X-Amz-Expires": 86400, "Expires": "2013-05-25T00:00:00Z", "ServerTime": "2013-05-25T00:00:01Z",
    }  # fmt: skip
    assert refused(request, NOW - 901).kind == failures.NOT_YET
    assert refused(request, NOW + 1, Authenticator(BOOK), suffix="&x-id=GetObject").kind == failures.MISMATCH


def test_the_streaming_example_of_the_s3_api_reference_is_accepted_chunk_by_chunk() -> None:
    claim = claim_of((KEY, "20130524", "us-east-1", "s3", "aws4_request"), "host")
    signing = Signing(request_of("PUT", "/", "", {}), claim, SECRET, DATE, "")
    chain = Chain(signing, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", KEY)
    chunks = [b"a" * 65536, b"a" * 1024, b""]
    signatures = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
    assert not chain.verify_chunk(signatures[1], hashlib.sha256(chunks[1]).hexdigest())
    assert chain.string_to_sign.startswith("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n4f23")
    for chunk, signature in zip(chunks, signatures, strict=True):
        assert chain.verify_chunk(signature, hashlib.sha256(chunk).hexdigest())


def test_the_trailer_example_of_the_s3_api_reference_is_accepted() -> None:
    claim = claim_of((KEY, "20130524", "us-east-1", "s3", "aws4_request"), "host")
    signing = Signing(request_of("PUT", "/", "", {}), claim, SECRET, DATE, "")
    chain = Chain(signing, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992", KEY)
    trailers = hashlib.sha256(b"x-amz-checksum-crc32c:sOO8/Q==\n").hexdigest()
    assert not chain.verify_trailer("0" * 64, trailers)
    assert chain.verify_trailer("d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435", trailers)


names = st.text(st.sampled_from("abcXYZ019-._~ !'()*&=+,;:@$/%é☃?#"), min_size=1, max_size=12)


@settings(deadline=None, max_examples=80)
@given(key=names, query=st.dictionaries(names, names, max_size=4), metadata=st.text(st.sampled_from("ab ;:,="), max_size=9))
def test_what_botocore_signs_in_a_header_is_accepted_and_one_changed_byte_is_not(
    key: str, query: dict[str, str], metadata: str
) -> None:
    sent = aws_request("PUT", key, query, {"x-amz-meta-a": metadata, "if-none-match": "*"})
    S3SigV4Auth(Credentials(KEY, SECRET), "s3", "eu-west-1").add_auth(sent)
    request = received(sent)
    now = basic_date(request.headers["x-amz-date"]) or 0.0
    assert Authenticator(BOOK).verify_s3(request, now).region == "eu-west-1"
    request.headers["x-amz-meta-a"] = metadata.strip() + "x"
    failure = refused(request, now)
    assert failure.kind == failures.MISMATCH
    assert f"x-amz-meta-a:{' '.join(metadata.strip().split(' '))}x" in failure.fields["CanonicalRequest"] or "  " in metadata


@settings(deadline=None, max_examples=40)
@given(key=names, query=st.dictionaries(names, names, max_size=3))
def test_what_botocore_signs_in_a_query_is_accepted(key: str, query: dict[str, str]) -> None:
    sent = aws_request("GET", key, query, {})
    S3SigV4QueryAuth(Credentials(KEY, SECRET, "TOKEN"), "s3", "us-east-1", expires=60).add_auth(sent)
    request = received(sent)
    book = CredentialBook([Credential(KEY, SECRET, session_of("111122223333", "App", "s1"), "TOKEN")])
    now = datetime.now(UTC).timestamp()
    assert Authenticator(book).verify_s3(request, now).verified


def aws_request(method: str, key: str, query: dict[str, str], headers: dict[str, str]) -> AWSRequest:
    from urllib.parse import quote, urlencode

    url = f"https://b.s3.amazonaws.com/{quote(key, safe='/~')}"
    url += "?" + urlencode(query, quote_via=lambda text, *_: quote(text, safe="~")) if query else ""
    return AWSRequest(method=method, url=url, headers=headers, data=b"")


def received(sent: AWSRequest) -> Request:
    from urllib.parse import urlsplit

    url = urlsplit(sent.url)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    headers.setdefault("host", url.netloc)
    return request_of(sent.method, url.path, url.query, headers)


def refused(request: Request, now: float = NOW, authenticator: Authenticator | None = None, suffix: str = "") -> AuthFailure:
    request = request_of(request.method, request.raw_path, request.query_string + suffix, request.headers)
    with pytest.raises(AuthFailure) as caught:
        (authenticator or Authenticator(BOOK)).verify_s3(request, now)
    return caught.value


def signed_request(**changes: Any) -> Request:
    """A correct request, but for the changes; a header of None is left out."""
    headers = {"host": HOST, "x-amz-content-sha256": EMPTY_SHA256, "x-amz-date": DATE}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {name: value for name, value in headers.items() if value is not None}
    headers.setdefault("authorization", authorization("host;x-amz-content-sha256;x-amz-date", "0" * 64))
    return request_of("GET", "/k", "", headers)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"x_amz_date": None}, failures.NO_DATE),
        ({"x_amz_date": "yesterday"}, failures.NO_DATE),
        ({"x_amz_date": "20130524T001501Z"}, failures.SKEWED),
        ({"authorization": "AWS4-HMAC-SHA256"}, failures.NO_SPACE),
        ({"authorization": "Bearer abc"}, failures.SCHEME),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=a"}, failures.COMPONENTS),
        ({"authorization": "AWS4-HMAC-SHA256 a,b,c"}, failures.COMPONENT),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=b,Signatur=c"}, failures.NO_COMPONENT),
        ({"authorization": authorization("host", "0", "a/b/c/d")}, failures.CREDENTIAL["header"]),
        ({"authorization": authorization("host", "0", f"{KEY}/20130524/us-east-1/ec2/aws4_request")}, failures.SERVICE["header"]),
        ({"authorization": authorization("host", "0", f"{KEY}/20130524/us-east-1/s3/aws5")}, failures.TERMINAL["header"]),
        ({"authorization": authorization("host", "0", f"{KEY}/x/us-east-1/s3/aws4_request")}, failures.SCOPE_DATE_FORM["header"]),
        ({"authorization": authorization("host", "0", f"{KEY}/20130524/aws-global/s3/aws4_request")}, failures.REGION["header"]),
        ({"authorization": authorization("host", "0", f"{KEY}/20130525/us-east-1/s3/aws4_request")}, "header: date"),
        ({"x_amz_content_sha256": None}, failures.NO_HASH),
        ({"x_amz_content_sha256": "abc"}, failures.HASH),
        ({"x_amz_acl": "private", "x_amz_user_agent": "a"}, failures.NOT_SIGNED),
        ({"x_amz_security_token": "t"}, failures.NOT_SIGNED),
        ({"authorization": authorization("x-amz-date", "0" * 64)}, failures.NOT_SIGNED),
        ({}, failures.MISMATCH),
        ({"authorization": authorization("host;x-amz-date;x-not-there", "é")}, failures.MISMATCH),
        ({"authorization": f"{authorization('host', '0')}, {authorization('host', '0')}"}, failures.TWO_HEADERS),
    ],
)
def test_each_mistake_in_a_header_has_its_name(changes: dict[str, Any], kind: str) -> None:
    assert refused(signed_request(**changes)).kind == kind


def test_unsigned_headers_are_named_in_order_and_a_payload_hash_is_not_among_them() -> None:
    header = authorization("host;x-amz-date", "0" * 64)
    failure = refused(signed_request(authorization=header, x_amz_user_agent="a", x_amz_acl="b"))
    assert failure.fields["HeadersNotSigned"] == "x-amz-acl, x-amz-user-agent"


def test_a_wrong_region_says_which_one_is_right() -> None:
    header = authorization("host", "0", f"{KEY}/20130524/us-east-1/s3/aws4_request")
    failure = refused(signed_request(authorization=header, host="b.s3.eu-west-1.amazonaws.com"))
    assert dict(failure.fields) == {"Got": "us-east-1", "Region": "eu-west-1"}


def test_a_mismatch_shows_what_was_signed_as_text_and_as_bytes() -> None:
    fields = refused(signed_request()).fields
    assert list(fields) == [
        "AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes",
    ]  # fmt: skip
    assert fields["StringToSignBytes"].startswith("41 57 53 34 2d")
    assert fields["CanonicalRequest"].startswith("GET\n/k\n\nhost:examplebucket.s3.amazonaws.com\n")


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("X-Amz-Signature", None, failures.PARAMETERS),
        ("X-Amz-Expires", None, failures.PARAMETERS),
        ("X-Amz-Algorithm", "AWS4-X", failures.ALGORITHM),
        ("X-Amz-Credential", f"{KEY}%252F20130524%252Fus-east-1%252Fs3%252Faws4_request", failures.CREDENTIAL["query"]),
        ("X-Amz-Credential", f"{KEY}/20130524/us-east-1/sqs/aws4_request", failures.SERVICE["query"]),
        ("X-Amz-Credential", f"{KEY}/20130525/us-east-1/s3/aws4_request", failures.SCOPE_DATE["query"]),
        ("X-Amz-Date", "2013-05-24", failures.DATE_FORM),
        ("X-Amz-Expires", "soon", failures.EXPIRES_FORM),
        ("X-Amz-Expires", "-1", failures.EXPIRES_NEGATIVE),
        ("X-Amz-Expires", "604801", failures.EXPIRES_LATE),
        ("X-Amz-Expires", "604800", failures.MISMATCH),
        ("X-Amz-SignedHeaders", "range", failures.NOT_SIGNED),
    ],
)
def test_each_mistake_in_a_presigned_query_has_its_name(name: str, value: str | None, kind: str) -> None:
    parameters = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{KEY}/20130524/us-east-1/s3/aws4_request",
        "X-Amz-Date": DATE, "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host", "X-Amz-Signature": "0" * 64, name: value,
    }  # fmt: skip
    query = "&".join(f"{name}={value}" for name, value in parameters.items() if value is not None)
    assert refused(request_of("GET", "/k", query, {"host": HOST})).kind == kind


def test_a_header_and_a_query_together_are_refused() -> None:
    request = signed_request()
    request.query_string = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
    assert refused(request).kind == failures.TWO_MECHANISMS


def test_unknown_keys_are_let_in_unverified_but_by_a_strict_authenticator() -> None:
    header = authorization("host", "0", "AKIDOTHER/20130524/nowhere/s3/aws4_request")
    request = signed_request(authorization=header)
    found = Authenticator(BOOK).verify_s3(request, NOW + 10**6)
    assert (found.verified, found.principal.arn, found.chain) == (False, "arn:aws:iam::000000000000:root", None)
    assert refused(request, NOW, Authenticator(BOOK, "strict")).kind == failures.UNKNOWN_KEY


def test_a_key_of_twelve_digits_is_the_root_of_that_account() -> None:
    header = authorization("host", "0", "444455556666/20130524/us-east-1/s3/aws4_request")
    assert Authenticator(BOOK).verify_s3(signed_request(authorization=header), NOW).principal.account == "444455556666"


def test_requests_without_credentials_are_anonymous_unless_verification_is_off() -> None:
    for mode in ("lenient", "strict"):
        request = request_of("GET", "/b/k", "prefix=a", {"host": HOST})
        assert Authenticator(BOOK, mode).verify_s3(request, NOW).principal.is_anonymous


def test_with_verification_off_a_request_is_whoever_it_says() -> None:
    off = Authenticator(BOOK, "off")
    assert off.verify_s3(signed_request(), NOW + 10**9).principal == ALICE
    assert off.verify_s3(request_of("GET", "/b/k", "", {"host": HOST}), NOW).principal.arn == "arn:aws:iam::000000000000:root"


def session_request(token: str | None, now: float, expires: float | None = None) -> str:
    headers = {"host": HOST, "x-amz-content-sha256": EMPTY_SHA256, "x-amz-date": DATE}
    if token is not None:
        headers["x-amz-security-token"] = token
    request = request_of("GET", "/k", "", headers)
    claim = claim_of((KEY, "20130524", "us-east-1", "s3", "aws4_request"), ";".join(sorted(headers)))
    signature = Signing(request, claim, SECRET, DATE, EMPTY_SHA256).signature()
    headers["authorization"] = authorization(claim.header_list, signature)
    book = CredentialBook([Credential(KEY, SECRET, ALICE, "GOOD", expires)])
    try:
        return "" if Authenticator(book).verify_s3(request, now).verified else "unverified"
    except AuthFailure as failure:
        return failure.kind


def test_session_credentials_need_their_token_and_end() -> None:
    assert session_request("GOOD", NOW) == ""
    assert session_request("GOOD", NOW, expires=NOW + 1) == ""
    assert session_request("GOOD", NOW, expires=NOW) == failures.TOKEN_EXPIRED
    assert session_request("BAD", NOW) == failures.TOKEN_INVALID
    assert session_request(None, NOW) == failures.UNKNOWN_KEY
