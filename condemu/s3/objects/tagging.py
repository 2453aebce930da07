"""Tags of buckets and objects.

Tags change neither ETag nor Last-Modified nor version, and are no change of the key to a condition (recorded on AWS, but for the
last). Order of checks: bucket, document, tags in their order, version.

| tag                          | on an object                     | on a bucket                 | in CreateBucket            |
|------------------------------|----------------------------------|-----------------------------|----------------------------|
| key begins with `aws:`       | Your TagKey cannot be prefixed … | System tags cannot be …     | User-defined tag keys …    |
| key not 1–128 of the letters | The TagKey … is invalid          | same                        | same                       |
| value not 0–256 of them      | The TagValue … is invalid        | same                        | same                       |
| the same key twice           | Cannot provide multiple Tags …   | same                        | same                       |
| more than                    | 10                               | 50                          | 50                         |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from unicodedata import category

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Txn
from condemu.s3.buckets.buckets import bucket_of, configure
from condemu.s3.buckets.documents import document_of, malformed
from condemu.s3.errors.buckets import (
    DUPLICATE_TAG,
    INVALID_TAG_KEY,
    INVALID_TAG_VALUE,
    NO_TAGS,
    SYSTEM_TAG_ON_BUCKET,
    SYSTEM_TAG_ON_NEW_BUCKET,
    SYSTEM_TAG_ON_OBJECT,
    TOO_MANY_TAGS,
)
from condemu.s3.objects.subjects import shown_id, version_of
from condemu.s3.request import S3Request
from condemu.s3.state.records import Bucket
from condemu.s3.state.versions import update
from condemu.wire.xml import Element

Tags = tuple[tuple[str, str], ...]

MAX_KEY: Final = 128  # characters (S3 User Guide, "Categorizing your objects using tags")
MAX_VALUE: Final = 256
OBJECT_TAGS: Final = 10
BUCKET_TAGS: Final = 50
SYSTEM_PREFIX: Final = "aws:"
LETTERS: Final = frozenset("_.:/=+-@")  # besides Unicode's letters, numbers and separators

OF_OBJECT: Final = (SYSTEM_TAG_ON_OBJECT, OBJECT_TAGS, "Object tags")
OF_BUCKET: Final = (SYSTEM_TAG_ON_BUCKET, BUCKET_TAGS, "Bucket tag count")
OF_NEW_BUCKET: Final = (SYSTEM_TAG_ON_NEW_BUCKET, BUCKET_TAGS, "Bucket tag count")


def tags_in(elements: Iterable[Element], kind: tuple[ErrorRow, int, str]) -> Tags:
    """The tags of a list of <Tag>, or the refusal of the first that is wrong."""
    pairs = [(element.text_of("Key"), element.text_of("Value")) for element in elements]
    return checked(pairs, kind)


def checked(pairs: Iterable[tuple[str | None, str | None]], kind: tuple[ErrorRow, int, str]) -> Tags:
    """Tags that hold the rules of what they are on."""
    system, limit, subject = kind
    tags: dict[str, str] = {}
    for key, value in pairs:
        if key is None or value is None:
            raise malformed("a Tag has a Key and a Value")
        if key in tags:
            raise ServiceError(DUPLICATE_TAG, {"TagKey": key})
        if key.startswith(SYSTEM_PREFIX):
            raise ServiceError(system, {"TagKey": key})
        if not key or len(key) > MAX_KEY or not _speakable(key):
            raise ServiceError(INVALID_TAG_KEY, {"TagKey": key})
        if len(value) > MAX_VALUE or not _speakable(value):
            raise ServiceError(INVALID_TAG_VALUE, {"TagKey": key, "TagValue": value})
        tags[key] = value
    if len(tags) > limit:
        raise ServiceError(TOO_MANY_TAGS, {"Subject": subject, "Limit": limit}, because=f"there are {len(tags)}")
    return tuple(tags.items())


def _speakable(text: str) -> bool:
    return all(character in LETTERS or category(character)[0] in "LZN" for character in text)


def _sent(request: S3Request, kind: tuple[ErrorRow, int, str]) -> Tags:
    tag_set = document_of(request, "Tagging").child("TagSet")
    if tag_set is None:
        raise malformed("there is no TagSet")
    return tags_in(tag_set, kind)


def tag_set(tags: Tags) -> dict[str, Any]:
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags]}}


def get_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    tags: Tags | None = bucket_of(txn, request).configurations.get("tagging")
    if not tags:
        raise ServiceError(NO_TAGS, {"BucketName": request.bucket})
    return tag_set(tags)


def put_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    configure(txn, bucket, "tagging", _sent(request, OF_BUCKET) or None)
    return {}


def delete_bucket_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    configure(txn, bucket_of(txn, request), "tagging", None)
    return {}


def get_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    """A missing key is named as `bucket/key` here, which is AWS's own oddity (recorded)."""
    version = version_of(txn, request, f"{request.bucket}/{request.key}")
    return {"VersionId": shown_id(txn, request, version), **tag_set(version.tags)}


def put_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    return _retag(txn, request, bucket, _sent(request, OF_OBJECT))


def delete_object_tagging(txn: Txn, request: S3Request) -> dict[str, Any]:
    return _retag(txn, request, bucket_of(txn, request), ())


def _retag(txn: Txn, request: S3Request, bucket: Bucket, tags: Tags) -> dict[str, Any]:
    version = version_of(txn, request)
    update(txn, bucket, request.key, version, replace(version, tags=tags))
    return {"VersionId": shown_id(txn, request, version)}
