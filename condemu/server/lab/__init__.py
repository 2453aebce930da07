"""The lab over HTTP, for programs in every language: races, holds, faults, the clock, snapshots and histories, as JSON."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "/_condemu/"
HOMES: Final = ("races", "holds", "faults", "clock", "snapshots", "history")


def is_for_lab(path: str) -> bool:
    """Whether a path of the administration is the lab's."""
    return path.startswith(PREFIX) and path.removeprefix(PREFIX).partition("/")[0] in HOMES
