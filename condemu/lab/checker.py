"""The checker: all that a history shows, as findings; pure.

    report = check(entries)
    report.findings      # each a sentence, and the attempts that show it
    report.unknown       # keys for which the limit of steps was reached: nothing is said of them
    print(report)

It says of the store whether every key behaved as if one operation had taken effect after the other, each within its time
(`linearizability.py`). It says of the clients who was told something that did not happen (`verdicts.py`), and of the
programs what they do to each other's writes (`writers.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from condemu.lab.findings import NOT_LINEARIZABLE, Finding, in_order, named, place_of, shown, together, who, whose
from condemu.lab.history import ABSENT, Entry, name_of
from condemu.lab.lanes import drawn
from condemu.lab.linearizability import MOST_STEPS, UNKNOWN, VIOLATION, Verdict, judged
from condemu.lab.registers import IMPOSSIBLE, IS, SOME, WILD, Operation, operations_of
from condemu.lab.verdicts import misled
from condemu.lab.writers import careless

MOST_SHOWN: Final = 8  # attempts of a counterexample


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    `unknown` are the names of keys on which there is no verdict; `keys` and `attempts` say how much was looked at.
    """

    findings: tuple[Finding, ...]
    unknown: tuple[str, ...] = ()
    attempts: int = 0
    keys: int = 0

    @property
    def ok(self) -> bool:
        """Nothing was found, and nothing is unknown."""
        return not self.findings and not self.unknown

    def __str__(self) -> str:
        parts = []
        for group in together(self.findings):
            sentences = "\n".join(f"{finding.kind}: {finding.sentence}" for finding in group)
            parts.append(f"{sentences}\n\n{drawn(group[0].entries, {finding.accused for finding in group})}")
        parts += [f"unknown: {name} has too many orders to try within the limit." for name in self.unknown]
        return "\n".join([*parts, self.summary])

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        findings = [
            {
                "kind": finding.kind, "sentence": finding.sentence, "resource": finding.resource, "actor": finding.actor,
                "accused": finding.accused, "entries": [entry.number for entry in finding.entries],
            }
            for finding in self.findings
        ]  # fmt: skip
        return {"ok": self.ok, "attempts": self.attempts, "keys": self.keys, "findings": findings, "unknown": list(self.unknown)}

    @property
    def summary(self) -> str:
        """How much was looked at, and how much was found."""
        found = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}" if self.findings else "nothing found"
        unknown = f", {len(self.unknown)} unknown" if self.unknown else ""
        return f"{self.attempts} attempts on {self.keys} key{'' if self.keys == 1 else 's'}: {found}{unknown}."


def check(entries: Iterable[Entry], most_steps: int = MOST_STEPS) -> Report:
    """The findings in the order of the history. `most_steps` limits the search for each key."""
    history = sorted(entries, key=lambda entry: (entry.began, entry.number))
    operations = operations_of(history)
    found: list[Finding] = []
    unknown: list[str] = []
    for (_, resource), ones in operations.items():
        verdict = judged(ones, most_steps)
        if verdict.verdict == UNKNOWN:
            unknown.append(name_of(resource))
        elif verdict.verdict == VIOLATION:
            found.append(_unexplained(resource, ones, verdict))
    found += misled(history)
    found += careless(history)
    places = {entry.number: place_of(entry) for entry in history}
    found.sort(key=lambda finding: places[finding.accused])
    return Report(tuple(found), tuple(unknown), len(history), len(operations))


def _unexplained(resource: str, operations: Sequence[Operation], verdict: Verdict) -> Finding:
    culprit = verdict.culprit
    assert culprit is not None
    changes = [one for one in operations if one.leaves is not None and one.call < culprit.back and one is not culprit]
    writers: dict[str, Operation] = {one.leaves: one for one in changes if one.leaves is not None}
    held = [state for state in verdict.states if state != WILD]
    named_states = named(_with_writer(state, writers.get(state)) for state in held) or "nobody knows what"
    sentence = (
        f"No order of the calls explains {whose(culprit.entry)}: {_claim(culprit)}, but {name_of(resource)} held {named_states}."
    )
    concerned = [writers[state].entry for state in held if state in writers]
    if culprit.need == IS and culprit.token in writers:
        concerned.append(writers[culprit.token].entry)
    chain = _since(operations, culprit, writers)
    others = [one.entry for one in verdict.others if one.leaves is not None]
    entries = list({entry.number: entry for entry in (culprit.entry, *concerned, *chain, *others)}.values())[:MOST_SHOWN]
    return Finding(NOT_LINEARIZABLE, sentence, resource, in_order(entries), culprit.number)


def _since(operations: Sequence[Operation], culprit: Operation, writers: dict[str, Operation]) -> list[Entry]:
    """Who overwrote what the culprit claims to have found."""
    source = writers.get(culprit.token) if culprit.need == IS else None
    if source is None:
        return []
    return [one.entry for one in operations if one.leaves is not None and source.back < one.call and one.back < culprit.call][:2]


def _claim(culprit: Operation) -> str:
    """What it says of the key."""
    who_wrote = "" if culprit.effect.written else "it found "
    if culprit.need == IMPOSSIBLE:
        return f"it succeeded on {shown(culprit.effect.found)} under a condition that demands {shown(culprit.effect.expects)}"
    if culprit.need == IS:
        refused = culprit.leaves is None and culprit.effect.written
        verb = "was refused by" if refused else who_wrote.strip() or "it replaced"
        return f"{'it ' if refused else ''}{verb} {shown(culprit.token)}"
    if culprit.need == SOME:
        return "it says that something is there"
    return f"it was refused although its condition demands {shown(culprit.token)}"


def _with_writer(state: str, writer: Operation | None) -> str:
    """ "3f2a… of ann's PutObject (call 5)"."""
    if writer is None:
        return shown(state)
    by = f"{who(writer.entry)}'s {writer.entry.operation} (call {writer.number})"
    return f"nothing, since {by}" if state == ABSENT else f"{shown(state)} of {by}"
