"""The request log: a line for each request that was answered, or for each that was refused, to read or as JSON.

    12:03:41.250 alice s3 PutObject locks/leader If-None-Match=* 412 PreconditionFailed because another object is there

It is an observer like any other, so that it costs nothing where it is off. Health and readiness are not logged: probes ask for
them every few seconds.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from condemu.core.calls import ADMINISTRATION, Call, Outcome
from condemu.core.engine import Watch
from condemu.core.errors import ServiceError
from condemu.core.http import Response

# AWS's member, and what HTTP or the reader calls it. What is no text is named without its value.
CONDITIONS: Final = {
    "IfMatch": "If-Match",
    "IfNoneMatch": "If-None-Match",
    "IfModifiedSince": "If-Modified-Since",
    "IfUnmodifiedSince": "If-Unmodified-Since",
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "CopySourceIfMatch": "x-amz-copy-source-if-match",
    "CopySourceIfNoneMatch": "x-amz-copy-source-if-none-match",
    "CopySourceIfModifiedSince": "x-amz-copy-source-if-modified-since",
    "CopySourceIfUnmodifiedSince": "x-amz-copy-source-if-unmodified-since",
    "ConditionExpression": "ConditionExpression",
    "Expected": "Expected",
    "ExpectedRevisionId": "ExpectedRevisionId",
}
NAMES: Final = (("Bucket", "Key"), ("BucketName", "Key"), ("TableName", ""), ("DomainName", "ItemName"))
WIDEST: Final = 200  # characters of a name or a value
MOST_OPEN: Final = 1000  # calls whose resources are remembered until they are answered
_COLORS: Final = {2: "32", 3: "33", 4: "31", 5: "35"}  # by the first digit of the status


class RequestLog(Watch):
    """Writes to a stream. `kind` is requests, refusals or json."""

    def __init__(self, kind: str, stream: TextIO, *, color: bool = False) -> None:
        self._kind = kind
        self._stream = stream
        self._color = color
        self._touched: dict[int, list[str]] = {}  # by the number of the call

    def decided(self, call: Call, outcome: Outcome) -> None:
        if outcome.step is not None:
            if len(self._touched) >= MOST_OPEN:  # of clients that left, and were never answered
                self._touched.pop(next(iter(self._touched)))
            touched = self._touched.setdefault(call.number, [])
            touched += (name for name in (touch.resource for touch in outcome.step.footprint) if name not in touched)
        elif call.cause == ADMINISTRATION and not call.service:
            self._write(entry_of(call, [], 200))

    async def replying(self, call: Call, reply: Response) -> Response | None:
        touched = self._touched.pop(call.number, [])
        told = reply.refusal is not None or reply.status >= 400
        if told or (self._kind != "refusals" and call.cause != ADMINISTRATION):
            self._write(entry_of(call, touched, reply.status, reply.refusal))
        return None

    def _write(self, entry: dict[str, Any]) -> None:
        """A reader that is gone is no reason to answer nobody any more."""
        line = json.dumps(entry) if self._kind == "json" else " ".join(words_of(entry, self._color))
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()


def entry_of(call: Call, touched: list[str], status: int, refusal: ServiceError | None = None) -> dict[str, Any]:
    """What is told of a request."""
    return {
        "time": f"{datetime.fromtimestamp(call.arrived_at, UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "number": call.number,
        "actor": call.actor or ("" if call.cause == "client" else call.cause),
        "account": call.account,
        "service": call.service,
        "operation": call.operation,
        "resources": touched or named_by(call, refusal),
        "conditions": dict(conditions_of(call)),
        "status": status,
        "code": refusal.row.code if refusal is not None else "",
        "because": refusal.because if refusal is not None else "",
    }


def named_by(call: Call, refusal: ServiceError | None) -> list[str]:
    """What a call that came to no decision was about, as far as its parameters or its refusal say."""
    told = {**(refusal.fields if refusal is not None else {}), **call.parameters}
    for holder, part in NAMES:
        name = told.get(holder)
        if isinstance(name, str) and name:
            inner = told.get(part)
            return [f"{call.service}:{name}/{inner}" if isinstance(inner, str) else f"{call.service}:{name}"]
    return []


def conditions_of(call: Call) -> Iterator[tuple[str, str]]:
    for member, name in CONDITIONS.items():
        value = call.parameters.get(member)
        if value is not None:
            yield name, value if isinstance(value, str) else ""


def words_of(entry: dict[str, Any], color: bool) -> Iterator[str]:
    """The entry for a person."""
    yield entry["time"][11:23]
    yield shown(entry["actor"] or "anonymous")
    if entry["service"]:
        yield entry["service"]
    yield shown(entry["operation"] or "?")
    for resource in entry["resources"][:3]:
        yield shown(resource.partition(":")[2])
    if len(entry["resources"]) > 3:
        yield f"and {len(entry['resources']) - 3} more"
    for name, value in entry["conditions"].items():
        yield f"{name}={shown(value)}" if value else name
    status = f"{entry['status']} {entry['code']}".rstrip()
    yield f"\x1b[{_COLORS.get(entry['status'] // 100, '0')}m{status}\x1b[0m" if color else status
    if entry["because"]:
        yield f"because {shown(entry['because'])}"


def shown(text: str) -> str:
    """Text of a client's, without what a terminal would obey, and not longer than one wants to read."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"
