"""What calls a call leads to: how many, and which cross a boundary between modules of condemu."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def watched(act: Callable[[], Any], note: Callable[[FrameType, str, Any], None]) -> None:
    """Does `act`; `note` hears of each call that Python or C makes meanwhile."""
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)


def calls_of(act: Callable[[], Any]) -> int:
    """How many function calls, Python's and C's, `act` makes: how much work it is, whatever the clock says."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    watched(act, note)
    return count


def boundaries(act: Callable[[], Any]) -> list[str]:
    """Where a function of one module of condemu calls a function of another, each as "module -> module.function"."""
    found = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event != "call" or frame.f_back is None:
            return
        caller, called = (str(one.f_globals.get("__name__", "")) for one in (frame.f_back, frame))
        if caller != called and caller.startswith("condemu.") and called.startswith("condemu."):
            found.append(f"{caller} -> {called}.{frame.f_code.co_name}")

    watched(act, note)
    return found
