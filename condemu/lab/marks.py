"""The marks with which a schedule (`timeline.py`) and a history (`lanes.py`) are drawn."""

from __future__ import annotations

from typing import Final

WROTE: Final = "●"
READ: Final = "○"  # or changed nothing
REFUSED: Final = "✗"
LOST: Final = "⊘"  # nobody heard the answer
STALE: Final = "◌"  # read the past
THERE: Final = "│"  # the actor is there, and another one does something


def cut(text: str, width: int) -> str:
    """The text, in so many characters."""
    return text if len(text) <= width else f"{text[: width - 1]}…"
