"""May this caller do this? Decided for each request once its bucket is known, before its body and before any condition of it.

Order: the expected owner is an account id (400), the bucket exists (404) and is the expected owner's (403), what anonymous
callers can never do, BlockPublicAcls, then each check of `actions.py`: bucket policy, RestrictPublicBuckets, ACLs where they
count, the caller's own policies.

The root user of the account that owns a bucket without a policy passes all checks at once, which is how most emulators are used.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.auth.credentials import is_account
from condemu.auth.decision import BOUNDARY, IDENTITY_BASED, RESOURCE_BASED, SESSION, Ruling, decide
from condemu.auth.policy import Policy
from condemu.auth.principals import ROOT, Principal, canonical_id
from condemu.auth.verdicts import BY_ACCOUNT, BY_ANYONE, NOT_AT_ALL
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Txn
from condemu.s3.access.actions import Check, checks_of, version_under
from condemu.s3.access.grants import (
    AUTHENTICATED_USERS,
    GRANTING,
    GROUP,
    PUBLIC,
    Grants,
    default_grants,
    grants_of_document,
    grants_of_headers,
    is_public,
)
from condemu.s3.access.policy_keys import ConditionKeys
from condemu.s3.access.policy_rules import compiled
from condemu.s3.access.public_policy import is_public as policy_is_public
from condemu.s3.errors import access as errors
from condemu.s3.errors.general import ACCESS_DENIED, METHOD_NOT_ALLOWED, NO_SUCH_KEY
from condemu.s3.requests.bucket import bucket_if_any, bucket_of
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import UNKNOWN
from condemu.s3.state.records import Bucket

# member of a read's result -> the action without which it is left out (S3 User Guide, required permissions)
SEEN_BY: Final = {
    "TagCount": "s3:GetObjectTagging",
    "ObjectLockMode": "s3:GetObjectRetention",
    "ObjectLockRetainUntilDate": "s3:GetObjectRetention",
    "ObjectLockLegalHoldStatus": "s3:GetObjectLegalHold",
}
POLICY_NAMES: Final = {
    RESOURCE_BASED: "a resource-based policy",
    IDENTITY_BASED: "an identity-based policy",
    BOUNDARY: "a permissions boundary",
    SESSION: "a session policy",
}

# action -> what an ACL must grant for it, on the bucket or on the object (S3 User Guide, "Access control list overview")
BUCKET_PERMISSIONS: Final = {
    "s3:ListBucket": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:PutObject": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:PutBucketAcl": "WRITE_ACP",
}
OBJECT_PERMISSIONS: Final = {
    "s3:GetObject": "READ",
    "s3:GetObjectVersion": "READ",
    "s3:GetObjectAcl": "READ_ACP",
    "s3:GetObjectVersionAcl": "READ_ACP",
    "s3:PutObjectAcl": "WRITE_ACP",
    "s3:PutObjectVersionAcl": "WRITE_ACP",
}


def authorize(request: S3Request, txn: Txn) -> None:
    """Raises what refuses the request. One that names several keys is authorized key by key, by `authorize_entry`."""
    bucket = admit(request, txn)
    authentication = request.authentication
    if authentication is None or request.operation.entries is not None:
        return
    caller = authentication.principal
    members = request.members
    if bucket is not None and bucket.ownership != "BucketOwnerEnforced" and (request.xml or not GRANTING.isdisjoint(members)):
        _check_public_grants(txn, request, bucket)
    if caller.kind == ROOT and "CopySource" not in members:
        if bucket is None or _may_do_all(caller, bucket):
            return
    elif caller.is_anonymous and request.operation.anonymous is not None:
        raise ServiceError(request.operation.anonymous, because="the request has no credentials")
    _check_all(txn, request, caller, bucket)


def _may_do_all(caller: Principal, bucket: Bucket) -> bool:
    """The root user of the account that owns the bucket, where no policy could say otherwise."""
    return caller.kind == ROOT and bucket.policy is None and caller.account == bucket.owner


def authorize_entry(txn: Txn, request: S3Request) -> None:
    """One key of a request that names several."""
    authentication = request.authentication
    if authentication is None:
        return
    caller = authentication.principal
    bucket = bucket_of(txn, request)
    if not _may_do_all(caller, bucket):
        _check_all(txn, request, caller, bucket)


def admit(request: S3Request, txn: Txn) -> Bucket | None:
    """The bucket, which must be there and be whose the client thinks that it is. CreateBucket and ListBuckets need none."""
    expected = request.members.get("ExpectedBucketOwner")
    if expected is not None and not is_account(expected):
        raise ServiceError(errors.NOT_AN_ACCOUNT, {"Value": expected})
    if request.operation.new_bucket or request.namespace == UNKNOWN:
        return None
    bucket = bucket_of(txn, request)
    if expected is not None and expected != bucket.owner:
        raise ServiceError(ACCESS_DENIED, because=f"the bucket belongs to {bucket.owner}, not to {expected}")
    return bucket


def _check_all(txn: Txn, request: S3Request, caller: Principal, bucket: Bucket | None) -> None:
    for check in checks_of(txn, request):
        _check(txn, request, caller, check)
    if bucket is not None and request.operation.owner_only and caller.account != bucket.owner:
        raise ServiceError(
            METHOD_NOT_ALLOWED,
            {"Method": request.http.method, "ResourceType": "BUCKETPOLICY"},
            because="only the bucket owner's account may handle its policy",
        )
    if request["ExpectedSourceBucketOwner"] is not None:
        _check_source_owner(txn, request, request["ExpectedSourceBucketOwner"])


def _check_source_owner(txn: Txn, request: S3Request, expected: str) -> None:
    if not is_account(expected):
        raise ServiceError(errors.NOT_AN_ACCOUNT, {"Value": expected})
    source = next((check.bucket for check in checks_of(txn, request) if check.source), None)
    bucket = bucket_if_any(txn, request, source) if source is not None else None
    if bucket is not None and bucket.owner != expected:
        raise ServiceError(ACCESS_DENIED, because=f"the source's bucket belongs to {bucket.owner}, not to {expected}")


def _check(txn: Txn, request: S3Request, caller: Principal, check: Check) -> None:
    """One check. A copy's source in a bucket that does not exist is refused where it is read, by NoSuchBucket."""
    bucket = bucket_if_any(txn, request, check.bucket) if check.bucket else None
    if bucket is None and check.source:
        return
    ruling = rule(txn, request, caller, check, bucket)
    if not ruling.allowed:
        row = errors.EXPLICITLY_DENIED if ruling.explicit else errors.IMPLICITLY_DENIED
        owner = bucket.owner if bucket is not None else caller.account
        name = POLICY_NAMES[ruling.policy]
        policy = name if ruling.explicit else name.partition(" ")[2]
        raise refuse(request, owner, check, row, policy, ruling.because)


def rule(txn: Txn, request: S3Request, caller: Principal, check: Check, bucket: Bucket | None) -> Ruling:
    """What all policies say together. What belongs to no bucket yet belongs to the caller's account."""
    if bucket is None:
        keys = ConditionKeys(txn, request, check, caller.account)
        return decide(caller, check.action, check.resource, keys, owner=caller.account)
    policy = _policy_of(bucket)
    blocks = bucket.public_access_block
    return decide(
        caller,
        check.action,
        check.resource,
        ConditionKeys(txn, request, check, bucket.owner),
        owner=bucket.owner,
        policy=policy,
        restricted=policy is not None and blocks is not None and blocks["RestrictPublicBuckets"] and policy_is_public(policy),
        spared=request.operation.owner_only,
        granted=NOT_AT_ALL if bucket.ownership == "BucketOwnerEnforced" else _granted(txn, request, caller, check, bucket),
    )


def _policy_of(bucket: Bucket) -> Policy | None:
    return compiled(bucket.policy, bucket.name) if bucket.policy is not None else None


def _granted(txn: Txn, request: S3Request, caller: Principal, check: Check, bucket: Bucket) -> int:
    """How closely an ACL that grants the action names the caller: as its account, or as one of everybody."""
    permission = BUCKET_PERMISSIONS.get(check.action)
    grants: Grants | None = None
    if permission is not None:
        grants = bucket.configurations.get("acl") or default_grants(bucket.owner)
    else:
        permission = OBJECT_PERMISSIONS.get(check.action)
        version = version_under(txn, request, check) if permission is not None else None
        if version is None or permission is None:
            return NOT_AT_ALL
        grants = version.acl or default_grants(version.owner)
    blocks = bucket.public_access_block
    ignored = PUBLIC if blocks is not None and blocks["IgnorePublicAcls"] else frozenset()
    found = NOT_AT_ALL
    for kind, grantee, granted in grants:
        if granted not in (permission, "FULL_CONTROL"):
            continue
        if kind == GROUP:
            if grantee in PUBLIC - ignored and not (grantee == AUTHENTICATED_USERS and caller.is_anonymous):
                return BY_ANYONE
        elif not caller.is_anonymous and grantee == canonical_id(caller.account):
            found = BY_ACCOUNT
    return found


def refuse(request: S3Request, owner: str, check: Check, row: ErrorRow, policy: str = "", because: str = "") -> ServiceError:
    """AccessDenied, in detail for callers of the owner's account only, of which the emulator itself is one."""
    authentication = request.authentication
    caller = authentication.principal if authentication is not None else None
    if caller is not None and (caller.is_anonymous or caller.account != owner):
        return ServiceError(ACCESS_DENIED, because=because)
    user = caller.arn if caller is not None else f"arn:aws:iam::{owner}:root"
    fields = {"User": user, "Action": check.action, "Resource": check.resource, "Policy": policy}
    return ServiceError(row, fields, because=because)


def hidden(txn: Txn, request: S3Request, error: ServiceError) -> ServiceError:
    """What an operation that hides keys answers: a missing one is AccessDenied to those who could not have found out by listing
    the bucket."""
    authentication = request.authentication
    if error.row is not NO_SUCH_KEY or authentication is None:
        return error
    bucket_name, key = request.bucket, request.key
    source = next((check for check in checks_of(txn, request) if check.source), None)
    if source is not None:
        if error.fields.get("Key") != source.key:
            return error
        bucket_name, key = source.bucket, source.key
    elif "CopySource" in request.members:
        return error
    bucket = bucket_if_any(txn, request, bucket_name)
    caller = authentication.principal
    if bucket is None or _may_do_all(caller, bucket):
        return error
    check = Check("s3:ListBucket", bucket_name, prefix=key)
    ruling = rule(txn, request, caller, check, bucket)
    if ruling.allowed:
        return error
    because = f"there is no such key, and the caller may not list the bucket: {ruling.because}"
    row = errors.EXPLICITLY_DENIED if ruling.explicit else errors.IMPLICITLY_DENIED
    name = POLICY_NAMES[ruling.policy]
    return refuse(request, bucket.owner, check, row, name if ruling.explicit else name.partition(" ")[2], because)


def without_unseen(txn: Txn, request: S3Request, result: dict[str, Any]) -> dict[str, Any]:
    """A read's result without the headers about tags and locks that the caller has no right to."""
    authentication = request.authentication
    seen_by = request.operation.seen_by
    if authentication is None or result.keys().isdisjoint(seen_by):
        return result
    caller = authentication.principal
    bucket = bucket_of(txn, request)
    if _may_do_all(caller, bucket):
        return result
    for member, action in seen_by.items():
        check = Check(action, request.bucket, request.key, request["VersionId"])
        if result.get(member) is not None and not rule(txn, request, caller, check, bucket).allowed:
            result.pop(member)
    return result


def _check_public_grants(txn: Txn, request: S3Request, bucket: Bucket) -> None:
    """BlockPublicAcls refuses grants to everybody, in headers or in the document of PutBucketAcl and PutObjectAcl. Where ACLs are
    switched off, that is the answer instead; grants that cannot be read are answered where they are stored."""
    blocks = bucket.public_access_block
    if blocks is None or not blocks["BlockPublicAcls"]:
        return
    try:
        grants = grants_of_headers(request, bucket.owner, bucket.owner)
        if grants is None and request.operation.takes_acl:
            grants = grants_of_document(request, bucket.owner)
    except ServiceError:
        return
    if grants is not None and is_public(grants):
        check = checks_of(txn, request)[0]
        because = "the ACL grants something to everybody"
        raise refuse(request, bucket.owner, check, errors.PUBLIC_ACL_BLOCKED, because=because)
