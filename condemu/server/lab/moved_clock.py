"""The state's clock, moved by hand: set, advanced, frozen; and for the requests of a race that race's own clock.

Dates of objects, expiry of items and tokens, retention and presigned requests follow it. Signatures are held against the
machine's time, always. While nobody has moved it the emulator asks the machine and knows nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol

from condemu.core.effects import Clock
from condemu.server.lab.documents import LAST, NUMBER, SWITCH, TIME, Answer, Document, Refused, between, check, iso, time_of


class Timed(Protocol):
    """A race whose schedule has a time of its own, as long as it is `attached`."""

    attached: bool

    def now(self) -> float: ...


# Whose race the request is of that the running task answers.
racing: ContextVar[Timed | None] = ContextVar("racing", default=None)


Now = Callable[[], float]


class MovedClock:
    """What the state's clock asks in place of the machine, from `begin` on. `replace` puts it there; None for a clock that is not
    the machine's."""

    def __init__(self, clock: Clock, replace: Callable[[Now], None] | None) -> None:
        self._machine = clock.now
        self._replace = replace
        self._ahead = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        race = racing.get()
        if race is not None and race.attached:
            return race.now()
        return self._machine() + self._ahead if self._frozen is None else self._frozen

    def begin(self) -> None:
        """Take the machine's place."""
        if self._replace is None:
            raise Refused(409, "this emulator was given a clock of its own; the lab moves no other than the machine's")
        self._replace(self.now)

    def reset(self) -> None:
        """Show the machine's time again."""
        self._ahead, self._frozen = 0.0, None

    # over HTTP

    def back(self) -> Answer:
        """To the machine's time."""
        self.reset()
        return self.shown()

    def shown(self) -> Answer:
        now = self.now()
        return Answer(200, {"time": now, "date": iso(now), "frozen": self._frozen is not None, "ahead": self._ahead})

    def move(self, document: Document) -> Answer:
        """`set`, then `advance`, then `freeze`, whichever of them are there."""
        members = check(document, "the clock", {"set": TIME, "advance": NUMBER, "freeze": SWITCH})
        if not members:
            raise Refused(400, 'the clock is moved by {"set": TIME}, {"advance": SECONDS} or {"freeze": true}')
        now = time_of(members["set"], "'set' of the clock") if "set" in members else self.now()
        if "advance" in members:
            between(members["advance"], 0, LAST - now, "'advance' of the clock")
            now += members["advance"]
        self.begin()
        self._ahead = now - self._machine()
        frozen = members.get("freeze", self._frozen is not None)
        self._frozen = now if frozen else None
        return self.shown()
