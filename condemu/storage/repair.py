"""What is intact of a data directory, and how to go on with it when something is not.

`Inspected` reads all that a start reads, changes nothing, and reports what it found. `repair` goes on with what there is: all
sound frames of the newest snapshot, then the log up to the first commit that is not sound, because later ones may rest on it. It
writes that as a new snapshot, and moves what it replaces into a folder beside it, where nothing looks for it any more and nothing
is lost. The next commit is numbered after the last that was ever acknowledged: clients know numbers of commits in version ids.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import count
from typing import Final

from condemu.core.effects import Clock, Ids
from condemu.core.records import record
from condemu.core.spaces import Space
from condemu.core.store import MemoryStore
from condemu.storage import file_log, snapshots
from condemu.storage.batches import Batches, Unreadable
from condemu.storage.data_directory import DataDirectory, DataUnusable
from condemu.storage.file_blobs import FileBlobs
from condemu.storage.file_log import LogReader
from condemu.storage.frames import OtherFormat
from condemu.storage.snapshots import SnapshotWriter

ASIDE: Final = "damaged"


@record
class Report:
    """What is in a data directory. `damage` says what is wrong; `torn` what was never acknowledged and does not count.

    `intact` is the last commit up to which everything is there. `missing` are bodies that records name and that are not there.
    """

    path: str
    snapshot: int | None
    entries: int
    intact: int
    acknowledged: int | None
    damage: tuple[str, ...]
    torn: str
    missing: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.damage and not self.missing

    def __str__(self) -> str:
        begun = "no snapshot" if self.snapshot is None else f"a snapshot of commit {self.snapshot}"
        lines = [f"{self.path}: {begun}, commits up to {self.intact}, {self.entries} entries"]
        if self.torn:
            lines.append(f"behind them something was begun and never acknowledged; a start cuts it off ({self.torn})")
        lines += [f"DAMAGED: {damage}" for damage in self.damage]
        lines += [f"MISSING: the body {name}" for name in self.missing]
        if not self.damage and not self.missing:
            lines.append("all of it is sound")
        return "\n".join(lines)


class Inspected:
    """A data directory, locked and read as far as it can be. Raises DataUnusable when it cannot be read at all."""

    def __init__(self, path: str, spaces: Sequence[Space], clock: Clock, ids: Ids) -> None:
        self.directory = DataDirectory(path)
        try:
            self.blobs = FileBlobs(self.directory.bodies, lambda: ids.token(16).hex())
            self.batches = Batches(spaces, self.blobs)
            self.store = MemoryStore(clock, ids)
            self.report = self._read(path)
        except (OtherFormat, Unreadable) as problem:
            self.close()
            raise DataUnusable(f"{problem}; it is another version's, which has to export it") from None
        except OSError as problem:
            self.close()
            raise DataUnusable(f"{path} cannot be read: {problem.strerror}") from None

    def _read(self, path: str) -> Report:
        damage: list[str] = []
        kept = snapshots.snapshots(path)
        if kept:
            index, newest = kept[-1]
            tables, problems = snapshots.salvaged(newest, self.batches)
            damage += problems
            self.store.load(tables.items(), index)
        reader = LogReader(path, self.store.index)
        for frame in reader:
            for commit in self.batches.commits(frame.content):
                self.store.apply(commit)
        ending = reader.ending
        lost = file_log.lost(path, ending)
        if lost:
            damage.append(lost)
        torn = str(ending.damage) if ending.damage is not None and not lost else ""
        entries = self.store.view(lambda txn: sum(1 for name in txn.tables() for _ in txn.scan(name)))
        missing = tuple(sorted(body.name for body in self.blobs.missing()))
        return Report(
            path, kept[-1][0] if kept else None, entries, ending.last, file_log.acknowledged(path), tuple(damage), torn, missing
        )

    def repair(self) -> str:
        """Go on with what is intact. The folder into which the rest was moved."""
        path = self.directory.path
        index = max(self.report.intact, self.report.acknowledged or 0) + 1
        writer = SnapshotWriter(path, self.store, self.batches, index)
        while writer.step():
            pass
        writer.finish(self.blobs.sync)
        folders = (os.path.join(path, f"{ASIDE}-{number}") for number in count(1))
        aside = next(folder for folder in folders if not os.path.exists(folder))
        os.mkdir(aside)
        old = [name for at, name in snapshots.snapshots(path) if at != index]
        old += [segment.path for segment in file_log.segments(path)]
        for name in old:
            os.rename(name, os.path.join(aside, os.path.basename(name)))
        file_log.acknowledge(path, index)
        return aside

    def close(self) -> None:
        self.directory.close()
