"""State that survives the process: a store in memory, its log in a directory, and snapshots that keep the log short.

At the start the newest snapshot is read, then the log after it; what is left of a commit that was never acknowledged is cut off,
and so are bodies that no record names. While it serves, a snapshot is begun whenever the log has grown by as much as the last
snapshot, and at least by 64 MiB; when it is on the disk, what it replaces is deleted. So the log that a start has to read is
bounded by what there is, not by what happened.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final

from condemu.core.blobs import Blob
from condemu.core.effects import Clock, Ids
from condemu.core.spaces import Space
from condemu.core.store import MemoryStore
from condemu.storage import file_log, snapshots
from condemu.storage.batches import Batches, Unreadable
from condemu.storage.committer import Committer
from condemu.storage.data_directory import DataDirectory, DataUnusable
from condemu.storage.file_blobs import FileBlobs
from condemu.storage.file_log import FileLog, LogReader
from condemu.storage.frames import Damaged, OtherFormat
from condemu.storage.growth import GROWN, Growth
from condemu.storage.snapshots import SnapshotWriter
from condemu.storage.spool import say


class Durable:
    """A data directory in use. What a program needs of it are `store`, `blobs` and `committer`.

    `name` makes names for bodies that nobody ever made before. Raises DataUnusable.
    """

    def __init__(
        self, path: str, spaces: Sequence[Space], clock: Clock, ids: Ids, *, name: Callable[[], str], budget: int,
        grown: int = GROWN, tell: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.directory = DataDirectory(path, secret=f"{name()}{name()}".encode())
        self.seal = self.directory.secret
        self.growth = Growth(grown, self.write_snapshot)
        self._tell = tell or say
        try:
            self.blobs = FileBlobs(self.directory.bodies, name, budget=budget)
            self._batches = Batches(spaces, self.blobs)
            self.store = MemoryStore(clock, ids)
            log = self._load()
        except (Damaged, OtherFormat, Unreadable) as problem:
            self.directory.close()
            raise DataUnusable(self._advice(str(problem))) from None
        except OSError as problem:
            self.directory.close()
            raise DataUnusable(f"{path} cannot be read: {problem.strerror}") from None
        except BaseException:
            self.directory.close()
            raise
        self.committer = Committer(self.store, log, self._batches)
        self.committer.grown = self.growth.grown
        self._log = log

    def _load(self) -> FileLog:
        path = self.directory.path
        for name in os.listdir(path):
            if name.endswith(".part"):
                os.unlink(os.path.join(path, name))
        collecting = gc.isenabled()
        gc.disable()  # what is read is all going to stay
        try:
            kept = snapshots.snapshots(path)
            if kept:
                index, newest = kept[-1]
                self.store.load(snapshots.read(newest, self._batches).items(), index)
                self.growth.ended(os.path.getsize(newest))
            reader = LogReader(path, self.store.index)
            for frame in reader:
                self.growth.read(len(frame.content))
                for commit in self._batches.commits(frame.content):
                    self.store.apply(commit)
        finally:
            if collecting:
                gc.enable()
        ending = reader.ending
        lost = file_log.lost(path, ending)
        if lost:
            raise DataUnusable(self._advice(lost))
        if ending.damage is not None:
            self._tell(f"condemu: {path}: what follows commit {ending.last} was never acknowledged, and is cut off")
        gone = self.blobs.collect()
        if gone:
            self._tell(f"condemu: {path}: {gone} bodies that no record names are removed")
        whole = ending.segment is not None and ending.end >= len(file_log.TITLE)
        return FileLog(path, ending.last, ending.segment if whole else None, ending.end, self.blobs.sync)

    def _advice(self, problem: str) -> str:
        path = self.directory.path
        return f"{problem}. `condemu data check {path}` says more; `condemu data repair {path}` goes on with what is intact"

    # snapshots

    async def write_snapshot(self) -> None:
        """Write a snapshot while others go on, and delete what it replaces. A full disk ends it; the log has everything."""
        self.growth.begun()
        path, store = self.directory.path, self.store
        try:
            await self.committer.aside(self._log.roll)
            writer = SnapshotWriter(path, store, self._batches, store.index)
        except OSError as problem:
            self._tell(f"condemu: {path}: no snapshot could be written: {problem.strerror}")
            return
        try:
            while writer.step():
                await asyncio.sleep(0)
            await asyncio.to_thread(writer.finish, self.blobs.sync)
        except BaseException as problem:
            writer.abandon()
            if not isinstance(problem, OSError):
                raise
            self._tell(f"condemu: {path}: no snapshot could be written: {problem.strerror}")
            return
        self.growth.ended(writer.size)
        await asyncio.to_thread(self._forget_before, writer.index)

    def _forget_before(self, index: int) -> None:
        """Delete the snapshots before this one, and the segments that end before it."""
        path = self.directory.path
        old = [name for at, name in snapshots.snapshots(path) if at < index]
        found = file_log.segments(path)
        old += [segment.path for segment, later in pairwise(found) if later.after <= index]
        for name in old:
            with suppress(FileNotFoundError):
                os.unlink(name)

    trouble: Final = ""

    async def bring(self, blob: Blob) -> None:
        """Nothing: all bodies are here."""

    def close(self) -> None:
        """Give the directory back. Nothing can be read or committed any more."""
        self.committer.close()
        self.blobs.close()
        self.directory.close()
