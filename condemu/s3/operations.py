"""The operations of S3: one row each.

A row names its method, its level (service, bucket, object) and its marker: the query parameter that selects it among those of the
same method and level. A row without a handler answers 501 by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.buckets import buckets, cors, encryption, ownership, public_access_block, versioning
from condemu.s3.buckets import create as create_bucket
from condemu.s3.buckets import object_lock as object_lock_configuration
from condemu.s3.buckets import policy as bucket_policy
from condemu.s3.listing import objects as listing
from condemu.s3.listing import versions as listing_versions
from condemu.s3.objects import acl, attributes, bodies, copy, delete, get, put, tagging
from condemu.s3.objects import lock as object_lock
from condemu.s3.objects import post as post_object
from condemu.s3.objects.copy_digests import Stretch
from condemu.s3.request import S3Request
from condemu.s3.uploads import complete as multipart_complete
from condemu.s3.uploads import copy as multipart_copy
from condemu.s3.uploads import listing as multipart_listing
from condemu.s3.uploads import parts as multipart
from condemu.wire.checksums import BY_MEMBER

Handler = Callable[[Txn, S3Request], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """How one operation is recognized, run and answered.

    `status_of` tells the status of a success that has several. `also` is a second query parameter that must be there too;
    `copies` means that x-amz-copy-source must be, and tells what will be read of it. `check` refuses, before the body is read,
    what no state could make right. `takes` says what becomes of the request's body: nothing, a "blob", a "form" or an "xml"
    document. `root` is the tag of the answer's document, and `members` are those of the result that belong into it; all others
    are headers. With `entries` there is one decision for each of them, and `gather` makes the result of their outcomes.
    """

    name: str
    method: str
    level: str
    marker: str
    status: int = 200
    status_of: Callable[[S3Request, dict[str, Any]], int] | None = None
    also: str = ""
    copies: Callable[[Txn, S3Request], Stretch] | None = None
    handler: Handler | None = None
    writes: bool = False
    takes: str = ""
    check: Callable[[S3Request], None] | None = None
    entries: Callable[[S3Request], list[S3Request]] | None = None
    gather: Callable[[S3Request, list[S3Request], list[dict[str, Any] | ServiceError]], dict[str, Any]] | None = None
    root: str = ""
    members: tuple[str, ...] = ()


OPERATIONS: Final = (
    # service
    Operation("ListBuckets", "GET", "service", "", handler=buckets.list_buckets, root="ListAllMyBucketsResult"),
    Operation("ListDirectoryBuckets", "GET", "service", "max-directory-buckets"),
    Operation("WriteGetObjectResponse", "POST", "service", "WriteGetObjectResponse"),
    # bucket
    Operation("CreateBucket", "PUT", "bucket", "", handler=create_bucket.create_bucket, writes=True, takes="xml"),
    Operation("CreateBucketMetadataConfiguration", "POST", "bucket", "metadataConfiguration"),
    Operation("CreateBucketMetadataTableConfiguration", "POST", "bucket", "metadataTable"),
    Operation("CreateSession", "GET", "bucket", "session"),
    Operation("DeleteBucket", "DELETE", "bucket", "", status=204, handler=buckets.delete_bucket, writes=True),
    Operation("DeleteBucketAnalyticsConfiguration", "DELETE", "bucket", "analytics", status=204, also="id"),
    Operation("DeleteBucketCors", "DELETE", "bucket", "cors", status=204, handler=cors.delete_bucket_cors, writes=True),
    Operation(
        "DeleteBucketEncryption", "DELETE", "bucket", "encryption", status=204, handler=encryption.delete_bucket_encryption,
        writes=True,
    ),
    Operation("DeleteBucketIntelligentTieringConfiguration", "DELETE", "bucket", "intelligent-tiering", status=204, also="id"),
    Operation("DeleteBucketInventoryConfiguration", "DELETE", "bucket", "inventory", status=204, also="id"),
    Operation("DeleteBucketLifecycle", "DELETE", "bucket", "lifecycle", status=204),
    Operation("DeleteBucketMetadataConfiguration", "DELETE", "bucket", "metadataConfiguration", status=204),
    Operation("DeleteBucketMetadataTableConfiguration", "DELETE", "bucket", "metadataTable", status=204),
    Operation("DeleteBucketMetricsConfiguration", "DELETE", "bucket", "metrics", status=204, also="id"),
    Operation(
        "DeleteBucketOwnershipControls", "DELETE", "bucket", "ownershipControls", status=204,
        handler=ownership.delete_bucket_ownership_controls, writes=True,
    ),
    Operation(
        "DeleteBucketPolicy", "DELETE", "bucket", "policy", status=204, handler=bucket_policy.delete_bucket_policy, writes=True,
    ),
    Operation("DeleteBucketReplication", "DELETE", "bucket", "replication", status=204),
    Operation(
        "DeleteBucketTagging", "DELETE", "bucket", "tagging", status=204, handler=tagging.delete_bucket_tagging, writes=True,
    ),
    Operation("DeleteBucketWebsite", "DELETE", "bucket", "website", status=204),
    Operation(
        "DeleteObjects",
        "POST",
        "bucket",
        "delete",
        handler=delete.delete_entry,
        writes=True,
        takes="xml",
        check=bodies.check_digest,
        entries=delete.entries_of,
        gather=delete.delete_result,
        root="DeleteResult",
    ),
    Operation(
        "DeletePublicAccessBlock", "DELETE", "bucket", "publicAccessBlock", status=204,
        handler=public_access_block.delete_public_access_block, writes=True,
    ),
    Operation("GetBucketAbac", "GET", "bucket", "abac"),
    Operation("GetBucketAccelerateConfiguration", "GET", "bucket", "accelerate"),
    Operation("GetBucketAcl", "GET", "bucket", "acl", handler=acl.get_bucket_acl, root="AccessControlPolicy"),
    Operation("GetBucketAnalyticsConfiguration", "GET", "bucket", "analytics", also="id"),
    Operation("GetBucketCors", "GET", "bucket", "cors", handler=cors.get_bucket_cors, root="CORSConfiguration"),
    Operation(
        "GetBucketEncryption", "GET", "bucket", "encryption", handler=encryption.get_bucket_encryption,
        root="ServerSideEncryptionConfiguration",
    ),
    Operation("GetBucketIntelligentTieringConfiguration", "GET", "bucket", "intelligent-tiering", also="id"),
    Operation("GetBucketInventoryConfiguration", "GET", "bucket", "inventory", also="id"),
    Operation("GetBucketLifecycleConfiguration", "GET", "bucket", "lifecycle"),
    Operation("GetBucketLocation", "GET", "bucket", "location", handler=buckets.get_bucket_location, root="LocationConstraint"),
    Operation("GetBucketLogging", "GET", "bucket", "logging"),
    Operation("GetBucketMetadataConfiguration", "GET", "bucket", "metadataConfiguration"),
    Operation("GetBucketMetadataTableConfiguration", "GET", "bucket", "metadataTable"),
    Operation("GetBucketMetricsConfiguration", "GET", "bucket", "metrics", also="id"),
    Operation("GetBucketNotificationConfiguration", "GET", "bucket", "notification"),
    Operation(
        "GetBucketOwnershipControls", "GET", "bucket", "ownershipControls", handler=ownership.get_bucket_ownership_controls,
        root="OwnershipControls",
    ),
    Operation("GetBucketPolicy", "GET", "bucket", "policy", handler=bucket_policy.get_bucket_policy),
    Operation(
        "GetBucketPolicyStatus", "GET", "bucket", "policyStatus", handler=bucket_policy.get_bucket_policy_status,
        root="PolicyStatus",
    ),
    Operation("GetBucketReplication", "GET", "bucket", "replication"),
    Operation("GetBucketRequestPayment", "GET", "bucket", "requestPayment"),
    Operation("GetBucketTagging", "GET", "bucket", "tagging", handler=tagging.get_bucket_tagging, root="Tagging"),
    Operation(
        "GetBucketVersioning", "GET", "bucket", "versioning", handler=versioning.get_bucket_versioning,
        root="VersioningConfiguration",
    ),
    Operation("GetBucketWebsite", "GET", "bucket", "website"),
    Operation(
        "GetObjectLockConfiguration", "GET", "bucket", "object-lock",
        handler=object_lock_configuration.get_object_lock_configuration, root="ObjectLockConfiguration",
    ),
    Operation(
        "GetPublicAccessBlock", "GET", "bucket", "publicAccessBlock", handler=public_access_block.get_public_access_block,
        root="PublicAccessBlockConfiguration",
    ),
    Operation("HeadBucket", "HEAD", "bucket", "", handler=buckets.head_bucket),
    Operation("ListBucketAnalyticsConfigurations", "GET", "bucket", "analytics"),
    Operation("ListBucketIntelligentTieringConfigurations", "GET", "bucket", "intelligent-tiering"),
    Operation("ListBucketInventoryConfigurations", "GET", "bucket", "inventory"),
    Operation("ListBucketMetricsConfigurations", "GET", "bucket", "metrics"),
    Operation(
        "ListMultipartUploads",
        "GET",
        "bucket",
        "uploads",
        handler=multipart_listing.list_multipart_uploads,
        root="ListMultipartUploadsResult",
    ),
    Operation(
        "ListObjectVersions",
        "GET",
        "bucket",
        "versions",
        handler=listing_versions.list_object_versions,
        root="ListVersionsResult",
    ),
    Operation("ListObjects", "GET", "bucket", "", handler=listing.list_objects, root="ListBucketResult"),
    Operation("ListObjectsV2", "GET", "bucket", "list-type", handler=listing.list_objects_v2, root="ListBucketResult"),
    Operation(
        "PostObject", "POST", "bucket", "", status_of=post_object.status_of,
        handler=post_object.post_object, writes=True, takes="form", check=post_object.check_post,
    ),
    Operation("PutBucketAbac", "PUT", "bucket", "abac"),
    Operation("PutBucketAccelerateConfiguration", "PUT", "bucket", "accelerate"),
    Operation("PutBucketAcl", "PUT", "bucket", "acl", handler=acl.put_bucket_acl, writes=True, takes="xml"),
    Operation("PutBucketAnalyticsConfiguration", "PUT", "bucket", "analytics", also="id"),
    Operation("PutBucketCors", "PUT", "bucket", "cors", handler=cors.put_bucket_cors, writes=True, takes="xml"),
    Operation(
        "PutBucketEncryption", "PUT", "bucket", "encryption",
        handler=encryption.put_bucket_encryption, writes=True, takes="xml",
    ),
    Operation("PutBucketIntelligentTieringConfiguration", "PUT", "bucket", "intelligent-tiering", also="id"),
    Operation("PutBucketInventoryConfiguration", "PUT", "bucket", "inventory", also="id"),
    Operation("PutBucketLifecycleConfiguration", "PUT", "bucket", "lifecycle"),
    Operation("PutBucketLogging", "PUT", "bucket", "logging"),
    Operation("PutBucketMetricsConfiguration", "PUT", "bucket", "metrics", also="id"),
    Operation("PutBucketNotificationConfiguration", "PUT", "bucket", "notification"),
    Operation(
        "PutBucketOwnershipControls", "PUT", "bucket", "ownershipControls", handler=ownership.put_bucket_ownership_controls,
        writes=True, takes="xml",
    ),
    Operation(
        "PutBucketPolicy", "PUT", "bucket", "policy", status=204, handler=bucket_policy.put_bucket_policy, writes=True,
        takes="xml",
    ),
    Operation("PutBucketReplication", "PUT", "bucket", "replication"),
    Operation("PutBucketRequestPayment", "PUT", "bucket", "requestPayment"),
    Operation(
        "PutBucketTagging", "PUT", "bucket", "tagging",
        handler=tagging.put_bucket_tagging, writes=True, takes="xml", status=204,
    ),
    Operation(
        "PutBucketVersioning", "PUT", "bucket", "versioning",
        handler=versioning.put_bucket_versioning, writes=True, takes="xml",
    ),
    Operation("PutBucketWebsite", "PUT", "bucket", "website"),
    Operation(
        "PutObjectLockConfiguration", "PUT", "bucket", "object-lock",
        handler=object_lock_configuration.put_object_lock_configuration, writes=True, takes="xml",
    ),
    Operation(
        "PutPublicAccessBlock", "PUT", "bucket", "publicAccessBlock", handler=public_access_block.put_public_access_block,
        writes=True, takes="xml",
    ),
    Operation("UpdateBucketMetadataAnnotationTableConfiguration", "PUT", "bucket", "metadataAnnotationTable"),
    Operation("UpdateBucketMetadataInventoryTableConfiguration", "PUT", "bucket", "metadataInventoryTable"),
    Operation("UpdateBucketMetadataJournalTableConfiguration", "PUT", "bucket", "metadataJournalTable"),
    # object
    Operation(
        "AbortMultipartUpload",
        "DELETE",
        "object",
        "uploadId",
        status=204,
        handler=multipart.abort_multipart_upload,
        writes=True,
    ),
    Operation(
        "CompleteMultipartUpload",
        "POST",
        "object",
        "uploadId",
        handler=multipart_complete.complete_multipart_upload,
        writes=True,
        takes="xml",
        check=multipart_complete.check_complete,
        root="CompleteMultipartUploadResult",
        members=("Location", "Bucket", "Key", "ETag", *BY_MEMBER, "ChecksumType"),
    ),
    Operation(
        "CopyObject",
        "PUT",
        "object",
        "",
        copies=copy.read_by_copy,
        handler=copy.copy_object,
        writes=True,
        check=copy.check_copy,
        root="CopyObjectResult",
        members=("LastModified", "ETag", *BY_MEMBER, "ChecksumType"),
    ),
    Operation(
        "CreateMultipartUpload",
        "POST",
        "object",
        "uploads",
        handler=multipart.create_multipart_upload,
        writes=True,
        check=multipart.check_create,
        root="InitiateMultipartUploadResult",
        members=("Bucket", "Key", "UploadId"),
    ),
    Operation(
        "DeleteObject",
        "DELETE",
        "object",
        "",
        status=204,
        handler=delete.delete_object,
        writes=True,
        check=delete.check_delete,
    ),
    Operation("DeleteObjectAnnotation", "DELETE", "object", "annotation", status=204, also="annotationName"),
    Operation(
        "DeleteObjectTagging", "DELETE", "object", "tagging", status=204, handler=tagging.delete_object_tagging, writes=True,
    ),
    Operation("GetObject", "GET", "object", "", status_of=get.status_of, handler=get.get_object, check=get.check_get),
    Operation(
        "GetObjectAcl", "GET", "object", "acl", handler=acl.get_object_acl,
        root="AccessControlPolicy", members=("Owner", "AccessControlList"),
    ),
    Operation("GetObjectAnnotation", "GET", "object", "annotation", also="annotationName"),
    Operation(
        "GetObjectAttributes",
        "GET",
        "object",
        "attributes",
        handler=attributes.get_object_attributes,
        check=attributes.check_attributes,
        root="GetObjectAttributesResponse",
        members=attributes.ATTRIBUTES,
    ),
    Operation("GetObjectLegalHold", "GET", "object", "legal-hold", handler=object_lock.get_object_legal_hold, root="LegalHold"),
    Operation("GetObjectRetention", "GET", "object", "retention", handler=object_lock.get_object_retention, root="Retention"),
    Operation(
        "GetObjectTagging", "GET", "object", "tagging",
        handler=tagging.get_object_tagging, root="Tagging", members=("TagSet",),
    ),
    Operation("GetObjectTorrent", "GET", "object", "torrent"),
    Operation("HeadObject", "HEAD", "object", "", status_of=get.status_of, handler=get.get_object, check=get.check_get),
    Operation("ListObjectAnnotations", "GET", "object", "annotation"),
    Operation("ListParts", "GET", "object", "uploadId", handler=multipart_listing.list_parts, root="ListPartsResult"),
    Operation("PutObject", "PUT", "object", "", handler=put.put_object, writes=True, takes="blob", check=put.check_put),
    Operation("PutObjectAcl", "PUT", "object", "acl", handler=acl.put_object_acl, writes=True, takes="xml"),
    Operation("PutObjectAnnotation", "PUT", "object", "annotation", also="annotationName"),
    Operation(
        "PutObjectLegalHold",
        "PUT",
        "object",
        "legal-hold",
        handler=object_lock.put_object_legal_hold,
        writes=True,
        takes="xml",
    ),
    Operation(
        "PutObjectRetention",
        "PUT",
        "object",
        "retention",
        handler=object_lock.put_object_retention,
        writes=True,
        takes="xml",
    ),
    Operation("PutObjectTagging", "PUT", "object", "tagging", handler=tagging.put_object_tagging, writes=True, takes="xml"),
    Operation("RenameObject", "PUT", "object", "renameObject"),
    Operation("RestoreObject", "POST", "object", "restore"),
    Operation("SelectObjectContent", "POST", "object", "select"),
    Operation("UpdateObjectEncryption", "PUT", "object", "encryption"),
    Operation(
        "UploadPart",
        "PUT",
        "object",
        "uploadId",
        handler=multipart.upload_part,
        writes=True,
        takes="blob",
        check=multipart.check_upload_part,
    ),
    Operation(
        "UploadPartCopy",
        "PUT",
        "object",
        "uploadId",
        copies=multipart_copy.read_by_part,
        handler=multipart_copy.upload_part_copy,
        writes=True,
        check=multipart_copy.check_upload_part_copy,
        root="CopyPartResult",
        members=("LastModified", "ETag", *BY_MEMBER),
    ),
)

BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
