"""GetBucketAcl and PutBucketAcl. What a list may say is in access/grants.py."""

from __future__ import annotations

from typing import Any

from condemu.core.store import Txn
from condemu.s3.access.grants import asked, document
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import configure


def get_bucket_acl(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    return document(bucket.owner, bucket.configurations.get("acl"))


def put_bucket_acl(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    configure(txn, bucket, "acl", asked(request, bucket.owner, bucket))
    return {}
