"""One schedule: a fresh emulator with the state that there was, the actors in threads, and a path that chooses who goes on."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from condemu.core.calls import Call
from condemu.core.effects import ManualClock, SeededIds
from condemu.core.store import MemoryStore
from condemu.explorer.lanes import Raised, Threads
from condemu.lab.clock import START, RaceClock
from condemu.lab.director import ASLEEP, NEW, Director, Effect, Lane
from condemu.lab.explained import explained
from condemu.lab.faults import STALE, Crashed, Fault
from condemu.lab.history import Entry
from condemu.lab.schedules import TICK, Option
from condemu.lab.search import Path
from condemu.lab.staleness import Past, StaleReads
from condemu.testing import credentials

if TYPE_CHECKING:
    from condemu.server.app import Emulator
    from condemu.server.recorder import Recorder
    from condemu.testing.activation import Activation

Body = Callable[..., Any]


# What AWS answers to a request that cannot be right, whatever others do. A test that swallows it would prove nothing.
MISTAKES: Final = ("ValidationException", "SerializationException", "MalformedXML", "InvalidArgument", "MissingParameter")


class Stray(RuntimeError):
    """A request from a thread that is no actor's."""


class Endless(RuntimeError):
    """A schedule that does not come to an end."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is explored."""

    actors: Mapping[str, Body]
    setup: Body | None = None
    check: Body | None = None
    faults: tuple[Fault, ...] = ()
    most_faults: int = 1
    ticks: tuple[float, ...] = ()
    skews: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    steps: int = 300
    patch_time: bool = False
    expected: tuple[type[BaseException], ...] = ()


class Aws:
    """What an actor, `setup` and `check` are given: clients, and the race's clock as this actor sees it."""

    def __init__(self, race: Race, name: str) -> None:
        self._race = race
        self.name = name

    def __repr__(self) -> str:
        return f"<aws of {self.name}>"

    @property
    def account(self) -> str:
        return self._race.activation.account

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client."""
        return self._race.clients.client(service, self.name, options)

    def resource(self, service: str, **options: Any) -> Any:
        """A boto3 resource."""
        return self._race.clients.session().resource(service, **options)

    def session(self) -> Any:
        """A boto3 session."""
        return self._race.clients.session()

    def time(self) -> float:
        """Seconds since 1970 by this actor's clock."""
        return self._race.clock.seen_by(self.name)

    def sleep(self, seconds: float) -> None:
        """Wait by the race's clock: others may go on meanwhile. time.sleep does the same in an actor."""
        self._race.sleep(seconds)


class Clients:
    """Clients of one exploration. Those that keep no state between requests are made once for each actor."""

    def __init__(self, account: str, region: str) -> None:
        self._key = credentials.home_key(account)
        self._region = region
        self._made: dict[tuple[str, str], Any] = {}
        self._session: Any = None
        self._lock = threading.Lock()

    def session(self) -> Any:
        import boto3

        return boto3.Session(self._key, credentials.SECRET, region_name=self._region)

    def client(self, service: str, actor: str, options: dict[str, Any]) -> Any:
        with self._lock:
            if options:
                return self._own_session().client(service, **options)
            made = self._made.get((service, actor))
            if made is None:
                made = self._own_session().client(service)
                if (made.meta.config.retries or {}).get("mode", "legacy") == "legacy":  # the others keep a quota of retries
                    self._made[service, actor] = made
            return made

    def _own_session(self) -> Any:
        if self._session is None:
            self._session = self.session()
        return self._session


class Told:
    """What became of each actor, by its name: what it returned, or `Raised`, which is false and has `.error`."""

    def __init__(self, results: Mapping[str, Any]) -> None:
        self._results = dict(results)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._results[name]
        except KeyError:
            raise AttributeError(f"there is no actor {name!r}; there are {', '.join(self._results)}") from None

    @property
    def names(self) -> list[str]:
        return list(self._results)

    def __getitem__(self, name: str) -> Any:
        return self._results[name]

    def __iter__(self) -> Any:
        return iter(self._results.values())

    def items(self) -> Any:
        return self._results.items()

    def __repr__(self) -> str:
        return ", ".join(f"{name}: {result!r}" for name, result in self._results.items())


@dataclass(slots=True)
class Finished:
    """What came of a schedule."""

    path: Path
    effects: list[Effect]
    told: Told
    failure: BaseException | None = None
    blamed: str = ""  # the actor whose exception the failure is
    whole: bool = True  # every actor ended
    sentences: list[str] = field(default_factory=list)  # who was told what did not happen, and what was overwritten unseen
    notes: dict[int, str] = field(default_factory=dict)  # by a call's number, what it found
    history: list[Entry] = field(default_factory=list)
    struck: set[Fault] = field(default_factory=set)


class Race:
    """One run of a program."""

    def __init__(
        self, program: Program, path: Path, activation: Activation, clients: Clients, base: MemoryStore, wall: ManualClock,
        *, recorded: bool = False,
    ) -> None:  # fmt: skip
        self.program = program
        self.path = path
        self.activation = activation
        self.clients = clients
        self.clock = RaceClock(START, program.skews)
        self.threads = Threads()
        self.home = threading.get_ident()
        self.ticks = [(number, f"{seconds:g}".replace(".", "_")) for number, seconds in enumerate(program.ticks)]
        self.bodies: dict[str, Callable[[], Any]] = {}
        self.phase = "setup"  # who sends what no actor sends
        self.emulator = self._built(base, wall)
        self.recorder: Recorder | None = None
        if recorded:
            from condemu.server.recorder import Recorder

            self.recorder = Recorder(self.emulator.engine.store, self.emulator.config.region)
            self.emulator.engine.observe(self.recorder)

    def _built(self, base: MemoryStore, wall: ManualClock) -> Emulator:
        from condemu.server.app import FAULTS, build, credentials_of
        from condemu.server.config import Config
        from condemu.server.state import REPLICATED

        config = Config(region=self.clients._region, account=self.activation.account)
        ids = SeededIds(str(self.program.seed))
        store = base.copy(self.clock, ids)
        self.past = Past(store, REPLICATED)
        self.director = Director(
            (), lane_of=self._lane_of, wait=self._wait, index=lambda: store.index, clock=self.clock,
            faults=self.program.faults, tables=FAULTS, timed=bool(self.ticks),
            reach=lambda step: len(self.past.touching(step.decide)), is_due=self.past.is_due,
        )  # fmt: skip
        book = credentials.LocalBook(credentials_of(config, None))
        return build(
            config, clock=self.clock, wall=wall, ids=ids, store=store, observers=(self.director,), book=book,
            stale_reads=StaleReads(self.past, lambda call, _: self.director.unseen(call)) if self._may_be_stale() else None,
        )  # fmt: skip

    def _may_be_stale(self) -> bool:
        return any(rule.word == STALE for rule in self.program.faults)

    # what threads ask

    def _lane_of(self, call: Call) -> str:
        lane = self.threads.owner()
        if lane is not None:
            return lane.name
        if threading.get_ident() != self.home:
            running = self.director._running
            by = running.name if running is not None else "an actor"
            raise Stray(
                f"a thread that {by} started has sent a request: only an actor's own thread can be ordered. Let it send its "
                "requests itself, or make the other thread an actor of its own"
            )
        return self.phase

    async def _wait(self, lane: Lane) -> None:
        self.threads.wait(lane)

    def sleep(self, seconds: float) -> bool:
        lane = self.threads.owner()
        if lane is None:
            return False
        if lane.crashed:
            raise Crashed
        self.threads.sleep(lane, self.clock.now() + max(seconds, 0.0))
        return True

    def now(self) -> float | None:
        lane = self.threads.owner()
        return None if lane is None else self.clock.seen_by(lane.name)

    # the run

    def __enter__(self) -> Race:
        """From now on every client of this process is answered by the race's emulator."""
        self._former, self.activation.emulator = self.activation.emulator, self.emulator
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.end()
        self.activation.emulator = self._former
        self.emulator.close()

    def add(self, name: str, body: Callable[[], Any]) -> None:
        """One more actor, which starts when the path says so."""
        self.director.add(name)
        self.bodies[name] = body

    def run(self) -> Finished:
        """The whole program: its setup, a schedule, its check."""
        with self:
            for name, body in self.program.actors.items():
                self.add(name, partial(call_with, body, Aws(self, name)))
            if self.program.setup is not None:
                call_with(self.program.setup, Aws(self, "setup"))
            finished = self.schedule()
            if finished.whole:
                self._judge(finished)
            return finished

    def schedule(self) -> Finished:
        """Let the path choose until every actor has ended, or it gives up. What was there before, everybody has seen."""
        self.past.forget()
        whole = self._chosen()
        self.phase = "check"
        results = {name: self.threads.results.get(name) for name in self.bodies}
        finished = Finished(self.path, self.director.effects, Told(results), whole=whole, struck=self.director.struck)
        if self.recorder is not None:
            finished.history = self.recorder.entries()
            finished.sentences, finished.notes = explained(finished.history, finished.effects)
        return finished

    def _chosen(self) -> bool:
        while True:
            options = self.director.options(self.ticks)
            able = any(not option.event.is_time for option in options)
            option = self.path.choose(options) if able else None
            if option is None:
                self.path.ended([option for option in options if option.event.is_time])
                return not able
            if len(self.path.chosen) > self.program.steps:
                busy = ", ".join(f"{lane.name} ({lane.number})" for lane in self.director.lanes.values() if lane.state != "ended")
                raise Endless(f"the schedule did not end within {self.program.steps} requests; still at it: {busy}")
            self._step(option)

    def _step(self, option: Option) -> None:
        if option.event.is_time:
            self.ticks.remove((option.event.number, option.event.variant))
            seconds = float(option.event.variant.replace("_", "."))
            self.clock.advance(seconds)
            self.director.effects.append(Effect(option.event, seconds=seconds))
            self.path.touched(TICK)
            return
        lane = self.director.lanes[option.event.actor]
        state = lane.state
        self.director.release(option)
        if state == NEW:
            self.threads.start(lane, self.bodies[lane.name])
        else:
            if state == ASLEEP:
                self.clock.set(max(self.clock.now(), lane.due))
            self.threads.go_on(lane)
        failure = self.emulator.engine.failure
        if failure is not None:
            raise failure.__cause__ or failure
        self.path.touched(self.director.settled(lane))

    def _judge(self, finished: Finished) -> None:
        """The first of: an actor that raised what is no answer of AWS, the check."""
        for name, error in crashes(finished.told, self.program.expected):
            finished.failure, finished.blamed = error, name
            return
        if self.program.check is None:
            return
        try:
            verdict = call_with(self.program.check, Aws(self, "check"), finished.told)
        except AssertionError as error:
            finished.failure = error
        except Exception as error:
            finished.failure, finished.blamed = error, "the check"
        else:
            if verdict is False:
                finished.failure = AssertionError("check returned False")


def crashes(told: Told, expected: tuple[type[BaseException], ...]) -> Iterator[tuple[str, BaseException]]:
    """The actors that raised what is a mistake of the program: what is no answer of AWS, or tells of a request with a mistake.

    An actor that a fault let crash has made none.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    for name, result in told.items():
        if not isinstance(result, Raised) or isinstance(result.error, (Crashed, *expected)):
            continue
        error = result.error
        code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else ""
        if not isinstance(error, (BotoCoreError, ClientError)) or isinstance(error, ParamValidationError) or code in MISTAKES:
            yield name, error


def call_with(function: Body, *arguments: Any) -> Any:
    """Call with as many of the arguments as the function takes. A coroutine is run to its end, in a loop of this thread."""
    try:
        parameters = inspect.signature(function).parameters.values()
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
        taken = len(arguments) if any(p.kind is p.VAR_POSITIONAL for p in parameters) else min(len(places), len(arguments))
    except ValueError:
        taken = len(arguments)
    result = function(*arguments[:taken])
    if inspect.iscoroutine(result):
        from condemu.explorer.coroutines import run

        return run(result)
    return result
