"""One schedule of a race over HTTP: requests and words of actors come in, and the director lets one actor go on at a time.

An actor that crashes has ended for the schedule. Its program does not know that: whatever it still sends has no effect and no
answer, until it says that it has ended.

An actor begins with `{"is": "started"}` or with its first request, and ends with `{"is": "ended"}`. Whatever it sends waits until
the schedule has it go on. As soon as the actor that runs waits, sleeps or has ended, the next one goes on. An actor that does
none of these for some time fails the schedule by name: then everybody goes on undirected, so that the program comes to an end.

A path that gives up (what would follow was run already) lets the schedule go on by default to its end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from condemu.core.calls import CLIENT, Call, Outcome, Step
from condemu.core.engine import Engine, ReplyLost, Watch, _ArriveAgain
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Response
from condemu.lab.clock import RaceClock
from condemu.lab.covered import as_variant
from condemu.lab.director import ASLEEP, ENDED, NEW, PARKED, RUNNING, Director, Effect, Lane
from condemu.lab.faults import Crashed, Fault, Tables
from condemu.lab.schedules import TICK, Footprint, Option
from condemu.lab.search import UNFIT, Misfit, Path
from condemu.lab.staleness import Past
from condemu.server.lab.documents import Refused
from condemu.server.lab.moved_clock import racing

NAME: Final = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)  # of an actor: as a schedule's token writes it

GONE: Final = ErrorRow("ActorCrashed", 500, "The actor has crashed.")  # refuses what nobody is told of


@dataclass(frozen=True, slots=True)
class Program:
    """What is explored. `keys` are the actors by their access keys."""

    account: str
    actors: tuple[str, ...]
    keys: Mapping[str, str]
    began: float  # the time at which each schedule begins
    faults: tuple[Fault, ...] = ()
    ticks: tuple[float, ...] = ()
    skews: Mapping[str, float] = field(default_factory=dict)
    steps: int = 300
    patience: float = 10.0  # seconds that an actor may take between two requests
    replays: bool = False  # one schedule, which is known


class Run(Watch):
    """An observer of the race's account. `attached` until the next schedule begins, so that what checks the outcome has the
    schedule's time, too."""

    def __init__(
        self, number: int, program: Program, path: Path, engine: Engine, tables: Tables, past: Past | None = None
    ) -> None:
        self.number = number
        self.program = program
        self.path = path
        self.clock = RaceClock(program.began, program.skews)
        self.attached = True
        self.over = False  # every actor has ended, or the schedule failed
        self.whole = True  # the path was not given up
        self.failure = ""
        self.told: dict[str, Any] = {}
        self.crashed: set[str] = set()
        self.strangers: dict[str, int] = {}  # who is no actor, and changed something meanwhile
        self.chosen: list[Option] = []
        self.director = Director(
            program.actors, lane_of=self._lane_of, wait=self._wait, index=lambda: engine.store.index, clock=self.clock,
            faults=program.faults, tables=tables, timed=bool(program.ticks), reach=self._reach,
            is_due=self._is_due,
        )  # fmt: skip
        self._past = past
        self._began = engine.store.index  # what was committed by then everybody has seen
        self._ticks = [(number, as_variant(seconds)) for number, seconds in enumerate(program.ticks)]
        self._following = True  # the path still chooses
        self._running: Lane | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._starts = {name: asyncio.Event() for name in program.actors}
        self._gates = {name: asyncio.Event() for name in program.actors}
        self._begun: set[str] = set()
        self._under_way: dict[str, Call] = {}
        self._last: dict[str, str] = {}
        self._forget = engine.observe(self, program.account)
        self._go_on()

    def now(self) -> float:
        return self.clock.now()

    @property
    def quiet(self) -> bool:
        """Whether nobody is left of whom a request could still come."""
        return self.over and (bool(self.failure) or self.crashed <= self.told.keys())

    def _reach(self, step: Step) -> int:
        """How many commits of this schedule have touched what a step reads."""
        if self._past is None:
            return 0
        with self._own_time():
            return sum(commit.number > self._began for commit in self._past.touching(step.decide))

    def _is_due(self, step: Step) -> bool:
        if self._past is None:
            return False
        with self._own_time():
            return self._past.is_due(step)

    @contextmanager
    def _own_time(self) -> Iterator[None]:
        """Let the state's clock be this schedule's, whichever request has brought us here."""
        former = racing.set(self)
        try:
            yield
        finally:
            racing.reset(former)

    def detach(self) -> None:
        """Let everybody go, undirected, and hear no more."""
        self.attached = False
        self._release()
        self._forget()

    # what actors say

    async def started(self, name: str) -> None:
        """Wait until the schedule has the actor begin."""
        self._check_running()
        if name in self._begun:
            raise Refused(409, f"{name} has begun already in schedule {self.number}")
        await self._begin(self.director.lanes[name])

    async def ended(self, name: str, told: Any) -> None:
        self._check_running()
        lane = self.director.lanes[name]
        if lane.state == NEW or name not in self._begun:
            await self._begin(lane)
        if lane.crashed and name not in self.told:
            self.told[name] = None  # what it came to, nobody hears of
            return
        if lane.state == ENDED:
            raise Refused(409, f"{name} has ended already in schedule {self.number}")
        self.told[name] = told
        if not self.over and (lane.state != RUNNING or name in self._under_way):
            self.fail(f"{name} has ended while its {self._waits_with(lane)}")
        lane.state = ENDED
        if self.over:
            return
        self._settle(lane)

    async def sleep(self, name: str, seconds: float) -> None:
        """Wait until the schedule lets the actor wake."""
        self._check_running()
        lane = self.director.lanes[name]
        if name not in self._begun:
            await self._begin(lane)
        if lane.crashed:
            raise Refused(409, f"{name} has crashed in schedule {self.number}: all that it can say is that it has ended")
        if self.over:
            return
        if lane.state != RUNNING or name in self._under_way:
            raise Refused(409, f"{name} cannot sleep while its {self._waits_with(lane)}")
        lane.due, lane.state = self.clock.now() + seconds, ASLEEP
        await self._wait(lane)

    def _check_running(self) -> None:
        if not self.attached:
            raise Refused(409, f"schedule {self.number} is over")

    async def _begin(self, lane: Lane) -> None:
        await self._starts[lane.name].wait()
        if lane.name not in self._begun:
            self._begun.add(lane.name)
            self._patient(lane)

    # the stages

    def received(self, call: Call) -> None:
        racing.set(self)
        with suppress(Crashed):  # it is told so when it is READY
            self.director.received(call)

    def _lane_of(self, call: Call) -> str | None:
        named = self.program.keys.get(call.access_key) or call.headers.get("x-condemu-actor", "")
        return named if named in self.director.lanes else None

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None:
        lane = self.director.lanes.get(call.actor)
        if lane is not None and lane.crashed:
            raise ServiceError(GONE)
        if lane is None or self.over:
            step.late = self.director.late
            return None
        if lane.state == ENDED:
            self.fail(f"{lane.name} has ended, and then sends {call.operation}")
            return None
        under_way = self._under_way.setdefault(lane.name, call)
        if under_way is not call:
            self.fail(
                f"{lane.name} sends {call.operation} while its {under_way.operation} is under way: an actor sends one request at "
                "a time. Two that run at once are two actors; a client that gave up waiting needs a longer time-out"
            )
            return None
        if lane.name not in self._begun:
            await self._begin(lane)
        try:
            return None if self.over else await self.director.ready(call, step)
        except Crashed:
            self._crash(lane)
            raise ServiceError(GONE) from None

    def _crash(self, lane: Lane) -> None:
        """The actor has ended, though its program knows nothing of it."""
        self.crashed.add(lane.name)
        self._under_way.pop(lane.name, None)
        lane.state = ENDED
        self._settle(lane)

    def decided(self, call: Call, outcome: Outcome) -> None:
        if self.over or (outcome.refusal is not None and outcome.refusal.row is GONE):
            return
        if call.actor not in self.director.lanes and call.cause == CLIENT and outcome.changes:
            self.strangers[call.actor] = self.strangers.get(call.actor, 0) + 1
        self.director.decided(call, outcome)

    async def replying(self, call: Call, reply: Response) -> Response | None:
        racing.set(None)  # the connection's next request begins in this context
        lane = self.director.lanes.get(call.actor)
        if lane is None:
            return None
        if self._under_way.get(lane.name) is call:
            del self._under_way[lane.name]
        self._last[lane.name] = f"{call.operation} → {reply.status}"
        if lane.crashed:
            raise ReplyLost
        try:
            return None if self.over else await self.director.replying(call, reply)
        except Crashed:
            self._crash(lane)
            raise ReplyLost from None

    async def _wait(self, lane: Lane) -> None:
        if self.over:
            return
        gate = self._gates[lane.name] = asyncio.Event()
        self._settle(lane)
        await gate.wait()

    # the schedule

    def _settle(self, lane: Lane) -> None:
        """The actor that ran waits, sleeps or has ended."""
        if self._running is lane:
            self._running = None
            self._touched(self.director.settled(lane))
            if self._timer is not None:
                self._timer.cancel()
            self._go_on()

    def _go_on(self) -> None:
        while self._running is None and not self.over:
            options = self.director.options(self._ticks)
            able = any(not option.event.is_time for option in options)
            option = self._chosen(options, able)
            if self.over:
                return
            if option is None:
                self._release()
            elif len(self.chosen) >= self.program.steps:
                busy = ", ".join(f"{lane.name} ({lane.number})" for lane in self.director.lanes.values() if lane.state != ENDED)
                self.fail(f"the schedule did not end within {self.program.steps} requests; still at it: {busy}")
            else:
                self.chosen.append(option)
                self._step(option)

    def _chosen(self, options: Sequence[Option], able: bool) -> Option | None:
        """What the path chooses; the default once it gave up. None when every actor has ended."""
        try:
            option = self.path.choose(options) if able and self._following else None
            if option is None and self._following:
                self._following = False
                self.whole = not able
                self.path.ended([option for option in options if option.event.is_time])
        except (Misfit, StopIteration) as misfit:
            replays = self.program.replays
            what = UNFIT if replays else "the program does not do the same each time"
            self.fail(f"{what}: {misfit or 'what could happen before cannot happen now'}")
            return None
        return options[0] if option is None and able else option

    def _step(self, option: Option) -> None:
        if option.event.is_time:
            self._ticks.remove((option.event.number, option.event.variant))
            seconds = float(option.event.variant.replace("_", "."))
            self.clock.advance(seconds)
            self.director.effects.append(Effect(option.event, seconds=seconds))
            self._touched(TICK)
            return
        lane = self.director.lanes[option.event.actor]
        state = lane.state
        self._running = self.director.release(option)
        if state == ASLEEP:
            self.clock.set(max(self.clock.now(), lane.due))
        (self._starts if state == NEW else self._gates)[lane.name].set()
        self._patient(lane)

    def _touched(self, footprint: Footprint) -> None:
        if self._following:
            self.path.touched(footprint)

    # the end

    def _patient(self, lane: Lane) -> None:
        """Give the actor its time from now on."""
        if self._timer is not None:
            self._timer.cancel()
        if self._running is lane and not self.over:
            self._timer = self._loop.call_later(self.program.patience, self._late, lane)

    def _late(self, lane: Lane) -> None:
        if self._running is not lane or self.over:
            return
        long = f"{self.program.patience:g} s"
        if lane.name not in self._begun:
            self.fail(f'{lane.name} has not begun for {long}: it has sent neither {{"is": "started"}} nor a request')
        elif lane.name in self._last:
            self.fail(f"{lane.name} is thinking for {long} after {self._last[lane.name]}")
        else:
            self.fail(f"{lane.name} is thinking for {long} since it began, and has sent no request")

    def fail(self, why: str) -> None:
        """The schedule is not one that can be judged. Everybody goes on."""
        if not self.over:
            self.failure = why
            self._release()

    def _release(self) -> None:
        self.over = True
        if self._timer is not None:
            self._timer.cancel()
        for event in (*self._starts.values(), *self._gates.values()):
            event.set()

    # what is shown

    def _waits_with(self, lane: Lane) -> str:
        call = self._under_way.get(lane.name) or lane.call
        return f"{call.operation} is waiting" if call is not None else f"sleep is not over ({lane.state})"

    def states(self) -> dict[str, str]:
        """What each actor does, in words."""
        return {name: self._state(lane) for name, lane in self.director.lanes.items()}

    def _state(self, lane: Lane) -> str:
        if lane.crashed:
            return "has crashed" if lane.name in self.told else "has crashed, and its program has not said that it ended"
        if lane.state == PARKED and lane.step is not None and lane.call is not None:
            names = " ".join(touch.resource.partition(":")[2] for touch in lane.step.footprint[:2])
            return f"waits with {lane.call.operation} {names}".rstrip()
        if lane.state == NEW:
            return "waits to begin"
        if lane.state == RUNNING:
            return f"is thinking after {self._last[lane.name]}" if lane.name in self._last else "is thinking since it began"
        return "sleeps" if lane.state == ASLEEP else "has ended"
