"""What an attempt means for its key: the table in `condemu/lab/registers.py`, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from condemu.lab import registers
from condemu.lab.history import ABSENT, COMMITTED, CONDITION, FAIL, INFO, OK, PRESENT, REFUSED, UNKNOWN, Effect, Entry
from condemu.lab.registers import ANY, IMPOSSIBLE, IS, NOT, SOME, WILD, operation_of

READ: dict[str, Any] = {"written": False}
WROTE: dict[str, Any] = {"written": True, "left": "new", "outcome": COMMITTED}
REFUSAL: dict[str, Any] = {"written": True, "outcome": REFUSED, "code": "PreconditionFailed", "status": 412}

# what the client was told -> (operation, told, effect) and (need, token, what it leaves); None: it says nothing of the key
ROWS: dict[str, list[tuple[tuple[str, str, dict[str, Any]], tuple[int, str, str | None] | None]]] = {
    "a read found a version, or nothing": [
        (("GetObject", OK, {**READ, "found": "e"}), (IS, "e", None)),
        (("GetObject", OK, {**READ, "found": "e@version"}), (IS, "e", None)),
        (("GetObject", FAIL, {**READ, "found": ABSENT, "code": "NoSuchKey", "status": 404}), (IS, ABSENT, None)),
        (("GetObject", FAIL, {**READ, "code": "AccessDenied", "status": 403}), None),
        (("GetObject", INFO, {**READ, "outcome": UNKNOWN}), None),
    ],
    "a read of S3 answered 304": [
        (("GetObject", FAIL, {**READ, "found": "e", "code": "NotModified", "status": 304}), (IS, "e", None)),
    ],
    "a write without a condition succeeded": [
        (("PutObject", OK, WROTE), (ANY, "", "new")),
        (("PutObject", OK, {**WROTE, "found": "old", "index": 3}), (IS, "old", "new")),
    ],
    "If-None-Match: *, attribute_not_exists(key) succeeded": [
        (("PutObject", OK, {**WROTE, "expects": ABSENT}), (IS, ABSENT, "new")),
        (("PutObject", OK, {**WROTE, "expects": ABSENT, "found": "old", "index": 3}), (IMPOSSIBLE, "", "new")),
    ],
    'If-Match: "e" succeeded': [
        (("PutObject", OK, {**WROTE, "expects": "e"}), (IS, "e", "new")),
        (("PutObject", OK, {**WROTE, "expects": "e", "found": "e@version", "index": 3}), (IS, "e", "new")),
        (("PutObject", OK, {**WROTE, "expects": "e", "found": "old", "index": 3}), (IMPOSSIBLE, "", "new")),
    ],
    "If-Match: *, attribute_exists(key) succeeded": [
        (("PutItem", OK, {**WROTE, "expects": PRESENT}), (SOME, "", "new")),
        (("PutItem", OK, {**WROTE, "expects": PRESENT, "found": ABSENT, "index": 3}), (IMPOSSIBLE, "", "new")),
    ],
    "another condition succeeded": [
        (("PutItem", OK, {**WROTE, "expects": CONDITION}), (ANY, "", "new")),
        (("PutItem", OK, {**WROTE, "expects": CONDITION, "found": "old", "index": 3}), (IS, "old", "new")),
    ],
    "If-None-Match: *, attribute_not_exists(key) was refused": [
        (("PutObject", FAIL, {**REFUSAL, "expects": ABSENT}), (SOME, "", None)),
    ],
    'If-Match: "e" was refused by 412': [
        (("PutObject", FAIL, {**REFUSAL, "expects": "e"}), (NOT, "e", None)),
        (("DeleteObjects", OK, {**REFUSAL, "expects": "e"}), (NOT, "e", None)),
        (("PutItem", FAIL, {**REFUSAL, "expects": CONDITION, "code": "ConditionalCheckFailedException"}), None),
    ],
    "If-Match was refused by 404": [
        (("PutObject", FAIL, {**REFUSAL, "expects": "e", "found": ABSENT, "code": "NoSuchKey"}), (IS, ABSENT, None)),
    ],
    "a delete succeeded": [
        (("DeleteObject", OK, {"written": True, "outcome": COMMITTED, "index": 3}), (ANY, "", ABSENT)),
        (("DeleteItem", OK, {**WROTE, "left": ABSENT, "found": "old", "index": 3}), (IS, "old", ABSENT)),
    ],
    "409 ConditionalRequestConflict, throttling, bad input": [
        (("PutObject", FAIL, {**REFUSAL, "expects": ABSENT, "code": code}), None)
        for code in ("ConditionalRequestConflict", "SlowDown", "InvalidArgument")
    ],
    "no reply, or an error of the server's": [
        (("PutObject", INFO, {**WROTE, "expects": "e", "outcome": UNKNOWN}), (IS, "e", "new")),
        (("PutObject", INFO, {**REFUSAL, "expects": "e"}), None),
    ],
    "a write whose version is not known succeeded": [
        (("UpdateItem", OK, {"written": True, "outcome": COMMITTED}), (ANY, "", WILD)),
        (("UpdateItem", OK, {"written": True, "outcome": COMMITTED, "index": 3}), None),
    ],
}


@pytest.mark.parametrize(("row", "case"), [(row, case) for row, cases in ROWS.items() for case in cases])
def test_a_row_of_the_table_holds(row, case):
    (name, told, effect), expected = case
    assert f"| {row} " in (registers.__doc__ or "")
    entry = Entry(1, "ann", "s3", name, told=told, effects=(Effect("s3:locks/leader", **effect),))
    operation = operation_of(entry, entry.effects[0])
    assert (None if operation is None else (operation.need, operation.token, operation.leaves)) == expected
    assert operation is None or operation.maybe is (told == INFO)


def test_every_row_has_a_case():
    rows = [line.split("|")[1].strip() for line in (registers.__doc__ or "").splitlines() if line.startswith("| ")]
    assert rows[1:] == list(ROWS)


def test_a_read_that_need_not_be_consistent_says_nothing_of_now():
    effect = Effect("dynamodb:locks/leader", found="old")
    assert operation_of(Entry(1, operation="GetItem", told=OK, consistent=False), effect) is None


def test_a_deleted_version_brings_back_what_nobody_knows():
    entry = Entry(1, service="s3", operation="DeleteObject", parameters={"VersionId": "v"}, told=OK)
    operation = operation_of(entry, Effect("s3:locks/leader", written=True, outcome=COMMITTED))
    assert operation is not None
    assert operation.leaves == WILD
