"""Where state lives, and the one verb that changes it.

`store.transact(decide)` runs an ordinary function on a transaction. What it puts and deletes is buffered and applied, all at
once, when it returns; when it raises, nothing happened. `decide` must be pure but for the transaction, because a store may run it
again (a serialization failure, a contract test that does so on purpose).

A store is a set of named tables, each an ordered map from keys to records. A key is a tuple of strings, bytes or integers, of one
shape within a table; it orders as Python orders tuples, which for strings is also the order of their UTF-8 bytes. Records are
frozen: a store hands out the very object it holds.

The commit index counts commits that changed something, from 1; a commit that brings records from another store may pass over some
numbers (`come_after`). Inside `decide`, `txn.index` is the index that this commit will
have if it changes anything; a record that keeps it can later tell whether it was written after some request had been received.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol, TypeVar

from sortedcontainers import SortedDict

from condemu.core.effects import Clock, Ids
from condemu.core.records import record

T = TypeVar("T")
Key = tuple[Any, ...]
Record = Any


class Txn(Protocol):
    """What a decision may see and do."""

    now: float
    index: int
    ids: Ids

    def get(self, table: str, key: Key) -> Record | None: ...

    def put(self, table: str, key: Key, record: Record) -> None: ...

    def delete(self, table: str, key: Key) -> None:
        """Deleting what is not there is no change."""
        ...

    def scan(
        self, table: str, start: Key | None = None, stop: Key | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[Key, Record]]:
        """Entries with start <= key < stop in key order (or the reverse), read lazily, the transaction's own writes included.

        The table must not be written to while such an iterator is still in use.
        """
        ...

    def tables(self) -> tuple[str, ...]:
        """The names of the tables that hold something: what a reset goes through."""
        ...

    def come_after(self, index: int) -> None:
        """Let this commit have an index above `index`, which the records remember that it brings from another store.

        So they were written in the past here, too. Indexes that are passed over are nobody's.
        """
        ...


@record
class Change:
    """One entry of a commit. None stands for absence."""

    table: str
    key: Key
    old: Record | None
    new: Record | None


@record
class Commit:
    """What a decision came to: its result, the index of the commit (the last one's, if it changed nothing), and the changes."""

    result: Any
    index: int
    changes: tuple[Change, ...]


class Store(Protocol):
    """`on_commit` is told of each commit, in their order and before the next decision runs; it must neither fail nor wait."""

    clock: Clock
    ids: Ids
    on_commit: Callable[[Commit], None] | None

    @property
    def index(self) -> int:
        """The index of the last commit; 0 before the first."""
        ...

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        """Run `decide` and apply what it wrote. `ids` are its identifiers, in place of the store's own."""
        ...

    def view(self, decide: Callable[[Txn], T]) -> T:
        """As `transact`, for a decision that only reads. Writing in it raises ReadOnly."""
        ...


_replace: Final[Callable[[Any, Key, Record], None]] = dict.__setitem__  # of a key whose place in the order is known


class ReadOnly(Exception):
    """A decision that was announced as a read tried to write: a mistake in the program, not in a request."""


def prefix_range(prefix: Key) -> tuple[Key, Key]:
    """The bounds between which exactly the keys that begin with `prefix` lie. Its last part is a string, bytes or an integer."""
    last = prefix[-1]
    if isinstance(last, str):
        return prefix, (*prefix[:-1], last + "\0")
    if isinstance(last, bytes):
        return prefix, (*prefix[:-1], last + b"\0")
    return prefix, (*prefix[:-1], last + 1)


class MemoryTxn:
    """A transaction over tables in memory: reads fall through to them, writes wait here."""

    __slots__ = ("_tables", "_writes", "ids", "index", "now")

    def __init__(self, tables: dict[str, SortedDict[Key, Record]], now: float, index: int, ids: Ids) -> None:
        self._tables = tables
        self._writes: dict[str, dict[Key, Record | None]] = {}
        self.now = now
        self.index = index
        self.ids = ids

    def get(self, table: str, key: Key) -> Record | None:
        if self._writes:
            written = self._writes.get(table)
            if written is not None and key in written:
                return written[key]
        held = self._tables.get(table)
        return None if held is None else held.get(key)

    def put(self, table: str, key: Key, record: Record) -> None:
        if record is None:
            raise ValueError("a record is never None")
        written = self._writes.get(table)
        if written is None:
            written = self._writes[table] = {}
        written[key] = record

    def delete(self, table: str, key: Key) -> None:
        written = self._writes.get(table)
        if written is None:
            written = self._writes[table] = {}
        written[key] = None

    def scan(
        self, table: str, start: Key | None = None, stop: Key | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[Key, Record]]:
        held = self._tables.get(table)
        written = self._writes.get(table)
        if not written:
            if held is not None:
                for key in held.irange(start, stop, (True, False), reverse):
                    yield key, held[key]
            return
        below = () if held is None else ((key, held[key]) for key in held.irange(start, stop, (True, False), reverse))
        yield from _merged(written, below, start, stop, reverse)

    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._tables, *self._writes)))

    def come_after(self, index: int) -> None:
        self.index = max(self.index, index + 1)


def _merged(
    written: dict[Key, Record | None], below: Iterable[tuple[Key, Record]], start: Key | None, stop: Key | None, reverse: bool
) -> Iterator[tuple[Key, Record]]:
    """What a transaction wrote to a table over what lies below it there, in the order of the keys."""
    own = iter(sorted((k for k in written if (start is None or k >= start) and (stop is None or k < stop)), reverse=reverse))
    base = iter(below)
    mine, theirs = next(own, None), next(base, None)
    while mine is not None or theirs is not None:
        if mine is not None and (theirs is None or mine == theirs[0] or (mine < theirs[0]) is not reverse):
            if theirs is not None and mine == theirs[0]:
                theirs = next(base, None)
            record = written[mine]
            if record is not None:
                yield mine, record
            mine = next(own, None)
        else:
            assert theirs is not None
            yield theirs
            theirs = next(base, None)


class _ReadTxn(MemoryTxn):
    __slots__ = ()

    def put(self, table: str, key: Key, record: Record) -> None:
        raise ReadOnly(table)

    def delete(self, table: str, key: Key) -> None:
        raise ReadOnly(table)


def undone(txn: Txn, changes: Iterable[Change]) -> Txn:
    """What a transaction over tables in memory shows, as it was before these changes, given newest first. It is for reading."""
    assert isinstance(txn, MemoryTxn)
    past = _ReadTxn(txn._tables, txn.now, txn.index, txn.ids)
    for change in changes:
        past._writes.setdefault(change.table, {})[change.key] = change.old
    return past


class MemoryStore:
    """Everything in this process's memory. A look-up costs the same whatever is held; a new key costs its place in the order.

    Decisions run one at a time, whichever threads they come from.
    """

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self.clock = clock
        self.ids = ids
        self._tables: dict[str, SortedDict[Key, Record]] = {}
        self.index = 0
        self._lock = threading.Lock()
        self.on_commit: Callable[[Commit], None] | None = None

    def copy(self, clock: Clock, ids: Ids) -> MemoryStore:
        """Another store that holds the same and goes on by itself. Records are shared: they never change."""
        other = MemoryStore(clock, ids)
        with self._lock:
            other._tables = {name: SortedDict(table) for name, table in self._tables.items() if table}
            other.index = self.index
        return other

    def load(self, tables: Iterable[tuple[str, Iterable[tuple[Key, Record]]]], index: int) -> None:
        """Hold this, as of commit `index`, in place of all that was held. Entries of one table that come in order cost least."""
        with self._lock:
            self._tables = {name: SortedDict(entries) for name, entries in tables}
            self.index = index

    def apply(self, commit: Commit) -> None:
        """Let a commit that was decided elsewhere, or decided and then written to a log, take effect. It is the next one."""
        with self._lock:
            for change in commit.changes:
                table = self._tables.get(change.table)
                if table is None:
                    table = self._tables[change.table] = SortedDict()
                if change.new is None:
                    table.pop(change.key, None)
                elif change.key in table:
                    _replace(table, change.key, change.new)
                else:
                    table[change.key] = change.new
            self.index = commit.index
            if self.on_commit is not None:
                self.on_commit(commit)

    def batch(self) -> Batch:
        """Decisions on top of what is held now, of which nothing is applied."""
        return Batch(self._tables, self.clock, self.ids, self.index)

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        with self._lock:
            txn = MemoryTxn(self._tables, self.clock.now(), self.index + 1, ids or self.ids)
            result = decide(txn)
            if not txn._writes:
                return Commit(result, self.index, ())
            return self._apply(txn._writes, result, txn.index)

    def view(self, decide: Callable[[Txn], T]) -> T:
        with self._lock:
            # Not a class of its own: Python's interpreter is fast where objects are of one class.
            txn = MemoryTxn(self._tables, self.clock.now(), self.index + 1, self.ids)
            result = decide(txn)
            if txn._writes:
                raise ReadOnly(", ".join(txn._writes))
            return result

    def _apply(self, writes: dict[str, dict[Key, Record | None]], result: Any, index: int) -> Commit:
        changes: list[Change] = []
        for name, written in writes.items():
            table = self._tables.get(name)
            if table is None:
                table = self._tables[name] = SortedDict()
            for key, new in written.items():
                old = table.get(key)
                if new is not None and old is not None:
                    _replace(table, key, new)
                elif new is not None:
                    table[key] = new
                elif old is not None:
                    del table[key]
                else:
                    continue
                changes.append(Change(name, key, old, new))
        if not changes:
            return Commit(result, self.index, ())
        self.index = index
        commit = Commit(result, self.index, tuple(changes))
        if self.on_commit is not None:
            self.on_commit(commit)
        return commit


class _OverTxn(MemoryTxn):
    """A transaction over another one that has not been applied."""

    __slots__ = ("_below",)

    def __init__(self, below: MemoryTxn, ids: Ids) -> None:
        super().__init__(below._tables, below.now, below.index, ids)
        self._below = below

    def get(self, table: str, key: Key) -> Record | None:
        written = self._writes.get(table)
        if written is not None and key in written:
            return written[key]
        return self._below.get(table, key)

    def scan(
        self, table: str, start: Key | None = None, stop: Key | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[Key, Record]]:
        below = self._below.scan(table, start, stop, reverse=reverse)
        written = self._writes.get(table)
        return _merged(written, below, start, stop, reverse) if written else below

    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._below.tables(), *self._writes)))


class Batch:
    """Decisions that take effect together or not at all, each made on top of those before it."""

    def __init__(self, tables: dict[str, SortedDict[Key, Record]], clock: Clock, ids: Ids, index: int) -> None:
        self.after = index
        self.commits: list[Commit] = []
        self._clock = clock
        self._ids = ids
        self._below = MemoryTxn(tables, 0.0, index + 1, ids)

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        """As the store's; but the commit is only one of this batch."""
        below = self._below
        below.now = self._clock.now()
        txn = _OverTxn(below, ids or self._ids)
        result = decide(txn)
        changes = []
        for name, written in txn._writes.items():
            for key, new in written.items():
                old = below.get(name, key)
                if new is not None or old is not None:
                    changes.append(Change(name, key, old, new))
        if not changes:
            return Commit(result, below.index - 1, ())
        for change in changes:
            below._writes.setdefault(change.table, {})[change.key] = change.new
        commit = Commit(result, txn.index, tuple(changes))
        below.index = txn.index + 1
        self.commits.append(commit)
        return commit
