"""ExecuteTransaction: statements that take effect together or not at all; or that read together.

EXISTS counts as a write: it is the condition of a transaction on an item that it does not change. What is wrong with a statement
itself is refused with its number; what a statement is refused for by the items that it meets is a reason of cancellation, and all
statements have one. (AWS API Reference, "ExecuteTransaction"; recorded on AWS, eu-west-2, 2026-10.)
"""

from __future__ import annotations

from functools import partial
from typing import Any

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import decode, encode
from condemu.dynamodb.errors import general as dynamodb_errors
from condemu.dynamodb.errors import statements as errors
from condemu.dynamodb.items.capacity import ASKED, by_table, consumed
from condemu.dynamodb.items.transactions import NO_REASON, Reason, cancelled, cancelled_by, digest_of, reason_of, remember
from condemu.dynamodb.partiql.statements import Performed, Prepared, prepare, resources
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import DynamoRequest, Result, atomic
from condemu.dynamodb.state.keys import Where, where_of_key
from condemu.dynamodb.state.records import TOKENS, Token


def execute_transaction(request: DynamoRequest) -> Plan:
    members = request.members
    prepared = [_prepare(request, wire, number) for number, wire in enumerate(members["TransactStatements"])]
    reads = [not (one.writes or one.check) for one in prepared]
    if any(reads) and not all(reads):
        raise ServiceError(errors.MIXED_TRANSACTION)
    if all(reads):
        request.writes = False
        return atomic(request, lambda txn: _read(txn, prepared, members), resources(*prepared))
    token = members.get("ClientRequestToken")
    digest = _digest(members) if token is not None else b""

    def places(txn: Txn) -> tuple[Key, ...]:
        try:
            found = tuple(_places(txn, prepared))
        except ServiceError:
            return ()
        return found if token is None else (*found, ("", request.account, token))

    def decide(txn: Txn) -> Result:
        _places(txn, prepared)
        if token is not None and _done_before(txn, request, token, digest):
            return {"Responses": []}
        outcomes = _judge(txn, prepared)
        if token is not None:
            remember(txn, request.account, token, digest)
        return _result([], outcomes, members, "Write")

    return atomic(request, decide, resources(*prepared), reserve=partial(request.reservations.reserve, request, places))


def _prepare(request: DynamoRequest, wire: Members, number: int) -> Prepared:
    try:
        return prepare(request, wire, single=True, transacted=True)
    except ServiceError as error:
        raise _in_statement(error, number) from None


def _in_statement(error: ServiceError, number: int) -> ServiceError:
    if error.row.code != "ValidationException":
        return error
    return ServiceError(errors.IN_STATEMENT, {"position": number, "reason": error.message}, because=error.because)


def _places(txn: Txn, prepared: list[Prepared]) -> list[Where]:
    """Where the items are that the statements touch. Refuses a statement that names none, and an item named twice."""
    found: list[Where] = []
    for number, one in enumerate(prepared):
        try:
            named = one.item(txn)
        except ServiceError as error:
            raise _in_statement(error, number) from None
        assert named is not None
        table, item = named
        try:
            found.append(where_of_key(table, {name: item[name] for name in table.keys.names}))
        except ServiceError as error:
            raise cancelled_by(error, number, len(prepared)) from None
    if len(set(found)) < len(found):
        raise ServiceError(dynamodb_errors.TRANSACT_DUPLICATES)
    return found


def _done_before(txn: Txn, request: DynamoRequest, token: str, digest: bytes) -> bool:
    """Has a transaction with this token taken effect? Refuses one with other statements, or not decided yet."""
    if request.reservations.by_another(("", request.account, token), request.number):
        raise ServiceError(dynamodb_errors.TRANSACTION_IN_PROGRESS, because="the first request is not decided yet")
    known: Token | None = txn.get(TOKENS, (request.account, token))
    if known is None or known.expires <= txn.now:
        return False
    if known.digest != digest:
        raise ServiceError(dynamodb_errors.TOKEN_MISMATCH)
    return True


def _digest(members: Members) -> bytes:
    """Of what the statements mean, numbers in canonical form."""
    return digest_of(
        [
            [wire["Statement"], [encode(decode(parameter)) for parameter in wire.get("Parameters") or ()]]
            for wire in members["TransactStatements"]
        ]
    )


def _judge(txn: Txn, prepared: list[Prepared]) -> list[Performed]:
    """All judged before any is applied; every one that is refused is a reason."""
    reasons: list[Reason] = []
    changes = []
    because = ""
    for one in prepared:
        try:
            changes.append(one.judge(txn))
        except ServiceError as error:
            reason = reason_of(error)
            if error.fields.get("Item") is not None:
                reason = {"Code": reason["Code"], "Item": error.fields["Item"], "Message": error.message}
            reasons.append(reason)
            because = because or error.because
        else:
            reasons.append(NO_REASON)
    if len(changes) < len(prepared):
        raise cancelled(reasons, because)
    return [change() for change in changes]


def _read(txn: Txn, prepared: list[Prepared], members: Members) -> Result:
    _places(txn, prepared)
    outcomes = _judge(txn, prepared)
    answers = [{"Item": outcome.rows[0]} if outcome.rows else {} for outcome in outcomes]
    return _result(answers, outcomes, members, "Read")


def _result(answers: list[dict[str, Any]], outcomes: list[Performed], members: Members, direction: str) -> Result:
    result: Result = {"Responses": answers}
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        costs = by_table(outcome.cost for outcome in outcomes)
        result["ConsumedCapacity"] = [consumed(cost.times(2), asked, direction) for cost in costs]
    return result
