"""GetObjectTagging, PutObjectTagging and DeleteObjectTagging.

Tags change neither ETag nor Last-Modified nor version, and are no change of the key to a condition (recorded on AWS, but for the
last). Order of checks: bucket, document, tags in their order, version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from condemu.core.store import Txn
from condemu.s3.objects.subjects import shown_id, version_of
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_OBJECT, Tags, sent_tags, tag_set
from condemu.s3.state.records import Bucket
from condemu.s3.state.versions import update


def get_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    """A missing key is named as `bucket/key` here, which is AWS's own oddity (recorded)."""
    version = version_of(txn, request, f"{request.bucket}/{request.key}")
    return {"VersionId": shown_id(txn, request, version), **tag_set(version.tags)}


def put_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    return _retag(txn, request, bucket, sent_tags(request, OF_OBJECT))


def delete_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    return _retag(txn, request, bucket_of(txn, request), ())


def _retag(txn: Txn, request: S3Request, bucket: Bucket, tags: Tags) -> dict[str, Any]:
    version = version_of(txn, request)
    update(txn, bucket, request.key, version, replace(version, tags=tags))
    return {"VersionId": shown_id(txn, request, version)}
