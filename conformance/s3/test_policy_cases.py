"""Who may do what under a bucket's policy, and which policies are accepted at all: the cases of cases/policy_cases.json."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from ..exchanges import Exchanges
from ..expect import Difference, same, true
from ..targeting import Target
from .policy_requests import World, found
from .principals import DECISIONS, DOCUMENTS, OWNER

pytestmark = [pytest.mark.needs("s3.policy", "s3.principals"), pytest.mark.tier("exact")]


@pytest.mark.parametrize("row", DECISIONS, ids=[case["id"] for case in DECISIONS])
def test_a_request_is_allowed_or_denied(target: Target, exchanges: Exchanges, row: dict[str, Any]) -> None:
    """A request is decided by its caller's policies and the bucket's, as the case says; a denied one changes nothing.

    Source: S3 and IAM User Guides, tests verified against AWS, recordings; each case has its own grade [documented]
    """
    world = World(row, target, exchanges)
    with world.bucket():
        upload = world.prepare()
        before = world.held()
        world.attach()
        answer = world.request(upload)
        denied = answer.status == 403 or b"<Code>AccessDenied</Code>" in answer.body
        if denied != (row["expect"] == "deny"):
            kind = "refused" if denied else "ignored"
            raise Difference(kind, f"AWS would {row['expect']} this; the target answered {answer.status} {answer.text[:500]}")
        if denied:
            world.send(world.owner, "DELETE", query="policy=")
            same(world.held(), before, "what the bucket holds after a denied request")


@pytest.mark.parametrize("row", DOCUMENTS, ids=[case["id"] for case in DOCUMENTS])
def test_a_policy_is_accepted_or_refused(target: Target, exchanges: Exchanges, row: dict[str, Any]) -> None:
    """PutBucketPolicy accepts a policy or says what is wrong with it; a refused policy is not kept.

    Source: tests verified against AWS, recordings, S3 User Guide; each case has its own grade [third-party]
    """
    world = World({**row, "principal": {"type": "root", "account": OWNER}}, target, exchanges)
    with world.bucket():
        answer = world.request("")
        kept = world.send(world.owner, "GET", query="policy=").status
        if row["expect"] == "accept":
            same(answer.status, 204, "the status of PutBucketPolicy")
            same(kept, 200, "the status of GetBucketPolicy afterwards")
            return
        error = row["error"]
        same((answer.status, found(answer, "Code")), (error["status"], error["code"]), "the refusal")
        if error["message"] is not None:
            true(error["message"] in unescape(answer.text), f"the message says {error['message']!r}, not {answer.text!r}")
        same(kept, 404, "the status of GetBucketPolicy afterwards")
