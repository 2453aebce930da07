"""May the caller do this? Identity policies and the policies of tables, before a table is looked up for anything else.

A root user of the table's own account needs no policy, and only a Deny in the table's policy stops them; so for almost every call
this is one look at the table.
"""

from __future__ import annotations

from typing import Final

from condemu.auth.decision import Ruling, decide
from condemu.auth.policy import Policy
from condemu.auth.principals import Principal
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.dynamodb.access.policy_keys import Access, Keys, accesses, arn
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.state.records import STREAMS, Table
from condemu.dynamodb.state.states import table_at
from condemu.dynamodb.tables.table_policies import policy_of

# What a table's policy says about itself: the account's root user can always mend it (API Reference, PutResourcePolicy).
MENDING: Final = frozenset(("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"))


def authorize(txn: Txn, request: DynamoRequest, caller: Principal) -> None:
    """Refuse what the policies do not allow."""
    if caller.is_root and _needs_no_policy(txn, request):
        return
    for access in accesses(request):
        table: Table | None = None if access.whose is None else table_at(txn, access.whose)
        owner = caller.account if access.whose is None else access.whose[0]
        _check(txn, request, caller, access, table, owner, policy_of(table))


def _needs_no_policy(txn: Txn, request: DynamoRequest) -> bool:
    """A root user on a table of their own account that has no policy: the case to be quick about."""
    name = request.members.get("TableName")
    if type(name) is str and not name.startswith("arn:"):
        table: Table | None = table_at(txn, (request.account, name, request.region))
        return table is None or table.policy is None
    return False


def _check(
    txn: Txn, request: DynamoRequest, caller: Principal, access: Access, table: Table | None, owner: str, policy: Policy | None
) -> None:
    if access.stream:
        policy = None
    there = table is not None if not access.stream else txn.get(STREAMS, (owner, access.stream)) is not None
    if caller.is_root and not there:
        return  # nothing is there to be kept from anybody: the answer says so
    if caller.is_root and caller.account == owner and (policy is None or access.action in MENDING):
        return
    action, resource = f"dynamodb:{access.action}", arn(access)
    keys = Keys(access, table, caller, request.region, txn.now)
    ruling = decide(caller, action, resource, keys, owner=owner, policy=policy)
    if not ruling.allowed:
        fields = {"user": caller.arn or "anonymous", "action": action, "resource": resource, "reason": _reason(ruling, action)}
        raise ServiceError(errors.ACCESS_DENIED, fields, because=ruling.because)


def _reason(ruling: Ruling, action: str) -> str:
    """What decided, as AWS says it (IAM User Guide, "Troubleshoot access denied error messages")."""
    article = "an" if ruling.policy[:1] in "aeiou" else "a"
    if ruling.explicit:
        return errors.EXPLICIT_DENY.format(article=article, policy=ruling.policy)
    return errors.IMPLICIT_DENY.format(policy=ruling.policy, action=action)
