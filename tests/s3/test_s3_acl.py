from __future__ import annotations

import pytest
from s3_wire import Answer, Wire

from condemu.auth.principals import canonical_id
from condemu.s3.access.grants import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY

OWNER = canonical_id("000000000000")
OTHER = canonical_id("111111111111")
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PATHS = ["/bucket", "/bucket/key"]


@pytest.fixture
def acls(s3: Wire) -> Wire:
    """A bucket that allows ACLs, public ones included, and an object in it."""
    body = b"<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>"
    assert s3("PUT", "/bucket", body, query="ownershipControls").status == 200
    assert s3("DELETE", "/bucket", query="publicAccessBlock").status == 204
    s3.put("key")
    return s3


def put(s3: Wire, path: str, body: bytes = b"", **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return s3("PUT", path, body, query="acl", headers=sent)


def grants(s3: Wire, path: str) -> list[tuple[str | None, str | None]]:
    """(grantee, permission), the owner's FULL_CONTROL apart."""
    answer = s3("GET", path, query="acl")
    assert answer.xml is not None
    assert answer.xml.tag == "AccessControlPolicy"
    assert [(child.tag, child.text) for child in answer.xml.child("Owner") or ()] == [("ID", OWNER)]
    found = []
    for grant in answer.xml.child("AccessControlList") or ():
        grantee = grant.child("Grantee")
        assert grantee is not None
        kind = grantee.attributes["type"]
        name = grantee.text_of({"CanonicalUser": "ID", "Group": "URI"}[kind])
        found.append((name, grant.text_of("Permission")))
    return [grant for grant in found if grant != (OWNER, "FULL_CONTROL")]


def policy(*given: str, owner: str = OWNER) -> bytes:
    return (
        f"<AccessControlPolicy><Owner><ID>{owner}</ID></Owner><AccessControlList>{''.join(given)}</AccessControlList>"
        "</AccessControlPolicy>"
    ).encode()


def grant(kind: str, content: str, permission: str = "READ") -> str:
    return f'<Grant><Grantee {XSI} xsi:type="{kind}">{content}</Grantee><Permission>{permission}</Permission></Grant>'


@pytest.mark.parametrize("path", PATHS)
def test_without_a_list_the_owner_has_full_control(acls: Wire, path: str) -> None:
    assert acls("GET", path, query="acl").body.endswith(
        f'<Owner><ID>{OWNER}</ID></Owner><AccessControlList><Grant><Grantee {XSI} xsi:type="CanonicalUser"><ID>{OWNER}</ID>'
        "</Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>".encode()
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("canned", "given"),
    [
        ("private", []),
        ("public-read", [(ALL_USERS, "READ")]),
        ("public-read-write", [(ALL_USERS, "READ"), (ALL_USERS, "WRITE")]),
        ("authenticated-read", [(AUTHENTICATED_USERS, "READ")]),
        ("log-delivery-write", [(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")]),
        ("bucket-owner-full-control", []),
    ],
)
def test_a_canned_acl_stands_for_its_grants(acls: Wire, path: str, canned: str, given: list[tuple[str, str]]) -> None:
    answer = put(acls, path, x_amz_acl=canned)
    assert (answer.status, answer.body) == (200, b"")
    assert grants(acls, path) == given


@pytest.mark.parametrize("path", PATHS)
def test_headers_grant_to_several(acls: Wire, path: str) -> None:
    answer = put(acls, path, x_amz_grant_read=f'uri="{ALL_USERS}", id="{OTHER}"', x_amz_grant_full_control=f"id={OWNER}")
    assert answer.status == 200
    assert grants(acls, path) == [(ALL_USERS, "READ"), (OTHER, "READ")]


@pytest.mark.parametrize("path", PATHS)
def test_a_document_grants_what_it_says_and_nothing_more(acls: Wire, path: str) -> None:
    given = grant("CanonicalUser", f"<ID>{OTHER}</ID>", "WRITE_ACP") + grant("Group", f"<URI>{ALL_USERS}</URI>")
    assert put(acls, path, policy(given)).status == 200
    assert grants(acls, path) == [(OTHER, "WRITE_ACP"), (ALL_USERS, "READ")]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "body", "refused"),
    [
        ({}, b"", ("MissingSecurityHeader", {"MissingHeaderName": "x-amz-acl"})),
        ({"x-amz-acl": "fake-acl"}, b"", ("InvalidArgument", {"ArgumentName": "x-amz-acl", "ArgumentValue": "fake-acl"})),
        ({"x-amz-acl": "private", "x-amz-grant-read": f"id={OTHER}"}, b"", ("InvalidRequest", {})),
        ({"x-amz-acl": "private"}, policy(), ("UnexpectedContent", {})),
        ({"x-amz-grant-read": f"id={OTHER}"}, policy(), ("UnexpectedContent", {})),
        (
            {"x-amz-grant-write": 'fakekey="1234"'},
            b"",
            ("InvalidArgument", {"ArgumentName": "x-amz-grant-write", "ArgumentValue": 'fakekey="1234"'}),
        ),
        ({"x-amz-grant-read": 'id="wrong-id"'}, b"", ("InvalidArgument", {"ArgumentName": "id", "ArgumentValue": "wrong-id"})),
        (
            {"x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/s3/FakeGroup"'},
            b"",
            ("InvalidArgument", {"ArgumentName": "uri", "ArgumentValue": "http://acs.amazonaws.com/groups/s3/FakeGroup"}),
        ),
        ({"x-amz-grant-read": "emailAddress=a@example.org"}, b"", ("UnresolvableGrantByEmailAddress", {})),
        ({}, b"no document", ("MalformedACLError", {})),
        ({}, b"<AccessControlPolicy/>", ("MalformedACLError", {})),
        ({}, policy(grant("CanonicalUser", f"<ID>{OTHER}</ID>", "EVERYTHING")), ("MalformedACLError", {})),
        ({}, policy(grant("Person", f"<ID>{OTHER}</ID>")), ("MalformedACLError", {})),
        ({}, policy(grant("CanonicalUser", "")), ("MalformedACLError", {})),
        ({}, policy(grant("CanonicalUser", f"<ID>{OTHER}</ID>") * 101), ("MalformedACLError", {})),
        (
            {},
            policy(grant("CanonicalUser", "<ID>wrong-id</ID>")),
            ("InvalidArgument", {"ArgumentName": "id", "ArgumentValue": "wrong-id"}),
        ),
        ({}, policy(owner="wrong-id"), ("InvalidArgument", {"ArgumentName": "id", "ArgumentValue": "wrong-id"})),
    ],
)
def test_grants_are_refused(
    acls: Wire, path: str, headers: dict[str, str], body: bytes, refused: tuple[str, dict[str, str]]
) -> None:
    before = acls.everything()
    assert acls("PUT", path, body, query="acl", headers=headers).refusal == (400, *refused)
    assert acls.everything() == before


def test_a_document_cannot_give_the_object_to_somebody_else(acls: Wire) -> None:
    before = acls.everything()
    assert put(acls, "/bucket/key", policy(owner=OTHER)).refusal == (403, "AccessDenied", {})
    assert acls.everything() == before


@pytest.mark.parametrize("path", PATHS)
def test_a_bucket_without_acls_refuses_them_and_shows_the_default(s3: Wire, path: str) -> None:
    s3.put("key")
    before = s3.everything()
    for headers in ({"x_amz_acl": "private"}, {"x_amz_grant_read": f"id={OTHER}"}):
        assert put(s3, path, **headers).refusal == (400, "AccessControlListNotSupported", {})
    fields = {"ArgumentName": "x-amz-acl", "ArgumentValue": "fake"}
    assert put(s3, path, x_amz_acl="fake").refusal == (400, "InvalidArgument", fields)  # what is asked for is read first
    assert put(s3, path).refusal == (400, "MissingSecurityHeader", {"MissingHeaderName": "x-amz-acl"})
    assert s3.everything() == before
    assert grants(s3, path) == []


def test_grants_are_no_change_of_the_key_to_a_condition(acls: Wire) -> None:
    etag = acls.head("key")["etag"] or ""
    began = acls.store.index
    assert put(acls, "/bucket/key", x_amz_acl="public-read").status == 200
    assert acls.head("key")["etag"] == etag
    assert acls("PUT", "/bucket/key", b"new", headers={"if-match": etag}, began=began).status == 200


def test_each_version_has_its_grants_and_a_delete_marker_has_none(acls: Wire) -> None:
    acls.versioning("Enabled")
    first = acls.put("key", b"1")["x-amz-version-id"]
    acls.put("key", b"2")
    query = f"acl&versionId={first}"
    assert acls("PUT", "/bucket/key", query=query, headers={"x-amz-acl": "public-read"})["x-amz-version-id"] == first
    assert grants(acls, "/bucket/key") == []
    assert ALL_USERS.encode() in acls.get("key", query).body
    marker = acls.delete("key")["x-amz-version-id"]
    before = acls.everything()
    missing = acls.get("key", "acl")
    assert (missing.refusal, missing["x-amz-delete-marker"]) == ((404, "NoSuchKey", {"Key": "key"}), "true")
    by_id = acls.get("key", f"acl&versionId={marker}")
    assert by_id.refusal == (405, "MethodNotAllowed", {"Method": "GET", "ResourceType": "DeleteMarker"})
    assert put(acls, "/bucket/key", x_amz_acl="private").refusal[:2] == (405, "MethodNotAllowed")
    assert acls.everything() == before
    assert acls.get("never", "acl").refusal == (404, "NoSuchKey", {"Key": "never"})
