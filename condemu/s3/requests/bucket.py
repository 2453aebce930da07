"""The bucket that a request names.

A request looks its bucket up when it is authorized, and again in its decision. If nothing was committed between the two, the
bucket is the same, and is not read a second time.
"""

from __future__ import annotations

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import NO_SUCH_BUCKET
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import bucket_named
from condemu.s3.state.records import Bucket


def bucket_of(txn: Txn, request: S3Request) -> Bucket:
    """The request's bucket; 404 NoSuchBucket. A decision that changes the bucket does not ask for it again."""
    if request.found_at == txn.index and request.found_bucket is not None:
        return request.found_bucket
    bucket = bucket_named(txn, request.bucket, request.namespace)
    if bucket is None:
        raise ServiceError(NO_SUCH_BUCKET, {"BucketName": request.bucket})
    request.found_bucket, request.found_at = bucket, txn.index
    return bucket


def bucket_called(txn: Txn, request: S3Request, name: str) -> Bucket:
    """The bucket that the caller calls so; 404 NoSuchBucket."""
    bucket = bucket_if_any(txn, request, name)
    if bucket is None:
        raise ServiceError(NO_SUCH_BUCKET, {"BucketName": name})
    return bucket


def bucket_if_any(txn: Txn, request: S3Request, name: str) -> Bucket | None:
    """As `bucket_called`, without a refusal."""
    if name == request.bucket and request.found_at == txn.index:
        return request.found_bucket
    return bucket_named(txn, name, request.namespace)
