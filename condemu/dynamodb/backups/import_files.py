"""The items in an import's files, read as streams: a file may be larger than memory, and unpack to far more than it has.

Read are lines of DynamoDB JSON, {"Item": {…}}, and CSV, whose columns are strings but for the keys; packed with gzip or not. Of
what is read no more is held than one line, and of a line no more than any item needs: a longer one is no item. What cannot be
an item counts as an error and is left out. Where a file is not packed as the request says, or breaks off, that counts as one
error, and the rest of it is skipped. The Developer Guide allows for that ("Import format quotas and validation"); that it
happens each time is inferred.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

from condemu.core.blobs import PIECE
from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MAX_ITEM_SIZE, Item, Malformed, measured_item
from condemu.dynamodb.items.items import check_size
from condemu.dynamodb.items.write_checks import check_attribute_names
from condemu.dynamodb.state.keys import Where, check_index_keys, where_of_item
from condemu.dynamodb.state.records import StoredItem, Table, item_in, packed, size_of

CSV: Final = "CSV"
LONGEST: Final = 16 * MAX_ITEM_SIZE  # bytes of a line of JSON: an empty string in a list, {"S":""}, takes nine and counts for one
WIDEST: Final = 4 * MAX_ITEM_SIZE  # bytes of a row of CSV: a quote in a cell takes two
BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error)


class Line(Enum):
    """What is in a file and is no item."""

    ERROR = 1  # it counts as one that failed
    NOTHING = 2  # a blank line; more of a line that is too long


class Reading:
    """What has been read of an import's files. Of two items with one key the later is kept, and both count."""

    def __init__(self, request: Mapping[str, Any], table: Table) -> None:
        self._request = request
        self._table = table
        self._items: dict[Where, StoredItem] = {}
        self.good = self.bad = 0
        self.size = 0  # of what the files unpack to

    @property
    def items(self) -> Iterator[tuple[Where, Item, int]]:
        """The items, where each belongs, and what it counts for."""
        return ((where, item_in(record), size_of(record)) for where, record in self._items.items())

    def read(self, pieces: Iterable[bytes]) -> Iterator[None]:
        """Read one file. It yields now and then, so that others can go first."""
        told = self.size
        try:
            for found in self._found(self._counted(self._unpacked(pieces))):
                if found is not Line.NOTHING:
                    self._take(found)
                if self.size - told >= PIECE:
                    told = self.size
                    yield
        except BROKEN:
            self.bad += 1

    def _unpacked(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        if self._request.get("InputCompressionType") != "GZIP":
            return pieces
        file = gzip.GzipFile(fileobj=io.BufferedReader(_File(pieces), PIECE))
        return iter(lambda: file.read1(PIECE), b"")

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.size += len(piece)
            yield piece

    def _found(self, pieces: Iterable[bytes]) -> Iterator[Any]:
        """Items as the API has them, and lines that are none."""
        if self._request["InputFormat"] == CSV:
            return _rows(self._request, self._table, pieces)
        return map(_document, lines_of(pieces, LONGEST))

    def _take(self, wire: Any) -> None:
        try:
            item, size = measured_item(wire)
            check_attribute_names(item, size)
            check_size(size)
            where = where_of_item(self._table, item)
            check_index_keys(self._table, item)
        except (ServiceError, Malformed):
            self.bad += 1
        else:
            self._items[where] = packed(item, size, 0)
            self.good += 1


class _File(io.RawIOBase):
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def lines_of(pieces: Iterable[bytes], longest: int) -> Iterator[bytes | Line]:
    """The lines, each with its end; in place of one that is too long an error, and then nothing for each piece of it."""
    held: list[bytes] = []  # the beginning of a line
    size, too_long = 0, False
    for piece in pieces:
        if b"\n" in piece or b"\r" in piece or (held and held[-1].endswith(b"\r")):
            lines = b"".join((*held, piece)).splitlines(keepends=True)
            rest = b"" if lines[-1].endswith(b"\n") else lines.pop()  # "\r" is no end yet: "\n" may follow
            for line in lines:
                if not too_long:
                    yield line if len(line) <= longest else Line.ERROR
                too_long = False
            held, size = [rest] if rest else [], len(rest)
        elif piece:
            held.append(piece)
            size += len(piece)
        if too_long:
            held = held[-1:]
            yield Line.NOTHING
        elif size > longest:
            held, too_long = held[-1:], True
            yield Line.ERROR
    if held and not too_long:
        yield b"".join(held)


def _document(line: bytes | Line) -> Any:
    if isinstance(line, Line):
        return line
    if not line.strip():
        return Line.NOTHING
    try:
        return json.loads(line)["Item"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Line.ERROR


class _NoRow(Exception):
    """Raised where a row would be: why there is none."""

    def __init__(self, why: Line) -> None:
        self.why = why


class _Text:
    """Lines as the reader of CSV takes them. A row goes over several if a cell does; it is too long if they are so together."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._lines = lines_of(pieces, WIDEST)
        self._taken = 0

    def __iter__(self) -> _Text:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if isinstance(line, Line):
            raise _NoRow(line)
        self._taken += len(line)
        if self._taken > WIDEST:
            raise _NoRow(Line.ERROR)
        return line.decode("utf-8", "replace")

    def begin(self) -> None:
        """What is taken now is of the next row."""
        self._taken = 0


def _rows(request: Mapping[str, Any], table: Table, pieces: Iterable[bytes]) -> Iterator[Any]:
    """Cells as attribute values: of the keys' types where they are keys, else strings; an empty cell is no attribute."""
    options: Mapping[str, Any] = (request.get("InputFormatOptions") or {}).get("Csv") or {}
    rows = _cells(pieces, options.get("Delimiter") or ",")
    names = options.get("HeaderList") or None
    kinds = dict(table.attributes)
    for cells in rows:
        if isinstance(cells, Line):
            if cells is Line.ERROR and names is None:
                names = []
            yield cells
        elif names is None:
            names = cells
        else:
            yield {name: {kinds.get(name, "S"): cell} for name, cell in zip(names, cells, strict=False) if cell} or Line.ERROR


def _cells(pieces: Iterable[bytes], delimiter: str) -> Iterator[list[str] | Line]:
    """The rows of a file of CSV. One with a cell that is longer than an item is an error."""
    text = _Text(pieces)
    rows = csv.reader(text, delimiter=delimiter)
    found: list[str] | Line
    while True:
        text.begin()
        usual = csv.field_size_limit(MAX_ITEM_SIZE)  # Python's own is a third of it, and one for the whole process
        try:
            found = next(rows)
        except csv.Error:
            found = Line.ERROR
        except _NoRow as none:
            found = none.why
        except StopIteration:
            return
        finally:
            csv.field_size_limit(usual)
        yield found
