"""GetBucketTagging, PutBucketTagging and DeleteBucketTagging. Order of checks: bucket, document, tags in their order."""

from __future__ import annotations

from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import NO_TAGS
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_BUCKET, Tags, sent_tags, tag_set
from condemu.s3.state.buckets import configure


def get_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    tags: Tags | None = bucket_of(txn, request).configurations.get("tagging")
    if not tags:
        raise ServiceError(NO_TAGS, {"BucketName": request.bucket})
    return tag_set(tags)


def put_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    configure(txn, bucket, "tagging", sent_tags(request, OF_BUCKET) or None)
    return {}


def delete_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    configure(txn, bucket_of(txn, request), "tagging", None)
    return {}
