"""What headers may say of an object, whatever the bucket holds: checked before the body is read: first HEADER_CHECKS,
then user metadata, then GUARD_CHECKS, each in its order.

A header that asks for something condemu does not do answers 501 with its name; none is accepted and ignored. The order among
these checks is inferred.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.encryption import UNSUPPORTED_METHOD
from condemu.s3.errors.general import (
    INVALID_REDIRECT,
    INVALID_STORAGE_CLASS,
    INVALID_URI,
    KEY_TOO_LONG,
    LOCK_PAIR,
    NOT_IMPLEMENTED,
    PART_WITHOUT_UPLOAD,
    RETAIN_DATE_FORMAT,
    UNKNOWN_LEGAL_HOLD,
    UNKNOWN_LOCK_MODE,
)
from condemu.s3.objects.metadata import kept
from condemu.s3.requests.encryption import KMS
from condemu.s3.requests.members import Member, Members
from condemu.s3.requests.operation import FORM
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import OF_OBJECT, checked, tags_of_header
from condemu.s3.state.preconditions import write_syntax_refusal
from condemu.s3.state.records import LOCK_MODES
from condemu.wire.rest import parse_iso_8601

MAX_KEY: Final = 1024  # bytes of a key in UTF-8
STORAGE_CLASSES: Final = frozenset(
    {  # those of general purpose buckets; the model's others live on other hardware
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "DEEP_ARCHIVE",
        "GLACIER_IR",
    }
)
ENCRYPTIONS: Final = frozenset({"AES256", *KMS})
OTHER_ENCRYPTIONS: Final = frozenset({"aws:fsx", "aws:backup"})  # of access points to something else than S3

# What describes an object and is kept as it was sent.
SYSTEM_MEMBERS: Final[tuple[Member, ...]] = (
    "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires",
)  # fmt: skip


def check_key(key: str) -> None:
    """400 for a key that is no UTF-8 or longer than 1,024 bytes of it."""
    if len(key) * 4 <= MAX_KEY and key.isascii():
        return
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise ServiceError(INVALID_URI, {"URI": key}, because="the key is not UTF-8") from None
    if size > MAX_KEY:
        raise ServiceError(KEY_TOO_LONG, {"Size": size, "MaxSizeAllowed": MAX_KEY})


def check_put(request: S3Request) -> None:
    """PutObject, before its body is read: the conditions' syntax (501), then the headers that describe the object (400)."""
    members = request.members
    if_match, if_none_match = members.get("IfMatch"), members.get("IfNoneMatch")
    if if_match is not None or if_none_match is not None:
        refusal = write_syntax_refusal(if_match, if_none_match)
        if refusal is not None:
            raise refusal
    check_object_headers(request)


def check_object_headers(request: S3Request) -> None:
    """PutObject, CopyObject, CreateMultipartUpload: refuse what no state could make right."""
    check_key(request.key)
    members = request.members
    if "PartNumber" in members:  # somebody meant a part of an upload: the object is not to be overwritten
        raise ServiceError(PART_WITHOUT_UPLOAD, {"ArgumentName": "partNumber", "ArgumentValue": members["PartNumber"]})
    if not request.metadata and CHECKED.isdisjoint(members):
        return
    _check(HEADER_CHECKS, members)
    kept(request.metadata, of_form=request.operation.takes == FORM)
    _check(GUARD_CHECKS, members)


def _check(checks: Checks, members: Members) -> None:
    for member, check in checks.items():
        if member in members:
            check(members[member], members)


def _encryption(value: str, _members: Members) -> None:
    header = "x-amz-server-side-encryption"
    if value in OTHER_ENCRYPTIONS:
        raise ServiceError(NOT_IMPLEMENTED, {"Header": header}, because=f"condemu does not implement {value}")
    if value not in ENCRYPTIONS:
        raise ServiceError(UNSUPPORTED_METHOD, {"ArgumentName": header, "ArgumentValue": value})


def _storage_class(value: str, _members: Members) -> None:
    if value not in STORAGE_CLASSES:
        raise ServiceError(INVALID_STORAGE_CLASS, {"StorageClassRequested": value})


def _redirect(value: str, _members: Members) -> None:
    if not value.startswith(("/", "http://", "https://")):
        raise ServiceError(INVALID_REDIRECT)


def _lock_mode(value: str, members: Members) -> None:
    if "ObjectLockRetainUntilDate" not in members:
        raise ServiceError(LOCK_PAIR, {"ArgumentName": "x-amz-object-lock-retain-until-date"})
    if value not in LOCK_MODES:
        raise ServiceError(UNKNOWN_LOCK_MODE, {"ArgumentName": "x-amz-object-lock-mode", "ArgumentValue": value})


def _lock_date(value: str, members: Members) -> None:
    if "ObjectLockMode" not in members:
        raise ServiceError(LOCK_PAIR, {"ArgumentName": "x-amz-object-lock-mode"})
    if parse_iso_8601(value) is None:
        raise ServiceError(RETAIN_DATE_FORMAT, {"ArgumentName": "x-amz-object-lock-retain-until-date", "ArgumentValue": value})


def _legal_hold(value: str, _members: Members) -> None:
    if value not in ("ON", "OFF"):
        raise ServiceError(UNKNOWN_LEGAL_HOLD, {"ArgumentName": "x-amz-object-lock-legal-hold", "ArgumentValue": value})


def _tagging(value: str, _members: Members) -> None:
    checked(tags_of_header(value), OF_OBJECT)


Checks = dict[Member, Callable[[str, Members], None]]

HEADER_CHECKS: Final[Checks] = {
    "StorageClass": _storage_class,
    "ServerSideEncryption": _encryption,
    "WebsiteRedirectLocation": _redirect,
}
GUARD_CHECKS: Final[Checks] = {
    "ObjectLockMode": _lock_mode,
    "ObjectLockRetainUntilDate": _lock_date,
    "ObjectLockLegalHoldStatus": _legal_hold,
    "Tagging": _tagging,
}
CHECKED: Final = frozenset({*HEADER_CHECKS, *GUARD_CHECKS})
