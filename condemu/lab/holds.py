"""Holds: a request that a hold picks waits at a stage until it is released by hand, or its time is up.

`Holds` is an observer. A request waits when it is READY, or with its answer, REPLYING. One that was held at READY takes effect as
if it had just arrived, unless the hold says that it overlaps: then it has been under way all the while, as a slow request is, so
that S3 answers 409 for what changed meanwhile, and a transaction keeps its items reserved.

How a request waits is not decided here: a `Gate` does. In this process its thread waits, on a server its task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Protocol

from condemu.core.calls import Call, Step
from condemu.core.engine import ARRIVE_AGAIN, Watch, _ArriveAgain
from condemu.core.http import Response
from condemu.lab.faults import DELAY, Counted, Fault

READY: Final = "ready"
REPLYING: Final = "replying"
STAGES: Final = (READY, REPLYING)
LIMIT: Final = 60.0  # seconds that a request waits if the hold does not say


class Gate(Protocol):
    """What one request waits at."""

    async def passed(self) -> bool:
        """Wait until it is open. False when its time was up first."""
        ...

    def open(self) -> None: ...


def picking(service: str = "", operation: str = "", key: str = "", actor: str = "", first: int | None = None) -> Fault:
    """The rule of a hold: a delay, of which somebody decides how long it takes."""
    return Fault(DELAY, service, operation, key, actor, first=first)


@dataclass(eq=False, slots=True)
class Parked:
    """A request that waits."""

    number: int
    hold: Hold
    call: Call
    resource: str  # "bucket/key"
    since: float
    gate: Gate

    def __str__(self) -> str:
        return f"{self.call.actor or 'somebody'}'s {self.call.operation} {self.resource}".rstrip()


@dataclass(eq=False, slots=True)
class Hold:
    """`late` are the requests that went on because their time was up: nobody released them."""

    number: int
    counted: Counted
    stage: str = READY
    seconds: float = LIMIT
    overlapping: bool = False
    released: int = 0
    late: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"hold {self.number} of {self.counted.rule.operation or 'every request'} at {self.stage}"


class Holds(Watch):
    """`gate` makes what one request waits at, for that many seconds at most; `parked` is told of each that begins to wait."""

    def __init__(
        self, gate: Callable[[float], Gate], now: Callable[[], float], parked: Callable[[Parked], None] = lambda _: None
    ) -> None:
        self.holds: list[Hold] = []
        self.waiting: list[Parked] = []  # who began first comes first
        self._gate = gate
        self._now = now
        self._told = parked
        self._numbers, self._parked = count(1), count(1)
        self._again: dict[Call, int] = {}  # calls that were released, and how often they had arrived by then
        self._replies: dict[Call, tuple[Hold, str]] = {}  # calls whose replies are to be held

    def add(self, rule: Fault, stage: str = READY, seconds: float = LIMIT, overlapping: bool = False) -> Hold:
        hold = Hold(next(self._numbers), Counted(rule), stage, seconds, overlapping)
        self.holds.append(hold)
        return hold

    def remove(self, hold: Hold) -> None:
        """End a hold. Who waits at it goes on."""
        self.holds.remove(hold)
        self.release(hold, everybody=True)

    def waiting_at(self, hold: Hold) -> list[Parked]:
        return [parked for parked in self.waiting if parked.hold is hold]

    def release(self, hold: Hold, everybody: bool = False) -> list[Parked]:
        """Let the request go on that has waited longest at a hold, or all of them. Who went on; nobody where nobody waits."""
        able = self.waiting_at(hold)
        going = able if everybody else able[:1]
        for parked in going:
            self.waiting.remove(parked)
            hold.released += 1
            parked.gate.open()
        return going

    # the stages

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None:
        if call.arrivals > self._again.pop(call, call.arrivals):
            return None
        hold = next((hold for hold in self.holds if hold.counted.strikes(call, step)), None)
        if hold is None:
            return None
        resource = step.footprint[0].resource.partition(":")[2] if step.footprint else ""
        if hold.stage == REPLYING:
            self._replies[call] = hold, resource
            return None
        if hold.overlapping:
            step.reserve()
        await self._park(hold, call, resource)
        if hold.overlapping:
            return None
        self._again[call] = call.arrivals
        return ARRIVE_AGAIN

    async def replying(self, call: Call, reply: Response) -> Response | None:
        self._again.pop(call, None)
        hold, resource = self._replies.pop(call, (None, ""))
        if hold is not None:
            await self._park(hold, call, resource)
        return None

    async def _park(self, hold: Hold, call: Call, resource: str) -> None:
        parked = Parked(next(self._parked), hold, call, resource, self._now(), self._gate(hold.seconds))
        self.waiting.append(parked)
        self._told(parked)
        try:
            if not await parked.gate.passed():
                hold.late.append(f"{parked} waited {hold.seconds:g} s, and nobody released it")
        finally:
            if parked in self.waiting:
                self.waiting.remove(parked)
