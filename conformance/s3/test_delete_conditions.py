"""If-Match on DeleteObject, and the ETag element of DeleteObjects."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from ..tables import truth_table
from .steps import put

OTHER = '"0123456789abcdef0123456789abcdef"'

pytestmark = pytest.mark.needs("s3.delete_if_match")


def versions_of(s3: Any, bucket: str, key: str) -> list[tuple[str, bool]]:
    """(version id, whether it is a marker) of everything under a key, in the order listed."""
    page = s3.list_object_versions(Bucket=bucket, Prefix=key)
    kinds = (("Versions", False), ("DeleteMarkers", True))
    return sorted((entry["VersionId"], marker) for kind, marker in kinds for entry in page.get(kind, ()))


def prepared(s3: Any, bucket: str, key: str, state: str) -> str:
    """Bring a key of a versioned bucket into a state; the ETag of what it last held."""
    etag = ""
    if state != "nothing":
        etag = put(s3, bucket, key, b"body")["ETag"]
    if state in ("a marker", "only markers"):
        accepted(s3.delete_object, Bucket=bucket, Key=key)
    if state == "only markers":
        for version, marker in versions_of(s3, bucket, key):
            if not marker:
                accepted(s3.delete_object, Bucket=bucket, Key=key, VersionId=version)
    return etag


@pytest.mark.tier("core")
@truth_table("""
    | the key holds | IfMatch  | status | code               | evidence    |
    |---------------|----------|--------|--------------------|-------------|
    | an object     | etag     | 204    | -                  | third-party |
    | an object     | unquoted | 204    | -                  | third-party |
    | an object     | *        | 204    | -                  | third-party |
    | an object     | other    | 412    | PreconditionFailed | recorded    |
    | nothing       | other    | 404    | NoSuchKey          | third-party |
    | nothing       | *        | 404    | NoSuchKey          | third-party |
    | a marker      | other    | 404    | NoSuchKey          | third-party |
    | a marker      | etag     | 404    | NoSuchKey          | third-party |
    | a marker      | *        | 404    | NoSuchKey          | third-party |
    | only markers  | *        | 404    | NoSuchKey          | third-party |
""")
def test_if_match_on_a_delete(s3: Any, versioned_bucket: str, key: str, row: dict[str, str]) -> None:
    """A delete with If-Match deletes what it names, and is refused with 412 or 404 otherwise, never looking beneath a marker.

    Source: recorded on AWS 2026-02-21 for the 412; measurements against AWS in public issues for the rest [third-party]
    """
    etag = prepared(s3, versioned_bucket, key, row["the key holds"])
    condition = {"etag": etag, "unquoted": etag.strip('"'), "other": OTHER, "*": "*"}[row["IfMatch"]]
    if row["status"] == "204":
        answer = accepted(s3.delete_object, Bucket=versioned_bucket, Key=key, IfMatch=condition)
        same(answer.get("DeleteMarker"), True, "a delete marker was made")
        refused(s3.get_object, Bucket=versioned_bucket, Key=key, status=404, code="NoSuchKey")
        return
    elements = {"Condition": "If-Match"} if row["status"] == "412" else {"Key": key}
    with unchanged(lambda: versions_of(s3, versioned_bucket, key), "the key's versions"):
        refused(
            s3.delete_object, Bucket=versioned_bucket, Key=key, IfMatch=condition,
            status=int(row["status"]), code=row["code"], elements=elements,
        )  # fmt: skip


def test_a_version_id_with_if_match_is_not_implemented(s3: Any, versioned_bucket: str, key: str) -> None:
    """A delete by version id takes no If-Match: 501 NotImplemented, even when it would hold.

    Source: measured on AWS, in a public issue [third-party]
    """
    made = put(s3, versioned_bucket, key, b"body")
    with unchanged(lambda: versions_of(s3, versioned_bucket, key), "the key's versions"):
        refused(
            s3.delete_object, Bucket=versioned_bucket, Key=key, VersionId=made["VersionId"], IfMatch=made["ETag"],
            status=501, code="NotImplemented", elements={"Header": "If-Match"},
        )  # fmt: skip


@truth_table("""
    | conditions             | Header                            |
    |------------------------|-----------------------------------|
    | last modified          | x-amz-if-match-last-modified-time |
    | size                   | x-amz-if-match-size               |
    | etag and all the other | x-amz-if-match-last-modified-time |
""")
def test_conditions_of_directory_buckets_are_not_implemented(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """On a general purpose bucket a delete with a size or a time answers 501 and names the header, the time's first.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    etag = put(s3, bucket, key, b"body")["ETag"]
    found = s3.head_object(Bucket=bucket, Key=key)
    given: dict[str, Any] = {}
    if row["conditions"] != "size":
        given["IfMatchLastModifiedTime"] = found["LastModified"]
    if row["conditions"] != "last modified":
        given["IfMatchSize"] = 4
    if row["conditions"].startswith("etag"):
        given["IfMatch"] = etag
    refused(
        s3.delete_object, Bucket=bucket, Key=key, **given,
        status=501, code="NotImplemented", elements={"Header": row["Header"]},
        message="A header you provided implies functionality that is not implemented",
    )  # fmt: skip
    accepted(s3.head_object, Bucket=bucket, Key=key)


@pytest.mark.tier("core")
def test_delete_objects_judges_every_key_by_its_own_etag(s3: Any, bucket: str, key: str) -> None:
    """In a batch, a matching ETag deletes, a differing one and a missing key are errors of their own, all in a 200.

    Source: S3 User Guide, "How to perform conditional deletes"; the code of each error is not recorded [inferred]
    """
    good = put(s3, bucket, f"{key}-good", b"body")["ETag"]
    put(s3, bucket, f"{key}-other", b"body")
    put(s3, bucket, f"{key}-any", b"body")
    objects = [
        {"Key": f"{key}-good", "ETag": good},
        {"Key": f"{key}-other", "ETag": OTHER},
        {"Key": f"{key}-none", "ETag": good},
        {"Key": f"{key}-any", "ETag": "*"},
    ]
    answer = accepted(s3.delete_objects, Bucket=bucket, Delete={"Objects": objects})
    same(sorted(entry["Key"] for entry in answer.get("Deleted", ())), [f"{key}-any", f"{key}-good"], "what was deleted")
    errors = {entry["Key"]: entry["Code"] for entry in answer.get("Errors", ())}
    same(errors, {f"{key}-other": "PreconditionFailed", f"{key}-none": "NoSuchKey"}, "the errors")
    accepted(s3.head_object, Bucket=bucket, Key=f"{key}-other")


@pytest.mark.parametrize("condition", ["Size", "LastModifiedTime"])
def test_delete_objects_with_a_directory_bucket_condition_deletes_nothing(s3: Any, bucket: str, key: str, condition: str) -> None:
    """In a batch, an entry with Size or LastModifiedTime makes the whole request malformed: 400 MalformedXML.

    Source: measured on AWS 2025-01 for Size, in a public issue [third-party]
    """
    put(s3, bucket, key, b"body")
    value: Any = 4 if condition == "Size" else s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    refused(
        s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": key, condition: value}]},
        status=400, code="MalformedXML",
    )  # fmt: skip
    accepted(s3.head_object, Bucket=bucket, Key=key)


@pytest.mark.tier("core")
def test_an_unconditional_delete_of_a_missing_key_succeeds(s3: Any, bucket: str, key: str) -> None:
    """Without a condition, deleting what is not there is no error: 204.

    Source: recorded on AWS [recorded]
    """
    same(accepted(s3.delete_object, Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPStatusCode"], 204, "the status")
