"""GetObjectAttributes: ETag without quotes, checksum without the number of parts, parts only of a COMPOSITE object."""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import ARGUMENT_OUT_OF_BOUNDS, INVALID_ATTRIBUTE_NAME, MISSING_ATTRIBUTES
from condemu.s3.objects.encryption import check_readable
from condemu.s3.objects.get import readable
from condemu.s3.objects.put import checksum_members
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Version
from condemu.wire.checksums import ALGORITHMS, COMPOSITE

ATTRIBUTES: Final = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")
MAX_PARTS: Final = 1000  # on one page
MAX_INT: Final = 2147483647


def check_attributes(request: S3Request) -> None:
    names = request["ObjectAttributes"]
    if not names:
        raise ServiceError(MISSING_ATTRIBUTES)
    for name in _asked(request):
        if name not in ATTRIBUTES:
            raise ServiceError(INVALID_ATTRIBUTE_NAME, {"ArgumentName": "x-amz-object-attributes", "ArgumentValue": names})
    _number(request, "MaxParts", "max-parts")
    _number(request, "PartNumberMarker", "part-number-marker")


def get_object_attributes(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    version = readable(txn, request, bucket)
    check_readable(request, version)
    asked = set(_asked(request))
    result: dict[str, Any] = {
        "LastModified": version.modified,
        "VersionId": version.version_id if bucket.versioning else None,
    }
    if "ETag" in asked:
        result["ETag"] = version.etag
    if "Checksum" in asked and version.checksum:
        result["Checksum"] = {name: value.partition("-")[0] for name, value in checksum_members(version).items()}
    if "ObjectParts" in asked and version.parts:
        result["ObjectParts"] = _parts(request, version)
    if "StorageClass" in asked:
        result["StorageClass"] = version.storage_class
    if "ObjectSize" in asked:
        result["ObjectSize"] = version.size
    return result


def _parts(request: S3Request, version: Version) -> dict[str, Any]:
    """How many there are, and for a COMPOSITE object a page of them (recorded on AWS). NextPartNumberMarker is as ListParts gives
    it: the page's last part, were it the last of all, and 0 for an empty page."""
    count = len(version.parts)
    if version.checksum_type != COMPOSITE:
        return {"PartsCount": count}
    marker = _number(request, "PartNumberMarker", "part-number-marker") or 0
    asked = _number(request, "MaxParts", "max-parts")
    limit = MAX_PARTS if asked is None else min(asked, MAX_PARTS)
    following = [(number, part) for number, part in enumerate(version.parts, 1) if number > marker]
    page = following[:limit]
    return {
        "PartsCount": count,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": page[-1][0] if page else 0,
        "MaxParts": limit,
        "IsTruncated": len(following) > len(page),
        "Part": [
            {"PartNumber": number, "Size": part.size, ALGORITHMS[part.checksum_algorithm].member: part.checksum}
            for number, part in page
        ],
    }


def _asked(request: S3Request) -> list[str]:
    return [name.strip() for name in (request["ObjectAttributes"] or "").split(",")]


def _number(request: S3Request, member: Member, argument: str) -> int | None:
    text = request[member]
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > MAX_INT:
        raise ServiceError(ARGUMENT_OUT_OF_BOUNDS, {"ArgumentName": argument, "ArgumentValue": text})
    return int(text)
