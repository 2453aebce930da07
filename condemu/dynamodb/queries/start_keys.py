"""ExclusiveStartKey: does it name a place where this Query or Scan can go on?

It must have exactly the key attributes of the table and of the index. AWS checks in three steps that answer differently: names
and the index's types, then (for a Query, once its conditions are known to fit) the table's types, then whether the place is
within what is read (recorded on AWS by dynalite's suite).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MISSING, Item, decode_item, kind
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.expressions import BINARY_SET_EMPTY, NULL_FALSE, STRING_SET_EMPTY, VALUE_EMPTY
from condemu.dynamodb.queries.key_conditions import KeyCondition
from condemu.dynamodb.queries.key_ranges import Range
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import show_key
from condemu.dynamodb.state.keys import checked_place, describe, place
from condemu.dynamodb.state.records import Index, KeySchema, Table

# These refusals of a value come with "The provided starting key is invalid: " in front, all others without.
_EXPLAINED: Final = frozenset((VALUE_EMPTY, NULL_FALSE, STRING_SET_EMPTY, BINARY_SET_EMPTY))


def decode_start_key(members: Members) -> Item | None:
    given = members.get("ExclusiveStartKey")
    if given is None:
        return None
    try:
        return decode_item(given)
    except ServiceError as error:
        if error.row not in _EXPLAINED:
            raise
        raise ServiceError(errors.START_KEY_REASON, {"reason": error.message}, because=error.because) from None


def check_start_shape(table: Table, index: Index | None, start: Item) -> None:
    """Of a Query, before its conditions are held against the schema: how many attributes, and the partition."""
    keys = index.keys if index else table.keys
    names = _names(table, index)
    if len(start) != len(names) or any(name not in start for name, _ in keys.hashes):
        raise ServiceError(errors.START_KEY_INVALID, because=f"it must have {', '.join(sorted(names))}")
    if any(not _has(start, name, expected) for name, expected in keys.hashes):
        raise ServiceError(errors.KEY_MISMATCH, because=f"it must have {describe(keys)}")


def _names(table: Table, index: Index | None) -> set[str]:
    return {*table.keys.names, *(index.keys.names if index else ())}


def check_start_types(table: Table, index: Index | None, start: Item) -> None:
    """Of a Query, afterwards: all the rest."""
    keys = index.keys if index else table.keys
    if any(name not in start for name, _ in keys.ranges):
        raise ServiceError(errors.START_KEY_INVALID, because=f"it must have {describe(keys)}")
    if not _fits(keys, start):
        raise ServiceError(errors.KEY_MISMATCH, because=f"it must have {describe(keys)}")
    if not _fits(table.keys, start):
        raise ServiceError(errors.START_KEY_MISMATCH, because=f"it must have {describe(table.keys)}")
    _check_values(table, index, start)


def _check_values(table: Table, index: Index | None, start: Item) -> None:
    """Refuse values of the right types that no key can have, in a key's words behind the prefix of a starting key."""
    for keys in (table.keys, *(() if index is None else (index.keys,))):
        try:
            checked_place(keys, start)
        except ServiceError as error:
            raise ServiceError(errors.START_KEY_REASON, {"reason": error.message}, because=error.because) from None


def _fits(keys: KeySchema, start: Item) -> bool:
    return all(_has(start, name, expected) for name, expected in keys.attributes)


def _has(start: Item, name: str, expected: str) -> bool:
    value = start.get(name, MISSING)
    return value is not MISSING and kind(value) == expected


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
        if not ranges:
            shown = ", ".join(f"{name}=AttributeValue: {{{kind(value)}:{show_key(value)}}}" for name, value in start.items())
            raise ServiceError(errors.START_KEY_EXCLUSIVE, {"key": shown})
        raise ServiceError(errors.START_KEY_ONE_ROW)
    if any(not condition.holds(start[condition.attribute]) for condition in ranges):
        raise ServiceError(errors.START_KEY_RANGE)
    if any(not condition.holds(start[condition.attribute]) for condition in hashes):
        raise ServiceError(errors.START_KEY_OUTSIDE)
    if not bounds.contains(place(keys, start)):
        raise ServiceError(errors.START_KEY_OUTSIDE)


def check_scan_start(table: Table, index: Index | None, start: Item, bounds: Range, members: Members) -> None:
    keys = index.keys if index else table.keys
    names = _names(table, index)
    because = f"it must have {', '.join(sorted(names))}"
    if index is not None:
        if len(start) != len(names) or any(name not in start for name in index.keys.names):
            raise ServiceError(errors.START_KEY_INVALID, because=because)
        if not _fits(index.keys, start):
            raise ServiceError(errors.KEY_MISMATCH, because=f"it must have {describe(index.keys)}")
    if set(start) != names or not _fits(table.keys, start):
        raise ServiceError(errors.START_KEY_MISMATCH, because=because)
    _check_values(table, index, start)
    if members.get("TotalSegments") is not None and not bounds.contains(place(keys, start)):
        fields = {"total": int(members["TotalSegments"]), "segment": int(members["Segment"])}
        raise ServiceError(errors.START_KEY_SEGMENT, fields)
