"""Query and Scan: a page of a table or of an index.

A page ends after `Limit` items, or before the item with which it would hold more than 1 MB; both count what is read, not what a
filter lets through. LastEvaluatedKey is there exactly if the page ended so, even when nothing is left. (API Reference, "Query"
and "Scan"; edges recorded on AWS by dynalite's and Alternator's suites.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.data.rendering import Items
from condemu.dynamodb.data.values import Item, encode_item
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import CONDITIONAL_OPERATOR_ALONE
from condemu.dynamodb.expressions.conditions import BoundCondition
from condemu.dynamodb.expressions.projections import Projection, attributes_to_get
from condemu.dynamodb.items.capacity import ASKED, Cost, consumed, partitions_read, read_units
from condemu.dynamodb.items.items import check_no_placeholders, check_scalar_keys, read_placeholders
from condemu.dynamodb.items.write_checks import check_mixing
from condemu.dynamodb.legacy.expected import LegacyConditions, decode_conditions, read_filter
from condemu.dynamodb.queries.key_conditions import KeyCondition, against_schema, from_expression, from_legacy
from condemu.dynamodb.queries.key_ranges import Range, range_of, segment_range
from condemu.dynamodb.queries.start_keys import (
    check_scan_start,
    check_start_place,
    check_start_shape,
    check_start_types,
    decode_start_key,
)
from condemu.dynamodb.requests.members import Members, Name, Text
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table
from condemu.dynamodb.state.changes import index_id
from condemu.dynamodb.state.keys import Place, own_place, place
from condemu.dynamodb.state.records import GLOBAL, INDEXED, ITEMS, Index, StoredItem, Table, item_in, size_of

PAGE_SIZE: Final = 1024 * 1024  # bytes read for one page (API Reference)

Filter = BoundCondition | LegacyConditions


class Reading(NamedTuple):
    """What Query and Scan ask for, but for the key condition."""

    members: Members
    start: Item | None
    filter: Filter | None
    projection: Projection | None
    consistent: bool


def query(request: DynamoRequest) -> Plan:
    members = request.members
    check_mixing(members, _query_legacy(members), ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"))
    named = members.get("IndexName") is not None
    expressions: tuple[Text, ...] = ("FilterExpression", "KeyConditionExpression", "ProjectionExpression")
    check_no_placeholders(members, *expressions)
    legacy_filter = _legacy_filter(members, "QueryFilter")
    projection = _attributes_to_get(members)
    start = decode_start_key(members)
    conditions = None
    if members.get("KeyConditions") is not None:
        conditions = from_legacy(decode_conditions(members["KeyConditions"]), index_named=named)
    placeholders = read_placeholders(members, *expressions)
    bound_keys = placeholders.condition("KeyConditionExpression")
    bound_filter = placeholders.condition("FilterExpression")
    projection = placeholders.projection() or projection
    placeholders.check_all_used()
    if bound_keys is not None:
        conditions = from_expression(bound_keys, index_named=named)
    check_select(members, projection, "Querying")
    if conditions is None:
        raise ServiceError(errors.NO_KEY_CONDITION)
    reading = Reading(members, start, bound_filter or legacy_filter, projection, members.get("ConsistentRead") is True)
    whose = address(request, members["TableName"])
    wanted = conditions

    def decide(txn: Txn) -> Result:
        table, index = _table_and_index(request, txn, whose, members)
        hashes, ranges = _conditions(table, index, reading, wanted)
        bounds = range_of(index.keys if index else table.keys, hashes, ranges)
        if start is not None:
            check_start_place(table, index, start, bounds, hashes, ranges)
        return _page(txn, table, index, reading, bounds, reverse=members.get("ScanIndexForward") is False)

    return atomic(request, decide, on_table(whose), consistent=reading.consistent)


def _conditions(
    table: Table, index: Index | None, reading: Reading, wanted: tuple[KeyCondition, ...]
) -> tuple[tuple[KeyCondition, ...], tuple[KeyCondition, ...]]:
    """The key conditions by the schema, once everything that the schema forbids has been refused."""
    keys = index.keys if index else table.keys
    if reading.start is not None:
        check_start_shape(table, index, reading.start)
    by_name = dict(keys.attributes)
    for condition in wanted:
        by_name.setdefault(condition.attribute, "S")
    hashes, ranges = against_schema(wanted, [name for name, _ in keys.hashes], [name for name, _ in keys.ranges], by_name)
    _check_filter(keys.names, reading.filter)
    if reading.start is not None:
        check_start_types(table, index, reading.start)
    _check_index_use(table, index, reading)
    _check_paths(table, reading)
    return hashes, ranges


def scan(request: DynamoRequest) -> Plan:
    members = request.members
    check_mixing(
        members,
        ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
        ("ProjectionExpression", "FilterExpression"),
    )
    expressions: tuple[Text, ...] = ("FilterExpression", "ProjectionExpression")
    check_no_placeholders(members, *expressions)
    projection = _attributes_to_get(members)
    legacy_filter = _legacy_filter(members, "ScanFilter")
    check_select(members, projection, "Querying", early=True)
    start = decode_start_key(members)
    _check_segments(members)
    placeholders = read_placeholders(members, *expressions)
    bound_filter = placeholders.condition("FilterExpression")
    projection = placeholders.projection() or projection
    placeholders.check_all_used()
    check_select(members, projection, "Querying")
    reading = Reading(members, start, bound_filter or legacy_filter, projection, members.get("ConsistentRead") is True)
    whose = address(request, members["TableName"])

    def decide(txn: Txn) -> Result:
        table, index = _table_and_index(request, txn, whose, members)
        bounds = Range() if members.get("TotalSegments") is None else segment_range(members["Segment"], members["TotalSegments"])
        if start is not None:
            check_scan_start(table, index, start, bounds, members)
        _check_paths(table, reading)
        _check_index_use(table, index, reading)
        return _page(txn, table, index, reading, bounds, reverse=False, scans=True)

    return atomic(request, decide, on_table(whose), consistent=reading.consistent)


# --- checks -----------------------------------------------------------------------------------------------------------------


def _query_legacy(members: Members) -> tuple[Name, ...]:
    """The parameters from before expressions. KeyConditions are one only beside a KeyConditionExpression: with a FilterExpression
    or a ProjectionExpression they are accepted (asserted on AWS by two suites).
    """
    if members.get("KeyConditionExpression") is None:
        return "AttributesToGet", "QueryFilter", "ConditionalOperator"
    return "AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"


def _attributes_to_get(members: Members) -> Projection | None:
    return None if members.get("AttributesToGet") is None else attributes_to_get(members["AttributesToGet"])


def _legacy_filter(members: Members, name: Literal["QueryFilter", "ScanFilter"]) -> LegacyConditions | None:
    """QueryFilter or ScanFilter: its values, then its shape."""
    given, operator = members.get(name), members.get("ConditionalOperator")
    if given is None:
        if operator is not None:
            raise ServiceError(CONDITIONAL_OPERATOR_ALONE)
        return None
    return read_filter(decode_conditions(given), operator)


def check_select(members: Members, projection: Projection | None, verb: str, *, early: bool = False) -> None:
    """Select must agree with what is projected; AWS speaks of Querying in Scan, too. `early`: the ProjectionExpression is still
    to be read, and what depends on it is left to a second look.
    """
    if early and members.get("ProjectionExpression") is not None:
        return
    select = members.get("Select")
    if select == "ALL_PROJECTED_ATTRIBUTES" and members.get("IndexName") is None:
        raise ServiceError(errors.SELECT_PROJECTED_WITHOUT_INDEX, {"verb": verb})
    if select == "SPECIFIC_ATTRIBUTES":
        if projection is None:
            raise ServiceError(errors.SELECT_SPECIFIC_ALONE)
    elif select is not None and projection is not None:
        parameter = "ProjectionExpression" if members.get("ProjectionExpression") is not None else "AttributesToGet"
        what = "only the Count" if select == "COUNT" else select
        raise ServiceError(errors.SELECT_WITH_PROJECTION, {"parameter": parameter, "select": what})


def _check_segments(members: Members) -> None:
    segment, total = members.get("Segment"), members.get("TotalSegments")
    if total is None:
        if segment is not None:
            raise ServiceError(errors.SEGMENT_ALONE)
    elif segment is None:
        raise ServiceError(errors.TOTAL_SEGMENTS_ALONE)
    elif segment >= total:
        raise ServiceError(errors.SEGMENT_TOO_LARGE, {"segment": int(segment), "total": int(total)})


def _table_and_index(request: DynamoRequest, txn: Txn, whose: Key, members: Members) -> tuple[Table, Index | None]:
    table = request.usable_table(txn, whose)
    name = members.get("IndexName")
    if name is None:
        return table, None
    index = table.readable_index(name)
    if index is None:
        raise ServiceError(errors.NO_SUCH_INDEX, {"index": name}, because=f"{table.name} has {len(table.indexes)} indexes")
    if index.scope == GLOBAL and members.get("ConsistentRead") is True:
        raise ServiceError(errors.GSI_CONSISTENT)
    return table, index


def _check_filter(names: tuple[str, ...], condition: Filter | None) -> None:
    """A Query's filter may not mention the key that it reads by."""
    if condition is None:
        return
    if isinstance(condition, BoundCondition):
        for path in condition.paths:
            if path[0] in names:
                raise ServiceError(errors.FILTER_ON_KEY, {"key": path[0]})
        return
    for one in condition.conditions:
        if one.attribute in names:
            raise ServiceError(errors.LEGACY_FILTER_ON_KEY, {"key": one.attribute})


def _check_paths(table: Table, reading: Reading) -> None:
    if isinstance(reading.filter, BoundCondition):
        check_scalar_keys(table, reading.filter.paths)
    if reading.projection is not None:
        check_scalar_keys(table, reading.projection.paths)


def _check_index_use(table: Table, index: Index | None, reading: Reading) -> None:
    """A global index can only answer with what it projects."""
    if index is None or index.scope != GLOBAL or index.projection == "ALL":
        return
    if reading.members.get("Select") == "ALL_ATTRIBUTES":
        raise ServiceError(errors.SELECT_ALL_OF_INDEX, {"index": index.name})
    if reading.projection is not None:
        missing = [str(path[0]) for path in reading.projection.paths if not index.projects(str(path[0]), table.keys)]
        if missing:
            raise ServiceError(errors.PROJECTION_OF_INDEX, {"index": index.name, "attributes": ", ".join(sorted(set(missing)))})


# --- the page ---------------------------------------------------------------------------------------------------------------


def _page(
    txn: Txn, table: Table, index: Index | None, reading: Reading, bounds: Range, *, reverse: bool, scans: bool = False
) -> Result:
    members = reading.members
    store, name = (ITEMS, table.table_id) if index is None else (INDEXED, index_id(table, index))
    first, last = bounds.keys(table.account, name)
    if reading.start is not None:
        where = _start_place(table, index, reading.start)
        if reverse:
            last = (table.account, name, *where)
        else:
            first = (table.account, name, *where[:-1], where[-1] + b"\0")
    limit = int(members["Limit"]) if members.get("Limit") is not None else None
    fetch = _fetcher(txn, table, index, reading)
    holds = reading.filter.holds if reading.filter is not None else None
    counting = members.get("Select") == "COUNT"
    found: list[Mapping[str, Any]] = []
    count = scanned = size = 0
    cut: Item | None = None
    previous: Item = {}
    for _, record in txn.scan(store, first, last, reverse=reverse):
        size += size_of(record)
        if size > PAGE_SIZE and scanned:
            size -= size_of(record)
            cut = previous
            break
        scanned += 1
        previous = item = item_in(record)
        if fetch is not None:
            item = fetch(item)
        if holds is None or holds(item):
            count += 1
            if not counting:
                found.append(item if reading.projection is None else reading.projection.project(item))
        if scanned == limit:
            cut = previous
            break
    result: Result = {} if counting else {"Items": Items(found)}
    result["Count"] = count
    result["ScannedCount"] = scanned
    if cut is not None:
        result["LastEvaluatedKey"] = encode_item(_position(table, index, cut))
    asked = members.get("ReturnConsumedCapacity")
    if asked in ASKED:
        cost = _cost(table, index, size, scanned if fetch else 0, reading.consistent)
        if scans and index is None:
            after = None if reading.start is None else place(table.keys, reading.start)[0]
            end = None if cut is None else place(table.keys, cut)[0]
            touched = partitions_read(table, bounds.first if after is None else after, bounds.last, end)
            cost.units = max(cost.units, touched * read_units(1, reading.consistent))
        result["ConsumedCapacity"] = consumed(cost, asked)
    return result


def _fetcher(txn: Txn, table: Table, index: Index | None, reading: Reading) -> Callable[[Item], Item] | None:
    """For a local index from which attributes are wanted that it does not project: the way to the item itself."""
    if index is None or index.scope == GLOBAL or index.projection == "ALL":
        return None
    projection = reading.projection
    whole = reading.members.get("Select") == "ALL_ATTRIBUTES"
    if not whole and (projection is None or all(index.projects(str(path[0]), table.keys) for path in projection.paths)):
        return None

    def fetch(entry: Item) -> Item:
        stored: StoredItem | None = txn.get(ITEMS, (table.account, table.table_id, *place(table.keys, entry)))
        return entry if stored is None else item_in(stored)

    return fetch


def _start_place(table: Table, index: Index | None, start: Item) -> tuple[bytes, ...]:
    own: Place = place(table.keys, start)
    return own if index is None else (*place(index.keys, start), *own_place(*own))


def _position(table: Table, index: Index | None, item: Item) -> Item:
    names = dict.fromkeys((*(index.keys.names if index else ()), *table.keys.names))
    return {name: item[name] for name in names}


def _cost(table: Table, index: Index | None, size: int, fetched: int, consistent: bool) -> Cost:
    """What was read, rounded up once for the page; a local index's fetches cost the table at least one item each."""
    units = read_units(size, consistent)
    if index is None:
        return Cost(table, units)
    cost = Cost(table, fetched * read_units(1, consistent))
    cost.indexes[index.name] = units
    return cost
