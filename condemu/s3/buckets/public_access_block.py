"""GetPublicAccessBlock, PutPublicAccessBlock and DeletePublicAccessBlock: the four settings as a document.

A setting that the document leaves out is off (documented). What the settings do is decided where requests are authorized.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import NO_PUBLIC_ACCESS_BLOCK
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import boolean, document_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import change

SETTINGS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALL_ON: Final[Mapping[str, bool]] = dict.fromkeys(SETTINGS, True)  # of a new bucket, since April 2023


def get_public_access_block(txn: Txn, request: S3Request) -> dict[str, Any]:
    settings = bucket_of(txn, request).public_access_block
    if settings is None:
        raise ServiceError(NO_PUBLIC_ACCESS_BLOCK, {"BucketName": request.bucket})
    return {setting: settings[setting] for setting in SETTINGS}


def put_public_access_block(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    document = document_of(request, "PublicAccessBlockConfiguration")
    change(txn, bucket, public_access_block={setting: boolean(document, setting) for setting in SETTINGS})
    return {}


def delete_public_access_block(txn: Txn, request: S3Request) -> dict[str, Any]:
    """204, whether there was one or not."""
    bucket = bucket_of(txn, request)
    if bucket.public_access_block is not None:
        change(txn, bucket, public_access_block=None)
    return {}
