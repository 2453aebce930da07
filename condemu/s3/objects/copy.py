"""CopyObject, and what UploadPartCopy shares with it: the source that x-amz-copy-source names, and its conditions.

Order of checks: destination bucket, syntax of the destination's conditions (501), source (404), conditions on the source (412), a
copy onto itself (400), what the destination holds (404, 412, 409). Recorded on AWS but for the place of the last two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Store, Txn
from condemu.s3.errors.general import (
    COPY_ONTO_ITSELF,
    COPY_SOURCE_IS_MARKER,
    COPY_SOURCE_TOO_LARGE,
    NO_SUCH_KEY,
    UNKNOWN_DIRECTIVE,
    UNSUPPORTED_CHECKSUM_ALGORITHM,
)
from condemu.s3.objects.copy_digests import Stretch, ahead, digests
from condemu.s3.objects.encryption import check_readable, etag_of, told
from condemu.s3.objects.put import checksum_members, description
from condemu.s3.objects.restore import check_not_archived
from condemu.s3.objects.validation import check_object_headers
from condemu.s3.requests.bucket import bucket_called, bucket_of
from condemu.s3.requests.copy_source import named_source
from condemu.s3.requests.encryption import SOURCE
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import expiration
from condemu.s3.state.preconditions import read_refusal, write_refusal, write_syntax_refusal
from condemu.s3.state.records import NULL_VERSION, OBJECTS, SSE_S3, Bucket, Version
from condemu.s3.state.versions import Found, existing, found_under, new_id, place
from condemu.wire.checksums import ALGORITHMS, FULL_OBJECT

MAX_COPY: Final = 5 * 1024**3  # bytes that one copy may carry
DIRECTIVES: Final[tuple[tuple[Member, str, str], ...]] = (
    ("MetadataDirective", "metadata", "x-amz-metadata-directive"),
    ("TaggingDirective", "tagging", "x-amz-tagging-directive"),
)
# What makes a copy onto itself a change. An ACL alone does not.
CHANGES: Final[tuple[Member, ...]] = (
    "StorageClass", "ServerSideEncryption", "SSECustomerKey", "CopySourceSSECustomerKey", "WebsiteRedirectLocation",
    "ChecksumAlgorithm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What a copy reads. `asked_version` is the version id that the request named, if it did."""

    bucket: Bucket
    key: str
    version: Version
    asked_version: str | None

    @property
    def shown_id(self) -> str | None:
        """x-amz-copy-source-version-id: left out for the null version (recorded on AWS)."""
        return None if self.version.version_id == NULL_VERSION else self.version.version_id


def check_copy(request: S3Request) -> None:
    """What is refused whatever the buckets hold."""
    refusal = write_syntax_refusal(request["IfMatch"], request["IfNoneMatch"])
    if refusal is not None:
        raise refusal
    check_object_headers(request)
    for member, name, header in DIRECTIVES:
        value = request[member]
        if value is not None and value not in ("COPY", "REPLACE"):
            raise ServiceError(UNKNOWN_DIRECTIVE, {"Directive": name, "ArgumentName": header, "ArgumentValue": value})
    algorithm = request["ChecksumAlgorithm"]
    if algorithm is not None and algorithm.upper() not in ALGORITHMS:
        raise ServiceError(UNSUPPORTED_CHECKSUM_ALGORITHM)
    named_source(request)


def copy_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """See the module's head for the order of checks. Metadata alone: the bytes are shared, and their digests are known."""
    bucket, source, found, fields = _allowed(txn, request)
    stretch = _whole(request, source.version)
    etag, checksum = digests(request, stretch)
    version = Version(
        version_id=new_id(txn, bucket),
        order=txn.index,
        changed=txn.index,
        modified=txn.now,
        size=source.version.size,
        body=source.version.body,
        checksum_type=FULL_OBJECT,
        etag=etag_of(txn, fields["encryption"], etag),
        checksum_algorithm=stretch.algorithm,
        checksum=checksum,
        **fields,
    )
    place(txn, bucket, bucket.at(request.key), found, version)
    return {
        "LastModified": version.modified,
        "ETag": f'"{version.etag}"',
        **checksum_members(version),
        "CopySourceVersionId": source.shown_id,
        "VersionId": version.version_id if bucket.versioning else None,  # `null` when Suspended, unlike PutObject
        **told(version.encryption, written=True),
        "Expiration": None if bucket.sweep is None else expiration(bucket, request.key, version),
    }


async def hash_ahead(request: S3Request, store: Store) -> None:
    """Compute the digests of the copy, if it was decided now, before its decision."""
    await ahead(request, store, lambda txn: _whole(request, _allowed(txn, request)[1].version))


def _allowed(txn: Txn, request: S3Request) -> tuple[Bucket, Source, Found, dict[str, Any]]:
    """All checks. The destination's bucket, the source, what the destination holds, and what describes the copy."""
    bucket = bucket_of(txn, request)
    source = source_of(txn, request)
    if source.version.size > MAX_COPY:
        raise ServiceError(COPY_SOURCE_TOO_LARGE)
    if _changes_nothing(request, bucket, source):
        raise ServiceError(COPY_ONTO_ITSELF)
    fields = _description(txn, request, bucket, source.version)
    found = found_under(txn, bucket.at(request.key))
    refusal = write_refusal(request["IfMatch"], request["IfNoneMatch"], request.key, found, request.http.call.arrived_index)
    if refusal is not None:
        raise refusal
    return bucket, source, found, fields


def _whole(request: S3Request, source: Version) -> Stretch:
    """A copy has ETag and checksum of one object put in one piece, whatever the source was (recorded on AWS)."""
    return Stretch(source, 0, source.size, (request["ChecksumAlgorithm"] or source.checksum_algorithm or "CRC64NVME").upper())


def source_of(txn: Txn, request: S3Request) -> Source:
    """The source of a copy, after its conditions: 404, 400 for a delete marker by id, 412, 403 for an archived object."""
    name, key, version_id = named_source(request)
    bucket = bucket_called(txn, request, name)
    version: Version | None
    if version_id is not None:
        version = existing(txn, bucket, key, version_id)
        if version.marker:
            raise ServiceError(COPY_SOURCE_IS_MARKER)
    else:
        version = txn.get(OBJECTS, bucket.at(key))
    if version is None or version.marker:
        because = "the source's current version is a delete marker" if version is not None else "there is no source"
        raise ServiceError(NO_SUCH_KEY, {"Key": key}, because=because)
    check_readable(request, version, SOURCE)
    refusal = read_refusal(
        request["CopySourceIfMatch"],
        request["CopySourceIfUnmodifiedSince"],
        request["CopySourceIfNoneMatch"],
        request["CopySourceIfModifiedSince"],
        version,
        txn.now,
        copy_source=True,
    )
    if refusal is not None:
        raise refusal
    check_not_archived(version, txn.now)
    return Source(bucket, key, version, version_id)


def _changes_nothing(request: S3Request, bucket: Bucket, source: Source) -> bool:
    """A copy onto itself that would leave all as it was. With a default encryption configured explicitly it is accepted all the
    same (recorded on AWS), and so is one that names the version that it copies, were it the current one (asserted on AWS)."""
    if source.bucket.name != bucket.name or source.key != request.key or source.asked_version is not None:
        return False
    if request["MetadataDirective"] == "REPLACE" or any(member in request.members for member in CHANGES):
        return False
    return "encryption" not in bucket.configurations


def _description(txn: Txn, request: S3Request, bucket: Bucket, source: Version) -> dict[str, Any]:
    """Metadata and tags from the source or the request, as the directives say. Storage class, ACL, locks and the website redirect
    are never copied."""
    fields = {"encryption": SSE_S3, **description(txn, request, bucket)}
    if request["MetadataDirective"] != "REPLACE":
        redirect = request["WebsiteRedirectLocation"]
        system = {member: value for member, value in source.system.items() if member != "WebsiteRedirectLocation"}
        if redirect is not None:
            system["WebsiteRedirectLocation"] = redirect
        fields.update(content_type=source.content_type, system=system, metadata=source.metadata)
    if request["TaggingDirective"] != "REPLACE":
        fields["tags"] = source.tags
    return fields
