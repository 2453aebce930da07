"""Signatures of the JSON protocols in DynamoDB's order of checks, and the policies of browser uploads."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.checks import basic_date
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.post_policy import check_policy
from condemu.auth.principals import root_of
from condemu.core.http import BytesBody, Request

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BOOK = CredentialBook([Credential(KEY, SECRET, root_of("111122223333"))])
DATE = "20130524T000000Z"
NOW = basic_date(DATE) or 0.0
SCOPE = f"{KEY}/20130524/us-east-1/dynamodb/aws4_request"


def json_request(query: str = "", **changes: str | None) -> Request:
    header = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature=abc"
    headers = {"host": "dynamodb.us-east-1.amazonaws.com", "x-amz-date": DATE, "authorization": header}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}  # type: ignore[misc]
    return Request("POST", "/", query, {name: value for name, value in headers.items() if value is not None}, BytesBody())


def refused(request: Request, now: float = NOW) -> AuthFailure:
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_json(request, b"{}", now)
    return caught.value


def header(credential: str = SCOPE, algorithm: str = "AWS4-HMAC-SHA256", signed: str = "host") -> str:
    return f"{algorithm} Credential={credential}, SignedHeaders={signed}, Signature=abc"


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (json_request("X-Amz-Algorithm=AWS4-HMAC-SHA256"), failures.TWO_MECHANISMS),
        (json_request(authorization=None), failures.NO_CREDENTIALS),
        (json_request(authorization="AWS a:b"), failures.NO_CREDENTIALS),
        (json_request(authorization="AWS4-HMAC-SHA256 Credential=a"), failures.INCOMPLETE),
        (json_request("X-Amz-Algorithm=AWS4-HMAC-SHA256", authorization=None), failures.INCOMPLETE),
        (json_request(x_amz_date="yesterday"), failures.JSON_DATE_FORM),
        (json_request(x_amz_date="20130523T234459Z"), failures.JSON_EXPIRED),
        (json_request(x_amz_date="20130524T001501Z"), failures.JSON_NOT_YET),
        (json_request(authorization=header(signed="x-amz-date")), failures.HOST_NOT_SIGNED),
        (json_request(authorization=header(algorithm="AWS4-X")), failures.JSON_ALGORITHM),
        (json_request(authorization=header("a/b")), failures.JSON_CREDENTIAL),
        (json_request(authorization=header(f"{KEY}/20130525/us-east-1/s3/x")), failures.SCOPE),
        (json_request(), failures.MISMATCH),
    ],
)
def test_each_mistake_of_a_json_request_has_its_name(request_: Request, kind: str) -> None:
    assert refused(request_).kind == kind


def test_all_that_is_missing_and_all_that_is_wrong_with_a_scope_is_said_at_once() -> None:
    failure = refused(json_request(authorization="AWS4-HMAC-SHA256 SignedHeaders=host", x_amz_date=None))
    assert failure.fields["Missing"] == ["Credential", "Signature", "Date"]
    fields = refused(json_request(authorization=header(f"{KEY}/20130525/us-east-1/s3/x"))).fields
    assert (fields["Service"], fields["Terminal"], fields["ScopeDate"]) == ("s3", "x", "20130525")


def test_what_botocore_signs_for_dynamodb_is_accepted_and_another_body_is_not() -> None:
    sent = AWSRequest(method="POST", url="https://dynamodb.eu-west-1.amazonaws.com/", data=b'{"a": 1}')
    SigV4Auth(Credentials(KEY, SECRET), "dynamodb", "eu-west-1").add_auth(sent)
    headers = {"host": "dynamodb.eu-west-1.amazonaws.com", **{name.lower(): value for name, value in sent.headers.items()}}
    request = Request("POST", "/", "", headers, BytesBody())
    now = basic_date(headers["x-amz-date"]) or 0.0
    assert Authenticator(BOOK).verify_json(request, b'{"a": 1}', now).verified
    with pytest.raises(AuthFailure) as caught:
        Authenticator(BOOK).verify_json(request, b'{"a": 2}', now)
    assert caught.value.kind == failures.MISMATCH


def test_with_verification_off_an_unsigned_json_request_is_the_root_users() -> None:
    found = Authenticator(BOOK, "off").verify_json(json_request(authorization=None), b"", NOW)
    assert found.principal == root_of("000000000000")


# --- forms -------------------------------------------------------------------------------------------------------------------

CONDITIONS: list[Any] = [{"bucket": "b"}, ["eq", "$key", "k"], ["starts-with", "$Content-Type", "image/"]]
FIELDS = {"key": "k", "content-type": "image/png"}


def document(conditions: Any = CONDITIONS, expiration: Any = "2013-05-24T00:10:00Z", **more: Any) -> str:
    members = {"expiration": expiration, "conditions": conditions, **more}
    return b64encode(json.dumps({name: value for name, value in members.items() if value is not None}).encode()).decode()


def form_failure(policy: str, fields: dict[str, str] = FIELDS, now: float = NOW) -> AuthFailure:
    with pytest.raises(AuthFailure) as caught:
        check_policy(policy, fields, "b", now)
    return caught.value


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        ("é", failures.FORM_BASE64),
        ("bm8=", failures.FORM_JSON),
        ("MQ==", failures.FORM_JSON),
        (document(expiration=None), failures.FORM_NO_EXPIRATION),
        (document(None), failures.FORM_NO_CONDITIONS),
        (document(expiration="soon"), failures.FORM_EXPIRATION),
        (document("x"), failures.FORM_CONDITIONS),
        (document(extra=1), failures.FORM_MEMBER),
        (document(expiration="2013-05-23T23:59:59Z"), failures.FORM_EXPIRED),
        (document([*CONDITIONS, {"a": "b", "c": "d"}]), failures.FORM_SIMPLE),
        (document([*CONDITIONS, {"a": 1}]), failures.FORM_SIMPLE_VALUE),
        (document([*CONDITIONS, []]), failures.FORM_NO_OPERATION),
        (document([*CONDITIONS, ["like", "$key", "k"]]), failures.FORM_OPERATION),
        (document([*CONDITIONS, ["eq", "$key"]]), failures.FORM_ARITY),
        (document([*CONDITIONS, ["eq", "$key", "K"]]), failures.FORM_CONDITION),
        (document([*CONDITIONS, ["content-length-range", "a", "10"]]), failures.FORM_CONDITION),
        (document(CONDITIONS[1:]), failures.FORM_EXTRA),
        (document(CONDITIONS[:2]), failures.FORM_EXTRA),
    ],
)
def test_each_fault_of_a_form_has_its_name(policy: str, kind: str) -> None:
    assert form_failure(policy).kind == kind


def test_a_failed_condition_is_shown_as_it_was_written() -> None:
    assert form_failure(document([["eq", "$Key", "x"]])).fields["Condition"] == '["eq", "$Key", "x"]'
    assert form_failure(document([{"key": "x"}])).fields["Condition"] == '["eq", "$key", "x"]'


def test_each_content_type_of_a_list_must_begin_as_asked() -> None:
    check_policy(document(), {**FIELDS, "content-type": "image/png,image/gif", "x-ignore-me": "x"}, "b", NOW)
    assert form_failure(document(), {**FIELDS, "content-type": "image/png,text/html"}).kind == failures.FORM_CONDITION


def test_a_size_is_held_against_the_range_when_it_is_known() -> None:
    policy = check_policy(document([*CONDITIONS, ["content-length-range", 2, 4]]), FIELDS, "b", NOW)
    policy.check_size(2)
    policy.check_size(4)
    for size, kind in ((1, failures.FORM_SMALL), (5, failures.FORM_LARGE)):
        with pytest.raises(AuthFailure) as caught:
            policy.check_size(size)
        assert caught.value.kind == kind


def verified_form(fields: dict[str, str], now: float) -> str:
    try:
        who, _ = Authenticator(BOOK).verify_form(fields, "b", now)
    except AuthFailure as failure:
        return failure.kind
    return f"{who.auth_type} {who.verified}"


def presigned(version: str) -> tuple[dict[str, str], float]:
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    client = boto3.client("s3", "us-east-1", **keys, config=Config(signature_version=version))
    fields = client.generate_presigned_post("b", "k", ExpiresIn=60)["fields"]
    now = basic_date(fields["x-amz-date"]) if "x-amz-date" in fields else 0.0
    return {name.lower(): value for name, value in fields.items()}, now or 0.0


def test_what_boto3_presigns_as_a_post_is_accepted_and_a_changed_policy_is_not() -> None:
    for version in ("s3v4", "s3"):
        fields, now = presigned(version)
        assert verified_form(fields, now) == "POST True"
        for name in ("x-amz-signature", "signature"):
            if name in fields:
                assert verified_form({**fields, name: "0" * 64}, now) == failures.MISMATCH
                rest = {key: value for key, value in fields.items() if key != name}
                assert verified_form(rest, now) == failures.FORM_FIELD
        unsigned = {"key": "k", "policy": fields["policy"]}
        assert verified_form(unsigned, now) == failures.FORM_DENIED
    assert verified_form({"key": "k"}, 0.0) == "None False"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("x-amz-credential", "a/b", failures.CREDENTIAL["form"]),
        ("x-amz-credential", f"{KEY}/20130524/us-east-1/sqs/aws4_request", failures.SERVICE["form"]),
        ("x-amz-credential", f"{KEY}/20130524/us-east-1/s3/x", failures.TERMINAL["form"]),
        ("x-amz-credential", f"{KEY}/20130524/☃/s3/aws4_request", failures.REGION["form"]),
        ("x-amz-date", "x", failures.SCOPE_DATE["form"]),
    ],
)
def test_a_wrong_credential_of_a_form_says_what_is_wrong(name: str, value: str, kind: str) -> None:
    fields = {
        "key": "k", "policy": document(), "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": DATE, "x-amz-signature": "0",
        "x-amz-credential": f"{KEY}/20130524/us-east-1/s3/aws4_request", name: value,
    }  # fmt: skip
    assert verified_form(fields, NOW) == kind
