"""State that several processes share: a store in memory, which is a replica of a log that all of them append to.

At the start the newest snapshot is read, then the log after it. From then on a thread follows what others append, so that reads
which need not be strong are fresh and those that must be find little to catch up with. Whoever sees that the log has grown by as
much as the last snapshot, and at least by 64 MiB, writes the next one.

While the log cannot be read or written, everything is refused that needs it, one line is said, and the thread goes on trying.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any, Final, Protocol

from condemu.core.blobs import Blob
from condemu.core.effects import Clock, Ids
from condemu.core.log import Log, LogUnavailable, Missed
from condemu.core.service import at_once
from condemu.core.spaces import Space
from condemu.core.store import MemoryStore
from condemu.storage import snapshots
from condemu.storage.batches import Batches, Unreadable
from condemu.storage.committer import Committer
from condemu.storage.data_directory import DataUnusable
from condemu.storage.file_blobs import SUFFIX, BodyFile, FileBlobs
from condemu.storage.frames import Damaged, OtherFormat
from condemu.storage.growth import GROWN, Growth
from condemu.storage.scratch import scratch_directory
from condemu.storage.shipped_bodies import Bodies, ShippedBodies
from condemu.storage.snapshots import SnapshotWriter
from condemu.storage.spool import say

PATIENCE: Final = 2.0  # seconds between two looks at a log that nobody tells of, or that does not answer
TEND: Final = 120.0  # seconds between two looks at the bodies that died
THOROUGHLY: Final = 30  # looks between two at all bodies: an hour
STRAY: Final = 3600.0  # seconds since a file of the shared directory was written, before which it may yet be named


class Snapshots(Protocol):
    """Where snapshots are kept."""

    def newest(self) -> int: ...

    def fetch(self, path: str) -> bool: ...

    def put(self, index: int, path: str) -> None: ...

    def close(self) -> None: ...


class Bell(Protocol):
    """Rings when somebody may have appended."""

    def wait(self, seconds: float) -> bool: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


class Place(Protocol):
    """Where state is shared. Each part of it is used by one thread at a time. `secret` is one for all who share it."""

    @property
    def shown(self) -> str: ...

    @property
    def secret(self) -> bytes: ...

    @property
    def snapshots(self) -> Snapshots: ...

    @property
    def bodies(self) -> Bodies: ...

    @property
    def bell(self) -> Bell: ...

    def log(self, ship: Callable[[Sequence[Any]], None], name: Callable[[], str]) -> Log: ...


class Attended:
    """A log of which somebody wants to know whether it answers."""

    def __init__(self, log: Log, heard: Callable[[str], None]) -> None:
        self._log = log
        self._heard = heard
        self.alone = log.alone

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        try:
            appended = self._log.append(after, last, batch, bodies)
        except LogUnavailable as failure:
            self._heard(str(failure))
            raise
        self._heard("")
        return appended

    def read(self, after: int) -> list[tuple[int, bytes]]:
        try:
            batches = self._log.read(after)
        except LogUnavailable as failure:
            self._heard(str(failure))
            raise
        self._heard("")
        return batches

    def close(self) -> None:
        self._log.close()


class Shared:
    """A replica of shared state. What a program needs of it are `store`, `blobs` and `committer`.

    `directory` has the bodies, where all processes share one; else they are in the place, and a directory of this process alone
    has copies. `name` makes names that no
    process ever made. Raises DataUnusable.
    """

    def __init__(
        self, place: Place, spaces: Sequence[Space], clock: Clock, ids: Ids, *, name: Callable[[], str],
        budget: int, directory: str = "",
        grown: int = GROWN, tell: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.place = place
        self.seal = place.secret
        self.trouble = ""  # why the log cannot be used now
        self._tell = tell or say
        self.growth = Growth(grown, self.write_snapshot)
        self._scratch, self._lock = scratch_directory("condemu-shared-")
        self._own_bodies = not directory
        self._ended = threading.Event()
        self.store = MemoryStore(clock, ids)
        self.blobs = FileBlobs(
            directory or self._scratch, name, budget=budget,
            fetch=None if directory else self._fetch, ship=self._ship, lasting=bool(directory),
        )  # fmt: skip
        self.shipped = ShippedBodies(place.bodies, self.blobs)
        self._batches = Batches(spaces, self.blobs)
        self._log = Attended(place.log(self.shipped.ship, name), self._heard)
        self._aside = ThreadPoolExecutor(1, "condemu-snapshots")
        try:
            if directory:
                os.makedirs(directory, exist_ok=True)
            self._load()
            for last, content in self._log.read(self.store.index):
                self._apply(last, content)
        except (LogUnavailable, Damaged, OtherFormat, Unreadable, OSError) as problem:
            self._abandon()
            raise DataUnusable(f"{place.shown} cannot be read: {problem}") from None
        except Missed:
            self._abandon()
            raise DataUnusable(f"{place.shown} cannot be read: its log begins later than its snapshot") from None
        self.committer = Committer(self.store, self._log, self._batches, self._load)
        self.committer.grown = self.growth.grown
        self._follower = threading.Thread(target=self._follow, name="condemu-follower", daemon=True)
        self._follower.start()
        self._keeper = threading.Thread(target=self._keep, name="condemu-keeper", daemon=True)
        self._keeper.start()

    def _abandon(self) -> None:
        self._aside.shutdown()
        shutil.rmtree(self._scratch, ignore_errors=True)
        os.close(self._lock)

    def _load(self) -> None:
        """Hold what the newest snapshot says, or nothing where there is none."""
        path = os.path.join(self._scratch, "read.snapshot")
        collecting = gc.isenabled()
        gc.disable()  # what is read is all going to stay
        try:
            if self.place.snapshots.fetch(path):
                index, tables = snapshots.index_of(path), snapshots.read(path, self._batches)
                self.store.load(tables.items(), index)
                self.growth.begun()
                self.growth.ended(os.path.getsize(path))
                os.unlink(path)
            else:
                self.store.load((), 0)
        finally:
            if collecting:
                gc.enable()

    def _apply(self, last: int, content: bytes) -> None:
        self.growth.read(len(content))
        for commit in self._batches.commits(content):
            self.store.apply(commit)

    def _ship(self, body: BodyFile) -> None:
        self.shipped.ship_one(body)

    def _fetch(self, name: str, path: str) -> None:
        try:
            self.shipped.fetch(name, path)
        except LogUnavailable as failure:
            raise OSError(str(failure)) from failure

    async def bring(self, blob: Blob) -> None:
        """Return when all of a body can be read at once. Raises LogUnavailable."""
        for leaf, _, _ in blob.spans:
            if isinstance(leaf, BodyFile) and not os.path.exists(self.blobs.place(leaf.name)):
                await asyncio.to_thread(self.shipped.fetch, leaf.name, self.blobs.place(leaf.name))

    # what is heard of the log

    def _heard(self, trouble: str) -> None:
        before, self.trouble = self.trouble, trouble
        if trouble and not before:
            self._tell(f"condemu: {trouble}: requests are refused until it answers")
        elif before and not trouble:
            self._tell(f"condemu: {self.place.shown} answers again")

    def _follow(self) -> None:
        """Until the end: wake the replica when somebody appended, and see to it that a log that failed is tried again."""
        while not self._ended.is_set():
            try:
                rung = self.place.bell.wait(PATIENCE)
                if rung or self.trouble:
                    self.committer.poke()
                    if self.trouble:
                        self._ended.wait(PATIENCE / 4)
            except LogUnavailable:
                self.committer.poke()  # the log knows better whether it answers
                self._ended.wait(PATIENCE / 4)

    def _keep(self) -> None:
        """Until the end: look after the bodies, now and then after all that there are."""
        for look in count():
            if self._ended.wait(TEND):
                return
            with suppress(LogUnavailable, OSError):  # the next look does it
                self.tend(thoroughly=look % THOROUGHLY == 0)

    def tend(self, *, thoroughly: bool = False) -> list[str]:
        """Look after the bodies that no record names any more; `thoroughly` after those, too, that a killed process had sent
        and never named. All records that there are must be here before that can be told. Raises LogUnavailable.
        """
        self._catch_up()
        self.blobs.bury()
        dead = [self.blobs.ended.popleft() for _ in range(len(self.blobs.ended))]
        try:
            if thoroughly:
                dead += self.shipped.forgotten()
                dead += [] if self._own_bodies else self._strays()
            gone = self.shipped.tend(dead)
        except LogUnavailable:
            self.blobs.ended.extend(dead)
            raise
        if not self._own_bodies:
            for name in gone:
                with suppress(FileNotFoundError):
                    os.unlink(self.blobs.place(name))
        return gone

    def _catch_up(self) -> None:
        """From a thread of its own: return when all that was in the log is here. Raises LogUnavailable."""
        home = self.committer.home
        if home is None:
            at_once(self.committer.catch_up())
            return
        waiting = asyncio.run_coroutine_threadsafe(self.committer.catch_up(), home)
        while True:
            try:
                waiting.result(PATIENCE)
                return
            except TimeoutError:
                if self._ended.is_set() or not home.is_running():
                    raise LogUnavailable("the loop that reads the log has ended") from None

    def _strays(self) -> list[str]:
        """Files of the shared directory that nothing here refers to, written an hour ago or earlier, as its own clock says."""
        with tempfile.NamedTemporaryFile(dir=self.blobs.directory, prefix="condemu-", suffix=".now") as now:
            latest = os.fstat(now.fileno()).st_mtime - STRAY
        found = []
        for entry in os.scandir(self.blobs.directory):
            name = entry.name.removesuffix(SUFFIX)
            if name != entry.name and not self.blobs.holds(name):
                with suppress(FileNotFoundError):
                    found += [name] if entry.stat().st_mtime <= latest else []
        return found

    # snapshots

    async def write_snapshot(self) -> None:
        """Write a snapshot while others go on. What fails is tried again when the log has grown as much once more."""
        self.growth.begun()
        loop = asyncio.get_running_loop()
        writer: SnapshotWriter | None = None
        try:
            writer = SnapshotWriter(self._scratch, self.store, self._batches, self.store.index)
            if await loop.run_in_executor(self._aside, self.place.snapshots.newest) >= writer.index:
                return
            while writer.step():
                await asyncio.sleep(0)
            writer.bodies = []  # they are there: commits named them
            await loop.run_in_executor(self._aside, writer.finish, _nothing)
            await loop.run_in_executor(self._aside, self.place.snapshots.put, writer.index, writer.path)
            self.growth.ended(writer.size)
        except (OSError, LogUnavailable) as problem:
            self._tell(f"condemu: {self.place.shown}: no snapshot could be written: {problem}")
        finally:
            if writer is not None:
                for path in (writer.path, f"{writer.path}.part"):
                    with suppress(FileNotFoundError):
                        os.unlink(path)

    def close(self) -> None:
        """Nothing can be read or committed any more. A second time it does nothing."""
        if self._ended.is_set():
            return
        self._ended.set()
        self.place.bell.interrupt()
        self.committer.close()
        self._follower.join()
        self._keeper.join()
        self._aside.shutdown()
        self.place.bell.close()
        self.place.snapshots.close()
        self.place.bodies.close()
        self.blobs.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        os.close(self._lock)


def _nothing(_: Any) -> None:
    """Bodies need no sync here."""
