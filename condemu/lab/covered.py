"""What an exploration has covered, and how it says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from condemu.lab.faults import Fault
from condemu.lab.schedules import Event, Footprint, Option, deviations, orders

MOST_ORDERS: Final = 1_000_000  # that are counted


@dataclass(slots=True)
class Explored:
    """`complete`: no order is left, within the number of faults that may strike in one run. `orders` are those that the
    schedules stand for: the others differ only in requests that do not meet. `rules` are the faults that may strike."""

    schedules: int = 0
    complete: bool = False
    orders: int = 0
    most_deviations: int = 0
    faults: int = 0
    redundant: int = 0
    outcomes: set[str] = field(default_factory=set)
    rules: tuple[Fault, ...] = ()
    struck: set[Fault] = field(default_factory=set)

    @property
    def never_struck(self) -> list[Fault]:
        """The faults that struck in no schedule: nothing is known of what they do to the program."""
        return [rule for rule in self.rules if rule not in self.struck]

    def count(
        self, chosen: Sequence[Option], footprints: Sequence[Footprint], outcome: str, struck: Iterable[Fault] = ()
    ) -> None:
        """One more schedule was run, in which these faults struck."""
        self.struck.update(struck)
        self.schedules += 1
        self.orders = min(MOST_ORDERS, self.orders + orders([option.event for option in chosen], footprints))
        self.most_deviations = max(self.most_deviations, sum(deviations(chosen)))
        self.outcomes.add(outcome)

    def __str__(self) -> str:
        idle = "; ".join(map(str, self.never_struck))
        return self._covered() + (f". Never struck, and so not tried: {idle}" if idle else "")

    def _covered(self) -> str:
        runs = _many(self.schedules, "schedule", "schedules")
        struck = f", with at most {_many(self.faults, 'fault', 'faults')} in each" if self.faults else ""
        if self.complete:
            same = f"; they stand for {self.orders} orders, the others differ only in requests that do not meet"
            return f"{runs}: every order there is{struck}{same if self.orders > self.schedules else ''}"
        return f"{runs}, those with the fewest deviations first{struck}; more are left"


def failed_after(schedules: int, why: str) -> str:
    """How the report of a failure begins."""
    return f"FAILED after {_many(schedules, 'schedule', 'schedules')}: {why}"


def needs(chosen: Sequence[Option]) -> str:
    """What a failure takes beyond what happens by default."""
    counts = zip(deviations(chosen), (("switch", "switches"), ("fault", "faults"), ("pause", "pauses")), strict=True)
    needed = [_many(count, one, more) for count, (one, more) in counts if count]
    return f"It takes {' and '.join(needed)}" if needed else "It takes no more than one actor after another"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def as_variant(seconds: float) -> str:
    """Seconds that pass, as an event says them."""
    return f"{seconds:g}".replace(".", "_")


class Strange(ValueError):
    """A schedule that speaks of what the program does not have."""


def numbered(events: Sequence[Event], ticks: Sequence[float], actors: Sequence[str] | None = None) -> list[Event]:
    """A token's events as this program's: time that passes has the number of its place in `ticks`. Raises Strange.

    `actors` are all that there are, where that is known.
    """
    places: dict[str, list[int]] = {}
    for number, seconds in enumerate(ticks):
        places.setdefault(as_variant(seconds), []).append(number)
    result = []
    for event in events:
        if not event.is_time:
            if actors is not None and event.actor not in actors:
                raise Strange(f"the schedule has an actor {event.actor!r}; there are {', '.join(actors)}")
        elif not places.get(event.variant):
            raise Strange(f"the schedule lets {event.variant.replace('_', '.')} s pass, which time_passes does not")
        else:
            event = Event("", places[event.variant].pop(0), event.variant)
        result.append(event)
    return result
