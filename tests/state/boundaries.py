"""The boundaries between modules that a call crosses: where a function of one module of condemu calls a function of another."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def boundaries(act: Callable[[], Any]) -> list[str]:
    """The crossings of a call, each as "module -> module.function"."""
    found = []

    def note(frame: Any, event: str, argument: Any) -> None:
        if event != "call" or frame.f_back is None:
            return
        caller, called = (str(one.f_globals.get("__name__", "")) for one in (frame.f_back, frame))
        if caller != called and caller.startswith("condemu.") and called.startswith("condemu."):
            found.append(f"{caller} -> {called}.{frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return found
