"""Bodies: immutable ropes of bytes.

A blob is made once, then only cut and joined: a copy, a copied part and a completed upload share the leaves of what they were
made from, so they cost their metadata. A leaf is bytes in memory or a stretch of a spool file (`storage/spool.py`); a leaf's
space is given back when no blob refers to it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

PIECE = 256 * 1024  # how much of a leaf leaves at once: large enough to be cheap, small enough to bound a slow reader's memory

SMALL = 64 * 1024  # up to here a body leaves in one piece


class NoRoom(Exception):
    """A body cannot be kept: the disk is full."""


class Leaf(Protocol):
    """A stretch of immutable bytes, wherever they are."""

    def read(self, start: int, stop: int) -> bytes: ...

    @property
    def at_hand(self) -> bool:
        """Whether it can be read at once. Else reading waits until it was fetched."""
        ...


class Blob:
    """An immutable sequence of bytes: (leaf, start, stop) after (leaf, start, stop)."""

    __slots__ = ("_spans", "size")

    def __init__(self, spans: tuple[tuple[Leaf | bytes, int, int], ...] = (), size: int | None = None) -> None:
        """`size` is that of the spans, where it is known already."""
        self._spans = spans
        self.size = sum(stop - start for _, start, stop in spans) if size is None else size

    @classmethod
    def of(cls, data: bytes) -> Blob:
        size = len(data)
        return cls(((data, 0, size),), size) if data else EMPTY

    @classmethod
    def joined(cls, blobs: Iterable[Blob]) -> Blob:
        return cls(tuple(span for blob in blobs for span in blob._spans))

    @property
    def spans(self) -> tuple[tuple[Leaf | bytes, int, int], ...]:
        """What it consists of, in order: stretches of leaves."""
        return self._spans

    def cut(self, start: int, stop: int) -> Blob:
        """The bytes from `start` up to `stop`, both within 0..size."""
        if start == 0 and stop == self.size:
            return self
        spans, position = [], 0
        for leaf, first, last in self._spans:
            size = last - first
            low, high = max(start - position, 0), min(stop - position, size)
            if low < high:
                spans.append((leaf, first + low, first + high))
            position += size
            if position >= stop:
                break
        return Blob(tuple(spans))

    @property
    def at_hand(self) -> bool:
        """Whether all of it can be read at once."""
        for leaf, _, _ in self._spans:  # noqa: SIM110  (most bodies have one, and a generator costs more)
            if not isinstance(leaf, bytes) and not leaf.at_hand:
                return False
        return True

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces()

    def pieces(self) -> Iterator[bytes]:
        """The bytes in order, in pieces of bounded size."""
        for leaf, first, last in self._spans:
            for start in range(first, last, PIECE):
                stop = min(start + PIECE, last)
                if not isinstance(leaf, bytes):
                    yield leaf.read(start, stop)
                elif start == 0 and stop == len(leaf):
                    yield leaf
                else:
                    yield leaf[start:stop]

    def bytes(self) -> bytes:
        """All of it in one piece: for small blobs only."""
        if len(self._spans) == 1:
            leaf, first, last = self._spans[0]
            if isinstance(leaf, bytes) and first == 0 and last == len(leaf):
                return leaf
        return b"".join(self.pieces())

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"<Blob of {self.size} bytes in {len(self._spans)} spans>"


EMPTY = Blob()


class BlobWriter(Protocol):
    """Takes one body, piece by piece."""

    def write(self, piece: bytes) -> None: ...

    def finish(self) -> Blob:
        """The blob. The writer is of no further use."""
        ...

    def abandon(self) -> None:
        """Give back what was taken: the request failed."""
        ...


class BlobStore(Protocol):
    def writer(self) -> BlobWriter: ...

    def keep(self, data: bytes) -> Blob:
        """A body that is here in one piece."""
        ...

    async def share(self, blob: Blob) -> None:
        """Return when other processes can read a body, where there are others: so that its commit need not wait for that."""
        ...


class MemoryBlobs:
    """Keeps every body in memory: for unit tests and small emulators."""

    def writer(self) -> BlobWriter:
        return MemoryWriter()

    def keep(self, data: bytes) -> Blob:
        return Blob.of(data)

    async def share(self, blob: Blob) -> None:
        """Nothing: there are no others."""


class UnsharedBlobs:
    """Another store's bodies, for whoever cannot wait: others can read one when the commit that names it is made, not before."""

    def __init__(self, blobs: BlobStore) -> None:
        self.writer = blobs.writer
        self.keep = blobs.keep

    async def share(self, blob: Blob) -> None:
        """Nothing: its commit waits for that."""


class MemoryWriter:
    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)

    def finish(self) -> Blob:
        if len(self._pieces) == 1:
            return Blob.of(self._pieces[0])
        return Blob(tuple((piece, 0, len(piece)) for piece in compact(self._pieces)))

    def abandon(self) -> None:
        self._pieces.clear()


def compact(pieces: list[bytes]) -> Iterator[bytes]:
    """The same bytes in leaves of about PIECE: a body that trickled in does not stay a thousand small objects."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield held[0] if len(held) == 1 else b"".join(held)
            held, size = [], 0
    if held:
        yield held[0] if len(held) == 1 else b"".join(held)
