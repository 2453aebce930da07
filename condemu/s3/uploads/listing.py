"""ListMultipartUploads and ListParts.

Uploads are listed by key, and those of one key by initiation. A key-marker alone passes over all uploads of its key; with an
upload-id-marker only over those begun no later than that one. An upload-id-marker without a key-marker is ignored; one of another
key is refused (recorded on AWS). The next markers are always there, and empty when the page lists only prefixes (recorded, and a
quirk: such a page cannot be followed up).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.s3.errors.listing import INVALID_UPLOAD_MARKER
from condemu.s3.listing.pages import (
    MOST,
    behind,
    bounds,
    common_prefixes,
    delimiter_of,
    encoder,
    first_after,
    group_of,
    limit,
    owner_of,
)
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import abort_members
from condemu.s3.state.records import PARTS, UPLOADS, Bucket, Part, Upload
from condemu.s3.uploads.ids import belongs_to
from condemu.s3.uploads.parts import checksum_member, upload_of

OF_PARTS: Final = (  # what ListParts tells in its document; the rest is in headers
    "Bucket", "Key", "UploadId", "Initiator", "Owner", "StorageClass", "PartNumberMarker", "NextPartNumberMarker", "MaxParts",
    "IsTruncated", "ChecksumAlgorithm", "ChecksumType", "Part",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """`last` is the key and id of the last upload, or the last prefix and ""."""

    uploads: list[tuple[str, Upload]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: tuple[str, str] = ("", "")
    truncated: bool = False


def list_multipart_uploads(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, then (inferred) encoding-type, max-uploads, markers."""
    bucket = bucket_of(txn, request)
    encode = encoder(request["EncodingType"])
    count = limit(request["MaxUploads"], "max-uploads")
    key_marker = request["KeyMarker"] or ""
    id_marker = (request["UploadIdMarker"] or "") if key_marker else ""
    if id_marker and not belongs_to(id_marker, request.bucket, key_marker):
        raise ServiceError(INVALID_UPLOAD_MARKER, {"ArgumentName": "upload-id-marker", "ArgumentValue": id_marker})
    page = uploads_page(txn, request, bucket, key_marker, id_marker, count)
    next_key, next_id = page.last if page.uploads else ("", "")
    return {
        "Bucket": request.bucket,
        "KeyMarker": encode(key_marker),
        "UploadIdMarker": id_marker,
        "NextKeyMarker": encode(next_key),
        "NextUploadIdMarker": next_id,
        **delimiter_of(request, encode),
        "Prefix": None if request["Prefix"] is None else encode(request["Prefix"]),
        "EncodingType": request["EncodingType"],
        "MaxUploads": count,
        "IsTruncated": page.truncated,
        "Upload": [
            {
                "Key": encode(key),
                "UploadId": upload.upload_id,
                "Initiator": initiator_of(upload),
                "Owner": owner_of(upload.draft.owner),
                "StorageClass": upload.draft.storage_class,
                "Initiated": upload.initiated,
                "ChecksumAlgorithm": upload.checksum_algorithm or None,
                "ChecksumType": upload.checksum_type or None,
            }
            for key, upload in page.uploads
        ],
        "CommonPrefixes": common_prefixes(page.prefixes, encode),
    }


def uploads_page(txn: Txn, request: S3Request, bucket: Bucket, key_marker: str, id_marker: str, count: int) -> Page:
    """At most `count` uploads and common prefixes behind the markers."""
    prefix, delimiter = request["Prefix"] or "", request["Delimiter"] or ""
    page = Page()
    first = first_after(key_marker, prefix, delimiter)
    start: Key | None = None
    if id_marker and first == key_marker + "\0":
        start = (*bucket.at(key_marker), id_marker + "\0")
    while first is not None and count:
        group = None
        lowest, stop = bounds(bucket, first, prefix)
        for (_, _, key, upload_id), upload in txn.scan(UPLOADS, start or lowest, stop):
            if len(page.uploads) + len(page.prefixes) == count:
                page.truncated = True
                return page
            if delimiter:
                group = group_of(key, prefix, delimiter)
                if group is not None:
                    break
            page.uploads.append((key, upload))
            page.last = key, upload_id
        if group is None:
            return page
        page.prefixes.append(group)
        page.last = group, ""
        start, first = None, behind(group) or None
    return page


def list_parts(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, upload, limits. The last page has a NextPartNumberMarker, too: its last part, or 0 (recorded)."""
    bucket = bucket_of(txn, request)
    upload = upload_of(txn, request, bucket)
    count = limit(request["MaxParts"], "max-parts")
    marker = part_marker(request["PartNumberMarker"])
    place = bucket.at(upload.upload_id)
    held: list[Part] = [
        part for _, part in islice(txn.scan(PARTS, (*place, marker + 1), prefix_range(place)[1]), count + 1 if count else 0)
    ]
    page = held[:count]
    return {
        "Bucket": request.bucket,
        "Key": request.key,
        "UploadId": upload.upload_id,
        "Initiator": initiator_of(upload),
        "Owner": owner_of(upload.draft.owner),
        "StorageClass": upload.draft.storage_class,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": page[-1].number if page else 0,
        "MaxParts": count,
        "IsTruncated": len(held) > count,
        "ChecksumAlgorithm": upload.checksum_algorithm or None,
        "ChecksumType": upload.checksum_type or None,
        "Part": [
            {
                "PartNumber": part.number,
                "LastModified": part.modified,
                "ETag": f'"{part.etag}"',
                "Size": part.size,
                **(checksum_member(part) if upload.checksum_algorithm else {}),
            }
            for part in page
        ],
        **({} if bucket.sweep is None else abort_members(bucket, request.key, upload.initiated)),
    }


def part_marker(text: str | None) -> int:
    """The number behind which the page begins: 0 unless sent."""
    return limit(text, "part-number-marker", most=MOST) if text else 0


def initiator_of(upload: Upload) -> dict[str, str]:
    """Unlike the owner it still has a DisplayName (recorded)."""
    return {**owner_of(upload.initiator), "DisplayName": upload.initiator}
