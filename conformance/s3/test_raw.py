"""What an SDK hides: exact bodies, presigned conditions, odd values of headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from ..expect import Difference, same
from ..raw import Raw
from ..tables import truth_table
from .steps import body_of, elements, put, text_of

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
TEXTS = {
    "412": "At least one of the pre-conditions you specified did not hold",
    "404": "The specified key does not exist.",
    "501": "A header you provided implies functionality that is not implemented",
}


@pytest.mark.tier("exact")
@truth_table("""
    | If-Match | If-None-Match | there | status | elements                                                       | additionalMessage                                                 |
    |----------|---------------|-------|--------|----------------------------------------------------------------|-------------------------------------------------------------------|
    | -        | *             | yes   | 412    | Code Message Condition RequestId HostId                        | -                                                                 |
    | "x"      | -             | yes   | 412    | Code Message Condition RequestId HostId                        | -                                                                 |
    | "x"      | -             | no    | 404    | Code Message Key RequestId HostId                              | -                                                                 |
    | *        | -             | no    | 501    | Code Message Header additionalMessage RequestId HostId         | We don't accept the provided value of If-Match header for this API |
    | -        | "x"           | no    | 501    | Code Message Header additionalMessage RequestId HostId         | We don't accept the provided value of If-None-Match header for this API |
    | "x"      | *             | no    | 501    | Code Message Header additionalMessage RequestId HostId         | Multiple conditional request headers present in the request       |
""")  # noqa: E501
def test_error_documents(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """An error document has AWS's declaration, elements and texts, and repeats the ids of its headers.

    Source: recorded on AWS 2026-02-21; the order of elements from raw captures [recorded]
    """
    if row["there"] == "yes":
        put(s3, bucket, key, b"body")
    headers = {name: row[name] for name in ("If-Match", "If-None-Match") if name in row}
    answer = raw("PUT", f"/{bucket}/{key}", headers, b"new")
    same(answer.status, int(row["status"]), "the status")
    same(answer.body[: len(DECLARATION)], DECLARATION, "the declaration")
    same(answer.headers.get("content-type"), "application/xml", "the content type")
    same(set(elements(answer.body)), set(row["elements"].split()), "the elements")
    same(elements(answer.body)[-2:], ["RequestId", "HostId"], "the last elements")
    same(text_of(answer.body, "Message"), TEXTS[row["status"]], "the message")
    same(text_of(answer.body, "additionalMessage"), row.get("additionalMessage"), "the additional message")
    same(text_of(answer.body, "RequestId"), answer.headers.get("x-amz-request-id"), "the request id")
    if row["there"] == "yes":
        same(body_of(s3, bucket, key), b"body", "the body after the refusal")


@pytest.mark.tier("full")
@truth_table("""
    | header        | value     | there | status | evidence    |
    |---------------|-----------|-------|--------|-------------|
    | If-Match      | etag"     | yes   | 200    | third-party |
    | If-Match      | etag      | yes   | 200    | third-party |
    | If-Match      | abcdef    | no    | 404    | recorded    |
    | If-Match      | bad/_     | no    | 404    | recorded    |
    | If-Match      | abcdef    | yes   | 412    | recorded    |
    | If-Match      | W/"etag"  | yes   | 412    | inferred    |
    | If-Match      | "a", etag | yes   | 412    | inferred    |
    | If-None-Match | "*"       | no    | 501    | inferred    |
    | If-None-Match | "a", "b"  | no    | 501    | inferred    |
    | If-None-Match | etag      | no    | 501    | third-party |
""")
def test_odd_values_on_a_write(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """A write compares If-Match as one opaque text, quotes aside, and takes no If-None-Match but the bare asterisk.

    Source: measurements of published test suites and issues; the conservative reading where there is none [third-party]
    """
    etag = put(s3, bucket, key, b"body")["ETag"].strip('"') if row["there"] == "yes" else "d41d8cd98f00b204e9800998ecf8427e"
    value = row["value"].replace("etag", etag)
    same(raw("PUT", f"/{bucket}/{key}", {row["header"]: value}, b"new").status, int(row["status"]), f"the status for {value}")


@pytest.mark.tier("core")
@pytest.mark.needs("s3.presigned_conditions")
def test_conditions_in_a_presigned_url_take_effect(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """If-None-Match and If-Match in the query of a presigned PUT act as the headers would.

    Source: asserted against AWS by a published test suite [third-party]
    """
    first = raw.presigned("PUT", f"/{bucket}/{key}", {"If-None-Match": "*"}, b"first")
    same(first.status, 200, "the status of the first put")
    again = raw.presigned("PUT", f"/{bucket}/{key}", {"If-None-Match": "*"}, b"second")
    same((again.status, text_of(again.body, "Condition")), (412, "If-None-Match"), "the second put")
    stale = raw.presigned("PUT", f"/{bucket}/{key}", {"If-Match": '"0123"'}, b"third")
    same((stale.status, text_of(stale.body, "Condition")), (412, "If-Match"), "the put with a stale ETag")
    same(body_of(s3, bucket, key), b"first", "the body")


@pytest.mark.tier("core")
@pytest.mark.needs("s3.signatures")
def test_a_request_whose_signature_is_wrong_never_learns_of_the_condition(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """A wrong signature answers 403 SignatureDoesNotMatch before any condition is judged, and writes nothing.

    Source: every authentication error recorded on AWS precedes those that need state [inferred]
    """
    put(s3, bucket, key, b"body")

    def change(request: Any) -> None:
        request.headers["Authorization"] = request.headers["Authorization"][:-4] + "0000"

    answer = raw("PUT", f"/{bucket}/{key}", {"If-None-Match": "*"}, b"new", tamper=change)
    if answer.status == 412:
        raise Difference("ignored", "the signature was not verified: the condition was judged")
    same((answer.status, text_of(answer.body, "Code")), (403, "SignatureDoesNotMatch"), "status and code")
    same(body_of(s3, bucket, key), b"body", "the body")


@truth_table("""
    | the key held | during the upload      | condition     | status | code                       |
    |--------------|------------------------|---------------|--------|----------------------------|
    | an object    | it is deleted          | If-None-Match | 409    | ConditionalRequestConflict |
    | nothing      | it is written          | If-None-Match | 412    | PreconditionFailed         |
    | an object    | it is deleted          | If-Match      | 404    | NoSuchKey                  |
    | an object    | it is written anew     | If-Match      | 412    | PreconditionFailed         |
    | an object    | the same bytes are put | If-Match      | 409    | ConditionalRequestConflict |
    | an object    | nothing happens        | If-Match      | 200    | -                          |
""")
@pytest.mark.needs("s3.conflict_on_put")
def test_a_change_while_a_put_is_on_its_way(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """What happens to the key between a conditional put's head and its end is seen by the condition: 409, 412 or 404.

    Source: S3 User Guide, "Conditional requests", concurrent writes [documented]
    Source: that a rewrite of the same bytes conflicts is recorded for CompleteMultipartUpload; here by analogy [inferred]
    """
    etag = put(s3, bucket, key, b"old")["ETag"] if row["the key held"] == "an object" else ""
    changes: dict[str, Any] = {
        "it is deleted": lambda: s3.delete_object(Bucket=bucket, Key=key),
        "it is written": lambda: put(s3, bucket, key, b"other"),
        "it is written anew": lambda: put(s3, bucket, key, b"other"),
        "the same bytes are put": lambda: put(s3, bucket, key, b"old"),
        "nothing happens": lambda: None,
    }
    headers = {row["condition"]: "*" if row["condition"] == "If-None-Match" else etag}
    answer = raw("PUT", f"/{bucket}/{key}", headers, b"new" * 1000, meanwhile=changes[row["during the upload"]])
    if answer.status == 200 and row["status"] != "200":
        raise Difference("ignored", f"AWS answers {row['status']} {row['code']}; the target accepted the put")
    same(answer.status, int(row["status"]), "the status")
    if "code" in row:
        same(text_of(answer.body, "Code"), row["code"], "the code")


def test_304_has_no_body(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """304 Not Modified has the ETag and no body.

    Source: RFC 9110 §15.4.5; seen by several clients of AWS [inferred]
    """
    etag = put(s3, bucket, key, b"body")["ETag"]
    answer = raw("GET", f"/{bucket}/{key}", {"If-None-Match": etag})
    same((answer.status, answer.headers.get("etag"), answer.body), (304, etag, b""), "status, ETag and body")


def test_head_says_a_refusal_by_its_status_alone(raw: Raw, bucket: str, key: str) -> None:
    """A refused HEAD has no body.

    Source: HeadObject API reference [documented]
    """
    query = urlencode({"x": "1"})
    answer = raw("HEAD", f"/{bucket}/{key}?{query}")
    same((answer.status, answer.body), (404, b""), "status and body")
