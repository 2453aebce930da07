"""A schedule: which actor goes on, which fault strikes and when time passes, in the order of their effects; and its token.

    v1.nightly:2.+31.daemon:2.nightly:lost.nightly:1

reads: nightly starts and its first two requests take effect; 31 seconds pass; daemon starts and does two; nightly's next request
takes effect, but the reply is lost; nightly does one more. Whatever the token does not say goes by default: the actor that is
running goes on, and when it ends, the next in order does.

An actor's `start` is an event of its own, so that time can pass before it. A token counts it with the actor's first request;
`daemon:0` starts daemon and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from condemu.core.calls import Touch

VERSION: Final = "v1"
TIME: Final = Touch("time", False)  # what reads a clock
TICK: Final = (Touch("time", True),)  # time passes
EVERYTHING: Final = ""  # the resource that meets every other one

Footprint = tuple[Touch, ...]


class Event(NamedTuple):
    """One step of a schedule: an actor's `number`-th, counted from 0, which is its start; or time that passes, of no actor.

    `variant` is the fault that strikes with it, or for time the seconds.
    """

    actor: str
    number: int
    variant: str = ""

    @property
    def is_time(self) -> bool:
        return not self.actor


class Option(NamedTuple):
    """What may happen next. `deviation` is 0 for what happens by default, else 1, and 1 more with a fault."""

    event: Event
    footprint: Footprint
    deviation: int = 0


class Unreadable(ValueError):
    """A token that is none, or of another version."""


def meet(one: Footprint, other: Footprint) -> bool:
    """Whether the order of two steps can matter: they touch something in common, and one of them writes it."""
    if one is TICK and other is TICK:
        return False
    return any((mine.written or theirs.written) and overlap(mine.resource, theirs.resource) for mine in one for theirs in other)


def overlap(one: str, other: str) -> bool:
    """Whether two resources are the same, or one holds the other: "s3:" all of S3, "s3:bucket" also "s3:bucket/key"."""
    return one == other or _holds(one, other) or _holds(other, one)


def _holds(whole: str, part: str) -> bool:
    return not whole or part.startswith(whole if whole[-1] == ":" else whole + "/")


def token(events: Iterable[Event]) -> str:
    """The token of a schedule."""
    parts: list[tuple[str, str | int]] = []
    for event in events:
        if event.is_time:
            parts.append(("", event.variant))
        elif event.variant:
            parts.append((event.actor, event.variant))
        elif parts and parts[-1][0] == event.actor and isinstance(parts[-1][1], int):
            parts[-1] = (event.actor, parts[-1][1] + 1)
        else:
            parts.append((event.actor, int(event.number > 0)))
    written = (f"+{what}" if not actor else f"{actor}:{what}" for actor, what in parts)
    return ".".join((VERSION, *written))


_PART: Final = re.compile(
    r"\+(?P<seconds>\d+(?:_\d+)?)|(?P<actor>[A-Za-z_][\w-]*):(?:(?P<count>\d{1,6})|(?P<fault>[a-z][\w-]*))", re.ASCII
)


def events_of(text: str) -> list[Event]:
    """The events that a token stands for. Raises Unreadable."""
    version, _, rest = text.strip().partition(".")
    if version != VERSION:
        raise Unreadable(f"{text!r} is no schedule of this version of condemu, whose tokens begin with {VERSION}")
    events: list[Event] = []
    reached: dict[str, int] = {}
    for part in rest.split(".") if rest else ():
        match = _PART.fullmatch(part)
        if match is None:
            raise Unreadable(f"{part!r} in {text!r} is neither actor:requests, nor actor:fault, nor +seconds")
        if match["seconds"]:
            events.append(Event("", 0, match["seconds"]))
            continue
        actor = match["actor"]
        if actor not in reached:
            events.append(Event(actor, 0))
            reached[actor] = 1
        for _ in range(int(match["count"]) if match["count"] else 1):
            events.append(Event(actor, reached[actor], match["fault"] or ""))
            reached[actor] += 1
    return events


def deviations(chosen: Sequence[Option]) -> tuple[int, int, int]:
    """How many switches, faults and passages of time a schedule needs, beyond what happens by default."""
    faults = sum(bool(option.event.variant) and not option.event.is_time for option in chosen)
    times = sum(option.event.is_time for option in chosen)
    return sum(option.deviation for option in chosen) - faults - times, faults, times


def orders(events: Sequence[Event], footprints: Sequence[Footprint], most: int = 1_000_000) -> int:
    """How many orders of these events differ only in that steps which do not meet are exchanged, this one included.

    Counted by how far each actor has got; None of it is run. At most `most` are counted.
    """
    lanes: dict[object, list[int]] = {}
    for place, event in enumerate(events):
        lanes.setdefault(event.actor or place, []).append(place)
    before = [[other for other in range(place) if meet(footprints[other], footprints[place])] for place in range(len(events))]
    ways: dict[tuple[int, ...], int] = {(0,) * len(lanes): 1}
    names = list(lanes)
    for _ in events:
        following: dict[tuple[int, ...], int] = {}
        for progress, count in ways.items():
            done = {place for name, reached in zip(names, progress, strict=True) for place in lanes[name][:reached]}
            for number, name in enumerate(names):
                reached = progress[number]
                if reached < len(lanes[name]) and all(other in done for other in before[lanes[name][reached]]):
                    further = (*progress[:number], reached + 1, *progress[number + 1 :])
                    following[further] = min(most, following.get(further, 0) + count)
        ways = following
        if len(ways) > 20_000:
            return most
    return sum(ways.values())
