"""A call and what it comes to: who asks, what is asked, what it touches, and the steps that decide it.

The server makes a `Call` when a request's head is complete, and the service fills it in as it learns more. A service turns a
request into a `Plan`: one step for what AWS does atomically, one for each entry of a batch. A step is a decision with the
resources that it touches. What came of a step is an `Outcome`, whether it was committed or refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from condemu.core.errors import ServiceError
from condemu.core.store import Change, Txn

Decide = Callable[[Txn], Any]

# Why a call is made.
CLIENT: Final = "client"  # a client asked for it
EXPORT: Final = "export"  # an export of a SimpleDB domain writes its files
SWEEP: Final = "sweep"  # items whose time to live has passed are deleted
ADMINISTRATION: Final = "administration"  # a reset, a bucket that is there at the start

NO_PARAMETERS: Final[Mapping[str, Any]] = {}
NO_HEADERS: Final[Mapping[str, str]] = {}
_ACTOR: Final = re.compile(r"md/actor#([^\s/]+)")  # as SDKs write a pair of metadata in their User-Agent
_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/|^AWS ([^:\s]+):")
_ATTEMPT: Final = re.compile(r"attempt=(\d{1,9})(?:;\s*max=(\d{1,9}))?")


class Touch(NamedTuple):
    """A resource that a step touches, in AWS's terms: "s3:bucket/key", "dynamodb:table/key", "simpledb:domain/item".

    Without a key it means all of the bucket, table or domain. Two steps commute when no resource that one of them writes is
    touched by the other.
    """

    resource: str
    written: bool


class Attempt(NamedTuple):
    """One attempt of an SDK's call. All attempts of one call have the same `invocation`; `number` counts from 1."""

    invocation: str
    number: int
    most: int | None


class Call:
    """One call on its way through the stages. Observers read it; the server and the service fill it in.

    `number` counts the emulator's requests. `operation` is AWS's name, `parameters` are AWS's members. `account` and
    `access_key` are known once the signature is verified. `arrived_index` and `arrived_at` are the commit index and the time at
    which the request arrived: what a 409 of S3 is judged by. `consistent` is False for a read that AWS may answer from the past.
    `identity` is what seeded identifiers are derived from.
    """

    __slots__ = (
        "_actor", "access_key", "account", "announced", "arrivals", "arrived_at", "arrived_index", "cause", "commit_index",
        "consistent", "headers", "identity", "number", "operation", "outcomes", "parameters", "request_id", "service",
    )  # fmt: skip

    def __init__(
        self,
        service: str = "",
        operation: str = "",
        cause: str = CLIENT,
        account: str = "",
        access_key: str = "",
        parameters: Mapping[str, Any] = NO_PARAMETERS,
        headers: Mapping[str, str] = NO_HEADERS,
        number: int = 0,
        request_id: str = "",
        arrived_index: int = 0,
        arrived_at: float = 0.0,
        consistent: bool = True,
    ) -> None:
        self.service = service
        self.operation = operation
        self.cause = cause
        self.account = account
        self.access_key = access_key
        self.parameters = parameters
        self.headers = headers
        self.number = number
        self.identity = ""
        self.request_id = request_id
        self.arrived_index = arrived_index
        self.arrived_at = arrived_at
        self.consistent = consistent
        self.arrivals = 1
        self.commit_index = 0
        self.outcomes = 0  # announced so far
        self.announced = False  # its arrival, to those who observe its account
        self._actor = ""

    @property
    def actor(self) -> str:
        """Who sent it: the header x-condemu-actor, else `md/actor#NAME` in the User-Agent, else the access key."""
        return self._actor or actor_of(self.headers) or self.access_key

    @actor.setter
    def actor(self, name: str) -> None:
        self._actor = name

    @property
    def attempt(self) -> Attempt | None:
        """Which attempt of which call it is, as AWS's SDKs say with `amz-sdk-invocation-id` and `amz-sdk-request`."""
        invocation = self.headers.get("amz-sdk-invocation-id")
        if invocation is None:
            return None
        match = _ATTEMPT.search(self.headers.get("amz-sdk-request", ""))
        if match is None:
            return Attempt(invocation, 1, None)
        return Attempt(invocation, int(match[1]), int(match[2]) if match[2] else None)

    def __repr__(self) -> str:
        return f"<call {self.number}: {self.actor or self.cause} {self.service}:{self.operation}>"


def actor_of(headers: Mapping[str, str]) -> str:
    """The actor that a request's headers name; "" when they name none. The access key need not be a genuine one."""
    named = headers.get("x-condemu-actor")
    if named:
        return named
    match = _ACTOR.search(headers.get("user-agent", ""))
    if match is not None:
        return match[1]
    match = _CREDENTIAL.search(headers.get("authorization", ""))
    return (match[1] or match[2]) if match is not None else ""


class Step:
    """One decision of a call.

    `touches` tells the resources that it will touch, for those who observe; only then is `footprint` filled in. `reads` says
    that it changes nothing. An observer that keeps a transaction waiting may let it `reserve` its items meanwhile, as DynamoDB's
    transactions do: until it is decided, others that want them meet a conflict. It may also let the step be `late`: what is due
    before it is left for later.
    """

    __slots__ = ("_release", "_reserve", "decide", "footprint", "late", "reads", "touches")

    def __init__(
        self,
        decide: Decide,
        touches: Callable[[Txn], Sequence[Touch]],
        reads: bool = False,
        reserve: Callable[[], Callable[[], None]] | None = None,
    ) -> None:
        self.decide = decide
        self.touches = touches
        self.reads = reads
        self.footprint: tuple[Touch, ...] = ()
        self.late = False
        self._reserve = reserve
        self._release: Callable[[], None] | None = None

    @property
    def reserves(self) -> bool:
        """Whether it is a transaction, which can reserve its items."""
        return self._reserve is not None

    def reserve(self) -> None:
        """Reserve what the step touches until it is decided. A step that is no transaction has nothing to reserve."""
        if self._reserve is not None and self._release is None:
            self._release = self._reserve()

    def release(self) -> None:
        """Give back what was reserved."""
        if self._release is not None:
            self._release()
            self._release = None


class Plan:
    """What is left of a request once everything was refused that needs no decision.

    Without `join` there is one step, and its result is the call's. With it each step is decided by itself, and `join` makes the
    call's result of their results and refusals, or raises what refuses the call as a whole. `check` refuses the call before its
    first step, and changes nothing.
    """

    __slots__ = ("check", "consistent", "join", "steps")

    def __init__(
        self,
        *steps: Step,
        join: Callable[[list[Any]], Any] | None = None,
        check: Decide | None = None,
        consistent: bool = True,
    ) -> None:
        self.steps = steps
        self.join = join
        self.check = check
        self.consistent = consistent


class Due(Exception):
    """Raised by a decision that something must precede: `sweep` is committed first, on behalf of `account`; then `then` decides.

    `then` may raise Due again, as long as each sweep leaves less to be done. `late` decides without any sweep.
    """

    def __init__(self, operation: str, account: str, sweep: Decide, then: Decide, late: Decide) -> None:
        super().__init__(operation)
        self.operation = operation
        self.account = account
        self.sweep = sweep
        self.then = then
        self.late = late


class Readable(Protocol):
    """A part of a result that is kept in the emulator's own form until it is rendered."""

    def readable(self) -> Any:
        """The same as AWS's members."""
        ...


class Outcome:
    """What came of a step: committed or refused.

    `index` is the index of the commit, or of the last one before a step that changed nothing. `changes` are those of the store.
    `step` is None for a call that was refused, or answered, before it had any.
    """

    __slots__ = ("_result", "call", "changes", "index", "refusal", "step")

    def __init__(
        self,
        call: Call,
        step: Step | None,
        result: Any = None,
        refusal: ServiceError | None = None,
        index: int = 0,
        changes: tuple[Change, ...] = (),
    ) -> None:
        self.call = call
        self.step = step
        self._result = result
        self.refusal = refusal
        self.index = index
        self.changes = changes

    @property
    def committed(self) -> bool:
        return self.refusal is None

    @property
    def members(self) -> Mapping[str, Any]:
        """The result by AWS's member names; empty for a refusal."""
        result = self._result
        if not isinstance(result, Mapping):
            return NO_PARAMETERS
        return {name: value.readable() if hasattr(value, "readable") else value for name, value in result.items()}

    def __repr__(self) -> str:
        came = repr(self.refusal) if self.refusal is not None else f"commit {self.index}"
        return f"<{self.call!r}: {came}>"
