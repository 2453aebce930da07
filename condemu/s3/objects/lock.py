"""Object Lock: what a put locks and what a lock forbids; Get- and PutObjectRetention, Get- and PutObjectLegalHold.

| asked of a locked version      | legal hold ON | COMPLIANCE, not expired | GOVERNANCE, not expired | GOVERNANCE, with bypass |
|--------------------------------|---------------|-------------------------|-------------------------|-------------------------|
| delete it by its id            | 403           | 403                     | 403                     | done                    |
| the same mode, a later date    | done          | done                    | done                    | done                    |
| COMPLIANCE, the same date      | done          | done                    | 403                     | done                    |
| the same mode, an earlier date | done          | 403                     | 403                     | done                    |
| GOVERNANCE, the same date      | done          | 403                     | done                    | done                    |
| no retention                   | done          | 403                     | 403                     | done                    |
| a delete marker over it        | done          | done                    | done                    | done                    |
| a new version over it          | done          | done                    | done                    | done                    |

The answers are recorded on AWS, but that COMPLIANCE in place of GOVERNANCE needs the bypass is asserted there.
`bypass` is the header x-amz-bypass-governance-retention: true. Expiry is judged at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import (
    BUCKET_WITHOUT_LOCK,
    BYPASS_WITHOUT_LOCK,
    LOCK_NEEDS_DIGEST,
    MALFORMED_XML,
    METHOD_NOT_ALLOWED,
    NO_OBJECT_LOCK,
    NO_SUCH_KEY,
    OBJECT_LOCKED,
    OPERATION_NOT_IMPLEMENTED,
    RETAIN_IN_THE_PAST,
)
from condemu.s3.objects.bodies import check_digest
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.members import Member, Members
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import LOCK_MODES, OBJECTS, Bucket, Version
from condemu.s3.state.versions import existing, update
from condemu.wire.rest import http_date, iso_8601_ms, parse_iso_8601
from condemu.wire.xml import Element, Malformed, parse

BYPASS_HEADER: Final = "x-amz-bypass-governance-retention"
LOCK_MEMBERS: Final[tuple[Member, ...]] = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")


def lock_at_put(now: float, bucket: Bucket, members: Members) -> dict[str, Any]:
    """The fields of a new version: what the headers say, else the bucket's default retention."""
    asked = any(member in members for member in LOCK_MEMBERS)
    if bucket.object_lock is None:
        if asked:
            raise ServiceError(BUCKET_WITHOUT_LOCK)
        return {}
    mode, until = members.get("ObjectLockMode"), None
    if mode is not None:
        until = parse_iso_8601(members["ObjectLockRetainUntilDate"])
        if until is None or until <= now:
            raise _in_the_past("x-amz-object-lock-retain-until-date", until or 0.0)
    elif bucket.object_lock.get("Mode"):
        mode, until = bucket.object_lock["Mode"], default_until(now, bucket.object_lock)
    return {"lock_mode": mode, "lock_until": until, "legal_hold": members.get("ObjectLockLegalHoldStatus")}


def default_until(now: float, retention: Mapping[str, Any]) -> float:
    """When a default retention of so many days or years ends."""
    if retention.get("Days"):
        return now + int(retention["Days"]) * 86400
    return now + int(retention["Years"]) * 365 * 86400


def put_digest_refusal(request: S3Request, locked: Mapping[str, Any]) -> ServiceError | None:
    """A put that locks must prove its bytes (documented)."""
    if locked.get("lock_mode") is None and locked.get("legal_hold") is None:
        return None
    if request["ContentMD5"] is not None or (request.digests is not None and request.digests.given):
        return None
    return ServiceError(LOCK_NEEDS_DIGEST)


def bypass_of(bucket: Bucket, request: S3Request) -> bool:
    """Whether the request may pass by GOVERNANCE. The header is refused, whatever it says, where there is no Object Lock."""
    value = request["BypassGovernanceRetention"]
    if value is None:
        return False
    if bucket.object_lock is None:
        raise ServiceError(BYPASS_WITHOUT_LOCK, {"ArgumentName": BYPASS_HEADER})
    return bool(value.strip().lower() == "true")


def removal_refusal(version: Version, now: float, bypass: bool) -> ServiceError | None:
    """Whether a lock forbids that the version goes for good."""
    if version.legal_hold == "ON":
        return ServiceError(OBJECT_LOCKED, because="a legal hold is on the version")
    return _retention_refusal(version, now, bypass)


def _retention_refusal(version: Version, now: float, bypass: bool) -> ServiceError | None:
    if version.lock_mode is None or version.lock_until is None or version.lock_until <= now:
        return None
    if version.lock_mode == "GOVERNANCE" and bypass:
        return None
    return ServiceError(OBJECT_LOCKED, because=f"{version.lock_mode} retention until {http_date(version.lock_until)}")


def get_object_retention(txn: Txn, request: S3Request) -> dict[str, Any]:
    version = _lockable(txn, request)
    if version.lock_mode is None or version.lock_until is None:
        raise ServiceError(NO_OBJECT_LOCK)
    return {"Mode": version.lock_mode, "RetainUntilDate": iso_8601_ms(version.lock_until)}


def put_object_retention(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, its lock, a digest, the document, the version, the date, what the version's own lock allows."""
    bucket = bucket_of(txn, request)
    if bucket.object_lock is None:
        raise ServiceError(BUCKET_WITHOUT_LOCK)
    check_digest(request)
    bypass = bypass_of(bucket, request)
    mode, until = _retention_asked(request.xml)
    version = _lockable(txn, request)
    if until is not None and until <= txn.now:
        raise _in_the_past("RetainUntilDate", until)
    if mode != version.lock_mode or until is None or until < (version.lock_until or 0.0):
        refusal = _retention_refusal(version, txn.now, bypass)
        if refusal is not None:
            raise refusal
    update(txn, bucket, request.key, version, replace(version, lock_mode=mode, lock_until=until))
    return {}


def get_object_legal_hold(txn: Txn, request: S3Request) -> dict[str, Any]:
    version = _lockable(txn, request)
    if version.legal_hold is None:
        raise ServiceError(NO_OBJECT_LOCK)
    return {"Status": version.legal_hold}


def put_object_legal_hold(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    if bucket.object_lock is None:
        raise ServiceError(BUCKET_WITHOUT_LOCK)
    check_digest(request)
    status = _document(request.xml, "LegalHold").text_of("Status")
    if status not in ("ON", "OFF"):
        raise ServiceError(MALFORMED_XML)
    version = _lockable(txn, request)
    update(txn, bucket, request.key, version, replace(version, legal_hold=status))
    return {}


def _lockable(txn: Txn, request: S3Request) -> Version:
    """The version that a request about locks names: the bucket must have Object Lock, and a delete marker has none."""
    bucket = bucket_of(txn, request)
    if bucket.object_lock is None:
        raise ServiceError(BUCKET_WITHOUT_LOCK)
    if request["VersionId"] is not None:
        version: Version | None = existing(txn, bucket, request.key, request["VersionId"])
    else:
        version = txn.get(OBJECTS, bucket.at(request.key))
    if version is None:
        raise ServiceError(NO_SUCH_KEY, {"Key": request.key})
    if version.marker:
        fields = {"Method": request.http.method, "ResourceType": "DeleteMarker"}
        headers = (("x-amz-delete-marker", "true"), ("Allow", "DELETE"))
        raise ServiceError(METHOD_NOT_ALLOWED, fields, headers=headers)
    return version


def _document(data: bytes, root: str) -> Element:
    try:
        document = parse(data)
    except Malformed as error:
        raise ServiceError(MALFORMED_XML, because=str(error)) from None
    if document.tag != root:
        raise ServiceError(MALFORMED_XML, because=f"the document is a {document.tag}")
    return document


def _retention_asked(data: bytes) -> tuple[str | None, float | None]:
    """Mode and date; both None for an entirely empty Retention, which clears the lock. 400 MalformedXML for one alone."""
    document = _document(data, "Retention")
    if document.child("EventHold") is not None or document.child("EventHoldDuration") is not None:
        raise ServiceError(OPERATION_NOT_IMPLEMENTED, because="condemu does not implement event holds")
    mode, date = document.text_of("Mode"), document.text_of("RetainUntilDate")
    if mode is None and date is None and not len(document):
        return None, None
    until = parse_iso_8601(date) if date is not None else None
    if mode not in LOCK_MODES or until is None:
        raise ServiceError(MALFORMED_XML, because="Mode and RetainUntilDate are both needed")
    return mode, until


def _in_the_past(argument: str, until: float) -> ServiceError:
    return ServiceError(RETAIN_IN_THE_PAST, {"ArgumentName": argument, "ArgumentValue": pacific(until)})


def pacific(seconds: float) -> str:
    """The form in which S3 echoes such a date: `Tue Dec 31 16:00:00 PST 2019`, in Seattle's time (recorded on AWS)."""
    utc = datetime.fromtimestamp(int(seconds // 1), UTC)
    begins = _sunday(utc.year, 3, 8) + timedelta(hours=10)  # 02:00 PST on the second Sunday of March
    ends = _sunday(utc.year, 11, 1) + timedelta(hours=9)  # 02:00 PDT on the first Sunday of November
    summer = begins <= utc < ends
    local = utc - timedelta(hours=7 if summer else 8)
    return local.strftime(f"%a %b %d %H:%M:%S {'PDT' if summer else 'PST'} %Y")


def _sunday(year: int, month: int, day: int) -> datetime:
    """The first Sunday on or after that day."""
    date = datetime(year, month, day, tzinfo=UTC)
    return date + timedelta(days=(6 - date.weekday()) % 7)
