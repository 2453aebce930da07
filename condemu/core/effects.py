"""Time and chance, the only sources of nondeterminism, as two small protocols.

The real ones live in `server/system.py`. The ones here are for tests and for the lab: a clock that moves when told to, and
identifiers that count.
"""

from __future__ import annotations

from hashlib import shake_128
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970-01-01T00:00:00Z."""
        ...


class Ids(Protocol):
    def token(self, size: int) -> bytes:
        """`size` bytes that nobody has seen before (for 8 bytes and more)."""
        ...


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, now: float = 1_767_225_600.0) -> None:  # 2026-01-01T00:00:00Z
        self._now = now

    def now(self) -> float:
        return self._now

    def set(self, now: float) -> None:
        self._now = now

    def advance(self, seconds: float) -> None:
        self._now += seconds


class CountingIds:
    """Reproducible and distinct: the n-th token is a hash of the seed and n."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._count = 0

    def token(self, size: int) -> bytes:
        self._count += 1
        return shake_128(f"{self._seed}/{self._count}".encode()).digest(size)
