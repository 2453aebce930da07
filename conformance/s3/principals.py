"""The cases of cases/policy_cases.json that run as they stand, and their callers as a target's credentials.

Every principal, with the identity policies and the permissions boundary that a case gives it, has an access key of its own. A
root user's key is its account's number.

AWS keeps the names of its documentation's buckets for itself (400 InvalidBucketName), so the cases' bucket has another here.
"""

from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parents[1] / "cases" / "policy_cases.json"
DOCUMENTED_BUCKET: Final = "amzn-s3-demo-bucket1"
BUCKET: Final = "condemu-conf-bucket1"
GRADES: Final = {
    "aws-recorded": "recorded",
    "aws-backed-test": "third-party",
    "third-party-test": "third-party",
    "issue-report": "third-party",
    "aws-docs": "documented",
    "derived": "inferred",
}
CASES: Final[list[dict[str, Any]]] = [
    {**case, "evidence": GRADES[case["evidence"]]}
    for case in json.loads(FILE.read_text().replace(DOCUMENTED_BUCKET, BUCKET))
    if case.get("policy_kind") != "identity"  # those are DynamoDB's
]
OWNER: Final = "111122223333"  # of every case's bucket
SECRET: Final = "principals-secret"


def access_key_of(case: dict[str, Any]) -> str:
    """The key of the case's caller; empty for an anonymous one."""
    principal = case["principal"]
    if principal["type"] in ("anonymous", "root"):
        return principal["account"] or ""
    told = (principal["arn"], case.get("identity_policies"), case.get("permissions_boundary"))
    return "AKID" + md5(json.dumps(told, sort_keys=True).encode(), usedforsecurity=False).hexdigest()[:16].upper()


def credentials() -> str:
    """The callers as condemu's credentials file."""
    tables = {OWNER: {"access_key": OWNER, "secret": SECRET}}
    tables |= {key: table_of(key, case) for case in CASES if (key := access_key_of(case))}
    return "\n".join(
        "[[credential]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())
        for table in tables.values()
    )


def table_of(access_key: str, case: dict[str, Any]) -> dict[str, Any]:
    principal = case["principal"]
    table: dict[str, Any] = {"access_key": access_key, "secret": SECRET, "account": principal["account"]}
    if principal["type"] == "user":
        table["user"] = principal["name"]
    elif principal["type"] == "assumed-role":
        table["role"], table["session"] = principal["arn"].rsplit("/", 2)[-2:]
    if case.get("identity_policies"):
        table["policy"] = [json.dumps(policy) for policy in case["identity_policies"]]
    if case.get("permissions_boundary"):
        table["boundary"] = json.dumps(case["permissions_boundary"])
    return table


# Cases that no request over a network can bring about, or that are about more than their request.
ELSEWHERE: Final = {
    "op-arn-missing": "the request of a user always has aws:PrincipalArn",
    "op-arnne-missing": "the request of a user always has aws:PrincipalArn",
    "ev-user-wildcard-in-principal": "PutBucketPolicy refuses the policy: Invalid principal in policy",
    "s3-grantfc": "x-amz-grant-full-control needs s3:PutObjectAcl as well (S3 User Guide, required permissions)",
    "s3-mddirective": "it is about a copy's destination alone: its policy lets nobody read the source",
    "s3-sigage-ok": "it needs a signature of ten minutes ago",
    "val-principal-7": "which users exist in other people's accounts is their secret",
}
# What neither the caller's request nor its signature says, so that the target cannot be told.
UNTOLD: Final = {"aws:currenttime", "aws:sourceip", "aws:securetransport"}


def told(case: dict[str, Any]) -> bool:
    context = {key.lower() for check in case["request"]["checks"] for key in check["context"]}
    return case["id"] not in ELSEWHERE and not context & UNTOLD


DECISIONS: Final = [case for case in CASES if case["expect"] in ("allow", "deny") and told(case)]
DOCUMENTS: Final = [case for case in CASES if case["expect"] in ("accept", "error") and told(case)]
