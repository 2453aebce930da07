"""`stale_reads`: for as long as it is active, the eventually consistent reads of a test are answered from the past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from condemu.core.store import MemoryStore
from condemu.lab.staleness import Lag, Past, StaleReads


class NotHere(RuntimeError):
    """There is no emulator in this process whose reads could be stale."""


@contextmanager
def stale_reads(
    commits: int = 0, *, seconds: float = 0.0, until_time_moves: bool = False, seed: int | None = None
) -> Iterator[None]:
    """Let reads of DynamoDB and SimpleDB that need not be consistent lag behind what is written meanwhile.

    `commits` counts the last writes, of those that touch what is read; with a `seed` it is so many at most, by chance. `seconds`
    and `until_time_moves` go by the emulator's clock. Consistent reads, conditions and S3 are never stale.
    """
    from condemu.server.app import REPLICATED, Emulator
    from condemu.testing import activation

    here = activation.current()
    if here is None or not isinstance(here.emulator, Emulator):
        raise NotHere("stale_reads needs the fixture `condemu` or mock_aws, answered in this process")
    engine = here.emulator.engine
    if not isinstance(engine.store, MemoryStore):
        raise NotHere("stale_reads needs a store in memory")
    past = Past(engine.store, REPLICATED)
    former, engine.stale_reads = engine.stale_reads, StaleReads(past, Lag(commits, seconds, until_time_moves, seed).on(past))
    try:
        yield
    finally:
        engine.stale_reads = former
        past.end()
