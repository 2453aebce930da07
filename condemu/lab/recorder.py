"""The recorder: an observer that writes down every call, with what it found, who had written that, and what its client was
told.

    recorder = Recorder(engine.store)
    forget = engine.observe(recorder)
    ...
    entries = recorder.entries()

Attach it last: what other observers do to a reply is then known. A call whose reply nobody let through is one that its
client heard nothing of. Whoever loses a reply after that says so with `lost`.

What a resource held is followed by the commits, beginning with what the store holds when the recorder is made; so the
recorder can say which commit wrote what was found, and for whom.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final, NamedTuple

from condemu.core.calls import CLIENT, Call, Outcome, Step, Touch
from condemu.core.engine import Watch
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.core.store import Change, Store, Txn
from condemu.dynamodb.records import ITEMS as DYNAMODB_ITEMS
from condemu.dynamodb.records import TABLES, Table, item_in
from condemu.dynamodb.requests import resource_name
from condemu.dynamodb.values import decode_item, encode_item
from condemu.lab import tokens
from condemu.lab.history import (
    ABSENT,
    ALL,
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
from condemu.s3.state.records import BUCKETS, OBJECTS
from condemu.simpledb.records import ITEMS as SIMPLEDB_ITEMS

ABSENCES: Final = frozenset({"NoSuchKey"})  # codes that say that there is nothing
READS: Final = frozenset({"GetObject", "HeadObject", "GetItem", "TransactGetItems", "BatchGetItem", "GetAttributes"})
PARTIAL: Final = ("ProjectionExpression", "AttributesToGet", "AttributeNames", "VersionId", "PartNumber")


class Written(NamedTuple):
    """A version of a resource: by which commit, its token, and whose call that was."""

    commit: int
    token: str
    number: int = 0
    actor: str = ""


class _Open:
    """What is known so far of a call."""

    __slots__ = ("call", "effects", "marks")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.marks: dict[str, tuple[int, float]] = {}
        self.effects: list[Effect] = []


class Recorder(Watch):
    """Records all calls of the accounts that it observes; those that the emulator makes by itself, too."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._order = count(1)
        self._open: dict[int, _Open] = {}
        self._done: list[Entry] = []
        self._versions: dict[tuple[str, str], list[Written]] = {}  # by account and resource
        self._tables: dict[str, Table] = {}  # by id
        self._buckets: dict[tuple[str, int], str] = {}  # names by owner and incarnation
        self._own = count(1)
        store.view(self._look)

    # stages

    def received(self, call: Call) -> None:
        self._mark(self._opened(call), RECEIVED)

    async def ready(self, call: Call, step: Step) -> None:
        self._mark(self._opened(call), READY)

    def decided(self, call: Call, outcome: Outcome) -> None:
        opened = self._opened(call)
        self._mark(opened, DECIDED)
        opened.effects += self._effects(call, outcome)
        if call.cause != CLIENT and call.number == 0:  # a sweep or a reset: nobody is answered
            self._open.pop(id(call), None)
            if opened.effects:
                self._done.append(self._entry(opened, OK))

    async def replying(self, call: Call, reply: Response) -> Response | None:
        opened = self._open.pop(id(call), None)
        if opened is not None:
            self._mark(opened, REPLIED)
            refusal = reply.refusal
            code = refusal.row.code if refusal is not None else ""
            told = OK if reply.status < 300 else INFO if reply.status >= 500 else FAIL
            self._done.append(self._entry(opened, told, reply.status, code))
        return None

    def lost(self, call: Call, how: str = "lost") -> None:
        """The reply of a call was lost after it had passed here."""
        for place, entry in enumerate(self._done):
            if entry.number == call.number:
                marks = {name: mark for name, mark in entry.marks.items() if name != REPLIED}
                self._done[place] = replace(entry, marks=marks, told=INFO, status=0, code="", how=how)

    def entries(self) -> list[Entry]:
        """All entries by the order in which the calls arrived; those without an answer so far, as lost."""
        waiting = [self._entry(opened, INFO, how="lost") for opened in list(self._open.values())]
        return sorted([*self._done, *waiting], key=lambda entry: (entry.began, entry.number))

    def _opened(self, call: Call) -> _Open:
        opened = self._open.get(id(call))
        if opened is None:
            opened = self._open[id(call)] = _Open(call)
        return opened

    def _mark(self, opened: _Open, stage: str) -> None:
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
            effects=tuple(opened.effects), told=told, status=status, code=code, how=how,
        )  # fmt: skip

    # effects

    def _effects(self, call: Call, outcome: Outcome) -> Iterator[Effect]:
        """What came of a step, resource by resource."""
        changes = {name: change for change in outcome.changes if (name := self._resource(change)) is not None}
        step = outcome.step
        touches = dict.fromkeys(step.footprint if step is not None else ())
        touched = {touch.resource for touch in touches}
        parts = self._parts(call) if step is not None else {}
        whole = (call.operation, call.parameters)
        for touch in (*touches, *(Touch(name, True) for name in changes if name not in touched)):
            yield self._effect(call, outcome, touch, changes.get(touch.resource), *parts.get(touch.resource, whole))

    def _effect(
        self, call: Call, outcome: Outcome, touch: Touch, change: Change | None, operation: str, members: Mapping[str, Any]
    ) -> Effect:
        resource, refusal = touch.resource, outcome.refusal
        keys = self._keys(call.account, resource) if call.service == "dynamodb" else ()
        versions = self._versions.setdefault((call.account, resource), [])
        left: str | None = None
        known: str | None
        if change is not None:
            known, left = token_of(change.table, change.old), token_of(change.table, change.new)
            before = _latest(versions, outcome.index - 1, known)
            insort(versions, Written(outcome.index, left, call.number, call.actor or call.cause))
        else:
            known = self._told(call, outcome, touch)
            exact = (call.consistent or touch.written) and not call.parameters.get("VersionId")
            before = _latest(versions, outcome.index, known) if exact or known is not None else None
            if known is None and before is not None:
                known = before.token
        return Effect(
            resource=resource, written=touch.written,
            expects=tokens.expects_of(call.service, members, keys) if touch.written else "",
            found=known, found_by=before.commit if before is not None else None,
            found_actor=before.actor if before is not None else "",
            found_number=before.number if before is not None and before.number else None,
            left=left, index=outcome.index, outcome=COMMITTED if refusal is None else REFUSED,
            code=refusal.row.code if refusal is not None else "", status=refusal.row.status if refusal is not None else 0,
            because=refusal.because if refusal is not None else "" if touch.written else _older(versions, outcome.index, before),
            changes=_changes(change) if change is not None else (),
            overwrites=tokens.overwrites_of(operation, members) if change is not None else (),
        )  # fmt: skip

    def _told(self, call: Call, outcome: Outcome, touch: Touch) -> str | None:
        """The token of what a read was given; None where it was given a part of it, or nothing that tells."""
        refusal, members = outcome.refusal, outcome.members
        if refusal is not None:
            return _told_by(refusal, call.parameters)
        if call.operation not in READS or any(call.parameters.get(name) for name in PARTIAL):
            return None
        if call.service == "s3":
            etag = members.get("ETag")
            return None if etag is None else tokens.object_token(etag, members.get("VersionId"))
        if call.service == "simpledb":
            attributes = members.get("Attributes")
            return tokens.attributes_token(attributes) if isinstance(attributes, Mapping) else None
        return tokens.item_token(members.get("Item")) if call.operation == "GetItem" else None

    def _resource(self, change: Change) -> str | None:
        """The name of the resource that a change is about; None for what is no resource of a client's."""
        table, key = change.table, change.key
        held: Any = change.new if change.new is not None else change.old
        if table == TABLES:
            self._tables[held.table_id] = held
            return None
        if table == BUCKETS:
            self._buckets[held.owner, held.incarnation] = held.name
            return None
        return self._named(table, key, held)

    def _named(self, table: str, key: Any, record: Any) -> str | None:
        if table == OBJECTS:
            bucket = self._buckets.get((key[0], key[1]))
            return f"s3:{bucket}/{key[2]}" if bucket is not None else None
        if table == SIMPLEDB_ITEMS:
            return f"simpledb:{key[2]}/{key[3]}"
        if table == DYNAMODB_ITEMS:
            kept = self._tables.get(key[1])
            return f"dynamodb:{resource_name(kept, (key[0], kept.name), item_in(record))}" if kept is not None else None
        return None

    def _parts(self, call: Call) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """The parts of a transaction or a batch: by resource the operation, and the members that are about it."""
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for part in tokens.transaction_parts(call.parameters):
            for operation, members in part.items():
                name = str(members["TableName"]).rpartition("/")[2]
                table = next((one for one in self._tables.values() if (one.account, one.name) == (call.account, name)), None)
                item = decode_item(members.get("Key") or members.get("Item"))
                found[f"dynamodb:{resource_name(table, (call.account, name), item)}"] = operation, members
        if call.service == "simpledb" and call.operation.startswith("Batch"):
            for one in call.parameters["Items"]:
                found[f"simpledb:{call.parameters['DomainName']}/{one['Name']}"] = call.operation, one
        return found

    def _keys(self, account: str, resource: str) -> tuple[str, ...]:
        """The key attributes of the table that a resource is in."""
        name = resource.partition(":")[2].partition("/")[0]
        return next((one.keys.names for one in self._tables.values() if one.name == name and one.account == account), ())

    def _look(self, txn: Txn) -> None:
        """What the store holds already."""
        for _, bucket in txn.scan(BUCKETS):
            self._buckets[bucket.owner, bucket.incarnation] = bucket.name
        for _, table in txn.scan(TABLES):
            self._tables[table.table_id] = table
        for space in (OBJECTS, DYNAMODB_ITEMS, SIMPLEDB_ITEMS):
            for key, record in txn.scan(space):
                name = self._named(space, key, record)
                if name is not None:
                    self._versions[key[0], name] = [Written(txn.index - 1, token_of(space, record))]


def token_of(space: str, record: Any) -> str:
    """The token of what is kept under a key."""
    if record is None:
        return ABSENT
    if space == OBJECTS:
        return ABSENT if record.marker else tokens.object_token(record.etag, record.version_id)
    if space == SIMPLEDB_ITEMS:
        return tokens.attributes_token(record.attributes)
    return tokens.item_token(encode_item(item_in(record)))


def _changes(change: Change) -> tuple[str, ...]:
    """Which attributes a change is about."""
    old, new = change.old, change.new
    if change.table == OBJECTS or old is None or new is None:
        return ALL
    if change.table == SIMPLEDB_ITEMS:
        return tokens.changed_attributes(old.attributes, new.attributes)
    return tokens.changed_attributes(item_in(old), item_in(new))


def _told_by(refusal: ServiceError, members: Mapping[str, Any]) -> str | None:
    """What a refusal tells of the version that was found."""
    if refusal.row.code in ABSENCES:
        return ABSENT
    if refusal.row.status == 304 and isinstance(members.get("IfNoneMatch"), str) and members["IfNoneMatch"] != "*":
        return str(members["IfNoneMatch"]).strip('"')
    return None


def _older(versions: list[Written], index: int, read: Written | None) -> str:
    """Why a read found what it found, if that was not the latest."""
    latest = _latest(versions, index, None)
    if read is None or latest is None or latest.commit == read.commit:
        return ""
    return f"commit {latest.commit} had replaced it"


def _latest(versions: list[Written], index: int, token: str | None) -> Written | None:
    """The version that was there at a commit; with a token, the last one that had it."""
    for version in reversed(versions):
        if version.commit <= index and (token is None or version.token.partition("@")[0] == token.partition("@")[0]):
            return version
    return None
