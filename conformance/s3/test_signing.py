"""What is signed: a header that is sent twice, a slash that begins a part of the key, and a header beside a presigned query."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from ..expect import same, unchanged
from ..raw import Raw
from ..tables import truth_table
from .steps import body_of, elements, put, said_no, versions_under


@pytest.mark.needs("s3.signatures")
def test_a_header_that_is_sent_twice(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """The values of a header that is sent twice are signed with a comma between them, and no space; both count.

    Source: IAM User Guide, "Create a signed AWS API request": "separate the values … using commas" [documented]
    """
    put(s3, bucket, key, b"body")
    twice = [("x-amz-object-attributes", "ObjectSize"), ("x-amz-object-attributes", "StorageClass")]
    answer = raw("GET", f"/{bucket}/{key}?attributes", twice)
    same((answer.status, answer.body and elements(answer.body)), (200, ["StorageClass", "ObjectSize"]), "status and attributes")


@pytest.mark.needs("s3.signatures")
@truth_table("""
    | signed  | sent    | evidence    |
    |---------|---------|-------------|
    | /%2Fkey | /%2Fkey | recorded    |
    | //key   | //key   | recorded    |
    | //key   | /%2Fkey | inferred    |
    | /%2Fkey | //key   | inferred    |
""")
def test_a_slash_that_begins_the_key(raw: Raw, s3: Any, own_bucket: str, row: dict[str, str]) -> None:
    """A key that begins with a slash may be signed and sent as `//key` and as `/%2Fkey`: it is the same key.

    Source: `/%2F` in canonical paths is recorded on AWS 2026-02 [recorded]
    """

    def change(request: Any) -> None:
        request.url = request.url.replace(row["signed"], row["sent"])

    same(raw("PUT", f"/{own_bucket}{row['signed']}", {}, b"body", tamper=change).status, 200, "the status")
    same(body_of(s3, own_bucket, "/key"), b"body", "the body under the key")
    with unchanged(lambda: versions_under(s3, own_bucket, "/key"), "the key"):
        other = raw("PUT", f"/{own_bucket}{row['signed']}", {}, b"body", tamper=other_key)
        said_no(other, 403, "SignatureDoesNotMatch")


def other_key(request: Any) -> None:
    request.url = request.url.replace("key", quote("other/key"))


@pytest.mark.needs("s3.signatures")
@truth_table("""
    | in the query                     | in the headers                      |
    |----------------------------------|-------------------------------------|
    | x-amz-storage-class: STANDARD    | x-amz-storage-class: STANDARD_IA    |
    | If-None-Match: *                 | If-None-Match: "0123"               |
    | If-Match: "0123"                 | If-Match: "4567"                    |
""")
def test_a_header_that_contradicts_a_presigned_query(raw: Raw, s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """A header that says otherwise than a presigned query is SignatureDoesNotMatch, and stores nothing.

    Source: recorded on AWS 2026-02 for a header x-amz-*; for conditions by analogy [recorded]
    """
    put(s3, bucket, key, b"held")
    query = dict([row["in the query"].split(": ")])
    header = dict([row["in the headers"].split(": ")])
    with unchanged(lambda: (versions_under(s3, bucket, key), body_of(s3, bucket, key)), "the key"):
        answer = raw.presigned("PUT", f"/{bucket}/{key}", query, b"new", headers=header)
        said_no(answer, 403, "SignatureDoesNotMatch")
