"""What a policy says of one request: that it is allowed, that it is denied, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

ALLOW: Final = "ALLOW"
DENY: Final = "DENY"
NO_MATCH: Final = "NO_MATCH"

# How closely a statement names the caller, in ascending order. What each is worth is decided in `decision.py`.
NOT_AT_ALL, BY_ACCOUNT, BY_ROLE, BY_ANYONE, BY_NAME = range(5)


class Labeled(Protocol):
    """A statement, as far as a verdict tells of it."""

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy says. `named` is how closely an Allow names the caller; `key` the condition key that decided: the one that
    did not hold for NO_MATCH, the first of the statement's otherwise."""

    outcome: str
    statement: Labeled | None = None
    named: int = NOT_AT_ALL
    key: str = ""


NOTHING: Final = Verdict(NO_MATCH)
