"""The director parks the requests of actors and lets them go on one at a time: the order of releases is the schedule.

It is an observer. A request that is READY waits until the director is told to release its lane, with a fault or without. It then
takes effect as if it had just arrived: if anything was committed since, or time has passed, the call is made anew first, which
nothing before READY can tell. With an overlap, arriving is an event of its own: the request waits a second time, keeps the moment
at which it came, and reserves its items if it is a transaction. Only one lane runs at any time, so that what happens is a
function of the schedule.

How a request waits is not decided here: in this process its thread blocks, on a server its task awaits (`wait`).

Requests that are refused before they are READY do not wait; they are part of what their actor does between two effects.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from condemu.core.calls import SWEEP, Call, Outcome, Step, Touch
from condemu.core.effects import Clock
from condemu.core.engine import ARRIVE_AGAIN, ReplyLost, Watch, _ArriveAgain
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.lab.faults import (
    CRASH,
    CRASH_AFTER,
    CUT,
    ERROR_AFTER,
    LATE,
    LOST_CALL,
    OVERLAP,
    STALE,
    STALL,
    Crashed,
    Fault,
    Tables,
    commits_behind,
    fitting,
    stale,
)
from condemu.lab.schedules import EVERYTHING, TICK, TIME, Event, Footprint, Option

NEW: Final = "new"
RUNNING: Final = "running"
PARKED: Final = "parked"
ASLEEP: Final = "asleep"
ENDED: Final = "ended"
ALL: Final = (Touch(EVERYTHING, True),)


@dataclass(slots=True)
class Effect:
    """One step of a schedule as it came out: what was asked, and what became of it."""

    event: Event
    call: Call | None = None  # None: a start, a sleep, time that passed
    operation: str = ""
    service: str = ""
    resources: tuple[str, ...] = ()
    parameters: dict[str, object] = field(default_factory=dict)
    index: int = 0  # of the commit, 0 if nothing was changed
    refusal: ServiceError | None = None
    status: int = 0  # of the answer; 0 when none was sent
    fault: str = ""
    seconds: float = 0.0
    because: str = ""


class Lane:
    """An actor as the director sees it."""

    __slots__ = (
        "arrivals", "arriving", "behind", "call", "crashed", "due", "effect", "index", "lost", "name", "number",
        "pending_fault", "released", "rules", "state", "step", "striking", "under_way", "wrote",
    )  # fmt: skip

    def __init__(self, name: str, index: int) -> None:
        self.name = name
        self.index = index
        self.state = NEW
        self.number = 0  # of its events so far
        self.call: Call | None = None
        self.step: Step | None = None
        self.due = 0.0  # when it wakes, while it is asleep
        self.rules: dict[str, list[Fault]] = {}  # that may strike what is parked, by their word
        self.released: Call | None = None  # the call that was let go, and may be made anew
        self.arrivals = 0  # how often it had arrived by then
        self.pending_fault: Fault | None = None
        self.striking: list[Fault] = []  # it, and others of its word that pick the same
        self.arriving = False  # its event is that the request arrives, and no more
        self.under_way = False  # what is parked has arrived, and keeps that moment
        self.lost = ""  # the invocation all of whose replies are lost
        self.effect: Effect | None = None
        self.wrote = False
        self.behind = 0  # how many commits what it reads next does not show
        self.crashed = False

    def __repr__(self) -> str:
        return f"<{self.name}: {self.state}>"


class Director(Watch):
    """`lane_of` tells whose call it is. A call of nobody's, or of somebody who has no lane, passes."""

    def __init__(
        self,
        names: Sequence[str],
        *,
        lane_of: Callable[[Call], str | None],
        wait: Callable[[Lane], Awaitable[None]],
        index: Callable[[], int],
        clock: Clock,
        faults: Sequence[Fault] = (),
        tables: Tables,
        timed: bool = False,
        reach: Callable[[Step], int] = lambda step: 0,
        is_due: Callable[[Step], bool] = lambda step: False,
    ) -> None:
        self.lanes = {name: Lane(name, number) for number, name in enumerate(names)}
        self.effects: list[Effect] = []
        self.struck: set[Fault] = set()
        self.footprint: Footprint = ()  # of the last event, as it turned out
        self._lane_of = lane_of
        self._wait = wait
        self._index = index
        self._clock = clock
        self._faults = faults
        self._tables = tables
        self._timed = timed
        self._reach = reach  # how many commits have touched what a step reads
        self._is_due = is_due  # whether something would be deleted before a step, because it has expired
        self.late = False  # what has expired is not deleted any more
        self._swept = self._reserved = False
        self._running: Lane | None = None

    # what a race asks and tells

    def add(self, name: str) -> Lane:
        """One more actor."""
        lane = self.lanes[name] = Lane(name, len(self.lanes))
        return lane

    def options(self, ticks: Sequence[tuple[int, str]] = ()) -> list[Option]:
        """What may happen next, by default first. Empty when every actor has ended."""
        able = [lane for lane in self.lanes.values() if lane.state in (NEW, PARKED, ASLEEP)]
        if not able:
            return [Option(Event("", number, seconds), TICK, 0) for number, seconds in ticks]
        able.sort(key=self._preference)
        options: list[Option] = []
        for place, lane in enumerate(able):
            deviation = 0 if place == 0 else 1
            footprint = self._footprint(lane)
            options.append(Option(Event(lane.name, lane.number), footprint, deviation))
            touched = {LATE: ALL, OVERLAP: _arriving(lane.step)}
            options.extend(
                Option(Event(lane.name, lane.number, word), touched.get(word, footprint), deviation + 1)
                for word in self._variants(lane)
            )
        options.extend(Option(Event("", number, seconds), TICK, 1) for number, seconds in ticks)
        return options

    def _variants(self, lane: Lane) -> Iterator[str]:
        """The faults with which an actor may go on."""
        for word in lane.rules if lane.state == PARKED else ():
            if word == STALE:
                assert lane.step is not None
                yield from (stale(behind) for behind in range(1, self._reach(lane.step) + 1))
            elif word == LATE:
                assert lane.step is not None
                if not self.late and self._is_due(lane.step):
                    yield word
            elif word != OVERLAP or not lane.under_way:
                yield word

    def _preference(self, lane: Lane) -> tuple[int, float, int]:
        """Who runs goes on; then the first in order; then what is under way; who sleeps comes last, the earliest first."""
        if lane.state == ASLEEP:
            return (3, lane.due, lane.index)
        if lane.under_way:
            return (2, 0.0, lane.index)
        return (0 if lane is self._running else 1, 0.0, lane.index)

    def _footprint(self, lane: Lane) -> Footprint:
        time = (TIME,) if self._timed else ()
        if lane.state == ASLEEP:
            return (Touch("time", True),)
        if lane.state == NEW or lane.step is None:
            return time
        if lane.under_way and lane.step.reserves:
            return (*_arriving(lane.step), *time)
        return (*lane.step.footprint, *time)

    def release(self, option: Option) -> Lane:
        """Begin an event of a lane. The caller lets it run, and calls `settled` when it is parked, asleep or has ended."""
        lane = self.lanes[option.event.actor]
        self.footprint = option.footprint
        self._swept = lane.wrote = False
        self._reserved = option.event.variant == OVERLAP or lane.under_way  # what it touches, it reserves or gives back
        lane.effect = Effect(option.event)
        if lane.state == ASLEEP:
            lane.effect.seconds = lane.due - self._clock.now()
        elif lane.state == PARKED:
            assert lane.call is not None
            lane.released, lane.arrivals = lane.call, lane.call.arrivals
            lane.behind = commits_behind(option.event.variant)
            lane.arriving = option.event.variant == OVERLAP
            striking = lane.rules.get(STALE if lane.behind else option.event.variant)
            if lane.arriving:
                self.struck.update(lane.rules[OVERLAP])
            else:
                if striking:
                    lane.pending_fault, lane.striking = striking[0], striking
                self._describe(lane.effect, lane)
        self.effects.append(lane.effect)
        lane.number += 1
        lane.state = RUNNING
        self._running = lane
        return lane

    def _describe(self, effect: Effect, lane: Lane) -> None:
        call, step = lane.call, lane.step
        assert call is not None
        assert step is not None
        effect.call, effect.operation, effect.service = call, call.operation, call.service
        effect.resources = tuple(touch.resource for touch in step.footprint)
        effect.parameters = dict(call.parameters)

    def settled(self, lane: Lane) -> Footprint:
        """What the lane's event really touched: without a change it has only read."""
        if self._swept or (lane.effect is not None and lane.effect.fault == LATE):
            return ALL
        if lane.wrote or self._reserved:
            return self.footprint
        return tuple(Touch(touch.resource, touch.written and touch.resource == "time") for touch in self.footprint)

    # the stages

    def received(self, call: Call) -> None:
        name = self._lane_of(call)
        if name is not None:
            call.actor = name
            lane = self.lanes.get(name)
            if lane is not None and lane.crashed:
                raise Crashed

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None:
        step.late = self.late
        lane = self.lanes.get(call.actor)
        if lane is None:
            return None
        made_anew = lane.released is call and call.arrivals != lane.arrivals
        if not made_anew:
            await self._parked(lane, call, step)
        if lane.arriving:
            if not made_anew and self._moved(call):
                return ARRIVE_AGAIN
            lane.arriving, lane.under_way = False, True
            step.reserve()
            await self._parked(lane, call, step)
            made_anew = False
        lane.released = None
        if made_anew:
            return None
        keeps, lane.under_way = lane.under_way, False
        self._strike(lane, call, step)
        step.late = self.late
        if keeps:
            assert lane.effect is not None
            lane.effect.fault = lane.effect.fault or OVERLAP
        elif self._moved(call):
            lane.released = call
            return ARRIVE_AGAIN
        return None

    async def _parked(self, lane: Lane, call: Call, step: Step) -> None:
        """Wait until the lane is released."""
        lane.released, lane.call, lane.step = None, call, step
        lane.rules = {}
        for rule in fitting(self._faults, self._tables, call, step):
            lane.rules.setdefault(rule.word, []).append(rule)
        lane.state = PARKED
        await self._wait(lane)
        lane.call, lane.step = None, None

    def _moved(self, call: Call) -> bool:
        """Whether anything was committed since a call arrived, or time has passed: it has to arrive again. A part of a batch that
        has begun cannot, and arrives as it is."""
        if self._index() == call.arrived_index and self._clock.now() == call.arrived_at:
            return False
        if call.outcomes:
            call.arrived_index, call.arrived_at = self._index(), self._clock.now()
            return False
        return True

    def _strike(self, lane: Lane, call: Call, step: Step) -> None:
        """Let what is to happen before the decision happen."""
        rule = lane.pending_fault
        if rule is None or rule.after or rule.word == CRASH_AFTER:
            return
        assert lane.effect is not None
        self.struck.update(lane.striking)
        lane.effect.fault, lane.pending_fault = stale(lane.behind) if lane.behind else rule.word, None
        if rule.word == CRASH:
            lane.crashed = True
            raise Crashed
        self.late = self.late or rule.word == LATE
        if rule.word in (STALE, LATE):
            return
        error = rule.error(self._tables, call, step)
        assert error is not None
        raise error

    def unseen(self, call: Call) -> int:
        """How many commits a call's read does not show, of those that touched what it reads."""
        lane = self.lanes.get(call.actor)
        return lane.behind if lane is not None else 0

    def decided(self, call: Call, outcome: Outcome) -> None:
        lane = self.lanes.get(call.actor) if call.cause != SWEEP else None
        if lane is None:
            self._swept = self._swept or bool(outcome.changes)
            return
        if outcome.step is None or lane.effect is None:
            return
        lane.behind = 0
        if outcome.changes:
            lane.wrote = True
            lane.effect.index = outcome.index
        if outcome.refusal is not None:
            lane.effect.refusal = outcome.refusal
            lane.effect.because = outcome.refusal.because

    async def replying(self, call: Call, reply: Response) -> Response | None:
        lane = self.lanes.get(call.actor)
        if lane is None or lane.effect is None or lane.effect.call is not call:
            return None  # a call that was refused before it was READY has no effect
        lane.released = None
        lane.effect.status = reply.status
        rule, lane.pending_fault = lane.pending_fault, None
        invocation = call.attempt.invocation if call.attempt is not None else ""
        if lane.lost and lane.lost == invocation:
            lane.effect.fault, lane.effect.status = LOST_CALL, 0
            raise ReplyLost
        if rule is None:
            return None
        self.struck.update(lane.striking)
        lane.effect.fault = rule.word
        if rule.word == ERROR_AFTER:
            lane.effect.status = 500
            return Response(500, [("Content-Length", "0")], b"")
        lane.effect.status = 0
        if rule.word == CRASH_AFTER:
            lane.crashed = True
            raise Crashed
        if rule.word == LOST_CALL:
            lane.lost = invocation
        raise ReplyLost("stall" if rule.word == STALL else "cut" if rule.word == CUT else "reset")


def _arriving(step: Step | None) -> Footprint:
    """What it touches that a request arrives, and when it gives back what it reserved: a transaction reserves all its items."""
    return () if step is None else tuple(Touch(touch.resource, step.reserves) for touch in step.footprint)
