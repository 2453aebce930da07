"""How far a long run is: one line that is written over on a terminal, a line for each tenth of the way elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

import pytest

EVERY: Final = 0.2  # seconds between two looks of a person


class Progress:
    """A plugin of pytest's, in place of its dots."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stdout
        self._clock = clock
        self._begun = self._shown = clock()
        self._tenths = 0
        self.total = self.done = self.different = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str]:
        """No letter for a case, which counts once."""
        counts = report.when == "call" or not report.passed
        return report.outcome if counts else "", "", ""

    def pytest_collection_finish(self, session: Any) -> None:
        self.total = len(session.items)
        self._begun = self._shown = self._clock()
        self._say(f"{self.total:,} cases")

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.different += 1
        if report.when != "teardown":
            return
        self.done += 1
        now = self._clock()
        if self._stream.isatty():
            if now - self._shown >= EVERY or self.done == self.total:
                self._shown = now
                self._stream.write(f"\r\x1b[K{self.line(now)}")
                self._stream.flush()
        elif self.done * 10 // max(self.total, 1) > self._tenths:
            self._tenths = self.done * 10 // self.total
            self._say(self.line(now))

    def pytest_sessionfinish(self) -> None:
        if self._stream.isatty():
            self._say("")

    def line(self, now: float) -> str:
        """`812 of 1,640 cases, 4 not as AWS, 0:35, about 0:36 left`"""
        spent = now - self._begun
        left = spent / self.done * (self.total - self.done)
        told = f"{self.done:,} of {self.total:,} cases, {self.different:,} not as AWS, {clocked(spent)}"
        return f"{told}, about {clocked(left)} left" if self.done < self.total else told

    def _say(self, words: str) -> None:
        self._stream.write(f"{words}\n")
        self._stream.flush()


def clocked(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
