"""Access control lists: what headers and documents grant, and how a list is written.

A list is a tuple of grants (kind, grantee, permission), in order. Without one, the owner has FULL_CONTROL and nobody else has
anything. What is granted to whom is said in one of three ways, and only in one (recorded on AWS):

| x-amz-acl | x-amz-grant-* | document | answer                    |
|-----------|---------------|----------|---------------------------|
| yes       | -             | -        | 200                       |
| -         | yes           | -        | 200                       |
| -         | -             | yes      | 200                       |
| yes       | yes           | -        | 400 InvalidRequest        |
| yes       | yes           | yes      | 400 InvalidRequest        |
| yes       | -             | yes      | 400 UnexpectedContent     |
| -         | yes           | yes      | 400 UnexpectedContent     |
| -         | -             | -        | 400 MissingSecurityHeader |

Before all that the bucket exists, and after it its ownership setting allows ACLs (400 AccessControlListNotSupported; the order is
recorded).
"""

from __future__ import annotations

import re
from typing import Any, Final

from condemu.auth.principals import canonical_id
from condemu.core.errors import ServiceError
from condemu.s3.errors.buckets import (
    ACL_NOT_SUPPORTED,
    CANNED_AND_GRANTS,
    INVALID_CANNED_ACL,
    INVALID_GRANT_HEADER,
    INVALID_GROUP,
    INVALID_ID,
    MALFORMED_ACL,
    MISSING_SECURITY_HEADER,
    UNEXPECTED_CONTENT,
    UNKNOWN_EMAIL,
)
from condemu.s3.errors.general import ACCESS_DENIED
from condemu.s3.requests.documents import document_of
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Bucket
from condemu.wire.xml import XSI, Element

Grant = tuple[str, str, str]
Grants = tuple[Grant, ...]

USER: Final = "CanonicalUser"
GROUP: Final = "Group"
EMAIL: Final = "AmazonCustomerByEmail"
ALL_USERS: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS: Final = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY: Final = "http://acs.amazonaws.com/groups/s3/LogDelivery"
GROUPS: Final = frozenset({ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY})
PUBLIC: Final = frozenset({ALL_USERS, AUTHENTICATED_USERS})  # what Block Public Access calls public (S3 User Guide)
PERMISSIONS: Final = frozenset({"FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"})
EC2: Final = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"  # the canonical id behind aws-exec-read
MOST_GRANTS: Final = 100  # of one list (S3 User Guide)
_ID: Final = re.compile(r"[0-9a-f]{64}")

# canned ACL -> what it grants besides FULL_CONTROL to the owner. The last two grant to the bucket's owner (TO_BUCKET_OWNER).
CANNED: Final[dict[str, Grants]] = {
    "private": (),
    "public-read": ((GROUP, ALL_USERS, "READ"),),
    "public-read-write": ((GROUP, ALL_USERS, "READ"), (GROUP, ALL_USERS, "WRITE")),
    "authenticated-read": ((GROUP, AUTHENTICATED_USERS, "READ"),),
    "aws-exec-read": ((USER, EC2, "READ"),),
    "log-delivery-write": ((GROUP, LOG_DELIVERY, "WRITE"), (GROUP, LOG_DELIVERY, "READ_ACP")),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
}
TO_BUCKET_OWNER: Final = {"bucket-owner-read": "READ", "bucket-owner-full-control": "FULL_CONTROL"}

# member -> (header, permission), in the order in which S3 lists the grants
GRANT_HEADERS: Final[dict[Member, tuple[str, str]]] = {
    "GrantFullControl": ("x-amz-grant-full-control", "FULL_CONTROL"),
    "GrantRead": ("x-amz-grant-read", "READ"),
    "GrantWrite": ("x-amz-grant-write", "WRITE"),
    "GrantReadACP": ("x-amz-grant-read-acp", "READ_ACP"),
    "GrantWriteACP": ("x-amz-grant-write-acp", "WRITE_ACP"),
}
GRANTING: Final = frozenset[Member]({"ACL", *GRANT_HEADERS})  # a request that grants nothing has none of these


def default_grants(owner: str) -> Grants:
    return ((USER, canonical_id(owner), "FULL_CONTROL"),)


def is_public(grants: Grants) -> bool:
    """Whether a list grants anything to everybody, or to everybody with an account."""
    return any(kind == GROUP and grantee in PUBLIC for kind, grantee, _ in grants)


def grants_of_headers(request: S3Request, owner: str, bucket_owner: str) -> Grants | None:
    """What x-amz-acl or x-amz-grant-* grant on something that `owner` owns; None when there are no such headers."""
    canned = request["ACL"]
    sent = [(grant, request.members.get(member)) for member, grant in GRANT_HEADERS.items()]
    given = [(header, permission, value) for (header, permission), value in sent if value]
    if canned is not None:
        if given:
            raise ServiceError(CANNED_AND_GRANTS)
        return _canned(canned, owner, bucket_owner)
    if not given:
        return None
    return tuple(
        (*_grantee(part.strip(), header), permission) for header, permission, value in given for part in value.split(",")
    )


def _canned(name: str, owner: str, bucket_owner: str) -> Grants:
    more = CANNED.get(name)
    if more is None:
        raise ServiceError(INVALID_CANNED_ACL, {"ArgumentName": "x-amz-acl", "ArgumentValue": name})
    if name in TO_BUCKET_OWNER and owner != bucket_owner:
        more = ((USER, canonical_id(bucket_owner), TO_BUCKET_OWNER[name]),)
    return default_grants(owner) + more


def _grantee(text: str, header: str) -> tuple[str, str]:
    """`id="…"`, `uri="…"` or `emailAddress="…"`; the quotes are optional."""
    name, _, value = text.partition("=")
    value = value.strip().strip('"')
    kind = {"id": USER, "uri": GROUP, "emailaddress": EMAIL}.get(name.strip().lower())
    if kind is None:
        raise ServiceError(INVALID_GRANT_HEADER, {"ArgumentName": header, "ArgumentValue": text})
    return _checked(kind, value)


def _checked(kind: str, value: str) -> tuple[str, str]:
    """A grantee that can exist: condemu knows accounts by their canonical ids, and none by an address."""
    if kind == EMAIL:
        raise ServiceError(UNKNOWN_EMAIL, because="condemu knows no account by its e-mail address")
    if kind == GROUP and value not in GROUPS:
        raise ServiceError(INVALID_GROUP, {"ArgumentName": "uri", "ArgumentValue": value})
    if kind == USER and _ID.fullmatch(value) is None:
        raise ServiceError(INVALID_ID, {"ArgumentName": "id", "ArgumentValue": value})
    return kind, value


def grants_of_document(request: S3Request, owner: str) -> Grants:
    """AccessControlPolicy: Owner, then grants. Another owner than the one there is cannot be named (403, inferred)."""
    policy = document_of(request, "AccessControlPolicy", MALFORMED_ACL)
    given, grants = policy.child("Owner"), policy.child("AccessControlList")
    if given is None or given.text_of("ID") is None or grants is None or len(grants) > MOST_GRANTS:
        raise ServiceError(MALFORMED_ACL, because="an AccessControlPolicy has an Owner with an ID, and an AccessControlList")
    _, named = _checked(USER, given.text_of("ID") or "")
    checked = tuple(_grant(grant) for grant in grants)
    if named != canonical_id(owner):
        raise ServiceError(ACCESS_DENIED, because="the document names another owner")
    return checked


def _grant(element: Element) -> Grant:
    grantee, permission = element.child("Grantee"), element.text_of("Permission")
    if element.tag != "Grant" or grantee is None or permission not in PERMISSIONS:
        raise ServiceError(MALFORMED_ACL, because="a Grant has a Grantee and a Permission")
    kind = grantee.attributes.get("type", "")
    value = grantee.text_of({USER: "ID", GROUP: "URI", EMAIL: "EmailAddress"}.get(kind, "-"))
    if value is None:
        raise ServiceError(MALFORMED_ACL, because=f"the grantee is a {kind or 'nobody'} without a name")
    return (*_checked(kind, value), permission)


def asked(request: S3Request, owner: str, bucket: Bucket) -> Grants:
    """What PutBucketAcl and PutObjectAcl grant. That the bucket's ownership setting allows no ACLs is said last."""
    grants = grants_of_headers(request, owner, bucket.owner)
    if grants is None:
        if not request.xml:
            raise ServiceError(MISSING_SECURITY_HEADER, {"MissingHeaderName": "x-amz-acl"})
        grants = grants_of_document(request, owner)
    elif request.xml:
        raise ServiceError(UNEXPECTED_CONTENT)
    if bucket.ownership == "BucketOwnerEnforced":
        raise ServiceError(ACL_NOT_SUPPORTED, because="the bucket's ownership setting is BucketOwnerEnforced")
    return grants


def document(owner: str, grants: Grants | None) -> dict[str, Any]:
    """AccessControlPolicy as S3 writes it. Owners have no DisplayName any more (recorded)."""
    return {
        "Owner": {"ID": canonical_id(owner)},
        "AccessControlList": {"Grant": [_rendered(grant) for grant in grants or default_grants(owner)]},
    }


def _rendered(grant: Grant) -> dict[str, Any]:
    kind, grantee, permission = grant
    name = "URI" if kind == GROUP else "ID"
    return {"Grantee": {"@xmlns:xsi": XSI, "@xsi:type": kind, name: grantee}, "Permission": permission}
