"""The lab of one emulator, and which request under /_condemu/ is for what of it.

Nothing observes, and no clock is moved, before a program asks for a race, a hold, a fault or another time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote

from condemu.auth.credentials import CredentialBook
from condemu.core.effects import Clock, Ids
from condemu.core.engine import Engine
from condemu.core.http import Request, Response, read_body
from condemu.core.spaces import Space
from condemu.lab.faults import Tables
from condemu.server.lab import PREFIX
from condemu.server.lab.by_hand import FaultRules, HandHolds
from condemu.server.lab.documents import LONGEST, Answer, Document, Refused, between, check, document_of
from condemu.server.lab.histories import Histories, Recording
from condemu.server.lab.moved_clock import MovedClock, Now
from condemu.server.lab.races import Races
from condemu.server.lab.snapshots import Snapshots

LONGEST_WAIT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the lab. `names` are those in its path."""

    names: tuple[str, ...]
    document: Document
    query: dict[str, str]
    accept: str


class Lab:
    """`account` is the default account; under `strict` keys must be known, and those of actors are lent in `book`.

    `replace` puts another clock in the place of the machine's, if that is the state's.
    """

    def __init__(
        self, *, engine: Engine, clock: Clock, ids: Ids, tables: Tables, spaces: Sequence[Space], account: str, strict: bool,
        book: CredentialBook, replace: Callable[[Now], None] | None, recorder: Callable[[int], Recording],
    ) -> None:  # fmt: skip
        self._account = account
        self.clock = MovedClock(clock, replace)
        self.races = Races(
            engine=engine, tables=tables, spaces=spaces, account=account, strict=strict, book=book, ids=ids,
            begin=self.clock.begin, ended=self.clock.end,
        )  # fmt: skip
        self.histories = Histories(engine, account, recorder)
        self.faults = FaultRules(self.histories.observe, tables)
        self.holds = HandHolds(self.histories.observe)
        self.snapshots = Snapshots(engine, spaces, account, self.busy)

    def race(self, document: Document) -> Answer:
        """A race, unless what it does would be taken for what clients did."""
        account = document.get("account") or self._account
        if isinstance(account, str) and self.histories.is_on(account):
            raise Refused(409, f"the history of account {account} is recorded: DELETE it first")
        return self.races.make(document)

    def unmoved(self) -> Answer:
        """The state's clock is the machine's again."""
        answer = self.clock.back()
        if not self.races.are_on:
            self.clock.end()
        return answer

    def busy(self, account: str) -> str | None:
        """What forbids that the account's state is replaced."""
        if self.histories.is_on(account):
            return f"the history of account {account} is recorded"
        race = self.racing(account)
        return None if race is None else f"race {race} is on in account {account}"

    def racing(self, account: str) -> str | None:
        race = self.races.racing(account)
        return race.name if race is not None else None

    def reset(self, account: str | None) -> None:
        """With the state goes what was set up around it; of one account only what is that account's own."""
        self.races.reset(account)
        self.histories.reset(account)
        self.faults.clear(account)
        self.holds.clear(account)
        if account is None:
            self.snapshots.clear()
            self.clock.reset()
            self.clock.end()

    async def handle(self, request: Request) -> Response:
        """Answer. What cannot be done is said with a sentence."""
        try:
            answer = await self._answer(request)
        except Refused as refused:
            answer = Answer(refused.status, {"error": str(refused)})
        kind, body = answer.encoded()
        if answer.status == 204:
            return Response(204, list(answer.headers))
        return Response(answer.status, [("Content-Type", kind), ("Content-Length", str(len(body))), *answer.headers], body)

    async def _answer(self, request: Request) -> Answer:
        parts = request.raw_path.removeprefix(PREFIX).rstrip("/").split("/")
        action, names = routed(request.method.replace("HEAD", "GET"), parts)
        body = await read_body(request.body, LONGEST)
        if body is None:
            raise Refused(413, f"a body has at most {LONGEST} bytes")
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise Refused(409, "the lab over HTTP needs a server on a socket: condemu serve") from None
        given = parse_qs(request.query_string, keep_blank_values=True)
        query = {name: values[-1] for name, values in given.items()}
        return await action(self, Asked(names, document_of(body), query, request.headers.get("accept", "")))


Action = Callable[[Lab, Asked], Awaitable[Answer]]


def plain(action: Callable[[Lab, Asked], Answer], takes: bool = False) -> Action:
    """An action that waits for nothing. Without `takes` it takes no document."""

    async def act(lab: Lab, asked: Asked) -> Answer:
        return action(lab, asked)

    return act if takes else bare(act)


def bare(action: Action) -> Action:
    """An action that takes no document."""

    async def act(lab: Lab, asked: Asked) -> Answer:
        check(asked.document, "this request", {})
        return await action(lab, asked)

    return act


async def wait_at_hold(lab: Lab, asked: Asked) -> Answer:
    try:
        seconds = float(asked.query.get("wait", "0"))
    except ValueError:
        raise Refused(400, f"wait is a number of seconds, not {asked.query['wait']!r}") from None
    return await lab.holds.one(asked.names[0], between(seconds, 0, LONGEST_WAIT, "wait"))


async def tell(lab: Lab, asked: Asked) -> Answer:
    return await lab.races.tell(asked.names[0], asked.names[1], asked.document)


async def fork(lab: Lab, asked: Asked) -> Answer:
    return await lab.snapshots.fork(asked.names[0], asked.document)


ROUTES: Final[dict[tuple[str, str], Action]] = {
    ("GET", "races"): plain(lambda lab, _: lab.races.list()),
    ("POST", "races"): plain(lambda lab, asked: lab.race(asked.document), takes=True),
    ("GET", "races/*"): plain(lambda lab, asked: Answer(200, lab.races.named(asked.names[0]).shown())),
    ("DELETE", "races/*"): bare(lambda lab, asked: lab.races.delete(asked.names[0])),
    ("POST", "races/*/next"): bare(lambda lab, asked: lab.races.named(asked.names[0]).next()),
    ("POST", "races/*/actors/*"): tell,
    ("POST", "races/*/verdict"): plain(lambda lab, asked: lab.races.verdict(asked.names[0], asked.document), takes=True),
    ("GET", "races/*/report"): plain(lambda lab, asked: lab.races.report(asked.names[0], asked.accept)),
    ("GET", "races/*/clock"): plain(lambda lab, asked: lab.races.clock(asked.names[0], asked.query.get("actor"))),
    ("GET", "holds"): plain(lambda lab, _: lab.holds.list()),
    ("POST", "holds"): plain(lambda lab, asked: lab.holds.add(asked.document), takes=True),
    ("DELETE", "holds"): plain(lambda lab, _: lab.holds.clear()),
    ("GET", "holds/*"): wait_at_hold,
    ("DELETE", "holds/*"): plain(lambda lab, asked: lab.holds.remove(asked.names[0])),
    ("POST", "holds/*/release"): plain(lambda lab, asked: lab.holds.release(asked.names[0], asked.document), takes=True),
    ("GET", "faults"): plain(lambda lab, _: lab.faults.list()),
    ("POST", "faults"): plain(lambda lab, asked: lab.faults.add(asked.document), takes=True),
    ("PUT", "faults"): plain(lambda lab, asked: lab.faults.replace(asked.document), takes=True),
    ("DELETE", "faults"): plain(lambda lab, _: lab.faults.clear()),
    ("GET", "faults/*"): plain(lambda lab, asked: lab.faults.one(asked.names[0])),
    ("DELETE", "faults/*"): plain(lambda lab, asked: lab.faults.remove(asked.names[0])),
    ("GET", "clock"): plain(lambda lab, _: lab.clock.shown()),
    ("POST", "clock"): plain(lambda lab, asked: lab.clock.move(asked.document), takes=True),
    ("DELETE", "clock"): plain(lambda lab, _: lab.unmoved()),
    ("GET", "history"): plain(lambda lab, asked: lab.histories.lines(asked.query)),
    ("POST", "history"): plain(lambda lab, asked: lab.histories.begin(asked.document, lab.racing), takes=True),
    ("DELETE", "history"): plain(lambda lab, asked: lab.histories.end(asked.query)),
    ("GET", "snapshots"): plain(lambda lab, _: lab.snapshots.list()),
    ("POST", "snapshots"): plain(lambda lab, asked: lab.snapshots.make(asked.document), takes=True),
    ("DELETE", "snapshots"): plain(lambda lab, _: lab.snapshots.clear()),
    ("DELETE", "snapshots/*"): plain(lambda lab, asked: lab.snapshots.remove(asked.names[0])),
    ("POST", "snapshots/*/restore"): bare(lambda lab, asked: lab.snapshots.restore(asked.names[0])),
    ("POST", "snapshots/*/fork"): fork,
}


def routed(method: str, parts: Sequence[str]) -> tuple[Action, tuple[str, ...]]:
    """The action of a path, and the names in it."""
    for (known, pattern), action in ROUTES.items():
        names = matched(pattern, parts)
        if known == method and names is not None:
            return action, names
    methods = [known for known, pattern in ROUTES if matched(pattern, parts) is not None]
    path = PREFIX + "/".join(parts)
    if methods:
        raise Refused(405, f"{path} does not take {method}; it takes {', '.join(methods)}")
    paths = sorted({PREFIX + pattern for _, pattern in ROUTES if pattern.startswith(parts[0])})
    raise Refused(404, f"there is no {path}; there are {', '.join(paths)}")


def matched(pattern: str, parts: Sequence[str]) -> tuple[str, ...] | None:
    """The names that stand at the stars of a pattern; None where it does not fit."""
    wanted = pattern.split("/")
    if len(wanted) != len(parts) or any(part not in ("*", given) for part, given in zip(wanted, parts, strict=True)):
        return None
    return tuple(unquote(given) for part, given in zip(wanted, parts, strict=True) if part == "*")
