"""Tags, in a document or in a header: what one may be.

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
from typing import Any, Final
from unicodedata import category
from urllib.parse import unquote_plus

from condemu.core.errors import ErrorRow, ServiceError
from condemu.s3.errors.buckets import (
    DUPLICATE_TAG,
    INVALID_TAG_KEY,
    INVALID_TAG_VALUE,
    SYSTEM_TAG_ON_BUCKET,
    SYSTEM_TAG_ON_NEW_BUCKET,
    SYSTEM_TAG_ON_OBJECT,
    TOO_MANY_TAGS,
)
from condemu.s3.errors.general import INVALID_TAGGING_HEADER
from condemu.s3.requests.documents import document_of, malformed
from condemu.s3.requests.request import S3Request
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


def sent_tags(request: S3Request, kind: tuple[ErrorRow, int, str]) -> Tags:
    """The document's tags; one without a TagSet has none, and clears them (recorded on AWS)."""
    tag_set = document_of(request, "Tagging").child("TagSet")
    return () if tag_set is None else tags_in(tag_set, kind)


def tag_set(tags: Tags) -> dict[str, Any]:
    return {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags]}}


def tags_of_header(value: str) -> tuple[tuple[str, str], ...]:
    """x-amz-tagging: tags in the form of a query string, in their order. Empty pieces are skipped, duplicate names are refused,
    and so is a comma that is not encoded, where somebody meant `&` (all recorded on AWS)."""
    tags: dict[str, str] = {}
    for pair in value.split("&"):
        if not pair:
            continue
        try:
            name, text = (unquote_plus(part, errors="strict") for part in (pair.partition("=")[0], pair.partition("=")[2]))
        except UnicodeDecodeError:
            name = text = ""
        if not name or name in tags or "," in pair:
            raise ServiceError(INVALID_TAGGING_HEADER, {"ArgumentName": "x-amz-tagging", "ArgumentValue": value})
        tags[name] = text
    return tuple(tags.items())
