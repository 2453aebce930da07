"""How a committer appends: by itself where that is quick, by its thread otherwise; and what it does when log and memory part.

The rule is `storage/committer.py`'s own; AWS has nothing to say about it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from memory_log import Kept, MemoryLog

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.log import LogUnavailable
from condemu.core.service import at_once
from condemu.core.store import MemoryStore, Txn
from condemu.server.state import SPACES
from condemu.storage import committer as module
from condemu.storage.batches import Batches
from condemu.storage.committer import DETOURS, Committer, Pace
from condemu.storage.file_blobs import FileBlobs
from condemu.sts.records import SESSIONS, Session


class NotedLog:
    """A log that has room for everything and notes who appends."""

    alone = True

    def __init__(self) -> None:
        self.last = 0
        self.by: list[threading.Thread] = []
        self.before: Callable[[], None] = lambda: None

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        self.by.append(threading.current_thread())
        self.before()
        if after != self.last:
            return False
        self.last = last
        return True

    def read(self, after: int) -> list[tuple[int, bytes]]:
        return []

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def log() -> NotedLog:
    return NotedLog()


@pytest.fixture
def committer(log: NotedLog, tmp_path: Any) -> Iterator[Committer]:
    store = MemoryStore(ManualClock(), CountingIds())
    made = Committer(store, log, Batches(SPACES, FileBlobs(str(tmp_path), lambda: "name")))
    yield made
    made.close()


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each append takes, by the committer's watch."""
    took = [0.0]
    moments = iter(lambda: moments_of(took), None)
    monkeypatch.setattr(module, "perf_counter", lambda: next(moments))
    return took


_NOW = [0.0, 0.0]  # the watch, and whether an append is under way


def moments_of(took: list[float]) -> float:
    _NOW[0] += took[0] if _NOW[1] else 0.0
    _NOW[1] = not _NOW[1]
    return _NOW[0]


def put(number: int) -> Callable[[Txn], int]:
    def decide(txn: Txn) -> int:
        txn.put(SESSIONS, ("000000000000", f"key {number}"), Session("secret", "token", 0.0, 1.0))
        return number

    return decide


def held(committer: Committer) -> int:
    return committer.store.view(lambda txn: sum(1 for _ in txn.scan(SESSIONS)))


def commit_all(committer: Committer, numbers: Sequence[int]) -> None:
    """One after the other, in one loop."""

    async def run() -> None:
        for number in numbers:
            assert (await committer.commit(put(number))).result == number

    asyncio.run(run())


def test_a_quick_append_is_the_loops(committer, log, seconds):
    commit_all(committer, range(5))
    assert log.by == [threading.main_thread()] * 5
    assert held(committer) == 5


def test_after_a_slow_append_the_next_ones_are_the_threads_and_more_of_them_each_time(committer, log, seconds):
    seconds[0] = 1.0
    first, _ = DETOURS
    commit_all(committer, range(1 + first + 1 + 4 * first + 1))
    here = [place for place, thread in enumerate(log.by) if thread is threading.main_thread()]
    assert here == [0, 1 + first, 1 + first + 1 + 4 * first]
    assert held(committer) == len(log.by)


def test_the_detours_are_bounded_and_get_fewer_where_the_disk_is_quick_again():
    pace = Pace()
    detours = []
    for _ in range(10):
        assert pace.may_wait()
        pace.waited(1.0)
        detours.append(sum(1 for _ in iter(pace.may_wait, True)))
    assert detours == sorted(detours)
    assert detours[-1] == DETOURS[1]
    for _ in range(20):
        assert pace.may_wait()
        pace.waited(0.0)
    pace.waited(1.0)
    assert sum(1 for _ in iter(pace.may_wait, True)) == DETOURS[0]


def test_while_the_thread_does_something_else_with_the_log_it_appends_too(committer, log, seconds):
    """A segment may be begun meanwhile: the log is one thread's at a time."""
    go_on = threading.Event()

    async def run() -> None:
        aside = asyncio.ensure_future(committer.aside(lambda: go_on.wait() and None))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(committer.commit(put(1)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert log.by == []
        go_on.set()
        await asyncio.gather(aside, waiting)
        await committer.commit(put(2))

    asyncio.run(run())
    assert [thread is threading.main_thread() for thread in log.by] == [False, True]
    assert held(committer) == 2


@pytest.mark.parametrize("quick", [True, False])
def test_a_log_that_nobody_else_has_and_that_parted_from_memory_refuses_at_once(committer, log, seconds, quick):
    """No other try would mend it, so there is none."""
    if not quick:
        seconds[0] = 1.0
    commit_all(committer, [1])
    log.last += 1
    with pytest.raises(LogUnavailable, match="the log does not go on after commit 1"):
        commit_all(committer, [2])
    assert len(log.by) == 2
    assert (held(committer), committer.store.index) == (1, 1)


@pytest.mark.parametrize("quick", [True, False])
def test_an_append_that_fails_changes_nothing(committer, log, seconds, quick):
    if not quick:
        seconds[0] = 1.0
    commit_all(committer, [1])

    def fail() -> None:
        raise LogUnavailable("the disk is full")

    log.before = fail
    with pytest.raises(LogUnavailable, match="the disk is full"):
        commit_all(committer, [2])
    assert (held(committer), committer.store.index) == (1, 1)
    log.before = lambda: None
    commit_all(committer, [3])
    assert (held(committer), committer.store.index) == (2, 2)


def test_who_wants_to_have_caught_up_is_told_that_the_log_does_not_answer(tmp_path):
    """In a loop and outside of one."""
    kept = Kept()
    log = MemoryLog(kept)
    batches = Batches(SPACES, FileBlobs(str(tmp_path), lambda: "name"))
    committer = Committer(MemoryStore(ManualClock(), CountingIds()), log, batches)
    at_once(committer.catch_up())
    asyncio.run(committer.catch_up())
    kept.down = True
    with pytest.raises(LogUnavailable, match="it is down"):
        at_once(committer.catch_up())
    with pytest.raises(LogUnavailable, match="it is down"):
        asyncio.run(committer.catch_up())
    kept.down = False
    at_once(committer.catch_up())
    committer.close()
