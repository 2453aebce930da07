"""Which schedules are run, and in which order: fewest deviations first, and of those that cannot differ only one.

A search hands out one `Path` after another. The program under test is run along it: at each point where several things may happen
it asks the path to choose among the options, the default first, and says afterwards what the step really touched.

    Fewest     every order of what meets, fewest deviations first
    Everything every order there is: what the pruned search is tested against
    Chance     orders by chance, or few switches at places by chance (PCT), for what is too large to be run to the end
    Replay     one schedule that is known

`Fewest` is dynamic partial-order reduction with source sets and sleep sets (Abdulla, Aronsson, Jonsson, Sagonas: Optimal Dynamic
Partial Order Reduction, POPL 2014). After each run it looks for races: two steps of different actors that meet and could have
come in the other order. For each it sees to it that this order is tried, at the place of the first of the two, and remembers at
each place what needs no trying again because it was tried there first (asleep) and has met nothing since. Two kinds of steps are
its own: a step with a fault is another step than without, and time that never passed is taken to have passed at the very end, so
that it races with every step before.

It is complete when nothing waits any more. What waits is run by increasing number of deviations (a switch, a fault, a passage of
time), so the first failure found has few of them.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, takewhile
from typing import Final, Protocol

from condemu.lab.schedules import TICK, Event, Footprint, Option, meet, token

Asleep = Mapping[Event, Footprint]


UNFIT: Final = "the schedule does not fit this program"  # how the reason begins when one is run again that cannot be


class Misfit(Exception):
    """A schedule that is to be run again asks for what cannot happen."""


class Path(Protocol):
    """The choices of one run."""

    chosen: list[Option]
    footprints: list[Footprint]  # of what was chosen, as it turned out
    redundant: bool  # whether the run was given up, because only a run that was made already could follow

    def choose(self, options: Sequence[Option]) -> Option | None:
        """The next step; None to give the run up."""
        ...

    def touched(self, footprint: Footprint) -> None:
        """Tells what the last step really touched: a refused write has only read."""
        ...

    def ended(self, left: Sequence[Option]) -> None:
        """Tells that the run is over, and which passages of time never came."""
        ...


class Search(Protocol):
    @property
    def complete(self) -> bool:
        """Whether no schedule is left."""
        ...

    def paths(self) -> Iterable[Path]: ...


class _Walked:
    """What all paths have in common: they note what was chosen."""

    def __init__(self) -> None:
        self.chosen: list[Option] = []
        self.footprints: list[Footprint] = []
        self.redundant = False

    def note(self, option: Option) -> Option:
        self.chosen.append(option)
        self.footprints.append(option.footprint)
        return option

    def touched(self, footprint: Footprint) -> None:
        self.footprints[-1] = footprint

    def ended(self, left: Sequence[Option]) -> None:
        """Nothing."""


# --- fewest deviations first, pruned ------------------------------------------------------------------------------------------


class _Place:
    """A point of the tree of schedules: what could happen there, what is tried, and what needs no trying."""

    __slots__ = ("asleep", "cost", "options", "tried")

    def __init__(self, options: Sequence[Option], asleep: Asleep, cost: int) -> None:
        self.options = {option.event: option for option in options}
        self.asleep = asleep
        self.cost = cost
        self.tried: dict[Event, Option] = {}

    def able(self, event: Event) -> Event:
        """The event; without its fault, where that cannot strike here: a stale read needs something that came before."""
        return event if event in self.options else event._replace(variant="")

    def tried_before(self, event: Event) -> Iterator[tuple[Event, Option]]:
        """What was tried here before a step. One with a fault counts as tried with the same step without: what came behind that
        found it asleep, did not run it, and so did not let the fault strike there."""
        plain = event._replace(variant="") if not event.is_time else event
        return takewhile(lambda tried: tried[0] != plain, list(self.tried.items()))


def _awake(asleep: Asleep, option: Option) -> dict[Event, Footprint]:
    """What stays asleep behind a step: the steps of others that do not meet it."""
    return {
        event: footprint
        for event, footprint in asleep.items()
        if event.actor != option.event.actor and not meet(footprint, option.footprint)
    }


class Fewest:
    """Every order of what meets, with at most `faults` faults in one run. Of equal cost, what was found first comes first."""

    def __init__(self, faults: int = 1) -> None:
        self.faults = faults
        self._numbers = count(1)
        # cost, number, and what is to be run: places on the way, the events that lead there, what is asleep behind the last one
        self._waiting: list[tuple[int, int, tuple[_Place, ...], tuple[Event, ...], Asleep]] = [(0, 0, (), (), {})]

    @property
    def complete(self) -> bool:
        return not self._waiting

    def paths(self) -> Iterable[_Fewest]:
        while self._waiting:
            _, _, places, events, asleep = heapq.heappop(self._waiting)
            yield _Fewest(self, places, events, asleep)

    def wait(self, places: tuple[_Place, ...], events: tuple[Event, ...], option: Option) -> None:
        """Let a step be tried at the last of `places`, if it is not tried and need not be."""
        place = places[-1]
        if option.event in place.tried or option.event in place.asleep:
            return
        before = {**place.asleep, **{event: tried.footprint for event, tried in place.tried_before(option.event)}}
        place.tried[option.event] = option
        item = (place.cost + option.deviation, next(self._numbers), places, (*events, option.event), _awake(before, option))
        heapq.heappush(self._waiting, item)


class _Fewest(_Walked):
    def __init__(self, search: Fewest, places: tuple[_Place, ...], events: tuple[Event, ...], asleep: Asleep) -> None:
        super().__init__()
        self._search = search
        self._known = events
        self._places = list(places)
        self._asleep: Asleep = {} if not events else asleep
        self._cost = 0

    def choose(self, options: Sequence[Option]) -> Option | None:
        here = len(self.chosen)
        if here < len(self._known):
            wanted = self._known[here]
            option = next((option for option in options if option.event == wanted), None)
            if option is None:
                raise Misfit(misfit(here, wanted, options))
        else:
            found = self._default(options)
            if found is None:
                self.redundant = any(not option.event.is_time for option in options)
                return None
            option = found
            place = _Place(options, self._asleep, self._cost)
            place.tried[option.event] = option
            self._places.append(place)
            self._asleep = _awake(self._asleep, option)
        self._cost += option.deviation
        return self.note(option)

    def _default(self, options: Sequence[Option]) -> Option | None:
        """The first that is not asleep: an actor's plain step if there is one. Time alone leads nowhere."""
        able = [option for option in within(self._search.faults, self.chosen, options) if option.event not in self._asleep]
        plain = next((option for option in able if not option.event.is_time and not option.event.variant), None)
        if plain is not None or all(option.event.is_time for option in options):
            return plain
        return able[0] if able else None

    def ended(self, left: Sequence[Option]) -> None:
        events = [option.event for option in self.chosen] + [option.event for option in left]
        footprints = [*self.footprints, *(TICK for _ in left)]
        self._strike(events)
        for first, second, between in races(events, footprints, len(self.chosen)):
            place = self._places[first]
            initials = [place.able(events[step]) for step in between]
            if any(event in place.tried or event in place.asleep for event in initials):
                continue
            best = min(initials, key=lambda event: (place.options[event].deviation, event != events[second]))
            self._try(first, place.options[best])

    def _strike(self, events: Sequence[Event]) -> None:
        """Let each fault strike that can matter at a step of this run, as long as there are not too many."""
        struck = 0
        for here, option in enumerate(self.chosen):
            event = option.event
            if event.is_time:
                continue
            if event.variant:
                struck += 1
            elif struck < self._search.faults:
                for other in self._places[here].options.values():
                    if other.event.variant and other.event[:2] == event[:2] and self._matters(other, here):
                        self._try(here, other)

    def _matters(self, faulty: Option, here: int) -> bool:
        """A lost reply tells nobody anything new where nothing was written; who arrives early does so for those who meet it."""
        if faulty.event.variant == OVERLAP:
            mine = (*faulty.footprint, *self.footprints[here])
            return any(
                option.event.actor not in ("", faulty.event.actor) and meet(mine, footprint)
                for option, footprint in zip(self.chosen, self.footprints, strict=True)
            )
        return not faulty.event.variant.startswith(LOST) or any(touch.written for touch in self.footprints[here])

    def _try(self, here: int, option: Option) -> None:
        events = tuple(chosen.event for chosen in self.chosen[:here])
        self._search.wait(tuple(self._places[: here + 1]), events, option)


def within(faults: int, chosen: Sequence[Option], options: Sequence[Option]) -> list[Option]:
    """The options without those that let one fault too many strike."""
    struck = sum(bool(option.event.variant) and not option.event.is_time for option in chosen)
    return [option for option in options if struck < faults or not option.event.variant or option.event.is_time]


OVERLAP: Final = "overlap"  # the name of the fault that lets a request arrive before it takes effect
LOST: Final = "lost"  # how the names of faults begin that let a write take effect and lose its reply


def races(events: Sequence[Event], footprints: Sequence[Footprint], real: int) -> Iterable[tuple[int, int, list[int]]]:
    """The pairs of steps that meet and could have come the other way round; only the first `real` events can be the first.

    With each pair come the steps with one of which the other order can begin: they need nothing that followed the first.
    """
    meets: list[int] = []  # for each step the earlier ones that it meets, as bits
    after: list[int] = []  # for each step all those that it comes after by necessity
    for later, event in enumerate(events):
        direct = necessary = 0
        for earlier in range(later):
            if events[earlier].actor == event.actor != "" or meet(footprints[earlier], footprints[later]):
                direct |= 1 << earlier
                necessary |= after[earlier] | 1 << earlier
        meets.append(direct)
        after.append(necessary)
    for second in range(len(events)):
        for first in range(min(second, real)):
            if not meets[second] >> first & 1 or events[first].actor == events[second].actor:
                continue
            if any(meets[second] >> mid & 1 and after[mid] >> first & 1 for mid in range(first + 1, second)):
                continue
            free = [mid for mid in range(first + 1, second) if not after[mid] >> first & 1] + [second]
            own = sum(1 << step for step in free)
            yield first, second, [step for step in free if not after[step] & own]


# --- the others -----------------------------------------------------------------------------------------------------------------


class Everything:
    """Every order there is, depth first, with at most `faults` faults."""

    def __init__(self, faults: int = 1) -> None:
        self.faults = faults
        self._waiting: list[tuple[Event, ...]] = [()]

    @property
    def complete(self) -> bool:
        return not self._waiting

    def paths(self) -> Iterable[_Every]:
        while self._waiting:
            yield _Every(self.faults, self._waiting, self._waiting.pop())


class _Every(_Walked):
    def __init__(self, faults: int, waiting: list[tuple[Event, ...]], known: tuple[Event, ...]) -> None:
        super().__init__()
        self._faults = faults
        self._waiting = waiting
        self._known = known

    def choose(self, options: Sequence[Option]) -> Option | None:
        here = len(self.chosen)
        if here < len(self._known):
            return self.note(next(option for option in options if option.event == self._known[here]))
        if all(option.event.is_time for option in options):
            return None
        able = within(self._faults, self.chosen, options)
        way = tuple(option.event for option in self.chosen)
        self._waiting.extend((*way, option.event) for option in able[1:])
        return self.note(able[0])


class Chance:
    """`schedules` orders by chance. With `changes`, the actors have priorities by chance, and that many of them fall (PCT).

    PCT finds a fault that needs d changes with a known least probability (Burckhardt and others, ASPLOS 2010).
    """

    def __init__(self, seed: int, schedules: int, changes: int | None = None, length: int = 50, faults: int = 1) -> None:
        self.complete = False
        self._random = random.Random(seed)
        self._schedules = schedules
        self._changes = changes
        self._length = length
        self._faults = faults

    def paths(self) -> Iterable[Path]:
        for _ in range(self._schedules):
            seed = self._random.getrandbits(64)
            yield _Chance(random.Random(seed), self._faults, self._changes, self._length)


class _Chance(_Walked):
    def __init__(self, chance: random.Random, faults: int, changes: int | None, length: int) -> None:
        super().__init__()
        self._chance = chance
        self._faults = faults
        self._priorities: dict[str, float] | None = None if changes is None else {}
        self._falls = {} if changes is None else {chance.randrange(length): -float(n) for n in range(1, changes + 1)}

    def choose(self, options: Sequence[Option]) -> Option | None:
        if all(option.event.is_time for option in options):
            return None
        able = within(self._faults, self.chosen, options)
        if self._priorities is None:
            return self.note(self._chance.choice(able))
        for option in able:
            self._priorities.setdefault(option.event.actor, self._chance.random() + 1)
        best = max(able, key=self._priority)
        fall = self._falls.get(len(self.chosen))
        if fall is not None:
            self._priorities[best.event.actor] = fall
            best = max(able, key=self._priority)
        return self.note(best)

    def _priority(self, option: Option) -> float:
        assert self._priorities is not None
        return self._priorities[option.event.actor]


class Replay:
    """One schedule that is known. After its last event everything goes by default."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.complete = False
        self._events = events

    def paths(self) -> Iterable[Path]:
        yield _Replay(self._events)


class _Replay(_Walked):
    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__()
        self._events = events

    def choose(self, options: Sequence[Option]) -> Option | None:
        here = len(self.chosen)
        if here >= len(self._events):
            return None if all(option.event.is_time for option in options) else self.note(options[0])
        wanted = self._events[here]
        for option in options:
            if option.event == wanted:
                return self.note(option)
        raise Misfit(misfit(here, wanted, options))

    def ended(self, left: Sequence[Option]) -> None:
        if len(self.chosen) < len(self._events):
            rest = self._events[len(self.chosen) :]
            raise Misfit(f"every actor has ended after step {len(self.chosen)}, but the schedule goes on: {token(rest)}")


Describe = Callable[[Event], str]


def misfit(here: int, wanted: Event, options: Sequence[Option]) -> str:
    """Where a schedule no longer fits the program, and how."""
    there = ", ".join(dict.fromkeys(_say(option.event) for option in options)) or "nothing"
    return f"step {here + 1}: expected {_say(wanted)}; what can happen is {there}"


def _say(event: Event) -> str:
    if event.is_time:
        return f"{event.variant} seconds to pass"
    what = f"{event.actor}'s start" if event.number == 0 else f"{event.actor}'s request {event.number}"
    return f"{what} with the fault {event.variant!r}" if event.variant else what
