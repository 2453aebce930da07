"""CreateBucket. Order of checks (inferred): name, location, ownership, grants, tags, then who has the name already.

CreateBucket again on one's own bucket (recorded on AWS):

| the bucket is in | the request carries | answer                      |
|------------------|---------------------|-----------------------------|
| us-east-1        | an ACL              | 200                         |
| us-east-1        | tags                | 409 BucketAlreadyOwnedByYou |
| eu-west-1        | an ACL              | 409 BucketAlreadyOwnedByYou |
| eu-west-1        | tags                | 409 BucketAlreadyOwnedByYou |

After a 200 the bucket's ACL is what the request says.
"""

from __future__ import annotations

import re
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.grants import Grants, default_grants, grants_of_headers, is_public
from condemu.s3.buckets.buckets import is_name
from condemu.s3.buckets.ownership import ENFORCED, OWNERSHIPS, PREFERRED
from condemu.s3.buckets.public_access_block import ALL_ON
from condemu.s3.buckets.regions import CONSTRAINTS, EU_WEST_1, US_EAST_1, endpoint_region, region_of
from condemu.s3.errors.buckets import (
    ACL_WITH_OWNERSHIP,
    BUCKET_ALREADY_OWNED,
    ILLEGAL_LOCATION,
    INVALID_LOCATION,
    INVALID_NAMESPACE_HEADER,
    INVALID_OWNERSHIP_HEADER,
    PUBLIC_ACL_AT_CREATION,
)
from condemu.s3.errors.general import BUCKET_ALREADY_EXISTS, INVALID_BUCKET_NAME, OPERATION_NOT_IMPLEMENTED
from condemu.s3.requests.documents import document_of
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_NEW_BUCKET, Tags, tags_in
from condemu.s3.state.buckets import arn_of, bucket_named, configure, take_name
from condemu.s3.state.records import BUCKETS, Bucket

ACCOUNT_REGIONAL: Final = "account-regional"
_ACCOUNT_REGIONAL_NAME: Final = re.compile(r".+-(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d)-an")


def create_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    """A new bucket has all four public access blocks on, no ACLs, SSE-S3, and no versions unless Object Lock asks for them."""
    endpoint = endpoint_region(request.http, request.region)
    _check_name(request, endpoint)
    location, tags = _asked(request)
    _check_location(location, endpoint)
    ownership, grants = _ownership_and_grants(request)
    held = bucket_named(txn, request.bucket, request.namespace)
    if held is not None:
        return _again(txn, request, held, tags, grants)
    locked = (request["ObjectLockEnabledForBucket"] or "").lower() == "true"
    configurations = {"location": location, "tagging": tags, "acl": grants}
    bucket = Bucket(
        request.bucket,
        request.account,
        txn.index,
        region_of(location),
        txn.now,
        versioning="Enabled" if locked else "",
        ownership=ownership,
        public_access_block=ALL_ON,
        object_lock={} if locked else None,
        configurations={name: value for name, value in configurations.items() if value},
    )
    txn.put(BUCKETS, (bucket.owner, bucket.name), bucket)
    take_name(txn, bucket, request.namespace)
    return _created(bucket)


def _created(bucket: Bucket) -> dict[str, Any]:
    location = f"/{bucket.name}" if bucket.region == US_EAST_1 else f"http://{bucket.name}.s3.amazonaws.com/"
    return {"Location": location, "BucketArn": arn_of(bucket.name)}


def _again(txn: Txn, request: S3Request, held: Bucket, tags: Tags, grants: Grants | None) -> dict[str, Any]:
    if held.owner != request.account:
        raise ServiceError(BUCKET_ALREADY_EXISTS, {"BucketName": held.name})
    if held.region != US_EAST_1 or tags:
        raise ServiceError(BUCKET_ALREADY_OWNED, {"BucketName": held.name})
    if held.ownership != ENFORCED:
        configure(txn, held, "acl", grants)
    return _created(held)


def _check_name(request: S3Request, endpoint: str) -> None:
    """Names that end in `-<account>-<region>-an` are for account-regional buckets, and theirs must (documented)."""
    namespace = request["BucketNamespace"]
    if namespace not in (None, "global", ACCOUNT_REGIONAL):
        raise ServiceError(INVALID_NAMESPACE_HEADER, {"ArgumentName": "x-amz-bucket-namespace", "Value": namespace})
    match = _ACCOUNT_REGIONAL_NAME.fullmatch(request.bucket)
    theirs = match is not None and (match[1], match[2]) == (request.account, endpoint)
    if not is_name(request.bucket) or (namespace == ACCOUNT_REGIONAL and not theirs) or (namespace != ACCOUNT_REGIONAL and match):
        raise ServiceError(INVALID_BUCKET_NAME, {"BucketName": request.bucket})


def _asked(request: S3Request) -> tuple[str, Tags]:
    """Location constraint and tags of the document, which may be absent."""
    if not request.xml:
        return "", ()
    document = document_of(request, "CreateBucketConfiguration")
    for tag in ("Location", "Bucket"):
        if document.child(tag) is not None:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"{tag} is of directory buckets, which condemu does not have")
    tags = document.child("Tags")
    return document.text_of("LocationConstraint") or "", () if tags is None else tags_in(tags, OF_NEW_BUCKET)


def _check_location(location: str, endpoint: str) -> None:
    if endpoint == US_EAST_1:
        if location and location not in CONSTRAINTS:
            raise ServiceError(INVALID_LOCATION, {"LocationConstraint": location})
    elif location != endpoint and (location, endpoint) != ("EU", EU_WEST_1):
        raise ServiceError(ILLEGAL_LOCATION, {"LocationConstraint": location or "unspecified"})


def _ownership_and_grants(request: S3Request) -> tuple[str, Grants | None]:
    ownership = request["ObjectOwnership"]
    if ownership is not None and ownership not in OWNERSHIPS:
        raise ServiceError(INVALID_OWNERSHIP_HEADER, {"ArgumentName": "x-amz-object-ownership", "Value": ownership})
    if ownership is None:  # so that whoever sends `private` with every object goes on (measured on AWS)
        ownership = PREFERRED if request["ACL"] == "private" else ENFORCED
    grants = grants_of_headers(request, request.account, request.account)
    if grants is not None and grants != default_grants(request.account):
        if ownership == ENFORCED:
            raise ServiceError(ACL_WITH_OWNERSHIP)
        if is_public(grants):
            raise ServiceError(PUBLIC_ACL_AT_CREATION, because="all public access blocks are on in a new bucket")
        return ownership, grants
    return ownership, None
