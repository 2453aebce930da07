"""Clients that do nothing more: one that stops in the middle of its body is refused, one that does not read is cut off."""

from __future__ import annotations

import asyncio

from condemu.server.connection import Watched


class StallGuard:
    """Looks after one connection while its client is waited for, with one timer at a time and none otherwise."""

    __slots__ = ("_patience", "_protocol", "_since", "_timer", "_unsent")

    def __init__(self, protocol: Watched, patience: float) -> None:
        self._protocol = protocol
        self._patience = patience  # seconds; 0: there is no end to it
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._unsent = 0  # bytes that the client had not taken when it was last looked at

    def begin(self, unsent: int = 0) -> None:
        """From now on the client is waited for: for its next bytes, or until it has read some of what is unsent."""
        if not self._patience:
            return
        loop = self._protocol.loop
        self._since, self._unsent = loop.time(), unsent
        if self._timer is None:
            self._timer = loop.call_later(self._patience, self._look)

    def end(self) -> None:
        """The connection is gone. The two let go of each other, so that nothing is left for the collector."""
        self._patience = 0.0
        if self._timer is not None:
            self._timer.cancel()
        del self._protocol

    def _look(self) -> None:
        self._timer = None
        protocol = self._protocol
        exchange = protocol.answering
        if protocol.writable is None and (exchange is None or not exchange.waits):
            return  # it came
        now = protocol.loop.time()
        rest = self._since + self._patience - now
        if rest <= 0:
            if protocol.writable is None and exchange is not None:
                exchange.give_up()
                return
            unsent = protocol.transport.get_write_buffer_size()
            if unsent >= self._unsent:
                protocol.cut()
                return
            self._since, self._unsent, rest = now, unsent, self._patience
        self._timer = protocol.loop.call_later(rest, self._look)
