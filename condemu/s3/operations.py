"""The operations of S3: one row each. What the fields mean is told where `Operation` is (requests/operation.py).

The order of a row: how it is recognized and run, how it is answered, who may ask for it and what policies see.
"""

from __future__ import annotations

from typing import Final

from condemu.s3.access import needs
from condemu.s3.access.authorize import SEEN_BY
from condemu.s3.buckets import acl as bucket_acl
from condemu.s3.buckets import buckets, cors, encryption, ownership, public_access_block, versioning
from condemu.s3.buckets import create as create_bucket
from condemu.s3.buckets import object_lock as object_lock_configuration
from condemu.s3.buckets import policy as bucket_policy
from condemu.s3.buckets import tagging as bucket_tagging
from condemu.s3.configurations import table as configurations
from condemu.s3.errors.access import ANONYMOUS_COPY, ANONYMOUS_MULTIPART, ANONYMOUS_REFUSED
from condemu.s3.errors.general import ACCESS_DENIED
from condemu.s3.listing import objects as listing
from condemu.s3.listing import versions as listing_versions
from condemu.s3.objects import acl, annotation, attributes, bodies, copy, delete, get, put, restore, tagging, validation
from condemu.s3.objects import lock as object_lock
from condemu.s3.objects import post as post_object
from condemu.s3.requests.conditions import DELETE, READ, SOURCE, WRITE
from condemu.s3.requests.encryption import READS, READS_SOURCE, WRITES
from condemu.s3.requests.operation import BLOB, FORM, XML, Operation
from condemu.s3.requests.request import Row
from condemu.s3.uploads import complete as multipart_complete
from condemu.s3.uploads import copy as multipart_copy
from condemu.s3.uploads import listing as multipart_listing
from condemu.s3.uploads import parts as multipart
from condemu.wire.checksums import BY_MEMBER

# fmt: off
OPERATIONS: Final[tuple[Row, ...]] = (
    *configurations.OPERATIONS,
    # service
    Operation(
        "ListBuckets", "GET", "service", "", handler=buckets.list_buckets, root="ListAllMyBucketsResult",
        actions=("s3:ListAllMyBuckets",), new_bucket=True, anonymous=ACCESS_DENIED,
    ),
    Operation(
        "ListDirectoryBuckets", "GET", "service", "max-directory-buckets", express=True,
        handler=buckets.list_directory_buckets, root="ListAllMyDirectoryBucketsResult",
        actions=("s3express:ListAllMyDirectoryBuckets",), new_bucket=True, anonymous=ACCESS_DENIED,
    ),
    Operation("WriteGetObjectResponse", "POST", "service", "WriteGetObjectResponse", path="WriteGetObjectResponse"),
    # bucket
    Operation(
        "CreateBucket", "PUT", "bucket", "", handler=create_bucket.create_bucket, writes=True, takes=XML,
        actions=("s3:CreateBucket",), needs=(needs.new_bucket,), after_body=True, new_bucket=True, anonymous=ANONYMOUS_REFUSED,
    ),
    Operation("CreateBucketMetadataConfiguration", "POST", "bucket", "metadataConfiguration"),
    Operation("CreateBucketMetadataTableConfiguration", "POST", "bucket", "metadataTable"),
    Operation("CreateSession", "GET", "bucket", "session"),
    Operation(
        "DeleteBucket", "DELETE", "bucket", "", handler=buckets.delete_bucket, writes=True, status=204,
        actions=("s3:DeleteBucket",),
    ),
    Operation(
        "DeleteBucketCors", "DELETE", "bucket", "cors", handler=cors.delete_bucket_cors, writes=True, status=204,
        actions=("s3:PutBucketCORS",),
    ),
    Operation(
        "DeleteBucketEncryption", "DELETE", "bucket", "encryption", handler=encryption.delete_bucket_encryption, writes=True,
        status=204,
        actions=("s3:PutEncryptionConfiguration",),
    ),
    Operation("DeleteBucketMetadataConfiguration", "DELETE", "bucket", "metadataConfiguration", status=204),
    Operation("DeleteBucketMetadataTableConfiguration", "DELETE", "bucket", "metadataTable", status=204),
    Operation(
        "DeleteBucketOwnershipControls", "DELETE", "bucket", "ownershipControls",
        handler=ownership.delete_bucket_ownership_controls, writes=True, status=204,
        actions=("s3:PutBucketOwnershipControls",),
    ),
    Operation(
        "DeleteBucketPolicy", "DELETE", "bucket", "policy", handler=bucket_policy.delete_bucket_policy, writes=True, status=204,
        actions=("s3:DeleteBucketPolicy",), owner_only=True,
    ),
    Operation(
        "DeleteBucketTagging", "DELETE", "bucket", "tagging", handler=bucket_tagging.delete_bucket_tagging, writes=True,
        status=204,
        actions=("s3:PutBucketTagging",),
    ),
    Operation(
        "DeleteObjects", "POST", "bucket", "delete", handler=delete.delete_entry, writes=True, takes=XML,
        check=bodies.check_digest, ahead=delete.check_bypass, entries=delete.entries_of, gather=delete.delete_result,
        root="DeleteResult",
        actions=("s3:DeleteObject", "s3:DeleteObjectVersion"), needs=(needs.delete_condition,),
    ),
    Operation(
        "DeletePublicAccessBlock", "DELETE", "bucket", "publicAccessBlock",
        handler=public_access_block.delete_public_access_block, writes=True, status=204,
        actions=("s3:PutBucketPublicAccessBlock",),
    ),
    Operation(
        "GetBucketAcl", "GET", "bucket", "acl", handler=bucket_acl.get_bucket_acl, root="AccessControlPolicy",
        actions=("s3:GetBucketAcl",),
    ),
    Operation(
        "GetBucketCors", "GET", "bucket", "cors", handler=cors.get_bucket_cors, root="CORSConfiguration",
        actions=("s3:GetBucketCORS",),
    ),
    Operation(
        "GetBucketEncryption", "GET", "bucket", "encryption", handler=encryption.get_bucket_encryption,
        root="ServerSideEncryptionConfiguration",
        actions=("s3:GetEncryptionConfiguration",),
    ),
    Operation(
        "GetBucketLocation", "GET", "bucket", "location", handler=buckets.get_bucket_location, root="LocationConstraint",
        actions=("s3:GetBucketLocation",),
    ),
    Operation(
        "GetBucketOwnershipControls", "GET", "bucket", "ownershipControls", handler=ownership.get_bucket_ownership_controls,
        root="OwnershipControls",
        actions=("s3:GetBucketOwnershipControls",),
    ),
    Operation(
        "GetBucketPolicy", "GET", "bucket", "policy", handler=bucket_policy.get_bucket_policy,
        actions=("s3:GetBucketPolicy",), owner_only=True,
    ),
    Operation(
        "GetBucketPolicyStatus", "GET", "bucket", "policyStatus", handler=bucket_policy.get_bucket_policy_status,
        root="PolicyStatus",
        actions=("s3:GetBucketPolicyStatus",),
    ),
    Operation(
        "GetBucketTagging", "GET", "bucket", "tagging", handler=bucket_tagging.get_bucket_tagging, root="Tagging",
        actions=("s3:GetBucketTagging",),
    ),
    Operation(
        "GetBucketVersioning", "GET", "bucket", "versioning", handler=versioning.get_bucket_versioning,
        root="VersioningConfiguration",
        actions=("s3:GetBucketVersioning",),
    ),
    Operation(
        "GetObjectLockConfiguration", "GET", "bucket", "object-lock",
        handler=object_lock_configuration.get_object_lock_configuration, root="ObjectLockConfiguration",
        actions=("s3:GetBucketObjectLockConfiguration",),
    ),
    Operation(
        "GetPublicAccessBlock", "GET", "bucket", "publicAccessBlock", handler=public_access_block.get_public_access_block,
        root="PublicAccessBlockConfiguration",
        actions=("s3:GetBucketPublicAccessBlock",),
    ),
    Operation("HeadBucket", "HEAD", "bucket", "", handler=buckets.head_bucket, actions=("s3:ListBucket",)),
    Operation(
        "ListMultipartUploads", "GET", "bucket", "uploads", handler=multipart_listing.list_multipart_uploads,
        root="ListMultipartUploadsResult",
        actions=("s3:ListBucketMultipartUploads",),
    ),
    Operation(
        "ListObjectVersions", "GET", "bucket", "versions", handler=listing_versions.list_object_versions,
        root="ListVersionsResult",
        actions=("s3:ListBucketVersions",),
    ),
    Operation(
        "ListObjects", "GET", "bucket", "", handler=listing.list_objects, root="ListBucketResult", members=listing.MEMBERS,
        actions=("s3:ListBucket",),
    ),
    Operation(
        "ListObjectsV2", "GET", "bucket", "list-type", handler=listing.list_objects_v2, root="ListBucketResult",
        members=listing.MEMBERS,
        actions=("s3:ListBucket",),
    ),
    Operation(
        "PostObject", "POST", "bucket", "", handler=post_object.post_object, writes=True, takes=FORM,
        check=post_object.check_post, status_of=post_object.status_of,
        encryption=WRITES,
        actions=("s3:PutObject",), needs=(needs.new_object,), after_body=True,
    ),
    Operation(
        "PutBucketAcl", "PUT", "bucket", "acl", handler=bucket_acl.put_bucket_acl, writes=True, takes=XML,
        actions=("s3:PutBucketAcl",), after_body=True, anonymous=ANONYMOUS_REFUSED, takes_acl=True,
    ),
    Operation(
        "PutBucketCors", "PUT", "bucket", "cors", handler=cors.put_bucket_cors, writes=True, takes=XML,
        actions=("s3:PutBucketCORS",),
    ),
    Operation(
        "PutBucketEncryption", "PUT", "bucket", "encryption", handler=encryption.put_bucket_encryption, writes=True, takes=XML,
        actions=("s3:PutEncryptionConfiguration",),
    ),
    Operation(
        "PutBucketOwnershipControls", "PUT", "bucket", "ownershipControls", handler=ownership.put_bucket_ownership_controls,
        writes=True, takes=XML,
        actions=("s3:PutBucketOwnershipControls",),
    ),
    Operation(
        "PutBucketPolicy", "PUT", "bucket", "policy", handler=bucket_policy.put_bucket_policy, writes=True, takes=XML,
        status=204,
        actions=("s3:PutBucketPolicy",), owner_only=True,
    ),
    Operation(
        "PutBucketTagging", "PUT", "bucket", "tagging", handler=bucket_tagging.put_bucket_tagging, writes=True, takes=XML,
        status=204,
        actions=("s3:PutBucketTagging",),
    ),
    Operation(
        "PutBucketVersioning", "PUT", "bucket", "versioning", handler=versioning.put_bucket_versioning, writes=True, takes=XML,
        actions=("s3:PutBucketVersioning",),
    ),
    Operation(
        "PutObjectLockConfiguration", "PUT", "bucket", "object-lock",
        handler=object_lock_configuration.put_object_lock_configuration, writes=True, takes=XML,
        actions=("s3:PutBucketObjectLockConfiguration",),
    ),
    Operation(
        "PutPublicAccessBlock", "PUT", "bucket", "publicAccessBlock", handler=public_access_block.put_public_access_block,
        writes=True, takes=XML,
        actions=("s3:PutBucketPublicAccessBlock",),
    ),
    Operation("UpdateBucketMetadataAnnotationTableConfiguration", "PUT", "bucket", "metadataAnnotationTable"),
    Operation("UpdateBucketMetadataInventoryTableConfiguration", "PUT", "bucket", "metadataInventoryTable"),
    Operation("UpdateBucketMetadataJournalTableConfiguration", "PUT", "bucket", "metadataJournalTable"),
    # object
    Operation(
        "AbortMultipartUpload", "DELETE", "object", "uploadId", handler=multipart.abort_multipart_upload, writes=True,
        status=204,
        actions=("s3:AbortMultipartUpload",),
    ),
    Operation(
        "CompleteMultipartUpload", "POST", "object", "uploadId", handler=multipart_complete.complete_multipart_upload,
        writes=True, takes=XML, check=multipart_complete.check_complete, conditions=WRITE, root="CompleteMultipartUploadResult",
        members=("Location", "Bucket", "Key", "ETag", *BY_MEMBER, "ChecksumType"), checksum_of_object=True,
        encryption=READS,
        actions=("s3:PutObject",), needs=(needs.condition,), creates="true", upload_encryption=True,
    ),
    Operation(
        "CopyObject", "PUT", "object", "", copies=True, handler=copy.copy_object, writes=True, check=copy.check_copy,
        ahead=copy.hash_ahead, conditions=WRITE | SOURCE, root="CopyObjectResult",
        members=("LastModified", "ETag", *BY_MEMBER, "ChecksumType"),
        encryption=WRITES | READS_SOURCE,
        actions=("s3:PutObject",), needs=(needs.new_object, needs.condition), anonymous=ANONYMOUS_COPY, hides=True,
        creates="true", copies_tags=True, ignores_tags=True,
    ),
    Operation(
        "CreateMultipartUpload", "POST", "object", "uploads", handler=multipart.create_multipart_upload, writes=True,
        check=multipart.check_create, conditions=WRITE, root="InitiateMultipartUploadResult",
        members=("Bucket", "Key", "UploadId"),
        encryption=WRITES,
        actions=("s3:PutObject",), needs=(needs.new_object,), anonymous=ANONYMOUS_MULTIPART, creates="false",
    ),
    Operation(
        "DeleteObject", "DELETE", "object", "", handler=delete.delete_object, writes=True, check=delete.check_delete,
        conditions=DELETE, status=204,
        actions=("s3:DeleteObject", "s3:DeleteObjectVersion"), needs=(needs.delete_condition,),
    ),
    Operation("DeleteObjectAnnotation", "DELETE", "object", "annotation", also="annotationName", status=204),
    Operation(
        "DeleteObjectTagging", "DELETE", "object", "tagging", handler=tagging.delete_object_tagging, writes=True, status=204,
        actions=("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ),
    Operation(
        "GetObject", "GET", "object", "", handler=get.get_object, check=get.check_get, conditions=READ, status_of=get.status_of,
        encryption=READS,
        actions=("s3:GetObject", "s3:GetObjectVersion"), hides=True, seen_by=SEEN_BY,
    ),
    Operation(
        "GetObjectAcl", "GET", "object", "acl", handler=acl.get_object_acl, root="AccessControlPolicy",
        members=("Owner", "AccessControlList"),
        actions=("s3:GetObjectAcl", "s3:GetObjectVersionAcl"), hides=True,
    ),
    Operation(
        "GetObjectAnnotation", "GET", "object", "annotation", also="annotationName", handler=annotation.get_object_annotation,
        actions=("s3:GetObjectAnnotation", "s3:GetObjectVersionAnnotation"), hides=True,
    ),
    Operation(
        "GetObjectAttributes", "GET", "object", "attributes", handler=attributes.get_object_attributes,
        check=attributes.check_attributes, root="GetObjectAttributesResponse", members=attributes.ATTRIBUTES,
        encryption=READS,
        actions=("s3:GetObject", "s3:GetObjectVersion"), hides=True, ignores_tags=True,
    ),
    Operation(
        "GetObjectLegalHold", "GET", "object", "legal-hold", handler=object_lock.get_object_legal_hold, root="LegalHold",
        actions=("s3:GetObjectLegalHold",),
    ),
    Operation(
        "GetObjectRetention", "GET", "object", "retention", handler=object_lock.get_object_retention, root="Retention",
        actions=("s3:GetObjectRetention",),
    ),
    Operation(
        "GetObjectTagging", "GET", "object", "tagging", handler=tagging.get_object_tagging, root="Tagging", members=("TagSet",),
        actions=("s3:GetObjectTagging", "s3:GetObjectVersionTagging"), hides=True,
    ),
    Operation("GetObjectTorrent", "GET", "object", "torrent"),
    Operation(
        "HeadObject", "HEAD", "object", "", handler=get.get_object, check=get.check_get, conditions=READ,
        status_of=get.status_of,
        encryption=READS,
        actions=("s3:GetObject", "s3:GetObjectVersion"), hides=True, seen_by=SEEN_BY,
    ),
    Operation(
        "ListObjectAnnotations", "GET", "object", "annotation", handler=annotation.list_object_annotations,
        root="ListObjectAnnotationsOutput", members=annotation.LISTED,
        actions=("s3:ListObjectAnnotations", "s3:ListObjectVersionAnnotations"), hides=True,
    ),
    Operation(
        "ListParts", "GET", "object", "uploadId", handler=multipart_listing.list_parts, root="ListPartsResult",
        members=multipart_listing.OF_PARTS,
        encryption=READS,
        actions=("s3:ListMultipartUploadParts",),
    ),
    Operation(
        "PutObject", "PUT", "object", "", handler=put.put_object, writes=True, takes=BLOB, check=validation.check_put,
        conditions=WRITE,
        encryption=WRITES,
        actions=("s3:PutObject",), needs=(needs.new_object, needs.condition), creates="true",
    ),
    Operation(
        "PutObjectAcl", "PUT", "object", "acl", handler=acl.put_object_acl, writes=True, takes=XML,
        actions=("s3:PutObjectAcl", "s3:PutObjectVersionAcl"), after_body=True, anonymous=ANONYMOUS_REFUSED, takes_acl=True,
    ),
    Operation("PutObjectAnnotation", "PUT", "object", "annotation", also="annotationName"),
    Operation(
        "PutObjectLegalHold", "PUT", "object", "legal-hold", handler=object_lock.put_object_legal_hold, writes=True, takes=XML,
        actions=("s3:PutObjectLegalHold",), after_body=True,
    ),
    Operation(
        "PutObjectRetention", "PUT", "object", "retention", handler=object_lock.put_object_retention, writes=True, takes=XML,
        actions=("s3:PutObjectRetention",), needs=(needs.bypass,), after_body=True,
    ),
    Operation(
        "PutObjectTagging", "PUT", "object", "tagging", handler=tagging.put_object_tagging, writes=True, takes=XML,
        actions=("s3:PutObjectTagging", "s3:PutObjectVersionTagging"), after_body=True,
    ),
    Operation("RenameObject", "PUT", "object", "renameObject"),
    Operation(
        "RestoreObject", "POST", "object", "restore", handler=restore.restore_object, writes=True, takes=XML,
        status_of=restore.status_of,
        actions=("s3:RestoreObject",),
    ),
    Operation("SelectObjectContent", "POST", "object", "select"),
    Operation("UpdateObjectEncryption", "PUT", "object", "encryption"),
    Operation(
        "UploadPart", "PUT", "object", "uploadId", handler=multipart.upload_part, writes=True, takes=BLOB,
        check=multipart.check_upload_part, echoes_base64=True,
        encryption=READS,
        actions=("s3:PutObject",), creates="false",
    ),
    Operation(
        "UploadPartCopy", "PUT", "object", "uploadId", copies=True, handler=multipart_copy.upload_part_copy, writes=True,
        check=multipart_copy.check_upload_part_copy, ahead=multipart_copy.hash_ahead, conditions=SOURCE, root="CopyPartResult",
        members=("LastModified", "ETag", *BY_MEMBER),
        encryption=READS | READS_SOURCE,
        actions=("s3:PutObject",), hides=True, creates="false", upload_encryption=True,
    ),
)
# fmt: on

BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
