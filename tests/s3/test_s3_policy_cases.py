"""The shared policy cases against the real operations: validation by PutBucketPolicy, decisions by the operation that each is
about."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from policy_calls import OPEN, World, everything, is_denied

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "policy_cases.json").read_text())
DECISIONS = [case for case in CASES if case["expect"] in ("allow", "deny") and case.get("policy_kind") != "identity"]
DOCUMENTS = [case for case in CASES if case["expect"] in ("accept", "error")]

# Cases that no request can bring about, with the reason. The evaluator has all of them as unit tests (tests/auth).
UNREACHABLE = {
    "op-arn-missing": "the request of a user always has aws:PrincipalArn",
    "op-arnne-missing": "the request of a user always has aws:PrincipalArn",
    "ev-user-wildcard-in-principal": "PutBucketPolicy refuses the policy: Invalid principal in policy",
    "s3-grantfc": "x-amz-grant-full-control needs s3:PutObjectAcl as well (S3 User Guide, required permissions); see below",
}
# Documents whose answer is another one here, with the reason.
DIFFERENT = {
    "val-principal-7": "which users exist in other people's accounts is not known here: any well-formed ARN is a principal",
}


@pytest.mark.parametrize("case", [case for case in DECISIONS if case["id"] not in UNREACHABLE], ids=lambda case: case["id"])
def test_an_operation_is_decided_as_the_case_says(case: dict[str, Any]) -> None:
    world = World(case)
    answer = world.ask()
    assert is_denied(answer) == (case["expect"] == "deny"), (answer, case.get("note"))
    if case["expect"] == "deny":
        assert everything(world.store) == world.before


@pytest.mark.parametrize("case", [case for case in DOCUMENTS if case["id"] not in DIFFERENT], ids=lambda case: case["id"])
def test_a_policy_is_accepted_or_refused_as_the_case_says(case: dict[str, Any]) -> None:
    root = {"type": "root", "account": case["owner_account"], "arn": f"arn:aws:iam::{case['owner_account']}:root"}
    world = World({"public_access_block": OPEN, **case, "principal": root, "policy": None})
    text = case["policy_text"] if case["policy"] is None else json.dumps(case["policy"])
    before = everything(world.store)
    status, body, _ = world.send(world.caller, "PUT", query="policy", body=text.encode())
    if case["expect"] == "accept":
        assert status == 204, body
        return
    error = case["error"]
    assert (status, f"<Code>{error['code']}</Code>".encode() in body) == (error["status"], True), body
    if error["message"] is not None:
        shown = unescape(body.decode())
        assert error["message"] in shown, shown
    assert everything(world.store) == before


def test_the_exceptions_are_cases() -> None:
    assert {*UNREACHABLE, *DIFFERENT} <= {case["id"] for case in CASES}


def test_a_grant_header_is_compared_as_it_was_sent_once_its_action_is_allowed() -> None:
    case = json.loads(json.dumps(next(case for case in CASES if case["id"] == "s3-grantfc")))
    case["policy"]["Statement"][0]["Action"] = ["s3:PutObject", "s3:PutObjectAcl"]
    assert not is_denied(World(case).ask())
    case["policy"]["Statement"][0]["Condition"]["StringEquals"]["s3:x-amz-grant-full-control"] = "id=Another"
    assert is_denied(World(case).ask())
