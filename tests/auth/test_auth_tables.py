"""The tables in the docstrings of signatures and policies, row by row: what they say is what the functions do."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from condemu.auth import authenticate, policy_operators, policy_principals, verdicts
from condemu.auth.authenticate import Authenticator
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.policy_operators import compile_condition
from condemu.auth.policy_principals import parse_principals
from condemu.auth.principals import NOBODY, root_of, session_of, user_of
from condemu.auth.signature_v4 import Signing, claim_of
from condemu.core.http import BytesBody, Request
from conformance.tables import rows_of

ACCOUNT = "111122223333"
ALICE = user_of(ACCOUNT, "Alice")
CALLERS = {
    "root": root_of(ACCOUNT), "Alice": ALICE, "s1": session_of(ACCOUNT, "App", "s1"), "other": root_of("444455556666"),
    "anonymous": NOBODY,
}  # fmt: skip
NOW, DATE, EMPTY = 1_767_225_600.0, "20260101T000000Z", hashlib.sha256(b"").hexdigest()


def cells(module: Any, label: str) -> Any:
    """Each cell of a module's table: its row's label, its column, and what it says."""
    found = [
        (row[label], column, row.get(column)) for row in rows_of(module.__doc__) for column in columns(module) if column != label
    ]
    return pytest.mark.parametrize(("label", "column", "cell"), found)


def columns(module: Any) -> list[str]:
    header = next(line for line in module.__doc__.splitlines() if line.startswith("|"))
    return [cell.strip() for cell in header.strip("|").split("|")]


@cells(policy_operators, "operator")
def test_an_operator_holds_as_its_table_says(label, column, cell):
    values = {'"true"': "true", "another value": "false", "both": ["true", "false"], "no value": None}
    holds = compile_condition(label, ["true"], False)
    assert holds is not None
    assert holds(values[column], {}) is (cell == "true")


@cells(policy_principals, "element")
def test_a_principal_is_named_as_closely_as_its_table_says(label, column, cell):
    wanted = verdicts.NOT_AT_ALL if cell is None else vars(verdicts)[f"BY_{cell}"]
    assert parse_principals(json.loads(label)).names(CALLERS[column]) == wanted


def signed(key: str, secret: str) -> Request:
    """A request to S3, signed with a secret; without a key it is not signed at all."""
    headers = {"host": "localhost", "x-amz-date": DATE, "x-amz-content-sha256": EMPTY}
    if key:
        claim = claim_of((key, DATE[:8], "us-east-1", "s3", "aws4_request"), ";".join(sorted(headers)))
        signature = Signing(Request("GET", "/b/k", "", headers, BytesBody()), claim, secret, DATE, EMPTY).signature()
        credential = f"{key}/{DATE[:8]}/us-east-1/s3/aws4_request"
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={';'.join(sorted(headers))},Signature={signature}"
        )
    return Request("GET", "/b/k", "", headers, BytesBody())


@cells(authenticate, "mode")
def test_a_mode_believes_whom_its_table_says(label, column, cell):
    requests = {
        "a known key": signed("AKIAALICE", "secret"), "its signature wrong": signed("AKIAALICE", "wrong"),
        "an unknown key": signed("AKIAOTHER", "secret"), "no key": signed("", ""),
    }  # fmt: skip
    authenticator = Authenticator(CredentialBook([Credential("AKIAALICE", "secret", ALICE)], ACCOUNT), label)
    try:
        found = authenticator.verify_s3(requests[column], NOW)
    except AuthFailure:
        assert cell == "refused"
        return
    assert cell == ("verified" if found.verified else "anonymous" if found.principal.is_anonymous else "believed")
    if cell != "anonymous":
        assert found.principal == (ALICE if "Alice" in found.principal.arn else root_of(ACCOUNT))
