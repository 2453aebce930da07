"""Ends what another process had begun when it was killed: exports and imports that nobody goes on with.

Every few seconds each process that shares its state marks what it carries out itself (`core/under_way.py`), and looks at what
others do. What has stood still for a minute of such looks is ended as failed. No clock is compared with another's; a process that
was only slow finds its work ended, and leaves it at that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from condemu.core.calls import EXPORT
from condemu.core.engine import Engine
from condemu.core.log import LogUnavailable
from condemu.core.store import Key, Record, Txn
from condemu.core.under_way import Work

PERIOD: Final = 5.0  # seconds between two looks
STILL: Final = 12  # looks for which a record stands still whose process has ended


class Watchman:
    """Looks after the work of one emulator and of those that share its state."""

    def __init__(self, engine: Engine, works: Sequence[Work]) -> None:
        self._engine = engine
        self._works = works
        self._seen: dict[tuple[str, Key], tuple[Record, int]] = {}  # and for how many looks it has been so
        self._look: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look again and again, for as long as the running loop runs."""
        asyncio.get_running_loop().call_later(PERIOD, self._again)

    def _again(self) -> None:
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._looked())
        self.begin()

    async def _looked(self) -> None:
        with suppress(LogUnavailable):  # somebody else tells of it
            await self.look()

    async def look(self) -> None:
        """Mark what this process does, and end what stands still. Raises LogUnavailable."""
        engine, before, self._seen = self._engine, self._seen, {}
        over = []
        for work, key, held in engine.store.view(self._under_way):
            place = (work.space, key)
            if place in engine.at_work:
                await engine.administer(partial(work.beat, key), "Beat", EXPORT)
                continue
            known, looks = before.get(place, (held, -1))
            looks = looks + 1 if known == held else 0
            self._seen[place] = held, looks
            if looks >= STILL:
                over.append((work, key, held))
        for work, key, held in over:
            await engine.administer(partial(work.end, key, held), "CutOff", EXPORT)

    def _under_way(self, txn: Txn) -> list[tuple[Work, Key, Any]]:
        return [(work, key, held) for work in self._works for key, held in txn.scan(work.space) if work.is_under_way(held)]
