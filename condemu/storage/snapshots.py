"""Snapshots: all that a store holds, so that a start need not read the log from its beginning.

A snapshot is written while the emulator serves, a few entries at a time. Entries that change meanwhile are in it as they were or
as they are: that does no harm, because the log is read from the commit at which the snapshot was begun, and a commit says what
its records are and not how they differ. So nothing is copied and nobody waits.

A frame's content is JSON: ["s3.object", 1, [[key, record], …]], the name of a space, the version of its documents, and entries in
the order of their keys. The last frame is ["end", frames, entries]: a file without it was not finished.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import IO, Any, Final

from condemu.core.store import Key, Record, Store, Txn
from condemu.storage.batches import Batches, Unreadable
from condemu.storage.file_blobs import BodyFile
from condemu.storage.frames import Damaged, framed, frames, sound_frames, synced
from condemu.storage.json_lines import document_of, line_of

TITLE: Final = b"condemu snapshot, format 1\n"
ENTRIES: Final = 128  # of one frame: a millisecond or two of work
END: Final = "end"
_NAME: Final = re.compile(r"snapshot-(\d{20})\.cdm").fullmatch

Tables = Iterable[tuple[str, Iterable[tuple[Key, Record]]]]


class SnapshotWriter:
    """Writes the snapshot of a store as of commit `index`, which is the store's last one. `step` does a little of it."""

    def __init__(self, directory: str, store: Store, batches: Batches, index: int) -> None:
        self.directory = directory
        self.index = index
        self.path = path_of(directory, index)
        self.size = 0
        self.bodies: list[BodyFile] = []  # that it names and that must be on the disk before it is
        self._file: IO[bytes] = open(f"{self.path}.part", "wb")  # noqa: SIM115
        self._file.write(TITLE)
        self._frames = self._entries = 0
        self._store = store
        self._batches = batches
        self._rest = self._contents()

    def step(self) -> bool:
        """Write the next few entries. False when there is nothing left. Raises OSError."""
        content = next(self._rest, None)
        if content is None:
            return False
        self._write(content)
        return True

    def finish(self, sync: Callable[[Iterable[BodyFile]], None]) -> None:
        """Make it the directory's snapshot. Raises OSError."""
        self._write([END, self._frames, self._entries])
        sync(self.bodies)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(f"{self.path}.part", self.path)
        synced(self.directory)

    def abandon(self) -> None:
        self._file.close()
        os.unlink(f"{self.path}.part")

    def _contents(self) -> Iterator[list[Any]]:
        for name in self._store.view(lambda txn: txn.tables()):
            start: Key | None = None
            while True:
                entries = self._store.view(partial(_some, name, start))
                if not entries:
                    break
                start = (*entries[-1][0], "")  # what comes next: the first key behind the last one
                self._entries += len(entries)
                version, shown, bodies = self._batches.entries(name, entries)
                self.bodies += bodies
                yield [name, version, shown]

    def _write(self, content: list[Any]) -> None:
        data = framed(self.index, self.index, line_of(content))
        self._frames += 1
        self.size += len(data)
        self._file.write(data)


def _some(name: str, start: Key | None, txn: Txn) -> list[tuple[Key, Record]]:
    return list(islice(txn.scan(name, start), ENTRIES))


def snapshots(directory: str) -> list[tuple[int, str]]:
    """The snapshots of a directory: commit and path, in order."""
    found = ((_NAME(name), name) for name in os.listdir(directory))
    return sorted((int(match[1]), os.path.join(directory, name)) for match, name in found if match)


def path_of(directory: str, index: int) -> str:
    return os.path.join(directory, f"snapshot-{index:020d}.cdm")


def index_of(path: str) -> int:
    """As of which commit a snapshot was begun. Raises Damaged, OtherFormat and OSError."""
    for frame in frames(path, TITLE):
        return frame.last
    raise Damaged(path, len(TITLE), "it has nothing in it", short=True)


def read(path: str, batches: Batches) -> dict[str, list[tuple[Key, Record]]]:
    """What a snapshot holds, by table. Raises Damaged, OtherFormat, Unreadable and OSError."""
    found = _Found(batches)
    for frame in frames(path, TITLE):
        found.add(frame.content)
    if not found.whole:
        raise Damaged(path, os.path.getsize(path), "its end is missing", short=True)
    return found.tables


def salvaged(path: str, batches: Batches) -> tuple[dict[str, list[tuple[Key, Record]]], list[str]]:
    """All that is sound of a snapshot, and what is wrong with it. Raises OtherFormat, Unreadable and OSError."""
    found, problems = _Found(batches), []
    for sound in sound_frames(path, TITLE):
        if isinstance(sound, Damaged):
            problems.append(str(sound))
        else:
            found.add(sound.content)
    if not found.whole:
        problems.append(f"{path} lacks some of the entries that it had" if found.ended else f"{path} lacks its end")
    return found.tables, problems


class _Found:
    """What the frames of a snapshot hold."""

    def __init__(self, batches: Batches) -> None:
        self.tables: dict[str, list[tuple[Key, Record]]] = {}
        self.ended = self.whole = False
        self._batches = batches
        self._frames = self._entries = 0

    def add(self, text: bytes) -> None:
        content = document_of(text)
        if content[0] == END:
            self.ended, self.whole = True, content == [END, self._frames, self._entries]
            return
        name, version, shown = content
        form, bodies = self._batches.form(name, version), self._batches.bodies
        try:
            self.tables.setdefault(name, []).extend((form.read_key(key), form.decode(held, bodies)) for key, held in shown)
        except (ValueError, KeyError, TypeError) as problem:
            raise Unreadable(f"an entry of {name} that is none: {problem}") from problem
        self._frames, self._entries = self._frames + 1, self._entries + len(shown)
