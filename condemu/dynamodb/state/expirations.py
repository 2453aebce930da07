"""When items expire, by the attribute that their table's time to live names.

A time that no clock reaches is no expiry: DynamoDB takes any number, and 1E+125 is one.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.store import Key, Txn
from condemu.dynamodb.data.values import Item, kind
from condemu.dynamodb.state.keys import Where
from condemu.dynamodb.state.records import EXPIRING, Expiring, Table

OLDEST: Final = 5 * 365 * 86400  # seconds: what expired earlier is a mistake, and stays
LATEST: Final = 1 << 53  # seconds: beyond any clock's time; more would not fit the place in order of a durable store
DELAY: Final = 0.0  # seconds; AWS takes its time


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


def due_range(account: str, now: float) -> tuple[Key, Key]:
    """Between which keys that lies which an account is to lose now."""
    moment = int(now - DELAY)
    return (account, moment - OLDEST), (account, moment + 1)


def is_due(txn: Txn, account: str) -> bool:
    """Whether an account has anything to delete. Cheap: it looks at one entry."""
    return next(txn.scan(EXPIRING, *due_range(account, txn.now)), None) is not None
