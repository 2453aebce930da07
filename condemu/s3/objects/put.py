"""PutObject, and what its headers say of any object to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.grants import GRANTING, Grants, grants_of_headers
from condemu.s3.errors.buckets import ACL_NOT_SUPPORTED
from condemu.s3.objects.encryption import asked, etag_of, told
from condemu.s3.objects.lock import lock_at_put, put_digest_refusal
from condemu.s3.objects.metadata import kept
from condemu.s3.objects.validation import SYSTEM_MEMBERS
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.members import Member, Members
from condemu.s3.requests.operation import FORM
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.tags import tags_of_header
from condemu.s3.state.lifecycle import expiration
from condemu.s3.state.preconditions import write_refusal
from condemu.s3.state.records import NOTHING, SSE_S3, Bucket, Version
from condemu.s3.state.versions import found_under, new_id, place
from condemu.wire.checksums import ALGORITHMS, FULL_OBJECT

DEFAULT_CONTENT_TYPE = "binary/octet-stream"
# The members that describe an object, but for its type: most requests have none of them.
DESCRIBING: Final = frozenset[Member]({
    *SYSTEM_MEMBERS, *GRANTING, "ObjectLockLegalHoldStatus", "ObjectLockMode",
    "ObjectLockRetainUntilDate", "SSECustomerKey", "ServerSideEncryption", "StorageClass", "Tagging",
    "WebsiteRedirectLocation",
})  # fmt: skip


def put_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, lock headers, what the key holds (404, 412, 409). Syntax and digests were checked before."""
    bucket = bucket_of(txn, request)
    digests = request.digests
    assert digests is not None
    described = description(txn, request, bucket)
    refusal = put_digest_refusal(request, described) if bucket.object_lock is not None else None
    if refusal is not None:
        raise refusal
    members = request.members
    where = bucket.at(request.key)
    found = found_under(txn, where)
    if_match, if_none_match = members.get("IfMatch"), members.get("IfNoneMatch")
    if if_match is not None or if_none_match is not None:
        refusal = write_refusal(if_match, if_none_match, request.key, found, request.http.call.arrived_index)
        if refusal is not None:
            raise refusal
    encryption = described.get("encryption", SSE_S3)
    version = Version(
        version_id=new_id(txn, bucket),
        order=txn.index,
        changed=txn.index,
        modified=txn.now,
        etag=digests.md5 if encryption is SSE_S3 else etag_of(txn, encryption, digests.md5),
        size=request.body.size,
        body=request.body,
        checksum_algorithm=digests.checksum_algorithm,
        checksum=digests.checksum,
        checksum_type=FULL_OBJECT,
        **described,
    )
    place(txn, bucket, where, found, version)
    result = {
        "Expiration": None if bucket.sweep is None else expiration(bucket, request.key, version),
        "ETag": f'"{version.etag}"',
        **checksum_members(version),
        "ServerSideEncryption": "AES256" if encryption is SSE_S3 else None,
        "VersionId": version.version_id if bucket.versioning == "Enabled" else None,
    }
    if encryption is not SSE_S3:
        result.update(told(encryption, written=True))
    return result


def checksum_members(version: Version) -> dict[str, str]:
    """The checksum that was kept with the object, and its type, as members of a result."""
    if not version.checksum:
        return {}
    return {ALGORITHMS[version.checksum_algorithm].member: version.checksum, "ChecksumType": version.checksum_type}


def description(txn: Txn, request: S3Request, bucket: Bucket) -> dict[str, Any]:
    """The fields of a version that headers decide: PutObject's, CopyObject's, CreateMultipartUpload's and PostObject's."""
    members = request.members
    owner = owner_of(bucket, request)
    content_type = members.get("ContentType")
    fields: dict[str, Any] = {
        "content_type": carried(content_type) if content_type else DEFAULT_CONTENT_TYPE,
        "system": NOTHING,
        "metadata": NOTHING,
        "owner": owner,
    }
    if request.metadata:
        fields["metadata"] = kept(request.metadata, of_form=request.operation.takes == FORM)
    encrypted = "encryption" in bucket.configurations
    described = not DESCRIBING.isdisjoint(members)
    if not described and not encrypted and bucket.object_lock is None:
        return fields
    if described:
        fields["system"] = system_metadata(members)
    if encrypted or "ServerSideEncryption" in members or "SSECustomerKey" in members:
        fields["encryption"] = asked(txn, request, bucket)
    if not GRANTING.isdisjoint(members):
        fields["acl"] = _granted(request, bucket, owner)
    storage_class = members.get("StorageClass")
    if storage_class is not None:
        fields["storage_class"] = storage_class
    tagging = members.get("Tagging")
    if tagging is not None:
        fields["tags"] = tags_of_header(tagging)
    if bucket.object_lock is not None or "ObjectLockMode" in members or "ObjectLockLegalHoldStatus" in members:
        fields.update(lock_at_put(txn.now, bucket, members))
    return fields


def system_metadata(members: Members) -> Mapping[str, str]:
    """System metadata as the headers give it."""
    system: dict[str, str] = {member: carried(members[member]) for member in SYSTEM_MEMBERS if member in members}
    if "ContentEncoding" in system:
        encoding = without_aws_chunked(system["ContentEncoding"])
        if encoding:
            system["ContentEncoding"] = encoding
        else:
            del system["ContentEncoding"]
    redirect = members.get("WebsiteRedirectLocation")
    if redirect is not None:
        system["WebsiteRedirectLocation"] = carried(redirect)
    return system or NOTHING


def carried(value: str) -> str:
    """A value as a header can bring it back. One from a form's field or a presigned URL may hold what no header could."""
    if value.isascii() and value.isprintable():
        return value
    if any(character > "\xff" for character in value):
        value = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return "".join(character if character >= " " and character != "\x7f" else " " for character in value)


def without_aws_chunked(encoding: str) -> str:
    """Content-Encoding as it is kept: `aws-chunked` is the transfer's, the others are the object's, in their order (recorded)."""
    if "aws-chunked" not in encoding:
        return encoding
    return ",".join(part.strip() for part in encoding.split(",") if part.strip() and part.strip() != "aws-chunked")


def _granted(request: S3Request, bucket: Bucket, owner: str) -> Grants | None:
    """What the headers grant on a new object. Where the bucket owner owns all, only what that says anyway is accepted."""
    grants = grants_of_headers(request, owner, bucket.owner)
    if bucket.ownership != "BucketOwnerEnforced":
        return grants
    if request["ACL"] == "bucket-owner-full-control":
        return None
    raise ServiceError(ACL_NOT_SUPPORTED, because="the bucket's ownership setting is BucketOwnerEnforced")


def owner_of(bucket: Bucket, request: S3Request) -> str:
    """Who owns a new object: the bucket's owner, unless its ownership setting leaves it to the writer."""
    if bucket.ownership == "BucketOwnerEnforced":
        return bucket.owner
    if bucket.ownership == "BucketOwnerPreferred" and request["ACL"] == "bucket-owner-full-control":
        return bucket.owner
    return request.account
