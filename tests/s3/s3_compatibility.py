"""What condemu does not honor of Amazon S3's model, by name.

`python tests/s3/s3_compatibility.py` writes docs/s3-compatibility.md. Answers: `501` is NotImplemented with the header's or the
operation's name in it, `as AWS` is what AWS answers in a general purpose bucket, `ignored` is accepted without effect because in
this emulator nothing could come of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from condemu.s3.operations import OPERATIONS

PAGE: Final = Path(__file__).parents[2] / "docs" / "s3-compatibility.md"
ALL: Final = "all"

# member of a request -> (operations, answer, why)
NOT_HONORED: Final[dict[str, tuple[str, str, str]]] = {
    "RequestPayer": (ALL, "ignored", "nobody pays"),
    "MFA": (
        "DeleteObject, DeleteObjects, PutBucketVersioning", "ignored", "MFA delete cannot be enabled; it is refused with 501",
    ),
    "ConfirmRemoveSelfBucketAccess": ("PutBucketPolicy", "ignored", "the bucket's owner can always change its policy"),
    "AnnotationName": ("GetObjectAnnotation", "ignored", "no object has annotations"),
    "MaxDirectoryBuckets": ("ListDirectoryBuckets", "ignored", "there are none"),
    "SkipDestinationValidation": ("PutBucketNotificationConfiguration", "ignored", "no destination is looked at"),
    "Token": ("PutBucketReplication, PutObjectLockConfiguration", "ignored", "AWS asks for it no more"),
    "AnnotationDirective": ("CopyObject", "ignored", "no object has annotations"),
    "RestoreRequest.Type": ("RestoreObject", "501", "queries of archives are not implemented"),
    "RestoreRequest.Description": ("RestoreObject", "ignored", "it is for queries"),
    "RestoreRequest.SelectParameters": ("RestoreObject", "501", "queries of archives are not implemented"),
    "RestoreRequest.OutputLocation": ("RestoreObject", "501", "queries of archives are not implemented"),
    "WriteOffsetBytes": ("PutObject", "501", "appends are for directory buckets"),
    "ObjectLockEventHold": (ALL, "501", "event holds are not implemented"),
    "ObjectLockEventHoldDurationDays": (ALL, "501", "event holds are not implemented"),
    "ObjectLockEventHoldDurationYears": (ALL, "501", "event holds are not implemented"),
    "Retention.EventHold": ("PutObjectRetention", "501", "event holds are not implemented"),
    "Retention.EventHoldDuration.Days": ("PutObjectRetention", "501", "event holds are not implemented"),
    "Retention.EventHoldDuration.Years": ("PutObjectRetention", "501", "event holds are not implemented"),
    "ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold.Days": (
        "PutObjectLockConfiguration", "501", "event holds are not implemented",
    ),
    "ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold.Years": (
        "PutObjectLockConfiguration", "501", "event holds are not implemented",
    ),
    "CreateBucketConfiguration.Location.Type": ("CreateBucket", "501", "there are no directory buckets"),
    "CreateBucketConfiguration.Location.Name": ("CreateBucket", "501", "there are no directory buckets"),
    "CreateBucketConfiguration.Bucket.Type": ("CreateBucket", "501", "there are no directory buckets"),
    "CreateBucketConfiguration.Bucket.DataRedundancy": ("CreateBucket", "501", "there are no directory buckets"),
    "VersioningConfiguration.MFADelete": ("PutBucketVersioning", "501", "MFA delete is not implemented; Disabled is accepted"),
    "AccessControlPolicy.Grants.Grantee.EmailAddress": ("PutBucketAcl, PutObjectAcl", "as AWS", "400: no account has an address"),
    "IfMatchLastModifiedTime": ("DeleteObject", "as AWS", "501: for directory buckets"),
    "IfMatchSize": ("DeleteObject", "as AWS", "501: for directory buckets"),
    "IfMatchInitiatedTime": ("AbortMultipartUpload", "501", "for directory buckets"),
    "Delete.Objects.LastModifiedTime": ("DeleteObjects", "as AWS", "400 MalformedXML: for directory buckets"),
    "Delete.Objects.Size": ("DeleteObjects", "as AWS", "400 MalformedXML: for directory buckets"),
}  # fmt: skip

# configuration, by its query parameter -> what it would do at AWS, and does not do here
WITHOUT_EFFECT: Final[dict[str, str]] = {
    "abac": "tags of a bucket are no condition keys of policies",
    "accelerate": "there is one endpoint",
    "analytics": "nothing is analyzed, no report is written",
    "intelligent-tiering": "no object is moved between tiers",
    "inventory": "no list is written",
    "logging": "no log is written",
    "metrics": "there is no CloudWatch",
    "notification": "events are delivered to nobody, and no test message is sent",
    "replication": "nothing is replicated",
    "requestPayment": "nobody pays; requests need no x-amz-request-payer",
}


def page() -> str:
    done = sorted(operation.name for operation in OPERATIONS if operation.handler is not None)
    missing = sorted(operation.name for operation in OPERATIONS if operation.handler is None)
    lines = [
        "# What condemu does of Amazon S3",
        "",
        "Made by `python tests/s3/s3_compatibility.py` from the tables that answer requests; a test holds it against them and",
        "against botocore's model of S3. General purpose buckets only.",
        "",
        f"## Operations ({len(done)})",
        "",
        ", ".join(f"`{name}`" for name in done) + ".",
        "",
        "## Members without effect",
        "",
        "All other members of these operations are honored. A condition (`If-*`, `x-amz-*-if-*`) that an operation does not",
        "take is refused with 501 NotImplemented and its name, never ignored.",
        "",
        "| member | operations | answer | why |",
        "|---|---|---|---|",
        *(f"| `{member}` | {' | '.join(row)} |" for member, row in NOT_HONORED.items()),
        "",
        "## Configurations without effect",
        "",
        "A bucket keeps these, checked as AWS checks them, and gives them back.",
        "",
        "| configuration | what does not happen |",
        "|---|---|",
        *(f"| `{marker}` | {what} |" for marker, what in WITHOUT_EFFECT.items()),
        "",
        "## Configurations with an effect",
        "",
        "Lifecycle rules are carried out at each midnight (UTC) of the state's clock, before the first request that meets the",
        "bucket then; move the clock in a test, and what is due is gone. What is due when rules are put is gone at the next",
        "request. On AWS it may take a day or more. `x-amz-expiration` and `x-amz-abort-date` tell when.",
        "",
        "A bucket with a website configuration is served at `http://<bucket>.s3-website.localhost:<port>/`, and under AWS's",
        "names of website endpoints, to everybody who may read its objects: a new bucket blocks that, as on AWS, until its",
        "public access block is deleted and a policy allows `s3:GetObject` to `*`.",
        "",
        f"## Operations that answer 501 NotImplemented ({len(missing)})",
        "",
        ", ".join(f"`{name}`" for name in missing) + ".",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
