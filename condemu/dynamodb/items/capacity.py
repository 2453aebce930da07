"""ConsumedCapacity and ItemCollectionMetrics.

A write costs one unit for each KiB begun of the larger of the old and the new item, and as much again for each entry of an
index that it puts or deletes, by the entry's size; an entry whose key changes is deleted and put. A read costs one unit for
each 4 KiB begun, half of that if it may be eventually consistent. Nothing there costs as much as the smallest item.
Transactions cost double. (Developer Guide, "Read and write capacity"; shapes recorded on AWS by Alternator's suite.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from condemu.dynamodb.data.values import Item, encode, equal
from condemu.dynamodb.state.changes import entry_key, projected
from condemu.dynamodb.state.keys import Where
from condemu.dynamodb.state.records import GLOBAL, LOCAL, ON_DEMAND, Index, StoredItem, Table, item_in, size_of

WRITE_UNIT: Final = 1024
READ_UNIT: Final = 4096
ASKED: Final = ("TOTAL", "INDEXES")


_Read = tuple[StoredItem | None, Item | None]  # a record, and what is in it


class Cost:
    """Units of one table: its own, and those of each of its indexes that was touched."""

    __slots__ = ("indexes", "table", "units")

    def __init__(self, table: Table, units: float = 0.0) -> None:
        self.table = table
        self.units = units
        self.indexes: dict[str, float] = {}

    def add(self, other: Cost) -> None:
        self.units += other.units
        for name, units in other.indexes.items():
            self.indexes[name] = self.indexes.get(name, 0.0) + units

    def times(self, factor: int) -> Cost:
        self.units *= factor
        self.indexes = {name: units * factor for name, units in self.indexes.items()}
        return self


def write_units(size: int) -> float:
    return float(max(1, -(-size // WRITE_UNIT)))


def read_units(size: int, consistent: bool) -> float:
    units = float(max(1, -(-size // READ_UNIT)))
    return units if consistent else units / 2


def write_cost(table: Table, where: Where, old: StoredItem | None, new: StoredItem | None) -> Cost:
    """What it cost to put `new` in the place of `old`, or to delete it."""
    cost = Cost(table, write_units(max(size_of(old) if old else 0, size_of(new) if new else 0)))
    if table.indexes:
        before, after = (None if record is None else item_in(record) for record in (old, new))
        for index in table.indexes:
            units = _entry_units(table, index, where, (old, before), (new, after))
            if units:
                cost.indexes[index.name] = units
    return cost


def _entry_units(table: Table, index: Index, where: Where, old: _Read, new: _Read) -> float:
    gone, kept = entry_key(table, index, where, old[1]), entry_key(table, index, where, new[1])
    before = None if gone is None else _shown(table, index, old)
    after = None if kept is None else _shown(table, index, new)
    if before is not None and after is not None and gone == kept:
        return 0.0 if equal(item_in(before), item_in(after)) else write_units(max(size_of(before), size_of(after)))
    return sum(write_units(size_of(entry)) for entry in (before, after) if entry is not None)


def _shown(table: Table, index: Index, read: _Read) -> StoredItem:
    record, item = read
    assert record is not None
    assert item is not None
    return projected(table, index, record, item)


ON_DEMAND_PARTITIONS: Final = 4  # of a new table on demand: it is warm for 12,000 reads a second, a partition serves 3,000


def partitions_read(table: Table, low: bytes | None, high: bytes | None, end: bytes | None) -> int:
    """On how many of AWS's own partitions a page of a Scan was, of which each is charged for one item at least.

    It went from the hash `low` on to the one below `high`, or to `end`. Asserted on AWS for a whole consistent Scan of a table on
    demand, which costs 4; what is less than the whole, and that half of it is eventually consistent, is inferred.
    """
    if table.billing_mode != ON_DEMAND:
        return 1
    first = low[0] if low else 0
    last = 255 if high is None else (int.from_bytes(high[:4], "big") - 1) >> 24
    if end is not None:
        last = min(last, end[0])
    share = 256 // ON_DEMAND_PARTITIONS
    return last // share - first // share + 1


def read_cost(table: Table, size: int, consistent: bool, index: Index | None = None) -> Cost:
    units = read_units(size, consistent)
    if index is None:
        return Cost(table, units)
    cost = Cost(table)
    cost.indexes[index.name] = units
    return cost


def consumed(cost: Cost, asked: str, direction: str = "") -> dict[str, Any]:
    """ConsumedCapacity. Transactions say Read or Write as well: `direction`."""

    def units(number: float) -> dict[str, float]:
        shape = {"CapacityUnits": number}
        if direction:
            shape[f"{direction}CapacityUnits"] = number
        return shape

    total = cost.units + sum(cost.indexes.values())
    shape: dict[str, Any] = {"TableName": cost.table.name, **units(total)}
    if asked == "INDEXES":
        shape["Table"] = units(cost.units)
        for scope, member in ((LOCAL, "LocalSecondaryIndexes"), (GLOBAL, "GlobalSecondaryIndexes")):
            names = [index.name for index in cost.table.indexes if index.scope == scope and index.name in cost.indexes]
            if names:
                shape[member] = {name: units(cost.indexes[name]) for name in names}
    return shape


def by_table(costs: Iterable[Cost]) -> list[Cost]:
    """One cost for each table, in the order in which they were first touched."""
    sums: dict[str, Cost] = {}
    for cost in costs:
        name = cost.table.table_id
        if name in sums:
            sums[name].add(cost)
        else:
            sums[name] = cost
    return list(sums.values())


def collection_metrics(table: Table, item: Mapping[str, Any] | Item) -> dict[str, Any] | None:
    """ItemCollectionMetrics, which only a table with a local index has. The estimate is AWS's for a small collection."""
    if not any(index.scope == LOCAL for index in table.indexes):
        return None
    name = table.keys.hashes[0][0]
    return {"ItemCollectionKey": {name: encode(item[name])}, "SizeEstimateRangeGB": [0.0, 1.0]}
