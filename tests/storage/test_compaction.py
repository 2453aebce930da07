"""A log that is written for ever does not grow for ever, and nobody waits while it is made short."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from condemu.core.blobs import Blob
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.store import Txn
from condemu.s3.state.records import OBJECTS, Version
from condemu.server.state import SPACES
from condemu.storage import file_log, snapshots
from condemu.storage.durable import Durable

KEYS = 1000
TOGETHER = 256  # decisions that are under way at once


def opened(path: Path, grown: int) -> Durable:
    names = CountingIds("names")
    clock, ids = ManualClock(), CountingIds()
    return Durable(str(path), SPACES, clock, ids, name=lambda: names.token(16).hex(), budget=1 << 20, grown=grown)


async def written(kept: Durable, commits: int) -> None:
    """Count up one thousand objects in turn."""
    numbers = iter(range(commits))

    async def one() -> None:
        for number in numbers:

            def decide(txn: Txn, number: int = number) -> None:
                key = ("000000000000", 1, f"key-{number % KEYS}")
                held = txn.get(OBJECTS, key)
                before = 0 if held is None else int(held.body.bytes())
                body = Blob.of(b"%d" % (before + 1))
                txn.put(OBJECTS, key, Version("null", txn.index, txn.index, txn.now, "000000000000", size=body.size, body=body))

            await kept.committer.commit(decide)

    await asyncio.gather(*(one() for _ in range(TOGETHER)))
    while kept.growth.writing is not None and not kept.growth.writing.done():
        await asyncio.sleep(0)


def size_of(kept: Durable) -> int:
    found = Path(kept.directory.path).glob("*.cdm*")
    return sum(file.stat().st_size for file in found if file.exists())


def counted(kept: Durable) -> list[int]:
    return kept.store.view(lambda txn: [int(held.body.bytes()) for _, held in txn.scan(OBJECTS)])


def compacted(path: Path, commits: int, grown: int) -> None:
    kept = opened(path, grown)
    asyncio.run(written(kept, commits))
    assert counted(kept) == [commits // KEYS] * KEYS
    assert size_of(kept) < 100 * commits / 2  # a commit takes more than two hundred bytes
    kept.close()
    assert len(snapshots.snapshots(str(path))) == 1
    assert file_log.segments(str(path))[0].after > 0
    again = opened(path, grown)
    assert counted(again) == [commits // KEYS] * KEYS
    assert again.store.index == commits
    again.close()


def test_twenty_thousand_commits_leave_no_more_than_what_there_is(tmp_path):
    compacted(tmp_path, 20_000, 400_000)


def test_a_process_that_is_started_often_compacts_its_log_too(tmp_path):
    """Each run appends less than what a snapshot is worth; what the start has read counts."""
    for _ in range(6):
        kept = opened(tmp_path, 400_000)
        asyncio.run(written(kept, KEYS))  # some 250,000 bytes
        kept.close()
    assert len(snapshots.snapshots(str(tmp_path))) == 1
    assert file_log.segments(str(tmp_path))[0].after > 0
    again = opened(tmp_path, 400_000)
    assert counted(again) == [6] * KEYS
    again.close()


@pytest.mark.exhaustive
def test_ten_million_commits_compact_while_they_are_made(tmp_path):
    compacted(tmp_path, 10_000_000, 64 * 1024 * 1024)
