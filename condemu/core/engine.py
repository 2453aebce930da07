"""The only caller of `transact`, and the four stages that it announces.

    RECEIVED   the request's head is here; the commit index is noted in `Request.received_index`
    READY      routed, verified, decoded, validated, authorized, body spooled: all that is left is the decision
    COMMITTED  the decision returned; or REFUSED, it raised
    REPLIED    the answer is about to leave

Faults, virtual time, interleaving control, stale reads and history are observers of these stages; no service knows of them. An
observer may hold a call (by awaiting), fail it (by raising a ServiceError at READY), or lose its reply (by raising ReplyLost).
Decisions never suspend, so the order in which calls leave READY is the order in which they take effect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from condemu.core.errors import ServiceError
from condemu.core.store import Commit, Store, Txn

T = TypeVar("T")


class Call:
    """One API call on its way through the stages: who asks for what. Observers read it; services fill it.

    `operation` is AWS's name; `resources` are the names it touches in AWS's terms ("bucket/key", "table/key",
    "domain/item"), so that two calls without a common one commute. `consistent` is False for a read that AWS may answer
    from the past.
    """

    __slots__ = (
        "access_key",
        "account",
        "commit_index",
        "consistent",
        "operation",
        "parameters",
        "received_at",
        "received_index",
        "request_id",
        "resources",
        "service",
        "writes",
    )

    def __init__(
        self,
        service: str,
        operation: str,
        *,
        account: str = "000000000000",
        access_key: str = "",
        resources: tuple[str, ...] = (),
        parameters: dict[str, Any] | None = None,
        request_id: str = "",
        received_index: int = 0,
        received_at: float = 0.0,
        writes: bool = False,
        consistent: bool = True,
    ) -> None:
        self.service = service
        self.operation = operation
        self.account = account
        self.access_key = access_key
        self.resources = resources
        self.parameters = parameters if parameters is not None else {}
        self.request_id = request_id
        self.received_index = received_index
        self.received_at = received_at
        self.writes = writes
        self.consistent = consistent
        self.commit_index = 0


class ReplyLost(Exception):
    """Raised by an observer at REPLIED: what was decided stands, but the client never hears of it."""


class Observer(Protocol):
    async def ready(self, call: Call) -> None: ...

    def committed(self, call: Call, commit: Commit) -> None: ...

    def refused(self, call: Call, error: ServiceError) -> None: ...

    async def replied(self, call: Call, status: int) -> None: ...


class ReadSource(Protocol):
    """Answers reads in place of the store: how the lab makes eventually consistent reads honestly stale."""

    def view(self, call: Call, decide: Callable[[Txn], T]) -> T: ...


class Engine:
    """Runs decisions. Nothing else in the program changes state."""

    def __init__(self, store: Store, observers: tuple[Observer, ...] = (), stale_reads: ReadSource | None = None) -> None:
        self.store = store
        self.observers = observers
        self.stale_reads = stale_reads

    async def run(self, call: Call, decide: Callable[[Txn], T]) -> T:
        """Let `decide` take effect, or raise what it raised."""
        if self.observers:
            return await self._run_observed(call, decide)
        commit = self.store.transact(decide)
        call.commit_index = commit.index
        return commit.result  # type: ignore[no-any-return]

    async def read(self, call: Call, decide: Callable[[Txn], T]) -> T:
        """Answer from the state: the present one, or for an eventually consistent read whichever the lab shows."""
        if self.observers:
            return await self._read_observed(call, decide)
        return self._view(call, decide)

    async def replied(self, call: Call, status: int) -> None:
        """Announce that the answer is about to leave. Raises ReplyLost when an observer says that it must not."""
        for observer in self.observers:
            await observer.replied(call, status)

    def administer(self, decide: Callable[[Txn], T]) -> T:
        """Change the state outside of the stages: a reset, which nobody may hold, delay or fail."""
        return self.store.transact(decide).result  # type: ignore[no-any-return]

    def _view(self, call: Call, decide: Callable[[Txn], T]) -> T:
        if self.stale_reads is not None and not call.consistent:
            return self.stale_reads.view(call, decide)
        call.commit_index = self.store.index
        return self.store.view(decide)

    async def _run_observed(self, call: Call, decide: Callable[[Txn], T]) -> T:
        try:
            for observer in self.observers:
                await observer.ready(call)
            commit = self.store.transact(decide)
        except ServiceError as error:
            self._refused(call, error)
            raise
        call.commit_index = commit.index
        for observer in self.observers:
            observer.committed(call, commit)
        return commit.result  # type: ignore[no-any-return]

    async def _read_observed(self, call: Call, decide: Callable[[Txn], T]) -> T:
        try:
            for observer in self.observers:
                await observer.ready(call)
            result = self._view(call, decide)
        except ServiceError as error:
            self._refused(call, error)
            raise
        commit = Commit(result, call.commit_index, ())
        for observer in self.observers:
            observer.committed(call, commit)
        return result

    def _refused(self, call: Call, error: ServiceError) -> None:
        for observer in self.observers:
            observer.refused(call, error)
