"""What a request needs beyond its operation's action, by what it asks for. An operation's row says which of these count for it.

Each function returns actions on the request's own bucket or key.
"""

from __future__ import annotations

from typing import Final

from condemu.s3.access.grants import GRANTING
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import S3Request

# What headers of a new object need besides PutObject, in the order of the checks. CompleteMultipartUpload and parts take none.
HEADER_ACTIONS: Final[tuple[tuple[tuple[Member, ...], str], ...]] = (
    (tuple(GRANTING), "s3:PutObjectAcl"),
    (("Tagging",), "s3:PutObjectTagging"),
    (("ObjectLockMode", "ObjectLockRetainUntilDate"), "s3:PutObjectRetention"),
    (("ObjectLockLegalHoldStatus",), "s3:PutObjectLegalHold"),
)


def new_object(request: S3Request) -> list[str]:
    """What the headers say of a new object."""
    return [action for names, action in HEADER_ACTIONS if any(name in request.members for name in names)]


def condition(request: S3Request) -> list[str]:
    """A write with If-Match tells its sender what the key holds."""
    return ["s3:GetObject"] if "IfMatch" in request.members else []


def delete_condition(request: S3Request) -> list[str]:
    """As `condition`; `*` tells nothing that a delete does not tell."""
    return ["s3:GetObject"] if request.members.get("IfMatch", "*").strip() != "*" else []


def bypass(request: S3Request) -> list[str]:
    """x-amz-bypass-governance-retention. It counts where there is a versionId, and in PutObjectRetention without one."""
    return ["s3:BypassGovernanceRetention"] if request.members.get("BypassGovernanceRetention", "").lower() == "true" else []


def new_bucket(request: S3Request) -> list[str]:
    """What the headers say of a new bucket."""
    members = request.members
    actions = []
    if not GRANTING.isdisjoint(members):
        actions.append("s3:PutBucketAcl")
    if members.get("ObjectLockEnabledForBucket", "").lower() == "true":
        actions += ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
    if "ObjectOwnership" in members:
        actions.append("s3:PutBucketOwnershipControls")
    return actions
