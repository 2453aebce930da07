"""GetBucketVersioning and PutBucketVersioning.

| the document says          | the bucket has Object Lock | answer                                         |
|----------------------------|----------------------------|------------------------------------------------|
| no Status                  | -                          | 400 IllegalVersioningConfigurationException    |
| neither of the two words   | -                          | 400 MalformedXML                               |
| Suspended                  | yes                        | 409 InvalidBucketState                         |
| Suspended, never Enabled   | no                         | 200                                            |

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
