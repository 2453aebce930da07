"""What takes AWS a while: a table that is being created, updated or deleted, and its indexes with it.

By default every change is complete when it is answered. With a delay (the setting `table_delay`, in seconds) the state lasts
until the emulator's clock has passed `ready_at`; nobody has to write it down then, because whoever looks settles it.
"""

from __future__ import annotations

from dataclasses import replace

from condemu.dynamodb.state.records import ACTIVE, DELETING, Table


def settled(table: Table, now: float) -> Table | None:
    """The table once the time of its state is over, if it is."""
    if table.ready_at is None or now < table.ready_at:
        return table
    if table.status == DELETING:
        return None
    indexes = tuple(replace(index, status=ACTIVE, backfilling=False) for index in table.indexes if index.status != DELETING)
    used = {name for keys in (table.keys, *(index.keys for index in indexes)) for name in keys.names}
    attributes = tuple((name, kind) for name, kind in table.attributes if name in used)
    return replace(table, status=ACTIVE, ready_at=None, restored=None, indexes=indexes, attributes=attributes)


def begun(table: Table, status: str, now: float, delay: float) -> Table:
    """The table in a state that lasts for the delay; as it is where there is none."""
    return replace(table, status=status, ready_at=now + delay) if delay else table
