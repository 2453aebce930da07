"""PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy.

A conditional write too: ExpectedRevisionId names the revision that must be there, NO_POLICY that there must be none
(recorded on AWS by moto's suite; API Reference, PutResourcePolicy). A policy that is not there has no revision; a refusal goes by
the name of its row.

| the policy's revision | ExpectedRevisionId | answer                |
|-----------------------|--------------------|-----------------------|
| -                     | -                  | written               |
| -                     | NO_POLICY          | written               |
| -                     | 1                  | POLICY_NOT_FOUND      |
| 1                     | -                  | written               |
| 1                     | 1                  | written               |
| 1                     | NO_POLICY          | POLICY_UNEXPECTED     |
| 1                     | 2                  | POLICY_OTHER_REVISION |
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table
from condemu.dynamodb.state.records import TABLES, Table
from condemu.dynamodb.tables.table_policies import check_policy
from condemu.dynamodb.tables.tables import known_table

NO_POLICY: Final = "NO_POLICY"


def revision_refusal(table: Table, arn: str, expected: str | None) -> ServiceError | None:
    """Why the policy may not be replaced or deleted; None if it may."""
    if table.policy is None:
        if expected in (None, NO_POLICY):
            return None
        return ServiceError(rows.POLICY_NOT_FOUND, {"arn": arn}, because="the table has no policy")
    found = table.policy_revision
    if expected in (None, found):
        return None
    row = rows.POLICY_UNEXPECTED if expected == NO_POLICY else rows.POLICY_OTHER_REVISION
    fields = {"asked": expected, "found": found, "table": table.name}
    return ServiceError(row, fields, because=f"the policy has revision {found}")


def put_policy(request: DynamoRequest) -> Plan:
    members = request.members
    arn, whose = _named(request)
    check_policy(members["Policy"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        refusal = revision_refusal(table, arn, members.get("ExpectedRevisionId"))
        if refusal is not None:
            raise refusal
        if table.policy == members["Policy"]:  # the same document keeps its revision (API Reference)
            return {"RevisionId": table.policy_revision}
        revision = str(max(int(txn.now * 1000), int(table.policy_revision or 0) + 1))
        txn.put(TABLES, whose, replace(table, policy=members["Policy"], policy_revision=revision))
        return {"RevisionId": revision}

    return atomic(request, decide, on_table(whose))


def get_policy(request: DynamoRequest) -> Plan:
    arn, whose = _named(request)

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if table.policy is None:
            raise ServiceError(rows.POLICY_NOT_FOUND, {"arn": arn})
        return {"Policy": table.policy, "RevisionId": table.policy_revision}

    return atomic(request, decide, on_table(whose))


def delete_policy(request: DynamoRequest) -> Plan:
    arn, whose = _named(request)
    expected = request.members.get("ExpectedRevisionId")

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if table.policy is None and expected in (None, NO_POLICY):
            return {}  # deleting what is not there succeeds (API Reference)
        refusal = revision_refusal(table, arn, expected)
        if refusal is not None:
            raise refusal
        txn.put(TABLES, whose, replace(table, policy=None))
        return {"RevisionId": table.policy_revision}

    return atomic(request, decide, on_table(whose))


def _named(request: DynamoRequest) -> tuple[str, Key]:
    arn = request.members["ResourceArn"]
    return arn, address(request, arn)
