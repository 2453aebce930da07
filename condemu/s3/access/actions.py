"""Which IAM actions an operation needs, on what (S3 User Guide, "Required permissions for Amazon S3 API operations").

An operation needs the action of its row; with a versionId the row's second one, where it has one. What a request asks for
beyond the plain operation needs more:

| the request carries                                   | and needs                                       |
|-------------------------------------------------------|-------------------------------------------------|
| If-Match on PutObject, CompleteMultipartUpload, Copy  | GetObject on the same key                       |
| If-Match with an ETag on a delete; not `*`            | GetObject on the same key                       |
| x-amz-acl or x-amz-grant-… on a new object            | PutObjectAcl                                    |
| x-amz-tagging                                         | PutObjectTagging                                |
| x-amz-object-lock-mode or -retain-until-date          | PutObjectRetention                              |
| x-amz-object-lock-legal-hold                          | PutObjectLegalHold                              |
| x-amz-bypass-governance-retention: true               | BypassGovernanceRetention                       |
| a copy source                                         | GetObject or GetObjectVersion on the source     |
| … whose tags are copied                               | GetObjectTagging or GetObjectVersionTagging     |
| CreateBucket with an ACL                              | PutBucketAcl                                    |
| CreateBucket with Object Lock                         | PutBucketObjectLockConfiguration, PutBucketVersioning |
| CreateBucket with an ownership                        | PutBucketOwnershipControls                      |

Every check must pass; the first that does not is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.objects.acl import GRANT_HEADERS
from condemu.s3.objects.copy import named_source
from condemu.s3.request import S3Request
from condemu.s3.state.names import bucket_named
from condemu.s3.state.records import Version
from condemu.s3.state.versions import found_under, named

# operation -> its action, and its action on a version
ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "ListBuckets": ("s3:ListAllMyBuckets",),
    "CreateBucket": ("s3:CreateBucket",),
    "DeleteBucket": ("s3:DeleteBucket",),
    "HeadBucket": ("s3:ListBucket",),
    "ListObjects": ("s3:ListBucket",),
    "ListObjectsV2": ("s3:ListBucket",),
    "ListObjectVersions": ("s3:ListBucketVersions",),
    "ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "GetBucketLocation": ("s3:GetBucketLocation",),
    "GetBucketAcl": ("s3:GetBucketAcl",),
    "PutBucketAcl": ("s3:PutBucketAcl",),
    "GetBucketCors": ("s3:GetBucketCORS",),
    "PutBucketCors": ("s3:PutBucketCORS",),
    "DeleteBucketCors": ("s3:PutBucketCORS",),
    "GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "GetBucketOwnershipControls": ("s3:GetBucketOwnershipControls",),
    "PutBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "GetBucketPolicy": ("s3:GetBucketPolicy",),
    "PutBucketPolicy": ("s3:PutBucketPolicy",),
    "DeleteBucketPolicy": ("s3:DeleteBucketPolicy",),
    "GetBucketPolicyStatus": ("s3:GetBucketPolicyStatus",),
    "GetBucketTagging": ("s3:GetBucketTagging",),
    "PutBucketTagging": ("s3:PutBucketTagging",),
    "DeleteBucketTagging": ("s3:PutBucketTagging",),
    "GetBucketVersioning": ("s3:GetBucketVersioning",),
    "PutBucketVersioning": ("s3:PutBucketVersioning",),
    "GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "PutObject": ("s3:PutObject",),
    "PostObject": ("s3:PutObject",),
    "CreateMultipartUpload": ("s3:PutObject",),
    "UploadPart": ("s3:PutObject",),
    "UploadPartCopy": ("s3:PutObject",),
    "CompleteMultipartUpload": ("s3:PutObject",),
    "AbortMultipartUpload": ("s3:AbortMultipartUpload",),
    "ListParts": ("s3:ListMultipartUploadParts",),
    "CopyObject": ("s3:PutObject",),
    "GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "HeadObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "GetObjectAttributes": ("s3:GetObject", "s3:GetObjectVersion"),
    "DeleteObject": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "GetObjectTagging": ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    "PutObjectTagging": ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    "DeleteObjectTagging": ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    "GetObjectAcl": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "PutObjectAcl": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    "GetObjectRetention": ("s3:GetObjectRetention",),
    "PutObjectRetention": ("s3:PutObjectRetention",),
    "GetObjectLegalHold": ("s3:GetObjectLegalHold",),
    "PutObjectLegalHold": ("s3:PutObjectLegalHold",),
}

# What headers of a new object need besides PutObject, in the order of the checks. CompleteMultipartUpload and parts take none.
DESCRIBING: Final = frozenset({"PutObject", "PostObject", "CreateMultipartUpload", "CopyObject"})
HEADER_ACTIONS: Final = (
    (("ACL", *GRANT_HEADERS), "s3:PutObjectAcl"),
    (("Tagging",), "s3:PutObjectTagging"),
    (("ObjectLockMode", "ObjectLockRetainUntilDate"), "s3:PutObjectRetention"),
    (("ObjectLockLegalHoldStatus",), "s3:PutObjectLegalHold"),
)
CONDITIONAL: Final = frozenset({"PutObject", "CompleteMultipartUpload", "CopyObject"})
DELETES: Final = frozenset({"DeleteObject", "DeleteObjects"})
COPIES: Final = frozenset({"CopyObject", "UploadPartCopy"})
# Operations whose document says what their conditions ask about: they are authorized when it is here.
BY_DOCUMENT: Final = frozenset({
    "CreateBucket", "PostObject", "PutBucketAcl", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging",
})  # fmt: skip


@dataclass(slots=True)
class Check:
    """One action on one thing. `key` is "" for a bucket; `source` marks what a copy reads; `prefix` is what is looked for when
    it is asked whether the caller might have known by listing that a key is missing."""

    action: str
    bucket: str
    key: str = ""
    version_id: str | None = None
    source: bool = False
    prefix: str | None = None

    @property
    def resource(self) -> str:
        """The ARN; `*` for what belongs to no bucket."""
        if not self.bucket:
            return "arn:aws:s3:::*"
        return f"arn:aws:s3:::{self.bucket}/{self.key}" if self.key else f"arn:aws:s3:::{self.bucket}"


def checks_of(txn: Txn, request: S3Request) -> list[Check]:
    """What must be allowed, in order. The source of a copy first: what it may not read it may not know."""
    name, bucket, key = request.operation.name, request.bucket, request.key
    version_id = request["VersionId"]
    checks = _source_checks(txn, request) if name in COPIES else []
    row = ACTIONS[name]
    versioned = version_id is not None and len(row) > 1
    checks.append(Check(row[versioned], bucket, key, version_id if key else None))
    for action in _more(request, name):
        checks.append(Check(action, bucket, key, version_id))
    return checks


def _more(request: S3Request, name: str) -> list[str]:
    members = request.members
    actions = []
    if name in DESCRIBING:
        actions += [action for names, action in HEADER_ACTIONS if any(member in members for member in names)]
    if name in CONDITIONAL and "IfMatch" in members:
        actions.append("s3:GetObject")
    if name in DELETES and members.get("IfMatch", "*").strip() != "*":
        actions.append("s3:GetObject")
    bypass = members.get("BypassGovernanceRetention")
    if bypass is not None and bypass.lower() == "true" and (name == "PutObjectRetention" or "VersionId" in members):
        actions.append("s3:BypassGovernanceRetention")
    if name == "CreateBucket":
        if any(member in members for member in ("ACL", *GRANT_HEADERS)):
            actions.append("s3:PutBucketAcl")
        if members.get("ObjectLockEnabledForBucket", "").lower() == "true":
            actions += ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
        if "ObjectOwnership" in members:
            actions.append("s3:PutBucketOwnershipControls")
    return actions


def _source_checks(txn: Txn, request: S3Request) -> list[Check]:
    """None when the source cannot be read: the operation has an answer to that."""
    try:
        bucket, key, version_id = named_source(request)
    except ServiceError:
        return []
    of_version = version_id is not None
    checks = [Check("s3:GetObjectVersion" if of_version else "s3:GetObject", bucket, key, version_id, True)]
    if request.operation.name == "CopyObject" and request["TaggingDirective"] != "REPLACE":
        version = version_under(txn, request, checks[0])
        if version is not None and version.tags:
            action = "s3:GetObjectVersionTagging" if of_version else "s3:GetObjectTagging"
            checks.append(Check(action, bucket, key, version_id, True))
    return checks


def version_under(txn: Txn, request: S3Request, check: Check) -> Version | None:
    """The version that a check is about, or None."""
    bucket = bucket_named(txn, check.bucket, request.namespace)
    if bucket is None:
        return None
    if check.version_id is None:
        found = found_under(txn, bucket, check.key)
        return found if isinstance(found, Version) else None
    try:
        return named(txn, bucket, check.key, check.version_id)
    except ServiceError:
        return None
