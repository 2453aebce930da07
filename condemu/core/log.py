"""The ordered list of commits, where it is kept outside of this process.

With a log, the list of commits is the truth and the store in memory is a replica of it. Decisions are made in batches on top of
the replica, a batch is appended, and only then it takes effect and its callers are told. If somebody else was faster, what they
appended is read and applied, and the decisions are made again. `storage/committer.py` does that; the engine knows no more of it
than `Committing` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from condemu.core.effects import Ids
from condemu.core.store import Commit, Txn


class LogUnavailable(Exception):
    """The log cannot be read or written now: a full disk, a database that does not answer. The text says which.

    What was to be appended may be in the log or not; it is in it whole or not at all.
    """


class Missed(Exception):
    """The log no longer has what a replica has not read yet: the replica begins anew, from a snapshot."""


class Log(Protocol):
    """Where commits are kept in order. It is used by one thread at a time, and its methods may take their time.

    `alone` says that no other process appends to it, so that a replica never has to be read again.
    """

    @property
    def alone(self) -> bool: ...

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        """Keep a batch of commits, which are those from `after + 1` to `last`, and the bodies that it names and nobody kept yet.

        Returns True when all of it is durable, and False, having kept none of it, when the list no longer ends with commit
        `after`. Raises LogUnavailable.
        """
        ...

    def read(self, after: int) -> list[tuple[int, bytes]]:
        """What was appended after commit `after`, in order: for each batch its last commit and its bytes.

        Raises LogUnavailable, and Missed when commits in between are kept no more.
        """
        ...

    def close(self) -> None: ...


class Committing(Protocol):
    """How the engine commits where there is a log."""

    @property
    def alone(self) -> bool: ...

    async def commit(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        """What the decision came to, when it is durable. Raises what the decision raises, and LogUnavailable."""
        ...

    async def catch_up(self) -> None:
        """Return when the replica has all that was in the log when this was called. Raises LogUnavailable."""
        ...

    def at_once(self) -> Committing:
        """The same for whoever cannot wait at all: `commit` is `commit_now`, and nothing is caught up with."""
        ...

    def commit_now(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        """As `commit`, for whoever cannot wait any other way than by doing nothing else."""
        ...
