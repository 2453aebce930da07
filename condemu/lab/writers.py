"""What programs do to each other's writes, key by key, in the order of commits.

| finding                      | when                                                                                          |
|------------------------------|-----------------------------------------------------------------------------------------------|
| lost update                  | without a condition it replaced what another actor had written since its writer last looked   |
| a writer without a condition | others write the key under conditions, and it replaced a version of theirs without one        |
| a condition on equal content | it held although the key had changed since its writer looked: what came back is the same      |
| a read went back in time     | an actor read an older version than one that it had read, or written, before                  |
| a retry without an identity  | two attempts of one call took effect, and not as one                                          |

A writer last looked when it read the key, or wrote it. Two that count from 1 to 2 lose one of their counts, though both left the
same. `SET n = n + :one` and `ADD` look; `SET n = :n` does not. Attributes that two writers change independently of each other are
no lost update. Only histories that know the commits say any of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from condemu.lab.findings import (
    ABA,
    LOST_UPDATE,
    TWICE,
    UNCONDITIONAL,
    WENT_BACK,
    Finding,
    in_order,
    named,
    shown,
    who,
    whose,
)
from condemu.lab.history import ABSENT, ALL, CONDITION, FAIL, OK, PRESENT, Effect, Entry, name_of
from condemu.lab.registers import is_key, plain

TRANSACTIONS: Final = frozenset({"TransactWriteItems", "ExecuteTransaction"})  # a condition of one part guards them all


class Version(NamedTuple):
    """One version of a key, and who wrote it."""

    commit: int
    entry: Entry
    effect: Effect


class Looked(NamedTuple):
    """Which version an actor last read or wrote, and by which attempt. Commit 0: nothing had ever been there."""

    commit: int
    entry: Entry


Step = tuple[Entry, Effect]


def careless(entries: Iterable[Entry]) -> list[Finding]:
    """All findings, key by key."""
    keys: dict[tuple[str, str], list[Step]] = {}
    for entry in entries:
        for effect in entry.effects:
            if effect.index is not None and is_key(effect.resource):
                keys.setdefault(effect.key, []).append((entry, effect))
    found: list[Finding] = []
    for (_, resource), steps in keys.items():
        steps.sort(key=lambda step: (step[1].index, not step[1].committed, step[0].began))
        found += _Key(resource).findings(steps)
    return found


class _Key:
    """One key on its way through its commits."""

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._versions: list[Version] = []
        self._looked: dict[str, Looked] = {}
        self._careful: dict[str, int] = {}  # commits under a condition, by actor
        self._accused: set[str] = set()  # of writing without one
        self._told: dict[str, list[tuple[int, int, Entry]]] = {}  # reads and writes by actor: when they ended, and their commit
        self._attempts: dict[tuple[str, str], Step] = {}  # what calls committed, by actor and invocation

    def findings(self, steps: Sequence[Step]) -> Iterator[Finding]:
        for entry, effect in steps:
            if effect.committed:
                yield from self._written(entry, effect)
            elif tells(entry, effect):
                yield from self._read(entry, effect)

    # reads

    def _read(self, entry: Entry, effect: Effect) -> Iterator[Finding]:
        commit = effect.found_by or 0
        if not effect.written:
            newest = self._newest_known(entry)
            if newest is not None and commit < newest.commit:
                before = newest.entry
                did = "written" if any(one.committed and one.resource == self._resource for one in before.effects) else "read"
                weak = "" if entry.consistent else "; it did not ask for a consistent read"
                yield self._finding(
                    WENT_BACK, entry, [before],
                    f"{whose(entry)} found {shown(effect.found)} of commit {commit}, and {who(entry)} had {did} commit"
                    f" {newest.commit} before (call {before.number}){weak}.",
                )  # fmt: skip
        self._looked[entry.actor] = Looked(commit, entry)
        if entry.told == OK or effect.found is not None:
            self._told.setdefault(entry.actor, []).append((entry.ended, commit, entry))

    def _newest_known(self, entry: Entry) -> Looked | None:
        """The newest version that the actor knew of when it began."""
        known = [(commit, before) for ended, commit, before in self._told.get(entry.actor, ()) if ended < entry.began]
        if not known:
            return None
        newest = max(known, key=lambda one: one[0])
        if len(known) > 1:  # what is older than the newest known can never be the newest again
            later = [one for one in self._told[entry.actor] if one[0] >= entry.began]
            self._told[entry.actor] = [(newest[1].ended, *newest), *later]
        return Looked(*newest)

    # writes

    def _written(self, entry: Entry, effect: Effect) -> Iterator[Finding]:
        assert effect.index is not None
        actor = entry.actor
        twice = self._twice(entry, effect)
        if twice is not None:
            yield twice
        elif effect.expects == "" and not (entry.condition and entry.operation in TRANSACTIONS):
            yield from self._without_condition(entry, effect)
        else:
            self._careful[actor] = self._careful.get(actor, 0) + 1
            yield from self._on_equal_content(entry, effect)
        self._versions.append(Version(effect.index, entry, effect))
        self._looked[actor] = Looked(effect.index, entry)
        if entry.told == OK:
            self._told.setdefault(actor, []).append((entry.ended, effect.index, entry))
        if entry.invocation:
            self._attempts[actor, entry.invocation] = entry, effect

    def _since(self, commit: int, actor: str) -> list[Version]:
        """What others wrote after a commit."""
        found = []
        for version in reversed(self._versions):
            if version.commit <= commit:
                break
            if version.entry.actor != actor:
                found.append(version)
        return found[::-1]

    def _twice(self, entry: Entry, effect: Effect) -> Finding | None:
        before = self._attempts.get((entry.actor, entry.invocation)) if entry.invocation else None
        if before is None or before[0].number == entry.number:
            return None
        first, written = before
        between = self._since(written.index or 0, entry.actor)
        if between:
            rest = f"and replaced what {named(who(version.entry) for version in between)} had written in between"
        elif plain(effect.left or "") != plain(written.left or "") and effect.overwrites != ALL:
            rest = "so that it took effect twice"
        else:
            return None
        sentence = (
            f"{whose(entry)} is attempt {entry.attempt} of a call whose attempt {first.attempt} had committed"
            f" (call {first.number}, commit {written.index}); it committed again (commit {effect.index}), {rest}."
        )
        return self._finding(TWICE, entry, [first, *(version.entry for version in between)], sentence)

    def _without_condition(self, entry: Entry, effect: Effect) -> Iterator[Finding]:
        actor = entry.actor
        if not effect.overwrites or effect.found == ABSENT:
            return
        looked = self._looked.get(actor)
        since = self._since(looked.commit, actor) if looked is not None else []
        lost = [one for one in since if _differs(one.effect) and meets(one.effect.changes, effect.overwrites)]
        if looked is not None and lost:
            last = lost[-1]
            did = "deleted" if effect.left == ABSENT else "replaced"
            yield self._finding(
                LOST_UPDATE, entry, [looked.entry, *(version.entry for version in lost)],
                f"{whose(entry)} without a condition {did} what {who(last.entry)} had written (call {last.entry.number},"
                f" commit {last.commit}); {actor or 'it'} had last seen"
                f" {f'commit {looked.commit}' if looked.commit else 'nothing there'} (call {looked.entry.number}).",
            )  # fmt: skip
            return
        others = {name: count for name, count in self._careful.items() if name != actor}
        own = looked is not None and looked.commit == effect.found_by
        if not others or actor in self._accused or not _differs(effect):
            return
        if effect.found_actor == actor or (own and effect.left == ABSENT):
            return
        self._accused.add(actor)
        careful = [version.entry for version in self._versions if version.effect.expects and version.entry.actor != actor]
        count = sum(others.values())
        yield self._finding(
            UNCONDITIONAL, entry, careful[-3:],
            f"{named(others)} write{'s' if len(others) == 1 else ''} {name_of(self._resource)} under a condition ({count}"
            f" time{'s' if count > 1 else ''} so far); {whose(entry)} replaced it without one.",
        )  # fmt: skip

    def _on_equal_content(self, entry: Entry, effect: Effect) -> Iterator[Finding]:
        looked = self._looked.get(entry.actor)
        if looked is None or effect.expects in (ABSENT, PRESENT) or effect.found in (None, ABSENT):
            return
        since = self._since(looked.commit, entry.actor)
        seen = next((version.effect.left for version in reversed(self._versions) if version.commit == looked.commit), None)
        seen = seen or next((one.found for one in looked.entry.effects if one.resource == self._resource), None)
        between = {plain(version.effect.left or "") for version in since}
        if seen is None or plain(seen) != plain(effect.found or "") or not between - {plain(seen)}:
            return
        condition = "its condition" if effect.expects == CONDITION else f"If-Match {shown(effect.expects)}"
        yield self._finding(
            ABA, entry, [looked.entry, *(version.entry for version in since)],
            f"{whose(entry)} met {condition}, but {name_of(self._resource)} is not what {who(entry)} had seen"
            f" (call {looked.entry.number}): {named(who(version.entry) for version in since)} changed it {len(since)} times"
            f" since, and what is there has the same content.",
        )  # fmt: skip

    def _finding(self, kind: str, entry: Entry, others: Iterable[Entry], sentence: str) -> Finding:
        return Finding(kind, sentence, self._resource, in_order([*others, entry]), entry.number)


def _differs(effect: Effect) -> bool:
    """It left something else than it found."""
    return plain(effect.left or "") != plain(effect.found or "")


def tells(entry: Entry, effect: Effect) -> bool:
    """Whether the client learned from it what the key holds."""
    if effect.found is None:
        return False
    if not effect.written:
        return entry.told == OK or effect.found == ABSENT or effect.status == 304
    return entry.told == FAIL and entry.parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def meets(changed: tuple[str, ...], overwritten: tuple[str, ...]) -> bool:
    """Whether some attribute is in both; ("*",) is all of them."""
    return changed == ALL or overwritten == ALL or not set(changed).isdisjoint(overwritten)
