"""The loop: one schedule after another until one fails or none is left; what was covered, and the failure as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from condemu.explorer import kept
from condemu.explorer.race import Finished, Program
from condemu.lab import covered
from condemu.lab.covered import Explored as Explored
from condemu.lab.director import Effect
from condemu.lab.schedules import Event, Unreadable, events_of, token
from condemu.lab.search import Chance, Everything, Fewest, Misfit, Path, Replay, Search
from condemu.lab.timeline import drawing
from condemu.lab.timeline_picture import picture

UNSTEADY: Final = "An actor decides by something else than what it is told (by chance, by this machine's clock)."
VARIABLE: Final = "CONDEMU_SCHEDULE"
SEARCHES: Final = ("fewest", "everything", "random", "pct")
Run = Callable[[Path, bool], Finished]  # the second says whether its history is recorded


class BadRace(ValueError):
    """What cannot be explored, and why."""


class RaceFound(AssertionError):
    """A schedule under which the program fails.

    Its text is the drawing, `svg` the same as a picture; `token` runs it again; `history` is for the checker.
    """

    def __init__(self, text: str, token: str, finished: Finished) -> None:
        super().__init__(text)
        self.token = token
        self.effects: list[Effect] = finished.effects
        self.told = finished.told
        self.failure = finished.failure
        self.history = finished.history
        self._finished = finished

    @property
    def svg(self) -> str:
        finished = self._finished
        return picture(finished.effects, finished.told.names, finished.notes)


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


class Exploration:
    """Schedules of one program. `name` is what a failing one is kept under; `run` runs one."""

    def __init__(self, name: str, program: Program, run: Run) -> None:
        self._name = name
        self._program = program
        self._run = run
        self._faults = program.most_faults if program.faults else 0
        self._result = Explored(faults=self._faults)

    def search(self, kind: str, schedules: int) -> Explored:
        """Run at most so many schedules, first the one that failed the last time. Raises RaceFound."""
        __tracebackhide__ = True
        search = searching(kind, schedules, self._program.seed, self._faults)
        known = kept.recall(self._name)
        if known is not None:
            try:
                self._once(numbered(events_of(known), self._program))
            except (Misfit, Unreadable, BadRace):
                kept.forget(self._name)  # the program is another one by now
        result = self._result = Explored(faults=self._faults, rules=self._program.faults)
        for path in search.paths():
            if result.schedules >= schedules:
                return result
            self._judged(self._run(path, False))
        result.complete = search.complete
        return result

    def replay(self, text: str) -> Explored:
        """Run one schedule, from its token. Raises RaceFound; and BadRace, if it does not fit."""
        __tracebackhide__ = True
        try:
            self._once(numbered(events_of(text), self._program))
        except Unreadable as mistake:
            raise BadRace(str(mistake)) from None
        except Misfit as misfit:
            raise BadRace(f"the schedule {text} does not fit this program: {misfit}") from None
        return self._result

    def _once(self, events: Sequence[Event]) -> None:
        __tracebackhide__ = True
        for path in Replay(events).paths():
            self._judged(self._run(path, False))

    def _judged(self, finished: Finished) -> None:
        result = self._result
        if not finished.whole:
            result.redundant += 1
            return
        chosen = finished.path.chosen
        result.count(chosen, [option.footprint for option in chosen], repr(finished.told), finished.struck)
        if finished.failure is not None:
            text = token(option.event for option in chosen)
            kept.remember(self._name, text)
            __tracebackhide__ = True  # the failure is told in the drawing; where in here it was found helps nobody
            raise found(self._recorded(finished), text, result.schedules) from None

    def _recorded(self, finished: Finished) -> Finished:
        """The same schedule once more, with its history. Says so when it comes out otherwise."""
        (path,) = Replay([option.event for option in finished.path.chosen]).paths()
        try:
            again = self._run(path, True)
        except Misfit as misfit:
            finished.sentences = [f"{UNSTEADY} In this order it went otherwise the second time: {misfit}."]
            return finished
        if again.failure is None:
            finished.sentences = [f"{UNSTEADY} The same order did not fail the second time."]
            return finished
        return again


def numbered(events: Sequence[Event], program: Program) -> list[Event]:
    """A token's events as this program's. Raises BadRace."""
    try:
        return covered.numbered(events, program.ticks)
    except covered.Strange as mistake:
        raise BadRace(str(mistake)) from None


def found(finished: Finished, text: str, schedules: int) -> RaceFound:
    """The failure as it is told: why, the drawing, how little it takes, and how to see it again."""
    failure = finished.failure
    why = str(failure) or "the check failed"
    if finished.blamed:
        why = f"{finished.blamed} raised {type(failure).__name__}: {failure}"
    message = (
        f"{covered.failed_after(schedules, why)}\n\n{drawing(finished.effects, finished.told.names, finished.notes)}\n\n"
        f"{''.join(f'{sentence}{chr(10)}' for sentence in finished.sentences)}"
        f"{covered.needs(finished.path.chosen)}. Run it again: {VARIABLE}={text}"
    )
    return RaceFound(message, text, finished)
