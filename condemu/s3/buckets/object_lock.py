"""GetObjectLockConfiguration and PutObjectLockConfiguration. What a lock does: objects/lock.py.

Object Lock can be added to a bucket that has versioning enabled, and never be taken away again (recorded on AWS).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import LOCK_NEEDS_VERSIONING, NO_LOCK_CONFIGURATION, RETENTION_TOO_LONG
from condemu.s3.errors.general import OPERATION_NOT_IMPLEMENTED
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, integer, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import change
from condemu.s3.state.records import LOCK_MODES
from condemu.wire.xml import Element

MOST_YEARS: Final = 100  # and as many days (S3 User Guide, "Object Lock considerations")


def get_object_lock_configuration(txn: Txn, request: S3Request) -> dict[str, Any]:
    retention = bucket_of(txn, request).object_lock
    if retention is None:
        raise ServiceError(NO_LOCK_CONFIGURATION, {"BucketName": request.bucket})
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": dict(retention)} if retention else None}


def put_object_lock_configuration(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, document, versioning."""
    bucket = bucket_of(txn, request)
    document = document_of(request, "ObjectLockConfiguration")
    if document.text_of("ObjectLockEnabled") != "Enabled":
        raise malformed("ObjectLockEnabled is not Enabled")
    rule = document.child("Rule")
    retention = {} if rule is None else _default_retention(rule)
    if bucket.versioning != "Enabled":
        raise ServiceError(LOCK_NEEDS_VERSIONING)
    change(txn, bucket, object_lock=retention)
    return {}


def _default_retention(rule: Element) -> Mapping[str, Any]:
    """Mode, and either Days or Years."""
    retention = rule.child("DefaultRetention")
    if retention is None:
        raise malformed("a Rule has a DefaultRetention")
    if retention.child("DefaultEventHold") is not None:
        raise ServiceError(OPERATION_NOT_IMPLEMENTED, because="condemu does not implement event holds")
    mode, days, years = retention.text_of("Mode"), integer(retention, "Days"), integer(retention, "Years")
    if mode not in LOCK_MODES or (days is None) == (years is None) or days == 0 or years == 0:
        raise malformed("a DefaultRetention has a Mode, and Days or Years of at least one")
    name, number, most = ("Years", years, MOST_YEARS) if days is None else ("Days", days, MOST_YEARS * 365)
    assert number is not None
    if number > most:
        raise ServiceError(RETENTION_TOO_LONG, {"ArgumentName": name, "ArgumentValue": number})
    return {"Mode": mode, name: number}
