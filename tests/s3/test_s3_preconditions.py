"""The tables of s3/state/preconditions.py, row by row."""

from __future__ import annotations

import pytest

from condemu.core.errors import ServiceError
from condemu.s3.state.preconditions import (
    delete_refusal,
    delete_syntax_refusal,
    if_range_holds,
    read_refusal,
    write_refusal,
    write_syntax_refusal,
)
from condemu.s3.state.records import Gone, Version
from condemu.s3.state.versions import Found
from condemu.wire.rest import http_date

MODIFIED = 1_767_225_600.5
NOW = MODIFIED + 100
OBJECT = Version("null", 5, 5, MODIFIED, "owner", etag="abc")
MARKER = Version("null", 5, 5, MODIFIED, "owner", marker=True)
FOUND: dict[str, Found] = {"object": OBJECT, "marker": MARKER, "gone": Gone(5), "never": None}


def shown(error: ServiceError | None) -> str:
    if error is None:
        return "done"
    fields = error.fields
    return f"{error.row.status} {fields.get('Condition') or fields.get('Header') or fields.get('Key') or ''}".strip()


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "answer"),
    [
        (None, None, "done"),
        ("abc", None, "done"),
        ("", None, "done"),
        (None, "*", "done"),
        ("abc", "*", "501 If-Match,If-None-Match"),
        ("*", '"abc"', "501 If-Match,If-None-Match"),
        ("", "", "501 If-Match,If-None-Match"),
        (None, '"abc"', "501 If-None-Match"),
        (None, '"*"', "501 If-None-Match"),
        (None, "*, *", "501 If-None-Match"),
        (None, "", "501 If-None-Match"),
        ("*", None, "501 If-Match"),
    ],
)
def test_syntax_of_write_conditions(if_match: str | None, if_none_match: str | None, answer: str) -> None:
    assert shown(write_syntax_refusal(if_match, if_none_match)) == answer


@pytest.mark.parametrize(
    ("condition", "found", "began", "answer"),
    [
        ("If-None-Match: *", "object", 9, "412 If-None-Match"),
        ("If-None-Match: *", "object", 1, "412 If-None-Match"),
        ("If-None-Match: *", "marker", 1, "409 If-None-Match"),
        ("If-None-Match: *", "marker", 9, "done"),
        ("If-None-Match: *", "gone", 4, "409 If-None-Match"),
        ("If-None-Match: *", "gone", 5, "done"),
        ("If-None-Match: *", "never", 0, "done"),
        ('If-Match: "abc"', "never", 9, "404 key"),
        ('If-Match: "abc"', "gone", 1, "404 key"),
        ('If-Match: "abc"', "marker", 1, "404 key"),
        ("If-Match: bad-char_/", "never", 9, "404 key"),
        ('If-Match: "abd"', "object", 9, "412 If-Match"),
        ('If-Match: "abd"', "object", 1, "412 If-Match"),
        ('If-Match: "abc"', "object", 4, "409 If-Match"),
        ('If-Match: "abc"', "object", 5, "done"),
        ("If-Match: abc", "object", 5, "done"),
        ('If-Match: abc"', "object", 5, "done"),
        ('If-Match: W/"abc"', "object", 5, "412 If-Match"),
        ('If-Match: "abc", "abd"', "object", 5, "412 If-Match"),
        ("If-Match: ", "object", 5, "412 If-Match"),
    ],
)
def test_write_conditions(condition: str, found: str, began: int, answer: str) -> None:
    name, _, value = condition.partition(": ")
    if_match, if_none_match = (value, None) if name == "If-Match" else (None, value)
    refusal = write_refusal(if_match, if_none_match, "key", FOUND[found], began)
    assert shown(refusal) == answer
    assert refusal is None or refusal.because
    if refusal is not None and refusal.row.status == 409:
        assert refusal.fields["Key"] == "key"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({}, "done"),
        ({"if_match": "abc"}, "done"),
        ({"version_id": "v"}, "done"),
        ({"modified_time": "t"}, "501 x-amz-if-match-last-modified-time"),
        ({"size": "1"}, "501 x-amz-if-match-size"),
        ({"modified_time": "t", "size": "1", "if_match": "abc"}, "501 x-amz-if-match-last-modified-time"),
        ({"size": "1", "if_match": "abc", "version_id": "v"}, "501 x-amz-if-match-size"),
        ({"if_match": "*", "version_id": "v"}, "501 If-Match"),
    ],
)
def test_syntax_of_delete_conditions(sent: dict[str, str], answer: str) -> None:
    arguments = {"if_match": None, "version_id": None, "modified_time": None, "size": None, **sent}
    assert shown(delete_syntax_refusal(**arguments)) == answer


@pytest.mark.parametrize(
    ("if_match", "found", "began", "answer"),
    [
        (None, "object", 1, "done"),
        (None, "never", 1, "done"),
        ("abc", "never", 9, "404 key"),
        ("*", "never", 9, "404 key"),
        ("abc", "gone", 1, "404 key"),
        ("*", "marker", 9, "404 key"),
        ("abc", "marker", 9, "404 key"),
        ('"abd"', "object", 9, "412 If-Match"),
        ('"abd"', "object", 1, "412 If-Match"),
        ('"abc"', "object", 5, "done"),
        ("abc", "object", 5, "done"),
        ("abc", "object", 4, "409 If-Match"),
        ("*", "object", 5, "done"),
        ("*", "object", 1, "done"),
    ],
)
def test_delete_conditions(if_match: str | None, found: str, began: int, answer: str) -> None:
    assert shown(delete_refusal(if_match, "key", FOUND[found], began)) == answer


BEFORE, SAME, LATER, FUTURE = (http_date(MODIFIED + seconds) for seconds in (-1, 0, 50, 86400))

READS = [  # If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since: answer to a read, answer to a copy source
    (None, None, None, None, "done", "done"),
    ("x", BEFORE, "abc", SAME, "412 If-Match", "412 x-amz-copy-source-If-Match"),
    (None, BEFORE, "abc", SAME, "412 If-Unmodified-Since", "412 x-amz-copy-source-If-Unmodified-Since"),
    (None, None, "abc", SAME, "304", "412 x-amz-copy-source-If-None-Match"),
    (None, None, None, SAME, "304", "412 x-amz-copy-source-If-Modified-Since"),
    ("abc", BEFORE, None, None, "done", "done"),
    ('"abc"', BEFORE, None, None, "done", "done"),
    ('"abc', SAME, "x", BEFORE, "done", "done"),
    ("*", None, None, None, "done", "done"),
    ("x, abc", None, None, None, "done", "done"),
    ("x,y", None, None, None, "412 If-Match", "412 x-amz-copy-source-If-Match"),
    ("", None, None, None, "412 If-Match", "412 x-amz-copy-source-If-Match"),
    (None, SAME, None, None, "done", "done"),
    (None, FUTURE, None, None, "done", "done"),
    (None, BEFORE, None, None, "412 If-Unmodified-Since", "412 x-amz-copy-source-If-Unmodified-Since"),
    (None, BEFORE, "x", None, "412 If-Unmodified-Since", "412 x-amz-copy-source-If-Unmodified-Since"),
    (None, "yesterday", None, None, "done", "done"),
    (None, None, "abc", BEFORE, "304", "412 x-amz-copy-source-If-None-Match"),
    (None, None, "*", BEFORE, "304", "412 x-amz-copy-source-If-None-Match"),
    (None, None, '"x", "abc"', None, "304", "412 x-amz-copy-source-If-None-Match"),
    (None, None, "x", SAME, "done", "done"),
    (None, None, None, BEFORE, "done", "done"),
    (None, None, None, LATER, "304", "412 x-amz-copy-source-If-Modified-Since"),
    (None, None, None, FUTURE, "done", "done"),
    (None, None, None, "yesterday", "done", "done"),
    ("abc", None, None, SAME, "304", "412 x-amz-copy-source-If-Modified-Since"),
]


@pytest.mark.parametrize(("im", "ius", "inm", "ims", "read", "source"), READS)
def test_read_conditions(im: str, ius: str, inm: str, ims: str, read: str, source: str) -> None:
    assert shown(read_refusal(im, ius, inm, ims, OBJECT, NOW)) == read
    assert shown(read_refusal(im, ius, inm, ims, OBJECT, NOW, copy_source=True)) == source


@pytest.mark.parametrize(
    ("value", "holds"), [('"abc"', True), ("abc", True), ('W/"abc"', False), ('"x"', False), (SAME, True), (LATER, False)]
)
def test_if_range_is_a_strong_comparison(value: str, holds: bool) -> None:
    assert if_range_holds(value, OBJECT) is holds
