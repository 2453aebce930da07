"""The lab over HTTP: races, holds, faults, the clock and snapshots, as JSON under /_condemu/, for programs in every language."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "/_condemu/"
HOMES: Final = ("races", "holds", "faults", "clock", "snapshots")


def is_for_lab(path: str) -> bool:
    """Whether a path of the administration is the lab's."""
    return path.startswith(PREFIX) and path.removeprefix(PREFIX).partition("/")[0] in HOMES
