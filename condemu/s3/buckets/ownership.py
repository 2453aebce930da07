"""GetBucketOwnershipControls, PutBucketOwnershipControls and DeleteBucketOwnershipControls: one rule, or none.

| the bucket's rule    | a new object belongs to | with x-amz-acl: bucket-owner-full-control | PutBucketAcl                      |
|----------------------|-------------------------|-------------------------------------------|-----------------------------------|
| BucketOwnerEnforced  | the bucket's owner      | the bucket's owner                        | 400 AccessControlListNotSupported |
| BucketOwnerPreferred | its writer              | the bucket's owner                        | 200                               |
| ObjectWriter         | its writer              | its writer                                | 200                               |
| -                    | its writer              | its writer                                | 200                               |
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.grants import default_grants
from condemu.s3.errors.buckets import ACL_WITH_OWNERSHIP, NO_OWNERSHIP
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import change

ENFORCED: Final = "BucketOwnerEnforced"
PREFERRED: Final = "BucketOwnerPreferred"
OWNERSHIPS: Final = (ENFORCED, PREFERRED, "ObjectWriter")


def get_bucket_ownership_controls(txn: Txn, request: S3Request) -> dict[str, Any]:
    ownership = bucket_of(txn, request).ownership
    if ownership is None:
        raise ServiceError(NO_OWNERSHIP, {"BucketName": request.bucket})
    return {"Rule": {"ObjectOwnership": ownership}}


def put_bucket_ownership_controls(txn: Txn, request: S3Request) -> dict[str, Any]:
    """ACLs cannot be switched off while the bucket's own grants something to others (documented)."""
    bucket = bucket_of(txn, request)
    rules = document_of(request, "OwnershipControls").all("Rule")
    ownership = rules[0].text_of("ObjectOwnership") if len(rules) == 1 else None
    if ownership not in OWNERSHIPS:
        raise malformed("there is one Rule with one ObjectOwnership")
    grants = bucket.configurations.get("acl")
    if ownership == ENFORCED and grants is not None and grants != default_grants(bucket.owner):
        raise ServiceError(ACL_WITH_OWNERSHIP, because="the bucket's ACL grants something to others than its owner")
    change(txn, bucket, ownership=ownership)
    return {}


def delete_bucket_ownership_controls(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    if bucket.ownership is not None:
        change(txn, bucket, ownership=None)
    return {}
