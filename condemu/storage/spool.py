"""Bodies that outgrow memory: a blob store that keeps small ones in memory and puts the rest into temporary files.

A body stays in memory while it is below the threshold and all such bodies together, those still arriving among them, are below
the budget; from there on its pieces go to disk as they come, so that a body of any size passes through in bounded memory. The
files have no name from the moment they are made: whatever ends the process, nothing is left behind.

A segment is one file, cut into slots of equal size; a slot belongs to one leaf. Slots are given out lowest first. When nothing
refers to a leaf any more its slot is free again; the file is cut some way behind the last used slot (writing where a file once
was is many times faster than making it longer), and a segment without any is closed. So disk use follows what is alive, and there
is one open descriptor for each gibibyte of it.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from heapq import heappop, heappush
from typing import Final

from condemu.core.blobs import Blob, compact

THRESHOLD: Final = 64 * 1024 * 1024  # a body of more than this goes to disk
BUDGET: Final = 256 * 1024 * 1024  # what all bodies in memory may take together before even smaller ones go to disk
SMALL: Final = 4096  # below this a body is not worth counting: it takes hardly more than the record that refers to it
SLOT: Final = 4 * 1024 * 1024
SLOTS: Final = 256  # slots in a segment: one gibibyte
SLACK: Final = 32  # free slots at its end that a segment keeps


class SpoolBlobs:
    """Blobs in memory up to a threshold each and a budget together, and in unnamed files beyond."""

    def __init__(self, directory: str | None = None, *, threshold: int = THRESHOLD, budget: int = BUDGET) -> None:
        self._directory = directory
        self.threshold = threshold
        self.budget = budget
        self.in_memory = 0
        self._segments: dict[int, Segment] = {}
        # Leaves die wherever the last reference to them does, even in the middle of an allocation. Their space waits here
        # (appending to a deque is atomic) until the next one settles it.
        self._released: deque[int] = deque()
        self._freed: deque[tuple[int, int]] = deque()

    def writer(self) -> SpoolWriter:
        if self._released or self._freed:
            self.settle()
        return SpoolWriter(self)

    def keep(self, data: bytes) -> Blob:
        if len(data) <= SMALL:
            return Blob.of(data)
        writer = self.writer()
        writer.write(data)
        return writer.finish()

    def settle(self) -> None:
        """Take back the space of the leaves that died since."""
        while self._released:
            self.in_memory -= self._released.popleft()
        while self._freed:
            number, slot = self._freed.popleft()
            segment = self._segments.get(number)
            if segment is None:
                continue  # closed with the store
            segment.free(slot)
            if not segment.used and len(self._segments) > 1:
                os.close(segment.descriptor)
                del self._segments[number]

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
            self._segments[number] = Segment(self._directory)
        segment = self._segments[number]
        return Slot(self, number, segment.take(), segment.descriptor)

    def close(self) -> None:
        """Close all files. Blobs in them can no longer be read."""
        for segment in self._segments.values():
            os.close(segment.descriptor)
        self._segments.clear()


class Segment:
    """One unnamed file and which of its slots are taken."""

    __slots__ = ("_end", "_free", "descriptor", "used")

    def __init__(self, directory: str | None) -> None:
        descriptor, path = tempfile.mkstemp(prefix="condemu-", suffix=".spool", dir=directory)
        os.unlink(path)
        self.descriptor = descriptor
        self.used: set[int] = set()
        self._free: list[int] = []
        self._end = 0

    @property
    def room(self) -> bool:
        return bool(self._free) or self._end < SLOTS

    def take(self) -> int:
        if self._free:
            number = heappop(self._free)
        else:
            number = self._end
            self._end += 1
        self.used.add(number)
        return number

    def free(self, number: int) -> None:
        self.used.discard(number)
        heappush(self._free, number)
        end = max(self.used, default=-1) + 1
        if self._end - end <= SLACK:
            return
        self._end = end
        self._free = sorted(free for free in self._free if free < end)
        os.ftruncate(self.descriptor, end * SLOT)


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
        while piece:
            written = os.pwrite(self._descriptor, piece, self._offset + self.size)
            self.size += written
            piece = piece[written:]

    def read(self, start: int, stop: int) -> bytes:
        data = os.pread(self._descriptor, stop - start, self._offset + start)
        while len(data) < stop - start:
            more = os.pread(self._descriptor, stop - start - len(data), self._offset + start + len(data))
            if not more:
                raise OSError(f"a spool file ended {stop - start - len(data)} bytes too early")
            data += more
        return data

    def __del__(self) -> None:
        self._blobs._freed.append((self.segment, self.number))


class Held:
    """A body in memory, or a piece of one, that counts against the budget until it dies: a leaf."""

    __slots__ = ("_blobs", "_data")

    def __init__(self, blobs: SpoolBlobs, data: bytes) -> None:
        self._blobs = blobs
        self._data = data

    def read(self, start: int, stop: int) -> bytes:
        return self._data[start:stop]

    def __del__(self) -> None:
        self._blobs._released.append(len(self._data))


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
            return Blob(((Held(blobs, pieces[0]), 0, size),))
        return Blob(tuple((Held(blobs, piece), 0, len(piece)) for piece in compact(pieces)))

    def abandon(self) -> None:
        self._slots = None
        self._let_go()
