"""UploadPartCopy: a part from a stretch of an object that is already there.

Order of checks: part number, bucket, upload, source and its conditions as CopyObject's (412 before anything is said about the
range: asserted against AWS), then the range. There are no conditions on the destination.

| x-amz-copy-source-range, of 0123456789 | answer              | the part   | what is wrong            |
|----------------------------------------|---------------------|------------|--------------------------|
| -                                      | 200                 | 0123456789 | -                        |
| bytes=0-9                              | 200                 | 0123456789 | -                        |
| bytes=2-4                              | 200                 | 234        | -                        |
| 0-8                                    | 400 InvalidArgument | -          | the form                 |
| bytes=0-                               | 400 InvalidArgument | -          | the form                 |
| bytes=-5                               | 400 InvalidArgument | -          | the form                 |
| bytes=5-1                              | 400 InvalidArgument | -          | the form                 |
| bytes=0-10                             | 400 InvalidArgument | -          | it ends behind the last  |
| bytes=10-11                            | 400 InvalidRequest  | -          | it begins behind, too    |

Recorded on AWS.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Store, Txn
from condemu.s3.errors.general import COPY_SOURCE_TOO_LARGE
from condemu.s3.errors.uploads import COPY_RANGE_FORM, COPY_RANGE_OUTSIDE, COPY_RANGE_TOO_LONG
from condemu.s3.objects.copy import MAX_COPY, Source, source_of
from condemu.s3.objects.copy_digests import Stretch, ahead, digests
from condemu.s3.objects.encryption import check_part, etag_of, told
from condemu.s3.objects.validation import check_key
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.copy_source import named_source
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Bucket, Part, Upload
from condemu.s3.uploads.parts import checksum_member, keep_part, part_number, upload_of
from condemu.wire.checksums import DEFAULT, decode

_RANGE: Final = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


def check_upload_part_copy(request: S3Request) -> None:
    """What is refused whatever the buckets hold."""
    check_key(request.key)
    part_number(request["PartNumber"])
    named_source(request)


def upload_part_copy(txn: Txn, request: S3Request) -> dict[str, Any]:
    """See above for the order of checks. The part shares the source's bytes."""
    bucket, upload, source, stretch = _allowed(txn, request)
    part = copied_part(request, stretch, txn.now)
    part = replace(part, etag=etag_of(txn, upload.draft.encryption, part.etag))
    keep_part(txn, bucket, upload, part)
    return {
        "CopySourceVersionId": source.shown_id,
        **told(upload.draft.encryption),
        "LastModified": part.modified,
        "ETag": f'"{part.etag}"',
        **(checksum_member(part) if upload.checksum_algorithm else {}),
    }


async def hash_ahead(request: S3Request, store: Store) -> None:
    """Compute the digests of the part, if it was decided now, before its decision."""
    await ahead(request, store, lambda txn: _allowed(txn, request)[3])


def _allowed(txn: Txn, request: S3Request) -> tuple[Bucket, Upload, Source, Stretch]:
    """All checks."""
    bucket = bucket_of(txn, request)
    upload = upload_of(txn, request, bucket)
    check_part(request, bucket, upload)
    source = source_of(txn, request)
    start, stop = span_of(request["CopySourceRange"], source.version.size)
    if stop - start > MAX_COPY:
        raise ServiceError(COPY_SOURCE_TOO_LARGE)
    return bucket, upload, source, Stretch(source.version, start, stop, upload.checksum_algorithm or DEFAULT.name)


def span_of(text: str | None, size: int) -> tuple[int, int]:
    """The first byte and the one behind the last."""
    if text is None:
        return 0, size
    match = _RANGE.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise ServiceError(COPY_RANGE_FORM, {"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": text})
    first, last = int(match[1]), int(match[2])
    if first >= size:
        raise ServiceError(COPY_RANGE_OUTSIDE, because=f"the source has {size} bytes")
    if last >= size:
        raise ServiceError(COPY_RANGE_TOO_LONG, {"Size": size, "ArgumentName": "x-amz-copy-source-range", "ArgumentValue": text})
    return first, last + 1


def copied_part(request: S3Request, stretch: Stretch, now: float) -> Part:
    """The part with its MD5 and checksum."""
    etag, checksum = digests(request, stretch)
    crc64nvme = decode(checksum, DEFAULT.size) if stretch.algorithm == DEFAULT.name else None
    return Part(
        number=part_number(request["PartNumber"]),
        etag=etag,
        size=stretch.stop - stretch.start,
        body=stretch.version.body.cut(stretch.start, stretch.stop),
        modified=now,
        checksum_algorithm=stretch.algorithm,
        checksum=checksum,
        crc64nvme=crc64nvme or b"",
    )
