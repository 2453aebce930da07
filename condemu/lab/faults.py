"""Faults: what goes wrong, for whom and how often. A rule picks calls; its word says what happens to them.

| word                                        | when             | what happens                                           |
|---------------------------------------------|------------------|--------------------------------------------------------|
| throttle, internal_error, unavailable       | before the write | the service's own error; nothing is changed            |
| conflict, transaction_conflict, in_progress | before the write | the same, where AWS would answer so                    |
| delay                                       | before the write | it takes a while                                       |
| overlap                                     | before the write | it arrives, and takes effect when others went on       |
| lost                                        | after the write  | the connection breaks; the client never hears of it    |
| lost-call                                   | after the write  | the same for every attempt of the SDK's call           |
| stall                                       | after the write  | nothing comes until the client gives up                |
| error-after                                 | after the write  | 500 in place of the answer                             |
| cut                                         | after the write  | the answer's body ends half-way                        |
| stale                                       | at a read        | it shows what was there before                         |
| late                                        | from here on     | items that have expired are not deleted yet            |
| crash                                       | before the write | the actor ends here, and nobody cleans up              |
| crash-after                                 | after the write  | the same, and the write stands                         |

A service's own errors come from its table `faults.py`; the lab knows only their words. A word behind a service's name,
"s3:conflict", means that service alone.

`overlap`, `stale`, `late` and the crashes are for schedules alone. Requests take effect as if they had just arrived; with
`overlap` one is under way while others go on. A conditional write of S3 whose key is changed meanwhile is answered with 409 by
itself; a transaction of DynamoDB has its items reserved meanwhile, and others that want them meet a conflict. A stale read is
one that AWS may answer from the past; "stale-2" in a schedule is two commits behind, of those that touch what is read. DynamoDB
may take days to delete what has expired. An actor that crashes does nothing more that could be seen, in `finally` neither.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final

from condemu.core.calls import Call, Step
from condemu.core.errors import ServiceError

Table = Mapping[str, Callable[[Call, Step], ServiceError | None]]
Tables = Mapping[str, Table]  # by service

BEFORE: Final = ("throttle", "internal_error", "unavailable", "conflict", "transaction_conflict", "in_progress")
LOST: Final = "lost"
LOST_CALL: Final = "lost-call"
STALL: Final = "stall"
ERROR_AFTER: Final = "error-after"
CUT: Final = "cut"
DELAY: Final = "delay"
OVERLAP: Final = "overlap"
STALE: Final = "stale"
LATE: Final = "late"
CRASH: Final = "crash"
CRASH_AFTER: Final = "crash-after"
CONFLICT: Final = "conflict"
AFTER: Final = (LOST, LOST_CALL, STALL, ERROR_AFTER, CUT)
OF_SCHEDULES: Final = (OVERLAP, STALE, LATE, CRASH, CRASH_AFTER)
WORDS: Final = (*BEFORE, *AFTER, DELAY, *OF_SCHEDULES)
SERVICES: Final = ("s3", "dynamodb", "simpledb")
# Other spellings that people try.
ALSO: Final = {
    "409": "conflict", "500": "internal_error", "503": "unavailable", "reply_lost": LOST, "lose_reply": LOST, "reset": LOST,
    "replies_lost": LOST, "timeout": STALL, "throttled": "throttle", "slowdown": "throttle", "lost_call": LOST_CALL,
    "error_after": ERROR_AFTER, "crash_after": CRASH_AFTER, "crashes": CRASH, "stale_read": STALE, "stale_reads": STALE,
}  # fmt: skip


class UnknownFault(ValueError):
    """A word that is no fault, or a service that is none."""


class Crashed(BaseException):
    """Ends an actor that crashes. No request of it that comes later, from `finally` or `except BaseException`, is sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule. Patterns are those of the shell; "" means any. `first`, `nth` and `probability` count the calls that it picks.

    `key` is matched against all of "bucket/key", "table/key" or "domain/item", and against the part after the first "/".
    """

    word: str
    service: str = ""
    operation: str = ""
    key: str = ""
    actor: str = ""
    nth: int | None = None  # only the n-th, from 1
    first: int | None = None  # only the first n
    probability: float = 1.0
    seconds: float = 0.0  # how long a delay or a stall takes

    def picks(self, call: Call, step: Step) -> bool:
        """Whether the rule is for this step of a call, however often it came already."""
        return (
            (not self.service or call.service == self.service)
            and (not self.operation or fnmatchcase(call.operation, self.operation))
            and (not self.actor or fnmatchcase(call.actor, self.actor))
            and (not self.key or any(self._names(touch.resource) for touch in step.footprint))
        )

    def _names(self, resource: str) -> bool:
        name = resource.partition(":")[2]
        return fnmatchcase(name, self.key) or fnmatchcase(name.partition("/")[2], self.key)

    @property
    def after(self) -> bool:
        """Whether what was decided stands."""
        return self.word in AFTER

    def error(self, tables: Tables, call: Call, step: Step) -> ServiceError | None:
        """The service's own error for the word; None where AWS would not answer this call so."""
        make = tables.get(call.service, {}).get(CONFLICT if self.word == OVERLAP else self.word)
        return None if make is None else make(call, step)

    def __str__(self) -> str:
        where = self.service or "any service"
        parts = [f"{name} {value}" for name, value in (("key", self.key), ("actor", self.actor)) if value]
        return ", ".join((f"{self.word} ({where}:{self.operation or '*'})", *parts))


def fault(given: str | Fault, **rule: object) -> Fault:
    """A rule from its word, "throttle" or "s3:conflict", and what else is given by name. Raises UnknownFault."""
    if isinstance(given, Fault):
        return replace(given, **rule)  # type: ignore[arg-type]
    service, colon, word = given.rpartition(":")
    word = ALSO.get(word.lower(), word.lower())
    if word not in WORDS:
        near = get_close_matches(word, (*WORDS, *ALSO), 1)
        meant = f"did you mean {ALSO.get(near[0], near[0])!r}?" if near else f"faults are {', '.join(WORDS)}."
        raise UnknownFault(f"condemu has no fault {given!r}; {meant}")
    if colon and service not in SERVICES:
        raise UnknownFault(f"condemu has no service {service!r} for the fault {given!r}; services are {', '.join(SERVICES)}.")
    if colon:
        rule.setdefault("service", service)
    try:
        made = Fault(word, **rule)  # type: ignore[arg-type]
    except TypeError:
        unknown = next(name for name in rule if name not in Fault.__dataclass_fields__)
        names = ", ".join(name for name in Fault.__dataclass_fields__ if name != "word")
        raise UnknownFault(f"a fault has no {unknown!r}; it may have {names}.") from None
    if made.service and made.service not in SERVICES:
        raise UnknownFault(f"condemu has no service {made.service!r}; services are {', '.join(SERVICES)}.")
    return made


def replies_lost(**rule: object) -> Fault:
    """The reply to a write is lost, once: the SDK's next attempt meets the write."""
    return fault(LOST, **rule)


def calls_lost(**rule: object) -> Fault:
    """The replies to all attempts of a write are lost: the SDK gives up, and the write stands."""
    return fault(LOST_CALL, **rule)


def of_schedule(given: str | Fault) -> Fault:
    """A fault that may strike in a schedule. Raises UnknownFault for what no search honors: it decides where one strikes."""
    made = fault(given)
    if made.word == DELAY:
        raise UnknownFault("delay is for a test by hand: in a schedule another order is what a delay would make")
    if made.nth is not None or made.first is not None or made.probability != 1.0 or made.seconds:
        raise UnknownFault(f"{made}: in a schedule a fault has no nth, first, probability or seconds; each place is tried")
    return made


def fitting(faults: Iterable[Fault], tables: Tables, call: Call, step: Step) -> list[Fault]:
    """The faults that can strike a step."""
    return [rule for rule in faults if rule.picks(call, step) and can_strike(rule, tables, call, step)]


def can_strike(rule: Fault, tables: Tables, call: Call, step: Step) -> bool:
    """Whether there is the reply to a write to be lost, a read to be stale, or an answer that AWS would give."""
    if rule.word == STALE:
        return step.reads and not call.consistent
    if rule.word == LATE:  # the director knows whether anything has expired
        return True
    if rule.word == OVERLAP and step.reserves:
        return True
    if rule.word == CRASH:  # when a client ends, what it has sent goes on: a batch that has begun
        return not step.reads and not call.outcomes
    if rule.after or rule.word == CRASH_AFTER:
        return not step.reads
    return rule.error(tables, call, step) is not None


def stale(commits: int) -> str:
    """The word of a schedule for a read that is so many commits behind."""
    return STALE if commits == 1 else f"{STALE}-{commits}"


def commits_behind(word: str) -> int:
    """How many commits a read with this word is behind; 0 for all other words."""
    if word == STALE:
        return 1
    return int(word.removeprefix(f"{STALE}-")) if word.startswith(f"{STALE}-") else 0


@dataclass(slots=True)
class Counted:
    """A rule at work: how many calls it picked, and how many it struck."""

    rule: Fault
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    seen: int = 0
    hits: int = 0

    def strikes(self, call: Call, step: Step) -> bool:
        rule = self.rule
        if not rule.picks(call, step):
            return False
        self.seen += 1
        if rule.nth is not None and self.seen != rule.nth:
            return False
        if rule.first is not None and self.seen > rule.first:
            return False
        if rule.probability < 1 and self.chance.random() >= rule.probability:
            return False
        self.hits += 1
        return True
