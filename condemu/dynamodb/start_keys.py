"""ExclusiveStartKey: does it name a place where this Query or Scan can go on?

It must have exactly the key attributes of the table and of the index. AWS checks in three steps that answer differently: names
and the index's types, then (for a Query, once its conditions are known to fit) the table's types, then whether the place is
within what is read (recorded on AWS by dynalite's suite).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from condemu.core.errors import ServiceError
from condemu.dynamodb import errors
from condemu.dynamodb.key_conditions import KeyCondition
from condemu.dynamodb.key_ranges import Range
from condemu.dynamodb.keys import place
from condemu.dynamodb.records import Index, Keys, Table
from condemu.dynamodb.values import MISSING, Item, decode_item, kind


def decode_start_key(members: dict[str, Any]) -> Item | None:
    given = members.get("ExclusiveStartKey")
    if given is None:
        return None
    try:
        return decode_item(given)
    except ServiceError as error:
        raise ServiceError(errors.START_KEY_REASON, {"reason": error.message}, because=error.because) from None


def check_start_shape(table: Table, index: Index | None, start: Item) -> None:
    keys = index.keys if index else table.keys
    names = {*table.keys.names, *(index.keys.names if index else ())}
    if set(start) != names or not _fits(keys, start):
        raise ServiceError(errors.START_KEY_INVALID, because=f"it must have {', '.join(sorted(names))}")


def check_start_types(table: Table, start: Item) -> None:
    if not _fits(table.keys, start):
        raise ServiceError(errors.START_KEY_MISMATCH)


def _fits(keys: Keys, start: Item) -> bool:
    return all(_has(start, name, expected) for name, expected in keys.attributes)


def _has(start: Item, name: str, expected: str) -> bool:
    value = start.get(name, MISSING)
    return value is not MISSING and kind(value) == expected and value not in ("", b"")


def check_start_place(
    table: Table,
    index: Index | None,
    start: Item,
    bounds: Range,
    hashes: Sequence[KeyCondition],
    ranges: Sequence[KeyCondition],
) -> None:
    """Refuse a place outside of what the key conditions select."""
    keys = index.keys if index else table.keys
    if index is None and len(ranges) == len(keys.ranges) and all(condition.operator == "=" for condition in ranges):
        raise ServiceError(errors.START_KEY_ONE_ROW)
    if any(not condition.holds(start[condition.attribute]) for condition in hashes):
        raise ServiceError(errors.START_KEY_OUTSIDE)
    if any(not condition.holds(start[condition.attribute]) for condition in ranges):
        raise ServiceError(errors.START_KEY_RANGE)
    if not bounds.contains(place(keys, start)):
        raise ServiceError(errors.START_KEY_OUTSIDE)


def check_scan_start(table: Table, index: Index | None, start: Item, bounds: Range, members: dict[str, Any]) -> None:
    keys = index.keys if index else table.keys
    names = {*table.keys.names, *(index.keys.names if index else ())}
    if index is not None and (set(start) != names or not _fits(keys, start)):
        raise ServiceError(errors.START_KEY_INVALID, because=f"it must have {', '.join(sorted(names))}")
    if set(start) != names or not _fits(table.keys, start):
        raise ServiceError(errors.START_KEY_MISMATCH, because=f"it must have {', '.join(sorted(names))}")
    if members.get("TotalSegments") is not None and not bounds.contains(place(keys, start)):
        fields = {"total": int(members["TotalSegments"]), "segment": int(members["Segment"])}
        raise ServiceError(errors.START_KEY_SEGMENT, fields)
