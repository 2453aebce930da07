"""What an account held before the first change that is remembered, brought back at the cost of what was changed."""

from __future__ import annotations

from collections.abc import Iterable

from condemu.core.calls import Call, Outcome
from condemu.core.engine import Watch
from condemu.core.spaces import NameTaken, Space
from condemu.core.store import Change, Key, Record, Txn


class Undo(Watch):
    """An observer of all calls: another account's may change what is in this one's buckets."""

    def __init__(self, account: str, spaces: Iterable[Space]) -> None:
        self._account = account
        self._owners = {space.name: space.owner for space in spaces if space.owner is not None}
        self._before: dict[tuple[str, Key], Record | None] = {}

    def decided(self, call: Call, outcome: Outcome) -> None:
        for change in outcome.changes:
            if self._is_ours(change):
                self._before.setdefault((change.table, change.key), change.old)

    def _is_ours(self, change: Change) -> bool:
        owner = self._owners.get(change.table)
        if owner is None:
            return bool(change.key[0] == self._account)
        return any(held is not None and owner(held) == self._account for held in (change.old, change.new))

    def back(self, txn: Txn) -> None:
        """Bring it back. Raises NameTaken, and changes nothing, when another account has taken one of its names meanwhile."""
        for table, key in self._before:
            owner, held = self._owners.get(table), txn.get(table, key)
            if owner is not None and held is not None and owner(held) != self._account:
                raise NameTaken(f"{key[0]} belongs to {owner(held)} now")
        for (table, key), old in self._before.items():
            if old is None:
                txn.delete(table, key)
            else:
                txn.put(table, key, old)

    def forget(self) -> None:
        """What there is now is what is brought back from now on."""
        self._before.clear()
