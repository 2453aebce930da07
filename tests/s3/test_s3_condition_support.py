"""A condition on an operation that does not take it is refused by its name, and nothing happens."""

from __future__ import annotations

import pytest
from s3_wire import Wire

from condemu.s3.operations import OPERATIONS
from condemu.s3.requests.conditions import CONDITIONS
from condemu.s3.requests.members import HEADERS
from condemu.s3.requests.request import Row

IMPLEMENTED = [operation for operation in OPERATIONS if operation.handler is not None and operation.name != "PostObject"]
OPERATION_OF_DIRECTORY_BUCKETS = {"x-amz-if-match-last-modified-time", "x-amz-if-match-size"}


def call(s3: Wire, operation: Row, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    path = {"service": "/", "bucket": "/bucket", "object": "/bucket/key"}[operation.level]
    query = "&".join(name for name in (operation.marker, operation.also) if name)
    sent = {"x-amz-copy-source": "bucket/key", **headers} if operation.copies else headers
    answer = s3(operation.method, path, query=query, headers=sent)
    fields = {} if operation.method == "HEAD" else answer.refusal[2]
    return answer.status, fields


@pytest.mark.parametrize("operation", IMPLEMENTED, ids=lambda operation: operation.name)
def test_a_condition_that_is_not_taken_is_refused_by_its_name(s3: Wire, operation: Row) -> None:
    s3.put("key")
    before = s3.everything()
    for member, header in CONDITIONS.items():
        if member in operation.conditions and header not in OPERATION_OF_DIRECTORY_BUCKETS:
            continue
        expected = {} if operation.method == "HEAD" else {"Header": header}
        assert call(s3, operation, {header: '"e"'}) == (501, expected), header
        assert s3.everything() == before


def test_every_condition_of_the_vocabulary_is_in_the_table() -> None:
    conditions = {header: member for header, member in HEADERS.items() if "if-" in header.replace("x-amz-", "-")}
    assert {header.lower(): member for member, header in CONDITIONS.items()} == conditions


def test_a_condition_in_a_presigned_url_is_not_ignored_either(s3: Wire) -> None:
    answer = s3("PUT", "/bucket/key", b"<Tagging/>", query="tagging&If-Match=x&X-Amz-Signature=0")
    assert answer.refusal == (501, "NotImplemented", {"Header": "If-Match"})


def test_the_bucket_comes_first(s3: Wire) -> None:
    answer = s3("PUT", "/missing/key", b"", query="tagging", headers={"if-match": "x"})
    assert answer.refusal == (404, "NoSuchBucket", {"BucketName": "missing"})


def test_the_refusal_says_why(s3: Wire) -> None:
    assert s3("PUT", "/bucket/key", query="tagging", headers={"if-none-match": "*"})["x-condemu-because"] == (
        "PutObjectTagging takes no If-None-Match"
    )
