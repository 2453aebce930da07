"""The fixture `race`: a test that starts its own actors is run once for each order of what they do.

    def test_the_counter(race):
        table = race.resource("dynamodb").Table("counters")     # before: on the state that the fixtures made
        with race:
            first, second = race.start(increment, "a"), race.start(increment, "b")
        assert value(table) == first.ok + second.ok             # after: every actor has ended

What the test itself sends is not ordered: it runs alone, before the actors and after them. Fixtures are made once; the body is
run anew for each order, on an emulator of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from condemu.explorer.exploration import BadRace, Exploration, Explored
from condemu.explorer.explore import named, races
from condemu.explorer.lanes import Raised
from condemu.explorer.patches import patched
from condemu.explorer.race import Aws, Finished, Program, Race, call_with, crashes
from condemu.lab.faults import of_schedule

SETTINGS = (
    "faults", "most_faults", "time_passes", "skew", "schedules", "search", "seed", "steps", "expected", "patch_time", "replay",
)  # fmt: skip


class Started:
    """An actor that was started: what became of it, once the race is over."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.result: Any = None
        self.error: BaseException | None = None
        self._over = False

    @property
    def ok(self) -> bool:
        """Whether it returned, and did not raise."""
        if not self._over:
            raise BadRace(f"{self.name} has not run yet; it runs when the block `with race:` ends")
        return self.error is None

    def end(self, result: Any) -> None:
        self._over = True
        if isinstance(result, Raised):
            self.error = result.error
        else:
            self.result = result


class RaceFixture:
    """What a test holds. Made anew for each order by `run`."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        for name in settings:
            if name not in SETTINGS:
                raise BadRace(f"a race has no setting {name!r}; the settings are {', '.join(SETTINGS)}")
        self._settings = dict(settings)
        self._race: Race | None = None
        self._started: dict[str, Started] = {}
        self._finished: Finished | None = None
        self.explored: Explored | None = None

    # what the test's body uses

    @property
    def _now(self) -> Race:
        if self._race is None:
            raise BadRace("a race can only be used in the body of the test that asked for it")
        return self._race

    def client(self, service: str, *, actor: str = "test", **options: Any) -> Any:
        """A boto3 client of the fixture's account; one for each actor, if it is named."""
        return Aws(self._now, actor).client(service, **options)

    def resource(self, service: str, **options: Any) -> Any:
        return Aws(self._now, "test").resource(service, **options)

    def time(self) -> float:
        """Seconds since 1970 by the clock of the actor that asks."""
        now = self._now.now()
        return self._now.clock.now() if now is None else now

    def start(self, body: Callable[..., Any], *arguments: Any, name: str = "", **keywords: Any) -> Started:
        """One more actor. It runs, as all of them, when the block `with race:` ends."""
        race = self._now
        if self._finished is not None:
            raise BadRace("an actor is started within the block `with race:`")
        given = name or getattr(body, "__name__", "")
        taken = dict.fromkeys(self._started, body)
        actor = list(named([*taken.items(), (given, body) if name else body]))[-1]
        started = self._started[actor] = Started(actor)
        race.add(actor, partial(call_with, partial(body, *arguments, **keywords)))
        return started

    def __enter__(self) -> RaceFixture:
        assert self._now is not None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            return
        if not self._started:
            raise BadRace("a race needs an actor: race.start(function, …) within the block")
        finished = self._finished = self._now.schedule()
        if not finished.whole:
            raise Redundant
        for name, started in self._started.items():
            started.end(finished.told[name])

    # what the plugin uses

    def explore(self, test: Callable[[], Any], name: str, replay: str | None) -> None:
        """Run the test's body once for each order."""
        __tracebackhide__ = True
        settings = dict(self._settings)
        schedules, search = settings.pop("schedules", 200), settings.pop("search", "fewest")
        chosen = replay or settings.pop("replay", None)
        program = Program(
            actors={}, faults=tuple(of_schedule(one) for one in settings.pop("faults", ())), skews=settings.pop("skew", {}),
            ticks=tuple(settings.pop("time_passes", ())), expected=tuple(settings.pop("expected", ())), **settings,
        )  # fmt: skip
        with races(program) as make:
            exploration = Exploration(name, program, lambda path, recorded: self._once(program, make(path, recorded), test))
            self.explored = exploration.replay(chosen) if chosen else exploration.search(search, schedules)

    def _once(self, program: Program, race: Race, test: Callable[[], Any]) -> Finished:
        self._race, self._started, self._finished = race, {}, None
        try:
            with race, patched(race.sleep, race.now, patch_time=program.patch_time):
                return self._ran(program, test)
        finally:
            self._race = None

    def _ran(self, program: Program, test: Callable[[], Any]) -> Finished:
        failure: Exception | None = None
        try:
            test()
        except Redundant:
            pass
        except BadRace:
            raise
        except Exception as error:
            if self._finished is None:
                raise
            failure = error
        finished = self._finished
        if finished is None:
            raise BadRace("the test never came to the end of a block `with race:`")
        if finished.whole:
            crashed = next(crashes(finished.told, program.expected), None)
            finished.failure = crashed[1] if crashed is not None else failure
            finished.blamed = crashed[0] if crashed is not None else ""
        return finished


class Redundant(BaseException):
    """Ends the body of a test whose order was run already."""
