"""The lab's instruments of a fixture or mock in this process: faults, holds, the clock, snapshots.

Each is an observer of the fixture's own account, made when it is first asked for: who uses none pays nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from condemu.core.spaces import Snapshot, restore, snapshot
from condemu.core.store import MemoryStore
from condemu.lab.faults import OF_SCHEDULES, OVERLAP, STALE, Counted, Fault, UnknownFault, fault
from condemu.lab.holds import STAGES, Hold, Holds, Parked, picking
from condemu.lab.rules import Rules
from condemu.lab.staleness import Lag, Past, StaleReads

if TYPE_CHECKING:
    from condemu.server.app import Emulator

INSTEAD: Final = {
    OVERLAP: "a hold with overlapping=True lets a request be under way meanwhile",
    STALE: "condemu.stale_reads lets the reads of a block lag behind",
}
PATIENCE: Final = 30.0  # seconds that `wait` waits for a request to come to a hold


class NeverHappened(AssertionError):
    """A fault that struck nothing, or a hold that nobody came to: the test shows nothing."""


class ThreadGate:
    """Where a request's own thread waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._event = threading.Event()

    async def passed(self) -> bool:
        return self._event.wait(self._seconds)

    def open(self) -> None:
        self._event.set()


class Holding:
    """A hold, as a test has it in hand."""

    def __init__(self, holds: Holds, hold: Hold, came: threading.Condition) -> None:
        self._holds = holds
        self._hold = hold
        self._came = came

    @property
    def waiting(self) -> list[str]:
        """Who waits, and for what: "ann's PutObject locks/leader"."""
        return [str(parked) for parked in self._holds.waiting_at(self._hold)]

    @property
    def hits(self) -> int:
        """How many requests came to it."""
        return self._hold.counted.hits

    def wait(self, count: int = 1, seconds: float = PATIENCE) -> None:
        """Wait until so many requests wait here. Raises TimeoutError, with those that do."""
        with self._came:
            if not self._came.wait_for(lambda: len(self._holds.waiting_at(self._hold)) >= count, seconds):
                there = ", ".join(self.waiting) or "nobody"
                raise TimeoutError(f"{self._hold}: {count} requests were waited for, and after {seconds:g} s {there} waits")

    def release(self) -> None:
        """Let the request go on that has waited longest. Raises LookupError when nobody waits."""
        if not self._holds.release(self._hold):
            raise LookupError(f"{self._hold}: nobody waits here")

    def release_all(self) -> None:
        """Let everybody go on who waits now."""
        self._holds.release(self._hold, everybody=True)


class Instruments:
    """Those of one account of an emulator."""

    def __init__(self, emulator: Emulator, account: str) -> None:
        self._emulator = emulator
        self._account = account
        self._came = threading.Condition()
        self._rules: Rules | None = None
        self._holds: Holds | None = None

    @contextmanager
    def fault(self, word: str | Fault, *, must_strike: bool, **rule: Any) -> Iterator[Counted]:
        made = fault(word, **rule)
        if made.word in OF_SCHEDULES:
            raise UnknownFault(f"{made.word} is for explore; {INSTEAD.get(made.word, 'here nobody knows what an actor is')}")
        if self._rules is None:
            from condemu.server.app import FAULTS

            self._rules = Rules(FAULTS, _delay)
            self._emulator.engine.observe(self._rules, self._account)
        counted = self._rules.add(made)
        try:
            yield counted
        finally:
            self._rules.remove(counted)
        if must_strike and not counted.hits:
            came = f"{counted.seen} requests were for it, and none was struck" if counted.seen else "no request was for it"
            raise NeverHappened(f"the fault {made} never struck: {came}")

    @contextmanager
    def hold(
        self, operation: str, *, stage: str, seconds: float, overlapping: bool, must_hold: bool, **rule: Any
    ) -> Iterator[Holding]:
        if stage not in STAGES:
            raise ValueError(f"a request is held at {' or '.join(STAGES)}, not at {stage!r}")
        service, _, name = operation.rpartition(":")
        made = picking(service, name, **rule)
        if self._holds is None:
            self._holds = Holds(ThreadGate, time.monotonic, self._parked)
            self._emulator.engine.observe(self._holds, self._account)
        hold = self._holds.add(made, stage, seconds, overlapping)
        try:
            yield Holding(self._holds, hold, self._came)
        finally:
            self._holds.remove(hold)
        if hold.late:
            raise NeverHappened("; ".join(hold.late))
        if must_hold and not hold.counted.hits:
            raise NeverHappened(f"{hold}: no request came to it")

    @contextmanager
    def stale_reads(self, lag: Lag) -> Iterator[None]:
        from condemu.server.state import REPLICATED

        engine = self._emulator.engine
        assert isinstance(engine.store, MemoryStore)
        past = Past(engine.store, REPLICATED)
        former, engine.stale_reads = engine.stale_reads, StaleReads(past, lag.on(past))
        try:
            yield
        finally:
            engine.stale_reads = former
            past.end()

    def _parked(self, parked: Parked) -> None:
        with self._came:
            self._came.notify_all()

    def snapshot(self) -> Snapshot:
        from condemu.server.state import SPACES

        return self._emulator.engine.store.view(lambda txn: snapshot(txn, SPACES, self._account))

    def restore(self, kept: Snapshot) -> None:
        from condemu.server.state import SPACES

        self._emulator.engine.administer_now(lambda txn: restore(txn, SPACES, kept), "Restore")


async def _delay(seconds: float) -> None:
    """In this process a request's own thread waits."""
    time.sleep(seconds)
