"""The log in files: segments that are only ever appended to, and a note of what was acknowledged.

    DIR/condemu.json                     which format it has, and who made it
    DIR/lock                             locked by the process that uses the directory
    DIR/log-00000000000000001234.cdm     the commits after 1234, until the next segment's
    DIR/snapshot-00000000000001234.cdm   all that there was at commit 1234, or was changed since
    DIR/acknowledged                     the last commit whose caller may have been told
    DIR/bodies/NAME.body                 bodies of more than 64 KiB

`append` returns when the batch is on the disk. `acknowledged` is written then, and not waited for: whatever lies behind it, where
a log does not end as it should, was never told to anybody and is cut off at the start. Damage before it is another matter: then
nobody but the owner can decide, so the directory is refused.

Behind its end a segment has room in zeros, which are on the disk before something is written over them: so a batch is only its
own bytes to the disk, and not also a new size of the file, which takes most disks as long again. What ends the segment gives the
room back.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from condemu.core.log import LogUnavailable
from condemu.storage.file_blobs import BodyFile
from condemu.storage.frames import HEAD, Damaged, Frame, framed, frames, synced

TITLE: Final = b"condemu log, format 1\n"
SEGMENT: Final = 64 * 1024 * 1024  # bytes of a segment
ROOM: Final = 256 * 1024  # bytes of zeros that are written ahead
ACKNOWLEDGED: Final = "acknowledged"
_NAME: Final = re.compile(r"log-(\d{20})\.cdm").fullmatch


class Segment(NamedTuple):
    """One file of the log: the commits after `after`."""

    after: int
    path: str


class FileLog:
    """The log of one directory, which this process has for itself. `end` is where the last segment is to be written on."""

    alone: Final = True

    def __init__(
        self, directory: str, last: int, segment: Segment | None, end: int, sync: Callable[[Sequence[BodyFile]], None],
        limit: int = SEGMENT,
    ) -> None:  # fmt: skip
        self.directory = directory
        self.last = last
        self._limit = limit
        self._sync_bodies = sync
        self._broken = ""
        self._acknowledged = os.open(os.path.join(directory, ACKNOWLEDGED), os.O_RDWR | os.O_CREAT, 0o600)
        self._descriptor = -1
        self._end = 0
        self._room = 0  # up to which byte the segment has zeros
        if segment is None:
            self.roll()
        else:
            self._descriptor, self._end = os.open(segment.path, os.O_WRONLY), end
            self._give_back()
        self._note(last)

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        if self._broken:
            raise LogUnavailable(self._broken)
        if after != self.last:
            return False
        try:
            self._sync_bodies(bodies)
            if self._end > self._limit:
                self.roll()
            self._write(framed(after, last, batch))
        except OSError as problem:
            self._take_back()
            raise LogUnavailable(f"{self.directory}: {problem.strerror}") from problem
        try:
            _synced(self._descriptor)
        except OSError as problem:  # what is on the disk now, nobody knows
            self._broken = f"{self.directory}: {problem.strerror}; start condemu again when the disk is sound"
            raise LogUnavailable(self._broken) from problem
        self._end += len(batch) + HEAD
        self.last = last
        self._note(last)
        return True

    def read(self, after: int) -> list[tuple[int, bytes]]:
        return []

    def roll(self) -> None:
        """Begin a new segment. Raises OSError."""
        path = os.path.join(self.directory, f"log-{self.last:020d}.cdm")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, TITLE)
        os.fsync(descriptor)
        synced(self.directory)
        if self._descriptor >= 0:
            self._leave()
        self._descriptor, self._end, self._room = descriptor, len(TITLE), len(TITLE)

    def close(self) -> None:
        self._leave()
        os.close(self._acknowledged)

    def _leave(self) -> None:
        with suppress(OSError):  # then zeros remain behind the end, which mean nothing
            self._give_back()
        os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        end = self._end + len(data)
        if end > self._room:
            self._make_room(end + ROOM)
        self._put(data, self._end)

    def _make_room(self, end: int) -> None:
        try:
            self._put(bytes(end - self._room), self._room)
            self._room = end
        except OSError:  # the disk has no place for more than is needed, if for that
            self._give_back()

    def _put(self, data: bytes, at: int) -> None:
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._descriptor, rest, at)
            rest, at = rest[written:], at + written

    def _give_back(self) -> None:
        os.ftruncate(self._descriptor, self._end)
        self._room = self._end

    def _take_back(self) -> None:
        try:
            self._give_back()
        except OSError as problem:
            self._broken = f"{self.directory}: {problem.strerror}; start condemu again when the disk is sound"

    def _note(self, last: int) -> None:
        try:
            os.pwrite(self._acknowledged, b"%020d\n" % last, 0)
        except OSError as problem:
            self._broken = f"{self.directory}: {problem.strerror}; start condemu again when the disk is sound"


class Ending(NamedTuple):
    """How a log ends: with which commit, at which byte of which segment; and what is behind that, if there is anything."""

    last: int
    segment: Segment | None
    end: int
    damage: Damaged | None


def segments(directory: str) -> list[Segment]:
    """The segments of a directory, in order."""
    found = ((_NAME(name), name) for name in os.listdir(directory))
    return sorted(Segment(int(match[1]), os.path.join(directory, name)) for match, name in found if match)


def lost(directory: str, ending: Ending) -> str:
    """What makes it that somebody may miss what was acknowledged; "" when all of that is there."""
    noted, damage = acknowledged(directory), ending.damage
    if noted is not None and ending.last < noted:
        why = str(damage) if damage is not None else f"the log ends with commit {ending.last}"
        return f"{why}; commit {noted} was acknowledged, commits up to {ending.last} are intact"
    if damage is not None and (ending.segment != segments(directory)[-1] or (noted is None and not damage.short)):
        return f"{damage}; commits up to {ending.last} are intact"
    return ""


def acknowledged(directory: str) -> int | None:
    """The last commit whose caller may have been told; None where that was not noted."""
    try:
        with open(os.path.join(directory, ACKNOWLEDGED), "rb") as file:
            return int(file.read(20))
    except (FileNotFoundError, ValueError):
        return None


def acknowledge(directory: str, last: int) -> None:
    """Note the last commit whose caller may have been told, by hand."""
    with open(os.path.join(directory, ACKNOWLEDGED), "wb") as file:
        file.write(b"%020d\n" % last)
        file.flush()
        os.fsync(file.fileno())


class LogReader:
    """Reads a directory's log after commit `after`. When all was read, `ending` says how it ends.

    Frames come as long as they are sound and follow each other; what is wrong after them is in the ending. Raises OSError, and
    OtherFormat for a segment of another format.
    """

    def __init__(self, directory: str, after: int) -> None:
        self._directory = directory
        self._after = after
        self.ending = Ending(after, None, 0, None)

    def __iter__(self) -> Iterator[Frame]:
        last = self._after
        found = segments(self._directory)
        skip = max((place for place, segment in enumerate(found) if segment.after <= last), default=0)
        for segment in found[skip:]:
            end = len(TITLE)
            try:
                for frame in frames(segment.path, TITLE):
                    if frame.last > last:
                        if frame.after > last:
                            raise Damaged(segment.path, frame.start, f"commits {last + 1} to {frame.after} are missing before it")
                        yield frame
                        last = frame.last
                    end = frame.end
            except Damaged as damage:
                self.ending = Ending(last, segment, min(end, damage.offset), damage)
                return
            self.ending = Ending(last, segment, end, None)


def _synced(descriptor: int) -> None:
    """Return when what was written is on the disk, and not only in its cache where the system tells them apart."""
    if _FULL_SYNC is not None:
        fcntl.fcntl(descriptor, _FULL_SYNC)
    else:
        os.fdatasync(descriptor)


_FULL_SYNC: Final[int | None] = getattr(fcntl, "F_FULLFSYNC", None)
