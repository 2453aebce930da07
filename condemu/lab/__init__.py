"""The race lab: who wins, what is lost, what time it is, and every order tried.

What is pure stands here: schedules and their search, faults, clocks, drawings. What runs the user's own code stands in
`condemu.testing`, which needs boto3; its names lead there from here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from condemu.lab.faults import Fault, UnknownFault, calls_lost, fault, replies_lost

if TYPE_CHECKING:
    from condemu.testing.explorer.exploration import BadRace, Explored, RaceFound
    from condemu.testing.explorer.explore import explore
    from condemu.testing.explorer.staleness import stale_reads

__all__ = [
    "BadRace", "Explored", "Fault", "RaceFound", "UnknownFault", "calls_lost", "explore", "fault", "hours", "minutes",
    "replies_lost", "seconds", "stale_reads",
]  # fmt: skip

_HOME = {
    **dict.fromkeys(("BadRace", "Explored", "RaceFound"), "condemu.testing.explorer.exploration"),
    "explore": "condemu.testing.explorer.explore",
    "stale_reads": "condemu.testing.explorer.staleness",
}


def seconds(count: float) -> float:
    return count


def minutes(count: float) -> float:
    return count * 60.0


def hours(count: float) -> float:
    return count * 3600.0


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"condemu.lab has no {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
