"""Commits as bytes: what is appended to a log, and how it is read again.

A batch is UTF-8 text, a line for each commit:

    {"commit": 12, "at": 1767225600.0, "changes": [["s3.object", 1, ["000000000000", 1, "key"], {"etag": …}], …]}

A change is a space's name, the version of its documents, the key, and the record, or null where it was deleted. So a log can be
read with a pager. Records are what the codec says (`core/codec.py`); a body is a list of what it consists of, in order:

| what                       | in the list                     | where its bytes are          |
|----------------------------|---------------------------------|------------------------------|
| up to 64 KiB               | its bytes as base64             | here                         |
| a stretch of a longer one  | [name, start, stop, its length] | beside the log, by that name |
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from condemu.core.blobs import EMPTY, Blob
from condemu.core.codec import Bodies, Document, codec_of
from condemu.core.spaces import Space
from condemu.core.store import Change, Commit, Key, Record
from condemu.storage.file_blobs import BodyFile, FileBlobs
from condemu.storage.json_lines import document_of, line_of


class Unreadable(ValueError):
    """What is in a log is not of this version's making. The text says what was met."""


class LoggedBodies:
    """Bodies as documents of a log."""

    def __init__(self, blobs: FileBlobs) -> None:
        self._named: list[BodyFile] = []
        self._blobs = blobs

    def taken(self) -> list[BodyFile]:
        """The bodies that were named since this was last asked: they must be beside the log before the documents are in it."""
        named, self._named = self._named, []
        return named

    def keep(self, blob: Blob) -> Document:
        spans: list[Document] = []
        for leaf, start, stop in blob.spans:
            if isinstance(leaf, BodyFile):
                self._named.append(leaf)
                spans.append([leaf.name, start, stop, leaf.size])
            else:
                held = leaf[start:stop] if isinstance(leaf, bytes) else leaf.read(start, stop)
                spans.append(b2a_base64(held, newline=False).decode("ascii"))
        return spans

    def find(self, document: Document) -> Blob:
        if not document:
            return EMPTY
        if len(document) == 1 and type(document[0]) is str:
            return self._blobs.keep(a2b_base64(document[0]))
        blobs = [
            self._blobs.keep(a2b_base64(span))
            if type(span) is str
            else Blob(((self._blobs.body(span[0], span[3]), span[1], span[2]),))
            for span in document
        ]
        return Blob.joined(blobs)


class Form(NamedTuple):
    """How one space's entries are written: which parts of its keys are bytes, and the codec of its records.

    `shared` are the parts of the last key that was read. Keys that follow each other have the first ones in common, as objects.
    """

    name: str
    version: int
    raw: tuple[int, ...]
    encode: Callable[[Any, Bodies], Document]
    decode: Callable[[Document, Bodies], Any]
    shared: list[Any]

    def key(self, key: Key) -> Document:
        if not self.raw:
            return key
        parts = list(key)
        for place in self.raw:
            parts[place] = b2a_base64(parts[place], newline=False).decode("ascii")
        return parts

    def read_key(self, document: Document) -> Key:
        for place in self.raw:
            document[place] = a2b_base64(document[place])
        shared = self.shared
        for place, part in enumerate(document[:-1]):
            if shared[place] != part:
                shared[place] = part
            document[place] = shared[place]
        return tuple(document)


class Batches:
    """Commits to bytes and back, for the spaces of a program."""

    def __init__(self, spaces: Sequence[Space], blobs: FileBlobs) -> None:
        self.bodies = LoggedBodies(blobs)
        self._forms = {space.name: _form_of(space) for space in spaces}

    def encoded(self, commits: Sequence[Commit], at: float) -> tuple[bytes, list[BodyFile]]:
        """The batch, and the bodies that it names."""
        lines = [
            line_of({"commit": commit.index, "at": at, "changes": [self._shown(change) for change in commit.changes]})
            for commit in commits
        ]
        return b"\n".join(lines), self.bodies.taken()

    def entries(self, name: str, entries: Sequence[tuple[Key, Record]]) -> tuple[int, Document, list[BodyFile]]:
        """Entries of one space: the version of its documents, [key, record] of each, and the bodies that they name."""
        form = self._forms[name]
        shown = [(form.key(key), form.encode(held, self.bodies)) for key, held in entries]
        return form.version, shown, self.bodies.taken()

    def commits(self, batch: bytes) -> Iterator[Commit]:
        """The commits of a batch. The records that they replaced are not known: `old` is None. Raises Unreadable."""
        for line in batch.split(b"\n"):
            try:
                document = document_of(line)
                changes = tuple(self._read(*change) for change in document["changes"])
                index = int(document["commit"])
            except Unreadable:
                raise
            except (ValueError, KeyError, TypeError) as problem:
                raise Unreadable(f"a commit that is none: {problem}") from problem
            yield Commit(None, index, changes)

    def form(self, name: str, version: int) -> Form:
        """The form of that space. Raises Unreadable when this version of the program has none, or another version of it."""
        form = self._forms.get(name)
        if form is None:
            raise Unreadable(f"{name!r} is nothing that this version of condemu keeps")
        if version != form.version:
            raise Unreadable(f"{name} has version {form.version} here, and {version} there")
        return form

    def _shown(self, change: Change) -> Document:
        form, new = self._forms[change.table], change.new
        return form.name, form.version, form.key(change.key), None if new is None else form.encode(new, self.bodies)

    def _read(self, name: str, version: int, key: Any, document: Document) -> Change:
        form = self.form(name, version)
        return Change(name, form.read_key(key), None, None if document is None else form.decode(document, self.bodies))


def _form_of(space: Space) -> Form:
    codec = space.codec or codec_of(space.kind)
    raw = tuple(place for place, part in enumerate(space.parts) if part.kind is bytes)
    return Form(space.name, space.version, raw, codec.encode, codec.decode, [None] * len(space.parts))
