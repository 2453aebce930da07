"""A history as text: a lane for each actor, a line for each attempt, in the order in which they took effect.

        #  ann   ben   what took effect                      answer                  why
        5  ⊘     │     PutObject locks/leader IfNoneMatch=*  no reply, commit 5      found nothing
    →   6  ✗     │     PutObject locks/leader IfNoneMatch=*  412 PreconditionFailed  found 9dd4e461…, ann's of commit 5
           ~~~~~~~~ 31 s pass ~~~~~~~~
        7  │     ○     GetObject locks/leader                200                     found 9dd4e461…, ann's of commit 5

● wrote, ○ read or changed nothing, ✗ was refused, ⊘ has no reply, ◌ read what was old. An arrow points to whom it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from condemu.lab.findings import place_of, shown
from condemu.lab.history import ABSENT, COMMITTED, DECIDED, FAIL, INFO, RECEIVED, REPLIED, Effect, Entry, answer_of, target_of
from condemu.lab.marks import LOST, READ, REFUSED, STALE, THERE, WROTE, cut

MOST_WORDS: Final = 60  # characters of what took effect
LANE: Final = 12  # characters of a lane, at most


def drawn(entries: Iterable[Entry], accused: Collection[int] = ()) -> str:
    """The lines, and the lanes above them. `accused` are the numbers of the attempts that an arrow points to."""
    history = sorted(entries, key=place_of)
    actors = list(dict.fromkeys(entry.actor or "somebody" for entry in history))
    widths = [min(LANE, max(4, len(actor))) + 2 for actor in actors]
    whats = [what_of(entry) for entry in history]
    answers = [told_of(entry) for entry in history]
    what_width = max([len("what took effect"), *map(len, whats)]) + 2
    answer_width = max([len("answer"), *map(len, answers)]) + 2
    heads = "".join(cut(actor, width - 2).ljust(width) for actor, width in zip(actors, widths))
    lines = [f"    #  {heads}{'what took effect'.ljust(what_width)}{'answer'.ljust(answer_width)}why".rstrip()]
    before: Entry | None = None
    for entry, what, told in zip(history, whats, answers):
        passed = _seconds_between(before, entry)
        if passed >= 1:
            lines.append(f"       ~~~~~~~~ {passed:g} s pass ~~~~~~~~")
        lane = actors.index(entry.actor or "somebody")
        marks = "".join((mark_of(entry) if at == lane else THERE).ljust(width) for at, width in enumerate(widths))
        pointer = "→" if entry.number in accused else " "
        line = f"{pointer}{entry.number:>4}  {marks}{what.ljust(what_width)}{told.ljust(answer_width)}{why_of(entry)}"
        lines.append(line.rstrip())
        before = entry
    return "\n".join(lines) + "\n"


def mark_of(entry: Entry) -> str:
    """One character for what came of it."""
    if entry.told == INFO:
        return LOST
    if entry.told == FAIL:
        return REFUSED
    if any(effect.left is not None for effect in entry.effects):
        return WROTE
    return STALE if _stale(entry) else READ


def what_of(entry: Entry) -> str:
    """The operation, what it is about, and its condition."""
    words = [target_of(entry)]
    words += [f"{name}={flat(value)}" for name, value in entry.condition.items()]
    if entry.writes and not entry.condition and any(effect.committed and effect.found != ABSENT for effect in entry.effects):
        words.append("UNCONDITIONAL")
    return cut(" ".join(words), MOST_WORDS)


def told_of(entry: Entry) -> str:
    """The answer, and the commit that the client may not have heard of."""
    commits = [f"commit {effect.index}" for effect in entry.effects if effect.committed and effect.index is not None]
    committed = f", {commits[-1]}" if commits else ""
    return f"{answer_of(entry)}{committed}"


def why_of(entry: Entry) -> str:
    """What it found, and whose that was."""
    told = [found_by(effect) for effect in entry.effects[:2] if effect.found is not None]
    return "; ".join(words for words in told if words)


def found_by(effect: Effect) -> str:
    if effect.found == ABSENT and effect.found_by is None:
        return "found nothing"
    by = f", {effect.found_actor}'s" if effect.found_actor else ""
    commit = f" of commit {effect.found_by}" if effect.found_by is not None else ""
    stale = f"; {effect.because}" if not effect.written and effect.outcome == COMMITTED and effect.because else ""
    return f"found {shown(effect.found)}{by}{commit}{stale}"


def _stale(entry: Entry) -> bool:
    """A read that was answered from the past: only then a recorder says why of a read that succeeded."""
    return any(effect.outcome == COMMITTED and not effect.written and effect.because for effect in entry.effects)


def _seconds_between(before: Entry | None, entry: Entry) -> float:
    if before is None:
        return 0.0
    first, second = _time(before), _time(entry)
    return round(second - first, 1) if first is not None and second is not None else 0.0


def _time(entry: Entry) -> float | None:
    for stage in (DECIDED, REPLIED, RECEIVED):
        if stage in entry.marks:
            return entry.marks[stage][1]
    return None


def flat(value: object) -> str:
    """A condition in one line; an ETag is cut, so that what follows can be read."""
    if isinstance(value, dict):
        return ",".join(f"{name}:{flat(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(flat(one) for one in value)
    text = str(value)
    return f"{text[:9]}…" if text.startswith('"') and text.endswith('"') and len(text) > 12 else text
