"""When items expire, by the attribute that their table's time to live names.

A time that no clock reaches is no expiry: DynamoDB takes any number, and 1E+125 is one.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.store import Txn
from condemu.dynamodb.data.values import Item, kind
from condemu.dynamodb.state.keys import Where
from condemu.dynamodb.state.records import EXPIRING, Expiring, Table

LATEST: Final = 1 << 53  # seconds: beyond any clock's time; more would not fit the place in order of a durable store


def note(txn: Txn, table: Table, where: Where, old: Item | None, new: Item | None) -> None:
    """Keep the list of what may expire in step with an item."""
    before, after = expiry(table, old), expiry(table, new)
    if before == after:
        return
    if before is not None:
        txn.delete(EXPIRING, (table.account, before, *where[1:]))
    if after is not None:
        txn.put(EXPIRING, (table.account, after, *where[1:]), Expiring(table.name, table.region))


def expiry(table: Table, item: Item | None) -> int | None:
    """The second at which an item expires; None if it never does."""
    if item is None or table.ttl_attribute is None:
        return None
    value: Any = item.get(table.ttl_attribute)
    if value is None or kind(value) != "N" or not 0 <= value <= LATEST:
        return None
    return int(value)
