"""A race over HTTP: one schedule after another from the same state, until one fails or none is left; and its report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from condemu.core.calls import Call
from condemu.core.engine import Engine
from condemu.core.spaces import NameTaken, Space
from condemu.lab.covered import Explored, failed_after, needs
from condemu.lab.director import Effect
from condemu.lab.faults import Tables
from condemu.lab.schedules import token
from condemu.lab.search import Search
from condemu.lab.staleness import Past
from condemu.lab.timeline import drawing
from condemu.lab.timeline_picture import picture
from condemu.server.lab.documents import Answer, Document, Refused, shown
from condemu.server.lab.run import Program, Run
from condemu.server.lab.undo import Undo

IDLE: Final = 600.0  # seconds after which a race ends of which nobody has asked anything


@dataclass(frozen=True, slots=True)
class Failure:
    """A schedule that failed, as it is reported."""

    schedule: int
    token: str
    why: str
    drawing: str
    needs: str
    told: Document
    steps: list[Document]
    undirected: dict[str, int]
    picture: str  # SVG


class Race:
    """`gone` is called when nobody has asked anything for a time."""

    def __init__(
        self, name: str, program: Program, search: Search, covered: Explored, schedules: int, *, engine: Engine, tables: Tables,
        spaces: Sequence[Space], gone: Callable[[], None], past: Past | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.program = program
        self.covered = covered
        self.failure: Failure | None = None
        self._search = search
        self._paths = iter(search.paths())
        self._most = schedules
        self._engine = engine
        self._tables = tables
        self._gone = gone
        self._past = past
        self._undo = Undo(program.account, spaces)
        self._forget = engine.observe(self._undo)
        self._run: Run | None = None
        self._judged = True
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()  # one schedule is begun at a time
        self._over = False
        self.asked()

    def asked(self) -> None:
        """Somebody is there."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(IDLE, self._idle)

    def _idle(self) -> None:
        if self._run is not None and not self._run.quiet:
            self.asked()
        else:
            self._gone()

    def end(self) -> None:
        """Who still waits goes on, undirected."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._run is not None:
            self._run.detach()
        self._forget()

    async def bring_back(self) -> None:
        """The state is again what it was before a race that has ended. Raises NameTaken."""
        await self._engine.administer(self._undo.back, "EndOfRace")

    def unseen(self, call: Call) -> int:
        """How many commits a call's read does not show."""
        run = self._run
        return 0 if run is None or run.over else run.director.unseen(call)

    # schedules

    def run_of(self, actor: str) -> Run:
        """The schedule that an actor speaks of."""
        if actor not in self.program.actors:
            raise Refused(404, f"race {self.name} has no actor {actor!r}; it has {', '.join(self.program.actors)}")
        if self._run is None:
            raise Refused(409, f"race {self.name} has no schedule yet: POST /_condemu/races/{self.name}/next")
        return self._run

    async def next(self) -> Answer:
        """Begin another schedule; 204 when there is none, or one has failed."""
        async with self._turn:
            return await self._next()

    async def _next(self) -> Answer:
        self._check_over("its next schedule")
        if not self._judged and self._run is not None:
            raise Refused(409, f"schedule {self._run.number} has no verdict: POST /_condemu/races/{self.name}/verdict")
        path = None
        if self.failure is None and (self._run is None or self._run.number < self._most):
            path = next(self._paths, None)
        if path is None:
            self.covered.complete = self.failure is None and self._search.complete
            return Answer(204)
        await self._back()
        if self._over:
            raise Refused(409, f"race {self.name} has ended")
        number = self._run.number + 1 if self._run is not None else 1
        self._judged = False
        self._run = Run(number, self.program, path, self._engine, self._tables, self._past)
        return Answer(200, {"schedule": number, "time": self._run.now()})

    async def _back(self) -> None:
        """The state as it was when the race was made."""
        if self._run is not None:
            self._run.detach()
        try:
            await self._engine.administer(self._undo.back, "NextSchedule")
        except NameTaken as taken:
            raise Refused(409, f"the state before the race cannot be brought back: {taken}") from None
        self._undo.forget()

    def _check_over(self, what: str) -> None:
        run = self._run
        if run is not None and not run.quiet:
            busy = "; ".join(f"{name} {state}" for name, state in run.states().items())
            raise Refused(409, f"schedule {run.number} must end before {what}: {busy}")

    def verdict(self, ok: bool, why: str) -> Answer:
        """What the program says of the schedule; one that could not be run to its end has failed, whatever it says."""
        run = self._run
        if run is None:
            raise Refused(409, f"race {self.name} has no schedule to judge yet")
        if self._judged:
            raise Refused(409, f"schedule {run.number} has its verdict")
        self._check_over("its verdict")
        self._judged = True
        why = run.failure or ("" if ok else why or "the check failed")
        if run.whole:
            self.covered.count(run.path.chosen, run.path.footprints, shown(run.told), run.director.struck)
        else:
            self.covered.redundant += 1
        text = token(option.event for option in run.chosen)
        if why:
            if not run.whole:
                self.covered.schedules += 1
            self.failure = failure_of(run, text, why)
        return Answer(200, {"schedule": run.number, "ok": not why, "why": why, "token": text})

    # what is told of it

    def shown(self) -> Document:
        covered, run = self.covered, self._run
        return {
            "race": self.name, "account": self.program.account, "actors": list(self.program.actors),
            "schedules": covered.schedules, "complete": covered.complete, "orders": covered.orders,
            "redundant": covered.redundant, "outcomes": len(covered.outcomes),
            "never_struck": [str(rule) for rule in covered.never_struck], "covered": str(covered),
            "running": None if run is None or run.quiet else {"schedule": run.number, "actors": run.states()},
            "failed": None if self.failure is None else failed_document(self.failure),
        }  # fmt: skip

    def picture(self) -> Answer:
        """The failure as SVG. Raises Refused where there is none."""
        if self.failure is None:
            raise Refused(404, f"race {self.name} has no failure to draw")
        return Answer(200, self.failure.picture, kind="image/svg+xml")

    def text(self) -> str:
        """The failure, drawn; else what was covered, and what is under way."""
        failed, run = self.failure, self._run
        if failed is not None:
            strangers = "".join(f"\n{who} is no actor and changed something meanwhile." for who in failed.undirected)
            return (
                f"{failed_after(self.covered.schedules, failed.why)}\n\n{failed.drawing}\n{strangers}\n"
                f'{failed.needs}. Run it again: "replay": "{failed.token}"\n'
            )
        lines = [str(self.covered)]
        if run is not None and not run.quiet:
            lines += [f"schedule {run.number} is under way", *(f"  {name} {state}" for name, state in run.states().items())]
        return "\n".join(lines) + "\n"


def failed_document(failure: Failure) -> Document:
    """The failure for programs, which have no use for its picture."""
    document = asdict(failure)
    del document["picture"]
    return document


def failure_of(run: Run, text: str, why: str) -> Failure:
    effects = renumbered(run.director.effects)
    return Failure(
        run.number, text, why, drawing(effects, run.program.actors), needs(run.chosen), dict(run.told),
        [step_of(effect) for effect in effects], dict(run.strangers), picture(effects, run.program.actors),
    )  # fmt: skip


def renumbered(effects: Sequence[Effect]) -> list[Effect]:
    """The effects with the commits of the schedule counted from 1: how many there were before it is not the schedule's."""
    places = {index: place for place, index in enumerate(sorted({effect.index for effect in effects if effect.index}), 1)}
    return [replace(effect, index=places.get(effect.index, 0)) for effect in effects]


def step_of(effect: Effect) -> Document:
    """One step, as JSON. What has no value is left out."""
    event = effect.event
    refused = effect.refusal
    members: dict[str, Any] = {
        "actor": event.actor, "step": event.number if event.actor else None, "seconds": effect.seconds,
        "service": effect.service, "operation": effect.operation, "resources": list(effect.resources), "commit": effect.index,
        "status": effect.status, "code": refused.row.code if refused is not None else "", "fault": effect.fault,
        "because": effect.because,
    }  # fmt: skip
    return {name: value for name, value in members.items() if value or name == "step"}
