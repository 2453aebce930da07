"""Stale reads: eventually consistent reads answered from the past, as AWS may answer them.

DynamoDB's reads without ConsistentRead, its global indexes and SimpleDB's reads may show what was there some commits ago. Which
commits those are depends on what is read: only those count that changed an item, or an entry of an index, that the read looks
at, so that every item and every index lags by itself. Consistent reads, conditions and S3 always see the truth.

`Past` keeps the last commits, and undoes them for one read. How many are undone says a rule, `Lag`, or whoever directs a race:

| rule                  | an eventually consistent read shows what was there                     |
|-----------------------|------------------------------------------------------------------------|
| commits=2             | before the last two commits that touched it                            |
| seconds=0.5           | half a second ago                                                      |
| until_time_moves=True | before the present moment: the clock has to move until a write is seen |
| commits=2, seed=7     | before none, one or two commits, by chance                             |
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

from condemu.core.calls import Call, Due, Step
from condemu.core.effects import Ids
from condemu.core.errors import ServiceError
from condemu.core.store import Change, Commit, Key, MemoryStore, ReadOnly, Record, Txn, undone

T = TypeVar("T")
MOST: Final = 1000  # commits that are kept; what is older has been seen by everybody


class Kept(NamedTuple):
    """A commit that may not have been seen: its number, the time at which it was made, and what it changed."""

    number: int
    at: float
    changes: tuple[Change, ...]


class Past:
    """The last commits of a store. `replicated` names the spaces that are read from the past; all others are as they are now."""

    def __init__(self, store: MemoryStore, replicated: Collection[str], most: int = MOST) -> None:
        self._store = store
        self._replicated = frozenset(replicated)
        self._commits: deque[Kept] = deque(maxlen=most)
        self._former = store.on_commit
        store.on_commit = self._note

    def end(self) -> None:
        """Keep no more commits."""
        self._store.on_commit = self._former

    def _note(self, commit: Commit) -> None:
        changes = tuple(change for change in commit.changes if change.table in self._replicated)
        if changes:
            self._commits.append(Kept(commit.index, self._store.clock.now(), changes))
        if self._former is not None:
            self._former(commit)

    @property
    def now(self) -> float:
        return self._store.clock.now()

    def forget(self) -> None:
        """Everybody has seen everything that was committed so far."""
        self._commits.clear()

    def touching(self, decide: Callable[[Txn], Any]) -> list[Kept]:
        """The commits that changed what a decision reads, the newest first."""
        if not self._commits:
            return []
        changed: dict[str, dict[Key, set[int]]] = {}
        for commit in self._commits:
            for change in commit.changes:
                changed.setdefault(change.table, {}).setdefault(change.key, set()).add(commit.number)
        seen: set[int] = set()
        try:
            self._store.view(lambda txn: decide(_Seen(txn, changed, seen)))
        except (ServiceError, Due):
            return []  # it reads nothing, or not yet
        return [commit for commit in reversed(self._commits) if commit.number in seen]

    def is_due(self, step: Step) -> bool:
        """Whether something has expired and would be deleted before a step."""
        try:
            self._store.view(step.decide)
        except Due:
            return True
        except (ServiceError, ReadOnly):
            return False
        return False

    def before(self, first: Kept, decide: Callable[[Txn], T]) -> T:
        """What a decision reads in the state before a commit."""
        changes = [change for commit in reversed(self._commits) if commit.number >= first.number for change in commit.changes]
        return self._store.view(lambda txn: decide(undone(txn, changes)))

    def view(self, decide: Callable[[Txn], T]) -> T:
        """What a decision reads now."""
        return self._store.view(decide)


class _Seen:
    """A transaction that notes which of the commits a decision would notice."""

    def __init__(self, txn: Txn, changed: dict[str, dict[Key, set[int]]], seen: set[int]) -> None:
        self._txn = txn
        self._changed = changed
        self._seen = seen
        self.now: float = txn.now
        self.index: int = txn.index
        self.ids: Ids = txn.ids

    def get(self, table: str, key: Key) -> Record | None:
        commits = self._changed.get(table)
        if commits is not None:
            self._seen.update(commits.get(key, ()))
        return self._txn.get(table, key)

    def put(self, table: str, key: Key, record: Record) -> None:
        self._txn.put(table, key, record)

    def delete(self, table: str, key: Key) -> None:
        self._txn.delete(table, key)

    def scan(
        self, table: str, start: Key | None = None, stop: Key | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[Key, Record]]:
        for key, commits in self._changed.get(table, {}).items():
            if (start is None or key >= start) and (stop is None or key < stop):
                self._seen.update(commits)
        return self._txn.scan(table, start, stop, reverse=reverse)

    def tables(self) -> tuple[str, ...]:
        return self._txn.tables()

    def come_after(self, index: int) -> None:
        self._txn.come_after(index)


HowMany = Callable[[Call, Sequence[Kept]], int]  # of the commits that touch what a call reads are not seen, the newest first


class StaleReads:
    """Answers eventually consistent reads. `lag` says how far behind."""

    def __init__(self, past: Past, lag: HowMany) -> None:
        self._past = past
        self._lag = lag

    def view(self, call: Call, decide: Callable[[Txn], T]) -> T:
        touching = self._past.touching(decide)
        unseen = min(self._lag(call, touching), len(touching))
        return self._past.before(touching[unseen - 1], decide) if unseen > 0 else self._past.view(decide)


@dataclass(frozen=True, slots=True)
class Lag:
    """A rule for how far behind reads are."""

    commits: int = 0
    seconds: float = 0.0
    until_time_moves: bool = False
    seed: int | None = None

    def on(self, past: Past) -> HowMany:
        """The rule at work on a past."""
        chance = random.Random(self.seed)

        def unseen(call: Call, touching: Sequence[Kept]) -> int:
            since = past.now if self.until_time_moves else past.now - self.seconds
            recent = sum(commit.at >= since for commit in touching) if self.until_time_moves or self.seconds else 0
            return max(recent, self.commits if self.seed is None else chance.randint(0, self.commits))

        return unseen
