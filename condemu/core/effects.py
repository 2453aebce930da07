"""Time and chance, the only sources of nondeterminism, as two small protocols.

The real ones live in `server/system.py`. The ones here are for tests and for the lab: a clock that moves when told to, and
identifiers that count.
"""

from __future__ import annotations

from hashlib import shake_128
from itertools import count
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970-01-01T00:00:00Z."""
        ...


class Ids(Protocol):
    """`seeded` says that the tokens are a function of a seed: then every call has identifiers of its own, `of` its identity, and
    another order of the same calls gives each of them the same tokens."""

    seeded: bool

    def token(self, size: int) -> bytes:
        """`size` bytes that nobody has seen before (for 8 bytes and more)."""
        ...

    def of(self, identity: str) -> Ids:
        """The identifiers of one decision: the same for the same seed and identity, from the first token on."""
        ...

    def again(self) -> Ids:
        """For a decision that is run once more: the identifiers from the first on, where they are one decision's."""
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
    """Reproducible and distinct, in the order of their use: the n-th token is a hash of the seed and n."""

    seeded = False

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._numbers = count(1)

    def token(self, size: int) -> bytes:
        return shake_128(f"{self._seed}/{next(self._numbers)}".encode()).digest(size)

    def of(self, identity: str) -> Ids:
        return self

    def again(self) -> Ids:
        return self


class SeededIds(CountingIds):
    """Reproducible whatever the order of the calls: each call counts for itself."""

    seeded = True

    def of(self, identity: str) -> Ids:
        return _DecisionIds(f"{self._seed}/{identity}")


class _DecisionIds(CountingIds):
    def again(self) -> Ids:
        return _DecisionIds(self._seed)
