"""What S3 says to each mistake in a header, a query or a form: status, code and text. Nothing is stored by any of them. A case is
called as the row that answers it."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from s3_wire import Answer, Wire, fresh

from condemu.auth.authenticate import Authenticator
from condemu.auth.checks import basic_date
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.principals import root_of
from condemu.auth.signature_v4 import EMPTY_SHA256, Signing, claim_of
from condemu.core.http import BytesBody, Request
from condemu.s3.errors.signatures import TWO_MECHANISMS
from condemu.s3.service import S3

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DATE = "20130524T000000Z"
SCOPE = f"{KEY}/20130524/us-east-1/s3/aws4_request"
HEADER = "400 AuthorizationHeaderMalformed: The authorization header is malformed; "
QUERY = "400 AuthorizationQueryParametersError: "
PARSING = "Error parsing the X-Amz-Credential parameter; "
EXPECTING = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
POLICY = "400 InvalidPolicyDocument: Invalid Policy: "


def guarded(session_token: str | None = None, expires: float | None = None) -> Wire:
    wire = fresh()
    wire.clock.set(basic_date(DATE) or 0.0)
    service = wire.service
    book = CredentialBook([Credential(KEY, SECRET, root_of("000000000000"), session_token, expires)])
    effects: dict[str, Any] = {"engine": service.engine, "blobs": service.blobs, "clock": wire.clock, "ids": wire.ids}
    wire.service = S3(**effects, authenticator=Authenticator(book))
    return wire


def said(answer: Answer) -> str:
    assert answer.xml is not None
    return f"{answer.status} {answer.code}: {answer.xml.text_of('Message')}"


def header(credential: str = SCOPE, signed: str = "host;x-amz-content-sha256;x-amz-date") -> str:
    return f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature=0"


def scope(**changes: str) -> str:
    parts = {"date": "20130524", "region": "us-east-1", "service": "s3", "terminal": "aws4_request", **changes}
    return "/".join([KEY, *parts.values()])


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"x-amz-date": "x"}, "403 AccessDenied: AWS authentication requires a valid Date or x-amz-date header"),
        (
            {"authorization": "AWS4-HMAC-SHA256"},
            "400 InvalidArgument: Authorization header is invalid -- one and only one ' ' (space) required.",
        ),
        ({"authorization": "Basic abc"}, "400 InvalidArgument: Unsupported Authorization Type"),
        (
            {"authorization": "AWS4-HMAC-SHA256 Credential=a"},
            HEADER + "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
        ),
        ({"authorization": "AWS4-HMAC-SHA256 a,b=,c="}, HEADER + 'the authorization component "a" is malformed.'),
        ({"authorization": "AWS4-HMAC-SHA256 a=b,SignedHeaders=b,Signature=c"}, HEADER + "missing Credential."),
        ({"authorization": header("a/b")}, HEADER + EXPECTING),
        ({"authorization": header(scope(service="sqs"))}, HEADER + 'incorrect service "sqs". This endpoint belongs to "s3".'),
        ({"authorization": header(scope(terminal="x"))}, HEADER + 'incorrect terminal "x". This endpoint uses "aws4_request".'),
        (
            {"authorization": header(scope(date="2013"))},
            HEADER + 'incorrect date format "2013". This date in the credential must be in the format "yyyyMMdd".',
        ),
        (
            {"authorization": header(scope(region="aws-global"))},
            HEADER + "the region 'aws-global' is wrong; expecting 'us-east-1'",
        ),
        (
            {"authorization": header(scope(date="20130525"))},
            HEADER + 'Invalid credential date "20130525". This date is not the same as X-Amz-Date: "20130524".',
        ),
        ({"x-amz-content-sha256": None}, "400 InvalidRequest: Missing required header for this request: x-amz-content-sha256"),
        (
            {"x-amz-content-sha256": "x"},
            "400 InvalidArgument: x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        ),
        (
            {"authorization": f"{header()}, {header()}"},
            "501 NotImplemented: A header you provided implies functionality that is not implemented",
        ),
    ],
    ids=[
        "NO_DATE",
        "NO_SPACE",
        "SCHEME",
        "COMPONENTS",
        "COMPONENT",
        "NO_COMPONENT",
        "CREDENTIAL",
        "SERVICE",
        "TERMINAL",
        "SCOPE_DATE_FORM",
        "REGION",
        "SCOPE_DATE",
        "NO_HASH",
        "HASH",
        "TWO_HEADERS",
    ],
)
def test_a_header(changes: dict[str, str | None], answer: str) -> None:
    wire = guarded()
    sent = {"x-amz-date": DATE, "x-amz-content-sha256": EMPTY_SHA256, "authorization": header(), **changes}
    before = wire.everything()
    assert said(wire("PUT", "/bucket/k", headers={name: value for name, value in sent.items() if value is not None})) == answer
    assert wire.everything() == before


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        (
            {"X-Amz-Date": None},
            QUERY + "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ),
        ({"X-Amz-Algorithm": "x"}, QUERY + 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'),
        ({"X-Amz-Credential": "a/b"}, QUERY + PARSING + EXPECTING),
        (
            {"X-Amz-Credential": scope(service="sqs")},
            QUERY + PARSING + 'incorrect service "sqs". This endpoint belongs to "s3".',
        ),
        (
            {"X-Amz-Credential": scope(terminal="x")},
            QUERY + PARSING + 'incorrect terminal "x". This endpoint uses "aws4_request".',
        ),
        (
            {"X-Amz-Credential": scope(date="2013")},
            QUERY + PARSING + 'incorrect date format "2013". This date in the credential must be in the format "yyyyMMdd".',
        ),
        ({"X-Amz-Credential": scope(region="moon")}, QUERY + PARSING + "the region 'moon' is wrong; expecting 'us-east-1'"),
        (
            {"X-Amz-Credential": scope(date="20130525")},
            QUERY + 'Invalid credential date "20130525". This date is not the same as X-Amz-Date: "20130524".',
        ),
        ({"X-Amz-Date": "2013"}, QUERY + "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
        ({"X-Amz-Expires": "x"}, QUERY + "X-Amz-Expires should be a number"),
        ({"X-Amz-Expires": "-1"}, QUERY + "X-Amz-Expires must be non-negative"),
        (
            {"X-Amz-Expires": "604801"},
            QUERY + "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            "604800 seconds",
        ),
    ],
    ids=[
        "PARAMETERS",
        "ALGORITHM",
        "QUERY_CREDENTIAL",
        "QUERY_SERVICE",
        "QUERY_TERMINAL",
        "QUERY_SCOPE_DATE_FORM",
        "QUERY_REGION",
        "QUERY_SCOPE_DATE",
        "DATE_FORM",
        "EXPIRES_FORM",
        "EXPIRES_NEGATIVE",
        "EXPIRES_LATE",
    ],
)
def test_a_presigned_query(changes: dict[str, str | None], answer: str) -> None:
    parameters = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": SCOPE, "X-Amz-Date": DATE, "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host", "X-Amz-Signature": "0", **changes,
    }  # fmt: skip
    query = "&".join(f"{name}={value}" for name, value in parameters.items() if value is not None)
    wire = guarded()
    before = wire.everything()
    assert said(wire("PUT", "/bucket/k", query=query)) == answer
    assert wire.everything() == before


def test_a_query_of_another_key_is_held_to_its_time_too() -> None:
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDOTHER/20130525/us-east-1/s3/aws4_request"
        "&X-Amz-Date=20130525T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    )
    answer = guarded()("GET", "/bucket/k", query=query)
    assert said(answer) == "403 AccessDenied: Request is not yet valid"
    assert list(answer.refusal[2]) == ["X-Amz-Date", "Expires", "ServerTime"]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (
            "Signature=a",
            "403 AccessDenied: Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
        ),
        ("Signature=a&AWSAccessKeyId=b&Expires=soon", "403 AccessDenied: Invalid date (should be seconds since epoch): soon"),
    ],
)
def test_a_presigned_query_of_version_2(query: str, answer: str) -> None:
    assert said(guarded()("GET", "/bucket/k", query=query)) == answer


def test_two_mechanisms_at_once() -> None:
    answer = guarded()("GET", "/bucket/k", query="X-Amz-Algorithm=AWS4-HMAC-SHA256", headers={"authorization": header()})
    assert said(answer).endswith(TWO_MECHANISMS.message)
    assert said(answer) == (
        "400 InvalidArgument: Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
        "parameter or the Authorization header should be specified"
    )


@pytest.mark.parametrize(
    ("token", "expires", "answer"),
    [
        ("BAD", None, "400 InvalidToken: The provided token is malformed or otherwise invalid."),
        ("GOOD", 1.0, "400 ExpiredToken: The provided token has expired."),
    ],
)
def test_a_session_token(token: str, expires: float | None, answer: str) -> None:
    wire = guarded("GOOD", expires)
    headers = {"host": "s3.localhost", "x-amz-date": DATE, "x-amz-content-sha256": EMPTY_SHA256, "x-amz-security-token": token}
    claim = claim_of(tuple(SCOPE.split("/")), ";".join(sorted(headers)))
    signing = Signing(Request("GET", "/bucket", "", headers, BytesBody()), claim, SECRET, DATE, EMPTY_SHA256)
    headers["authorization"] = header(signed=claim.header_list)[:-1] + signing.signature()
    found = wire("GET", "/bucket", headers=headers)
    assert said(found) == answer
    assert found.refusal[2] == {"Token-0": token}


def form(wire: Wire, fields: dict[str, str]) -> Answer:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ndata\r\n--b--\r\n'
    body = ("".join(parts) + file).encode()
    return wire("POST", "/bucket", body, headers={"content-type": "multipart/form-data; boundary=b"})


V4_FIELDS = {"key": "k", "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": DATE, "x-amz-signature": "0"}


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        (
            {"x-amz-signature": None},
            "400 InvalidArgument: Bucket POST must contain a field named 'X-Amz-Signature"
            "'.  If it is specified, please check the order of the fields.",
        ),
        ({"x-amz-credential": "a/b"}, f"400 InvalidArgument: {PARSING}{EXPECTING}"),
        (
            {"x-amz-credential": scope(service="sqs")},
            f'400 InvalidArgument: {PARSING}incorrect service "sqs". This endpoint belongs to "s3".',
        ),
        (
            {"x-amz-credential": scope(terminal="x")},
            f'400 InvalidArgument: {PARSING}incorrect terminal "x". This endpoint uses "aws4_request".',
        ),
        (
            {"x-amz-credential": scope(date="20130525")},
            '400 InvalidArgument: Invalid credential date "20130525". This date is not the same as X-Amz-Date: "20130524".',
        ),
    ],
    ids=["FORM_FIELD", "FORM_CREDENTIAL", "FORM_SERVICE", "FORM_TERMINAL", "FORM_SCOPE_DATE"],
)
def test_the_signature_of_a_form(changes: dict[str, str | None], answer: str) -> None:
    wire = guarded()
    fields = {**V4_FIELDS, "x-amz-credential": SCOPE, "policy": "e30=", **changes}
    before = wire.everything()
    assert said(form(wire, {name: value for name, value in fields.items() if value is not None})) == answer
    assert wire.everything() == before


CONDITIONS: list[Any] = [{"bucket": "bucket"}, {"key": "k"}]


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        ("!", POLICY + "invalid Base64 encoding."),
        ("{", POLICY + "Invalid JSON."),
        ({"conditions": []}, POLICY + "Policy missing expiration."),
        ({"expiration": "2030-01-01T00:00:00Z"}, POLICY + "Policy missing conditions."),
        ({"expiration": "soon", "conditions": []}, POLICY + "Invalid 'expiration' value: 'soon'"),
        ({"conditions": 1}, POLICY + "Invalid 'conditions' value: must be a List."),
        ({"more": 1}, POLICY + 'Unexpected: "more"'),
        ({"conditions": [["like", "$key", "k"]]}, POLICY + "Invalid Condition: unknown operation 'like'."),
        ({"conditions": [[]]}, POLICY + "Invalid Condition: missing operation identifier."),
        ({"conditions": [["eq", "$key"]]}, POLICY + "Invalid eq: wrong number of arguments."),
        ({"conditions": [{"key": 1}]}, POLICY + "Invalid Simple-Condition: value must be a string."),
        (
            {"conditions": [{}]},
            POLICY + "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
        ),
        ({"expiration": "2010-01-01T00:00:00Z"}, "403 AccessDenied: Invalid according to Policy: Policy expired."),
        (
            {"conditions": [["eq", "$Key", "other"]]},
            '403 AccessDenied: Invalid according to Policy: Policy Condition failed: ["eq", "$Key", "other"]',
        ),
        ({"conditions": CONDITIONS[:1]}, "403 AccessDenied: Invalid according to Policy: Extra input fields: key"),
        (
            {"conditions": [*CONDITIONS, ["content-length-range", 0, 3]]},
            "400 EntityTooLarge: Your proposed upload exceeds the maximum allowed size",
        ),
        (
            {"conditions": [*CONDITIONS, ["content-length-range", 5, 9]]},
            "400 EntityTooSmall: Your proposed upload is smaller than the minimum allowed size",
        ),
    ],
    ids=[
        "FORM_BASE64",
        "FORM_JSON",
        "FORM_NO_EXPIRATION",
        "FORM_NO_CONDITIONS",
        "FORM_EXPIRATION",
        "FORM_CONDITIONS",
        "FORM_MEMBER",
        "FORM_OPERATION",
        "FORM_NO_OPERATION",
        "FORM_ARITY",
        "FORM_SIMPLE_VALUE",
        "FORM_SIMPLE",
        "FORM_EXPIRED",
        "FORM_CONDITION",
        "FORM_EXTRA",
        "FORM_LARGE",
        "FORM_SMALL",
    ],
)
def test_the_policy_of_a_form(policy: Any, answer: str) -> None:
    """Signed by a key without a known secret: the policy counts all the same."""
    if isinstance(policy, dict):
        whole = {"expiration": "2030-01-01T00:00:00Z", "conditions": CONDITIONS}
        policy = json.dumps(policy if policy.keys() <= {"conditions"} and not policy["conditions"] else {**whole, **policy})
        if answer.endswith("missing conditions."):
            policy = '{"expiration": "2030-01-01T00:00:00Z"}'
    encoded = policy if policy == "!" else b64encode(policy.encode()).decode()
    wire = guarded()
    before = wire.everything()
    assert said(form(wire, {"key": "k", "policy": encoded, "AWSAccessKeyId": "AKIDOTHER", "signature": "x"})) == answer
    assert wire.everything() == before


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ({"Effect": "allow"}, "Invalid effect: allow"),
        ({"Action": None}, "Invalid policy syntax."),
        ({"Condition": {"StringEquals": {"s3:VersionStatus": "x"}}}, "Policy has an invalid condition key"),
        ({"Condition": {"NumericEquals": {"aws:EpochTime": "x"}}}, "Invalid value in Conditions for operator NumericEquals"),
    ],
)
def test_a_bucket_policy_that_the_shared_cases_leave_out(statement: dict[str, Any], answer: str) -> None:
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*", **statement}
    wire = fresh()
    before = wire.everything()
    refusal = wire("PUT", "/bucket", json.dumps({"Statement": [whole]}).encode(), query="policy")
    assert said(refusal) == f"400 MalformedPolicy: {answer}"
    assert wire.everything() == before
