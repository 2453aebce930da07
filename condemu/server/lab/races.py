"""Races over HTTP: what a race is made of, the calls by which a program in any language runs it, and how many there may be.

| call                                                            | does                                                         |
|-----------------------------------------------------------------|--------------------------------------------------------------|
| POST /_condemu/races {"actors": ["a", "b"]}                     | 201: a race; the state now is the state before each schedule |
| POST /_condemu/races/r1/next                                    | 200: the next schedule has begun; 204: none is left          |
| POST /_condemu/races/r1/actors/a {"is": "started"}              | answered when the schedule has a begin                       |
| POST /_condemu/races/r1/actors/a {"is": "asleep", "seconds": 5} | answered when the schedule has a wake                        |
| POST /_condemu/races/r1/actors/a {"is": "ended", "told": "x"}   | a has ended, and was told x                                  |
| POST /_condemu/races/r1/verdict {"ok": false, "why": "x"}       | judges the schedule, once every actor has ended              |
| GET /_condemu/races/r1/clock?actor=a                            | the time that a sees                                         |
| GET /_condemu/races/r1/report                                   | what failed, drawn, or what was covered; JSON by Accept      |
| GET /_condemu/races, /_condemu/races/r1                         | what there is                                                |
| DELETE /_condemu/races/r1                                       | ends it: the state is again what it was                      |
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final

from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.principals import root_of
from condemu.core.calls import Call
from condemu.core.effects import Ids
from condemu.core.engine import Engine
from condemu.core.log import LogUnavailable
from condemu.core.spaces import NameTaken, Space
from condemu.lab.clock import START
from condemu.lab.covered import Explored, Strange, numbered
from condemu.lab.faults import AFTER, BEFORE, LATE, OF_SCHEDULES, STALE, Fault, Tables
from condemu.lab.schedules import Unreadable, events_of
from condemu.lab.search import Chance, Everything, Fewest, Replay, Search
from condemu.server.lab.documents import (
    ANYTHING,
    COUNT,
    LIST,
    MOST_SECONDS,
    NUMBER,
    OBJECT,
    SWITCH,
    TEXT,
    TIME,
    Answer,
    Document,
    Refused,
    account_of,
    between,
    check,
    rule_of,
    shown,
    time_of,
)
from condemu.server.lab.past import SharedPast
from condemu.server.lab.race import Race
from condemu.server.lab.run import NAME, Program

MOST_RACES: Final = 64
MOST_ACTORS: Final = 16
MOST_SCHEDULES: Final = 100_000
MOST_STEPS: Final = 10_000
MOST_FAULTS: Final = 16  # kinds of them, and in one schedule
MOST_TICKS: Final = 16
SECRET: Final = "condemu"
WORDS: Final = (*BEFORE, *AFTER, *OF_SCHEDULES)  # of faults
SEARCHES: Final = ("fewest", "everything", "random", "pct")
MEMBERS: Final = {
    "actors": LIST, "account": TEXT, "faults": LIST, "most_faults": COUNT, "time_passes": LIST, "skew": OBJECT,
    "schedules": COUNT, "steps": COUNT, "search": TEXT, "seed": NUMBER, "patience": NUMBER, "time": TIME, "replay": TEXT,
}  # fmt: skip


class Races:
    """The races of one emulator, at most one in each account. `begin` lets the state's clock ask them, until `ended`."""

    def __init__(
        self, *, engine: Engine, tables: Tables, spaces: Sequence[Space], account: str, strict: bool, book: CredentialBook,
        ids: Ids, begin: Callable[[], None], ended: Callable[[], None],
    ) -> None:  # fmt: skip
        self._engine = engine
        self._tables = tables
        self._spaces = spaces
        self._account = account
        self._strict = strict
        self._book = book
        self._ids = ids
        self._begin = begin
        self._ended = ended
        self._races: dict[str, Race] = {}
        self._past = SharedPast(engine, spaces, self._unseen)
        self._numbers = count(1)
        self._endings: set[asyncio.Future[None]] = set()

    # what there is

    def named(self, name: str) -> Race:
        race = self._races.get(name)
        if race is None:
            there = f"there are {', '.join(self._races)}" if self._races else "there is none"
            raise Refused(404, f"there is no race {name!r}; {there}")
        race.asked()
        return race

    def list(self) -> Answer:
        return Answer(200, {"races": [race.shown() for race in self._races.values()]})

    def _ended_race(self, name: str) -> Race:
        """A race that was; its state is still to be brought back, unless it is forgotten anyway."""
        race = self._races.pop(name)
        if needs_past(race.program):
            self._past.end()
        for key in race.program.keys:
            self._book.take_back(key)
        if not self._races:
            self._ended()
        race.end()
        return race

    def reset(self, account: str | None) -> None:
        """What they began with is gone, and so are they."""
        for name, race in list(self._races.items()):
            if account in (None, race.program.account):
                self._ended_race(name)

    @property
    def are_on(self) -> bool:
        return bool(self._races)

    def racing(self, account: str) -> Race | None:
        return next((race for race in self._races.values() if race.program.account == account), None)

    def _unseen(self, call: Call) -> int:
        race = self.racing(call.account)
        return 0 if race is None else race.unseen(call)

    # the calls

    def make(self, document: Document) -> Answer:
        members = check(document, "a race", MEMBERS)
        account = account_of(members) or self._account
        other = self.racing(account)
        if other is not None:
            raise Refused(409, f"race {other.name} is on in account {account}: DELETE it, or name another account in 'account'")
        if len(self._races) >= MOST_RACES:
            raise Refused(409, f"there are {MOST_RACES} races already; DELETE those that are over")
        name = f"r{next(self._numbers)}"
        program = self._program(name, account, members)
        faults = int(between(members.get("most_faults", 1), 1, MOST_FAULTS, "'most_faults'")) if program.faults else 0
        schedules = int(between(members.get("schedules", 200), 1, MOST_SCHEDULES, "'schedules'"))
        search = searching(members, schedules, faults, program)
        rules = () if "replay" in members else program.faults  # one order says nothing of the faults that it has not
        self._begin()
        past = self._past.begin() if needs_past(program) else None
        secret = self._lend(program)
        self._races[name] = race = Race(
            name, program, search, Explored(faults=faults, rules=rules), schedules, engine=self._engine, tables=self._tables,
            spaces=self._spaces, gone=lambda: self._leave(name), past=past,
        )  # fmt: skip
        keys = {actor: key for key, actor in race.program.keys.items()}
        return Answer(
            201,
            {"race": name, "account": account, "access_keys": keys, "secret_access_key": secret, "time": program.began},
            (("Location", f"/_condemu/races/{name}"),),
        )

    def _program(self, name: str, account: str, members: Document) -> Program:
        actors = actors_of(members)
        skews = members.get("skew", {})
        for actor, seconds in skews.items():
            if actor not in actors:
                raise Refused(400, f"there is no actor {actor!r} to skew; there are {', '.join(actors)}")
            check({"skew": seconds}, f"actor {actor}", {"skew": NUMBER})
            between(seconds, -MOST_SECONDS, MOST_SECONDS, f"the skew of {actor}")
        ticks = members.get("time_passes", [])
        if len(ticks) > MOST_TICKS:
            raise Refused(400, f"'time_passes' has at most {MOST_TICKS} numbers")
        for seconds in ticks:
            check({"time_passes": seconds}, "a race", {"time_passes": NUMBER})
            between(seconds, 0.001, MOST_SECONDS, "what passes")
        began = time_of(members["time"], "'time'") if "time" in members else START
        return Program(
            account, actors, {f"{name}-{actor}": actor for actor in actors}, began, faults_of(members),
            tuple(round(float(seconds), 3) for seconds in ticks), skews,
            int(between(members.get("steps", 300), 1, MOST_STEPS, "'steps'")),
            between(members.get("patience", 10), 0.001, 600, "'patience'"), "replay" in members,
        )  # fmt: skip

    def _lend(self, program: Program) -> str:
        """Let the actors' access keys count. Where no key has to be known they are the account's anyway, with any secret."""
        if not self._strict and program.account == self._account:
            return SECRET
        secret = self._ids.token(20).hex() if self._strict else SECRET
        for key in program.keys:
            self._book.lend(Credential(key, secret, root_of(program.account)))
        return secret

    def _leave(self, name: str) -> None:
        """End a race of which nobody asks any more."""
        ending = asyncio.ensure_future(self._ended_quietly(name))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    async def _ended_quietly(self, name: str) -> None:
        with suppress(NameTaken, LogUnavailable):  # nobody is there to be told
            await self._ended_race(name).bring_back()

    async def delete(self, name: str) -> Answer:
        self.named(name)
        try:
            await self._ended_race(name).bring_back()
        except NameTaken as taken:
            raise Refused(409, f"race {name} has ended, but the state before it cannot be brought back: {taken}") from None
        return Answer(204)

    async def tell(self, name: str, actor: str, document: Document) -> Answer:
        """What an actor says of itself. Answered when the schedule lets it go on, with the time."""
        race = self.named(name)
        run = race.run_of(actor)
        members = check(document, f"what {actor} says", {"is": TEXT, "told": ANYTHING, "seconds": NUMBER})
        said = members.get("is")
        if said == "started":
            await run.started(actor)
        elif said == "ended":
            await run.ended(actor, document.get("told"))
        elif said == "asleep":
            await run.sleep(actor, between(members.get("seconds", 0), 0, MOST_SECONDS, "'seconds'"))
        else:
            raise Refused(400, f'an actor "is" started, asleep or ended, not {shown(said)}')
        crashed = {"crashed": actor in run.crashed} if said == "ended" else {}
        return Answer(200, {"schedule": run.number, "time": run.clock.seen_by(actor), **crashed})

    def verdict(self, name: str, document: Document) -> Answer:
        members = check(document, "a verdict", {"ok": SWITCH, "why": TEXT})
        if "ok" not in members:
            raise Refused(400, 'a verdict says {"ok": true}, or {"ok": false, "why": "…"}')
        return self.named(name).verdict(members["ok"], members.get("why", ""))

    def clock(self, name: str, actor: str | None) -> Answer:
        race = self.named(name)
        run = race.run_of(actor if actor is not None else race.program.actors[0])
        return Answer(200, {"time": run.now() if actor is None else run.clock.seen_by(actor)})

    def report(self, name: str, accept: str) -> Answer:
        """As text, unless JSON or a picture is asked for."""
        race = self.named(name)
        if "json" in accept:
            return Answer(200, race.shown())
        if "svg" in accept:
            return race.picture()
        return Answer(200, race.text())


def needs_past(program: Program) -> bool:
    """Whether a fault may strike that has to know what was there before, or whether something has expired."""
    return any(rule.word in (STALE, LATE) for rule in program.faults)


def actors_of(members: Document) -> tuple[str, ...]:
    given: list[Any] = members.get("actors", [])
    if not given:
        raise Refused(400, 'a race has actors: {"actors": ["a", "b"]}')
    if len(given) > MOST_ACTORS:
        raise Refused(400, f"a race has at most {MOST_ACTORS} actors")
    for name in given:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Refused(400, f"an actor's name is a letter or _, then letters, digits, _ and -, unlike {shown(name)}")
    if len(set(given)) < len(given):
        raise Refused(400, f"two actors are called {next(name for name in given if given.count(name) > 1)!r}")
    return tuple(given)


def faults_of(members: Document) -> tuple[Fault, ...]:
    """The faults that may strike. The search decides where: there is no n-th, and no chance."""
    given = members.get("faults", [])
    if len(given) > MOST_FAULTS:
        raise Refused(400, f"a race has at most {MOST_FAULTS} faults")
    return tuple(rule_of(one, "a fault of a race", {}, WORDS) for one in given)


def searching(members: Document, schedules: int, faults: int, program: Program) -> Search:
    """The search for schedules, or the one that is to be run again."""
    replay = members.get("replay")
    if replay is not None:
        try:
            return Replay(numbered(events_of(replay), program.ticks, program.actors))
        except (Unreadable, Strange) as mistake:
            raise Refused(400, str(mistake)) from None
    name, seed = members.get("search", "fewest"), int(members.get("seed", 0))
    if name == "fewest":
        return Fewest(faults)
    if name == "everything":
        return Everything(faults)
    if name in ("random", "pct"):
        return Chance(seed, schedules, changes=3 if name == "pct" else None, faults=faults)
    raise Refused(400, f"there is no search {name!r}; there are {', '.join(SEARCHES)}")
