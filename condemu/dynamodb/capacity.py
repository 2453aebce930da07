"""ConsumedCapacity and ItemCollectionMetrics.

A write costs one unit for each KiB begun of the larger of the old and the new item, and as much again for each entry of an
index that it puts or deletes, by the entry's size; an entry whose key changes is deleted and put. A read costs one unit for
each 4 KiB begun, half of that if it may be eventually consistent. Nothing there costs as much as the smallest item.
Transactions cost double. (Developer Guide, "Read and write capacity"; shapes recorded on AWS by Alternator's suite.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from condemu.dynamodb.changes import entry_key, projected, same_entry
from condemu.dynamodb.keys import Place
from condemu.dynamodb.records import GLOBAL, LOCAL, Index, StoredItem, Table
from condemu.dynamodb.values import Item, encode

WRITE_UNIT: Final = 1024
READ_UNIT: Final = 4096
ASKED: Final = ("TOTAL", "INDEXES")


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


def write_cost(table: Table, where: Place, old: StoredItem | None, new: StoredItem | None) -> Cost:
    """What it cost to put `new` in the place of `old`, or to delete it."""
    cost = Cost(table, write_units(max(old.size if old else 0, new.size if new else 0)))
    for index in table.indexes:
        units = _entry_units(table, index, where, old, new)
        if units:
            cost.indexes[index.name] = units
    return cost


def _entry_units(table: Table, index: Index, where: Place, old: StoredItem | None, new: StoredItem | None) -> float:
    before = entry_key(table, index, where, old)
    after = entry_key(table, index, where, new)
    if before is not None and before == after:
        assert old is not None
        assert new is not None
        if same_entry(table, index, old, new):
            return 0.0
        return write_units(max(projected(table, index, old).size, projected(table, index, new).size))
    units = 0.0
    if before is not None and old is not None:
        units += write_units(projected(table, index, old).size)
    if after is not None and new is not None:
        units += write_units(projected(table, index, new).size)
    return units


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
