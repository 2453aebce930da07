"""Other stores to run the services on, and one that looks at everything that is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from condemu.core.codec import MemoryBodies
from condemu.core.effects import Clock, Ids
from condemu.core.spaces import Space
from condemu.core.store import Change, Commit, Key, MemoryStore, MemoryTxn, ReadOnly, Txn
from condemu.dynamodb.data.values import equal
from condemu.dynamodb.state.records import AS_JSON, StoredItem, changed_by, item_in, size_of
from condemu.server.state import SPACES

BY_NAME = {space.name: space for space in SPACES}
OURS = ("s3.", "dynamodb.", "simpledb.")
LARGE = 256 * 1024  # bytes of a body that is not digested for each commit


class TwiceStore(MemoryStore):
    """Decides twice and keeps the second run: what a store does after a serialization failure."""

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        with self._lock:
            decide(MemoryTxn(self._tables, self.clock.now(), self.index + 1, ids or self.ids))
        return super().transact(decide, None if ids is None else ids.again())

    def view(self, decide: Callable[[Txn], Any]) -> Any:
        super().view(decide)
        return super().view(decide)


class NaiveTxn:
    """Reads and writes a copy of everything, and sorts it whenever it is asked for an order."""

    def __init__(self, held: dict[tuple[str, Key], Any], now: float, index: int, ids: Ids, *, writable: bool) -> None:
        self.held, self.now, self.index, self.ids, self.writable = dict(held), now, index, ids, writable

    def get(self, table: str, key: Key) -> Any:
        return self.held.get((table, key))

    def put(self, table: str, key: Key, record: Any) -> None:
        if not self.writable:
            raise ReadOnly(table)
        if record is None:
            raise ValueError("a record is never None")
        self.held[table, key] = record

    def delete(self, table: str, key: Key) -> None:
        if not self.writable:
            raise ReadOnly(table)
        self.held.pop((table, key), None)

    def scan(
        self, table: str, start: Key | None = None, stop: Key | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[Key, Any]]:
        keys = [key for name, key in self.held if name == table]
        for key in sorted(keys, reverse=reverse):
            if (start is None or key >= start) and (stop is None or key < stop):
                yield key, self.held[table, key]

    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name, _ in self.held))

    def come_after(self, index: int) -> None:
        self.index = max(self.index, index + 1)


class NaiveStore:
    """One dictionary, copied for each decision: what any store must do, in as few lines as possible."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self.clock, self.ids, self.index = clock, ids, 0
        self.on_commit: Callable[[Commit], None] | None = None
        self.held: dict[tuple[str, Key], Any] = {}
        self._lock = Lock()

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        with self._lock:
            return self._transact(decide, ids or self.ids)

    def _transact(self, decide: Callable[[Txn], Any], ids: Ids) -> Commit:
        txn = NaiveTxn(self.held, self.clock.now(), self.index + 1, ids, writable=True)
        result = decide(txn)
        places = [*dict.fromkeys((*self.held, *txn.held))]
        changes = tuple(
            Change(*place, self.held.get(place), txn.held.get(place))
            for place in places
            if self.held.get(place) is not txn.held.get(place)
        )
        if not changes:
            return Commit(result, self.index, ())
        self.held, self.index = txn.held, txn.index
        commit = Commit(result, self.index, changes)
        if self.on_commit is not None:
            self.on_commit(commit)
        return commit

    def view(self, decide: Callable[[Txn], Any]) -> Any:
        return decide(NaiveTxn(self.held, self.clock.now(), self.index + 1, self.ids, writable=False))


def made(name: str, clock: Clock, ids: Ids) -> Any:
    """A store by its name; None for one that a data directory makes."""
    kinds = {"MemoryStore": MemoryStore, "TwiceStore": TwiceStore, "NaiveStore": NaiveStore}
    return kinds[name](clock, ids) if name in kinds else None


def written_down(store: Any) -> list[str]:
    """All that a store holds, as documents."""
    bodies = MemoryBodies()
    held = store.view(lambda txn: [(name, *entry) for name in txn.tables() for entry in txn.scan(name)])
    return sorted(json.dumps(BY_NAME[name].document(key, record, bodies)) for name, key, record in held if name in BY_NAME)


# --- what is written --------------------------------------------------------------------------------------------------------


def check_commit(commit: Commit) -> None:
    """Every key has its space's shape, every record its type, and what is written survives being written down."""
    for change in commit.changes:
        space = BY_NAME.get(change.table)
        if space is None:
            assert not change.table.startswith(OURS), f"{change.table} is a space of no service"
            continue
        assert not space.fault_in(change.key), space.fault_in(change.key)
        if change.new is not None:
            check_record(space, change.key, change.new)


def check_record(space: Space, key: Key, held: Any) -> None:
    kind = getattr(space.kind, "__origin__", space.kind)
    assert type(held) is kind, f"{space.name} has records of {kind.__name__}, not {held!r}"
    if getattr(held, "size", 0) <= LARGE:
        round_trip(space, key, held)


def round_trip(space: Space, key: Key, held: Any) -> None:
    """An entry that was written down and read again is the same entry."""
    bodies = MemoryBodies()
    document = space.document(key, held, bodies)
    read_key, read = space.entry(json.loads(json.dumps(document, allow_nan=False)), bodies)
    assert (read_key, space.document(read_key, read, bodies)) == (key, document)
    if space.codec is AS_JSON:
        assert same_item(held, read)
    elif space.name == "dynamodb.record":
        assert (read.at, read.expired) == (held.at, held.expired)
        assert same_item(held.old, read.old)
        assert same_item(held.new, read.new)
    elif space.name == "dynamodb.past":
        assert read.at == held.at
        assert same_item(held.old, read.old)
    elif not hasattr(held, "body") and not hasattr(held, "draft"):  # bodies are equal by their names, which the documents have
        assert read == held


def same_item(first: StoredItem | None, second: StoredItem | None) -> bool:
    if first is None or second is None:
        return first is second
    return (
        equal(item_in(first), item_in(second)) and size_of(first) == size_of(second) and changed_by(first) == changed_by(second)
    )
