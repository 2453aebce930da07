"""Faults and holds by hand: rules that strike, and requests that wait, until the program says otherwise.

| call                                                         | does                                                    |
|--------------------------------------------------------------|---------------------------------------------------------|
| GET    /_condemu/faults, /_condemu/faults/f1                 | the rules, and how many calls each has seen and struck  |
| POST   /_condemu/faults {"do": "lost", "operation": "PutItem"} | one more rule                                         |
| PUT    /_condemu/faults {"faults": [...]}                    | these rules in place of all others                      |
| DELETE /_condemu/faults, /_condemu/faults/f1                 | no rules any more; this one no more                     |
| GET    /_condemu/holds                                       | the holds, and who waits at them                        |
| GET    /_condemu/holds/h1?wait=5                             | the same of one, as soon as somebody waits              |
| POST   /_condemu/holds {"operation": "PutObject", "actor": "ann"} | what it picks waits from now on                    |
| POST   /_condemu/holds/h1/release                            | who has waited longest goes on; {"all": true}: all do   |
| DELETE /_condemu/holds, /_condemu/holds/h1                   | who waits goes on, and nobody waits any more            |

Both take `account`, and are for all accounts without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from condemu.core.engine import Observer
from condemu.lab.faults import AFTER, BEFORE, DELAY, Counted, Fault, Tables
from condemu.lab.holds import LIMIT, READY, STAGES, Hold, Holds, Parked, picking
from condemu.lab.rules import Rules
from condemu.server.lab.documents import (
    CHANCES,
    COUNT,
    LIST,
    NUMBER,
    PATTERNS,
    SWITCH,
    TEXT,
    Answer,
    Document,
    Refused,
    account_of,
    between,
    check,
    rule_of,
)

MOST: Final = 1000  # rules; and holds
WORDS: Final = (*BEFORE, *AFTER, DELAY)  # of faults
Observe = Callable[[Observer, str | None], Callable[[], None]]
LONGEST_HOLD: Final = 3600.0  # seconds that a request may wait


class FaultRules:
    """The rules of one emulator, account by account. An observer is there only where there is a rule."""

    def __init__(self, observe: Observe, tables: Tables) -> None:
        self._observe = observe
        self._tables = tables
        self._rules: dict[str, tuple[str | None, Counted]] = {}
        self._at_work: dict[str | None, tuple[Rules, Callable[[], None]]] = {}
        self._numbers = count(1)

    def list(self) -> Answer:
        return Answer(200, {"faults": [self._shown(name) for name in self._rules]})

    def one(self, name: str) -> Answer:
        self._check(name)
        return Answer(200, self._shown(name))

    def add(self, document: Document) -> Answer:
        name = self._add(self._read(document))
        return Answer(201, self._shown(name), (("Location", f"/_condemu/faults/{name}"),))

    def replace(self, document: Document) -> Answer:
        """All of them are read before one is changed."""
        members = check(document, "the set of faults", {"faults": LIST})
        if "faults" not in members:
            raise Refused(400, 'the set of faults is {"faults": […]}')
        rules = [self._read(one) for one in members["faults"]]
        if len(rules) > MOST:
            raise Refused(409, f"there may be {MOST} faults")
        self.clear()
        for rule in rules:
            self._add(rule)
        return self.list()

    def remove(self, name: str) -> Answer:
        self._check(name)
        shown = self._shown(name)
        account, counted = self._rules.pop(name)
        rules, forget = self._at_work[account]
        rules.remove(counted)
        if not rules.rules:
            forget()
            del self._at_work[account]
        return Answer(200, shown)

    def clear(self, account: str | None = None) -> Answer:
        for name, (whose, _) in list(self._rules.items()):
            if account in (None, whose):
                self.remove(name)
        return Answer(204)

    def _read(self, given: Any) -> tuple[str | None, Fault]:
        members = dict(given) if isinstance(given, dict) else given
        account = None
        if isinstance(members, dict):
            account = account_of(check({"account": members.pop("account", None)}, "a fault", {"account": TEXT}))
        rule = rule_of(members, "a fault", CHANCES, WORDS)
        if rule.word == DELAY and not rule.seconds:
            raise Refused(400, 'a delay says how long it takes: {"do": "delay", "seconds": 3}')
        return account, rule

    def _add(self, read: tuple[str | None, Fault]) -> str:
        account, rule = read
        if len(self._rules) >= MOST:
            raise Refused(409, f"there may be {MOST} faults; DELETE some of them")
        if account not in self._at_work:
            rules = Rules(self._tables, asyncio.sleep)
            self._at_work[account] = rules, self._observe(rules, account)
        name = f"f{next(self._numbers)}"
        self._rules[name] = account, self._at_work[account][0].add(rule)
        return name

    def _check(self, name: str) -> None:
        if name not in self._rules:
            there = f"there are {', '.join(self._rules)}" if self._rules else "there is none"
            raise Refused(404, f"there is no fault {name!r}; {there}")

    def _shown(self, name: str) -> Document:
        account, counted = self._rules[name]
        rule = counted.rule
        limits = {"nth": rule.nth, "first": rule.first, "seconds": rule.seconds or None}
        chance = {"probability": rule.probability} if rule.probability < 1 else {}
        return {
            "fault": name, "do": rule.word, **present({**pattern_of(rule), **limits, "account": account}), **chance,
            "seen": counted.seen, "hits": counted.hits,
        }  # fmt: skip


class TaskGate:
    """A request's task waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._event = asyncio.Event()

    async def passed(self) -> bool:
        try:
            async with asyncio.timeout(self._seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True

    def open(self) -> None:
        self._event.set()


class HandHolds:
    """The holds of one emulator, account by account."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._holds: dict[str, tuple[str | None, Hold]] = {}
        self._at_work: dict[str | None, tuple[Holds, Callable[[], None]]] = {}
        self._numbers = count(1)
        self._somebody = asyncio.Event()  # is waiting since this was made

    def list(self) -> Answer:
        return Answer(200, {"holds": [self._shown(name) for name in self._holds]})

    async def one(self, name: str, wait: float) -> Answer:
        """As soon as somebody waits there, or after `wait` seconds."""
        hold = self._found(name)
        try:
            async with asyncio.timeout(wait):
                while name in self._holds and not self._holds_of(hold).waiting_at(self._holds[name][1]):
                    await self._somebody.wait()
        except TimeoutError:
            """Nobody came."""
        self._found(name)
        return Answer(200, self._shown(name))

    def add(self, document: Document) -> Answer:
        more = {"stage": TEXT, "seconds": NUMBER, "first": COUNT, "overlapping": SWITCH, "account": TEXT}
        members = check(document, "a hold", {**PATTERNS, **more})
        account, stage = account_of(members), members.get("stage", READY)
        if stage not in STAGES:
            raise Refused(400, f"there is no stage {stage!r}; there are {', '.join(STAGES)}")
        seconds = between(members.get("seconds", LIMIT), 0.001, LONGEST_HOLD, "'seconds' of a hold")
        rule_of({"do": DELAY, **{name: members[name] for name in PATTERNS if name in members}}, "a hold", {}, (DELAY,))
        if len(self._holds) >= MOST:
            raise Refused(409, f"there may be {MOST} holds; DELETE some of them")
        rule = picking(**{name: members[name] for name in (*PATTERNS, "first") if name in members})
        if account not in self._at_work:
            loop = asyncio.get_running_loop()
            holds = Holds(TaskGate, loop.time, self._parked)
            self._at_work[account] = holds, self._observe(holds, account)
        name = f"h{next(self._numbers)}"
        self._holds[name] = account, self._at_work[account][0].add(rule, stage, seconds, members.get("overlapping", False))
        return Answer(201, self._shown(name), (("Location", f"/_condemu/holds/{name}"),))

    def release(self, name: str, document: Document) -> Answer:
        members = check(document, "a release", {"all": SWITCH})
        account = self._found(name)
        gone = self._holds_of(account).release(self._holds[name][1], everybody=members.get("all", False))
        if not gone:
            raise Refused(409, f"nobody waits at hold {name}; GET /_condemu/holds/{name}?wait=5 answers as soon as somebody does")
        return Answer(200, {"released": [str(parked) for parked in gone]})

    def remove(self, name: str) -> Answer:
        self._found(name)
        account, hold = self._holds.pop(name)
        holds, forget = self._at_work[account]
        holds.remove(hold)
        if not holds.holds:
            forget()
            del self._at_work[account]
        self._tell()
        return Answer(204)

    def clear(self, account: str | None = None) -> Answer:
        for name, (whose, _) in list(self._holds.items()):
            if account in (None, whose):
                self.remove(name)
        return Answer(204)

    def _parked(self, parked: Parked) -> None:
        self._tell()

    def _tell(self) -> None:
        self._somebody.set()
        self._somebody = asyncio.Event()

    def _found(self, name: str) -> str | None:
        """Whose it is."""
        if name not in self._holds:
            there = f"there are {', '.join(self._holds)}" if self._holds else "there is none"
            raise Refused(404, f"there is no hold {name!r}; {there}")
        return self._holds[name][0]

    def _holds_of(self, account: str | None) -> Holds:
        return self._at_work[account][0]

    def _shown(self, name: str) -> Document:
        account, hold = self._holds[name]
        now = asyncio.get_running_loop().time()
        waiting = [waits(parked, now) for parked in self._holds_of(account).waiting_at(hold)]
        return {
            "hold": name, **present({**pattern_of(hold.counted.rule), "first": hold.counted.rule.first, "account": account}),
            "stage": hold.stage, "seconds": hold.seconds, "overlapping": hold.overlapping, "hits": hold.counted.hits,
            "released": hold.released, "late": list(hold.late), "waiting": waiting,
        }  # fmt: skip


def waits(parked: Parked, now: float) -> Document:
    """Who waits for what."""
    call = parked.call
    return {
        "actor": call.actor, "service": call.service, "operation": call.operation, "resource": parked.resource,
        "account": call.account, "for": round(now - parked.since, 3),
    }  # fmt: skip


def pattern_of(rule: Fault) -> Document:
    return {"service": rule.service, "operation": rule.operation, "key": rule.key, "actor": rule.actor}


def present(members: Document) -> Document:
    return {name: value for name, value in members.items() if value not in ("", None)}
