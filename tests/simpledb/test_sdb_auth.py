"""Who may call SimpleDB: signatures of versions 2, 1 and 0 in the parameters, and identity policies."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from sdb_wire import Reply, Wire, run, state

from condemu.auth.authenticate import OFF, STRICT, Authenticator
from condemu.auth.credentials import Credential, CredentialBook, credential_of
from condemu.auth.principals import root_of
from condemu.core.spaces import forget
from condemu.simpledb.records import SPACES

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json").read_text())
VECTORS = [vector for vector in CASES["signature_vectors"] if vector["params"].get("Version") == "2009-04-15"]
EXPECTED = {case["id"]: case["expected"] for case in CASES["cases"] if case["group"] == "auth"}
KEY, SECRET, ACCOUNT = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "111122223333"


def guarded(mode: str = STRICT, **members: Any) -> Wire:
    """A SimpleDB that knows one key."""
    members = {"access_key": KEY, "secret": SECRET, "account": ACCOUNT, **members}
    return Wire(authenticator=Authenticator(CredentialBook([credential_of(members)]), mode))


def iso(seconds: float, zone: timezone = UTC) -> str:
    text = datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%dT%H:%M:%S%z")
    return text.replace("+0000", "Z") if zone is UTC else f"{text[:-2]}:{text[-2:]}"


def encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def signed(sdb: Wire, parameters: dict[str, str], secret: str = SECRET, when: str | None = None, method: str = "POST") -> str:
    """Parameters as a form, with everything that version 2 adds."""
    sent = {
        "Version": "2009-04-15", "AWSAccessKeyId": KEY, "SignatureVersion": "2", "SignatureMethod": "HmacSHA256",
        "Timestamp": when or iso(sdb.clock.now()), **parameters,
    }  # fmt: skip
    if sent.get("Expires"):
        del sent["Timestamp"]
    text = "&".join(f"{encoded(name)}={encoded(sent[name])}" for name in sorted(sent))
    digest = hmac.digest(secret.encode(), f"{method}\nsdb.amazonaws.com\n/\n{text}".encode(), "sha256")
    return f"{text}&Signature={encoded(base64.b64encode(digest).decode())}"


def send(sdb: Wire, **parameters: str) -> Reply:
    return sdb.raw("POST", "", signed(sdb, parameters).encode())


def expect(reply: Reply, case: str) -> None:
    wanted = EXPECTED[case]
    assert (reply.status, reply.code) == (wanted["status"], wanted["code"]), reply.text
    if "{" not in (wanted["message"] or ""):
        assert reply.message == wanted["message"]
    assert (reply.box_usage is not None) == (wanted["box_usage"] == "present")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
@pytest.mark.parametrize("spoilt", [False, True])
def test_signature_vectors_are_believed_and_spoilt_ones_are_not(vector: dict[str, Any], spoilt: bool) -> None:
    parameters = dict(vector["params"])
    token = {"session_token": parameters["SecurityToken"]} if "SecurityToken" in parameters else {}
    sdb = guarded(**token)
    stamp = parameters.get("Timestamp") or "2026-01-02T03:04:05Z"
    sdb.clock.set(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp())
    if stamp.endswith("-07:00"):
        sdb.clock.advance(7 * 3600)
    parameters["Signature"] = vector["signature"] if not spoilt else "A" + vector["signature"][1:]
    if spoilt and parameters["Signature"] == vector["signature"]:
        parameters["Signature"] = "B" + vector["signature"][1:]
    text = urlencode(parameters)
    by_get = vector["method"] == "GET"
    reply = sdb.raw(
        vector["method"], text if by_get else "", b"" if by_get else text.encode(), vector["host_header"], vector["path"] or "/"
    )
    if spoilt:
        assert reply.refusal[:2] == (403, "SignatureDoesNotMatch")
        assert reply.box_usage is None
    else:
        assert reply.code in (None, "NoSuchDomain", "InvalidDomainName", "InvalidParameterValue"), reply.text


def test_a_wrong_signature_is_refused_and_shows_no_box_usage() -> None:
    sdb = guarded()
    body = signed(sdb, {"Action": "CreateDomain", "DomainName": "MyDomain"}, secret="another")
    reply = sdb.raw("POST", "", body.encode())
    expect(reply, "auth.bad-signature")
    assert "the text to sign is" in reply.because
    assert state(sdb) == {}


def test_a_request_without_credentials_is_refused() -> None:
    reply = guarded().send({"Action": "ListDomains", "Version": "2009-04-15"})
    assert reply.refusal == (
        401, "AuthFailure", "AWS was not able to authenticate the request: access credentials are missing",
    )  # fmt: skip
    assert reply.box_usage is None


def test_a_version_4_header_is_no_credential_here() -> None:
    sdb = guarded()
    request = sdb.request("POST", "", b"Action=ListDomains&Version=2009-04-15", "sdb.amazonaws.com")
    request.headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/sdb/aws4_request, Signature=00"
    answer = run(sdb.service.handle(request))
    expect(Reply(answer.status, answer.headers, answer.body), "auth.sigv4-header")


def test_an_unknown_key_is_refused_by_name() -> None:
    sdb = guarded()
    reply = send(sdb, Action="ListDomains", AWSAccessKeyId="AKIAUNKNOWN")
    assert reply.refusal == (
        403, "InvalidClientTokenId", "The AWS Access Key Id you provided does not exist in our records.",
    )  # fmt: skip
    assert reply.box_usage is None


def test_a_timestamp_counts_for_fifteen_minutes_in_any_zone() -> None:
    sdb = guarded()
    now = sdb.clock.now()
    ask = {"Action": "ListDomains"}
    for case, when in (
        ("auth.timestamp-ok-14min", iso(now - 14 * 60)),
        ("auth.timestamp-offset", iso(now, timezone(timedelta(hours=-7)))),
        ("auth.expired-timestamp", iso(now - 16 * 60)),
    ):
        reply = sdb.raw("POST", "", signed(sdb, ask, when=when).encode())
        expect(reply, case)
        if reply.status != 200:
            assert reply.message == f"Request has expired. Timestamp date is {when}"


def test_expires_ends_a_request() -> None:
    sdb = guarded()
    past, future = iso(sdb.clock.now() - 1), iso(sdb.clock.now() + 60)
    assert send(sdb, Action="ListDomains", Expires=future).status == 200
    reply = send(sdb, Action="ListDomains", Expires=past)
    expect(reply, "auth.expired-expires")
    assert reply.message == f"Request has expired. Expires date is {past}"


def test_an_unknown_signature_version_is_named() -> None:
    reply = send(guarded(), Action="ListDomains", SignatureVersion="9")
    assert reply.message == "Value (9) for parameter SignatureVersion is invalid. Valid Signature versions are 0, 1 and 2"


def test_a_signature_without_a_time_does_not_conform() -> None:
    sdb = guarded()
    reply = sdb.send({"Action": "ListDomains", "AWSAccessKeyId": KEY, "Signature": "x", "SignatureVersion": "2"})
    assert reply.refusal == (400, "IncompleteSignature", "The request signature does not conform to AWS standards.")


def test_authentication_comes_before_everything_else() -> None:
    sdb = guarded()
    assert sdb.send({"Action": "Frobnicate"}).code == "AuthFailure"
    assert sdb.send({}).code == "AuthFailure"


def test_every_account_and_every_endpoint_has_domains_of_its_own() -> None:
    sdb = Wire(authenticator=Authenticator(mode=OFF))
    ask = {"Action": "ListDomains", "Version": "2009-04-15"}
    create = {"Action": "CreateDomain", "Version": "2009-04-15", "DomainName": "MyDomain"}
    assert sdb.send({**create, "AWSAccessKeyId": "111111111111"}).status == 200
    assert "MyDomain" in sdb.send({**ask, "AWSAccessKeyId": "111111111111"}).text
    assert "MyDomain" not in sdb.send({**ask, "AWSAccessKeyId": "222222222222"}).text
    assert "MyDomain" not in sdb.send({**ask, "AWSAccessKeyId": "111111111111"}, host="sdb.eu-west-1.amazonaws.com").text
    sdb.store.transact(lambda txn: forget(txn, SPACES, "111111111111"))
    assert state(sdb) == {"simpledb.domains": []}


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["sdb:Get*", "sdb:Create*"], "Resource": "arn:aws:sdb:us-east-1:111122223333:domain/My*"}
    ],
}


def test_an_identity_policy_decides_before_the_condition_is_seen() -> None:
    sdb = guarded(user="Alice", policy=json.dumps(POLICY))
    assert send(sdb, Action="CreateDomain", DomainName="MyDomain").status == 200
    assert send(sdb, Action="GetAttributes", DomainName="MyDomain", ItemName="i").status == 200
    before = state(sdb)
    put = {"DomainName": "MyDomain", "ItemName": "i", "Attribute.1.Name": "v", "Attribute.1.Value": "1"}
    reply = send(sdb, Action="PutAttributes", **put, **{"Expected.Name": "v", "Expected.Value": "2"})
    assert reply.refusal == (
        403,
        "AuthorizationFailure",
        "Session does not have permission to perform (sdb:PutAttributes) on resource "
        "(arn:aws:sdb:us-east-1:111122223333:domain/MyDomain). Contact account owner.",
    )
    assert reply.box_usage == "0.0000219907"
    assert send(sdb, Action="CreateDomain", DomainName="Other").code == "AuthorizationFailure"
    assert send(sdb, Action="ListDomains").code == "AuthorizationFailure"
    assert state(sdb) == before


def test_credentials_of_a_root_user_need_no_policy() -> None:
    book = CredentialBook([Credential(KEY, SECRET, root_of(ACCOUNT))])
    sdb = Wire(authenticator=Authenticator(book, STRICT))
    assert send(sdb, Action="CreateDomain", DomainName="MyDomain").status == 200
