"""Actors that are coroutines: each runs in an event loop of its own thread, whose sleeps are those of the race."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any


class RaceSelector(selectors.DefaultSelector):
    """Where the loop would wait for a time, the actor sleeps in the race."""

    def __init__(self, loop_time: list[float]) -> None:
        super().__init__()
        self._time = loop_time

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout is None or timeout <= 0:
            return ready if ready or timeout is not None else super().select(None)
        time.sleep(timeout)
        self._time[0] += timeout
        return super().select(0)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns."""
    loop_time = [0.0]
    loop = asyncio.SelectorEventLoop(RaceSelector(loop_time))
    loop.time = lambda: loop_time[0]  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
