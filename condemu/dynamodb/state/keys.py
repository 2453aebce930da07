"""Keys: does what was given fit the schema, and where is the item?

A place is `(partition, sort)`: bytes that order as AWS orders items. Equal numbers are one key however they are written. Limits
from the Developer Guide, "Constraints": a partition key has at most 2048 bytes, a sort key 1024. Recorded on AWS: a key that
lacks an attribute, has one too many or one of a wrong type "does not match the schema"; PutItem alone says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zlib import crc32

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MISSING, Item, Value, kind, sort_bytes
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.state.records import Index, KeySchema, Table

MAX_HASH: Final = 2048
MAX_RANGE: Final = 1024

Place = tuple[bytes, bytes]


# --- places -----------------------------------------------------------------------------------------------------------------


def escaped(part: bytes) -> bytes:
    """One of several parts: bytes that order as the part does and end where no longer part could."""
    return part.replace(b"\0", b"\0\xff") + b"\0\1"


def joined(parts: Sequence[bytes]) -> bytes:
    if len(parts) == 1:
        return parts[0]
    return b"".join(map(escaped, parts))


def scattered(partition: bytes) -> bytes:
    """With the hash in front that spreads partitions over the segments of a Scan."""
    return (crc32(partition) * 2654435761 & 0xFFFFFFFF).to_bytes(4, "big") + partition


def place(keys: KeySchema, item: Item) -> Place:
    """Where an item is whose key attributes are known to be there and of the right types."""
    hashes, ranges = keys.hashes, keys.ranges
    if len(hashes) == 1 and len(ranges) <= 1:
        partition = sort_bytes(item[hashes[0][0]])
        return scattered(partition), sort_bytes(item[ranges[0][0]]) if ranges else b""
    return (
        scattered(joined([sort_bytes(item[name]) for name, _ in hashes])),
        joined([sort_bytes(item[name]) for name, _ in ranges]) if ranges else b"",
    )


def key_of(keys: KeySchema, item: Item) -> Item:
    """The key attributes alone."""
    return {name: item[name] for name, _ in keys.attributes}


# --- what was given ---------------------------------------------------------------------------------------------------------


def place_of_key(table: Table, key: Item) -> Place:
    """The place that a Key names. Refuses one that does not match the schema, or is empty, or too long."""
    if len(key) == len(table.keys.names) and (where := _plain_place(table.keys, key)) is not None:
        return where
    attributes = table.keys.attributes
    if len(key) != len(attributes):
        raise ServiceError(errors.KEY_MISMATCH, because=f"the key of {table.name} is {describe(table.keys)}")
    for name, expected in attributes:
        value = key.get(name, MISSING)
        if value is MISSING or kind(value) != expected:
            raise ServiceError(errors.KEY_MISMATCH, because=f"the key of {table.name} is {describe(table.keys)}")
    return _checked_place(table.keys, key)


def place_of_item(table: Table, item: Item) -> Place:
    """The place where an item to be put belongs. Refuses one without a key that fits."""
    if (where := _plain_place(table.keys, item)) is not None:
        return where
    for name, expected in table.keys.attributes:
        value = item.get(name, MISSING)
        if value is MISSING:
            raise ServiceError(errors.KEY_MISSING, {"key": name})
        if kind(value) != expected:
            raise ServiceError(errors.KEY_WRONG_TYPE, {"key": name, "expected": expected, "actual": kind(value)})
    return _checked_place(table.keys, item)


def _plain_place(keys: KeySchema, item: Item) -> Place | None:
    """The place of an item whose key is in order and nothing but strings, which most are; None if that is not so."""
    if not keys.plain:
        return None
    names = keys.names
    first = item.get(names[0])
    if type(first) is not str or not first:
        return None
    sort = b""
    if len(names) == 2:
        second = item.get(names[1])
        if type(second) is not str or not second:
            return None
        sort = second.encode()
    partition = first.encode()
    return (scattered(partition), sort) if len(partition) <= MAX_HASH and len(sort) <= MAX_RANGE else None


def _checked_place(keys: KeySchema, item: Item) -> Place:
    for name, expected in keys.attributes:
        if expected != "N" and not item[name]:
            raise ServiceError(errors.KEY_EMPTY, {"what": "string" if expected == "S" else "binary", "key": name})
    where = place(keys, item)
    if len(where[0]) - 4 > MAX_HASH:
        raise ServiceError(errors.HASH_TOO_LONG, because=f"it has {len(where[0]) - 4} bytes")
    if len(where[1]) > MAX_RANGE:
        raise ServiceError(errors.RANGE_TOO_LONG, because=f"they have {len(where[1])} bytes")
    return where


def describe(keys: KeySchema) -> str:
    return ", ".join(f"{ascii(name)[1:-1]} ({key_type})" for name, key_type in keys.attributes)


# --- keys of indexes --------------------------------------------------------------------------------------------------------


def check_index_keys(table: Table, item: Item) -> None:
    """Refuse an item that is put with an attribute of a type, or empty, that an index cannot take."""
    for index in table.indexes:
        for name, expected in index.keys.attributes:
            value = item.get(name, MISSING)
            if value is MISSING:
                continue
            if kind(value) != expected:
                raise _index_type(index, name, expected, value)
            if value in ("", b""):
                fields = {"what": "string" if expected == "S" else "binary", "index": index.name, "key": name}
                raise ServiceError(errors.INDEX_KEY_EMPTY, fields)
        _check_index_sizes(index.keys, item)


def check_index_constants(table: Table, constants: Item) -> None:
    """Refuse a value of a request that an update would give to an index's key, and that has another type."""
    for index in table.indexes:
        for name, expected in index.keys.attributes:
            value = constants.get(name, MISSING)
            if value is not MISSING and kind(value) != expected:
                raise _index_type(index, name, expected, value)


def check_updated_index_keys(table: Table, old: Item | None, new: Item) -> None:
    """The same of an item that an update made, with an update's words. What was there before is let be."""
    for index in table.indexes:
        for name, expected in index.keys.attributes:
            value = new.get(name, MISSING)
            if value is MISSING or (old is not None and old.get(name, MISSING) is value):
                continue
            if kind(value) != expected:
                raise ServiceError(errors.INDEX_KEY_UPDATE_TYPE, because=f"the key {name!a} would be of type {kind(value)}")
            if value in ("", b""):
                raise ServiceError(errors.INDEX_KEY_EMPTY_UPDATE, {"what": "string" if expected == "S" else "binary"})
        _check_index_sizes(index.keys, new)


def _index_type(index: Index, name: str, expected: str, value: Value) -> ServiceError:
    fields = {"key": name, "expected": expected, "actual": kind(value), "index": index.name}
    return ServiceError(errors.INDEX_KEY_TYPE, fields)


def _check_index_sizes(keys: KeySchema, item: Item) -> None:
    """Keys of an index have the limits of a table's (recorded on AWS by Alternator's suite)."""
    hashes = sum(len(sort_bytes(item[name])) for name, _ in keys.hashes if name in item)
    if hashes > MAX_HASH:
        raise ServiceError(errors.HASH_TOO_LONG, because=f"that of an index has {hashes} bytes")
    ranges = sum(len(sort_bytes(item[name])) for name, _ in keys.ranges if name in item)
    if ranges > MAX_RANGE:
        raise ServiceError(errors.RANGE_TOO_LONG, because=f"those of an index have {ranges} bytes")


def belongs(keys: KeySchema, item: Item) -> bool:
    """Does an index have this item? Only if all its attributes are there, of the right types and not empty."""
    for name, expected in keys.attributes:
        value = item.get(name, MISSING)
        if value is MISSING or kind(value) != expected or value in ("", b""):
            return False
    return True
