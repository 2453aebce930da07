"""GetBucketMetadataConfiguration and GetBucketMetadataTableConfiguration: no bucket has such tables, which are S3 Tables."""

from __future__ import annotations

from typing import Any

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.configurations import NO_METADATA_CONFIGURATION
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request


def get_bucket_metadata_configuration(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket_of(txn, request)
    raise ServiceError(NO_METADATA_CONFIGURATION, {"BucketName": request.bucket})
