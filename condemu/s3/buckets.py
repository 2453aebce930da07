"""ListBuckets, CreateBucket, HeadBucket and DeleteBucket."""

from __future__ import annotations

import re
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.errors import BUCKET_ALREADY_EXISTS, BUCKET_NOT_EMPTY, INVALID_BUCKET_NAME, NO_SUCH_BUCKET
from condemu.s3.records import BUCKETS, OBJECTS, VERSIONS, Bucket
from condemu.s3.request import S3Request

NAME: Final = re.compile(r"(?=.{3,63}\Z)[a-z0-9][a-z0-9.-]*[a-z0-9]")


def bucket_of(txn: Txn, name: str) -> Bucket:
    """The bucket, or 404 NoSuchBucket."""
    bucket: Bucket | None = txn.get(BUCKETS, (name,))
    if bucket is None:
        raise ServiceError(NO_SUCH_BUCKET, {"BucketName": name})
    return bucket


def create_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: name, then who has it already."""
    if NAME.fullmatch(request.bucket) is None:
        raise ServiceError(INVALID_BUCKET_NAME, {"BucketName": request.bucket})
    held: Bucket | None = txn.get(BUCKETS, (request.bucket,))
    if held is not None and held.owner != request.account:
        raise ServiceError(BUCKET_ALREADY_EXISTS, {"BucketName": request.bucket})
    if held is None:
        txn.put(BUCKETS, (request.bucket,), Bucket(request.bucket, request.account, "us-east-1", txn.now))
    return {"Location": f"/{request.bucket}"}


def head_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request.bucket)
    return {"BucketRegion": bucket.region, "AccessPointAlias": "false"}


def delete_bucket(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket_of(txn, request.bucket)
    start, stop = prefix_range((request.bucket,))
    for table in (OBJECTS, VERSIONS):
        for _ in txn.scan(table, start, stop):
            raise ServiceError(BUCKET_NOT_EMPTY, {"BucketName": request.bucket})
    txn.delete(BUCKETS, (request.bucket,))
    return {}


def list_buckets(txn: Txn, request: S3Request) -> dict[str, Any]:
    buckets = [record for _, record in txn.scan(BUCKETS) if record.owner == request.account]
    return {"Buckets": [{"Name": bucket.name, "CreationDate": bucket.created} for bucket in buckets], "Owner": {"ID": request.account}}
