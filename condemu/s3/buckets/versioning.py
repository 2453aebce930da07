"""GetBucketVersioning and PutBucketVersioning.

| Status     | the bucket           | answer                                      |
|------------|----------------------|---------------------------------------------|
| -          | is as it was created | 400 IllegalVersioningConfigurationException |
| Disabled   | is as it was created | 400 MalformedXML                            |
| Enabled    | is as it was created | 200                                         |
| Suspended  | is as it was created | 200                                         |
| Enabled    | has Object Lock      | 200                                         |
| Suspended  | has Object Lock      | 409 InvalidBucketState                      |

Recorded on AWS. MFA delete is not implemented and says so.
"""

from __future__ import annotations

from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import VERSIONING_LOCKED, VERSIONING_MISSING
from condemu.s3.errors.general import NOT_IMPLEMENTED, OPERATION_NOT_IMPLEMENTED
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import change


def get_bucket_versioning(txn: Txn, request: S3Request) -> dict[str, Any]:
    """No Status before versioning was ever set."""
    return {"Status": bucket_of(txn, request).versioning or None}


def put_bucket_versioning(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    if request["MFA"] is not None:
        raise ServiceError(NOT_IMPLEMENTED, {"Header": "x-amz-mfa"}, because="condemu does not implement MFA delete")
    document = document_of(request, "VersioningConfiguration")
    status, mfa_delete = document.text_of("Status"), document.text_of("MfaDelete")
    if status is None:
        raise ServiceError(VERSIONING_MISSING)
    if status not in ("Enabled", "Suspended") or mfa_delete not in (None, "Enabled", "Disabled"):
        raise malformed(f"Status is {status!r}")
    if mfa_delete == "Enabled":
        raise ServiceError(OPERATION_NOT_IMPLEMENTED, because="condemu does not implement MFA delete")
    if status == "Suspended" and bucket.object_lock is not None:
        raise ServiceError(VERSIONING_LOCKED)
    if status != bucket.versioning:
        change(txn, bucket, versioning=status)
    return {}
