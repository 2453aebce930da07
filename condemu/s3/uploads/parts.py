"""CreateMultipartUpload, UploadPart and AbortMultipartUpload. Completing: complete.py; lists: listing.py.

An upload in progress never counts as existing: neither conditions nor lists of objects see it (S3 User Guide).

CreateMultipartUpload keeps a condition for CompleteMultipartUpload, which judges it, and which has to carry it, too: complete.py.
UploadPart and AbortMultipartUpload take none.

Checksums of an upload (recorded on AWS 2026-02):

| CreateMultipartUpload says | the object gets          | each UploadPart sends       |
|----------------------------|--------------------------|-----------------------------|
| -                          | CRC64NVME, FULL_OBJECT   | any algorithm, or none      |
| CRC64NVME                  | CRC64NVME, FULL_OBJECT   | that algorithm, or none     |
| CRC32                      | CRC32, COMPOSITE         | that algorithm              |
| CRC32C                     | CRC32C, COMPOSITE        | that algorithm              |
| CRC32, FULL_OBJECT         | CRC32, FULL_OBJECT       | that algorithm              |
| CRC32C, FULL_OBJECT        | CRC32C, FULL_OBJECT      | that algorithm              |
| SHA1                       | SHA1, COMPOSITE          | that algorithm              |
| SHA256                     | SHA256, COMPOSITE        | that algorithm              |

All other algorithms are as SHA1 and SHA256.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.errors.general import PART_NUMBER_OUT_OF_BOUNDS, UNSUPPORTED_CHECKSUM_ALGORITHM
from condemu.s3.errors.uploads import (
    CHECKSUM_TYPE_ALONE,
    CHECKSUM_TYPE_MISMATCH,
    CHECKSUM_TYPE_UNUSABLE,
    INVALID_CHECKSUM_TYPE,
    NO_SUCH_UPLOAD,
)
from condemu.s3.objects.encryption import check_part, etag_of, told
from condemu.s3.objects.put import description
from condemu.s3.objects.validation import check_key, check_object_headers
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import abort_members
from condemu.s3.state.preconditions import write_syntax_refusal
from condemu.s3.state.records import NULL_VERSION, PARTS, UPLOADS, Bucket, Part, Upload, Version
from condemu.s3.state.traces import upload_closed
from condemu.s3.uploads.ids import new_upload_id
from condemu.wire.checksums import ALGORITHMS, COMPOSITE, DEFAULT, FULL_OBJECT, encode

MAX_PARTS: Final = 10_000  # S3 User Guide, "Amazon S3 multipart upload limits"


def check_create(request: S3Request) -> None:
    """What is refused whatever the bucket holds: the conditions' syntax, the headers that describe the object, the checksum's."""
    refusal = write_syntax_refusal(request["IfMatch"], request["IfNoneMatch"])
    if refusal is not None:
        raise refusal
    check_object_headers(request)
    chosen_checksum(request["ChecksumAlgorithm"], request["ChecksumType"])


def create_multipart_upload(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket; then headers, which were checked before; then lock headers, which depend on the bucket."""
    bucket = bucket_of(txn, request)
    algorithm, checksum_type = chosen_checksum(request["ChecksumAlgorithm"], request["ChecksumType"])
    upload_id = new_upload_id(txn, request.bucket, request.key)
    upload = Upload(
        upload_id=upload_id,
        began=txn.index,
        initiated=txn.now,
        initiator=request.account,
        draft=Version(version_id=NULL_VERSION, order=0, changed=0, modified=txn.now, **description(txn, request, bucket)),
        checksum_algorithm=algorithm,
        checksum_type=checksum_type,
        encryption=request["ServerSideEncryption"] or "",
        if_match=request["IfMatch"],
        if_none_match=request["IfNoneMatch"],
    )
    txn.put(UPLOADS, (*bucket.at(request.key), upload_id), upload)
    return {
        **told(upload.draft.encryption, written=True),
        "ChecksumAlgorithm": algorithm or None,
        "ChecksumType": checksum_type or None,
        "Bucket": request.bucket,
        "Key": request.key,
        "UploadId": upload_id,
        **({} if bucket.sweep is None else abort_members(bucket, request.key, txn.now)),
    }


def chosen_checksum(algorithm: str | None, checksum_type: str | None) -> tuple[str, str]:
    """The algorithm and type of an upload, both "" when the client chose none."""
    if algorithm is None:
        if checksum_type is not None:
            raise ServiceError(CHECKSUM_TYPE_ALONE)
        return "", ""
    row = ALGORITHMS.get(algorithm.upper())
    if row is None:
        raise ServiceError(UNSUPPORTED_CHECKSUM_ALGORITHM, because=f"x-amz-checksum-algorithm is {algorithm!r}")
    if checksum_type is None:
        return row.name, row.types[0]
    if checksum_type not in (COMPOSITE, FULL_OBJECT):
        raise ServiceError(INVALID_CHECKSUM_TYPE, because=f"x-amz-checksum-type is {checksum_type!r}")
    if checksum_type not in row.types:
        raise ServiceError(CHECKSUM_TYPE_UNUSABLE, {"Type": checksum_type, "Algorithm": row.name.lower()})
    return row.name, checksum_type


def upload_of(txn: Txn, request: S3Request, bucket: Bucket) -> Upload:
    """The upload that the request names, or 404 NoSuchUpload: unknown, completed, aborted, or of another key."""
    upload_id = request["UploadId"]
    upload: Upload | None = txn.get(UPLOADS, (*bucket.at(request.key), upload_id))
    if upload is None:
        raise ServiceError(NO_SUCH_UPLOAD, {"UploadId": upload_id}, because="no upload of this key with that id is in progress")
    return upload


def check_upload_part(request: S3Request) -> None:
    """What is refused before the body is read."""
    check_key(request.key)
    part_number(request["PartNumber"])


def upload_part(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, part number, digests, upload, key, checksum's algorithm. A number sent again replaces the part."""
    bucket = bucket_of(txn, request)
    number = part_number(request["PartNumber"])
    upload = upload_of(txn, request, bucket)
    check_part(request, bucket, upload)
    digests = request.digests
    assert digests is not None
    if (
        upload.checksum_algorithm
        and digests.given != upload.checksum_algorithm
        and (digests.given or upload.checksum_algorithm != DEFAULT.name)
    ):
        raise ServiceError(
            CHECKSUM_TYPE_MISMATCH,
            {"Expected": upload.checksum_algorithm.lower(), "Actual": digests.given.lower() or "null"},
            because="the algorithm was chosen by CreateMultipartUpload",
        )
    kept = upload.checksum_algorithm or digests.given
    checksum = "" if not kept else digests.checksum if digests.checksum_algorithm == kept else encode(digests.crc64nvme)
    encryption = upload.draft.encryption
    etag = etag_of(txn, encryption, digests.md5)
    part = Part(number, etag, request.body.size, request.body, txn.now, kept, checksum, digests.crc64nvme)
    keep_part(txn, bucket, upload, part)
    return {"ETag": f'"{part.etag}"', **told(encryption), **checksum_member(part)}


def part_number(text: str | None) -> int:
    """1 to 10,000, or 400 InvalidArgument."""
    if text is not None and text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MAX_PARTS:
        return int(text)
    raise ServiceError(PART_NUMBER_OUT_OF_BOUNDS, {"ArgumentName": "partNumber", "ArgumentValue": text})


def keep_part(txn: Txn, bucket: Bucket, upload: Upload, part: Part) -> None:
    txn.put(PARTS, (*bucket.at(upload.upload_id), part.number), part)


def checksum_member(part: Part) -> dict[str, str]:
    """The part's checksum under its member's name."""
    return {ALGORITHMS[part.checksum_algorithm].member: part.checksum} if part.checksum_algorithm else {}


def abort_multipart_upload(txn: Txn, request: S3Request) -> dict[str, Any]:
    """The parts go with the upload. `x-amz-if-match-initiated-time` is judged in directory buckets only."""
    bucket = bucket_of(txn, request)
    close(txn, bucket, request.key, upload_of(txn, request, bucket))
    return {}


def close(txn: Txn, bucket: Bucket, key: str, upload: Upload) -> None:
    """Forget the upload and its parts."""
    for place, _ in list(txn.scan(PARTS, *prefix_range(bucket.at(upload.upload_id)))):
        txn.delete(PARTS, place)
    txn.delete(UPLOADS, (*bucket.at(key), upload.upload_id))
    upload_closed(txn, bucket.at(key), upload.upload_id)
