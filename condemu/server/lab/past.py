"""What the eventually consistent reads of races may still show: the last commits, kept while a race asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from condemu.core.calls import Call
from condemu.core.engine import Engine, ReadSource
from condemu.core.spaces import Space
from condemu.core.store import MemoryStore
from condemu.lab.staleness import Kept, Past, StaleReads
from condemu.server.lab.documents import Refused


class SharedPast:
    """One for all races of an emulator. `unseen` tells how many commits a call's read does not show."""

    def __init__(self, engine: Engine, spaces: Sequence[Space], unseen: Callable[[Call], int]) -> None:
        self._engine = engine
        self._replicated = frozenset(space.name for space in spaces if space.replicated)
        self._unseen = unseen
        self._users = 0
        self._past: Past | None = None
        self._former: ReadSource | None = None

    def begin(self) -> Past:
        """Keep commits from now on, until as many have called `end`."""
        if self._past is None:
            store = self._engine.store
            if not isinstance(store, MemoryStore):
                raise Refused(409, "this emulator was given a store of its own, of which the lab cannot show the past")
            self._past = past = Past(store, self._replicated)
            self._former, self._engine.stale_reads = self._engine.stale_reads, StaleReads(past, self._lag)
        self._users += 1
        return self._past

    def end(self) -> None:
        self._users -= 1
        if not self._users and self._past is not None:
            self._past.end()
            self._engine.stale_reads, self._past = self._former, None

    def _lag(self, call: Call, touching: Sequence[Kept]) -> int:
        return self._unseen(call)
