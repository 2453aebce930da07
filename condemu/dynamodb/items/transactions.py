"""TransactWriteItems and TransactGetItems: all of it or nothing, in one decision.

AWS's order (recorded in October 2026): types, constraints, each action's own parameters in the order of the actions, tables,
items named twice, empty keys, keys that do not fit the schema (the first cancels), the client token, then all conditions (every
one that fails is a reason), then the updates (the first that cannot be evaluated is a reason). Conflicts are reasons as well:
items that another transaction has reserved, which was accepted and is not decided yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, Final, NamedTuple

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item, decode_item, encode_item, item_size, measured_item, value_size
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import CONDITION_FAILED
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.projections import Projection
from condemu.dynamodb.expressions.updates import BoundUpdate
from condemu.dynamodb.items.capacity import ASKED, Cost, by_table, collection_metrics, consumed, read_cost, write_cost
from condemu.dynamodb.items.items import (
    check_condition,
    check_scalar_keys,
    check_size,
    check_targets,
    read_projection,
    read_write,
    updated_item,
)
from condemu.dynamodb.items.write_checks import check_attribute_names
from condemu.dynamodb.requests.members import Document, Members, Structure, Text, plain
from condemu.dynamodb.requests.request import DynamoRequest, Names, Result, address, atomic, resource_name, table_at
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.keys import Where, check_index_keys, where_of_item, where_of_key
from condemu.dynamodb.state.records import EXPIRIES, ITEMS, TOKENS, StoredItem, Table, Token, item_in, size_of

MAX_SIZE: Final = 4 * 1024 * 1024  # bytes of the items of a transaction (Developer Guide, "Service quotas")
TOKEN_SECONDS: Final = 600  # for which a client token is remembered (API Reference)
FORGET_AT_ONCE: Final = 8  # so many old tokens are dropped with each new one
ACTIONS: Final[tuple[Structure, ...]] = ("ConditionCheck", "Put", "Delete", "Update")

Reason = dict[str, Any]
NO_REASON: Final[Reason] = {"Code": errors.REASON_NONE}

# The codes of reasons for refusals that have one; all others are ValidationError.
REASON_CODES: Final = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "TransactionConflictException": "TransactionConflict",
    "DuplicateItemException": "DuplicateItem",
}


class Action(NamedTuple):
    """One element of a TransactWriteItems: `kind` is its member's name; `item` is a Put's item, or else the key."""

    kind: str
    whose: Key
    item: Item
    size: int
    condition: BoundCondition | None
    update: BoundUpdate | None
    members: Members


class Target(NamedTuple):
    """An action whose item is found. `before` is what is in `old`; a Put without a condition does not look."""

    action: Action
    table: Table
    where: Where
    old: StoredItem | None
    before: Item | None


# --- TransactWriteItems -----------------------------------------------------------------------------------------------------


def transact_write_items(request: DynamoRequest) -> Plan:
    members = request.members
    actions = [_read_action(request, wire) for wire in members["TransactItems"]]
    if sum(action.size for action in actions) > MAX_SIZE:
        raise ServiceError(errors.TRANSACT_TOO_LARGE, {"limit": MAX_SIZE})
    token = members.get("ClientRequestToken")
    digest = _digest(members, actions) if token is not None else b""
    return write_plan(request, actions, token, digest, lambda targets, news: _write_result(members, targets, news))


def write_plan(
    request: DynamoRequest,
    actions: Sequence[Action],
    token: str | None,
    digest: bytes,
    answer: Callable[[list[Target], list[StoredItem | None] | None], Result],
) -> Plan:
    """The decision of a transaction that writes. `answer` is given the new records, None if the token says that they are old."""
    token_key = (request.account, token)

    def decide(txn: Txn) -> Result:
        targets = _targets(request, txn, [(action.whose, _finder(action)) for action in actions], actions)
        if token is not None:
            if request.reservations.by_another(("", *token_key), request.number):
                raise ServiceError(errors.TRANSACTION_IN_PROGRESS, because="the first request with this token is not decided yet")
            known: Token | None = txn.get(TOKENS, token_key)
            if known is not None and known.expires > txn.now:
                if known.digest != digest:
                    raise ServiceError(errors.TOKEN_MISMATCH)
                return answer(targets, None)
        _check_conditions(request, targets)
        items = _new_items(targets)
        news = [_apply(txn, target, *item) for target, item in zip(targets, items, strict=True)]
        if token is not None:
            remember(txn, request.account, token, digest)
        return answer(targets, news)

    def places(txn: Txn) -> tuple[Key, ...]:
        found = places_of(request, txn, [(action.whose, _finder(action)) for action in actions])
        return found if token is None else (*found, ("", *token_key))

    touched = on_items([(action.whose, action.item) for action in actions])
    return atomic(request, decide, touched, reserve=partial(request.reservations.reserve, request, places))


def _read_action(request: DynamoRequest, wire: Members) -> Action:
    given = [kind for kind in ACTIONS if wire.get(kind) is not None]
    if len(given) != 1:
        raise ServiceError(errors.TRANSACT_ONE_ACTION, because=f"it has {len(given)} of them")
    kind = given[0]
    members = wire[kind]
    size = 0
    if kind == "Put":
        item, size = measured_item(members["Item"])
        check_attribute_names(item, size)
        check_size(size)
    else:
        item = decode_item(members["Key"])
    names: tuple[Text, ...] = ("UpdateExpression", "ConditionExpression") if kind == "Update" else ("ConditionExpression",)
    expressions = read_write(members, *names)
    size += sum(map(value_size, expressions.values.values()))
    return Action(kind, address(request, members["TableName"]), item, size, expressions.condition, expressions.update, members)


def _finder(action: Action) -> Callable[[Table], Where]:
    if action.kind == "Put":
        return lambda table: where_of_item(table, action.item)
    return lambda table: where_of_key(table, action.item)


def _targets(
    request: DynamoRequest, txn: Txn, wanted: Sequence[tuple[Key, Callable[[Table], Where]]], actions: Sequence[Action]
) -> list[Target]:
    """Where the actions' items are. Refuses tables, doubles and empty keys outright; a key that does not fit cancels."""
    tables, places = find_places(request, txn, wanted)
    targets = []
    for action, table, where in zip(actions, tables, places, strict=True):
        old = txn.get(ITEMS, where)
        before = None if old is None or (action.condition is None and action.update is None) else item_in(old)
        targets.append(Target(action, table, where, old, before))
    for number, (action, table, _, _, _) in enumerate(targets):
        try:
            if action.kind == "Put" and table.indexes:
                check_index_keys(table, action.item)
            if action.update is not None:
                check_targets(table, action.update)
        except ServiceError as error:
            raise cancelled_by(error, number, len(targets)) from None
    return targets


def _check_conditions(request: DynamoRequest, targets: list[Target]) -> None:
    """Cancel for all conditions that fail and all items that another transaction has reserved."""
    reasons: list[Reason] = []
    because = ""
    for action, _, where, old, before in targets:
        try:
            if request.reservations.by_another(where, request.number):
                raise ServiceError(errors.TRANSACTION_CONFLICT, because="another transaction has reserved the item")
            check_condition(action.condition, old, action.members, before)
        except ServiceError as error:
            reasons.append(reason_of(error))
            because = because or error.because
        else:
            reasons.append(NO_REASON)
    if any(reason is not NO_REASON for reason in reasons):
        raise cancelled(reasons, because)


def _new_items(targets: list[Target]) -> list[tuple[Item | None, int]]:
    """What is to be stored, and its size; the first that cannot be worked out cancels."""
    items: list[tuple[Item | None, int]] = []
    for number, (action, table, _, old, before) in enumerate(targets):
        if action.kind != "Update":
            items.append((action.item, _put_size(action)) if action.kind == "Put" else (None, 0))
            continue
        try:
            items.append(updated_item(table, action.update, before, size_of(old) if old else 0, action.item))
        except ServiceError as error:
            raise cancelled_by(error, number, len(targets)) from None
    return items


def _put_size(action: Action) -> int:
    """Of the item alone: an action's size counts the values of its expressions as well."""
    return item_size(action.item) if action.members.get("ExpressionAttributeValues") else action.size


def _apply(txn: Txn, target: Target, item: Item | None, size: int) -> StoredItem | None:
    """What is there afterwards."""
    action, table, where, old, _ = target
    if item is not None:
        return changes.put(txn, table, where, old, item, size)
    if action.kind == "ConditionCheck":
        return old
    if action.kind == "Delete" and old is not None:
        changes.delete(txn, table, where, old)
    return None


def _write_result(members: Members, targets: list[Target], news: list[StoredItem | None] | None) -> Result:
    result: Result = {}
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        if news is None:
            costs, direction = [read_cost(one.table, size_of(one.old) if one.old else 0, True) for one in targets], "Read"
        else:
            costs = [write_cost(one.table, one.where, one.old, new) for one, new in zip(targets, news, strict=True)]
            direction = "Write"
        result["ConsumedCapacity"] = [consumed(cost.times(2), asked, direction) for cost in by_table(costs)]
    if members.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[Any]] = {}
        for action, table, _, _, _ in targets:
            one = collection_metrics(table, action.item) if action.kind != "ConditionCheck" else None
            if one is not None:
                metrics.setdefault(table.name, []).append(one)
        if metrics:
            result["ItemCollectionMetrics"] = metrics
    return result


# --- tokens -----------------------------------------------------------------------------------------------------------------

_VALUE_MEMBERS: Final[tuple[Document, ...]] = ("Item", "Key", "ExpressionAttributeValues")


def _digest(members: Members, actions: Sequence[Action]) -> bytes:
    """Of what the transaction means: numbers in canonical form, members in any order, ReturnConsumedCapacity apart."""
    rest = {name: value for name, value in plain(members).items() if name in _DIGESTED}
    meant: list[Any] = []
    for action in actions:
        members_meant = dict(plain(action.members))
        for name in _VALUE_MEMBERS:
            if action.members.get(name):
                members_meant[name] = encode_item(decode_item(action.members[name]))
        meant.append([action.kind, members_meant])
    return digest_of([rest, meant])


_DIGESTED: Final = frozenset(("ReturnItemCollectionMetrics",))


def digest_of(parameters: Any) -> bytes:
    return sha256(json.dumps(parameters, sort_keys=True).encode()).digest()


def remember(txn: Txn, account: str, token: str, digest: bytes) -> None:
    """Keep the token for ten minutes, and drop a few that are older."""
    now = int(txn.now * 1000)
    old = [key for key, _ in zip(_keys(txn, account, now), range(FORGET_AT_ONCE), strict=False)]
    for key in old:
        txn.delete(EXPIRIES, key)
        forgotten: Token | None = txn.get(TOKENS, (account, key[2]))
        if forgotten is not None and forgotten.expires <= txn.now:
            txn.delete(TOKENS, (account, key[2]))
    record = Token(digest, txn.now + TOKEN_SECONDS)
    txn.put(TOKENS, (account, token), record)
    txn.put(EXPIRIES, (account, now + 1000 * TOKEN_SECONDS, token), record)


def _keys(txn: Txn, account: str, now: int) -> Any:
    return (key for key, _ in txn.scan(EXPIRIES, (account,), (account, now)))


# --- TransactGetItems -------------------------------------------------------------------------------------------------------


class Get(NamedTuple):
    whose: Key
    key: Item
    projection: Projection | None


def transact_get_items(request: DynamoRequest) -> Plan:
    members = request.members
    gets = [_read_get(request, wire["Get"]) for wire in members["TransactItems"]]
    asked = members.get("ReturnConsumedCapacity")

    def decide(txn: Txn) -> Result:
        tables, places = find_places(request, txn, [(get.whose, _key_finder(get.key)) for get in gets])
        _check_unreserved(request, places)
        answers: list[dict[str, Any]] = []
        costs: list[Cost] = []
        total = 0
        for number, (get, table, where) in enumerate(zip(gets, tables, places, strict=True)):
            if get.projection is not None:
                try:
                    check_scalar_keys(table, get.projection.paths)
                except ServiceError as error:
                    raise cancelled_by(error, number, len(gets)) from None
            found = txn.get(ITEMS, where)
            total += size_of(found) if found else 0
            costs.append(read_cost(table, size_of(found) if found else 0, True))
            item = None if found is None else item_in(found) if get.projection is None else get.projection.project(item_in(found))
            answers.append({"Item": encode_item(item)} if item else {})
        if total > MAX_SIZE:
            raise ServiceError(errors.TRANSACT_TOO_LARGE, {"limit": MAX_SIZE})
        result: Result = {"Responses": answers}
        if asked in ASKED:
            result["ConsumedCapacity"] = [consumed(cost.times(2), asked, "Read") for cost in by_table(costs)]
        return result

    return atomic(request, decide, on_items([(get.whose, get.key) for get in gets]))


def _read_get(request: DynamoRequest, wire: Members) -> Get:
    key = decode_item(wire["Key"])
    return Get(address(request, wire["TableName"]), key, read_projection(wire))


def _key_finder(key: Item) -> Callable[[Table], Where]:
    return lambda table: where_of_key(table, key)


def _check_unreserved(request: DynamoRequest, places: list[Where]) -> None:
    conflict = ServiceError(errors.TRANSACTION_CONFLICT, because="a transaction that writes has reserved the item")
    reasons = [reason_of(conflict) if request.reservations.by_another(where) else NO_REASON for where in places]
    if any(reason is not NO_REASON for reason in reasons):
        raise cancelled(reasons, conflict.because)


# --- shared -----------------------------------------------------------------------------------------------------------------


def find_places(
    request: DynamoRequest, txn: Txn, wanted: Sequence[tuple[Key, Callable[[Table], Where]]]
) -> tuple[list[Table], list[Where]]:
    """Tables and places. Refuses a missing table, an empty key, an item named twice; a key that does not fit cancels."""
    tables = [request.usable_table(txn, whose) for whose, _ in wanted]
    places: list[Where] = []
    misfit: ServiceError | None = None
    for number, (table, (_, find)) in enumerate(zip(tables, wanted, strict=True)):
        try:
            places.append(find(table))
        except ServiceError as error:
            if error.row is errors.KEY_EMPTY:
                raise
            misfit = misfit or cancelled_by(error, number, len(wanted))
    if misfit is None and len(set(places)) < len(places):
        raise ServiceError(errors.TRANSACT_DUPLICATES)
    if misfit is not None:
        raise misfit
    return tables, places


def places_of(request: DynamoRequest, txn: Txn, wanted: Sequence[tuple[Key, Callable[[Table], Where]]]) -> tuple[Key, ...]:
    """What a transaction reserves; nothing if it will be refused anyway."""
    try:
        _, places = find_places(request, txn, wanted)
    except ServiceError:
        return ()
    return tuple(places)


def on_items(touched: Sequence[tuple[Key, Item]]) -> Names:
    return lambda txn: tuple(resource_name(table_at(txn, whose), whose, item) for whose, item in touched)


def reason_of(error: ServiceError) -> Reason:
    reason: Reason = {"Code": REASON_CODES.get(error.row.code, "ValidationError")}
    if error.row is CONDITION_FAILED and error.fields.get("Item") is not None:
        reason["Item"] = error.fields["Item"]
    reason["Message"] = error.message
    return reason


def cancelled(reasons: list[Reason], because: str) -> ServiceError:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return ServiceError(errors.TRANSACTION_CANCELED, {"codes": codes, "CancellationReasons": reasons}, because=because)


def cancelled_by(error: ServiceError, number: int, count: int) -> ServiceError:
    """Cancelled for one reason alone."""
    reasons = [reason_of(error) if position == number else NO_REASON for position in range(count)]
    return cancelled(reasons, error.because or error.message)
