"""May the caller do this? Identity policies and the policies of tables, before a table is looked up for anything else.

A root user of the table's own account needs no policy, and only a Deny in the table's policy stops them; so for almost every call
this is one look at the table.
"""

from __future__ import annotations

from typing import Any

from condemu.auth import decision
from condemu.auth.policy import Policy
from condemu.auth.principals import ROOT, Principal
from condemu.core.calls import Decide
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.dynamodb.access.accesses import Access, Accesses, arn
from condemu.dynamodb.access.policy_keys import ConditionKeys
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.state.records import STREAMS, Table
from condemu.dynamodb.tables.table_policies import policy_of


def authorized(
    request: DynamoRequest, caller: Principal, accesses: Accesses, mends: bool, decide: Decide | None, txn: Txn
) -> Any:
    """Decide, once the policies are seen to allow it; where there is nothing to `decide`, that is all.

    `mends`: the account's root user may do it whatever a table's policy says.
    """
    if caller.kind != ROOT or not _needs_no_policy(txn, request):
        for access in accesses(request):
            table = None if access.whose is None else request.table_at(txn, access.whose)
            owner = caller.account if access.whose is None else access.whose[0]
            spared = mends and caller.kind == ROOT and caller.account == owner
            _check(txn, request, caller, access, table, owner, None if spared else policy_of(table))
    return None if decide is None else decide(txn)


def _needs_no_policy(txn: Txn, request: DynamoRequest) -> bool:
    """A root user on a table of their own account that has no policy: the case to be quick about."""
    name = request.members.get("TableName")
    if type(name) is str and not name.startswith("arn:"):
        table = request.table_at(txn, (request.account, name, request.region))
        return table is None or table.policy is None
    return False


def _check(
    txn: Txn, request: DynamoRequest, caller: Principal, access: Access, table: Table | None, owner: str, policy: Policy | None
) -> None:
    if access.stream or access.backup:
        policy = None
    if caller.is_root and not _is_there(txn, access, table, owner):
        return  # nothing is there to be kept from anybody: the answer says so
    if caller.is_root and caller.account == owner and policy is None:
        return
    action, resource = f"dynamodb:{access.action}", arn(access)
    keys = ConditionKeys(access, table, caller, request.region, txn.now)
    ruling = decision.decide(caller, action, resource, keys, owner=owner, policy=policy)
    if not ruling.allowed:
        fields = {"user": caller.arn or "anonymous", "action": action, "resource": resource, "reason": _reason(ruling, action)}
        raise ServiceError(errors.ACCESS_DENIED, fields, because=ruling.because)


def _is_there(txn: Txn, access: Access, table: Table | None, owner: str) -> bool:
    if access.stream:
        return txn.get(STREAMS, (owner, access.stream)) is not None
    return bool(access.backup) or table is not None


def _reason(ruling: decision.Ruling, action: str) -> str:
    """What decided, as AWS says it (IAM User Guide, "Troubleshoot access denied error messages")."""
    article = "an" if ruling.policy[:1] in "aeiou" else "a"
    if ruling.explicit:
        return errors.EXPLICIT_DENY.format(article=article, policy=ruling.policy)
    return errors.IMPLICIT_DENY.format(policy=ruling.policy, action=action)
