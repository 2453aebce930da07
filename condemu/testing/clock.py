"""The clock of a fixture or mock: this process's, until it is moved."""

from __future__ import annotations

import time


class ProcessClock:
    """This process's time, asked for anew each time: a test that freezes `time.time` freezes the emulator with it.

    It can be moved, and stopped: dates of objects, expiry of items and of presigned URLs, retention and states of tables follow.
    Signatures keep to this process's time: a client's own clock is not moved with it.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead if self._stopped is None else self._stopped

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        if self._stopped is None:
            self._ahead += seconds
        else:
            self._stopped += seconds

    def set(self, now: float) -> None:
        """Let it be this moment, in seconds since 1970."""
        self.advance(now - self.now())

    def freeze(self) -> None:
        """Let time stand still until it is moved."""
        self._stopped = self.now()

    def resume(self) -> None:
        """Let time go on from where it stands."""
        if self._stopped is not None:
            self._ahead, self._stopped = self._stopped - time.time(), None
