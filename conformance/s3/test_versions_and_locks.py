"""Conditions beside versioning, delete markers, Object Lock and tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..expect import accepted, refused, same
from .steps import body_of, put


@pytest.mark.tier("core")
@pytest.mark.needs("s3.versioning")
def test_only_the_current_version_counts(s3: Any, versioned_bucket: str, key: str) -> None:
    """If-Match compares with the current version alone: the ETag of an older one is refused with 412.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    old = put(s3, versioned_bucket, key, b"a")["ETag"]
    put(s3, versioned_bucket, key, b"b")
    refused(s3.put_object, Bucket=versioned_bucket, Key=key, Body=b"c", IfMatch=old, status=412, code="PreconditionFailed")
    same(body_of(s3, versioned_bucket, key), b"b", "the body")


@pytest.mark.needs("s3.versioning")
def test_deleting_the_newest_version_brings_back_the_one_before(s3: Any, versioned_bucket: str, key: str) -> None:
    """After the newest version is deleted by its id, conditions see the version before it.

    Source: S3 User Guide, "Deleting object versions from a versioning-enabled bucket" [documented]
    """
    first = put(s3, versioned_bucket, key, b"a")
    second = put(s3, versioned_bucket, key, b"b")
    accepted(s3.delete_object, Bucket=versioned_bucket, Key=key, VersionId=second["VersionId"])
    refused(
        s3.put_object, Bucket=versioned_bucket, Key=key, Body=b"c", IfMatch=second["ETag"],
        status=412, code="PreconditionFailed",
    )  # fmt: skip
    put(s3, versioned_bucket, key, b"c", IfMatch=first["ETag"])


@pytest.mark.needs("s3.versioning")
def test_deleting_the_marker_brings_back_the_object(s3: Any, versioned_bucket: str, key: str) -> None:
    """After a delete marker is deleted by its id, If-None-Match: * is refused again.

    Source: S3 User Guide, "Managing delete markers" [documented]
    """
    put(s3, versioned_bucket, key, b"a")
    marker = accepted(s3.delete_object, Bucket=versioned_bucket, Key=key)["VersionId"]
    accepted(s3.delete_object, Bucket=versioned_bucket, Key=key, VersionId=marker)
    refused(s3.put_object, Bucket=versioned_bucket, Key=key, Body=b"b", IfNoneMatch="*", status=412, code="PreconditionFailed")


@pytest.mark.needs("s3.versioning")
def test_conditions_in_a_suspended_bucket(s3: Any, own_bucket: str, key: str) -> None:
    """In a bucket whose versioning is suspended, conditions look at the current version, whichever id it has.

    Source: conditions in suspended buckets are not recorded; the rule for enabled buckets [inferred]
    """
    accepted(s3.put_bucket_versioning, Bucket=own_bucket, VersioningConfiguration={"Status": "Enabled"})
    etag = put(s3, own_bucket, key, b"a")["ETag"]
    accepted(s3.put_bucket_versioning, Bucket=own_bucket, VersioningConfiguration={"Status": "Suspended"})
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"b", IfNoneMatch="*", status=412, code="PreconditionFailed")
    put(s3, own_bucket, key, b"b", IfMatch=etag)
    accepted(s3.delete_object, Bucket=own_bucket, Key=key)
    refused(s3.put_object, Bucket=own_bucket, Key=key, Body=b"c", IfMatch=etag, status=404, code="NoSuchKey")
    put(s3, own_bucket, key, b"c", IfNoneMatch="*")


@pytest.mark.needs("s3.object_lock")
def test_a_lock_does_not_stop_a_conditional_put(s3: Any, resources: Any, key: str) -> None:
    """Over a locked version a put makes a new version; its condition is judged as ever, and the locked one stays.

    Source: recorded on AWS that puts over locked versions succeed; the condition by analogy [inferred]
    """
    bucket = resources.bucket(ObjectLockEnabledForBucket=True)
    until = datetime.now(UTC) + timedelta(minutes=5)
    made = put(s3, bucket, key, b"a", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    refused(s3.put_object, Bucket=bucket, Key=key, Body=b"b", IfNoneMatch="*", status=412, code="PreconditionFailed")
    put(s3, bucket, key, b"b", IfMatch=made["ETag"])
    refused(
        s3.delete_object, Bucket=bucket, Key=key, VersionId=made["VersionId"],
        status=403, code="AccessDenied", message="Access Denied because object protected by object lock.",
    )  # fmt: skip
    accepted(s3.delete_object, Bucket=bucket, Key=key, VersionId=made["VersionId"], BypassGovernanceRetention=True)


@pytest.mark.needs("s3.object_lock")
def test_a_legal_hold_keeps_a_version(s3: Any, resources: Any, key: str) -> None:
    """A version under a legal hold is not deleted, not even past GOVERNANCE; a marker may be put over it.

    Source: S3 User Guide, "Locking objects with Object Lock": legal holds [documented]
    """
    bucket = resources.bucket(ObjectLockEnabledForBucket=True)
    held = put(s3, bucket, key, b"a", ObjectLockLegalHoldStatus="ON")["VersionId"]
    for bypass in ({}, {"BypassGovernanceRetention": True}):
        refused(
            s3.delete_object, Bucket=bucket, Key=key, VersionId=held, **bypass,
            status=403, code="AccessDenied", message="Access Denied because object protected by object lock.",
        )  # fmt: skip
    same(accepted(s3.delete_object, Bucket=bucket, Key=key).get("DeleteMarker"), True, "a marker over it")
    same(s3.get_object(Bucket=bucket, Key=key, VersionId=held)["Body"].read(), b"a", "the version's body")


@pytest.mark.needs("s3.object_lock")
def test_compliance_cannot_be_bypassed(s3: Any, resources: Any, key: str) -> None:
    """A version in COMPLIANCE mode is deleted by nobody before its time, GOVERNANCE bypassed or not; a marker may be put over it.

    Source: S3 User Guide, "Locking objects with Object Lock": compliance mode [documented]
    """
    bucket = resources.bucket(ObjectLockEnabledForBucket=True)
    put(s3, bucket, key, b"before")
    now = s3.head_object(Bucket=bucket, Key=key)["LastModified"]  # by the target's clock
    until = now + timedelta(seconds=15)  # not more: nobody can shorten it, and the bucket has to go when the run ends
    kept = put(s3, bucket, key, b"a", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)["VersionId"]
    for bypass in ({}, {"BypassGovernanceRetention": True}):
        refused(
            s3.delete_object, Bucket=bucket, Key=key, VersionId=kept, **bypass,
            status=403, code="AccessDenied", message="Access Denied because object protected by object lock.",
        )  # fmt: skip
    same(accepted(s3.delete_object, Bucket=bucket, Key=key).get("DeleteMarker"), True, "a marker over it")
    same(s3.get_object(Bucket=bucket, Key=key, VersionId=kept)["Body"].read(), b"a", "the version's body")


def test_tagging_does_not_touch_what_conditions_see(s3: Any, bucket: str, key: str) -> None:
    """Tagging an object changes neither ETag nor Last-Modified, so a condition taken before it still holds.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    etag = put(s3, bucket, key, b"a")["ETag"]
    before = s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    accepted(s3.put_object_tagging, Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    same(s3.head_object(Bucket=bucket, Key=key)["LastModified"], before, "Last-Modified")
    put(s3, bucket, key, b"b", IfMatch=etag)
    same(s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"], [], "the tags after an overwrite")


@pytest.mark.tier("core")
@pytest.mark.needs("s3.multipart")
def test_the_etag_of_a_multipart_object_is_needed_whole(s3: Any, bucket: str, key: str) -> None:
    """The ETag of a multipart object has its number of parts; the MD5 of its content does not match.

    Source: recorded on AWS 2026-02-21 [recorded]
    """
    plain = put(s3, bucket, f"{key}-plain", b"test")["ETag"]
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    part = accepted(s3.upload_part, Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"test")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    made = accepted(s3.complete_multipart_upload, Bucket=bucket, Key=key, UploadId=upload, MultipartUpload=parts)
    same(made["ETag"], '"60cd54a928cbbcbb6e7b5595bab46a9e-1"', "the ETag of one part `test`")
    refused(s3.put_object, Bucket=bucket, Key=key, Body=b"x", IfMatch=plain, status=412, code="PreconditionFailed")
    put(s3, bucket, key, b"x", IfMatch=made["ETag"])


@pytest.mark.needs("s3.multipart")
def test_completing_again_answers_as_the_first_time(s3: Any, bucket: str, key: str) -> None:
    """A completion that is repeated answers 200 with the same ETag, even with If-None-Match: * and the key now there.

    Source: asserted against AWS by a published test suite [third-party]
    """
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    part = accepted(s3.upload_part, Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    call = {"Bucket": bucket, "Key": key, "UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part}]}}
    first = accepted(s3.complete_multipart_upload, **call, IfNoneMatch="*")
    same(accepted(s3.complete_multipart_upload, **call, IfNoneMatch="*")["ETag"], first["ETag"], "the ETag")


@pytest.mark.needs("s3.multipart")
def test_an_upload_survives_a_refused_completion(s3: Any, bucket: str, key: str) -> None:
    """After a refused completion the upload is still there, and completes without the condition.

    Source: recorded on AWS 2026-02-21 for the 412 [recorded]
    """
    put(s3, bucket, key, b"first")
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    part = accepted(s3.upload_part, Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"second")["ETag"]
    call = {"Bucket": bucket, "Key": key, "UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part}]}}
    refused(s3.complete_multipart_upload, **call, IfNoneMatch="*", status=412, code="PreconditionFailed")
    accepted(s3.complete_multipart_upload, **call)
    same(body_of(s3, bucket, key), b"second", "the body")


def test_an_upload_in_progress_is_no_object(s3: Any, bucket: str, key: str) -> None:
    """An upload that is not completed does not count as existing: If-None-Match: * succeeds beside it.

    Source: S3 User Guide, "How to prevent object overwrites with conditional writes" [documented]
    """
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    put(s3, bucket, key, b"x", IfNoneMatch="*")
    accepted(s3.abort_multipart_upload, Bucket=bucket, Key=key, UploadId=upload)
