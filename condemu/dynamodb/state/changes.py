"""The one way in which an item changes: with its index entries, its stream's record, its expiry and its past, in one decision.

An index holds an entry for every item that has all its key attributes with the right types; the entry is the part of the item
that the index projects. An index that projects everything shares the item's record, and so does a stream.
"""

from __future__ import annotations

from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item, equal, item_size
from condemu.dynamodb.state import expirations, past, stream_records
from condemu.dynamodb.state.keys import Where, belongs, own_place, place
from condemu.dynamodb.state.records import DELETING, INDEXED, ITEMS, Index, StoredItem, Table, changed_by, item_in, packed


def put(txn: Txn, table: Table, where: Where, old: StoredItem | None, item: Item, size: int) -> StoredItem:
    """Let `item`, which counts for `size` bytes, be what is at `where` instead of `old`."""
    new = packed(item, size, txn.index)
    txn.put(ITEMS, where, new)
    if table.indexes or table.stream is not None or table.ttl_attribute is not None or table.recovery is not None:
        _follow(txn, table, where, old, new, item)
    return new


def delete(txn: Txn, table: Table, where: Where, old: StoredItem, *, expired: bool = False) -> None:
    txn.delete(ITEMS, where)
    if table.indexes or table.stream is not None or table.ttl_attribute is not None or table.recovery is not None:
        _follow(txn, table, where, old, None, None, expired=expired)


def _follow(
    txn: Txn,
    table: Table,
    where: Where,
    old: StoredItem | None,
    new: StoredItem | None,
    item: Item | None,
    *,
    expired: bool = False,
) -> None:
    """What else changes with an item that was `old` and is now `new`, which holds `item`."""
    if table.recovery is not None:
        past.note(txn, table, where, old)
    before = None if old is None else item_in(old)
    for index in table.indexes:
        if index.status != DELETING:
            _update_index(txn, table, index, where, before, new, item)
    if table.stream is not None and (before is None or item is None or not equal(before, item)):
        stream_records.note(txn, table, old, new, expired=expired)
    if table.ttl_attribute is not None:
        expirations.note(txn, table, where, before, item)


def _update_index(
    txn: Txn, table: Table, index: Index, where: Where, before: Item | None, new: StoredItem | None, item: Item | None
) -> None:
    gone = entry_key(table, index, where, before)
    kept = entry_key(table, index, where, item)
    if gone is not None and gone != kept:
        txn.delete(INDEXED, gone)
    if kept is not None:
        assert new is not None
        assert item is not None
        txn.put(INDEXED, kept, projected(table, index, new, item))


def index_id(table: Table, index: Index) -> str:
    return f"{table.table_id}/{index.name}"


def entry_key(table: Table, index: Index, where: Where, item: Item | None) -> Key | None:
    """Where an index has its entry of an item; None if it has none."""
    if item is None or not belongs(index.keys, item):
        return None
    return (table.account, index_id(table, index), *place(index.keys, item), *own_place(where[2], where[3]))


def projected(table: Table, index: Index, record: StoredItem, item: Item) -> StoredItem:
    """The part of an item that an index shows. `record` is the item's own."""
    if index.projection == "ALL":
        return record
    names = {*table.keys.names, *index.keys.names}
    if index.projection == "INCLUDE":
        names.update(index.included)
    shown = {name: value for name, value in item.items() if name in names}
    return packed(shown, item_size(shown), changed_by(record))
