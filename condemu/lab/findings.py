"""A finding: what a history shows, in one sentence, with the attempts that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from condemu.lab.history import ABSENT, DECIDED, RECEIVED, REPLIED, Effect, Entry, short, target_of

# Kinds, by what they accuse: the store, the client's knowledge, the program.
NOT_LINEARIZABLE: Final = "not linearizable"
WENT_BACK: Final = "a read went back in time"
MISLED: Final = "told a refusal, but it committed"
UNHEARD: Final = "told nothing, but it committed"
CONFLICT: Final = "a conflict taken for an answer"
ORPHAN: Final = "held by nobody"
LOST_UPDATE: Final = "lost update"
UNCONDITIONAL: Final = "a writer without a condition"
ABA: Final = "a condition on equal content"
TWICE: Final = "a retry without an identity"
KINDS: Final = (NOT_LINEARIZABLE, MISLED, UNHEARD, CONFLICT, ORPHAN, LOST_UPDATE, UNCONDITIONAL, ABA, WENT_BACK, TWICE)


@dataclass(frozen=True, slots=True)
class Finding:
    """`entries` are the attempts concerned, in the order of the history; `accused` is the number of the one it is about."""

    kind: str
    sentence: str
    resource: str
    entries: tuple[Entry, ...]
    accused: int

    @property
    def actor(self) -> str:
        return next((entry.actor for entry in self.entries if entry.number == self.accused), "")


def together(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that the same attempts show, in the order of the first of each."""
    groups: dict[tuple[int, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(tuple(entry.number for entry in finding.entries), []).append(finding)
    return list(groups.values())


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each once, by the order in which they took effect as far as that is known."""
    return tuple(sorted({entry.number: entry for entry in entries}.values(), key=place_of))


def place_of(entry: Entry) -> tuple[int, int]:
    for stage in (DECIDED, REPLIED, RECEIVED):
        mark = entry.marks.get(stage)
        if mark is not None:
            return mark[0], entry.number
    return entry.began, entry.number


# --- words ------------------------------------------------------------------------------------------------------------------


def who(entry: Entry) -> str:
    return entry.actor or "somebody"


def whose(entry: Entry) -> str:
    """ "ben's PutObject locks/leader (call 5)"."""
    return f"{who(entry)}'s {target_of(entry)} (call {entry.number})"


def commit_of(effect: Effect) -> str:
    """ "commit 5", where that is known."""
    return f"commit {effect.index}" if effect.index is not None else "it is what was read later"


def shown(token: str | None) -> str:
    return "nothing" if token == ABSENT else short(token)


def earlier(before: Entry, later: Entry) -> str:
    """How long before, on the clock of the state; "" when it was the same moment or is not known."""
    first = before.marks.get(DECIDED) or before.marks.get(RECEIVED)
    second = later.marks.get(DECIDED) or later.marks.get(REPLIED)
    seconds = second[1] - first[1] if first is not None and second is not None else 0.0
    if seconds <= 0:
        return ""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{round(seconds, 1):g} s" if seconds < 120 else f"{round(seconds / 60)} min"


def named(names: Iterable[str], most: int = 4) -> str:
    """ "ann, ben and carl"."""
    all_of_them = list(dict.fromkeys(names))
    if len(all_of_them) > most:
        return f"{', '.join(all_of_them[:most])} and {len(all_of_them) - most} more"
    return " and ".join([", ".join(all_of_them[:-1]), all_of_them[-1]] if len(all_of_them) > 1 else all_of_them)
