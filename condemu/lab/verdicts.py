"""Told versus truth: who was told something that did not happen.

| the client's last word                 | the truth                                         | finding                          |
|----------------------------------------|---------------------------------------------------|----------------------------------|
| a refusal, by the call's last attempt  | an earlier attempt of the same call had committed | told a refusal, but it committed |
| a refusal of another call              | an earlier call of its own, not told, wrote that  | told a refusal, but it committed |
| no reply, or an error of the server's  | an attempt of the call had committed              | told nothing, but it committed   |
| NoSuchKey, after a conflict of its own | it wrote nothing, and did not write again         | a conflict taken for an answer   |
| one of these three, of a create-once   | it is still there; its creator never saw it       | held by nobody                   |

A create-once is a write under a condition that demands that the key holds nothing, or a write that found so under any condition.
Attempts belong to one call when the SDK says so (`amz-sdk-invocation-id`). Whoever was told success for a call is not misled by
it, whatever its attempts met. In a history that does not know the truth, an attempt without a reply has committed if what it
alone could have written was read later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from condemu.lab.findings import CONFLICT, MISLED, ORPHAN, UNHEARD, Finding, commit_of, earlier, in_order, who
from condemu.lab.history import (
    ABSENT,
    CLIENT_CAUSE,
    COMMITTED,
    FAIL,
    INFO,
    NEVER,
    OK,
    UNKNOWN,
    Effect,
    Entry,
    answer_of,
    name_of,
    target_of,
)
from condemu.lab.registers import ABSENCES, REFUSALS, is_key, plain

CONFLICTS: Final = frozenset({"ConditionalRequestConflict"})

Key = tuple[str, str]  # home and resource


def misled(entries: Iterable[Entry]) -> list[Finding]:
    """All findings, in the order of the history."""
    history = with_what_was_read_later([entry for entry in entries if entry.cause == CLIENT_CAUSE])
    calls = calls_of(history)
    found = [finding for call in calls for finding in _of_call(call)]
    accused = {finding.accused for finding in found}
    found += [finding for finding in _by_own_calls(history, calls) if finding.accused not in accused]
    found += _conflicts(history)
    found += _orphans(history, calls)
    return found


def calls_of(history: Sequence[Entry]) -> list[list[Entry]]:
    """The attempts of each call. An attempt that names no call is one by itself."""
    calls: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in history:
        own = entry.invocation or f"attempt {entry.number}"
        calls.setdefault((entry.account, entry.actor, own), []).append(entry)
    return [sorted(call, key=lambda entry: (entry.began, entry.number)) for call in calls.values()]


def with_what_was_read_later(history: list[Entry]) -> list[Entry]:
    """The history, where attempts whose outcome is not known have committed if somebody read what only they can have written.

    Only they can: nobody else sent the same, and before them the key is known to have been something else.
    """
    if not any(effect.outcome == UNKNOWN for entry in history for effect in entry.effects):
        return history
    seen: dict[Key, list[tuple[Entry, str]]] = {}
    writers: dict[tuple[str, str, str], set[str]] = {}
    created: dict[str, int] = {}  # buckets and tables that the history created: when that had ended
    for entry in history:
        for effect in entry.effects:
            for token in (effect.found, effect.left if entry.told == OK else None):
                if token is not None:
                    seen.setdefault(effect.key, []).append((entry, plain(token)))
            if effect.left not in (None, ABSENT):
                writers.setdefault((*effect.key, plain(effect.left or "")), set()).add(entry.invocation or str(entry.number))
            if entry.told == OK and entry.operation.startswith("Create") and not is_key(effect.resource):
                created[effect.resource] = entry.ended

    def settled(entry: Entry, effect: Effect) -> Effect:
        if effect.outcome != UNKNOWN or effect.left in (None, ABSENT):
            return effect
        token, known = plain(effect.left or ""), seen.get(effect.key, ())
        alone = len(writers[(*effect.key, token)]) == 1
        new = created.get(effect.resource.partition("/")[0], NEVER) < entry.began
        other = new or any(before.ended < entry.began and held != token for before, held in known)
        earlier_too = any(before.ended < entry.began and held == token for before, held in known)
        later = any(after.ended > entry.began and held == token and after.told == OK for after, held in known)
        return replace(effect, outcome=COMMITTED) if alone and other and later and not earlier_too else effect

    return [replace(entry, effects=tuple(settled(entry, effect) for effect in entry.effects)) for entry in history]


def _written(call: Sequence[Entry]) -> list[tuple[Entry, Effect]]:
    """What its attempts committed to keys."""
    return [(entry, effect) for entry in call for effect in entry.effects if effect.committed and is_key(effect.resource)]


def _of_call(call: list[Entry]) -> Iterable[Finding]:
    last, written = call[-1], _written(call)
    if last.told == OK or not written:
        return
    entry, effect = written[0]
    target = target_of(last)
    if last.told == INFO:
        heard = f"was told {answer_of(last)}" if last.status else "heard nothing"
        happened = "it committed" if entry is last else f"its attempt {entry.attempt} (call {entry.number}) had committed"
        sentence = f"{who(last)} {heard} of {target} (call {last.number}), and {happened} ({commit_of(effect)})."
        yield Finding(UNHEARD, sentence, effect.resource, in_order(call), last.number)
    elif entry is not last:
        when = earlier(entry, last)
        sentence = (
            f"{who(last)} was told {answer_of(last)} for {target} (call {last.number}); its own attempt"
            f"{f' {when} earlier' if when else ''} (call {entry.number}) had committed ({commit_of(effect)})."
        )
        yield Finding(MISLED, sentence, effect.resource, in_order(call), last.number)


def _by_own_calls(history: Sequence[Entry], calls: Sequence[Sequence[Entry]]) -> Iterable[Finding]:
    """Refusals by what an earlier call of the same actor had written, which had not been told so."""
    untold: dict[tuple[str, ...], tuple[Entry, Effect]] = {}
    for call in calls:
        if call[-1].told != OK:
            for entry, effect in _written(call):
                untold[entry.account, entry.actor, *effect.key, plain(effect.left or "")] = entry, effect
    for entry in history:
        for effect in entry.effects if untold and entry.told == FAIL else ():
            if (effect.code or entry.code) not in REFUSALS or effect.found is None:
                continue
            own = untold.get((entry.account, entry.actor, *effect.key, plain(effect.found)))
            if own is None or own[0].began >= entry.began or own[0].invocation == entry.invocation != "":
                continue
            before, written = own
            if effect.found_by is not None and written.index is not None and effect.found_by != written.index:
                continue
            sentence = (
                f"{who(entry)} was told {answer_of(entry)} for {target_of(entry)} (call {entry.number}); what refused it is its"
                f" own {before.operation} (call {before.number}, {commit_of(written)}), of which it was told {answer_of(before)}."
            )
            yield Finding(MISLED, sentence, effect.resource, in_order([before, entry]), entry.number)
            break


def _conflicts(history: Sequence[Entry]) -> Iterable[Finding]:
    """A conflict says neither that the key exists nor that it does not; the answer to it is to write again."""
    waiting: dict[tuple[str, ...], tuple[Entry, Entry | None]] = {}
    for entry in sorted(history, key=lambda one: (one.began, one.number)):
        for effect in entry.effects:
            key = (entry.account, entry.actor, *effect.key)
            if effect.written:
                waiting.pop(key, None)
                if entry.told == FAIL and (effect.code or entry.code) in CONFLICTS:
                    waiting[key] = entry, None
            elif key in waiting and effect.found == ABSENT and (effect.code or entry.code) in ABSENCES:
                waiting[key] = waiting[key][0], entry
    for (*_, resource), (conflict, read) in waiting.items():
        if read is not None:
            sentence = (
                f"{who(read)} was told {answer_of(conflict)} for {target_of(conflict)} (call {conflict.number}), which did not"
                f" write; it did not write again, and was then told {answer_of(read)} (call {read.number})."
            )
            yield Finding(CONFLICT, sentence, resource, (conflict, read), read.number)


def _orphans(history: Sequence[Entry], calls: Sequence[Sequence[Entry]]) -> Iterable[Finding]:
    """What was created once, by somebody who does not know, and is still there."""
    last: dict[Key, tuple[Entry, Effect]] = {}
    for entry in history:
        for effect in entry.effects:
            if effect.committed:
                held = last.get(effect.key)
                if held is None or _later(effect, entry) > _later(held[1], held[0]):
                    last[effect.key] = entry, effect
    for call in calls:
        if call[-1].told == OK:
            continue
        for entry, effect in _written(call):
            if not _creates_once(effect) or last.get(effect.key) != (entry, effect):
                continue
            if any(_saw(other, entry, effect) for other in history):
                continue
            told = answer_of(call[-1])
            sentence = (
                f"Nobody holds {name_of(effect.resource)}: {who(entry)}'s {entry.operation} created it (call {entry.number},"
                f" {commit_of(effect)}), {who(entry)} was told {told}, and nothing changed it since."
            )
            yield Finding(ORPHAN, sentence, effect.resource, in_order(call), entry.number)


def _creates_once(effect: Effect) -> bool:
    """Locks of DynamoDB say it in several ways: that their owner is absent, or their version, or that their lease is over."""
    return effect.expects == ABSENT or (effect.expects != "" and effect.found == ABSENT)


def _later(effect: Effect, entry: Entry) -> tuple[int, int]:
    return (effect.index if effect.index is not None else entry.began, entry.began)


def _saw(other: Entry, entry: Entry, effect: Effect) -> bool:
    """Whether the creator read later that the thing is its own."""
    if other.actor != entry.actor or other.account != entry.account or other.began <= entry.began or other.told != OK:
        return False
    return any(
        not seen.written and seen.key == effect.key and seen.found is not None
        and plain(seen.found) == plain(effect.left or "")
        for seen in other.effects
    )  # fmt: skip
