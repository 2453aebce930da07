"""Histories over HTTP: what was asked of an account, what each call found, and what its client was told, as lines of JSON.

| call                                                   | does                                                        |
|--------------------------------------------------------|-------------------------------------------------------------|
| POST   /_condemu/history {"account": "111122223333"}   | records from now on; without `account` the default account's |
| GET    /_condemu/history?account=111122223333          | the lines so far, as `condemu check` reads them             |
| DELETE /_condemu/history?account=111122223333          | ends it, and forgets the lines                              |

A history is kept in memory, and has at most `calls` calls: 50,000 unless it is said, 1,000,000 at most. When it is full its
last line, HistoryIsFull, counts the calls that came later.

A recorder has to be the last that hears of a reply, to know whether it was lost: it is attached anew behind each observer that
joins. What brings back a former state would make lines of what nobody did; so there is no race meanwhile, and a reset ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from condemu.core.engine import Engine, Observer
from condemu.lab.history import Entry
from condemu.server.lab.documents import COUNT, TEXT, Answer, Document, Refused, account_of, between, check

CALLS: Final = 50_000  # that a history has at most, unless it is said otherwise: about 120 MB
MOST_CALLS: Final = 1_000_000
LINES: Final = "application/x-ndjson"


class Recording(Observer, Protocol):
    """An observer that writes down what it hears of."""

    def entries(self) -> list[Entry]: ...


class Histories:
    """One for each account at most. `recorder` makes one, of so many calls, that knows the state as it is now."""

    def __init__(self, engine: Engine, account: str, recorder: Callable[[int], Recording]) -> None:
        self._engine = engine
        self._account = account
        self._recorder = recorder
        self._on: dict[str, tuple[Recording, Callable[[], None]]] = {}

    def is_on(self, account: str) -> bool:
        return account in self._on

    def observe(self, observer: Observer, account: str | None = None) -> Callable[[], None]:
        """As the engine's, for those who may lose replies."""
        forget = self._engine.observe(observer, account)
        if account in self._on:
            recorder, detach = self._on[account]
            detach()
            self._on[account] = recorder, self._engine.observe(recorder, account)
        return forget

    def begin(self, document: Document, racing: Callable[[str], str | None]) -> Answer:
        members = check(document, "a history", {"account": TEXT, "calls": COUNT})
        account = self._named(members)
        calls = int(between(members.get("calls", CALLS), 1, MOST_CALLS, "'calls'"))
        if account in self._on:
            raise Refused(409, f"the history of account {account} is recorded already")
        race = racing(account)
        if race is not None:
            raise Refused(409, f"race {race} is on in account {account}: DELETE it first")
        recorder = self._recorder(calls)
        self._on[account] = recorder, self._engine.observe(recorder, account)
        return Answer(201, {"account": account}, (("Location", f"/_condemu/history?account={account}"),))

    def lines(self, query: dict[str, str]) -> Answer:
        entries = self._found(self._named(query))[0].entries()
        return Answer(200, "".join(f"{entry.to_json()}\n" for entry in entries), kind=LINES)

    def end(self, query: dict[str, str]) -> Answer:
        account = self._named(query)
        self._found(account)[1]()
        del self._on[account]
        return Answer(204)

    def reset(self, account: str | None) -> None:
        for name in list(self._on):
            if account in (None, name):
                self.end({"account": name})

    def _named(self, given: dict[str, str]) -> str:
        return account_of(given) or self._account

    def _found(self, account: str) -> tuple[Recording, Callable[[], None]]:
        if account not in self._on:
            raise Refused(404, f"no history of account {account} is recorded: POST /_condemu/history begins one")
        return self._on[account]
