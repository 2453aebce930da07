"""One flat vocabulary: the wire's names and AWS's member names, which are what a boto3 user writes.

Over all operations of the S3 model each header and query parameter means one member (RenameObject's four destination conditions
aside), so decoding needs no walk through the model. A test holds these tables against the installed botocore, both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, Literal

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import CONFLICTING_VALUES, INVALID_OVERRIDE
from condemu.s3.requests.addressing import decode

# Members of requests whose values are text, by AWS's names, and the two fields of a form that say how to answer it. User metadata
# is apart: S3Request.metadata. In a dict with these keys mypy finds a misspelt member of `.get`; a TypedDict's takes any text.
Member = Literal[
    "ACL", "AcceptRanges", "AnnotationDirective", "AnnotationName", "AnnotationPrefix", "Bucket", "BucketKeyEnabled",
    "BucketNamespace", "BucketRegion", "BypassGovernanceRetention", "CacheControl", "ChecksumAlgorithm", "ChecksumCRC32",
    "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumMD5", "ChecksumMode", "ChecksumSHA1", "ChecksumSHA256", "ChecksumSHA512",
    "ChecksumType", "ChecksumXXHASH128", "ChecksumXXHASH3", "ChecksumXXHASH64", "ClientToken",
    "ConfirmRemoveSelfBucketAccess", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentLength",
    "ContentMD5", "ContentRange", "ContentType", "ContinuationToken", "CopySource", "CopySourceIfMatch",
    "CopySourceIfModifiedSince", "CopySourceIfNoneMatch", "CopySourceIfUnmodifiedSince", "CopySourceRange",
    "CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5", "DeleteMarker", "Delimiter",
    "ETag", "EncodingType", "ErrorCode", "ErrorMessage", "ExpectedBucketOwner", "ExpectedSourceBucketOwner", "Expiration",
    "Expires", "FetchOwner", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP", "Id", "IfMatch",
    "IfMatchInitiatedTime", "IfMatchLastModifiedTime", "IfMatchSize", "IfModifiedSince", "IfNoneMatch", "IfUnmodifiedSince",
    "Key", "KeyMarker", "LastModified", "MFA", "Marker", "MaxAnnotationResults", "MaxBuckets", "MaxDirectoryBuckets",
    "MaxKeys", "MaxParts", "MaxUploads", "MetadataDirective", "MissingMeta", "MpuObjectSize", "ObjectAttributes",
    "ObjectIfMatch", "ObjectLockEnabledForBucket", "ObjectLockEventHold", "ObjectLockEventHoldDurationDays",
    "ObjectLockEventHoldDurationYears", "ObjectLockLegalHoldStatus", "ObjectLockMode", "ObjectLockRetainUntilDate",
    "ObjectOwnership", "OptionalObjectAttributes", "PartNumber", "PartNumberMarker", "PartsCount", "Prefix", "Range",
    "RenameSource", "ReplicationStatus", "RequestCharged", "RequestPayer", "RequestRoute", "RequestToken",
    "ResponseCacheControl", "ResponseContentDisposition", "ResponseContentEncoding", "ResponseContentLanguage",
    "ResponseContentType", "ResponseExpires", "Restore", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5",
    "SSEKMSEncryptionContext", "SSEKMSKeyId", "ServerSideEncryption", "SessionMode", "SkipDestinationValidation",
    "SourceIfMatch", "SourceIfModifiedSince", "SourceIfNoneMatch", "SourceIfUnmodifiedSince", "StartAfter", "StatusCode",
    "StorageClass", "TagCount", "Tagging", "TaggingDirective", "Token", "TransitionDefaultMinimumObjectSize", "UploadId",
    "UploadIdMarker", "VersionId", "VersionIdMarker", "WebsiteRedirectLocation", "WriteOffsetBytes",
    "SuccessActionRedirect", "SuccessActionStatus",
]  # fmt: skip
Members = dict[Member, str]

# request header (lower case) -> member
HEADERS: Final[dict[str, Member]] = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-length": "ContentLength",
    "content-md5": "ContentMD5",
    "content-type": "ContentType",
    "expires": "Expires",
    "if-match": "IfMatch",
    "if-modified-since": "IfModifiedSince",
    "if-none-match": "IfNoneMatch",
    "if-unmodified-since": "IfUnmodifiedSince",
    "range": "Range",
    "x-amz-acl": "ACL",
    "x-amz-bucket-namespace": "BucketNamespace",
    "x-amz-bucket-object-lock-enabled": "ObjectLockEnabledForBucket",
    "x-amz-bucket-object-lock-token": "Token",
    "x-amz-bypass-governance-retention": "BypassGovernanceRetention",
    "x-amz-checksum-algorithm": "ChecksumAlgorithm",
    "x-amz-checksum-crc32": "ChecksumCRC32",
    "x-amz-checksum-crc32c": "ChecksumCRC32C",
    "x-amz-checksum-crc64nvme": "ChecksumCRC64NVME",
    "x-amz-checksum-md5": "ChecksumMD5",
    "x-amz-checksum-mode": "ChecksumMode",
    "x-amz-checksum-sha1": "ChecksumSHA1",
    "x-amz-checksum-sha256": "ChecksumSHA256",
    "x-amz-checksum-sha512": "ChecksumSHA512",
    "x-amz-checksum-type": "ChecksumType",
    "x-amz-checksum-xxhash128": "ChecksumXXHASH128",
    "x-amz-checksum-xxhash3": "ChecksumXXHASH3",
    "x-amz-checksum-xxhash64": "ChecksumXXHASH64",
    "x-amz-client-token": "ClientToken",
    "x-amz-confirm-remove-self-bucket-access": "ConfirmRemoveSelfBucketAccess",
    "x-amz-copy-source": "CopySource",
    "x-amz-copy-source-if-match": "CopySourceIfMatch",
    "x-amz-copy-source-if-modified-since": "CopySourceIfModifiedSince",
    "x-amz-copy-source-if-none-match": "CopySourceIfNoneMatch",
    "x-amz-copy-source-if-unmodified-since": "CopySourceIfUnmodifiedSince",
    "x-amz-copy-source-range": "CopySourceRange",
    "x-amz-copy-source-server-side-encryption-customer-algorithm": "CopySourceSSECustomerAlgorithm",
    "x-amz-copy-source-server-side-encryption-customer-key": "CopySourceSSECustomerKey",
    "x-amz-copy-source-server-side-encryption-customer-key-md5": "CopySourceSSECustomerKeyMD5",
    "x-amz-create-session-mode": "SessionMode",
    "x-amz-expected-bucket-owner": "ExpectedBucketOwner",
    "x-amz-fwd-error-code": "ErrorCode",
    "x-amz-fwd-error-message": "ErrorMessage",
    "x-amz-fwd-header-accept-ranges": "AcceptRanges",
    "x-amz-fwd-header-cache-control": "CacheControl",
    "x-amz-fwd-header-content-disposition": "ContentDisposition",
    "x-amz-fwd-header-content-encoding": "ContentEncoding",
    "x-amz-fwd-header-content-language": "ContentLanguage",
    "x-amz-fwd-header-content-range": "ContentRange",
    "x-amz-fwd-header-content-type": "ContentType",
    "x-amz-fwd-header-etag": "ETag",
    "x-amz-fwd-header-expires": "Expires",
    "x-amz-fwd-header-last-modified": "LastModified",
    "x-amz-fwd-header-x-amz-checksum-crc32": "ChecksumCRC32",
    "x-amz-fwd-header-x-amz-checksum-crc32c": "ChecksumCRC32C",
    "x-amz-fwd-header-x-amz-checksum-crc64nvme": "ChecksumCRC64NVME",
    "x-amz-fwd-header-x-amz-checksum-md5": "ChecksumMD5",
    "x-amz-fwd-header-x-amz-checksum-sha1": "ChecksumSHA1",
    "x-amz-fwd-header-x-amz-checksum-sha256": "ChecksumSHA256",
    "x-amz-fwd-header-x-amz-checksum-sha512": "ChecksumSHA512",
    "x-amz-fwd-header-x-amz-checksum-xxhash128": "ChecksumXXHASH128",
    "x-amz-fwd-header-x-amz-checksum-xxhash3": "ChecksumXXHASH3",
    "x-amz-fwd-header-x-amz-checksum-xxhash64": "ChecksumXXHASH64",
    "x-amz-fwd-header-x-amz-delete-marker": "DeleteMarker",
    "x-amz-fwd-header-x-amz-expiration": "Expiration",
    "x-amz-fwd-header-x-amz-missing-meta": "MissingMeta",
    "x-amz-fwd-header-x-amz-mp-parts-count": "PartsCount",
    "x-amz-fwd-header-x-amz-object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "x-amz-fwd-header-x-amz-object-lock-mode": "ObjectLockMode",
    "x-amz-fwd-header-x-amz-object-lock-retain-until-date": "ObjectLockRetainUntilDate",
    "x-amz-fwd-header-x-amz-replication-status": "ReplicationStatus",
    "x-amz-fwd-header-x-amz-request-charged": "RequestCharged",
    "x-amz-fwd-header-x-amz-restore": "Restore",
    "x-amz-fwd-header-x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-fwd-header-x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-fwd-header-x-amz-server-side-encryption-bucket-key-enabled": "BucketKeyEnabled",
    "x-amz-fwd-header-x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "x-amz-fwd-header-x-amz-server-side-encryption-customer-key-md5": "SSECustomerKeyMD5",
    "x-amz-fwd-header-x-amz-storage-class": "StorageClass",
    "x-amz-fwd-header-x-amz-tagging-count": "TagCount",
    "x-amz-fwd-header-x-amz-version-id": "VersionId",
    "x-amz-fwd-status": "StatusCode",
    "x-amz-grant-full-control": "GrantFullControl",
    "x-amz-grant-read": "GrantRead",
    "x-amz-grant-read-acp": "GrantReadACP",
    "x-amz-grant-write": "GrantWrite",
    "x-amz-grant-write-acp": "GrantWriteACP",
    "x-amz-if-match-initiated-time": "IfMatchInitiatedTime",
    "x-amz-if-match-last-modified-time": "IfMatchLastModifiedTime",
    "x-amz-if-match-size": "IfMatchSize",
    "x-amz-max-parts": "MaxParts",
    "x-amz-metadata-directive": "MetadataDirective",
    "x-amz-mfa": "MFA",
    "x-amz-mp-object-size": "MpuObjectSize",
    "x-amz-object-annotation-directive": "AnnotationDirective",
    "x-amz-object-attributes": "ObjectAttributes",
    "x-amz-object-if-match": "ObjectIfMatch",
    "x-amz-object-lock-event-hold": "ObjectLockEventHold",
    "x-amz-object-lock-event-hold-duration-days": "ObjectLockEventHoldDurationDays",
    "x-amz-object-lock-event-hold-duration-years": "ObjectLockEventHoldDurationYears",
    "x-amz-object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "x-amz-object-lock-mode": "ObjectLockMode",
    "x-amz-object-lock-retain-until-date": "ObjectLockRetainUntilDate",
    "x-amz-object-ownership": "ObjectOwnership",
    "x-amz-optional-object-attributes": "OptionalObjectAttributes",
    "x-amz-part-number-marker": "PartNumberMarker",
    "x-amz-rename-source": "RenameSource",
    "x-amz-rename-source-if-match": "SourceIfMatch",
    "x-amz-rename-source-if-modified-since": "SourceIfModifiedSince",
    "x-amz-rename-source-if-none-match": "SourceIfNoneMatch",
    "x-amz-rename-source-if-unmodified-since": "SourceIfUnmodifiedSince",
    "x-amz-request-payer": "RequestPayer",
    "x-amz-request-route": "RequestRoute",
    "x-amz-request-token": "RequestToken",
    "x-amz-sdk-checksum-algorithm": "ChecksumAlgorithm",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-server-side-encryption-bucket-key-enabled": "BucketKeyEnabled",
    "x-amz-server-side-encryption-context": "SSEKMSEncryptionContext",
    "x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "x-amz-server-side-encryption-customer-key": "SSECustomerKey",
    "x-amz-server-side-encryption-customer-key-md5": "SSECustomerKeyMD5",
    "x-amz-skip-destination-validation": "SkipDestinationValidation",
    "x-amz-source-expected-bucket-owner": "ExpectedSourceBucketOwner",
    "x-amz-storage-class": "StorageClass",
    "x-amz-tagging": "Tagging",
    "x-amz-tagging-directive": "TaggingDirective",
    "x-amz-transition-default-minimum-object-size": "TransitionDefaultMinimumObjectSize",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
    "x-amz-write-offset-bytes": "WriteOffsetBytes",
}

# query parameter -> member
QUERY: Final[dict[str, Member]] = {
    "annotation-prefix": "AnnotationPrefix",
    "annotationName": "AnnotationName",
    "bucket-region": "BucketRegion",
    "continuation-token": "ContinuationToken",
    "delimiter": "Delimiter",
    "encoding-type": "EncodingType",
    "fetch-owner": "FetchOwner",
    "id": "Id",
    "key-marker": "KeyMarker",
    "marker": "Marker",
    "max-annotation-results": "MaxAnnotationResults",
    "max-buckets": "MaxBuckets",
    "max-directory-buckets": "MaxDirectoryBuckets",
    "max-keys": "MaxKeys",
    "max-parts": "MaxParts",
    "max-uploads": "MaxUploads",
    "part-number-marker": "PartNumberMarker",
    "partNumber": "PartNumber",
    "prefix": "Prefix",
    "response-cache-control": "ResponseCacheControl",
    "response-content-disposition": "ResponseContentDisposition",
    "response-content-encoding": "ResponseContentEncoding",
    "response-content-language": "ResponseContentLanguage",
    "response-content-type": "ResponseContentType",
    "response-expires": "ResponseExpires",
    "start-after": "StartAfter",
    "upload-id-marker": "UploadIdMarker",
    "uploadId": "UploadId",
    "version-id-marker": "VersionIdMarker",
    "versionId": "VersionId",
}

# member of a result -> response header
RESPONSE_HEADERS: Final[dict[str, str]] = {
    "AbortDate": "x-amz-abort-date",
    "AbortRuleId": "x-amz-abort-rule-id",
    "AcceptRanges": "Accept-Ranges",
    "AccessPointAlias": "x-amz-access-point-alias",
    "ArchiveStatus": "x-amz-archive-status",
    "BucketArn": "x-amz-bucket-arn",
    "BucketKeyEnabled": "x-amz-server-side-encryption-bucket-key-enabled",
    "BucketLocationName": "x-amz-bucket-location-name",
    "BucketLocationType": "x-amz-bucket-location-type",
    "BucketRegion": "x-amz-bucket-region",
    "CacheControl": "Cache-Control",
    "ChecksumAlgorithm": "x-amz-checksum-algorithm",
    "ChecksumCRC32": "x-amz-checksum-crc32",
    "ChecksumCRC32C": "x-amz-checksum-crc32c",
    "ChecksumCRC64NVME": "x-amz-checksum-crc64nvme",
    "ChecksumMD5": "x-amz-checksum-md5",
    "ChecksumSHA1": "x-amz-checksum-sha1",
    "ChecksumSHA256": "x-amz-checksum-sha256",
    "ChecksumSHA512": "x-amz-checksum-sha512",
    "ChecksumType": "x-amz-checksum-type",
    "ChecksumXXHASH128": "x-amz-checksum-xxhash128",
    "ChecksumXXHASH3": "x-amz-checksum-xxhash3",
    "ChecksumXXHASH64": "x-amz-checksum-xxhash64",
    "ContentDisposition": "Content-Disposition",
    "ContentEncoding": "Content-Encoding",
    "ContentLanguage": "Content-Language",
    "ContentLength": "Content-Length",
    "ContentRange": "Content-Range",
    "ContentType": "Content-Type",
    "CopySourceVersionId": "x-amz-copy-source-version-id",
    "DeleteMarker": "x-amz-delete-marker",
    "ETag": "ETag",
    "Expiration": "x-amz-expiration",
    "Expires": "Expires",
    "LastModified": "Last-Modified",
    "Location": "Location",
    "MissingMeta": "x-amz-missing-meta",
    "ObjectLockEventHold": "x-amz-object-lock-event-hold",
    "ObjectLockEventHoldDurationDays": "x-amz-object-lock-event-hold-duration-days",
    "ObjectLockEventHoldDurationYears": "x-amz-object-lock-event-hold-duration-years",
    "ObjectLockLegalHoldStatus": "x-amz-object-lock-legal-hold",
    "ObjectLockMode": "x-amz-object-lock-mode",
    "ObjectLockRetainUntilDate": "x-amz-object-lock-retain-until-date",
    "ObjectVersionId": "x-amz-object-version-id",
    "PartsCount": "x-amz-mp-parts-count",
    "ReplicationStatus": "x-amz-replication-status",
    "RequestCharged": "x-amz-request-charged",
    "Restore": "x-amz-restore",
    "RestoreOutputPath": "x-amz-restore-output-path",
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "SSECustomerKeyMD5": "x-amz-server-side-encryption-customer-key-MD5",
    "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
    "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
    "ServerSideEncryption": "x-amz-server-side-encryption",
    "Size": "x-amz-object-size",
    "StorageClass": "x-amz-storage-class",
    "TagCount": "x-amz-tagging-count",
    "TransitionDefaultMinimumObjectSize": "x-amz-transition-default-minimum-object-size",
    "VersionId": "x-amz-version-id",
    "WebsiteRedirectLocation": "x-amz-website-redirect-location",
}

METADATA_PREFIX: Final = "x-amz-meta-"

# Of a presigned URL's query these act as headers as well as x-amz-* (asserted on AWS); a checksum there is signed, not enforced.
CONDITIONS: Final = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})


def parse_query(text: str) -> dict[str, str]:
    """Parameter -> value, the first of each name, percent-decoded; `?acl` and `?acl=` are the same."""
    if not text:
        return {}
    query: dict[str, str] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if name:
            query.setdefault(decode(name), decode(value.replace("+", " ")))
    return query


def members_of(headers: dict[str, str], query: Mapping[str, str]) -> tuple[Members, dict[str, str]]:
    """The request's members by AWS's names, and its user metadata."""
    named, described = _meaning(tuple(headers))
    members: Members = {member: headers[name] for name, member in named}
    metadata = {name[len(METADATA_PREFIX) :]: headers[name] for name in described} if described else {}
    if query:
        for name, value in query.items():
            member = QUERY.get(name)
            if member is not None:
                members[member] = value
        if "X-Amz-Signature" in query or "Signature" in query:
            _add_presigned(query, members, metadata)
    return members, metadata


@lru_cache(maxsize=4096)
def _meaning(names: tuple[str, ...]) -> tuple[tuple[tuple[str, Member], ...], tuple[str, ...]]:
    """Which of these headers are members, and which are metadata: a client's requests have the same headers over and over."""
    named = tuple((name, HEADERS[name]) for name in names if name in HEADERS)
    return named, tuple(name for name in names if name not in HEADERS and name.startswith(METADATA_PREFIX))


def _add_presigned(query: Mapping[str, str], members: Members, metadata: dict[str, str]) -> None:
    """What a presigned URL says in its query in place of headers."""
    for given, name, text in _spoken(query):
        if any(character in text for character in "\r\n\0"):
            raise ServiceError(INVALID_OVERRIDE, {"ArgumentName": given, "ArgumentValue": query[given]})
        member = HEADERS.get(name)
        if member is not None:
            members[member] = text
        else:
            metadata[name[len(METADATA_PREFIX) :]] = text


def _spoken(query: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(parameter, header, value as a header would have carried it) of all that stands for a header."""
    for given, value in query.items():
        name = given.lower()
        if not (name in CONDITIONS or name.startswith("x-amz-")) or name.startswith("x-amz-checksum-"):
            continue
        if name in HEADERS or name.startswith(METADATA_PREFIX):
            yield given, name, value.encode("utf-8", "surrogateescape").decode("latin-1")


def check_presigned(headers: Mapping[str, str], query: Mapping[str, str]) -> None:
    """One name with two values is refused, where no signature of version 4 has told already (auth/rest_requests.py)."""
    if "X-Amz-Signature" not in query and "Signature" not in query:
        return
    for _, name, text in _spoken(query):
        if headers.get(name, text) != text:
            raise ServiceError(CONFLICTING_VALUES, because=f"{name} is in the headers and, different, in the query")
