"""What a table held some time ago, for as long back as its point-in-time recovery says.

Each commit that changes an item of such a table keeps the item as it was. A table at a time is the table as it is, with every
change since taken back, the latest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Final

from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.state.keys import Place, Where
from condemu.dynamodb.state.records import ITEMS, PAST, Before, StoredItem, Table

DAY: Final = 86400.0  # seconds
FORGOTTEN_AT_ONCE: Final = 20  # changes too old to be taken back that a new one takes away


def note(txn: Txn, table: Table, where: Where, old: StoredItem | None) -> None:
    """Keep what an item was before this commit."""
    assert table.recovery is not None
    key = (table.account, table.table_id, txn.index, where[2], where[3])
    if txn.get(PAST, key) is not None:
        return  # a commit changes an item twice: it was as it was before the first time
    oldest = txn.now - table.recovery.days * DAY
    changes = islice(_changes(txn, table.account, table.table_id), FORGOTTEN_AT_ONCE)
    for past in list(takewhile(lambda change: change[1].at < oldest, changes)):
        txn.delete(PAST, past[0])
    txn.put(PAST, key, Before(txn.now, old))


def items_at(txn: Txn, account: str, table_id: str, moment: float | None = None) -> dict[Place, StoredItem]:
    """The items of a table at a time that its recovery reaches, or now."""
    found = {(key[2], key[3]): record for key, record in txn.scan(ITEMS, *prefix_range((account, table_id)))}
    if moment is None:
        return found
    for (_, _, _, partition, sort), before in _changes(txn, account, table_id, reverse=True):
        if before.at <= moment:
            break
        if before.old is None:
            found.pop((partition, sort), None)
        else:
            found[partition, sort] = before.old
    return found


def forget(txn: Txn, table: Table) -> None:
    """Nothing of a table's past can be had any more."""
    for key, _ in list(_changes(txn, table.account, table.table_id)):
        txn.delete(PAST, key)


def _changes(txn: Txn, account: str, table_id: str, *, reverse: bool = False) -> Iterator[tuple[Key, Before]]:
    return txn.scan(PAST, *prefix_range((account, table_id)), reverse=reverse)
