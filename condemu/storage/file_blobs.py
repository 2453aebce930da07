"""Bodies as files by name: what a log names, and what survives the process.

A body of up to 64 KiB stays in memory, and goes into the log with its record, as long as all such bodies together are below the
budget. Everything else is one file in the directory, written as its pieces come. A file is named before anything refers to it and
never changes; it is synced before a commit that names it is appended (`sync`), and removed when nothing in this process refers to
it any more. What an ended process left half written, no record names: `collect` removes it at the start.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final
from weakref import WeakValueDictionary

from condemu.core.blobs import Blob, NoRoom
from condemu.storage.frames import synced
from condemu.storage.spool import BUDGET, FULL, SMALL, Budgeted, InMemory, say

INLINE: Final = 64 * 1024  # bytes of a body that may stay in memory and in the log
SUFFIX: Final = ".body"


class BodyFile:
    """A body, or a part of one, in a file: a leaf of blobs. There is one object for each name."""

    __slots__ = ("__weakref__", "_files", "durable", "name", "size")

    def __init__(self, files: FileBlobs, name: str, size: int = 0, *, durable: bool = False) -> None:
        self._files = files
        self.name = name
        self.size = size
        self.durable = durable

    def read(self, start: int, stop: int) -> bytes:
        descriptor = os.open(self._files.path_of(self), os.O_RDONLY)
        try:
            data = os.pread(descriptor, stop - start, start)
            while len(data) < stop - start:
                more = os.pread(descriptor, stop - start - len(data), start + len(data))
                if not more:
                    raise OSError(f"the body {self.name} ends {stop - start - len(data)} bytes too early")
                data += more
            return data
        finally:
            os.close(descriptor)

    @property
    def at_hand(self) -> bool:
        return self._files.has(self)

    def __del__(self) -> None:
        self._files.dead.append((self.name, self.durable))


class FileBlobs(Budgeted):
    """A blob store over a directory. `name` makes names that nobody ever made before, on any host.

    `fetch` brings a body into the directory that another process put somewhere; without it the directory has all there are.
    `ship` puts one where others can fetch it. What died, after it was durable, is in `ended` then; its file goes, unless the
    directory is `lasting`: one that several processes share.
    """

    def __init__(
        self,
        directory: str,
        name: Callable[[], str],
        *,
        budget: int = BUDGET,
        fetch: Callable[[str, str], None] | None = None,
        ship: Callable[[BodyFile], None] | None = None,
        lasting: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(budget)
        self.directory = directory
        self.full = False
        self.dead: deque[tuple[str, bool]] = deque()  # as `released`: names of files, and whether they had been durable
        self.ended: deque[str] = deque()
        self.lasting = lasting
        self._name = name
        self._fetch = fetch
        self._ship = ship
        self._tell = tell or say
        self._bodies: WeakValueDictionary[str, BodyFile] = WeakValueDictionary()

    def path_of(self, body: BodyFile) -> str:
        """Where a body can be read."""
        path = self.place(body.name)
        if self._fetch is not None and not os.path.exists(path):
            self._fetch(body.name, path)
        return path

    def place(self, name: str) -> str:
        return os.path.join(self.directory, name + SUFFIX)

    def has(self, body: BodyFile) -> bool:
        """Whether a body can be read without being fetched."""
        return self._fetch is None or os.path.exists(self.place(body.name))

    def holds(self, name: str) -> bool:
        """Whether anything in this process refers to a body of this name."""
        return name in self._bodies

    async def share(self, blob: Blob) -> None:
        if self._ship is not None:
            for leaf, _, _ in blob.spans:
                if isinstance(leaf, BodyFile) and not leaf.durable:
                    await asyncio.to_thread(self._ship, leaf)

    def body(self, name: str, size: int) -> BodyFile:
        """The body that a record names."""
        body = self._bodies.get(name)
        if body is None:
            body = self._bodies[name] = BodyFile(self, name, size, durable=True)
        return body

    def writer(self) -> FileWriter:
        if self.released or self.dead:
            self.settle()
        return FileWriter(self)

    def new(self) -> BodyFile:
        name = self._name()
        body = self._bodies[name] = BodyFile(self, name)
        return body

    def settle(self) -> None:
        """Take back what died since. The thread that writes bodies does it."""
        super().settle()
        self.bury()

    def bury(self) -> None:
        """Remove the files of the bodies that died since. Any thread may do it."""
        while True:
            try:
                name, durable = self.dead.popleft()
            except IndexError:  # all of them, or somebody else was faster
                return
            if name in self._bodies:
                continue
            if durable and self._ship is not None:
                self.ended.append(name)
            if not (durable and self.lasting):
                with suppress(FileNotFoundError):
                    os.unlink(self.place(name))

    def sync(self, bodies: Iterable[BodyFile]) -> None:
        """Return when these are on the disk. Raises OSError."""
        new = [body for body in bodies if not body.durable]
        for body in new:
            synced(self.place(body.name))
        if new:
            synced(self.directory)
        for body in new:
            body.durable = True

    def collect(self) -> int:
        """Remove the files that no record names, at the start, when all records are here. How many there were."""
        self.dead.clear()
        gone = 0
        for entry in os.scandir(self.directory):
            if entry.name.endswith(SUFFIX) and entry.name.removesuffix(SUFFIX) not in self._bodies:
                os.unlink(entry.path)
                gone += 1
        return gone

    def missing(self) -> Iterator[BodyFile]:
        """The bodies that records name and that are not there, or not whole."""
        for body in list(self._bodies.values()):
            try:
                whole = os.path.getsize(self.place(body.name)) == body.size
            except OSError:
                whole = False
            if not whole:
                yield body

    def refuse(self) -> NoRoom:
        """What to raise where there is no room. Says so, if it did not already."""
        if not self.full:
            self.full = True
            self._tell(f"condemu: no room on the disk of {self.directory}: bodies are refused until there is")
        return NoRoom()

    def close(self) -> None:
        """Nothing is left behind that nobody names."""
        self.settle()


class FileWriter:
    """Takes one body: into memory at first, into a file from the piece on with which it becomes too large."""

    __slots__ = ("_blobs", "_body", "_descriptor", "_pieces", "_size")

    def __init__(self, blobs: FileBlobs) -> None:
        self._blobs = blobs
        self._pieces: list[bytes] = []
        self._size = 0
        self._body: BodyFile | None = None
        self._descriptor = -1

    def write(self, piece: bytes) -> None:
        if self._body is not None:
            self._spill(piece)
            return
        blobs, size = self._blobs, len(piece)
        self._pieces.append(piece)
        self._size += size
        blobs.in_memory += size
        if self._size > INLINE or (blobs.in_memory > blobs.budget and self._size > SMALL):
            held = self._pieces
            self._let_go()
            self._body = blobs.new()
            try:
                self._descriptor = os.open(blobs.place(self._body.name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except OSError as problem:
                raise self._failed(problem) from None
            for one in held:
                self._spill(one)

    def _let_go(self) -> None:
        self._blobs.in_memory -= self._size
        self._pieces, self._size = [], 0

    def _spill(self, piece: bytes) -> None:
        assert self._body is not None
        rest = memoryview(piece)
        while rest:
            try:
                written = os.write(self._descriptor, rest)
            except OSError as problem:
                raise self._failed(problem) from None
            self._body.size += written
            rest = rest[written:]
        self._blobs.full = False

    def _failed(self, problem: OSError) -> Exception:
        return self._blobs.refuse() if problem.errno in FULL else problem

    def finish(self) -> Blob:
        body, pieces, size = self._body, self._pieces, self._size
        if body is not None:
            self._shut()
            self._body = None
            return Blob(((body, 0, body.size),))
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if size <= SMALL:
            self._let_go()
            return Blob.of(data)
        self._pieces, self._size = [], 0  # what was counted is the leaf's from here on
        return Blob(((InMemory(data, self._blobs.released), 0, size),))

    def abandon(self) -> None:
        self._shut()
        self._body = None
        self._let_go()

    def _shut(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
