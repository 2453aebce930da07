"""`--condemu-lint`: the history of each test that uses the fixture `condemu` is checked when the test ends.

An actor is who the request names, else the thread that sent it: threads of one test that take each other's writes away are
found, though all have the same credentials. What the checker finds is in `condemu.lab.checker`.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from condemu.core.calls import Call, actor_of
from condemu.core.engine import Watch
from condemu.lab.checker import check
from condemu.testing.credentials import ACCESS_KEY

if TYPE_CHECKING:
    from condemu.testing.local import Condemu

OFF: Final = "off"
WARN: Final = "warn"
ERROR: Final = "error"
LEVELS: Final = (OFF, WARN, ERROR)


class Suspicious(UserWarning):
    """What the history of a test shows."""


class Found(AssertionError):
    """The same, where it is to fail the test."""


class ThreadNames(Watch):
    """Tells the threads of a test apart."""

    def received(self, call: Call) -> None:
        if actor_of(call.headers).startswith(ACCESS_KEY):
            call.actor = threading.current_thread().name


@contextmanager
def linted(local: Condemu, level: str) -> Iterator[None]:
    """Check the history of the block. Nothing is said of a block that fails by itself."""
    emulator = local.emulator
    if level == OFF or emulator is None:
        yield
        return
    from condemu.testing.recorder import recording

    forget = emulator.engine.observe(ThreadNames())
    try:
        with recording(local) as recorder:
            yield
            report = check(recorder.entries())
    finally:
        forget()
    if report.findings:
        if level == ERROR:
            raise Found(str(report))
        warnings.warn(Suspicious(str(report)), stacklevel=2)
