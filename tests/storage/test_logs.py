"""What every log does: the one in memory that tests use, files, PostgreSQL, objects on a store with If-None-Match."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from typing import Any

import pytest
from memory_log import Kept, MemoryLog

from condemu.core.log import Log, LogUnavailable, Missed
from condemu.server.system import SystemClock
from condemu.storage.file_log import FileLog
from condemu.storage.postgres import Address, Database, opened
from condemu.storage.postgres_log import PostgresLog
from condemu.storage.s3_log import S3Log, S3Snapshots
from condemu.storage.s3_objects import Objects, S3Address

IDS = count(1)


class Logs:
    """Logs of one kind. `another()` uses the list that the first of them made, as another process would."""

    def __init__(self, another: Callable[[], Log], forget: Callable[[int], None] | None = None) -> None:
        self.another = another
        self.forget = forget


@pytest.fixture(params=["memory", "file", "postgresql", "s3"])
def logs(request: Any, tmp_path: Any) -> Iterator[Logs]:
    made: list[Log] = []

    def noted(log: Log) -> Log:
        made.append(log)
        return log

    if request.param == "memory":
        kept = Kept()
        yield Logs(lambda: noted(MemoryLog(kept)), lambda before: _forget(kept, before))
    elif request.param == "file":
        yield Logs(lambda: noted(FileLog(str(tmp_path), 0, None, 0, lambda bodies: None)))
    elif request.param == "s3":
        place = request.getfixturevalue("bucket")

        def one() -> Log:
            return noted(S3Log(Objects(S3Address(*place), SystemClock()), _token, lambda bodies: None))

        def forget(before: int) -> None:
            snapshots = S3Snapshots(Objects(S3Address(*place), SystemClock()))
            snapshots._objects.put(f"snapshot/{before:020d}", b"")
            snapshots._forget(before, [])
            snapshots.close()

        with closing(Objects(S3Address(*place), SystemClock())) as objects:
            objects.put("log/begin", b"")
        yield Logs(one, forget)
    else:
        server = request.getfixturevalue("postgres")
        address = Address(server.url(), "a database")

        def another() -> Log:
            database = Database(address)
            opened(database, b"secret")
            return noted(PostgresLog(database, _token, lambda bodies: None))

        schema = address.schema
        yield Logs(another, lambda before: server.psql(f"DELETE FROM {schema}.batch WHERE last < {before}") and None)
    for log in made:
        log.close()


def _token() -> bytes:
    return next(IDS).to_bytes(16, "big")


def _forget(kept: Kept, before: int) -> None:
    kept.rows = [row for row in kept.rows if row[1] > before]
    kept.forgotten = before


@pytest.fixture
def log(logs: Logs) -> Log:
    return logs.another()


@pytest.fixture
def two(logs: Logs, log: Log) -> tuple[Log, Log]:
    if log.alone:
        pytest.skip("one process has this log for itself")
    return log, logs.another()


def test_a_batch_is_appended_behind_the_last_one(log):
    assert log.append(0, 3, b"first", [])
    assert log.append(3, 4, b"second", [])


def test_a_batch_behind_any_other_than_the_last_one_is_refused(log):
    assert log.append(0, 3, b"first", [])
    assert log.append(3, 5, b"second", [])
    assert not log.append(0, 1, b"late", [])
    assert not log.append(3, 4, b"late", [])
    assert not log.append(4, 5, b"within another batch", [])
    assert not log.append(6, 7, b"early", [])
    assert log.append(5, 6, b"third", [])


def test_another_process_reads_what_was_appended_in_its_order(two):
    log, other = two
    log.append(0, 3, b"first", [])
    log.append(3, 4, b"\0second\xff", [])
    assert other.read(0) == [(3, b"first"), (4, b"\0second\xff")]
    assert other.read(3) == [(4, b"\0second\xff")]
    assert other.read(4) == []


def test_of_two_processes_that_append_behind_the_same_batch_one_is_refused_and_reads_the_others(two):
    log, other = two
    assert log.append(0, 1, b"ours", [])
    assert not other.append(0, 1, b"theirs", [])
    assert other.read(0) == [(1, b"ours")]
    assert other.append(1, 2, b"theirs", [])
    assert log.read(1) == [(2, b"theirs")]


def test_many_processes_that_append_at_once_make_one_list(logs, two):
    processes = [*two, logs.another(), logs.another()]
    ready = threading.Barrier(len(processes))

    def work(number: int) -> list[bytes]:
        log, last, written = processes[number], 0, []
        ready.wait()
        for turn in range(25):
            while True:
                batch = b"%d/%d" % (number, turn)
                if log.append(last, last + 1, batch, []):
                    written.append(batch)
                    last += 1
                    break
                last = log.read(last)[-1][0]
        return written

    with ThreadPoolExecutor(len(processes)) as pool:
        written = list(pool.map(work, range(len(processes))))
    told = [batch for _, batch in two[0].read(two[0].read(0)[0][0])]
    everything = [batch for _, batch in logs.another().read(0)]
    assert everything[1:] == told
    assert sorted(everything) == sorted(batch for own in written for batch in own)
    for number, own in enumerate(written):
        assert [batch for batch in everything if batch.startswith(b"%d/" % number)] == own


def test_a_replica_that_reads_later_than_the_log_begins_is_told_that_it_missed_something(logs, two):
    log, other = two
    for last in range(1, 5):
        log.append(last - 1, last, b"%d" % last, [])
    logs.forget(3)
    with pytest.raises(Missed):
        other.read(1)
    assert other.read(3) == [(4, b"4")]


def test_what_was_deleted_leaves_no_place_to_append_to(logs, two):
    log, other = two
    for last in range(1, 5):
        log.append(last - 1, last, b"%d" % last, [])
    logs.forget(3)
    assert not other.append(1, 2, b"a second list", [])
    with pytest.raises(Missed):
        other.read(1)
    assert log.append(4, 5, b"5", [])


def test_a_long_batch_comes_back_as_it_was(two):
    log, other = two
    long = bytes(range(256)) * 40_000
    assert log.append(0, 9, long, [])
    assert other.read(0) == [(9, long)]


def test_a_log_that_is_down_says_so():
    kept = Kept()
    log = MemoryLog(kept)
    kept.down = True
    with pytest.raises(LogUnavailable):
        log.append(0, 1, b"", [])
    with pytest.raises(LogUnavailable):
        log.read(0)
