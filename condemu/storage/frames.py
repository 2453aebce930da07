"""Files of checked pieces: what a log's segments and snapshots are made of.

A file begins with a line that says what it is, of which format. Then come frames, each of which says its length, between which
commits it lies, and a digest over all of it:

    "cdmu"  length: 4 bytes  after: 8  last: 8  xxh3 of what precedes it but for "cdmu", and of the content: 8  content

All numbers are big-endian. Zeros behind the last frame are room for more. A frame that is cut short, or goes on as zeros, is what
a process leaves that ends while it writes. Any other difference is damage.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from xxhash import xxh3_64_intdigest

MARK: Final = b"cdmu"
_HEAD: Final = Struct(">4sIQQQ")
_CHECKED: Final = Struct(">IQQ")
HEAD: Final = _HEAD.size
LONGEST: Final = 1 << 31  # bytes of a frame's content; more is damage


class Frame(NamedTuple):
    """Commits `after + 1` to `last`, from byte `start` of the file up to `end`."""

    after: int
    last: int
    content: bytes
    start: int
    end: int


class Damaged(Exception):
    """From byte `offset` of a file on nothing can be read. `short`: because what was written ends within a frame."""

    def __init__(self, path: str, offset: int, why: str, *, short: bool = False) -> None:
        super().__init__(f"{path} is damaged at byte {offset}: {why}")
        self.path = path
        self.offset = offset
        self.short = short


class OtherFormat(Exception):
    """A file of another version's making, or none of ours. The text says so."""


def framed(after: int, last: int, content: bytes) -> bytes:
    """A frame."""
    checked = _CHECKED.pack(len(content), after, last)
    return MARK + checked + xxh3_64_intdigest(checked + content).to_bytes(8, "big") + content


def sound_frames(path: str, title: bytes) -> Iterator[Frame | Damaged]:
    """As `frames`, past what is damaged: that is told, and the next sound frame is looked for. Raises OtherFormat and OSError."""
    start = 0
    while True:
        try:
            yield from frames(path, title, start)
            return
        except Damaged as damage:
            yield damage
            found = _next_mark(path, damage.offset + 1)
            if found is None:
                return
            start = found


def _next_mark(path: str, start: int) -> int | None:
    """Where the next frame might begin."""
    with open(path, "rb") as file:
        file.seek(start)
        at = file.read().find(MARK)
    return None if at < 0 else start + at


def frames(path: str, title: bytes, start: int = 0) -> Iterator[Frame]:
    """The frames of a file that begins with the line `title`, or those from byte `start` on.

    Raises Damaged, OtherFormat and OSError.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        read = file.read(len(title))
        if read != title:
            if title.startswith(read):
                raise Damaged(path, 0, "it ends in its first line", short=True)
            raise OtherFormat(f"{path} is not what this version of condemu writes: it begins with {read[:40]!r}")
        position = max(len(title), start)
        file.seek(position)
        while position < size:
            head = file.read(HEAD)
            if len(head) < HEAD and head.strip(b"\0"):
                raise Damaged(path, position, "it ends within a frame", short=True)
            mark, length, after, last, digest = _HEAD.unpack(head.ljust(HEAD, b"\0"))
            if mark != MARK or length > LONGEST:
                rest = (head + file.read()).rstrip(b"\0")
                if not rest:
                    return
                raise Damaged(path, position, "no frame begins there", short=MARK.startswith(rest))
            content = file.read(length)
            if len(content) < length:
                raise Damaged(path, position, "it ends within a frame", short=True)
            if xxh3_64_intdigest(head[4:-8] + content) != digest:
                rest = content[-1:] + file.read()
                raise Damaged(path, position, "its digest is another", short=not rest.strip(b"\0"))
            end = position + HEAD + length
            yield Frame(after, last, content, position, end)
            position = end


def synced(path: str) -> None:
    """Return when a file is on the disk, or the names of a directory's files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
