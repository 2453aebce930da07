"""Fault rules at work: what a rule picks is refused, delayed, or loses its reply, and every rule counts its hits.

`Rules` is an observer. Its rules are tried in their order, at each step of a call; the first that strikes is the one that does,
but a delay lets those behind it have their turn. A rule for what happens after the write strikes writes, unless it names an
operation: then it strikes that, a read too. A call that arrives again is not judged again.

How a delay waits is not decided here (`delay`): in this process the thread or nothing waits, on a server the request's task.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from condemu.core.calls import Call, Step
from condemu.core.engine import ReplyLost, Watch, _ArriveAgain
from condemu.core.http import Response
from condemu.lab.faults import CUT, DELAY, ERROR_AFTER, LOST_CALL, STALL, Counted, Fault, Tables

K = TypeVar("K")
V = TypeVar("V")
MOST_KEPT: Final = 4096  # calls under way, and calls all of whose replies are lost, that are remembered


class _Judged:
    """A call under way: at which of its arrivals it was judged last, and what strikes its reply."""

    __slots__ = ("after", "arrivals")

    def __init__(self, arrivals: int) -> None:
        self.arrivals = arrivals
        self.after: Fault | None = None


class Rules(Watch):
    """`rules` are the rules at work, in their order. `seed` is that of their probabilities."""

    def __init__(self, tables: Tables, delay: Callable[[float], Awaitable[None]], seed: int = 0) -> None:
        self.rules: list[Counted] = []
        self._tables = tables
        self._delay = delay
        self._seed = seed
        self._judged: dict[Call, _Judged] = {}
        self._lost: dict[str, None] = {}  # invocations all of whose replies are lost

    def add(self, rule: Fault) -> Counted:
        """Let a rule work from now on, behind the others."""
        counted = Counted(rule, random.Random(f"{self._seed}/{len(self.rules)}"))
        self.rules.append(counted)
        return counted

    def remove(self, counted: Counted) -> None:
        """End a rule. What it struck already stays struck."""
        self.rules.remove(counted)

    def replace(self, rules: Iterable[Fault]) -> list[Counted]:
        """Let these rules work, and no others."""
        self.rules = []
        return [self.add(rule) for rule in rules]

    def idle(self) -> list[Counted]:
        """The rules that struck nothing."""
        return [counted for counted in self.rules if not counted.hits]

    # the stages

    async def ready(self, call: Call, step: Step) -> _ArriveAgain | None:
        judged = self._judged.get(call)
        if judged is None:
            judged = _keep(self._judged, call, _Judged(call.arrivals))
        elif call.arrivals > judged.arrivals:
            judged.arrivals = call.arrivals
            return None
        for counted in list(self.rules):
            rule = counted.rule
            error = rule.error(self._tables, call, step)
            if not _can_strike(rule, step, error is not None) or not counted.strikes(call, step):
                continue
            if rule.word == DELAY:
                await self._delay(rule.seconds)
                continue
            if error is not None:
                raise error
            judged.after = judged.after or rule
            break
        return None

    async def replying(self, call: Call, reply: Response) -> Response | None:
        judged = self._judged.pop(call, None)
        invocation = call.attempt.invocation if call.attempt is not None else ""
        if invocation in self._lost:
            raise ReplyLost
        if judged is None or judged.after is None:
            return None
        if judged.after.word == LOST_CALL and invocation:
            _keep(self._lost, invocation, None)
        return struck(judged.after)


def _can_strike(rule: Fault, step: Step, answered: bool) -> bool:
    """Whether AWS would answer so, or there is a reply that matters."""
    if rule.after:
        return not step.reads or bool(rule.operation)
    return answered or rule.word == DELAY


def struck(rule: Fault) -> Response:
    """What a client hears in place of a reply that a rule struck. Raises ReplyLost."""
    if rule.word == ERROR_AFTER:
        return Response(500, [("Content-Length", "0")], b"")
    raise ReplyLost("stall" if rule.word == STALL else "cut" if rule.word == CUT else "reset", rule.seconds)


def _keep(kept: dict[K, V], key: K, value: V) -> V:
    """Remember it. What was remembered longest goes when there is too much: its client went away before it was answered."""
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
    return value
