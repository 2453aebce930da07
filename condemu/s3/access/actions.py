"""Which IAM actions an operation needs, on what (S3 User Guide, "Required permissions for Amazon S3 API operations").

An operation needs the action of its row; with a versionId the row's second one, where it has one. By what the request carries it
needs more, on the same bucket or key, or on the source of a copy:

| operation               | carries                                                            | needs, too |
|-------------------------|--------------------------------------------------------------------|------------|
| PutObject               | if-match: "e"                                                      | s3:GetObject |
| CompleteMultipartUpload | if-match: "e"                                                      | s3:GetObject |
| DeleteObject            | if-match: "e"                                                      | s3:GetObject |
| DeleteObject            | if-match: *                                                        | - |
| PutObject               | x-amz-acl: private                                                 | s3:PutObjectAcl |
| PutObject               | x-amz-grant-read: id="0"                                           | s3:PutObjectAcl |
| PutObject               | x-amz-tagging: a=b                                                 | s3:PutObjectTagging |
| PutObject               | x-amz-object-lock-mode: GOVERNANCE                                 | s3:PutObjectRetention |
| PutObject               | x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00Z          | s3:PutObjectRetention |
| PutObject               | x-amz-object-lock-legal-hold: ON                                   | s3:PutObjectLegalHold |
| DeleteObject            | x-amz-bypass-governance-retention: true; versionId: null           | s3:BypassGovernanceRetention |
| DeleteObject            | x-amz-bypass-governance-retention: true                            | - |
| PutObjectRetention      | x-amz-bypass-governance-retention: true                            | s3:BypassGovernanceRetention |
| CopyObject              | x-amz-copy-source: bucket/plain                                    | s3:GetObject |
| CopyObject              | x-amz-copy-source: bucket/plain; if-match: "e"                     | s3:GetObject, s3:GetObject |
| CopyObject              | x-amz-copy-source: bucket/plain?versionId=null                     | s3:GetObjectVersion |
| CopyObject | x-amz-copy-source: bucket/tagged | s3:GetObject, s3:GetObjectTagging |
| CopyObject              | x-amz-copy-source: bucket/tagged; x-amz-tagging-directive: REPLACE | s3:GetObject |
| UploadPartCopy          | x-amz-copy-source: bucket/tagged                                   | s3:GetObject |
| CreateBucket            | x-amz-acl: private                                                 | s3:PutBucketAcl |
| CreateBucket | x-amz-bucket-object-lock-enabled: true | s3:PutBucketObjectLockConfiguration, s3:PutBucketVersioning |
| CreateBucket            | x-amz-object-ownership: ObjectWriter                               | s3:PutBucketOwnershipControls |

What counts for PutObject counts for PostObject, CopyObject and CreateMultipartUpload, too, where it describes the new object.
Every check must pass; the first that does not is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.needs import bypass
from condemu.s3.requests.bucket import bucket_if_any
from condemu.s3.requests.copy_source import named_source
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import OBJECTS, Version
from condemu.s3.state.versions import named


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
    operation, bucket, key = request.operation, request.bucket, request.key
    version_id = request["VersionId"]
    checks = _source_checks(txn, request) if operation.copies else []
    versioned = version_id is not None and len(operation.actions) > 1
    checks.append(Check(operation.actions[versioned], bucket, key, version_id if key else None))
    for more in operation.needs:
        checks += [Check(action, bucket, key, version_id) for action in more(request)]
    if version_id is not None and bypass not in operation.needs:
        checks += [Check(action, bucket, key, version_id) for action in bypass(request)]
    return checks


def _source_checks(txn: Txn, request: S3Request) -> list[Check]:
    """None when the source cannot be read: the operation has an answer to that."""
    try:
        bucket, key, version_id = named_source(request)
    except ServiceError:
        return []
    of_version = version_id is not None
    checks = [Check("s3:GetObjectVersion" if of_version else "s3:GetObject", bucket, key, version_id, True)]
    if request.operation.copies_tags and request["TaggingDirective"] != "REPLACE":
        version = version_under(txn, request, checks[0])
        if version is not None and version.tags:
            action = "s3:GetObjectVersionTagging" if of_version else "s3:GetObjectTagging"
            checks.append(Check(action, bucket, key, version_id, True))
    return checks


def version_under(txn: Txn, request: S3Request, check: Check) -> Version | None:
    """The version that a check is about, or None."""
    bucket = bucket_if_any(txn, request, check.bucket)
    if bucket is None:
        return None
    where = bucket.at(check.key)
    current: Version | None = txn.get(OBJECTS, where)
    if check.version_id is None:
        return current
    try:
        return named(txn, where, check.version_id, current)
    except ServiceError:
        return None
