"""BatchGetItem and BatchWriteItem: many items in one request, each on its own.

Everything is checked before anything is written; then each put or delete takes effect by itself, so whoever looks meanwhile may
see some of them. There are no conditions. What a transaction holds comes back as unprocessed (Developer Guide, "Transactions").
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb import changes, errors
from condemu.dynamodb.capacity import ASKED, Cost, by_table, collection_metrics, consumed, read_cost, write_cost
from condemu.dynamodb.expression_errors import VALUE_AMBIGUOUS
from condemu.dynamodb.items import check_no_placeholders, check_scalar_keys, check_size, read_projection
from condemu.dynamodb.keys import Place, check_index_keys, place_of_key
from condemu.dynamodb.projections import Projection
from condemu.dynamodb.records import Table, item_in, size_of
from condemu.dynamodb.requests import (
    DynamoRequest,
    Part,
    Plan,
    Result,
    address,
    check_attribute_names,
    check_mixing,
    resource_name,
    usable_table,
)
from condemu.dynamodb.states import table_at
from condemu.dynamodb.values import Item, decode_item, encode_item, measured_item

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
    wire: dict[str, Any] = members["RequestItems"]
    asked = [_read_gets(request, name, wanted) for name, wanted in wire.items()]
    if sum(len(gets.keys) for gets in asked) > MAX_GETS:
        raise ServiceError(errors.BATCH_TOO_MANY, {"operation": request.operation})
    capacity = members.get("ReturnConsumedCapacity")

    def decide(txn: Txn) -> Result:
        tables = [usable_table(txn, gets.whose) for gets in asked]
        places = [[place_of_key(table, key) for key in gets.keys] for table, gets in zip(tables, asked, strict=True)]
        for table, gets in zip(tables, asked, strict=True):
            if gets.projection is not None:
                check_scalar_keys(table, gets.projection.paths)
        answers: dict[str, list[Any]] = {gets.name: [] for gets in asked}
        left: dict[str, Any] = {}
        costs: list[Cost] = []
        total = 0
        for table, gets, wheres in zip(tables, asked, places, strict=True):
            for number, where in enumerate(wheres):
                found = changes.stored(txn, table, where)
                total += size_of(found) if found else 0
                if total > MAX_ANSWER:
                    keys = wire[gets.name]["Keys"][number:]
                    left[gets.name] = {**wire[gets.name], "Keys": keys}
                    break
                costs.append(read_cost(table, size_of(found) if found else 0, gets.consistent))
                if found is not None:
                    item = item_in(found) if gets.projection is None else gets.projection.project(item_in(found))
                    answers[gets.name].append(encode_item(item))
        result: Result = {"Responses": answers, "UnprocessedKeys": left}
        if capacity in ASKED:
            result["ConsumedCapacity"] = [consumed(cost, capacity) for cost in by_table(costs)]
        return result

    return Plan(decide, _resources(asked), consistent=all(gets.consistent for gets in asked))


def _read_gets(request: DynamoRequest, name: str, wire: dict[str, Any]) -> Gets:
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


def _resources(asked: Iterable[Gets]) -> Any:
    def resources(txn: Txn) -> tuple[str, ...]:
        return tuple(resource_name(table_at(txn, gets.whose), gets.whose, key) for gets in asked for key in gets.keys)

    return resources


# --- BatchWriteItem ---------------------------------------------------------------------------------------------------------


class Write(NamedTuple):
    """One put, or one delete: `size` is None. `wire` is as the request has it."""

    name: str
    whose: Key
    item: Item
    size: int | None
    wire: dict[str, Any]


class Ready(NamedTuple):
    """A write whose table is known."""

    write: Write
    table: Table
    where: Place


class Done(NamedTuple):
    """What came of one write: nothing yet, if a transaction holds the item."""

    ready: Ready
    cost: Cost | None


def batch_write_item(request: DynamoRequest) -> Plan:
    members = request.members
    wire: dict[str, Any] = members["RequestItems"]
    writes = [_read_write(request, name, one) for name, ones in wire.items() for one in ones]
    if len(writes) > MAX_WRITES:
        raise ServiceError(errors.BATCH_TOO_MANY, {"operation": request.operation})

    def check(txn: Txn) -> list[Ready]:
        ready = []
        for write in writes:
            table = usable_table(txn, write.whose)
            where = place_of_key(table, _key_part(table, write))
            if write.size is not None and table.indexes:
                check_index_keys(table, write.item)
            ready.append(Ready(write, table, where))
        if len({(one.table.table_id, *one.where) for one in ready}) < len(ready):
            raise ServiceError(errors.BATCH_DUPLICATES)
        return ready

    def apply(txn: Txn, one: Ready) -> Done:
        if request.held.by_another((one.table.table_id, *one.where)):
            return Done(one, None)
        old = changes.stored(txn, one.table, one.where)
        new = None
        if one.write.size is not None:
            new = changes.put(txn, one.table, one.where, old, one.write.item, one.write.size)
        elif old is not None:
            changes.delete(txn, one.table, one.where, old)
        return Done(one, write_cost(one.table, one.where, old, new))

    def decide(txn: Txn) -> Result:
        return _written([apply(txn, one) for one in check(txn)], members)

    def part(number: int) -> Part:
        def decide_part(txn: Txn) -> Done:
            return apply(txn, check(txn)[number])

        def resources(txn: Txn) -> tuple[str, ...]:
            write = writes[number]
            return (resource_name(table_at(txn, write.whose), write.whose, write.item),)

        return Part(decide_part, resources)

    def all_resources(txn: Txn) -> tuple[str, ...]:
        return tuple(resource_name(table_at(txn, one.whose), one.whose, one.item) for one in writes)

    return Plan(
        decide,
        all_resources,
        parts=tuple(part(number) for number in range(len(writes))),
        join=lambda done: _written(done, members),
    )


def _read_write(request: DynamoRequest, name: str, wire: dict[str, Any]) -> Write:
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


def _written(done: list[Done], members: dict[str, Any]) -> Result:
    left: dict[str, list[Any]] = {}
    metrics: dict[str, list[Any]] = {}
    for ready, cost in done:
        if cost is None:
            left.setdefault(ready.write.name, []).append(ready.write.wire)
        elif members.get("ReturnItemCollectionMetrics") == "SIZE":
            one = collection_metrics(ready.table, ready.write.item)
            if one is not None:
                metrics.setdefault(ready.table.name, []).append(one)
    result: Result = {"UnprocessedItems": left}
    if metrics:
        result["ItemCollectionMetrics"] = metrics
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        result["ConsumedCapacity"] = [consumed(cost, asked) for cost in by_table(one.cost for one in done if one.cost)]
    return result
