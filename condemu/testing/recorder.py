"""Histories in the form of `condemu.lab.history`: of an emulator, which knows the truth, and of boto3 clients of any store.

    with recording(condemu) as recorder:       # the fixture, a Server, an Emulator
        ...
    entries = recorder.entries()

`record` writes down what boto3 clients send and are told, of real AWS or of any other store:

    history = History()
    record(boto3.client("s3"), history, actor="ben")
    ...
    history.save("ben.jsonl")          # condemu check ann.jsonl ben.jsonl

Every attempt is an entry, those that an SDK makes by itself included. A client cannot know what was committed: found and left
are what it was told, or what it sent. Marks are microseconds of this machine's clock, so that files of several processes can be
checked together; clocks of several machines must agree better than their calls overlap.

| call                                 | what is known                                                                        |
|--------------------------------------|--------------------------------------------------------------------------------------|
| GetObject, HeadObject                | found: its ETag; absent for NoSuchKey                                                |
| PutObject, CopyObject, a completion  | left: the ETag of the answer; without an answer, of the body, where ETags are its MD5 |
| GetItem                              | found, unless only a part of the item was asked for                                  |
| PutItem, DeleteItem, UpdateItem      | left: the item that was sent, or what ReturnValues told; found: what ALL_OLD told    |
| parts of transactions, batches       | left: the items that were sent                                                       |
| GetAttributes, DeleteAttributes      | found; left: absent, when all of the item goes                                       |
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import md5
from itertools import count
from typing import Any, Final

from condemu.lab import history as form
from condemu.lab import tokens
from condemu.lab.history import ABSENT, COMMITTED, FAIL, INFO, OK, RECEIVED, REFUSED, REPLIED, UNKNOWN, Effect, Entry
from condemu.server.recorder import Recorder

SERVICES: Final = {"s3": "s3", "dynamodb": "dynamodb", "sdb": "simpledb"}
_OPENED: Final = "condemu_recorded"  # in the context of botocore's request

Members = Mapping[str, Any]


class History:
    """Entries as they come. `keys` are the key attributes of DynamoDB tables, as far as calls have named them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.keys: dict[str, tuple[str, ...]] = {}
        self.md5_etags: dict[str, bool] = {}  # by bucket: whether ETags were the MD5 of what was sent
        self._numbers = count(1)
        self._latest = 0

    def number(self) -> int:
        return next(self._numbers)

    def mark(self) -> tuple[int, float]:
        """Now: a place in the order, and the time. No two are the same in one process."""
        self._latest = max(self._latest + 1, time.time_ns() // 1000)
        return self._latest, self._latest / 1e6

    def save(self, path: str) -> None:
        """Write what was recorded so far."""
        with open(path, "w", encoding="utf-8") as file:
            form.write(sorted(self.entries, key=lambda entry: entry.began), file)


@contextmanager
def recording(where: Any) -> Iterator[Recorder]:
    """Record the calls of an emulator: of the `condemu` fixture's, of `mock_aws`, of a Server, or an Emulator itself.

    Faults may begin before or within the block: what their clients were told is known either way.
    """
    emulator = getattr(where, "emulator", where)
    if emulator is None:
        raise ValueError("this one is elsewhere: record its clients by `record`")
    recorder = Recorder(emulator.engine.store, emulator.config.region)
    forget = emulator.engine.observe(recorder, last=True)
    try:
        yield recorder
    finally:
        forget()


def record(client: Any, history: History, actor: str = "", keys: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Record what a boto3 or botocore client of S3, DynamoDB or SimpleDB does from now on.

    `keys` names the key attributes of DynamoDB tables, {"locks": ("id",)}; else a table's are known once a call has told them,
    and a PutItem before that is recorded without the item that it is about. Raises ValueError for a client of another service.
    """
    service = SERVICES.get(client.meta.service_model.service_name)
    if service is None:
        raise ValueError(f"clients of {client.meta.service_model.service_name} are not recorded, only of {', '.join(SERVICES)}")
    history.keys.update(keys or {})
    one = _Client(history, actor, service, "" if service == "s3" else client.meta.region_name)
    events = client.meta.events
    events.register_last("before-parameter-build", one.called)
    events.register("request-created", one.sent)
    events.register("response-received", one.answered)


class _Client:
    """One client's."""

    def __init__(self, history: History, actor: str, service: str, home: str) -> None:
        self._history = history
        self._actor = actor
        self._service = service
        self._home = home

    def called(self, params: Members, context: dict[str, Any], **_: Any) -> None:
        """A call begins; its parameters are in order."""
        members = dict(params)
        body = _bytes_of(members.get("Body"))
        if body is not None:
            members["Body"] = body
        context[_OPENED] = {
            "members": members, "body": body, "attempt": 0, "mark": None, "invocation": f"{self._actor}-{self._history.number()}",
        }  # fmt: skip

    def sent(self, request: Any, **_: Any) -> None:
        """An attempt begins. Presigned URLs are made without a call, and are not sent."""
        opened = request.context.get(_OPENED)
        if opened is not None:
            opened["attempt"] += 1
            opened["mark"] = self._history.mark()

    def answered(self, context: dict[str, Any], event_name: str, **heard: Any) -> None:
        opened = context.get(_OPENED)
        if opened is None or opened["mark"] is None:
            return
        answer, exception = heard.get("parsed_response"), heard.get("exception")
        status = int(answer["ResponseMetadata"].get("HTTPStatusCode", 0)) if answer is not None else 0
        code = str(answer.get("Error", {}).get("Code", "")) if answer is not None else ""
        told = INFO if answer is None or status >= 500 else OK if status < 300 else FAIL
        members, operation = opened["members"], event_name.rpartition(".")[2]
        marks = {RECEIVED: opened["mark"]}
        if answer is not None:
            marks[REPLIED] = self._history.mark()
        effects = tuple(self._effects(operation, opened, answer if told != INFO else None, told, status, code))
        self._history.entries.append(Entry(
            number=self._history.number(), actor=self._actor, service=self._service, operation=operation,
            parameters=tokens.readable(members), condition=tokens.condition_of(members), invocation=opened["invocation"],
            attempt=opened["attempt"], consistent=self._service == "s3" or operation.startswith("Transact")
            or bool(members.get("ConsistentRead")), marks=marks, effects=effects, told=told, status=status, code=code,
            how="" if answer is not None else type(exception).__name__,
        ))  # fmt: skip

    # what it was about

    def _effects(
        self, operation: str, opened: Members, answer: Members | None, told: str, status: int, code: str
    ) -> Iterator[Effect]:
        members = opened["members"]
        outcome = {OK: COMMITTED, FAIL: REFUSED, INFO: UNKNOWN}[told]
        parts = _objects(operation, members, answer) if self._service == "s3" else self._parts(operation, members, answer)
        for part_operation, part, refused in parts:
            resource = self._resource(part)
            if resource is None:
                continue
            writes = part_operation not in _READS
            found, left = self._versions(part_operation, part, opened, answer, told, code)
            yield Effect(
                resource=resource, home=self._home, written=writes,
                expects=tokens.expects_of(self._service, part, self._keys(part)) if writes else "",
                found=found, left=left if writes and not refused and told != FAIL else None,
                outcome=REFUSED if refused else outcome, code=refused or code, status=status if code else 0,
            )  # fmt: skip

    def _parts(self, operation: str, members: Members, answer: Members | None) -> Iterator[tuple[str, Members, str]]:
        """The operations on items that a call consists of: their names, and the members that are about each."""
        if self._service == "simpledb":
            for item in members.get("Items", ()):
                yield operation, {"DomainName": members.get("DomainName"), "ItemName": item.get("Name"), **item}, ""
            if "ItemName" in members:
                yield operation, members, ""
            return
        for item in tokens.transaction_parts(members):
            for name, part in item.items():
                yield _OF_PARTS.get(name, name), part, ""
        if operation == "BatchWriteItem":
            left_over = (answer or {}).get("UnprocessedItems") or {}
            for table, writes in members.get("RequestItems", {}).items():
                for write in writes:
                    for name, part in write.items():
                        refused = "Unprocessed" if write in left_over.get(table, ()) else ""
                        yield name.replace("Request", "Item"), {"TableName": table, **part}, refused
        if "TableName" in members and ("Key" in members or "Item" in members):
            yield operation, members, ""

    def _keys(self, members: Members) -> tuple[str, ...]:
        """The key attributes of a DynamoDB table. A call that names a key tells them."""
        table = str(members.get("TableName", "")).rpartition("/")[2]
        if self._service == "dynamodb" and isinstance(members.get("Key"), Mapping) and table not in self._history.keys:
            self._history.keys[table] = tuple(members["Key"])
        return self._history.keys.get(table, ())

    def _resource(self, members: Members) -> str | None:
        if self._service == "s3":
            if "Key" in members:
                return f"s3:{members.get('Bucket')}/{members['Key']}"
            return f"s3:{members['Bucket']}" if "Bucket" in members else None
        if self._service == "simpledb":
            return f"simpledb:{members['DomainName']}/{members['ItemName']}"
        table, keys = str(members.get("TableName", "")).rpartition("/")[2], self._keys(members)
        item = members.get("Key") or members.get("Item") or {}
        if not keys or any(name not in item for name in keys):
            return f"dynamodb:{table}"
        return "/".join([f"dynamodb:{table}", *(_shown(value) for name in keys for value in item[name].values())])

    # versions

    def _versions(
        self, operation: str, part: Members, opened: Members, answer: Members | None, told: str, code: str
    ) -> tuple[str | None, str | None]:
        """What it found and what it left, as far as it was told or is sure of it."""
        if told == FAIL:
            return _found_by_refusal(operation, part, answer or {}, code), None
        if self._service == "s3":
            return self._object_versions(operation, part, opened, answer)
        if self._service == "simpledb":
            if operation == "GetAttributes" and answer is not None and not part.get("AttributeNames"):
                values: dict[str, list[str]] = {}
                for one in answer.get("Attributes", ()):
                    values.setdefault(one["Name"], []).append(one["Value"])
                return tokens.attributes_token(values), None
            whole = operation in ("DeleteAttributes", "BatchDeleteAttributes") and not part.get("Attributes")
            return None, ABSENT if whole else None
        return _item_versions(operation, part, answer)

    def _object_versions(
        self, operation: str, part: Members, opened: Members, answer: Members | None
    ) -> tuple[str | None, str | None]:
        if operation in ("GetObject", "HeadObject"):
            if answer is None or "ETag" not in answer or part.get("VersionId"):
                return None, None
            return tokens.object_token(answer["ETag"], answer.get("VersionId")), None
        if operation in ("DeleteObject", "DeleteObjects"):
            return None, None if part.get("VersionId") else ABSENT
        bucket, body = str(part.get("Bucket")), opened["body"]
        digest = md5(body, usedforsecurity=False).hexdigest() if body is not None else None
        if answer is None:
            return None, digest if self._history.md5_etags.get(bucket) else None
        told = answer.get("CopyObjectResult", answer).get("ETag")
        if told is not None and digest is not None:
            same = told.strip('"') == digest
            self._history.md5_etags[bucket] = same and self._history.md5_etags.get(bucket, True)
        return None, tokens.object_token(told, answer.get("VersionId")) if told is not None else None


_OF_PARTS: Final = {"Get": "GetItem", "Put": "PutItem", "Delete": "DeleteItem", "Update": "UpdateItem"}
_READS: Final = frozenset({"GetObject", "HeadObject", "GetItem", "GetAttributes", "ConditionCheck"})


def _objects(operation: str, members: Members, answer: Members | None) -> Iterator[tuple[str, Members, str]]:
    """A call of S3 is about one object; DeleteObjects about several, of which some may be refused."""
    if "Delete" not in members:
        yield operation, members, ""
        return
    refused = {one.get("Key"): one.get("Code", "") for one in (answer or {}).get("Errors", ())}
    for entry in members["Delete"].get("Objects", ()):
        yield operation, {"Bucket": members.get("Bucket"), "IfMatch": entry.get("ETag"), **entry}, refused.get(entry["Key"], "")


def _item_versions(operation: str, part: Members, answer: Members | None) -> tuple[str | None, str | None]:
    returned = answer.get("Attributes") if answer is not None else None
    asked = part.get("ReturnValues")
    if operation == "GetItem":
        whole = answer is not None and "Responses" not in answer
        if answer is None or not whole or part.get("ProjectionExpression") or part.get("AttributesToGet"):
            return None, None
        return tokens.item_token(answer.get("Item")), None
    found = tokens.item_token(returned) if answer is not None and asked == "ALL_OLD" else None
    if operation == "PutItem":
        return found, tokens.item_token(part["Item"])
    if operation == "DeleteItem":
        return found, ABSENT
    return found, tokens.item_token(returned) if asked == "ALL_NEW" and returned else None


def _found_by_refusal(operation: str, part: Members, answer: Members, code: str) -> str | None:
    if code in ("NoSuchKey", "404"):
        return ABSENT
    if code == "304" and operation in _READS:
        return tokens.single_etag(part.get("IfNoneMatch"))
    if code == "ConditionalCheckFailedException" and part.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        return tokens.item_token(answer.get("Item"))
    return None


def _shown(value: Any) -> str:
    return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)


def _bytes_of(body: Any) -> bytes | None:
    """A body that is here already; botocore makes a file of text and bytes."""
    if hasattr(body, "getvalue"):
        body = body.getvalue()
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray)) else None
