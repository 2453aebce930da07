"""Work that goes on beyond its call: exports and imports, of which a record says how they stand.

Whoever carries one out has its place in `Engine.at_work` meanwhile, and where others share the state it marks the record now and
then (`beat`). So a record that has stood still for a time is of a process that has ended; whoever finds it so ends the work
(`server/under_way.py`). Its end is decided on the record as it is then, so that there is one end, whoever comes first. A process
that was only stopped meanwhile, and goes on, writes no file behind that end: each is committed only while the work goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from condemu.core.store import Key, Record, Txn


class Work(NamedTuple):
    """One kind of work: the space of its records, which of them are under way, the same record marked, and its end by force."""

    space: str
    is_under_way: Callable[[Any], bool]
    marked: Callable[[Any], Record]
    cut_off: Callable[[Txn, Key, Any], None]

    def goes_on(self, key: Key, txn: Txn) -> bool:
        """Whether nobody has ended the work."""
        held = txn.get(self.space, key)
        return held is not None and self.is_under_way(held)

    def beat(self, key: Key, txn: Txn) -> None:
        """Mark the record, if the work is still under way."""
        held = txn.get(self.space, key)
        if held is not None and self.is_under_way(held):
            txn.put(self.space, key, self.marked(held))

    def end(self, key: Key, seen: Record, txn: Txn) -> None:
        """End the work, if its record is as it was seen."""
        if txn.get(self.space, key) == seen:
            self.cut_off(txn, key, seen)
