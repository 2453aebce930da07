"""PutItem, GetItem, UpdateItem and DeleteItem: one item, checked and changed in one decision."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from condemu.core.calls import Plan, Step
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.dynamodb.data.paths import DocumentPath
from condemu.dynamodb.data.rendering import OneItem
from condemu.dynamodb.data.values import (
    MAX_ITEM_SIZE,
    MISSING,
    Item,
    decode_item,
    encode_item,
    growth,
    item_size,
    measured_item,
)
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.nodes import ValueRef
from condemu.dynamodb.expressions.placeholders import Placeholders, WriteExpressions, of_write
from condemu.dynamodb.expressions.projections import Projection, attributes_to_get
from condemu.dynamodb.expressions.updates import BoundUpdate
from condemu.dynamodb.items.capacity import ASKED, collection_metrics, consumed, read_cost, write_cost
from condemu.dynamodb.items.write_checks import (
    check_attribute_names,
    check_mixing,
    decode_expected,
    legacy_condition,
)
from condemu.dynamodb.legacy.attribute_updates import AttributeUpdates, decode_attribute_updates
from condemu.dynamodb.legacy.expected import LegacyConditions
from condemu.dynamodb.requests.members import Members, Name, Text
from condemu.dynamodb.requests.request import DynamoRequest, Result, on_one_item
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.keys import (
    Where,
    check_index_constants,
    check_index_keys,
    check_updated_index_keys,
    where_of_item,
    where_of_key,
)
from condemu.dynamodb.state.records import ITEMS, StoredItem, Table, changed_by, item_in, opened, size_of

_OLD_OR_NONE: Final = (None, "NONE", "ALL_OLD")
_OLD_NAMES: Final[tuple[Name, ...]] = ("AttributeUpdates", "Expected", "ConditionalOperator")
_ASKING: Final = frozenset(("ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"))  # for more than {}


def put_item(request: DynamoRequest) -> Step:
    members = request.members
    older = check_mixing(members, ("Expected", "ConditionalOperator"), ("ConditionExpression",))
    check_no_placeholders(members, "ConditionExpression")
    item, size = measured_item(members["Item"])
    check_attribute_names(item, size)
    raw = decode_expected(members) if older else None
    if members.get("ReturnValues") not in _OLD_OR_NONE:
        raise ServiceError(errors.RETURN_VALUES_OLD_ONLY)
    check_size(size)
    legacy = legacy_condition(members, raw) if older else None
    condition = _read_condition(members) or legacy

    def decide(txn: Txn, table: Table) -> Result:
        where = where_of_item(table, item)
        if table.indexes:
            check_index_keys(table, item)
        old = txn.get(ITEMS, where)
        _check_free(request, where)
        check_condition(condition, old, members)
        new = changes.put(txn, table, where, old, item, size)
        return _written(members, table, where, old, new, item)

    return on_one_item(request, decide, item)


def delete_item(request: DynamoRequest) -> Step:
    members = request.members
    older = check_mixing(members, ("Expected", "ConditionalOperator"), ("ConditionExpression",))
    check_no_placeholders(members, "ConditionExpression")
    key = decode_item(members["Key"])
    raw = decode_expected(members) if older else None
    if members.get("ReturnValues") not in _OLD_OR_NONE:
        raise ServiceError(errors.RETURN_VALUES_OLD_ONLY)
    legacy = legacy_condition(members, raw) if older else None
    condition = _read_condition(members) or legacy

    def decide(txn: Txn, table: Table) -> Result:
        where = where_of_key(table, key)
        old = txn.get(ITEMS, where)
        _check_free(request, where)
        check_condition(condition, old, members)
        if old is not None:
            changes.delete(txn, table, where, old)
        return _written(members, table, where, old, None, key)

    return on_one_item(request, decide, key)


def update_item(request: DynamoRequest) -> Step:
    members = request.members
    older = check_mixing(members, _OLD_NAMES, ("UpdateExpression", "ConditionExpression"))
    check_no_placeholders(members, "UpdateExpression", "ConditionExpression")
    key = decode_item(members["Key"])
    raw = decode_expected(members) if older else None
    legacy_update = None
    if members.get("AttributeUpdates") is not None:
        legacy_update = decode_attribute_updates(members["AttributeUpdates"])
        check_attribute_names(members["AttributeUpdates"])
    if legacy_update is not None:
        legacy_update.check()
    legacy = legacy_condition(members, raw) if older else None
    expressions = read_write(members, "UpdateExpression", "ConditionExpression")
    update: BoundUpdate | AttributeUpdates | None = expressions.update or legacy_update
    condition = expressions.condition or legacy

    def decide(txn: Txn, table: Table) -> Result:
        where = where_of_key(table, key)
        if update is not None:
            check_targets(table, update)
        old = txn.get(ITEMS, where)
        _check_free(request, where)
        before, size = (None, 0) if old is None else opened(old)
        check_condition(condition, old, members, before)
        item, size = updated_item(table, update, before, size, key)
        new = None if item is None else changes.put(txn, table, where, old, item, size)
        result = _written(members, table, where, old, new, key)
        wanted = members.get("ReturnValues")
        if wanted in ("ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"):
            attributes = _returned(wanted, update, before, item)
            if attributes:
                result = {"Attributes": encode_item(attributes), **result}
        return result

    return on_one_item(request, decide, key)


def get_item(request: DynamoRequest) -> Plan | Step:
    members = request.members
    check_mixing(members, ("AttributesToGet",), ("ProjectionExpression",))
    check_no_placeholders(members, "ProjectionExpression")
    key = decode_item(members["Key"])
    projection = read_projection(members)
    consistent = members.get("ConsistentRead") is True

    def decide(txn: Txn, table: Table) -> Result:
        where = where_of_key(table, key)
        if projection is not None:
            check_scalar_keys(table, projection.paths)
        found = txn.get(ITEMS, where)
        result: Result = {}
        if found is not None:
            result["Item"] = OneItem(item_in(found) if projection is None else projection.project(item_in(found)))
        asked = members.get("ReturnConsumedCapacity")
        if asked in ASKED:
            result["ConsumedCapacity"] = consumed(read_cost(table, size_of(found) if found else 0, consistent), asked)
        return result

    step = on_one_item(request, decide, key)
    return step if consistent else Plan(step, consistent=False)


# --- shared with batches and transactions -----------------------------------------------------------------------------------


def read_placeholders(members: Members, *expressions: Text) -> Placeholders:
    """Names and values of a request, and its expressions in the order in which AWS lists them when all are missing."""
    values = members.get("ExpressionAttributeValues") if expressions != ("ProjectionExpression",) else None
    return Placeholders.read(members.get("ExpressionAttributeNames"), values, {name: members.get(name) for name in expressions})


def read_write(members: Members, *expressions: Text) -> WriteExpressions:
    """The expressions of a write that can have no others; their names and values must all be used."""
    given: dict[str, str | None] = {name: members.get(name) for name in expressions}
    return of_write(members.get("ExpressionAttributeNames"), members.get("ExpressionAttributeValues"), given)


def _read_condition(members: Members) -> BoundCondition | None:
    """The ConditionExpression of a request that can have no other expression; its names and values must all be used."""
    text = members.get("ConditionExpression")
    if members.get("ExpressionAttributeNames") is None and members.get("ExpressionAttributeValues") is None:
        return None if text is None else _plain_condition(text)
    return read_write(members, "ConditionExpression").condition


@lru_cache(maxsize=1024)
def _plain_condition(text: str) -> BoundCondition | None:
    """A ConditionExpression without names and values means the same in every request."""
    return of_write(None, None, {"ConditionExpression": text}).condition


def check_no_placeholders(members: Members, *expressions: Text) -> None:
    """Without any expression, names and values are refused before attribute values are looked at."""
    if members.get("ExpressionAttributeNames") is None and members.get("ExpressionAttributeValues") is None:
        return
    for name in expressions:
        if members.get(name) is not None:
            return
    read_placeholders(members, *expressions)


def read_projection(members: Members) -> Projection | None:
    """AttributesToGet or ProjectionExpression, whose names must all be used."""
    if members.get("AttributesToGet") is not None:
        return attributes_to_get(members["AttributesToGet"])
    if members.get("ProjectionExpression") is None and members.get("ExpressionAttributeNames") is None:
        return None
    placeholders = read_placeholders(members, "ProjectionExpression")
    projection = placeholders.projection()
    placeholders.check_all_used()
    return projection


def _check_free(request: DynamoRequest, where: Where) -> None:
    """Refuse to write an item that a transaction has reserved."""
    if request.reservations.holders and request.reservations.by_another(where):
        raise ServiceError(errors.TRANSACTION_CONFLICT, because="a transaction that is not decided yet has reserved the item")


def check_condition(
    condition: BoundCondition | LegacyConditions | None, old: StoredItem | None, members: Members, before: Item | None = None
) -> None:
    """Refuse if the condition does not hold of what is stored; with the item, if it was asked for and there is one.

    `before` is what is in `old`, if the caller has unpacked it.
    """
    if condition is None:
        return
    item = before if before is not None or old is None else item_in(old)
    error = condition.refusal(item)
    if error is None:
        return
    if old is not None:
        error.because = f"{error.because}; last written by commit {changed_by(old)}"
        asked = members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        if asked and item is not None:
            error.fields = {"Item": encode_item(item)}
    raise error


def check_size(size: int) -> None:
    """Of an item to be put."""
    if size > MAX_ITEM_SIZE:
        raise ServiceError(errors.ITEM_TOO_LARGE, because=f"it has {size} bytes")


def check_targets(table: Table, update: BoundUpdate | AttributeUpdates) -> None:
    """Refuse an update of the primary key, a constant that an index's key cannot be, and paths into an index's key."""
    targets = update.targets
    for path in targets:
        if path[0] in table.keys.names:
            raise ServiceError(errors.KEY_UPDATED, {"key": path[0]})
    if table.indexes:
        check_index_constants(table, _constants(update))
    check_scalar_keys(table, targets)


def _constants(update: BoundUpdate | AttributeUpdates) -> Item:
    """Whole attributes that are set to, or by, a value given in the request."""
    if isinstance(update, AttributeUpdates):
        return {one.attribute: one.value for one in update.updates if one.value is not MISSING}
    return {
        str(clause.path.parts[0]): update.values[clause.value.name]
        for clause in update.compiled.clauses
        if isinstance(clause.value, ValueRef) and len(clause.path.parts) == 1
    }


def check_scalar_keys(table: Table, paths: tuple[DocumentPath, ...]) -> None:
    """Refuse paths that lead into a key attribute, of the table or of one of its indexes."""
    for path in paths:
        if len(path) == 1:
            continue
        if path[0] in table.keys.names:
            raise ServiceError(errors.KEY_NOT_SCALAR, {"which": "Key", "key": path[0]})
        if any(path[0] in index.keys.names for index in table.indexes):
            raise ServiceError(errors.KEY_NOT_SCALAR, {"which": "IndexKey", "key": path[0]})


def updated_item(
    table: Table, update: BoundUpdate | AttributeUpdates | None, before: Item | None, size: int, key: Item
) -> tuple[Item | None, int]:
    """The item that comes of an update, and its size; None where none comes to be. `before` is what was there, of that `size`."""
    if update is None:
        return (key, item_size(key)) if before is None else (before, size)
    item = update.apply(before, key)
    if item is None:
        return None, 0
    if before is None:
        size = item_size(item)
    else:
        size += growth(before, item, update.roots)  # the other attributes need not be measured again
    if size > MAX_ITEM_SIZE:
        raise ServiceError(errors.UPDATE_TOO_LARGE, because=f"it would have {size} bytes")
    if table.indexes:
        check_updated_index_keys(table, before, item)
    return item, size


def _returned(wanted: str, update: BoundUpdate | AttributeUpdates | None, before: Item | None, item: Item | None) -> Item:
    if wanted == "ALL_NEW":
        return {} if item is None else item
    shown = before if wanted == "UPDATED_OLD" else item
    return {} if update is None or shown is None else update.touched(shown)


def _written(members: Members, table: Table, where: Where, old: StoredItem | None, new: StoredItem | None, key: Item) -> Result:
    """The members of an answer that all writes of one item have."""
    if _ASKING.isdisjoint(members):
        return {}
    result: Result = {}
    if old is not None and members.get("ReturnValues") == "ALL_OLD":
        result["Attributes"] = encode_item(item_in(old))
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        result["ConsumedCapacity"] = consumed(write_cost(table, where, old, new), asked)
    if members.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics = collection_metrics(table, key)
        if metrics is not None:
            result["ItemCollectionMetrics"] = metrics
    return result
