"""A log in memory that several replicas share: what any log must do, in as few lines as possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from condemu.core.log import LogUnavailable, Missed


class Kept:
    """What all who use one log see: after, last, batch and the names of its bodies."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, bytes, tuple[Any, ...]]] = []
        self.forgotten = 0  # commits that are kept no more
        self.down = False

    @property
    def end(self) -> int:
        return self.rows[-1][1] if self.rows else self.forgotten


class MemoryLog:
    alone = False

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        self._look()
        if after != self.kept.end:
            return False
        self.kept.rows.append((after, last, batch, tuple(bodies)))
        return True

    def read(self, after: int) -> list[tuple[int, bytes]]:
        self._look()
        if after < self.kept.forgotten:
            raise Missed
        return [(last, batch) for begin, last, batch, _ in self.kept.rows if begin >= after]

    def close(self) -> None:
        """Nothing."""

    def _look(self) -> None:
        if self.kept.down:
            raise LogUnavailable("it is down")
