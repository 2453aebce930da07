"""What a history is: one entry for each attempt of a call, as a line of JSON.

Who records decides what is known. The emulator's own recorder (`server/recorder.py`) knows the truth: what was committed, by
which commit, and what each call found. A recorder at a client of real AWS (`condemu.testing.recorder`) knows what the client sent
and was told. The form is the same; what is not known is absent. A field with its default is left out of the line.

    {"number": 5, "actor": "ben", "service": "s3", "operation": "PutObject", "parameters": {"Bucket": "locks", "Key": "leader",
     "IfNoneMatch": "*", "Body": {"size": 3}}, "condition": {"IfNoneMatch": "*"}, "invocation": "6f1c…", "attempt": 1,
     "marks": {"received": [9, 1767225600.0], "ready": [10, 1767225600.0], "decided": [11, 1767225600.0]},
     "effects": [{"resource": "s3:locks/leader", "written": true, "expects": "absent", "found": "absent",
                  "left": "9dd4e461268c8034f5c8564e155c67a6", "index": 5, "outcome": "committed"}],
     "told": "info", "how": "lost"}

**Marks** are the stages of a call: received, ready, decided, replied. Each is a number in the order of the whole history,
and the time of the state. A recorder at a client has received (it sent the request) and replied (it has the answer).

**Effects** are what the attempt did, resource by resource. `found` is the version token that the resource had, `left` the
one that it has by this attempt: a token is "absent", an ETag (for a versioned object `ETag@VersionId`), a digest of a
DynamoDB item, or the attributes of a SimpleDB item as JSON. `left` is None where nothing was changed. `index` is the commit
(for what changed nothing, the last one before), `found_by` the commit that wrote what was found, `found_actor` and
`found_number` the actor and the call of that commit. `expects` is what a condition demanded of the resource: "" for no
condition, "absent", "present", a token, or "condition" for one that is about less than the whole. `outcome` is committed,
refused or unknown. `home` tells resources of one name apart: the account that owns the bucket, account and region of a table.

**Told** is what the client heard: "ok"; "fail", it was refused and nothing happened; "info", it cannot know: the reply was
lost, or it was an error of the server's. `status` and `code` are those of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Final, TextIO

ABSENT: Final = "absent"  # the token of a resource that holds nothing
PRESENT: Final = "present"
CONDITION: Final = "condition"

CLIENT_CAUSE: Final = "client"  # why a call was made: a client asked for it

OK: Final = "ok"
FAIL: Final = "fail"
INFO: Final = "info"

COMMITTED: Final = "committed"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"

RECEIVED: Final = "received"
READY: Final = "ready"
DECIDED: Final = "decided"
REPLIED: Final = "replied"

NEVER: Final = 1 << 62  # the place, in the order of a history, of a reply that did not come
ALL: Final = ("*",)  # of attributes: the whole resource


class Unreadable(ValueError):
    """A line that is no entry of a history."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one attempt did to one resource. The module's text says what the fields mean.

    `changes` names the attributes that it changed, `overwrites` those that it replaced without looking at them; ("*",) is
    the whole.
    """

    resource: str
    written: bool = False
    expects: str = ""
    found: str | None = None
    found_by: int | None = None
    found_actor: str = ""
    found_number: int | None = None
    left: str | None = None
    index: int | None = None
    outcome: str = UNKNOWN
    code: str = ""
    status: int = 0
    because: str = ""
    home: str = ""
    changes: tuple[str, ...] = ()
    overwrites: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells the resource from all others: its home and its name."""
        return self.home, self.resource

    @property
    def committed(self) -> bool:
        """It is known to have changed the resource."""
        return self.outcome == COMMITTED and self.left is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt of a call.

    `number` tells attempts apart within a history; `cause` is "client" but for the emulator's own calls.
    """

    number: int
    actor: str = ""
    service: str = ""
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    condition: Mapping[str, Any] = field(default_factory=dict)
    invocation: str = ""
    attempt: int = 1
    account: str = ""
    cause: str = "client"
    consistent: bool = True
    marks: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    told: str = INFO
    status: int = 0
    code: str = ""
    how: str = ""  # of a reply that did not come: lost, reset, stall, timeout

    @property
    def began(self) -> int:
        """When it was sent, or had arrived, in the order of the history; of the emulator's own calls, when it was decided."""
        mark = self.marks.get(RECEIVED)
        return mark[0] if mark is not None else min((place for place, _ in self.marks.values()), default=0)

    @property
    def ended(self) -> int:
        """When its client had an answer; NEVER when it got none."""
        mark = self.marks.get(REPLIED)
        return mark[0] if mark is not None else NEVER

    @property
    def at(self) -> float | None:
        """The time of its last known stage."""
        return max((time for _, time in self.marks.values()), default=None)

    @property
    def writes(self) -> bool:
        return any(effect.written for effect in self.effects)

    def to_json(self) -> str:
        """One line."""
        document = _document(self)
        if self.effects:
            document["effects"] = [_document(effect) for effect in self.effects]
        return json.dumps(document, ensure_ascii=False, separators=(", ", ": "))

    @classmethod
    def from_json(cls, line: str) -> Entry:
        """Raises Unreadable. A field that is not known here is passed over: a later version may have written it."""
        try:
            document = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"no JSON: {error}") from None
        if not isinstance(document, dict):
            raise Unreadable("an entry is a JSON object")
        if type(document.get("number")) is not int:
            raise Unreadable("an entry has a number")
        try:
            held = {name: value for name, value in document.items() if name in _ENTRY}
            _check(held, _ENTRY)
            held["effects"] = tuple(_effect_of(effect) for effect in held.get("effects", ()))
            held["marks"] = {name: (int(place), float(time)) for name, (place, time) in held.get("marks", {}).items()}
        except (TypeError, ValueError, AttributeError) as error:
            raise Unreadable(str(error)) from None
        if held.get("told", INFO) not in (OK, FAIL, INFO):
            raise Unreadable(f"told is {OK}, {FAIL} or {INFO}, not {held['told']!r}")
        return cls(**held)


def _default(one: Any) -> Any:
    """The value that a field has when it is not given."""
    return one.default_factory() if one.default_factory is not MISSING else one.default


_DEFAULTS: Final = {kind: {one.name: _default(one) for one in fields(kind)} for kind in (Entry, Effect)}
_ENTRY: Final = {
    "number": int, "actor": str, "service": str, "operation": str, "parameters": dict, "condition": dict, "invocation": str,
    "attempt": int, "account": str, "cause": str, "consistent": bool, "marks": dict, "effects": list, "told": str, "status": int,
    "code": str, "how": str,
}  # fmt: skip
_NUMBER: Final = (int, type(None))
_TEXT: Final = (str, type(None))
_EFFECT: Final = {
    "resource": str, "written": bool, "expects": str, "found": _TEXT, "found_by": _NUMBER, "found_actor": str,
    "found_number": _NUMBER, "left": _TEXT, "index": _NUMBER, "outcome": str, "code": str, "status": int, "because": str,
    "home": str, "changes": list, "overwrites": list,
}  # fmt: skip


def _document(one: Entry | Effect) -> dict[str, Any]:
    """The fields that have not their default."""
    shown = {}
    for name, default in _DEFAULTS[type(one)].items():
        value = getattr(one, name)
        if value != default:
            shown[name] = dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
    return shown


def _effect_of(document: Any) -> Effect:
    if not isinstance(document, dict) or not isinstance(document.get("resource"), str):
        raise Unreadable("an effect has a resource")
    held = {name: value for name, value in document.items() if name in _EFFECT}
    _check(held, _EFFECT)
    for name in ("changes", "overwrites"):
        if name in held:
            if not all(isinstance(one, str) for one in held[name]):
                raise Unreadable(f"{name} are names, not {held[name]!r}")
            held[name] = tuple(held[name])
    return Effect(**held)


def _check(held: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    for name, value in held.items():
        if not isinstance(value, kinds[name]):
            raise Unreadable(f"{name} cannot be {value!r}")


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a file, one a line; empty lines mean nothing. Raises Unreadable, which says where."""
    for place, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Entry.from_json(line)
            except Unreadable as error:
                raise Unreadable(f"line {place}: {error}") from None


def write(entries: Iterable[Entry], file: TextIO) -> None:
    """As lines of JSON."""
    for entry in entries:
        file.write(entry.to_json() + "\n")


def merged(histories: Iterable[Iterable[Entry]]) -> list[Entry]:
    """Several histories as one, by their marks; the numbers of the second go on where those of the first end."""
    found: list[Entry] = []
    for history in histories:
        last = max((entry.number for entry in found), default=0)
        found += (_renumbered(entry, last) for entry in history) if last else history
    return sorted(found, key=lambda entry: (entry.began, entry.number))


def _renumbered(entry: Entry, last: int) -> Entry:
    effects = tuple(
        effect if effect.found_number is None else replace(effect, found_number=effect.found_number + last)
        for effect in entry.effects
    )
    return replace(entry, number=entry.number + last, effects=effects)


# --- words ------------------------------------------------------------------------------------------------------------------


def name_of(resource: str) -> str:
    """A resource as people write it: without its service."""
    return resource.partition(":")[2] or resource


def target_of(entry: Entry) -> str:
    """What a call is about, for a sentence: its operation and the first resource that it touches."""
    names = [name_of(effect.resource) for effect in entry.effects]
    if not names:
        return entry.operation or "a call"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{entry.operation} {names[0]}{more}"


def answer_of(entry: Entry) -> str:
    """What its client was told, in a word or two."""
    if entry.status:
        return f"{entry.status} {entry.code}".rstrip()
    return "no reply" if entry.told == INFO else entry.code or entry.told


def short(token: str | None) -> str:
    """A token as a sentence can bear it."""
    if token is None:
        return "?"
    if token in (ABSENT, PRESENT, CONDITION):
        return token
    etag, _, version = token.partition("@")
    if token.startswith("{"):
        return token if len(token) <= 40 else f"{token[:38]}…}}"
    return (etag if len(etag) <= 10 else f"{etag[:8]}…") + (f"@{version[:6]}…" if version else "")
