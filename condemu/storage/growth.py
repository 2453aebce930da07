"""When a snapshot is worth its while: when the log has grown by as much as the last one, and at least by so many bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

GROWN: Final = 64 * 1024 * 1024  # bytes of the log after which a snapshot is worth its while


class Growth:
    """Of one log. `write` writes a snapshot; it is begun on the loop that runs, one at a time.

    What a start has read counts, too: else a process that is started often would never write one.
    """

    def __init__(self, least: int, write: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._least = least
        self._write = write
        self._since = 0  # bytes that the log has grown by since the last snapshot
        self._size = 0  # of that
        self.writing: asyncio.Task[None] | None = None

    def read(self, size: int) -> None:
        """So many bytes of the log were read at the start."""
        self._since += size

    def grown(self, size: int) -> None:
        """So many bytes were appended, here or by somebody else."""
        self._since += size
        if self._since < max(self._least, self._size) or (self.writing is not None and not self.writing.done()):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody serves; whoever does will come by
            return
        self.writing = loop.create_task(self._write())

    def begun(self) -> None:
        """A snapshot is begun: if it fails, the next one comes when the log has grown as much once more."""
        self._since = 0

    def ended(self, size: int) -> None:
        """There is a snapshot of this size."""
        self._size = size
