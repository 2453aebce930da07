"""Keys: does what was given fit the schema, and where is the item?

A place is `(partition, sort)`: bytes that order as AWS orders items; with the account and the table in front it is where an
item's record is in the store. Equal numbers are one key however they are written. Limits from the Developer Guide,
"Constraints": a partition key has at most 2048 bytes, a sort key 1024. Recorded on AWS: a key that lacks an attribute, has one
too many or one of a wrong type "does not match the schema"; PutItem alone says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5 as _of_openssl
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MISSING, Item, Value, kind, sort_bytes
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.state.records import Index, KeySchema, Table

MAX_HASH: Final = 2048
MAX_RANGE: Final = 1024
HASH_SIZE: Final = 4  # bytes of the hash that stand in front of a partition
_HASHED: Final = b"Outliers"

Place = tuple[bytes, bytes]
Where = tuple[str, str, bytes, bytes]  # the key of an item's record: account, table, partition, sort

try:  # Python's own MD5, where it is built in, takes half the time of OpenSSL's
    from _md5 import md5 as _built_in  # type: ignore[import-not-found]
except ImportError:
    _built_in = _of_openssl
_md5: Final = _built_in


# --- places -----------------------------------------------------------------------------------------------------------------


def escaped(part: bytes) -> bytes:
    """One of several parts: bytes that order as the part does and end where no longer part could."""
    return part.replace(b"\0", b"\0\xff") + b"\0\1"


def joined(parts: Sequence[bytes]) -> bytes:
    if len(parts) == 1:
        return parts[0]
    return b"".join(map(escaped, parts))


def scattered(partition: bytes, rest: bytes = b"") -> bytes:
    """With the hash in front by which AWS orders partitions, and that spreads them over the segments of a Scan.

    The beginning of an MD5 (asserted on AWS by published suites). `rest`: what is hashed as well, but is no part of the key.
    """
    hashed: bytes = _md5(_HASHED + partition + rest, usedforsecurity=False).digest()
    return hashed[:HASH_SIZE] + partition


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


def own_place(partition: bytes, sort: bytes) -> Place:
    """The place of an item among an index's entries with equal keys: these are in the order of a hash of its whole key."""
    return (scattered(partition[HASH_SIZE:], sort) if sort else partition), sort


def key_of(keys: KeySchema, item: Item) -> Item:
    """The key attributes alone."""
    return {name: item[name] for name, _ in keys.attributes}


# --- what was given ---------------------------------------------------------------------------------------------------------


def where_of_key(table: Table, key: Item) -> Where:
    """Where the item is that a Key names. Refuses one that does not match the schema, or is empty, or too long."""
    if len(key) == len(table.keys.names) and (where := _where_of_strings(table, key)) is not None:
        return where
    attributes = table.keys.attributes
    if len(key) != len(attributes):
        raise ServiceError(errors.KEY_MISMATCH, because=f"the key of {table.name} is {describe(table.keys)}")
    for name, expected in attributes:
        value = key.get(name, MISSING)
        if value is MISSING or kind(value) != expected:
            raise ServiceError(errors.KEY_MISMATCH, because=f"the key of {table.name} is {describe(table.keys)}")
    return (table.account, table.table_id, *checked_place(table.keys, key))


def where_of_item(table: Table, item: Item) -> Where:
    """Where an item to be put belongs. Refuses one without a key that fits."""
    if (where := _where_of_strings(table, item)) is not None:
        return where
    for name, expected in table.keys.attributes:
        value = item.get(name, MISSING)
        if value is MISSING:
            raise ServiceError(errors.KEY_MISSING, {"key": name})
        if kind(value) != expected:
            raise ServiceError(errors.KEY_WRONG_TYPE, {"key": name, "expected": expected, "actual": kind(value)})
    return (table.account, table.table_id, *checked_place(table.keys, item))


def _where_of_strings(table: Table, item: Item) -> Where | None:
    """Where an item is whose key is in order and nothing but strings, as most are; None if that is not so."""
    keys = table.keys
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
    if len(partition) > MAX_HASH or len(sort) > MAX_RANGE:
        return None
    return table.account, table.table_id, scattered(partition), sort


def checked_place(keys: KeySchema, item: Item) -> Place:
    for name, expected in keys.attributes:
        if expected != "N" and not item[name]:
            raise ServiceError(errors.KEY_EMPTY, {"what": "string" if expected == "S" else "binary", "key": name})
    where = place(keys, item)
    if len(where[0]) - HASH_SIZE > MAX_HASH:
        raise ServiceError(errors.HASH_TOO_LONG, because=f"it has {len(where[0]) - HASH_SIZE} bytes")
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
        changed = False
        for name, expected in index.keys.attributes:
            value = new.get(name, MISSING)
            if value is MISSING or (old is not None and old.get(name, MISSING) is value):
                continue
            changed = True
            if kind(value) != expected:
                raise ServiceError(errors.INDEX_KEY_UPDATE_TYPE, because=f"the key {name!a} would be of type {kind(value)}")
            if value in ("", b""):
                raise ServiceError(errors.INDEX_KEY_EMPTY_UPDATE, {"what": "string" if expected == "S" else "binary"})
        if changed:
            _check_index_sizes(index.keys, new)


def _index_type(index: Index, name: str, expected: str, value: Value) -> ServiceError:
    fields = {"key": name, "expected": expected, "actual": kind(value), "index": index.name}
    return ServiceError(errors.INDEX_KEY_TYPE, fields)


def _check_index_sizes(keys: KeySchema, item: Item) -> None:
    """Keys of an index have the limits of a table's (recorded on AWS by Alternator's suite)."""
    hashes = sum(_sizes(keys.hashes, item))
    if hashes > MAX_HASH:
        raise ServiceError(errors.HASH_TOO_LONG, because=f"that of an index has {hashes} bytes")
    ranges = sum(_sizes(keys.ranges, item))
    if ranges > MAX_RANGE:
        raise ServiceError(errors.RANGE_TOO_LONG, because=f"those of an index have {ranges} bytes")


def _sizes(attributes: Sequence[tuple[str, str]], item: Item) -> list[int]:
    return [len(sort_bytes(item[name])) for name, _ in attributes if name in item]


def belongs(keys: KeySchema, item: Item) -> bool:
    """Does an index have this item? Only if all its attributes are there, of the right types, not empty and not too long."""
    size = 0
    for name, expected in keys.attributes:
        value = item.get(name, MISSING)
        if value is MISSING or kind(value) != expected or value in ("", b""):
            return False
        if expected != "N":
            size += len(value)
    return size <= MAX_RANGE // 4 or _sizes_fit(keys, item)


def _sizes_fit(keys: KeySchema, item: Item) -> bool:
    return sum(_sizes(keys.hashes, item)) <= MAX_HASH and sum(_sizes(keys.ranges, item)) <= MAX_RANGE
