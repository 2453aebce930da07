"""When items expire, by the attribute that their table's time to live names.

    dynamodb.ttl   (epoch seconds, table id, partition, sort)   (account, table, region): an item that may have expired
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.store import Txn
from condemu.dynamodb.keys import Place
from condemu.dynamodb.records import Table
from condemu.dynamodb.values import Item, kind

EXPIRING: Final = "dynamodb.ttl"
OLDEST: Final = 5 * 365 * 86400  # seconds: what expired earlier is a mistake, and stays
DELAY: Final = 0.0  # seconds; AWS takes its time


def note(txn: Txn, table: Table, where: Place, old: Item | None, new: Item | None) -> None:
    """Keep the list of what may expire in step with an item."""
    before, after = expiry(table, old), expiry(table, new)
    if before == after:
        return
    if before is not None:
        txn.delete(EXPIRING, (before, table.table_id, *where))
    if after is not None:
        txn.put(EXPIRING, (after, table.table_id, *where), (table.account, table.name, table.region))


def expiry(table: Table, item: Item | None) -> int | None:
    """The second at which an item expires; None if it never does."""
    if item is None or table.ttl_attribute is None:
        return None
    value: Any = item.get(table.ttl_attribute)
    return int(value) if value is not None and kind(value) == "N" else None


def is_due(txn: Txn) -> bool:
    """Is there anything to delete? Cheap: it looks at one entry."""
    now = int(txn.now - DELAY)
    return next(txn.scan(EXPIRING, (now - OLDEST,), (now + 1,)), None) is not None
