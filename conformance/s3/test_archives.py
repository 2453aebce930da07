"""Archived objects: what cannot be read, and what RestoreObject answers."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from ..tables import truth_table
from .steps import body_of, put, versions_under

pytestmark = pytest.mark.needs("s3.archives")


@truth_table("""
    | storage class | a read | evidence |
    |---------------|--------|----------|
    | STANDARD      | 200    | recorded |
    | STANDARD_IA   | 200    | recorded |
    | GLACIER_IR    | 200    | recorded |
    | GLACIER       | 403    | recorded |
    | DEEP_ARCHIVE  | 403    | recorded |
""")
@pytest.mark.parametrize("call", ["get_object", "copy_object"])
def test_archived_objects_cannot_be_read(s3: Any, bucket: str, key: str, row: dict[str, str], call: str) -> None:
    """A read of an archived object, or a copy of it, is 403 InvalidObjectState with its storage class; HEAD tells of it.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"body", StorageClass=row["storage class"])
    told = accepted(s3.head_object, Bucket=bucket, Key=key).get("StorageClass", "STANDARD")
    same(told, row["storage class"], "the storage class")
    sent = {"Bucket": bucket, "Key": key}
    if call == "copy_object":
        sent = {"Bucket": bucket, "Key": f"{key}-copy", "CopySource": {"Bucket": bucket, "Key": key}}
    if row["a read"] == "200":
        accepted(getattr(s3, call), **sent)
        return
    with unchanged(lambda: versions_under(s3, bucket, key), "the keys"):
        refused(
            getattr(s3, call), **sent, status=403, code="InvalidObjectState",
            message="The operation is not valid for the object's storage class", elements={"StorageClass": row["storage class"]},
        )  # fmt: skip


def test_a_restoration_is_under_way(s3: Any, bucket: str, key: str) -> None:
    """RestoreObject is 202, and 409 while it is under way; HEAD tells that, and the object cannot be read before it is there.

    Source: API Reference, RestoreObject; 202 and the header are recorded on AWS 2026-02 [recorded]
    """
    put(s3, bucket, key, b"body", StorageClass="GLACIER")
    named = {"Bucket": bucket, "Key": key}
    request = {"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}}
    restored = accepted(s3.restore_object, **named, RestoreRequest=request)
    same(restored["ResponseMetadata"]["HTTPStatusCode"], 202, "the status")
    same(accepted(s3.head_object, **named).get("Restore"), 'ongoing-request="true"', "what HEAD tells")
    with unchanged(lambda: s3.head_object(**named)["Restore"], "the restoration"):
        refused(
            s3.restore_object, **named, RestoreRequest=request,
            status=409, code="RestoreAlreadyInProgress", message="Object restore is already in progress",
        )  # fmt: skip
        refused(s3.get_object, **named, status=403, code="InvalidObjectState")


@pytest.mark.parametrize("storage_class", ["STANDARD", "STANDARD_IA"])
def test_only_archives_are_restored(s3: Any, bucket: str, key: str, storage_class: str) -> None:
    """RestoreObject of an object that is in no archive is 403 InvalidObjectState, and leaves it as it was.

    Source: seen on AWS by users [third-party]
    """
    put(s3, bucket, key, b"body", StorageClass=storage_class)
    with unchanged(lambda: s3.head_object(Bucket=bucket, Key=key).get("Restore"), "what HEAD tells"):
        refused(
            s3.restore_object, Bucket=bucket, Key=key, RestoreRequest={"Days": 1}, status=403, code="InvalidObjectState",
            message="Restore is not allowed for the object's current storage class",
        )  # fmt: skip
    same(body_of(s3, bucket, key), b"body", "the body")
