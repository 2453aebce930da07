"""GetObject and HeadObject."""

from __future__ import annotations

from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.buckets import bucket_of
from condemu.s3.errors import NO_SUCH_KEY
from condemu.s3.records import OBJECTS, Version
from condemu.s3.request import S3Request


def get_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, key, conditions, range."""
    bucket_of(txn, request.bucket)
    version: Version | None = txn.get(OBJECTS, (request.bucket, request.key))
    if version is None:
        raise ServiceError(NO_SUCH_KEY, {"Key": request.key})
    return {
        "Body": version.body,
        "LastModified": version.modified,
        "ETag": f'"{version.etag}"',
        "AcceptRanges": "bytes",
        "ContentType": version.content_type,
        "ContentLength": version.size,
        "ServerSideEncryption": "AES256",
    }
