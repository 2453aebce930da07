"""CompleteMultipartUpload: the parts become the object, or the upload stays as it was.

Order of checks, where recorded or documented; the rest is inferred:

    bucket
    syntax of the conditions (501)                            as PutObject
    upload: completed already with these parts (200), else NoSuchUpload (404)       before the body is looked at (recorded)
    the condition that the upload was created with is here, too (501)               `lost_condition_refusal`
    the list: well-formed, some part, numbers, ascending order
    checksum mode, then each part: there, ETag, checksum; then sizes
    x-amz-mp-object-size, checksum of the whole
    what the key holds: 404, then 412, then 409               `write_refusal`, against the index of the upload's creation

A refusal leaves the upload alive: the same UploadId was completed after 404, 412 and 409 in each recording. A complete that
succeeded may be repeated with the same parts and is answered alike, even with If-None-Match: * (asserted against AWS), for as
long as the object, or a version, that it made is there.

Bodies are joined, not copied; the ETag is the MD5 of the parts' MD5s, and a CRC of the whole is combined from those of the parts.
The object's Last-Modified is the upload's initiation (S3 User Guide, "Uploading and copying objects using multipart upload"),
while its place in the stack of versions is that of the completion.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from itertools import islice, pairwise
from typing import Any, Final

from condemu.core.blobs import EMPTY, Blob
from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.errors.general import INVALID_CHECKSUM, MALFORMED_XML, NOT_IMPLEMENTED, SEVERAL_CHECKSUMS
from condemu.s3.errors.uploads import (
    BAD_OBJECT_CHECKSUM,
    BAD_PART_CHECKSUM,
    CHECKSUM_MODE,
    CHECKSUM_TYPE_MISMATCH,
    INVALID_OBJECT_SIZE,
    INVALID_PART,
    INVALID_PART_ORDER,
    NO_PARTS,
    NO_SUCH_UPLOAD,
    PART_CHECKSUM_MISSING,
    PART_NUMBERS_WITH_GAPS,
    PART_TOO_SMALL,
    WRONG_OBJECT_SIZE,
)
from condemu.s3.objects.encryption import check_completion, told_of_whole
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import expiration
from condemu.s3.state.preconditions import write_refusal, write_syntax_refusal
from condemu.s3.state.records import NULL_VERSION, OBJECTS, PARTS, UPLOADS, VERSIONS, Bucket, Part, Upload, Version
from condemu.s3.state.versions import found_under, new_id, place
from condemu.s3.uploads.parts import MAX_PARTS, close, part_number
from condemu.wire.checksums import ALGORITHMS, BY_MEMBER, COMPOSITE, DEFAULT, FULL_OBJECT, Algorithm, combine, composite, encode
from condemu.wire.checksums import decode as digest_of
from condemu.wire.xml import Malformed, parse

MIN_PART: Final = 5 * 1024 * 1024  # bytes of every part but the last; S3 User Guide, "Amazon S3 multipart upload limits"
LIST_LIMIT: Final = 4 * 1024 * 1024  # bytes: 10,000 parts with the longest checksum need some 3 MiB
REMEMBERED: Final = 1000  # versions of the key that are searched for a completed upload
_INTEGER: Final = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """A part as the request lists it. `checksums` are (algorithm, base64) pairs."""

    number: int
    etag: str
    checksums: tuple[tuple[str, str], ...] = ()


def check_complete(request: S3Request) -> None:
    """What is refused before the body is read."""
    refusal = write_syntax_refusal(request["IfMatch"], request["IfNoneMatch"])
    if refusal is not None:
        raise refusal


def complete_multipart_upload(txn: Txn, request: S3Request) -> dict[str, Any]:
    """One decision about metadata; see above for the order of its checks."""
    bucket = bucket_of(txn, request)
    upload: Upload | None = txn.get(UPLOADS, (*bucket.at(request.key), request["UploadId"]))
    if upload is None:
        return answer(request, completed_before(txn, request, bucket))
    refusal = lost_condition_refusal(request, upload)
    if refusal is not None:
        raise refusal
    check_completion(request, upload)
    listed = listed_parts(request.xml)
    parts = checked_parts(txn, request, bucket, upload, listed)
    version = assembled(request, upload, parts)
    where = bucket.at(request.key)
    found = found_under(txn, where)
    refusal = write_refusal(request["IfMatch"], request["IfNoneMatch"], request.key, found, upload.began)
    if refusal is not None:
        raise refusal
    version = replace(version, version_id=new_id(txn, bucket), order=txn.index, changed=txn.index)
    place(txn, bucket, where, found, version)
    close(txn, bucket, request.key, upload)
    expires = None if bucket.sweep is None else expiration(bucket, request.key, version)
    return {**answer(request, version), "Expiration": expires}


def lost_condition_refusal(request: S3Request, upload: Upload) -> ServiceError | None:
    """Clients that send a condition with CreateMultipartUpload (minio-go, minio-js) have to send it with the completion, too.

    | CreateMultipartUpload | CompleteMultipartUpload | answer                                          |
    |-----------------------|-------------------------|-------------------------------------------------|
    | -                     | any                     | as the completion's condition says              |
    | If-None-Match: *      | If-None-Match: *        | the same                                        |
    | If-None-Match: *      | -                       | 501 If-None-Match                               |
    | If-Match: e           | If-Match: e             | as the completion's condition says              |
    | If-Match: e           | -, or another           | 501 If-Match                                    |

    What AWS answers is unrecorded. A condition that is refused at creation would make conditional uploads impossible for these
    clients; one that is dropped on the way would overwrite what it was to protect.
    """
    for header, kept, sent in (
        ("If-Match", upload.if_match, request["IfMatch"]),
        ("If-None-Match", upload.if_none_match, request["IfNoneMatch"]),
    ):
        if kept is not None and (sent is None or sent.strip('"') != kept.strip('"')):
            because = f"CreateMultipartUpload was sent {header}: {kept}, and this request {sent or 'no such condition'}"
            return ServiceError(NOT_IMPLEMENTED, {"Header": header}, because=because)
    return None


def completed_before(txn: Txn, request: S3Request, bucket: Bucket) -> Version:
    """The version that the upload became, if the request lists the parts that it was completed with; else 404 NoSuchUpload.

    How long AWS remembers is unrecorded. Here the version itself is the memory: when it is gone, so is the answer.
    """
    upload_id = request["UploadId"]
    where = bucket.at(request.key)
    version: Version | None = txn.get(OBJECTS, where) if upload_id else None  # an object put in one piece has the id ""
    if version is not None and version.upload_id != upload_id:
        older = (record for _, record in islice(txn.scan(VERSIONS, *prefix_range(where)), REMEMBERED))
        version = next((record for record in older if record.upload_id == upload_id), None)
    if version is None:
        raise ServiceError(NO_SUCH_UPLOAD, {"UploadId": upload_id}, because="no upload of this key with that id is in progress")
    try:
        repeated = [(part.number, part.etag) for part in listed_parts(request.xml)]
    except ServiceError:
        repeated = []
    if repeated != [(part.number, part.etag) for part in version.parts]:
        because = "the upload was completed, and with other parts than these"
        raise ServiceError(NO_SUCH_UPLOAD, {"UploadId": upload_id}, because=because)
    return version


def answer(request: S3Request, version: Version) -> dict[str, Any]:
    """The result, the same for the first time and for a repetition."""
    http = request.http
    return {
        **told_of_whole(version.encryption),
        "VersionId": version.version_id if version.version_id != NULL_VERSION else None,  # unrecorded when Suspended
        "Location": f"{http.scheme}://{http.headers.get('host', '')}{http.raw_path}",
        "Bucket": request.bucket,
        "Key": request.key,
        "ETag": f'"{version.etag}"',
        ALGORITHMS[version.checksum_algorithm].member: version.checksum,
        "ChecksumType": version.checksum_type,
    }


def listed_parts(document: bytes) -> list[Listed]:
    """The list sent. 400 MalformedXML when it is no such document, 400 InvalidRequest when it lists nothing or is missing."""
    if not document:
        raise ServiceError(NO_PARTS)
    try:
        root = parse(document, LIST_LIMIT)
    except Malformed as error:
        raise ServiceError(MALFORMED_XML, because=str(error)) from None
    if root.tag != "CompleteMultipartUpload":
        raise ServiceError(MALFORMED_XML, because=f"the root element is {root.tag[:64]}")
    listed = []
    for child in root:
        if child.tag != "Part":
            raise ServiceError(MALFORMED_XML, because=f"{child.tag[:64]} is no element of a list of parts")
        number, etag = child.text_of("PartNumber"), child.text_of("ETag")
        if number is None or etag is None or _INTEGER.fullmatch(number) is None:
            raise ServiceError(MALFORMED_XML, because="a part has no ETag or no PartNumber")
        sent = tuple((BY_MEMBER[part.tag].name, part.text) for part in child if part.tag in BY_MEMBER)
        listed.append(Listed(part_number(number.strip()), etag.strip().strip('"'), sent))
    if not listed:
        raise ServiceError(NO_PARTS)
    if len(listed) > MAX_PARTS:
        raise ServiceError(MALFORMED_XML, because=f"more than {MAX_PARTS} parts are listed")
    return listed


def checked_parts(txn: Txn, request: S3Request, bucket: Bucket, upload: Upload, listed: Sequence[Listed]) -> list[Part]:
    """The uploaded parts that the list means."""
    upload_id = upload.upload_id
    if any(first.number >= second.number for first, second in pairwise(listed)):
        raise ServiceError(INVALID_PART_ORDER, {"UploadId": upload_id})
    mode = request["ChecksumType"]
    if mode is not None and mode != upload.checksum_type:
        raise ServiceError(CHECKSUM_MODE, {"Type": upload.checksum_type or "null"})
    parts = []
    for item in listed:
        part: Part | None = txn.get(PARTS, (*bucket.at(upload_id), item.number))
        if part is None or part.etag != item.etag:
            because = f"part {item.number} was not uploaded" if part is None else f'part {item.number} has ETag "{part.etag}"'
            fields = {"UploadId": upload_id, "PartNumber": item.number, "ETag": item.etag}
            raise ServiceError(INVALID_PART, fields, because=because)
        check_part_checksum(upload, item, part)
        parts.append(part)
    if upload.checksum_type == COMPOSITE and parts[-1].number != len(parts):
        raise ServiceError(PART_NUMBERS_WITH_GAPS, because="a COMPOSITE checksum needs part numbers from 1 without gaps")
    for part in parts[:-1]:
        if part.size < MIN_PART:
            sizes = {"ProposedSize": part.size, "MinSizeAllowed": MIN_PART}
            raise ServiceError(PART_TOO_SMALL, {**sizes, "PartNumber": part.number, "ETag": part.etag})
    return parts


def check_part_checksum(upload: Upload, item: Listed, part: Part) -> None:
    """A COMPOSITE upload wants the checksum of each part; any other may leave it out. What is sent must be the part's.

    | the upload's algorithm | the part's checksum | it is | answer          |
    |------------------------|---------------------|-------|-----------------|
    | SHA256                 | SHA256              | right | none            |
    | SHA256                 | SHA256              | wrong | 400 InvalidPart |
    | SHA256                 | CRC32               | right | 400 BadDigest   |
    | -                      | CRC32               | right | 400 InvalidPart |
    | -                      | CRC32               | wrong | 400 InvalidPart |

    Recorded on AWS. An upload without an algorithm has no checksum that a part's could be held against.
    """
    chosen = upload.checksum_algorithm
    for algorithm, text in item.checksums:
        has = f"the part has {part.checksum_algorithm} {part.checksum}" if part.checksum else "the part has none"
        if chosen and algorithm != chosen:
            raise ServiceError(BAD_PART_CHECKSUM, {"Algorithm": algorithm.lower(), "PartNumber": item.number}, because=has)
        if not chosen or text.strip() != part.checksum:
            fields = {"UploadId": upload.upload_id, "PartNumber": item.number, "ETag": item.etag}
            because = has if chosen else "CreateMultipartUpload chose no algorithm"
            raise ServiceError(INVALID_PART, fields, because=because)
    if upload.checksum_type == COMPOSITE and not item.checksums:
        fields = {"Algorithm": upload.checksum_algorithm.lower(), "PartNumber": item.number}
        raise ServiceError(PART_CHECKSUM_MISSING, fields)


def assembled(request: S3Request, upload: Upload, parts: Sequence[Part]) -> Version:
    """The object that the parts make, its place in the stack left open."""
    size = sum(part.size for part in parts)
    check_size(request["MpuObjectSize"], size)
    algorithm = ALGORITHMS[upload.checksum_algorithm] if upload.checksum_algorithm else DEFAULT
    checksum_type = upload.checksum_type or FULL_OBJECT
    checksum = checksum_of(upload, algorithm, checksum_type, parts)
    check_object_checksum(request, upload, algorithm, checksum)
    digests = md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False)
    return replace(
        upload.draft,
        modified=upload.initiated,
        etag=f"{digests.hexdigest()}-{len(parts)}",
        size=size,
        body=Blob.joined(part.body for part in parts),
        checksum_algorithm=algorithm.name,
        checksum=checksum,
        checksum_type=checksum_type,
        parts=tuple(replace(part, body=EMPTY, crc64nvme=b"") for part in parts),
        upload_id=upload.upload_id,
    )


def check_size(given: str | None, size: int) -> None:
    if given is None:
        return
    if _INTEGER.fullmatch(given) is None:
        raise ServiceError(INVALID_OBJECT_SIZE)
    if int(given) != size:
        raise ServiceError(WRONG_OBJECT_SIZE, {"Given": given, "Computed": size})


def checksum_of(upload: Upload, algorithm: Algorithm, checksum_type: str, parts: Sequence[Part]) -> str:
    """COMPOSITE: the checksum of the parts' checksums. FULL_OBJECT: that of the whole, known from those of the parts."""
    digests = [digest_of(part.checksum, algorithm.size) or b"" if upload.checksum_algorithm else part.crc64nvme for part in parts]
    if checksum_type == COMPOSITE:
        return composite(algorithm, digests)
    whole = digests[0]
    for digest, part in zip(digests[1:], parts[1:]):
        whole = combine(algorithm, whole, digest, part.size)
    return encode(whole)


def check_object_checksum(request: S3Request, upload: Upload, algorithm: Algorithm, checksum: str) -> None:
    """A checksum of the whole that the request carries: of the upload's algorithm, well-formed, and right. Of an upload that was
    created as FULL_OBJECT it counts only with its type beside it, and is a BadDigest without (recorded on AWS)."""
    sent = [(BY_MEMBER[member], text) for member, text in request.members.items() if member in BY_MEMBER]
    if not sent:
        return
    if len(sent) > 1:
        raise ServiceError(SEVERAL_CHECKSUMS)
    row, text = sent[0]
    if row is not algorithm:
        raise ServiceError(CHECKSUM_TYPE_MISMATCH, {"Expected": algorithm.name.lower(), "Actual": row.name.lower()})
    if digest_of(text.partition("-")[0], row.size) is None:
        raise ServiceError(INVALID_CHECKSUM, {"Header": row.header})
    if text != checksum and text != checksum.partition("-")[0]:
        raise ServiceError(BAD_OBJECT_CHECKSUM, {"Algorithm": row.name.lower()}, because=f"it is {checksum}")
    if upload.checksum_type == FULL_OBJECT and request["ChecksumType"] is None:
        raise ServiceError(BAD_OBJECT_CHECKSUM, {"Algorithm": row.name.lower()}, because="x-amz-checksum-type was not sent")
