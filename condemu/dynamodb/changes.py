"""The one way in which an item changes: the item, its index entries, its stream's record and its expiry, in one decision.

An index holds an entry for every item that has all its key attributes with the right types; the entry is the part of the item
that the index projects. An index that projects everything shares the item.
"""

from __future__ import annotations

from condemu.core.store import Key, Txn
from condemu.dynamodb import expirations, streams
from condemu.dynamodb.keys import Place, belongs, place
from condemu.dynamodb.records import DELETING, INDEXED, ITEMS, Index, StoredItem, Table
from condemu.dynamodb.values import Item, equal, item_size


def stored(txn: Txn, table: Table, where: Place) -> StoredItem | None:
    return txn.get(ITEMS, (table.table_id, *where))


def put(txn: Txn, table: Table, where: Place, old: StoredItem | None, item: Item, size: int) -> StoredItem:
    """Let `item`, which counts for `size` bytes, be what is at `where` instead of `old`."""
    new = StoredItem(item, size, txn.index)
    txn.put(ITEMS, (table.table_id, *where), new)
    if table.indexes:
        _update_indexes(txn, table, where, old, new)
    if table.stream is not None:
        streams.note(txn, table, None if old is None else old.item, item)
    if table.ttl_attribute is not None:
        expirations.note(txn, table, where, None if old is None else old.item, item)
    return new


def delete(txn: Txn, table: Table, where: Place, old: StoredItem, *, expired: bool = False) -> None:
    txn.delete(ITEMS, (table.table_id, *where))
    if table.indexes:
        _update_indexes(txn, table, where, old, None)
    if table.stream is not None:
        streams.note(txn, table, old.item, None, expired=expired)
    if table.ttl_attribute is not None:
        expirations.note(txn, table, where, old.item, None)


def _update_indexes(txn: Txn, table: Table, where: Place, old: StoredItem | None, new: StoredItem | None) -> None:
    for index in table.indexes:
        if index.status == DELETING:
            continue
        before = entry_key(table, index, where, old)
        after = entry_key(table, index, where, new)
        if before is not None and before != after:
            txn.delete(INDEXED, before)
        if after is not None:
            assert new is not None
            txn.put(INDEXED, after, projected(table, index, new))


def index_id(table: Table, index: Index) -> str:
    return f"{table.table_id}/{index.name}"


def entry_key(table: Table, index: Index, where: Place, record: StoredItem | None) -> Key | None:
    """Where an index has its entry of an item; None if it has none."""
    if record is None or not belongs(index.keys, record.item):
        return None
    return (index_id(table, index), *place(index.keys, record.item), *where)


def projected(table: Table, index: Index, record: StoredItem) -> StoredItem:
    """The part of an item that an index shows."""
    if index.projection == "ALL":
        return record
    names = {*table.keys.names, *index.keys.names}
    if index.projection == "INCLUDE":
        names.update(index.included)
    item = {name: value for name, value in record.item.items() if name in names}
    return StoredItem(item, item_size(item), record.changed)


def same_entry(table: Table, index: Index, old: StoredItem, new: StoredItem) -> bool:
    """Does an index show the same of both? Then the write costs it nothing."""
    return equal(projected(table, index, old).item, projected(table, index, new).item)


