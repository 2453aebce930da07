"""What an attempt means for one key: a register that holds a version token, or nothing.

Every kind of key that conditions are about is such a register: an S3 object by its ETag, a DynamoDB item by its digest, a
SimpleDB item by its attributes. An operation on it has a need, which the state must meet at the moment at which it takes
effect, and it leaves another state, or the same.

| what the client was told                                | need                        | leaves                       |
|---------------------------------------------------------|-----------------------------|------------------------------|
| a read found a version, or nothing                      | is that                     | the same                     |
| a read of S3 answered 304                               | is the one in If-None-Match | the same                     |
| a write without a condition succeeded                   | what it is known to replace | its version                  |
| If-None-Match: *, attribute_not_exists(key) succeeded   | is absent                   | its version                  |
| If-Match: "e" succeeded                                 | is e                        | its version                  |
| If-Match: *, attribute_exists(key) succeeded            | is present                  | its version                  |
| another condition succeeded                             | what it is known to replace | its version                  |
| If-None-Match: *, attribute_not_exists(key) was refused | is present                  | the same                     |
| If-Match: "e" was refused by 412                        | is not e                    | the same                     |
| If-Match was refused by 404                             | is absent                   | the same                     |
| a delete succeeded                                      | as a write                  | absent                       |
| 409 ConditionalRequestConflict, throttling, bad input   | nothing                     | the same: it did not happen  |
| no reply, or an error of the server's                   | as if it had succeeded      | as if; or it did not happen  |
| a write whose version is not known succeeded            | as above                    | any version                  |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from condemu.lab.history import ABSENT, ALL, CLIENT_CAUSE, CONDITION, FAIL, INFO, PRESENT, RECEIVED, REFUSED, Effect, Entry
from condemu.lab.tokens import overwrites_of

# Needs.
ANY: Final = 0
IS: Final = 1
SOME: Final = 2  # something is there
NOT: Final = 3  # something else, or nothing, is there
IMPOSSIBLE: Final = 4  # it succeeded although its condition and what it replaced exclude each other

WILD: Final = "?"  # the state that is not known, and may be any

REFUSALS: Final = frozenset({"PreconditionFailed", "412", "ConditionalCheckFailedException", "ConditionalCheckFailed"})
ABSENCES: Final = frozenset({"NoSuchKey", "404", "NotFound"})
DELETES: Final = frozenset({"DeleteObject", "DeleteItem", "DeleteAttributes"})


class Operation(NamedTuple):
    """One attempt as an operation of a register. `maybe`: it may have happened or not, at any time after its call."""

    number: int
    call: int
    back: int
    need: int
    token: str  # of the needs IS and NOT
    leaves: str | None  # None: the same as before
    maybe: bool
    commit: int | None  # the index of the commit, where it is known
    entry: Entry
    effect: Effect


def met(need: int, token: str, state: str) -> bool:
    """Whether a state meets a need. The unknown state meets all."""
    if need == ANY or state == WILD:
        return need != IMPOSSIBLE
    if need == IS:
        return state == token
    if need == SOME:
        return state != ABSENT
    return need == NOT and state != token


def after(operation: Operation, state: str) -> str:
    """The state that it leaves. From the unknown state a read learns what it was."""
    if operation.leaves is not None:
        return operation.leaves
    return operation.token if state == WILD and operation.need == IS else state


def is_key(resource: str) -> bool:
    """An object or an item, rather than a whole bucket, table or domain."""
    return "/" in resource


def operations_of(entries: Iterable[Entry]) -> dict[tuple[str, str], list[Operation]]:
    """The operations of each key, by home and resource. What says nothing of a key's state is left out."""
    found: dict[tuple[str, str], list[Operation]] = {}
    for entry in entries:
        for effect in entry.effects:
            if is_key(effect.resource):
                operation = operation_of(entry, effect)
                if operation is not None:
                    found.setdefault(effect.key, []).append(operation)
    return found


def operation_of(entry: Entry, effect: Effect) -> Operation | None:
    """None for what neither changes the key nor tells anything of it."""
    maybe = entry.told == INFO and entry.cause == CLIENT_CAUSE
    if maybe and (effect.outcome == REFUSED or not effect.written):
        return None
    if not maybe and (entry.told == FAIL or effect.outcome == REFUSED):
        need, token = _refused(entry, effect)
        leaves = None
    elif not effect.written:
        if effect.found is None or not entry.consistent:
            return None
        need, token, leaves = IS, plain(effect.found), None
    else:
        leaves = _left(entry, effect)
        need, token = _needed(effect) if leaves is not None else (ANY, "")
    if need == ANY and leaves is None:
        return None
    call, back = entry.began, entry.ended
    if RECEIVED not in entry.marks:  # the emulator's own: it took effect when it was decided
        back = call
    return Operation(entry.number, call, back, need, token, leaves, maybe, effect.index, entry, effect)


def plain(token: str) -> str:
    """An object's token without its version id: conditions and reads are about the ETag."""
    return token if token.startswith("{") else token.partition("@")[0]


def _refused(entry: Entry, effect: Effect) -> tuple[int, str]:
    code = effect.code or entry.code
    if code in ABSENCES and effect.found == ABSENT:
        return IS, ABSENT
    if not effect.written and (effect.status or entry.status) == 304 and effect.found is not None:
        return IS, plain(effect.found)
    if not effect.written or code not in REFUSALS:
        return ANY, ""
    if effect.expects == ABSENT:
        return SOME, ""
    if effect.expects == PRESENT:
        return IS, ABSENT
    return (ANY, "") if effect.expects in ("", CONDITION) else (NOT, plain(effect.expects))


def _left(entry: Entry, effect: Effect) -> str | None:
    if effect.left is not None:
        return plain(effect.left)
    deletes = entry.operation in DELETES and overwrites_of(entry.operation, entry.parameters) == ALL
    if deletes and not entry.parameters.get("VersionId"):
        return ABSENT
    return None if effect.index is not None else WILD


def _needed(effect: Effect) -> tuple[int, str]:
    """What must have been there for a write to succeed: by its condition, and by what it is known to have replaced."""
    found = plain(effect.found) if effect.found is not None and effect.left is not None else None
    expects = plain(effect.expects)
    if expects in ("", CONDITION):
        return (ANY, "") if found is None else (IS, found)
    if expects == PRESENT:
        if found is None:
            return SOME, ""
        return (IMPOSSIBLE, "") if found == ABSENT else (IS, found)
    return (IS, expects) if found is None or found == expects else (IMPOSSIBLE, "")
