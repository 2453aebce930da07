"""Every decision of the shared policy cases, DynamoDB's too, by the evaluator alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from condemu.auth.decision import Ruling, decide
from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem, Rules
from condemu.auth.principals import NOBODY, Principal, root_of, session_of, user_of

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "policy_cases.json").read_text())
DECISIONS = [case for case in CASES if case["expect"] in ("allow", "deny")]
RESOURCE = Rules()
POLICY_ACTIONS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
# Whether a policy is public is for S3 to say; here it is given.
PUBLIC = {"bpa-restrict-anon": True, "bpa-restrict-cross-named": True, "bpa-restrict-owner-user": True}


def caller_of(case: dict[str, Any]) -> Principal:
    described = case["principal"]
    sources = [*case.get("identity_policies", ()), *([case["policy"]] if case.get("policy_kind") == "identity" else [])]
    boundary = case.get("permissions_boundary")
    limits: dict[str, Any] = {"policies": tuple(valid(source) for source in sources)}
    limits["boundary"] = valid(boundary) if boundary is not None else None
    match described["type"]:
        case "anonymous":
            return NOBODY
        case "root":
            return root_of(described["account"])
        case "user":
            return user_of(described["account"], described["name"], **limits)
    role, session = described["arn"].rsplit("/", 2)[-2:]
    return session_of(described["account"], role, session, **limits)


def valid(source: Any) -> Policy:
    found = parse(json.dumps(source))
    assert not isinstance(found, Problem), found
    return found


def rulings(case: dict[str, Any]) -> list[Ruling]:
    policy = None
    if case["policy"] is not None and case.get("policy_kind") != "identity":
        found = parse(json.dumps(case["policy"]), RESOURCE)
        if isinstance(found, Problem):
            return [Ruling(False)]  # what cannot be put allows nobody
        policy = found
    caller = caller_of(case)
    return [
        decide(
            caller,
            check["action"],
            check["resource"],
            {key.lower(): value for key, value in check["context"].items()},
            owner=case["owner_account"],
            policy=policy,
            restricted=PUBLIC.get(case["id"], False),
            spared=check["action"] in POLICY_ACTIONS,
        )
        for check in case["request"]["checks"]
    ]


@pytest.mark.parametrize("case", DECISIONS, ids=lambda case: case["id"])
def test_a_request_is_allowed_when_all_its_checks_are(case: dict[str, Any]) -> None:
    found = rulings(case)
    assert all(ruling.allowed for ruling in found) == (case["expect"] == "allow"), found
    assert all(ruling.allowed or ruling.policy or ruling == Ruling(False) for ruling in found)
