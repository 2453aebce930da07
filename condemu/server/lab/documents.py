"""What programs send to the lab, and what they are told: JSON objects, of which every member is known and has its type.

Whatever cannot be used is refused with a sentence that says what is wrong and what would be right.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from condemu.core.spaces import is_account
from condemu.lab.faults import Fault, UnknownFault, fault
from condemu.wire.rest import parse_iso_8601

LONGEST: Final = 1024 * 1024  # bytes of a document
MOST_SECONDS: Final = 86_400.0  # that something may take
LAST: Final = 253_402_300_799.0  # 9999-12-31T23:59:59Z
TEXT: Final = "a text"
NUMBER: Final = "a number"
COUNT: Final = "a whole number from 1"
SWITCH: Final = "true or false"
LIST: Final = "a list"
OBJECT: Final = "an object"
ANYTHING: Final = "anything"
TIME: Final = "a time, as seconds since 1970 or as 2026-01-01T00:00:00Z"

Document = dict[str, Any]
PATTERNS: Final = {"service": TEXT, "operation": TEXT, "key": TEXT, "actor": TEXT}
CHANCES: Final = {"nth": COUNT, "first": COUNT, "probability": NUMBER, "seconds": NUMBER}


class Refused(Exception):
    """A request to the lab that cannot be carried out: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A document, or a text; `None` for neither."""

    status: int
    body: Document | str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=())
    kind: str = "text/plain"  # of a text

    def encoded(self) -> tuple[str, bytes]:
        """The media type and the bytes."""
        if isinstance(self.body, str):
            return f"{self.kind}; charset=utf-8", self.body.encode("utf-8", "backslashreplace")
        return "application/json", b"" if self.body is None else json.dumps(self.body).encode()


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def document_of(body: bytes) -> Document:
    """The JSON object that a body holds; an empty one for no body, and for null."""
    if not body.strip():
        return {}
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the body is no JSON: {error}") from None
    if not isinstance(document, dict) and document is not None:
        raise Refused(400, "the body is a JSON object")
    return document or {}


def check(document: Any, what: str, members: Mapping[str, str]) -> Document:
    """The document, if it has no other members than these, of these types. A member that is null counts as absent."""
    if not isinstance(document, dict):
        raise Refused(400, f"{what} is an object, not {shown(document)}")
    found = {name: value for name, value in document.items() if value is not None}
    for name, value in found.items():
        if name not in members:
            raise Refused(400, f"{what} has no {name!r}; it may have {', '.join(members) or 'nothing'}")
        if not _is(value, members[name]):
            raise Refused(400, f"{name!r} of {what} is {members[name]}, not {shown(value)}")
    return found


def _is(value: Any, kind: str) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in (TEXT, SWITCH, LIST, OBJECT):
        return isinstance(value, {TEXT: str, SWITCH: bool, LIST: list, OBJECT: dict}[kind])
    if kind == COUNT:
        return number and isinstance(value, int) and 1 <= value < 1 << 53
    if kind == NUMBER:
        return number and abs(value) <= LAST
    return kind == ANYTHING or isinstance(value, str) or number


def shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def between(value: float, least: float, most: float, what: str) -> float:
    """The number, if it lies there."""
    if not least <= value <= most:
        raise Refused(400, f"{what} is {least:g} to {most:g}, not {value:g}")
    return float(value)


def time_of(value: Any, what: str) -> float:
    """Seconds since 1970."""
    if isinstance(value, str):
        moment = parse_iso_8601(value)
        if moment is None:
            raise Refused(400, f"{what} is {TIME}, not {shown(value)}")
        value = moment
    return between(float(value), 0.0, LAST, what)


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account_of(document: Mapping[str, Any]) -> str | None:
    """The account that a document names."""
    account: str | None = document.get("account")
    if account is not None and not is_account(account):
        raise Refused(400, f"'account' is twelve digits, not {shown(account)}")
    return account


def rule_of(given: Any, what: str, more: Mapping[str, str], words: Collection[str]) -> Fault:
    """A fault rule: a word as text, or an object with the word in "do" and what else is known of it; of these words alone."""
    if isinstance(given, str):
        given = {"do": given}
    members = check(given, what, {"do": TEXT, **PATTERNS, **more})
    word = members.pop("do", None)
    if word is None:
        raise Refused(400, f'{what} says in \'do\' what happens: a fault such as "throttle" or "lost"')
    if "probability" in members:
        between(members["probability"], 0, 1, f"'probability' of {what}")
    if "seconds" in members:
        between(members["seconds"], 0, MOST_SECONDS, f"'seconds' of {what}")
    try:
        rule = fault(word, **members)
    except UnknownFault as unknown:
        raise Refused(400, str(unknown)) from None
    if rule.word not in words:
        raise Refused(400, f"{what} is none of {rule.word!r}; it may be {', '.join(words)}")
    return rule
