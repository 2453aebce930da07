"""`explore`: actors under every order of their requests, with faults and passing time, until one order fails or none is left."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from condemu.core.effects import ManualClock
from condemu.explorer import kept
from condemu.explorer.exploration import VARIABLE, BadRace, Exploration, Explored
from condemu.explorer.patches import patched
from condemu.explorer.race import Clients, Finished, Program, Race
from condemu.lab.faults import Fault, of_schedule
from condemu.lab.search import Path

if TYPE_CHECKING:
    from condemu.core.store import MemoryStore
    from condemu.testing.activation import Activation

Body = Callable[..., Any]
NAME: Final = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


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
    AWS's errors (botocore's) and the `expected` ones. A request that cannot be right, whatever others do, is a failure too.

    `faults` may strike, at most `most_faults` in a schedule: words of `condemu.lab.faults`, "s3:conflict", or rules. Each number
    of seconds in `time_passes` may pass once, at any moment. `skew` are seconds by actor. `search` is "fewest" deviations first,
    "everything" unpruned, "random", or "pct". At most `schedules` are run, of at most `steps` requests. `replay`, or
    CONDEMU_SCHEDULE in the environment, runs one schedule: the token of a failure.
    """
    __tracebackhide__ = True
    program = Program(
        named(actors), setup, check, tuple(of_schedule(one) for one in faults), most_faults, tuple(time_passes), skew or {}, seed,
        steps, patch_time, tuple(expected),
    )  # fmt: skip
    if not program.actors:
        raise BadRace("explore needs an actor: a function that sends requests")
    for name in program.skews:
        if name not in program.actors:
            raise BadRace(f"there is no actor {name!r} to skew; there are {', '.join(program.actors)}")
    chosen = replay if replay is not None else os.environ.get(VARIABLE)
    with races(program) as race:

        def run(path: Path, recorded: bool) -> Finished:
            made = race(path, recorded)
            with patched(made.sleep, made.now, patch_time=patch_time):
                return made.run()

        exploration = Exploration(kept.name_of(program.actors), program, run)
        return exploration.replay(chosen) if chosen else exploration.search(search, schedules)


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
def races(program: Program) -> Iterator[Callable[[Path, bool], Race]]:
    """Within it, what it gives makes the race of a path. The state that is there now is the state before each."""
    from condemu.server.system import SystemClock

    wall = ManualClock(SystemClock().now())
    with _activated() as (activation, base):
        clients = Clients(activation.account, _region())

        def race(path: Path, recorded: bool) -> Race:
            now = SystemClock().now()
            if now - wall.now() > 300:  # signatures are made by this machine's time
                wall.set(now)
            return Race(program, path, activation, clients, base, wall, recorded=recorded)

        yield race


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
