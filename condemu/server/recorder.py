"""The recorder: an observer that writes down every call, with what it found, who had written that, and what its client was told.

    recorder = Recorder(engine.store)
    forget = engine.observe(recorder)
    ...
    entries = recorder.entries()

With `most` it records so many calls and no more: what it has then is a history from its beginning, complete up to the call after
which it is full. Calls that were under way then stay as they were, as ones that nobody has heard of again. A last entry,
HistoryIsFull, says how many calls came later. The last calls could not be kept instead: nobody would have written what they
found.

Attach it last: what other observers do to a reply is then known. A call whose reply nobody let through is one that its client
heard nothing of. Whoever loses a reply after that says so with `lost`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

from condemu.core.calls import ADMINISTRATION, CLIENT, Call, Outcome, Step, Touch
from condemu.core.engine import Watch
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.core.store import Change, Store
from condemu.lab import tokens
from condemu.lab.history import (
    ABSENT,
    COMMITTED,
    DECIDED,
    FAIL,
    INFO,
    OK,
    READY,
    RECEIVED,
    REFUSED,
    REPLIED,
    Effect,
    Entry,
)
from condemu.lab.registers import ABSENCES
from condemu.server.versions import Noted, Place, Version, Versions, changed_in, is_about_metadata, token_of

READS: Final = frozenset({"GetObject", "HeadObject", "GetItem", "GetAttributes"})
IS_FULL: Final = "HistoryIsFull"
PARTIAL: Final = ("ProjectionExpression", "AttributesToGet", "AttributeNames", "VersionId")


class _Open:
    """What is known so far of a call."""

    __slots__ = ("call", "marks", "noted", "since")

    def __init__(self, call: Call, since: int) -> None:
        self.call = call
        self.since = since
        self.marks: dict[str, tuple[int, float]] = {}
        self.noted: list[Noted] = []


class Recorder(Watch):
    """Records the calls that it hears of; those that the emulator makes by itself, too. `region` is that of unsigned requests."""

    def __init__(self, store: Store, region: str = "us-east-1", most: int | None = None) -> None:
        self._most = most
        self._full: tuple[int, float] | None = None  # when the first call came that is not recorded
        self._missed = 0  # such calls
        self._store = store
        self._order = count(1)
        self._own = count(1)
        self._open: dict[int, _Open] = {}
        self._done: list[tuple[Entry, list[Noted]]] = []
        self._versions = Versions(region)
        store.view(self._versions.look)

    # stages

    def received(self, call: Call) -> None:
        opened = self._opened(call)
        if opened is None:
            self._missed += 1
        else:
            self._mark(opened, RECEIVED)

    async def ready(self, call: Call, step: Step) -> None:
        opened = self._opened(call)
        if opened is None:
            return
        opened.since = self._store.index
        self._mark(opened, READY)

    def decided(self, call: Call, outcome: Outcome) -> None:
        opened = self._opened(call)
        if opened is None:
            return
        self._mark(opened, DECIDED)
        opened.noted += self._noted(opened, outcome)
        if call.cause != CLIENT and call.number == 0:  # a sweep or a reset: nobody is answered
            self._open.pop(id(call), None)
            if opened.noted:
                self._done.append((self._entry(opened, OK), opened.noted))

    async def replying(self, call: Call, reply: Response) -> Response | None:
        opened = self._open.pop(id(call), None)
        if opened is not None:
            self._mark(opened, REPLIED)
            code = reply.refusal.row.code if reply.refusal is not None else ""
            told = INFO if reply.status >= 500 else OK if reply.status < 300 else FAIL
            self._done.append((self._entry(opened, told, reply.status, code), opened.noted))
        return None

    def lost(self, call: Call, how: str = "lost") -> None:
        """The reply of a call was lost after it had passed here."""
        for place, (entry, noted) in enumerate(self._done):
            if entry.number == call.number:
                marks = {name: mark for name, mark in entry.marks.items() if name != REPLIED}
                self._done[place] = replace(entry, marks=marks, told=INFO, status=0, code="", how=how), noted

    def entries(self) -> list[Entry]:
        """All entries by the order in which the calls arrived; those without an answer so far, as lost."""
        waiting = [(self._entry(opened, INFO, how="lost"), opened.noted) for opened in list(self._open.values())]
        entries = [replace(entry, effects=tuple(map(self._versions.settled, noted))) for entry, noted in [*self._done, *waiting]]
        if self._full is not None:
            entries.append(Entry(
                0, ADMINISTRATION, operation=IS_FULL, parameters={"missed": self._missed}, cause=ADMINISTRATION,
                marks={RECEIVED: self._full},
            ))  # fmt: skip
        return sorted(entries, key=lambda entry: (entry.began, entry.number))

    def _opened(self, call: Call) -> _Open | None:
        """What is known so far of a call; None of one that is not recorded."""
        opened = self._open.get(id(call))
        if opened is not None:
            return opened
        if self._most is not None and len(self._open) + len(self._done) >= self._most:
            self._fill()
            return None
        opened = self._open[id(call)] = _Open(call, self._store.index)
        return opened

    def _fill(self) -> None:
        """It is full. What is under way ends here: what it finds may have been written by calls that are not recorded."""
        self._full = self._full or (next(self._order), self._store.clock.now())
        self._done += [(self._entry(opened, INFO, how="lost"), opened.noted) for opened in self._open.values()]
        self._open.clear()

    def _mark(self, opened: _Open, stage: str) -> None:
        """A call that is made anew has arrived once, for its client."""
        if stage != RECEIVED or stage not in opened.marks:
            opened.marks[stage] = (next(self._order), self._store.clock.now())

    def _entry(self, opened: _Open, told: str, status: int = 0, code: str = "", how: str = "") -> Entry:
        call = opened.call
        attempt = call.attempt
        parameters: dict[str, Any] = tokens.readable(call.parameters)
        size = call.headers.get("x-amz-decoded-content-length") or call.headers.get("content-length")
        if call.service == "s3" and size and call.operation in ("PutObject", "UploadPart"):
            parameters["Body"] = {"size": int(size) if size.isdecimal() else size}
            parameters.pop("ContentLength", None)
        return Entry(
            number=call.number or -next(self._own),
            actor=call.actor or ("" if call.cause == CLIENT else call.cause),
            service=call.service, operation=call.operation, parameters=parameters,
            condition=tokens.condition_of(call.parameters),
            invocation=attempt.invocation if attempt is not None else "",
            attempt=attempt.number if attempt is not None else 1,
            account=call.account, cause=call.cause, consistent=call.consistent, marks=dict(opened.marks),
            told=told, status=status, code=code, how=how,
        )  # fmt: skip

    # effects

    def _noted(self, opened: _Open, outcome: Outcome) -> Iterator[Noted]:
        """What came of a step, resource by resource."""
        call, step, versions = opened.call, outcome.step, self._versions
        changes: dict[Place, Change] = {}
        for change in outcome.changes:
            place = versions.place_of(change)
            if place is not None and not is_about_metadata(change):
                changes[place] = change
        parts = versions.parts_of(call) if step is not None else {}
        for touch in dict.fromkeys(step.footprint if step is not None else ()):
            operation, members = parts.get(touch.resource, (call.operation, call.parameters))
            place = versions.home_of(call, touch.resource, members), touch.resource
            changed = changes.pop(place, None)
            yield self._note(opened, outcome, place, touch, changed, operation, members)
        for place, changed in changes.items():
            yield self._note(opened, outcome, place, Touch(place[1], True), changed, call.operation, call.parameters)

    def _note(
        self, opened: _Open, outcome: Outcome, place: Place, touch: Touch, change: Change | None,
        operation: str, members: Mapping[str, Any],
    ) -> Noted:  # fmt: skip
        call, refusal = opened.call, outcome.refusal
        keys = self._versions.keys_of(*place) if call.service == "dynamodb" else ()
        found: str | None
        left: str | None = None
        if change is not None:
            found, left = token_of(change.table, change.old), token_of(change.table, change.new)
            self._versions.written(place, Version(outcome.index, left, call.number, call.actor or call.cause))
        else:
            found = _told_by(refusal, call.parameters) if refusal is not None else _told(call, outcome)
        effect = Effect(
            resource=place[1], home=place[0], written=touch.written,
            expects=tokens.expects_of(call.service, members, keys) if touch.written else "",
            found=found, left=left, index=outcome.index, outcome=COMMITTED if refusal is None else REFUSED,
            code=refusal.row.code if refusal is not None else "", status=refusal.row.status if refusal is not None else 0,
            because=refusal.because if refusal is not None else "",
            changes=changed_in(change) if change is not None else (),
            overwrites=tokens.overwrites_of(operation, members) if change is not None else (),
        )  # fmt: skip
        exact = (call.consistent or touch.written) and not call.parameters.get("VersionId")
        return Noted(effect, opened.since, exact)


def _told(call: Call, outcome: Outcome) -> str | None:
    """The token of what a read was given; None where it was given a part of it, or nothing that tells."""
    members = outcome.members
    if call.operation not in READS or any(call.parameters.get(name) for name in PARTIAL):
        return None
    if call.service == "s3":
        etag = members.get("ETag")
        return None if etag is None else tokens.object_token(etag, members.get("VersionId"))
    if call.service == "simpledb":
        attributes = members.get("Attributes")
        return tokens.attributes_token(attributes) if isinstance(attributes, Mapping) else None
    return tokens.item_token(members.get("Item"))


def _told_by(refusal: ServiceError, members: Mapping[str, Any]) -> str | None:
    """What a refusal tells of the version that was found."""
    if refusal.row.code in ABSENCES:
        return ABSENT
    return tokens.single_etag(members.get("IfNoneMatch")) if refusal.row.status == 304 else None
