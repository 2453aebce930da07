"""Whether the operations of one register can have taken effect one after the other, each between its call and its return.

`judged` is pure and gives one of three verdicts; a limit of steps gives UNKNOWN, never LINEARIZABLE.

1. **The order of commits**, where a history knows it, is tried first: if it explains what everybody was told and no operation
   takes effect outside of its time, the history is linearizable. That costs a sort.
2. **The search** goes through calls and returns in their order. A configuration is a state, and which of the operations under
   way have taken effect. An operation takes effect as late as possible, just before it returns (Lowe, "Testing for
   linearizability", 2017), so that configurations stay few. Three rules leave out orders that would explain nothing more:

   * what changes nothing and is met by the state takes effect at once;
   * a write without a need that nobody under way could make use of is not placed by itself. It may have taken effect unseen
     right before any other write without a need that took effect after its call (`cover`);
   * an operation that may have happened takes effect only where somebody under way needs what it leaves.

A history is not linearizable as soon as a prefix is not; the operation at whose return no configuration was left is the one to
show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from condemu.lab.history import ABSENT, NEVER
from condemu.lab.registers import ANY, IMPOSSIBLE, IS, NOT, WILD, Operation, after, met

LINEARIZABLE: Final = "linearizable"
VIOLATION: Final = "violation"
UNKNOWN: Final = "unknown"

MOST_STEPS: Final = 200_000  # of the search for one key, beyond one for each operation

Configuration = tuple[str, int, frozenset[int]]  # the state; the time of the last write without a need; what took effect early


class Verdict(NamedTuple):
    """`culprit` is the operation that nothing explains, or at which the limit was reached.

    `states` are those that the key may have had before it returned, `others` the operations that were under way.
    """

    verdict: str
    culprit: Operation | None = None
    states: tuple[str, ...] = ()
    others: tuple[Operation, ...] = ()


def judged(operations: Sequence[Operation], most_steps: int = MOST_STEPS) -> Verdict:
    """The verdict on the operations of one key."""
    if witnessed(operations):
        return Verdict(LINEARIZABLE)
    return _Search(operations, most_steps).run()


def witnessed(operations: Sequence[Operation]) -> bool:
    """Whether the order of commits explains all of it. False when it does not, or is not known: then nothing is said."""
    if any(one.commit is None and not one.maybe for one in operations):
        return False
    happened = [one for one in operations if not one.maybe or one.effect.committed]
    happened.sort(key=lambda one: (one.commit, one.leaves is None or not one.effect.committed, one.call))
    state, latest = WILD, -1
    for operation in happened:
        if operation.back < latest or not met(operation.need, operation.token, state):
            return False
        state = after(operation, state)
        latest = max(latest, operation.call)
    return True


class _OutOfSteps(Exception):
    """The limit was reached: nothing is known."""


class _Search:
    def __init__(self, operations: Sequence[Operation], most_steps: int) -> None:
        self._operations = [one for one in operations if one.leaves is not None or one.need != ANY]
        self._left = most_steps + len(self._operations)
        self._required: dict[int, Operation] = {}  # under way
        self._maybe: dict[int, Operation] = {}
        self._maybe_by_token: dict[str, list[int]] = {}
        self._last_need: dict[str, int] = {}
        for one in self._operations:
            if one.need in (IS, NOT):
                self._last_need[one.token] = max(one.back, self._last_need.get(one.token, -1))

    def run(self) -> Verdict:
        configurations: set[Configuration] = {(WILD, -1, frozenset())}
        for time, returns, place in self._events():
            operation = self._operations[place]
            if not returns:
                self._begun(place, operation)
                continue
            following: set[Configuration] = set()
            try:
                for state, cover, early in configurations:
                    if place in early:
                        following.add((state, cover, early - {place}))
                    else:
                        self._expand((state, cover, early), place, time, following)
            except _OutOfSteps:
                return Verdict(UNKNOWN, operation)
            if not following:
                states = tuple(sorted({state for state, _, _ in configurations}))
                others = (*(one for at, one in self._required.items() if at != place), *self._maybe.values())
                return Verdict(VIOLATION, operation, states, others)
            del self._required[place]
            configurations = following
        return Verdict(LINEARIZABLE)

    def _events(self) -> Iterable[tuple[int, bool, int]]:
        """Calls and returns by time, a call before a return of the same time. What may have happened never returns."""
        events = [(one.call, False, place) for place, one in enumerate(self._operations)]
        events += [(one.back, True, place) for place, one in enumerate(self._operations) if not one.maybe and one.back < NEVER]
        events.sort()
        return events

    def _begun(self, place: int, operation: Operation) -> None:
        if not operation.maybe and operation.back < NEVER:
            self._required[place] = operation
        elif operation.leaves is not None and operation.need != IMPOSSIBLE:
            self._maybe[place] = operation
            self._maybe_by_token.setdefault(operation.leaves, []).append(place)

    def _expand(self, start: Configuration, target: int, time: int, results: set[Configuration]) -> None:
        """All configurations in which `target` has just taken effect, by way of those who had to precede it."""
        wanted = self._required[target]
        stack, seen = [start], {start}
        while stack:
            self._left -= 1
            if self._left < 0:
                raise _OutOfSteps
            state, cover, early = stack.pop()
            early = self._at_once(state, early)
            if target in early:
                results.add((state, cover, early - {target}))
                continue
            if wanted.need == ANY and wanted.call <= cover:
                results.add((state, cover, early))
            for place, operation in self._candidates(state, early, target, time):
                following = after(operation, state)
                covered = time if operation.need == ANY else cover
                if place == target:
                    results.add((following, covered, early))
                    continue
                configuration = (following, covered, early | {place})
                if configuration not in seen:
                    seen.add(configuration)
                    stack.append(configuration)

    def _at_once(self, state: str, early: frozenset[int]) -> frozenset[int]:
        """With all that changes nothing and is met."""
        if state == WILD:
            return early
        now = [
            place for place, one in self._required.items()
            if one.leaves is None and place not in early and met(one.need, one.token, state)
        ]  # fmt: skip
        return early.union(now) if now else early

    def _candidates(self, state: str, early: frozenset[int], target: int, time: int) -> list[tuple[int, Operation]]:
        """What may take effect next."""
        waiting = [(place, one) for place, one in self._required.items() if place not in early]
        maybes = self._useful_maybes([one for _, one in waiting], early, time) if self._maybe else []
        everybody = waiting + maybes
        chosen = []
        for place, one in everybody:
            if not met(one.need, one.token, state):
                continue
            if place == target or (not one.maybe and one.need != ANY) or self._useful(place, one, everybody):
                chosen.append((place, one))
        return chosen

    @staticmethod
    def _useful(place: int, one: Operation, everybody: list[tuple[int, Operation]]) -> bool:
        """Somebody else under way has a need that is met by what this one leaves."""
        leaves = one.leaves or WILD
        return any(other.need != ANY and met(other.need, other.token, leaves) for at, other in everybody if at != place)

    def _useful_maybes(self, waiting: list[Operation], early: frozenset[int], time: int) -> list[tuple[int, Operation]]:
        """Of those that may have happened, the ones that somebody needs, and the ones that these need.

        Those whose version no need from now on mentions are alike where any version will do: the first stands for all.
        """
        found: dict[int, Operation] = {}
        needs = [one for one in waiting if one.need != ANY]
        alike: set[tuple[int, str, str]] = set()
        while needs:
            one = needs.pop()
            if one.need == IS:
                places = [*self._maybe_by_token.get(one.token, ()), *self._maybe_by_token.get(WILD, ())]
            else:
                places = list(self._maybe)
            for place in places:
                if place in found or place in early:
                    continue
                maybe = self._maybe[place]
                leaves = maybe.leaves or WILD
                if one.need != IS and self._last_need.get(leaves, -1) < time:
                    kind = (maybe.need, maybe.token, leaves if leaves in (ABSENT, WILD) else "")
                    if kind in alike:
                        continue
                    alike.add(kind)
                found[place] = maybe
                if maybe.need != ANY:
                    needs.append(maybe)
        return list(found.items())
