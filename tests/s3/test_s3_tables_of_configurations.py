"""The tables in docstrings about configurations, run row by row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from s3_lifecycle import DAY, has, stack_of
from s3_tables import table
from s3_website import ERROR, HOST, INDEX, ask, furnish, rules, website, when
from s3_wire import Wire

from condemu.core.errors import ServiceError
from condemu.s3.requests.shapes import Field, Flag, Group, Kind, Moment, Number, Text, read
from condemu.wire.xml import parse

Row = dict[str, str]

# kind -> (of that kind, what is read, as what, what is refused)
KINDS: dict[str, tuple[Kind, str, Any, str]] = {
    "`Text`": (Text(("a", "b")), "b", "b", "c"),
    "`Number`": (Number(least=2), " 2 ", 2, "1"),
    "`Flag`": (Flag(), "TRUE", True, "yes"),
    "`Moment`": (Moment(), "1970-01-02", 86400.0, "tomorrow"),
    "`Group`": (
        Group((Field("A", Text()), Field("B", Text(), most=2))), "<B>1</B><A>2</A><B>3</B>", {"A": "2", "B": ["1", "3"]}, "<C/>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", table("requests/shapes.py"))
def test_a_document_is_read_by_its_shape(row: Row) -> None:
    kind, good, value, bad = KINDS[row["kind"]]
    assert read(kind, parse(f"<X>{good}</X>".encode())) == value
    assert type(value).__name__ == row["as it is kept and answered again"].split()[0].strip(",")
    with pytest.raises(ServiceError, match="MalformedXML"):
        read(kind, parse(f"<X>{bad}</X>".encode()))


# action -> (what it holds, the days until something is done)
ACTIONS: dict[str, tuple[str, int]] = {
    "Expiration, Days": ("<Expiration><Days>2</Days></Expiration>", 3),
    "Expiration, Date": ("<Expiration><Date>2026-01-05T00:00:00Z</Date></Expiration>", 4),
    "the same": ("<Expiration><Days>2</Days></Expiration>", 3),
    "ExpiredObjectDeleteMarker": ("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>", 0),
    "NoncurrentVersionExpiration": (
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>", 3,
    ),
    "Transition, …Transition": ("<Transition><Days>2</Days><StorageClass>GLACIER_IR</StorageClass></Transition>", 3),
    "AbortIncompleteMultipartUpload": (
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload>", 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", table("state/lifecycle.py"))
def test_a_rules_action_is_due_when_the_table_says(s3: Wire, row: Row) -> None:
    """All begin at 00:00 on 2026-01-01; they are due so many days behind it, and not a second earlier."""
    action, days = ACTIONS[row["action of a rule"]]
    made = MAKE[row["on"]]
    if row["action of a rule"].startswith("Transition"):
        made = large_object
    made(s3)
    begun = held(s3)
    assert has(s3, action)
    if days:
        s3.clock.advance(days * DAY - 1)
        assert held(s3) == begun
        s3.clock.advance(1)
    assert held(s3) != begun


def held(s3: Wire) -> tuple[Any, ...]:
    """The versions of the key, the class of the current one, and the uploads, as a client sees them."""
    uploads = s3("GET", "/bucket", query="uploads")
    assert uploads.xml is not None
    return stack_of(s3), s3.head("key")["x-amz-storage-class"], len(uploads.xml.all("Upload"))


def an_object(s3: Wire) -> None:
    s3.put("key")


def large_object(s3: Wire) -> None:
    s3.put("key", bytes(128 * 1024))


def marker_alone(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.delete("key")


def two_versions(s3: Wire) -> None:
    s3.versioning("Enabled")
    s3.put("key", b"1")
    s3.put("key", b"2")


def an_upload(s3: Wire) -> None:
    s3("POST", "/bucket/key", query="uploads")


MAKE = {
    "the current version": an_object,
    "a delete marker over nothing": marker_alone,
    "versions that are not current": two_versions,
    "the same as its expiration": an_object,
    "uploads that were not completed": an_upload,
}


# websites

# a row of the table -> what the bucket is given, what is asked for, what comes of it
REDIRECTED = "<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>"
MOVED = when("docs/"), "<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>"
FAILED = when(status="404"), "<HostName>example.com</HostName><ReplaceKeyPrefixWith>404/</ReplaceKeyPrefixWith>"
CASES: dict[tuple[str, str], tuple[str, str, int, str, bytes]] = {
    ("anything", "a redirect of everything"): (REDIRECTED, "/a/b", 301, "https://example.com/a/b", b""),
    ("a key", "a rule that fits, without an error"): (
        INDEX + rules(MOVED), "/docs/index.html", 301, f"http://{HOST}/documents/index.html", b"",
    ),
    ("`a/`", "the index document `a/index.html`"): (INDEX, "/docs/", 200, "", b"docs"),
    ("`a`", "the object `a`"): (INDEX, "/docs/index.html", 200, "", b"docs"),
    ("`a`", "an object with a redirect location"): (INDEX, "/moved", 301, "/docs/", b""),
    ("`a`", "no such object, but `a/index.html`"): (INDEX, "/docs", 302, "/docs/", b""),
    ("a key that is not there", "a rule for its error"): (
        INDEX + ERROR + rules(FAILED), "/x", 301, "http://example.com/404/x", b"",
    ),
    ("a key that is not there", "an error document"): (INDEX + ERROR, "/x", 404, "", b"oops"),
    ("a key that is not there", "none of these"): (INDEX, "/x", 404, "", b"<html>"),
}  # fmt: skip


@pytest.mark.parametrize("row", table("site.py"))
def test_a_website_answers_by_the_table(s3: Wire, row: Row) -> None:
    content, path, status, location, body = CASES[row["a request for"], row["where there is"]]
    assert re.findall(r"\d{3}", row["is answered with"]) in ([], [str(status)])
    furnish(s3)
    s3.put("moved", b"old", x_amz_website_redirect_location="/docs/")
    website(s3, content)
    for method in ("GET", "HEAD"):
        answer = ask(s3, path, method)
        assert (answer.status, answer["location"] or "") == (status, location)
        assert answer.body.startswith(body) if method == "GET" else answer.body == b""


def test_the_tables_rows_are_all_run() -> None:
    assert {(row["a request for"], row["where there is"]) for row in table("site.py")} == set(CASES)
