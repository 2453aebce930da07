"""A schedule as text: one line for each effect, a lane for each actor, what took effect, what was answered, and why.

●  wrote       ○  read, or changed nothing       ✗  refused       ⊘  the reply was lost       ◌  read the past
†  the actor crashed before its request took effect, ‡ after it       ~~~  time passed
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from condemu.lab import faults
from condemu.lab.director import Effect
from condemu.lab.marks import LOST, READ, REFUSED, STALE, THERE, WROTE, cut

CONDITIONS: Final = (
    "IfMatch", "IfNoneMatch", "CopySourceIfMatch", "CopySourceIfNoneMatch", "ConditionExpression", "Expected",
)  # fmt: skip
DIGEST: Final = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,56}\b")
WIDTH: Final = 44  # of what took effect
CRASHED: Final = {faults.CRASH: "†", faults.CRASH_AFTER: "‡"}


def drawing(effects: Sequence[Effect], actors: Sequence[str], notes: Mapping[int, str] | None = None) -> str:
    """The drawing. Starts and sleeps are drawn only as what passes. `notes` say by a call's number what it found."""
    present = [actor for actor in actors if any(effect.event.actor == actor for effect in effects)]
    widths = [max(len(actor), 3) + 2 for actor in present]
    rows = [_head(present, widths)]
    last = {effect.event.actor: place for place, effect in enumerate(effects)}
    begun: set[str] = set()
    number = 0
    for place, effect in enumerate(effects):
        if effect.event.is_time or (effect.call is None and effect.seconds):
            who = "pass" if effect.event.is_time else f"pass, {effect.event.actor} sleeps"
            rows.append("     " + f"~~~~~ {effect.seconds:g} s {who} ".ljust(sum(widths) + 8, "~"))
            continue
        begun.add(effect.event.actor)
        if effect.call is None:
            continue
        number += 1
        marks = [
            mark_of(effect) if actor == effect.event.actor else THERE if actor in begun and last[actor] > place else " "
            for actor in present
        ]
        lanes = "".join(mark.ljust(width) for mark, width in zip(marks, widths, strict=True))
        noted = (notes or {}).get(effect.call.number, "")
        rows.append(f"{number:3}  {lanes}{what_of(effect):{WIDTH}}  {answer_of(effect):24}  {why_of(effect, noted)}".rstrip())
    return "\n".join(rows)


def _head(actors: Sequence[str], widths: Sequence[int]) -> str:
    lanes = "".join(actor.ljust(width) for actor, width in zip(actors, widths, strict=True))
    return f"  #  {lanes}{'what took effect':{WIDTH}}  {'answer':24}  why"


def mark_of(effect: Effect) -> str:
    if effect.fault in CRASHED:
        return CRASHED[effect.fault]
    if faults.commits_behind(effect.fault):
        return STALE
    if is_lost(effect):
        return LOST
    if effect.index:
        return WROTE
    return REFUSED if effect.refusal is not None or effect.status >= 400 else READ


def is_lost(effect: Effect) -> bool:
    """Whether nobody heard what was answered. A part of a batch that was refused has no answer of its own, and was heard of."""
    return effect.status == 0 and effect.fault in (*faults.AFTER, faults.CRASH_AFTER)


def what_of(effect: Effect) -> str:
    """The operation, what it is about and its condition: "PutObject locks/report If-None-Match *"."""
    names = " ".join(resource.partition(":")[2] for resource in effect.resources[:2])
    condition = condition_of(effect.parameters)
    return cut(brief(f"{effect.operation} {names}{' ' + condition if condition else ''}"), WIDTH)


def condition_of(parameters: Mapping[str, Any]) -> str:
    for name in CONDITIONS:
        value = parameters.get(name)
        if value is not None:
            return f"{name} {short(value)}" if name not in ("ConditionExpression", "Expected") else f"if {short(value)}"
    return ""


def brief(text: str) -> str:
    """The text with its digests cut to eight digits."""
    return DIGEST.sub(r"\1…", text)


def short(value: Any, most: int = 40) -> str:
    return cut(value if isinstance(value, str) else repr(value), most)


def answer_of(effect: Effect) -> str:
    if effect.fault == faults.CRASH:
        return "never sent"
    if is_lost(effect):
        return "no reply" + (f" (commit {effect.index})" if effect.index else "")
    refusal = effect.refusal
    if refusal is not None:
        return f"{refusal.row.status} {refusal.row.code}"
    if not effect.status:
        return f"commit {effect.index}" if effect.index else ""
    return f"{effect.status} commit {effect.index}" if effect.index else str(effect.status)


def why_of(effect: Effect, noted: str = "") -> str:
    """The fault that struck, and what was found: whose it was, where a history knows."""
    parts = [f"fault: {effect.fault}"] if effect.fault else []
    if noted or effect.because:
        parts.append(brief(noted or effect.because))
    return "; ".join(parts)
