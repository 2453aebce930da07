"""BatchGetItem and BatchWriteItem: many items in one request, each on its own.

Everything is checked before anything is written; then each put or delete takes effect by itself, so whoever looks meanwhile may
see some of them. There are no conditions. What a transaction has reserved, and what is throttled, comes back as unprocessed
(Developer Guide, "Transactions").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item, decode_item, encode_item, measured_item
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import VALUE_AMBIGUOUS
from condemu.dynamodb.expressions.projections import Projection
from condemu.dynamodb.items.capacity import ASKED, Cost, by_table, collection_metrics, consumed, read_cost, write_cost
from condemu.dynamodb.items.items import check_no_placeholders, check_scalar_keys, check_size, read_projection
from condemu.dynamodb.items.write_checks import check_attribute_names, check_mixing
from condemu.dynamodb.requests.members import Members, plain
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, on_item, step_of
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.keys import Where, check_index_keys, where_of_key
from condemu.dynamodb.state.records import ITEMS, Table, item_in, size_of

MAX_GETS: Final = 100  # API Reference
MAX_WRITES: Final = 25
MAX_ANSWER: Final = 16 * 1024 * 1024  # bytes of items that one BatchGetItem answers


class Gets(NamedTuple):
    """What is asked of one table. `name` is as the request writes it."""

    name: str
    whose: Key
    keys: list[Item]
    projection: Projection | None
    consistent: bool


def batch_get_item(request: DynamoRequest) -> Plan:
    members = request.members
    wire: dict[str, Members] = members["RequestItems"]
    asked = [_read_gets(request, name, wanted) for name, wanted in wire.items()]
    if sum(len(gets.keys) for gets in asked) > MAX_GETS:
        raise ServiceError(errors.BATCH_TOO_MANY, {"operation": request.operation})
    capacity = members.get("ReturnConsumedCapacity")

    wanted = [(gets, key) for gets in asked for key in gets.keys]

    def check(txn: Txn) -> None:
        tables = [request.usable_table(txn, gets.whose) for gets in asked]
        for table, gets in zip(tables, asked, strict=True):
            for key in gets.keys:
                where_of_key(table, key)
        for table, gets in zip(tables, asked, strict=True):
            if gets.projection is not None:
                check_scalar_keys(table, gets.projection.paths)

    def join(found: list[Found | ServiceError]) -> Result:
        _check_any(found)
        answers: dict[str, list[Any]] = {gets.name: [] for gets in asked}
        left: dict[str, Any] = {}
        costs: list[Cost] = []
        total = 0
        wires = [(gets, wire_key) for gets in asked for wire_key in wire[gets.name]["Keys"]]
        for (gets, wire_key), one in zip(wires, found, strict=True):
            size = 0 if isinstance(one, ServiceError) else one.size
            total += size
            if isinstance(one, ServiceError) or total > MAX_ANSWER:
                left.setdefault(gets.name, {**plain(wire[gets.name]), "Keys": []})["Keys"].append(wire_key)
                continue
            costs.append(read_cost(one.table, size, gets.consistent))
            if one.item is not None:
                answers[gets.name].append(encode_item(one.item))
        result: Result = {"Responses": answers, "UnprocessedKeys": left}
        if capacity in ASKED:
            result["ConsumedCapacity"] = [consumed(cost, capacity) for cost in by_table(costs)]
        return result

    steps = (step_of(request, partial(_get, request, gets, key), on_item(gets.whose, key)) for gets, key in wanted)
    return Plan(*steps, join=join, check=check, consistent=all(gets.consistent for gets in asked))


class Found(NamedTuple):
    """One item that was asked for, if there is one, as it is to be shown."""

    table: Table
    size: int
    item: Item | None


def _get(request: DynamoRequest, gets: Gets, key: Item, txn: Txn) -> Found:
    table = request.usable_table(txn, gets.whose)
    record = txn.get(ITEMS, where_of_key(table, key))
    if record is None:
        return Found(table, 0, None)
    item = item_in(record)
    return Found(table, size_of(record), item if gets.projection is None else gets.projection.project(item))


def _check_any(outcomes: Sequence[object]) -> None:
    """Where nothing at all was processed the request is refused, as each of its parts was (API Reference, BatchGetItem)."""
    first = outcomes[0]
    if isinstance(first, ServiceError) and all(isinstance(outcome, ServiceError) for outcome in outcomes):
        raise first


def _read_gets(request: DynamoRequest, name: str, wire: Members) -> Gets:
    check_mixing(wire, ("AttributesToGet",), ("ProjectionExpression",))
    check_no_placeholders(wire, "ProjectionExpression")
    keys = [decode_item(key) for key in wire["Keys"]]
    projection = read_projection(wire)
    _check_distinct(wire["Keys"])
    return Gets(name, address(request, name), keys, projection, wire.get("ConsistentRead") is True)


def _check_distinct(keys: list[Any]) -> None:
    """As written: here 1000 and 1e3 are two keys (recorded on AWS by Alternator's suite)."""
    seen = {json.dumps(key, sort_keys=True) for key in keys}
    if len(seen) < len(keys):
        raise ServiceError(errors.BATCH_DUPLICATES)


# --- BatchWriteItem ---------------------------------------------------------------------------------------------------------


class Write(NamedTuple):
    """One put, or one delete: `size` is None. `wire` is as the request has it."""

    name: str
    whose: Key
    item: Item
    size: int | None
    wire: Members


class Done(NamedTuple):
    """What came of one write: nothing yet, if a transaction has reserved the item."""

    table: Table
    cost: Cost | None


def batch_write_item(request: DynamoRequest) -> Plan:
    members = request.members
    wire: dict[str, list[Members]] = members["RequestItems"]
    writes = [_read_write(request, name, one) for name, ones in wire.items() for one in ones]
    if len(writes) > MAX_WRITES:
        raise ServiceError(errors.BATCH_TOO_MANY, {"operation": request.operation})

    def check(txn: Txn) -> None:
        places = set()
        for write in writes:
            _, where = _find(request, txn, write)
            places.add(where)
        if len(places) < len(writes):
            raise ServiceError(errors.BATCH_DUPLICATES)

    def join(outcomes: list[Done | ServiceError]) -> Result:
        _check_any(outcomes)
        return _written(writes, outcomes, members)

    steps = (step_of(request, partial(_apply, request, write), on_item(write.whose, write.item)) for write in writes)
    return Plan(*steps, join=join, check=check)


def _find(request: DynamoRequest, txn: Txn, write: Write) -> tuple[Table, Where]:
    """Where a write goes, and whether it may."""
    table = request.usable_table(txn, write.whose)
    where = where_of_key(table, _key_part(table, write))
    if write.size is not None and table.indexes:
        check_index_keys(table, write.item)
    return table, where


def _apply(request: DynamoRequest, write: Write, txn: Txn) -> Done:
    table, where = _find(request, txn, write)
    if request.reservations.by_another(where):
        return Done(table, None)
    old = txn.get(ITEMS, where)
    new = None
    if write.size is not None:
        new = changes.put(txn, table, where, old, write.item, write.size)
    elif old is not None:
        changes.delete(txn, table, where, old)
    return Done(table, write_cost(table, where, old, new))


def _read_write(request: DynamoRequest, name: str, wire: Members) -> Write:
    put, delete = wire.get("PutRequest"), wire.get("DeleteRequest")
    if (put is None) == (delete is None):
        raise ServiceError(VALUE_AMBIGUOUS, because="a WriteRequest is either a PutRequest or a DeleteRequest")
    if put is not None:
        item, size = measured_item(put["Item"])
        check_attribute_names(item, size)
        check_size(size)
        return Write(name, address(request, name), item, size, wire)
    assert delete is not None
    return Write(name, address(request, name), decode_item(delete["Key"]), None, wire)


def _key_part(table: Table, write: Write) -> Item:
    if write.size is None:
        return write.item
    return {name: write.item[name] for name in table.keys.names if name in write.item}


def _written(writes: list[Write], outcomes: list[Done | ServiceError], members: Members) -> Result:
    left: dict[str, list[Any]] = {}
    metrics: dict[str, list[Any]] = {}
    costs: list[Cost] = []
    for write, done in zip(writes, outcomes, strict=True):
        if isinstance(done, ServiceError) or done.cost is None:
            left.setdefault(write.name, []).append(write.wire)
            continue
        costs.append(done.cost)
        if members.get("ReturnItemCollectionMetrics") == "SIZE":
            one = collection_metrics(done.table, write.item)
            if one is not None:
                metrics.setdefault(done.table.name, []).append(one)
    result: Result = {"UnprocessedItems": left}
    if metrics:
        result["ItemCollectionMetrics"] = metrics
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        result["ConsumedCapacity"] = [consumed(cost, asked) for cost in by_table(costs)]
    return result
