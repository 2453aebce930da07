"""`explore`: actors under every order of their requests, with faults and passing time, until one order fails or none is left."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from condemu.core.effects import ManualClock
from condemu.lab.director import Effect
from condemu.lab.faults import Fault, fault
from condemu.lab.schedules import Event, Unreadable, deviations, events_of, orders, token
from condemu.lab.search import Chance, Everything, Fewest, Misfit, Replay, Search
from condemu.lab.timeline import drawing
from condemu.testing.explorer import kept
from condemu.testing.explorer.patches import patched
from condemu.testing.explorer.race import Clients, Finished, Program, Race

if TYPE_CHECKING:
    from condemu.core.store import MemoryStore
    from condemu.testing.activation import Activation

Body = Callable[..., Any]
VARIABLE: Final = "CONDEMU_SCHEDULE"
NAME: Final = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
SEARCHES: Final = ("fewest", "everything", "random", "pct")


class BadRace(ValueError):
    """What cannot be explored, and why."""


class RaceFound(AssertionError):
    """A schedule under which the program fails. Its text is the drawing; `token` runs it again."""

    def __init__(self, text: str, token: str, finished: Finished) -> None:
        super().__init__(text)
        self.token = token
        self.effects: list[Effect] = finished.effects
        self.told = finished.told
        self.failure = finished.failure


@dataclass(slots=True)
class Explored:
    """What was covered. `complete`: no order is left, within the number of faults that may strike in one run."""

    schedules: int = 0
    complete: bool = False
    orders: int = 0  # that differ from one that was run only in requests that do not meet, those included
    most_deviations: int = 0
    faults: int = 0
    redundant: int = 0
    outcomes: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        runs = f"{self.schedules} schedule{'s' if self.schedules != 1 else ''}"
        struck = f", with at most {self.faults} fault{'s' if self.faults != 1 else ''} in each" if self.faults else ""
        if self.complete:
            same = f"; they stand for {self.orders} orders, the others differ only in requests that do not meet"
            return f"{runs}: every order there is{struck}{same if self.orders > self.schedules else ''}"
        return f"{runs}, those with the fewest deviations first{struck}; more are left"


def explore(
    *actors: Body | tuple[str, Body],
    setup: Body | None = None,
    check: Body | None = None,
    faults: Iterable[str | Fault] = (),
    most_faults: int = 1,
    time_passes: Iterable[float] = (),
    skew: dict[str, float] | None = None,
    schedules: int = 200,
    search: str = "fewest",
    seed: int = 0,
    steps: int = 300,
    expected: Iterable[type[BaseException]] = (),
    patch_time: bool = False,
    replay: str | None = None,
) -> Explored:
    """Run actors under every order of their requests; raise RaceFound when an actor or the check fails.

    An actor is a function, called with an `Aws` if it takes an argument, or a coroutine function; its lane has its name, or the
    one given with it: ("ben", work). `setup` is run before each schedule, on the state that there is now; `check(aws, told)`
    afterwards. A schedule fails when the check raises AssertionError or returns False, or when an actor raises anything else than
    AWS's errors (botocore's) and the `expected` ones.

    `faults` may strike, at most `most_faults` in a schedule: words of `condemu.lab.faults`, "s3:conflict", or rules. Each number
    of seconds in `time_passes` may pass once, at any moment. `skew` are seconds by actor. `search` is "fewest" deviations first,
    "everything" unpruned, "random", or "pct". At most `schedules` are run, of at most `steps` requests. `replay`, or
    CONDEMU_SCHEDULE in the environment, runs one schedule: the token of a failure.
    """
    program = Program(
        named(actors), setup, check, tuple(fault(one) for one in faults), tuple(time_passes), skew or {}, seed, steps, patch_time,
        tuple(expected),
    )  # fmt: skip
    if not program.actors:
        raise BadRace("explore needs an actor: a function that sends requests")
    for name in program.skews:
        if name not in program.actors:
            raise BadRace(f"there is no actor {name!r} to skew; there are {', '.join(program.actors)}")
    chosen = replay if replay is not None else os.environ.get(VARIABLE)
    with exploring(program) as run:
        if chosen:
            return _again(program, run, chosen)
        at_once = most_faults if program.faults else 0
        return _explored(program, run, searching(search, schedules, seed, at_once), schedules, at_once)


Run = Callable[..., Finished]


def searching(name: str, schedules: int, seed: int, faults: int) -> Search:
    if name == "fewest":
        return Fewest(faults)
    if name == "everything":
        return Everything(faults)
    if name == "random":
        return Chance(seed, schedules, faults=faults)
    if name == "pct":
        return Chance(seed, schedules, changes=3, faults=faults)
    raise BadRace(f"there is no search {name!r}; there are {', '.join(SEARCHES)}")


def named(actors: Sequence[Body | tuple[str, Body]]) -> dict[str, Body]:
    """The actors by the names of their lanes: a function's own, numbered from the second of its name on."""
    found: dict[str, Body] = {}
    for place, given in enumerate(actors, 1):
        name, body = given if isinstance(given, tuple) else (getattr(given, "__name__", ""), given)
        if not callable(body):
            raise BadRace(f"actor {place} is {body!r}, and not a function")
        if not isinstance(given, tuple):
            base = name if NAME.fullmatch(name) else f"actor{place}"
            name, number = base, 2
            while name in found:
                name, number = f"{base}-{number}", number + 1
        elif not NAME.fullmatch(name):
            raise BadRace(f"an actor's name has letters, digits, _ and -, unlike {name!r}")
        elif name in found:
            raise BadRace(f"two actors are called {name!r}")
        found[name] = body
    return found


@contextmanager
def exploring(program: Program) -> Iterator[Run]:
    """Within it, `run(path)` runs one schedule. The state that is there now is the state before each."""
    from condemu.server.system import SystemClock

    wall = ManualClock(SystemClock().now())
    with _activated() as (activation, base):
        clients = Clients(activation.account, _region())

        def run(path: Any, *observers: Any) -> Finished:
            now = SystemClock().now()
            if now - wall.now() > 300:  # signatures are made by this machine's time
                wall.set(now)
            race = Race(program, path, activation, clients, base, wall, observers)
            with patched(race.sleep, race.now, patch_time=program.patch_time):
                return race.run()

        yield run


@contextmanager
def _activated() -> Iterator[tuple[Activation, MemoryStore]]:
    """The fixture or mock that is active here, or one made for the exploration; and the state that it holds."""
    from condemu.core.store import MemoryStore
    from condemu.server.app import Emulator
    from condemu.testing import activation
    from condemu.testing.local import MockAWS

    here = activation.innermost_here()
    if here is not None and isinstance(here.emulator, Emulator):
        store = here.emulator.engine.store
        assert isinstance(store, MemoryStore)
        yield here, store
        return
    with MockAWS() as mock:
        assert mock._activation is not None
        assert mock.emulator is not None
        store = mock.emulator.engine.store
        assert isinstance(store, MemoryStore)
        yield mock._activation, store


def _region() -> str:
    return os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def _explored(program: Program, run: Run, search: Search, schedules: int, faults: int) -> Explored:
    result = Explored(faults=faults)
    known = kept.recall(program.actors)
    if known is not None:
        try:
            _one(program, run, Replay(events_of(known)), result)
        except (Misfit, Unreadable):
            kept.forget(program.actors)  # the program is another one by now
        result = Explored(faults=result.faults)
    for path in search.paths():
        if result.schedules >= schedules:
            return result
        finished = run(path)
        if not finished.whole:
            result.redundant += 1
            continue
        _count(result, finished)
        if finished.failure is not None:
            raise found(program, finished, result, run)
    result.complete = search.complete
    return result


def _count(result: Explored, finished: Finished) -> None:
    path = finished.path
    result.schedules += 1
    result.orders = min(
        1_000_000, result.orders + orders([option.event for option in path.chosen], [option.footprint for option in path.chosen])
    )
    result.most_deviations = max(result.most_deviations, sum(deviations(path.chosen)))
    result.outcomes.add(repr(finished.told))


def _one(program: Program, run: Run, search: Replay, result: Explored) -> None:
    for path in search.paths():
        finished = run(path)
        _count(result, finished)
        if finished.failure is not None:
            raise found(program, finished, result, run)


def _again(program: Program, run: Run, text: str) -> Explored:
    """One schedule, from its token."""
    try:
        events = events_of(text)
    except Unreadable as mistake:
        raise BadRace(str(mistake)) from None
    strangers = [event.actor for event in events if event.actor and event.actor not in program.actors]
    if strangers:
        raise BadRace(f"the schedule has an actor {strangers[0]!r}; there are {', '.join(program.actors)}")
    result = Explored(faults=1 if program.faults else 0)
    try:
        _one(program, run, Replay(numbered(events, program)), result)
    except Misfit as misfit:
        raise BadRace(f"the schedule {text} does not fit this program: {misfit}") from None
    return result


def numbered(events: Sequence[Event], program: Program) -> list[Event]:
    """Time that passes has the number of its place in `time_passes`."""
    places: dict[str, list[int]] = {}
    for number, seconds in enumerate(program.ticks):
        places.setdefault(f"{seconds:g}".replace(".", "_"), []).append(number)
    result = []
    for event in events:
        if event.is_time:
            left = places.get(event.variant, [])
            if not left:
                raise BadRace(f"the schedule lets {event.variant} s pass, which time_passes does not")
            event = Event("", left.pop(0), event.variant)
        result.append(event)
    return result


def found(program: Program, finished: Finished, result: Explored, run: Run) -> RaceFound:
    """The failure, drawn; kept to be tried first next time."""
    chosen = finished.path.chosen
    text = token(option.event for option in chosen)
    kept.remember(program.actors, text)
    failure = finished.failure
    assert failure is not None
    why = str(failure) or "the check failed"
    if finished.blamed:
        why = f"{finished.blamed} raised {type(failure).__name__}: {failure}"
    drawn = drawing(finished.effects, list(program.actors))
    switches, faults, times = deviations(chosen)
    needs = [
        f"{count} {one if count == 1 else more}"
        for count, one, more in ((switches, "switch", "switches"), (faults, "fault", "faults"), (times, "pause", "pauses"))
        if count
    ]
    needed = f"It takes {' and '.join(needs)}" if needs else "It takes no more than one actor after another"
    message = (
        f"FAILED after {result.schedules} schedule{'s' if result.schedules != 1 else ''}: {why}\n\n{drawn}\n\n"
        f"{needed}. Run it again: {VARIABLE}={text}"
    )
    error = RaceFound(message, text, finished)
    error.__cause__ = failure
    return error
