"""CopyObject: what a source may be called, how it is named in the answer, and an object that is copied onto itself."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same, true, unchanged
from .steps import body_of, put, versions_under


@pytest.mark.needs("s3.versioning")
def test_a_copy_of_a_named_version_onto_itself(s3: Any, versioned_bucket: str, key: str) -> None:
    """A copy of an object onto itself that changes nothing is refused, and accepted when its source names the current version.

    Source: the refusal is recorded on AWS 2026-02, the acceptance verified there by a published test suite [third-party]
    """
    version = put(s3, versioned_bucket, key, b"body")["VersionId"]
    source = {"Bucket": versioned_bucket, "Key": key}
    with unchanged(lambda: versions_under(s3, versioned_bucket, key), "the key's versions"):
        refused(s3.copy_object, Bucket=versioned_bucket, Key=key, CopySource=source, status=400, code="InvalidRequest")
    copied = accepted(s3.copy_object, Bucket=versioned_bucket, Key=key, CopySource={**source, "VersionId": version})
    true(copied["VersionId"] != version, "the copy is a new version")
    same(copied["CopySourceVersionId"], version, "the source's version")
    same(body_of(s3, versioned_bucket, key), b"body", "the body")


@pytest.mark.needs("s3.versioning")
def test_the_null_version_of_a_source_has_no_id(s3: Any, own_bucket: str, key: str) -> None:
    """x-amz-copy-source-version-id is left out when the source is the null version, and there when it is another.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, own_bucket, "written before", b"body")
    accepted(s3.put_bucket_versioning, Bucket=own_bucket, VersioningConfiguration={"Status": "Enabled"})
    copied = accepted(s3.copy_object, Bucket=own_bucket, Key=key, CopySource={"Bucket": own_bucket, "Key": "written before"})
    same(copied.get("CopySourceVersionId"), None, "the id of the null version")
    again = accepted(s3.copy_object, Bucket=own_bucket, Key=f"{key}2", CopySource={"Bucket": own_bucket, "Key": key})
    same(again.get("CopySourceVersionId"), copied["VersionId"], "the id of another version")


@pytest.mark.parametrize("scheme", ["http", "s3"])
def test_a_url_is_no_copy_source(s3: Any, bucket: str, key: str, scheme: str) -> None:
    """A copy source that is a URL names no bucket: 400 InvalidArgument, and nothing is copied.

    Source: users of AWS report the text, for s3:// as well [third-party]
    """
    put(s3, bucket, f"{key}-source", b"body")
    named = {"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"}
    with unchanged(lambda: versions_under(s3, bucket, key), "the keys"):
        refused(
            s3.copy_object, Bucket=bucket, Key=key, CopySource=f"{scheme}://{bucket}/{key}-source",
            status=400, code="InvalidArgument", message="Invalid copy source bucket name", elements=named,
        )  # fmt: skip
