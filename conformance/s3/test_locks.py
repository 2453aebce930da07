"""Object Lock: where the bypass is refused, what it is needed for, and a legal hold that says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from ..raw import Raw
from ..resources import Resources
from .steps import md5_of, put, said_no, versions_under


@pytest.fixture(scope="module")
def locked_bucket(resources: Resources) -> str:
    """A bucket with Object Lock."""
    return resources.bucket(ObjectLockEnabledForBucket=True)


@pytest.mark.needs("s3.object_lock")
def test_a_bypass_where_nothing_is_locked(s3: Any, bucket: str, key: str) -> None:
    """DeleteObjects with the bypass header in a bucket without Object Lock is refused as a whole, and deletes nothing.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"body")
    objects = {"Objects": [{"Key": key}, {"Key": f"{key}-missing"}]}
    with unchanged(lambda: versions_under(s3, bucket, key), "the keys"):
        refused(
            s3.delete_objects, Bucket=bucket, Delete=objects, BypassGovernanceRetention=True, status=400, code="InvalidArgument",
            message="x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
            elements={"ArgumentName": "x-amz-bypass-governance-retention"},
        )  # fmt: skip
    same(len(accepted(s3.delete_objects, Bucket=bucket, Delete=objects)["Deleted"]), 2, "the keys deleted without it")


@pytest.mark.needs("s3.object_lock")
@pytest.mark.parametrize("document", [b"<LegalHold/>", b"<LegalHold><Status></Status></LegalHold>"], ids=["no status", "empty"])
def test_a_legal_hold_that_says_nothing(raw: Raw, s3: Any, locked_bucket: str, key: str, document: bytes) -> None:
    """PutObjectLegalHold with a document that does not say ON or OFF is MalformedXML, and holds nothing.

    Source: recorded on AWS 2026-02 [recorded]
    """
    version = put(s3, locked_bucket, key, b"body")["VersionId"]
    named = {"Bucket": locked_bucket, "Key": key}
    with unchanged(lambda: s3.head_object(**named).get("ObjectLockLegalHoldStatus"), "the legal hold"):
        digest = {"Content-MD5": md5_of(document)}
        said_no(raw("PUT", f"/{locked_bucket}/{key}?legal-hold", digest, document), 400, "MalformedXML")
    accepted(s3.delete_object, **named, VersionId=version)


@pytest.mark.needs("s3.object_lock")
def test_a_stricter_mode_needs_the_bypass(s3: Any, locked_bucket: str, key: str) -> None:
    """COMPLIANCE in place of GOVERNANCE is a change of its mode, which needs the bypass; a later date does not.

    Source: asserted against AWS by a published test suite [third-party]
    """
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    version = put(s3, locked_bucket, key, b"body", **lock)["VersionId"]
    named = {"Bucket": locked_bucket, "Key": key, "VersionId": version}
    with unchanged(lambda: s3.get_object_retention(**named)["Retention"], "the retention"):
        stricter = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
        refused(s3.put_object_retention, **named, Retention=stricter, status=403, code="AccessDenied")
    later = until + timedelta(hours=1)
    accepted(s3.put_object_retention, **named, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later})
    same(s3.get_object_retention(**named)["Retention"]["RetainUntilDate"], later, "the later date")
    soon = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10)}
    accepted(s3.put_object_retention, **named, Retention=soon, BypassGovernanceRetention=True)
    same(s3.get_object_retention(**named)["Retention"], soon, "the mode with the bypass")
