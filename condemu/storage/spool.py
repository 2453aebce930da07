"""Bodies that outgrow memory: a blob store that keeps small ones in memory and puts the rest into temporary files.

A body stays in memory while it is below the threshold and all such bodies together, those still arriving among them, are below
the budget; from there on its pieces go to disk as they come, so that a body of any size passes through in bounded memory. The
files have no name from the moment they are made: whatever ends the process, nothing is left behind.

A segment is one file, cut into slots of equal size; a slot belongs to one leaf. Slots are given out lowest first. When nothing
refers to a leaf any more its slot is free again. A few free slots keep their place on the disk (writing where a file once was is
many times faster than making it longer); the others give it back: at the end the file is cut, in the middle it gets a hole. A
segment without any used slot is closed. So disk use follows what is alive, with one open descriptor for each gibibyte of it.

On a full disk all free slots are given back, and the piece is tried once more. When there is no room even so, the body is refused
(`NoRoom`), a line says so, once until there is room again, and what is freed from then on is given back at once.
"""

from __future__ import annotations

import ctypes
import errno
import os
import tempfile
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final

from condemu.core.blobs import Blob, BlobWriter, NoRoom, compact

THRESHOLD: Final = 64 * 1024 * 1024  # a body of more than this goes to disk
BUDGET: Final = 256 * 1024 * 1024  # what all bodies in memory may take together before even smaller ones go to disk
SMALL: Final = 4096  # below this a body is not worth counting: it takes hardly more than the record that refers to it
SLOT: Final = 4 * 1024 * 1024
SLOTS: Final = 256  # slots in a segment: one gibibyte
SLACK: Final = 32  # free slots of a segment that keep their place on the disk
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_PUNCH_HOLE: Final = 0x01 | 0x02  # fallocate(2): FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE


class Budgeted(ABC):
    """What stores of blobs have in common that hold some in memory: how many bytes these take.

    Leaves die wherever the last reference to them does, even in the middle of an allocation. What they took waits in `released`
    (appending to a deque is atomic) until the next body settles it.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.in_memory = 0
        self.released: deque[int] = deque()

    def settle(self) -> None:
        """Take back the space of the leaves that died since."""
        while self.released:
            self.in_memory -= self.released.popleft()

    @abstractmethod
    def writer(self) -> BlobWriter: ...

    def keep(self, data: bytes) -> Blob:
        if len(data) <= SMALL:
            return Blob.of(data)
        return kept(self.writer(), data)


class SpoolBlobs(Budgeted):
    """Blobs in memory up to a threshold each and a budget together, and in unnamed files beyond."""

    def __init__(
        self,
        directory: str | None = None,
        *,
        threshold: int = THRESHOLD,
        budget: int = BUDGET,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(budget)
        self._directory = directory
        self._tell = tell or say
        self.full = False  # there was no room when it was last tried
        self.told = False  # and that was said
        self.threshold = threshold
        self._segments: dict[int, Segment] = {}
        self._freed: deque[tuple[int, int]] = deque()  # as `released`, of leaves that were in a segment

    def writer(self) -> SpoolWriter:
        if self.released or self._freed:
            self.settle()
        return SpoolWriter(self)

    async def share(self, blob: Blob) -> None:
        """Nothing: there are no others."""

    def settle(self) -> None:
        """Take back the space of the leaves that died since."""
        super().settle()
        while self._freed:
            number, slot = self._freed.popleft()
            segment = self._segments.get(number)
            if segment is None:
                continue  # closed with the store
            segment.free(slot, 0 if self.full else SLACK)
            if not segment.used and (self.full or len(self._segments) > 1):
                os.close(segment.descriptor)
                del self._segments[number]

    def give_back(self) -> None:
        """Give the disk all that is free."""
        self.full = True
        self.settle()
        for segment in self._segments.values():
            segment.trim(0)

    def refuse(self) -> NoRoom:
        """What to raise where there is no room. Says so, if it did not already."""
        if not self.told:
            self.told = True
            where = self._directory or tempfile.gettempdir()
            self._tell(f"condemu: no room on the disk of {where}: bodies that outgrow memory are refused until there is")
        return NoRoom()

    def has_room(self) -> None:
        """A piece was written."""
        self.full = self.told = False

    @property
    def on_disk(self) -> int:
        """Bytes in use on disk, counted in whole slots."""
        return sum(len(segment.used) for segment in self._segments.values()) * SLOT

    @property
    def descriptors(self) -> int:
        return len(self._segments)

    def slot(self) -> Slot:
        """A free slot, in a new segment when there is none."""
        self.settle()
        number = next((n for n in sorted(self._segments) if self._segments[n].room), None)
        if number is None:
            number = next(n for n in range(len(self._segments) + 1) if n not in self._segments)
            try:
                self._segments[number] = Segment(self._directory)
            except OSError as problem:
                if problem.errno not in FULL:
                    raise
                raise self.refuse() from None
        segment = self._segments[number]
        return Slot(self, number, segment.take(), segment.descriptor)

    def close(self) -> None:
        """Close all files. Blobs in them can no longer be read."""
        for segment in self._segments.values():
            os.close(segment.descriptor)
        self._segments.clear()


class Segment:
    """One unnamed file and which of its slots are taken."""

    __slots__ = ("_end", "_free", "_kept", "descriptor", "used")

    def __init__(self, directory: str | None) -> None:
        descriptor, path = tempfile.mkstemp(prefix="condemu-", suffix=".spool", dir=directory)
        os.unlink(path)
        self.descriptor = descriptor
        self.used: set[int] = set()
        self._free: list[int] = []
        self._kept: set[int] = set()  # those of the free slots that still have their place on the disk
        self._end = 0

    @property
    def room(self) -> bool:
        return bool(self._free) or self._end < SLOTS

    def take(self) -> int:
        if self._free:
            number = heappop(self._free)
            self._kept.discard(number)
        else:
            number = self._end
            self._end += 1
        self.used.add(number)
        return number

    def free(self, number: int, slack: int = SLACK) -> None:
        self.used.discard(number)
        heappush(self._free, number)
        self._kept.add(number)
        if len(self._kept) > slack:
            self.trim(slack)

    def trim(self, slack: int) -> None:
        """Give back the free slots but for so many: those at the end by cutting the file, then the highest by holes."""
        end = max(self.used, default=-1) + 1
        if self._end - end > slack:
            self._end = end
            self._free = sorted(free for free in self._free if free < end)
            self._kept = {kept for kept in self._kept if kept < end}
            os.ftruncate(self.descriptor, end * SLOT)
        for number in sorted(self._kept)[slack:]:
            self._kept.discard(number)
            punch(self.descriptor, number * SLOT, SLOT)


class Slot:
    """A stretch of a segment, written once from its beginning: the leaf of a blob on disk."""

    __slots__ = ("_blobs", "_descriptor", "_offset", "number", "segment", "size")

    def __init__(self, blobs: SpoolBlobs, segment: int, number: int, descriptor: int) -> None:
        self._blobs = blobs
        self.segment = segment
        self.number = number
        self._descriptor = descriptor
        self._offset = number * SLOT
        self.size = 0

    def append(self, piece: memoryview) -> None:
        """All of `piece`, which fits."""
        blobs, tried = self._blobs, False
        while piece:
            try:
                written = os.pwrite(self._descriptor, piece, self._offset + self.size)
            except OSError as problem:
                if problem.errno not in FULL:
                    raise
                if tried:
                    raise blobs.refuse() from None
                tried = True
                blobs.give_back()
                continue
            self.size += written
            piece = piece[written:]
        if blobs.full:
            blobs.has_room()

    def read(self, start: int, stop: int) -> bytes:
        data = os.pread(self._descriptor, stop - start, self._offset + start)
        while len(data) < stop - start:
            more = os.pread(self._descriptor, stop - start - len(data), self._offset + start + len(data))
            if not more:
                raise OSError(f"a spool file ended {stop - start - len(data)} bytes too early")
            data += more
        return data

    at_hand: Final = True

    def __del__(self) -> None:
        self._blobs._freed.append((self.segment, self.number))


class InMemory:
    """A body in memory, or a piece of one, that counts against the budget until it dies, when `released` is told its size."""

    __slots__ = ("_data", "_released")

    def __init__(self, data: bytes, released: deque[int]) -> None:
        self._data = data
        self._released = released

    def read(self, start: int, stop: int) -> bytes:
        return self._data[start:stop]

    at_hand: Final = True

    def __del__(self) -> None:
        self._released.append(len(self._data))


class SpoolWriter:
    """Takes one body: into memory at first, to disk from the piece on with which it becomes too large."""

    __slots__ = ("_blobs", "_pieces", "_size", "_slots")

    def __init__(self, blobs: SpoolBlobs) -> None:
        self._blobs = blobs
        self._pieces: list[bytes] = []
        self._size = 0
        self._slots: list[Slot] | None = None

    def write(self, piece: bytes) -> None:
        if self._slots is not None:
            self._spill(piece)
            return
        blobs, size = self._blobs, len(piece)
        self._pieces.append(piece)
        self._size += size
        blobs.in_memory += size
        if self._size > blobs.threshold or (blobs.in_memory > blobs.budget and self._size > SMALL):
            self._slots = []
            for held in self._pieces:
                self._spill(held)
            self._let_go()

    def _let_go(self) -> None:
        self._blobs.in_memory -= self._size
        self._pieces, self._size = [], 0

    def _spill(self, piece: bytes) -> None:
        slots = self._slots
        assert slots is not None
        rest = memoryview(piece)
        while rest:
            if not slots or slots[-1].size == SLOT:
                slots.append(self._blobs.slot())
            room = SLOT - slots[-1].size
            slots[-1].append(rest[:room])
            rest = rest[room:]

    def finish(self) -> Blob:
        slots, pieces, size = self._slots, self._pieces, self._size
        if slots is not None:
            self._slots = None
            return Blob(tuple((slot, 0, slot.size) for slot in slots))
        if size <= SMALL:
            self._let_go()
            return Blob.of(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        self._pieces, self._size = [], 0  # what was counted is the leaves' from here on
        blobs = self._blobs
        if len(pieces) == 1:
            return Blob(((InMemory(pieces[0], blobs.released), 0, size),))
        return Blob(tuple((InMemory(piece, blobs.released), 0, len(piece)) for piece in compact(pieces)))

    def abandon(self) -> None:
        self._slots = None
        self._let_go()


def kept(writer: BlobWriter, data: bytes) -> Blob:
    """A body that is all there already."""
    try:
        writer.write(data)
    except (NoRoom, OSError):
        writer.abandon()
        raise
    return writer.finish()


def punch(descriptor: int, offset: int, size: int) -> None:
    """Give back a stretch of a file, which keeps its length. Without such a call, or on a file system without holes, it stays."""
    call: Any = getattr(_LIBC, "fallocate", None)
    if call is not None:
        call(descriptor, _PUNCH_HOLE, ctypes.c_int64(offset), ctypes.c_int64(size))


_LIBC: Final = ctypes.CDLL(None) if os.name == "posix" else None


def say(line: str) -> None:
    """Tell the person who runs the emulator."""
    os.write(2, f"{line}\n".encode())
