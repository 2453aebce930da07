"""The tables of docstrings are what the code does: conditions, versions, locks, ranges, uploads and lists."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import md5
from itertools import product
from typing import Any

import pytest
from s3_tables import table
from s3_uploads import begin, complete, upload
from s3_wire import Answer, Wire

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import ARGUMENT_OUT_OF_BOUNDS
from condemu.s3.errors.listing import NOT_AN_INTEGER
from condemu.s3.listing.pages import limit
from condemu.s3.objects.copy_digests import ETAG, Stretch
from condemu.s3.state.preconditions import (
    delete_refusal,
    delete_syntax_refusal,
    read_refusal,
    write_refusal,
    write_syntax_refusal,
)
from condemu.s3.state.records import Gone, Part, Version
from condemu.wire.checksums import ALGORITHMS
from condemu.wire.rest import http_date, iso_8601_ms

Row = dict[str, str]
MODIFIED = 1_767_225_600.5
OBJECT = Version("null", 5, 5, MODIFIED, "owner", etag="abc")
MARKER = Version("null", 5, 5, MODIFIED, "owner", marker=True)
TEN = b"0123456789"


def told(refusal: ServiceError | None) -> str:
    """A refusal as tables write it: the status, and the condition or header, else the code."""
    if refusal is None:
        return "none"
    fields = refusal.fields
    return f"{refusal.row.status} {fields.get('Condition') or fields.get('Header') or refusal.row.code}"


def coded(answer: Answer) -> str:
    """An answer as tables write it."""
    return f"{answer.status} {answer.code}" if answer.code is not None else str(answer.status)


# conditions

PRECONDITIONS = "state/preconditions.py"
VALUES = {"any": ["abc", "*", ""], "other than *": ['"abc"', '"*"', "", "*, *"], "*": ["*"], None: [None]}


@pytest.mark.parametrize("row", table(PRECONDITIONS, "write_syntax_refusal"))
def test_syntax_of_a_writes_conditions(row: Row) -> None:
    for if_match, if_none_match in product(VALUES[row.get("If-Match")], VALUES[row.get("If-None-Match")]):
        refusal = write_syntax_refusal(if_match, if_none_match)
        assert told(refusal) == row["answer"]
        assert refusal is not None
        assert refusal.fields["additionalMessage"]


@pytest.mark.parametrize(("if_match", "if_none_match"), [(None, None), ("abc", None), ("", None), (None, "*")])
def test_what_no_row_names_is_taken(if_match: str | None, if_none_match: str | None) -> None:
    assert write_syntax_refusal(if_match, if_none_match) is None


HOLDS: dict[str, list[Any]] = {
    "an object": [OBJECT],
    "another ETag": [OBJECT],
    "that ETag": [OBJECT],
    "nothing, or a delete marker": [None, Gone(5), MARKER],
}
BEGAN = {"yes": [4, 0], "no": [5, 9], None: [0, 4, 5, 9]}  # what is there changed by commit 5


def judged(row: Row) -> list[tuple[str, Any, int]]:
    """(ETag that is sent, what the key holds, when the request began) of all that the row is about."""
    sent = "xyz" if row["the key holds"] == "another ETag" else "abc"
    return [
        (sent, found, began)
        for found in HOLDS[row["the key holds"]]
        for began in BEGAN[row.get("changed since `began`")]
        if found is not None or row.get("changed since `began`") != "yes"  # what never was did not change
    ]


@pytest.mark.parametrize("row", table(PRECONDITIONS, "write_refusal"))
def test_a_writes_conditions(row: Row) -> None:
    header, _, value = row["condition"].partition(": ")
    for sent, found, began in judged(row):
        if_match, if_none_match = (sent, None) if header == "If-Match" else (None, value)
        refusal = write_refusal(if_match, if_none_match, "key", found, began)
        assert told(refusal) == row["answer"]
        assert refusal is None or refusal.because


@pytest.mark.parametrize("row", table(PRECONDITIONS, "delete_refusal"))
def test_a_deletes_condition(row: Row) -> None:
    for sent, found, began in judged(row):
        for value in row["If-Match"].split(" or "):
            refusal = delete_refusal("*" if value == "*" else sent, "key", found, began)
            assert told(refusal) == row["answer"]


DELETE_SENT: dict[str, dict[str, str]] = {
    "x-amz-if-match-last-modified-time": {"modified_time": "t"},
    "x-amz-if-match-size": {"size": "1"},
    "If-Match and a version id": {"if_match": "abc", "version_id": "v"},
}


def test_syntax_of_a_deletes_conditions() -> None:
    """A row is judged before those below it."""
    rows = table(PRECONDITIONS, "delete_syntax_refusal")
    assert [row["condition"] for row in rows] == list(DELETE_SENT)
    for number, row in enumerate(rows):
        for below in rows[number:]:
            sent = {**DELETE_SENT[below["condition"]], **DELETE_SENT[row["condition"]]}
            refusal = delete_syntax_refusal(
                sent.get("if_match"), sent.get("version_id"), sent.get("modified_time"), sent.get("size")
            )
            assert told(refusal) == row["answer"]
            assert refusal is not None
            assert "additionalMessage" not in refusal.fields


# header -> (a value that refuses, a value that does not)
READ_VALUES = {
    "If-Match": ("xyz", "abc"),
    "If-Unmodified-Since": (http_date(MODIFIED - 1), http_date(MODIFIED)),
    "If-None-Match": ("abc", "xyz"),
    "If-Modified-Since": (http_date(MODIFIED), http_date(MODIFIED - 1)),
}


def read(sent: dict[str, str], copy_source: bool) -> ServiceError | None:
    values = [sent.get(header) for header in ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since")]
    return read_refusal(values[0], values[1], values[2], values[3], OBJECT, MODIFIED + 100, copy_source=copy_source)


def test_a_reads_conditions() -> None:
    rows = table(PRECONDITIONS, "read_refusal")
    assert [row["header"] for row in rows] == list(READ_VALUES)
    for number, row in enumerate(rows):
        refuses, holds = READ_VALUES[row["header"]]
        below = {lower["header"]: READ_VALUES[lower["header"]][0] for lower in rows[number + 1 :]}
        for copy_source, column in ((False, "on reads"), (True, "on copy sources")):
            name = ("x-amz-copy-source-" if copy_source else "") + row["header"]
            expected = row[column] + (" NotModified" if row[column] == "304" else f" {name}")
            for sent in ({row["header"]: refuses}, {**below, row["header"]: refuses}):
                assert told(read(sent, copy_source)) == expected
            assert read({row["header"]: holds}, copy_source) is None
            if "unless" in row:
                assert read({row["header"]: refuses, row["unless"]: READ_VALUES[row["unless"]][1]}, copy_source) is None


# versions

STATUSES = {"unversioned": "", "Enabled": "Enabled", "Suspended": "Suspended"}
Stack = list[tuple[str, bool, str]]  # (id, is a delete marker, ETag), newest first
ETAG_OF_NEW = md5(b"new").hexdigest()


def null_versions(stack: Stack) -> Stack:
    return [version for version in stack if version[0] == "null"]


AFTER_PUT = {
    "replaces the object": lambda before, after: len(before) == 1 and after == [("null", False, ETAG_OF_NEW)],
    "new version on top": lambda before, after: after[1:] == before and after[0][1:] == (False, ETAG_OF_NEW)
    and after[0][0] != "null",
    "replaces the null version, is now on top": lambda before, after: after[0] == ("null", False, ETAG_OF_NEW)
    and after[1:] == [version for version in before if version[0] != "null"] and len(null_versions(before)) == 1,
}  # fmt: skip
AFTER_DELETE = {
    "removes the object": lambda before, after: len(before) == 1 and after == [],
    "delete marker on top": lambda before, after: after[1:] == before and after[0][1] and after[0][0] != "null",
    "the same, with a delete marker of id `null`": lambda before, after: after[0][:2] == ("null", True)
    and after[1:] == [version for version in before if version[0] != "null"] and len(null_versions(before)) == 1,
}  # fmt: skip


@pytest.mark.parametrize("row", table("state/versions.py"))
def test_what_a_put_and_a_delete_do_to_the_stack(s3: Wire, row: Row) -> None:
    s3.put("key", b"null")
    if row["bucket"] != "unversioned":
        s3.versioning("Enabled")
        s3.put("key", b"old")
        s3.versioning(STATUSES[row["bucket"]])
    before = s3.stack("key")
    s3.put("key", b"new")
    after = s3.stack("key")
    assert AFTER_PUT[row["a put"]](before, after)
    s3.delete("key")
    assert AFTER_DELETE[row["a simple delete"]](after, s3.stack("key"))


def named(s3: Wire, what: str) -> str:
    """Make the key what the table says, and return the query that names it."""
    if what == "a key that holds nothing":
        return ""
    s3.versioning("Enabled")
    gone = s3.put("key")["x-amz-version-id"]
    if what == "an id whose version is gone":
        s3.delete("key", query=f"versionId={gone}")
        return f"&versionId={gone}"
    marker = s3.delete("key")["x-amz-version-id"]
    return "" if what == "a key with a marker on top" else f"&versionId={marker}"


TAGGING = b"<Tagging><TagSet/></Tagging>"


@pytest.mark.parametrize("row", table("objects/subjects.py"))
def test_what_tags_and_grants_are_of(s3: Wire, row: Row) -> None:
    assert s3("DELETE", "/bucket", query="ownershipControls").status == 204
    query = named(s3, row["the request names"])
    before = s3.everything()
    for method, body in (("GET", b""), ("PUT", TAGGING), ("DELETE", b"")):
        assert coded(s3(method, "/bucket/key", body, query=f"tagging{query}")) == row["tags"]
    assert coded(s3("GET", "/bucket/key", query=f"acl{query}")) == row["Get ACL"]
    assert coded(s3("PUT", "/bucket/key", query=f"acl{query}", headers={"x-amz-acl": "private"})) == row["Put ACL"]
    assert s3.everything() == before


# locks

LOCKED = {
    "legal hold ON": {"x-amz-object-lock-legal-hold": "ON"},
    "COMPLIANCE, not expired": {"x-amz-object-lock-mode": "COMPLIANCE"},
    "GOVERNANCE, not expired": {"x-amz-object-lock-mode": "GOVERNANCE"},
    "GOVERNANCE, with bypass": {"x-amz-object-lock-mode": "GOVERNANCE"},
}


def asked(s3: Wire, what: str, version_id: str, mode: str, until: float, bypass: dict[str, str]) -> Answer:
    """Ask of the locked version what the row says."""
    if what == "delete it by its id":
        return s3("DELETE", "/bucket/key", query=f"versionId={version_id}", headers=bypass)
    if what == "a delete marker over it":
        return s3("DELETE", "/bucket/key", headers=bypass)
    if what == "a new version over it":
        return s3("PUT", "/bucket/key", b"new")
    mode, moved = {
        "the same mode, a later date": (mode, 60.0),
        "COMPLIANCE, the same date": ("COMPLIANCE", 0.0),
        "the same mode, an earlier date": (mode, -60.0),
        "GOVERNANCE, the same date": ("GOVERNANCE", 0.0),
        "no retention": ("", 0.0),
    }[what]
    inside = f"<Mode>{mode}</Mode><RetainUntilDate>{iso_8601_ms(until + moved)}</RetainUntilDate>" if mode else ""
    document = f"<Retention>{inside}</Retention>".encode()
    digest = {"content-md5": b64encode(md5(document).digest()).decode()}
    return s3("PUT", "/bucket/key", document, query=f"retention&versionId={version_id}", headers={**digest, **bypass})


@pytest.mark.parametrize("column", LOCKED)
@pytest.mark.parametrize("row", table("objects/lock.py"))
def test_what_a_lock_forbids(s3: Wire, row: Row, column: str) -> None:
    s3.object_lock()
    until = s3.clock.now() + 3600
    lock = dict(LOCKED[column])
    mode = lock.get("x-amz-object-lock-mode", "GOVERNANCE")
    if "x-amz-object-lock-mode" in lock:
        lock["x-amz-object-lock-retain-until-date"] = iso_8601_ms(until)
    put = s3("PUT", "/bucket/key", b"data", headers={"content-md5": b64encode(md5(b"data").digest()).decode(), **lock})
    bypass = {"x-amz-bypass-governance-retention": "true"} if column.endswith("bypass") else {}
    before = s3.everything()
    answer = asked(s3, row["asked of a locked version"], put["x-amz-version-id"] or "", mode, until, bypass)
    assert ("done" if answer.status in (200, 204) else str(answer.status)) == row[column], answer.body
    assert (s3.everything() == before) == (row[column] != "done" or (answer.status == 200 and s3.everything() == before))


# ranges and uploads


@pytest.mark.parametrize("row", table("objects/ranges.py"))
def test_what_a_range_answers(s3: Wire, row: Row) -> None:
    s3.put("key", TEN)
    answer = s3.get("key", range=row["Range of 0123456789"])
    assert coded(answer) == row["answer"]
    if "body" in row:
        assert answer.body.decode() == row["body"]


@pytest.mark.parametrize("row", table("uploads/copy.py"))
def test_what_a_copied_range_answers(s3: Wire, row: Row) -> None:
    s3.put("source", TEN)
    upload_id = begin(s3)
    wanted = row.get("x-amz-copy-source-range, of 0123456789")
    headers = {"x-amz-copy-source": "bucket/source", **({"x-amz-copy-source-range": wanted} if wanted is not None else {})}
    answer = s3("PUT", "/bucket/k", query=f"uploadId={upload_id}&partNumber=1", headers=headers)
    assert coded(answer) == row["answer"]
    if "the part" in row:
        assert answer.xml is not None
        complete(s3, upload_id, [(1, answer.xml.text_of("ETag"))])
        assert s3.get("k").body.decode() == row["the part"]


@pytest.mark.parametrize("row", table("uploads/parts.py"))
def test_the_checksums_of_an_upload(s3: Wire, row: Row) -> None:
    """The part is accepted with what the row says, and with nothing else."""
    chosen, _, kind = row.get("CreateMultipartUpload says", "").partition(", ")
    named = {"x-amz-checksum-algorithm": chosen} if chosen else {}
    upload_id = begin(s3, **named, **({"x-amz-checksum-type": kind} if kind else {}))
    algorithms = [name for name in ALGORITHMS if name != "MD5"]
    sends = row["each UploadPart sends"]
    for name in (*algorithms, None):
        headers = {ALGORITHMS[name].header: b64encode(ALGORITHMS[name].of(b"data")).decode()} if name is not None else {}
        answer = s3("PUT", "/bucket/k", b"data", query=f"partNumber=1&uploadId={upload_id}", headers=headers)
        right = "or none" in sends if name is None else sends.startswith("any") or name == chosen
        assert (answer.status == 200) == right, (name, answer.body)
    last = chosen or "CRC64NVME"
    checksum = b64encode(ALGORITHMS[last].of(b"data")).decode()
    part = (1, upload(s3, upload_id, 1, b"data", **({ALGORITHMS[last].header: checksum} if chosen else {})))
    answer = complete(s3, upload_id, [(*part, last, checksum)] if chosen else [part])
    assert answer.xml is not None, answer.body
    got = [name for name in algorithms if answer.xml.text_of(ALGORITHMS[name].member)]
    assert [*got, answer.xml.text_of("ChecksumType")] == row["the object gets"].split(", ")


PARTS_OF = {"right": b"data", "wrong": b"other"}


@pytest.mark.parametrize("row", table("uploads/complete.py", "check_part_checksum"))
def test_what_a_parts_checksum_in_the_list_answers(s3: Wire, row: Row) -> None:
    chosen, listed = row.get("the upload's algorithm"), ALGORITHMS[row["the part's checksum"]]
    upload_id = begin(s3, **({"x-amz-checksum-algorithm": chosen} if chosen else {}))
    sent = {ALGORITHMS[chosen].header: b64encode(ALGORITHMS[chosen].of(b"data")).decode()} if chosen else {}
    etag = upload(s3, upload_id, 1, b"data", **sent)
    before = s3.everything()
    answer = complete(s3, upload_id, [(1, etag, listed.name, b64encode(listed.of(PARTS_OF[row["it is"]])).decode())])
    assert (coded(answer) if answer.status != 200 else "none") == row.get("answer")
    assert answer.status == 200 or s3.everything() == before


@pytest.mark.parametrize("row", table("uploads/complete.py", "lost_condition_refusal"))
def test_a_condition_of_the_creation_is_not_lost(s3: Wire, row: Row) -> None:
    s3.put("k")
    tags = {"e": s3.head("k")["etag"] or "", "*": "*"}

    def condition(text: str) -> dict[str, str]:
        name, _, value = text.partition(": ")
        return {name: tags[value]}

    begun, ended = row.get("CreateMultipartUpload"), row.get("CompleteMultipartUpload", "-")
    if ended in ("any", "*"):
        return  # any condition is what the tables of preconditions are about
    upload_id = begin(s3, **condition(begun or ""))
    part = (1, upload(s3, upload_id, 1, b"part"))
    before = s3.everything()
    for sent in [{}, {"if-match": '"0"'}] if ended.startswith("-") else [condition(ended)]:
        answer = complete(s3, upload_id, [part], headers=sent)
        if row["answer"].startswith("501"):
            assert answer.refusal == (501, "NotImplemented", {"Header": row["answer"].partition(" ")[2]})
            assert s3.everything() == before
        else:
            assert answer.status == (412 if "None" in (begun or "") else 200)


SOURCES = {
    "the whole source": (0, 10),
    "the rest, or a stretch": (2, 10),
}


@pytest.mark.parametrize("row", table("objects/copy_digests.py"))
def test_what_of_a_copys_digests_is_computed(row: Row) -> None:
    one = Version("null", 1, 1, 0.0, "o", etag="e", size=10, checksum_algorithm="CRC32", checksum_type="FULL_OBJECT")
    several = replace(one, etag="e-1", checksum_type="COMPOSITE", parts=(Part(1, "e", 10),))
    start, stop = SOURCES[row["of a copy that is"]]
    takes_over = row["ETag"].startswith("the source's"), row["checksum"].startswith("the source's")
    assert (ETAG not in Stretch(one, start, stop, "CRC32").unknown()) == takes_over[0]
    assert ("CRC32" not in Stretch(one, start, stop, "CRC32").unknown()) == takes_over[1]
    assert Stretch(one, start, stop, "SHA256").unknown()[-1] == "SHA256"
    assert Stretch(several, start, stop, "CRC32").unknown() == (ETAG, "CRC32")


# lists

REFUSED = {"400, out of bounds": ARGUMENT_OUT_OF_BOUNDS, "400, not an integer": NOT_AN_INTEGER}


@pytest.mark.parametrize("row", table("listing/pages.py", "limit"))
def test_how_many_entries_a_page_may_have(row: Row) -> None:
    if row["answer"] not in REFUSED:
        assert limit(row.get("value"), "max-keys") == int(row["answer"])
        return
    with pytest.raises(ServiceError) as refused:
        limit(row["value"], "max-keys", "maxKeys")
    assert refused.value.row is REFUSED[row["answer"]]
