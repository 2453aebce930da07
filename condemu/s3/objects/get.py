"""GetObject and HeadObject."""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import (
    ANONYMOUS_OVERRIDE,
    ENCRYPTION_ON_READ,
    INVALID_OVERRIDE,
    METHOD_NOT_ALLOWED,
    NO_SUCH_KEY,
    RANGE_AND_PART_NUMBER,
    UPLOADS_OF_KEY,
    VERSIONS_OF_KEY,
)
from condemu.s3.objects.encryption import check_readable, told
from condemu.s3.objects.metadata import header_of
from condemu.s3.objects.put import checksum_members
from condemu.s3.objects.ranges import part_number_of, span_of_part, span_of_range
from condemu.s3.objects.restore import check_not_archived
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import expiration
from condemu.s3.state.preconditions import if_range_holds, read_refusal
from condemu.s3.state.records import OBJECTS, SSE_S3, Bucket, Part, Version
from condemu.s3.state.restores import ARCHIVES
from condemu.s3.state.restores import told as restore_told
from condemu.s3.state.versions import existing
from condemu.wire.checksums import ALGORITHMS, COMPOSITE
from condemu.wire.rest import iso_8601_ms

OF_BUCKETS: Final = {"uploads": UPLOADS_OF_KEY, "versions": VERSIONS_OF_KEY}

# query parameter -> (member of the request, member of the result)
OVERRIDES: Final = {
    "response-content-type": ("ResponseContentType", "ContentType"),
    "response-content-language": ("ResponseContentLanguage", "ContentLanguage"),
    "response-expires": ("ResponseExpires", "Expires"),
    "response-cache-control": ("ResponseCacheControl", "CacheControl"),
    "response-content-disposition": ("ResponseContentDisposition", "ContentDisposition"),
    "response-content-encoding": ("ResponseContentEncoding", "ContentEncoding"),
}


def check_get(request: S3Request) -> None:
    """What is refused whatever the bucket holds: what no read takes, range and part together, overrides that no header can carry.

    Of a key there is no list of uploads or versions, and to give the object instead would be a surprise: AWS refuses it (users
    report the texts). Encryption is no matter of a read (documented: 400).
    """
    members = request.members
    if "ServerSideEncryption" in members:
        encryption = members["ServerSideEncryption"]
        raise ServiceError(ENCRYPTION_ON_READ, {"ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": encryption})
    if "PartNumber" in members:
        if "Range" in members:
            raise ServiceError(RANGE_AND_PART_NUMBER)
        part_number_of(members["PartNumber"])
    if request.query:
        for marker, row in OF_BUCKETS.items():
            if marker in request.query:
                raise ServiceError(row)
        for parameter, (member, _) in OVERRIDES.items():
            if member in members:
                _check_override(request, parameter, members[member])


def get_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, version id, key or delete marker, encryption, conditions, storage class, range or part."""
    bucket = bucket_of(txn, request)
    version = readable(txn, request, bucket)
    members = request.members
    if version.encryption is not SSE_S3 or "SSECustomerKey" in members:
        check_readable(request, version)
    refusal = read_refusal(
        members.get("IfMatch"),
        members.get("IfUnmodifiedSince"),
        members.get("IfNoneMatch"),
        members.get("IfModifiedSince"),
        version,
        txn.now,
    )
    if refusal is not None:
        if refusal.row.status == 304 and bucket.versioning:
            refusal.headers += (("x-amz-version-id", version.version_id),)
        raise refusal
    if version.storage_class in ARCHIVES and request.http.method == "GET":
        check_not_archived(version, txn.now)
    span, part = _span(request, version)
    result = {"LastModified": version.modified, "ETag": f'"{version.etag}"', "AcceptRanges": "bytes"}
    mode = members.get("ChecksumMode")
    if mode is not None and mode.upper() == "ENABLED":  # in any letter case (recorded on AWS)
        result.update(_checksums(version, span, part, "PartNumber" in members))
    if bucket.versioning:
        result["VersionId"] = version.version_id
    if bucket.sweep is not None and "VersionId" not in members:
        result["Expiration"] = expiration(bucket, request.key, version)
    describe(version, result)
    if version.restore is not None:
        result["Restore"] = restore_told(version.restore, txn.now)
    if span is None:
        result["Body"], result["ContentLength"] = version.body, version.size
    else:
        start, stop = span
        result["Body"], result["ContentLength"] = version.body.cut(start, stop), stop - start
        if stop > start:
            result["ContentRange"] = f"bytes {start}-{stop - 1}/{version.size}"
    if part is not None:
        result["PartsCount"] = len(version.parts)
    if request.query:
        for member, answer in OVERRIDES.values():
            if member in members:
                result[answer] = members[member]
    return result


def status_of(request: S3Request, result: dict[str, Any]) -> int:
    """206 for a part of the object."""
    return 206 if "ContentRange" in result else 200


def readable(txn: Txn, request: S3Request, bucket: Bucket) -> Version:
    """The version that a read names, and its refusals when there is none to read (recorded on AWS)."""
    version_id = request.members.get("VersionId")
    if version_id is not None:
        version = existing(txn, bucket, request.key, version_id)
        if version.marker:
            raise ServiceError(
                METHOD_NOT_ALLOWED,
                {"Method": request.http.method, "ResourceType": "DeleteMarker"},
                because="the version is a delete marker",
                headers=(("x-amz-delete-marker", "true"), ("x-amz-version-id", version_id), ("Allow", "DELETE")),
            )
        return version
    found: Version | None = txn.get(OBJECTS, bucket.at(request.key))
    if found is None:
        raise ServiceError(NO_SUCH_KEY, {"Key": request.key})
    if found.marker:
        raise ServiceError(
            NO_SUCH_KEY,
            {"Key": request.key},
            because="the current version is a delete marker",
            headers=(("x-amz-delete-marker", "true"), ("x-amz-version-id", found.version_id)),
        )
    return found


def describe(version: Version, result: dict[str, Any]) -> None:
    """Add what is kept with an object and told with it. The storage class STANDARD goes without saying."""
    result["ContentType"] = version.content_type
    if version.encryption is SSE_S3:
        result["ServerSideEncryption"] = "AES256"
    else:
        result.update(told(version.encryption))
    if version.system:
        result.update(version.system)
    if version.metadata:
        result["Metadata"] = {name: header_of(value) for name, value in version.metadata.items()}
    if version.storage_class != "STANDARD":
        result["StorageClass"] = version.storage_class
    if version.tags:
        result["TagCount"] = len(version.tags)
    if version.lock_mode is not None and version.lock_until is not None:
        result["ObjectLockMode"] = version.lock_mode
        result["ObjectLockRetainUntilDate"] = iso_8601_ms(version.lock_until)
    if version.legal_hold is not None:
        result["ObjectLockLegalHoldStatus"] = version.legal_hold


def _span(request: S3Request, version: Version) -> tuple[tuple[int, int] | None, Part | None]:
    members = request.members
    if "PartNumber" in members:
        start, stop, part = span_of_part(part_number_of(members["PartNumber"]), version)
        return (start, stop), part
    if "Range" not in members:
        return None, None
    if_range = request.http.headers.get("if-range")
    if if_range is not None and not if_range_holds(if_range, version):
        return None, None
    return span_of_range(members["Range"], version.size), None


def _checksums(version: Version, span: tuple[int, int] | None, part: Part | None, by_part: bool) -> dict[str, Any]:
    """The whole object's checksum goes with all of its bytes only. A part's own goes with it when the object's is COMPOSITE."""
    if part is not None:
        if version.checksum_type == COMPOSITE and part.checksum:
            return {ALGORITHMS[part.checksum_algorithm].member: part.checksum, "ChecksumType": COMPOSITE}
        return checksum_members(version) if len(version.parts) == 1 and version.checksum_type != COMPOSITE else {}
    if span is None or by_part or span == (0, version.size):
        return checksum_members(version)
    return {}


def _check_override(request: S3Request, parameter: str, value: str) -> None:
    if request.authentication is not None and request.authentication.principal.is_anonymous:
        raise ServiceError(ANONYMOUS_OVERRIDE)
    if any(character > "\xff" or character in "\r\n\0" for character in value):
        raise ServiceError(INVALID_OVERRIDE, {"ArgumentName": parameter, "ArgumentValue": value})
