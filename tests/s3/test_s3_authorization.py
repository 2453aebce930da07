"""Who may do what, on the wire: AccessDenied and what it tells to whom, ACLs, Block Public Access, the policy's operations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from policy_calls import BUCKET, OPEN, World, everything

from condemu.auth.authentication import Authentication
from condemu.auth.patterns import glob
from condemu.auth.principals import NOBODY, canonical_id, root_of, session_of, user_of
from condemu.s3.access.policy_actions import ALL_ACTIONS
from condemu.s3.errors.access import PUBLIC_ACL_BLOCKED
from condemu.s3.operations import OPERATIONS
from condemu.wire.xml import parse

OWNER = "111122223333"
STRANGER = "444455556666"
ALICE, DAVE = user_of(OWNER, "Alice"), user_of(STRANGER, "Dave")
ARN = f"arn:aws:s3:::{BUCKET}"
PUBLIC_READ = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">' \
    "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission>"  # fmt: skip


class Caller:
    """Sends requests as one principal to a bucket that OWNER owns and that holds `k`."""

    def __init__(self, *statements: dict[str, Any], blocks: dict[str, bool] | None = None, ownership: str = "") -> None:
        case = {
            "owner_account": OWNER, "policy": None, "principal": {"type": "root", "account": OWNER},
            "request": {"operation": "GetObject", "http": {}, "checks": [{"resource": f"{ARN}/k", "context": {}}]},
            "public_access_block": {**OPEN, **(blocks or {})},
        }  # fmt: skip
        case["request"]["checks"][0]["action"] = "s3:GetObject"  # type: ignore[index]
        if ownership:
            case["request"]["checks"][0]["context"] = {"s3:x-amz-acl": "private"}  # type: ignore[index]
        self.world = World(case)
        self.world.prepare()
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            status, body, _ = self.world.send(self.world.owner, "PUT", query="policy", body=document.encode())
            assert status == 204, body

    def __call__(
        self, who: Any, method: str, key: str = "", query: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, str, str]:
        """(status, code, message); the store is unchanged when the answer is AccessDenied."""
        self.world.caller.authenticator = Believer(Authentication(who, auth_type="REST-HEADER"))
        before = everything(self.world.store)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        status, answer, _ = self.world.send(self.world.caller, method, key, query, body, sent)
        document = parse(answer) if answer.startswith(b"<?xml") else None
        code = (document.text_of("Code") or "") if document is not None else ""
        if status == 403:
            assert everything(self.world.store) == before
        return status, code, (document.text_of("Message") or "") if document is not None else answer.decode()


class Believer:
    def __init__(self, authentication: Authentication) -> None:
        self.authentication = authentication

    def verify_s3(self, request: Any, now: float, host_bucket: str = "") -> Authentication:
        return self.authentication


def allow(action: str | list[str], principal: Any = "*", resource: Any = (ARN, f"{ARN}/*"), **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def test_every_operation_that_is_implemented_has_its_action_and_every_action_is_real() -> None:
    implemented = [operation for operation in OPERATIONS if operation.handler is not None]
    assert [operation.name for operation in implemented if not operation.actions] == []
    express = {"s3express:ListAllMyDirectoryBuckets"}  # of a service whose actions no bucket's policy knows
    actions = {action for operation in implemented for action in operation.actions} - express
    assert {action.removeprefix("s3:").lower() for action in actions} <= ALL_ACTIONS


def test_the_owners_account_is_told_why_and_strangers_are_not() -> None:
    ask = Caller(allow("s3:GetObject", {"AWS": ALICE.arn}, f"{ARN}/*"))
    assert ask(ALICE, "GET", "k") == (200, "", "data")
    assert ask(ALICE, "PUT", "k") == (
        403,
        "AccessDenied",
        f'User: arn:aws:iam::111122223333:user/Alice is not authorized to perform: s3:PutObject on resource: "{ARN}/k" '
        "because no identity-based policy allows the s3:PutObject action",
    )
    assert ask(DAVE, "PUT", "k") == (403, "AccessDenied", "Access Denied")
    assert ask(NOBODY, "GET", "k") == (403, "AccessDenied", "Access Denied")


def test_an_explicit_deny_says_so_and_holds_for_root() -> None:
    ask = Caller({**allow("s3:GetObject", "*", f"{ARN}/*"), "Effect": "Deny"})
    assert ask(root_of(OWNER), "GET", "k")[2] == (
        f'User: arn:aws:iam::111122223333:root is not authorized to perform: s3:GetObject on resource: "{ARN}/k" '
        "with an explicit deny in a resource-based policy"
    )


def test_a_session_is_shown_by_its_own_arn() -> None:
    message = Caller()(session_of(OWNER, "team/App", "s1"), "GET", "k")[2]
    assert message.startswith("User: arn:aws:sts::111122223333:assumed-role/App/s1 is not authorized")


def test_root_may_repair_a_policy_that_denies_everything() -> None:
    ask = Caller({**allow("s3:*"), "Effect": "Deny"})
    root = root_of(OWNER)
    assert ask(root, "GET", query="policy")[0] == 200
    assert ask(root, "GET", "k")[0] == 403
    assert ask(root, "DELETE", query="policy")[0] == 204
    assert ask(root, "GET", "k")[0] == 200


def test_a_stranger_who_is_allowed_to_handle_the_policy_may_not() -> None:
    ask = Caller(allow("s3:*BucketPolicy", {"AWS": STRANGER}, ARN))
    assert ask(root_of(STRANGER), "GET", query="policy")[:2] == (405, "MethodNotAllowed")


@pytest.mark.parametrize(("may_list", "status"), [(True, 404), (False, 403)])
def test_only_those_who_may_list_learn_that_a_key_is_missing(may_list: bool, status: int) -> None:
    statements = [allow(["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject"], {"AWS": ALICE.arn}, f"{ARN}/*")]
    if may_list:
        statements.append(allow("s3:ListBucket", {"AWS": ALICE.arn}, ARN))
    ask = Caller(*statements)
    for method, query in (("GET", ""), ("HEAD", ""), ("GET", "tagging")):
        assert ask(ALICE, method, "missing", query)[0] == status
    assert ask(ALICE, "PUT", "new", x_amz_copy_source=f"{BUCKET}/missing")[0] == status
    assert ask(root_of(OWNER), "GET", "missing")[0] == 404


def test_a_condition_is_not_looked_at_before_the_caller_may_write() -> None:
    ask = Caller(allow("s3:PutObject", {"AWS": ALICE.arn}, f"{ARN}/*"))
    assert ask(ALICE, "PUT", "k", if_none_match="*")[0] == 412
    assert ask(ALICE, "PUT", "k", if_match='"x"')[0] == 403  # comparing needs s3:GetObject
    assert ask(DAVE, "PUT", "k", if_none_match="*")[0] == 403
    assert ask(DAVE, "PUT", "k", if_none_match='"x"')[0] == 403  # which is 501 to those who may


def test_each_entry_of_a_batch_is_decided_on_its_own() -> None:
    from base64 import b64encode
    from hashlib import md5

    ask = Caller(allow("s3:DeleteObject", {"AWS": ALICE.arn}, f"{ARN}/k"))
    body = b"<Delete><Object><Key>k</Key></Object><Object><Key>other</Key></Object></Delete>"
    ask.world.caller.authenticator = Believer(Authentication(ALICE))
    headers = {"content-md5": b64encode(md5(body).digest()).decode()}
    status, answer, _ = ask.world.send(ask.world.caller, "POST", query="delete", body=body, headers=headers)
    document = parse(answer)
    assert status == 200
    assert [deleted.text_of("Key") for deleted in document.all("Deleted")] == ["k"]
    assert [(error.text_of("Key"), error.text_of("Code")) for error in document.all("Error")] == [("other", "AccessDenied")]


@pytest.mark.parametrize(
    ("method", "key", "query", "headers", "message"),
    [
        ("PUT", "k", "acl", {"x_amz_acl": "private"}, "Anonymous users cannot invoke this API. Please authenticate."),
        ("POST", "k", "uploads", {}, "Anonymous users cannot initiate multipart uploads. Please authenticate."),
        ("PUT", "k", "", {"x_amz_copy_source": f"{BUCKET}/k"}, "Anonymous users cannot copy objects. Please authenticate."),
        ("PUT", "", "acl", {"x_amz_acl": "private"}, "Anonymous users cannot invoke this API. Please authenticate."),
    ],
)
def test_some_things_nobody_does_without_credentials(
    method: str, key: str, query: str, headers: dict[str, str], message: str
) -> None:
    assert Caller(allow("s3:*"))(NOBODY, method, key, query, **headers) == (403, "AccessDenied", message)


def test_the_expected_owner_is_an_account_and_owns_the_bucket() -> None:
    ask = Caller()
    root = root_of(OWNER)
    assert ask(root, "GET", "k", x_amz_expected_bucket_owner=OWNER)[0] == 200
    assert ask(root, "GET", "k", x_amz_expected_bucket_owner=STRANGER) == (403, "AccessDenied", "Access Denied")
    assert ask(root, "GET", "k", x_amz_expected_bucket_owner="abcd") == (
        400,
        "InvalidBucketOwnerAWSAccountID",
        "The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]",
    )
    copy = {"x_amz_copy_source": f"{BUCKET}/k"}
    assert ask(root, "PUT", "c", **copy, x_amz_source_expected_bucket_owner=OWNER)[0] == 200
    assert ask(root, "PUT", "c", **copy, x_amz_source_expected_bucket_owner=STRANGER)[0] == 403


def test_acls_let_in_whom_they_name_and_a_public_block_shuts_everybody_out_again() -> None:
    ask = Caller(ownership="ObjectWriter")
    root = root_of(OWNER)
    assert ask(root, "PUT", "k", body=b"public", x_amz_acl="public-read")[0] == 200
    assert ask(root, "PUT", "named", x_amz_grant_read=f'id="{canonical_id(STRANGER)}"')[0] == 200
    assert ask(NOBODY, "GET", "k") == (200, "", "public")
    assert ask(NOBODY, "GET", "named")[0] == 403
    assert ask(root_of(STRANGER), "GET", "named")[0] == 200
    assert ask(DAVE, "GET", "named")[0] == 403  # the account was named: its own policies must allow as well
    block = "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>"
    assert ask(root, "PUT", query="publicAccessBlock", body=block.encode())[0] == 200
    assert ask(NOBODY, "GET", "k")[0] == 403
    assert ask(root_of(STRANGER), "GET", "named")[0] == 200


def test_public_acls_can_be_blocked() -> None:
    ask = Caller(ownership="ObjectWriter", blocks={"BlockPublicAcls": True})
    root = root_of(OWNER)
    message = (
        f'User: arn:aws:iam::111122223333:root is not authorized to perform: s3:PutObject on resource: "{ARN}/new" '
        "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access."
    )
    assert ask(root, "PUT", "new", x_amz_acl="public-read") == (403, "AccessDenied", message)
    assert message.endswith(PUBLIC_ACL_BLOCKED.message.partition('" ')[2])
    owner = canonical_id(OWNER)
    document = f"<AccessControlPolicy><Owner><ID>{owner}</ID></Owner><AccessControlList><Grant>{PUBLIC_READ}</Grant>" \
        "</AccessControlList></AccessControlPolicy>"  # fmt: skip
    for key in ("", "k"):
        assert ask(root, "PUT", key, "acl", document.encode())[0] == 403
        assert ask(root, "PUT", key, "acl", x_amz_acl="private")[0] == 200


def test_a_policy_comes_back_in_its_normal_form_and_its_status_says_whether_it_is_public() -> None:
    ask = Caller()
    root = root_of(OWNER)
    assert ask(root, "GET", query="policy")[1:] == ("NoSuchBucketPolicy", "The bucket policy does not exist")
    assert ask(root, "GET", query="policyStatus")[1] == "NoSuchBucketPolicy"
    assert ask(root, "DELETE", query="policy")[0] == 204
    sent = {"Statement": {"Resource": [f"{ARN}/*"], "Action": "s3:GetObject", "Principal": "*", "Effect": "Allow"}}
    assert ask(root, "PUT", query="policy", body=json.dumps(sent, indent=4).encode())[0] == 204
    normal = f'{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{ARN}/*"}}]}}'
    assert ask(root, "GET", query="policy") == (200, "", normal)
    status, body, _ = ask.world.send(ask.world.owner, "GET", query="policyStatus")
    assert (status, parse(body).text_of("IsPublic")) == (200, "true")


def test_a_public_policy_can_be_blocked() -> None:
    ask = Caller(blocks={"BlockPublicPolicy": True})
    document = json.dumps({"Statement": [allow("s3:GetObject", "*", f"{ARN}/*")]}).encode()
    assert ask(root_of(OWNER), "PUT", query="policy", body=document) == (
        403,
        "AccessDenied",
        f'User: arn:aws:iam::111122223333:root is not authorized to perform: s3:PutBucketPolicy on resource: "{ARN}" '
        "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
    )


def test_a_document_that_is_not_utf_8_is_no_policy() -> None:
    assert Caller()(root_of(OWNER), "PUT", query="policy", body=b"{\xff}")[:2] == (400, "MalformedPolicy")


@pytest.mark.parametrize(
    ("header", "value", "action"),
    [
        ("x_amz_acl", "bucket-owner-full-control", "s3:PutObjectAcl"),
        ("x_amz_tagging", "a=b", "s3:PutObjectTagging"),
        ("if_match", '"x"', "s3:GetObject"),
    ],
)
def test_what_a_put_asks_for_beyond_the_object_needs_its_own_action(header: str, value: str, action: str) -> None:
    ask = Caller(allow("s3:PutObject", {"AWS": ALICE.arn}, f"{ARN}/*"))
    assert f"perform: {action} on" in ask(ALICE, "PUT", "k", **{header: value})[2]


def test_a_copy_that_keeps_tags_must_be_allowed_to_read_them() -> None:
    ask = Caller(allow(["s3:PutObject", "s3:GetObject"], {"AWS": ALICE.arn}, f"{ARN}/*"))
    assert ask(root_of(OWNER), "PUT", "k", body=b"x", x_amz_tagging="a=b")[0] == 200
    copy = {"x_amz_copy_source": f"{BUCKET}/k"}
    assert "s3:GetObjectTagging" in ask(ALICE, "PUT", "c", **copy)[2]
    assert ask(ALICE, "PUT", "c", **copy, x_amz_tagging_directive="REPLACE")[0] == 200


def test_headers_about_tags_and_locks_are_for_those_who_may_read_them() -> None:
    ask = Caller(allow("s3:GetObject", {"AWS": ALICE.arn}, f"{ARN}/*"), allow("s3:GetObject*", {"AWS": DAVE.arn}, f"{ARN}/*"))
    assert ask(root_of(OWNER), "PUT", "k", body=b"x", x_amz_tagging="a=b")[0] == 200

    def tag_count(who: Any) -> str | None:
        ask.world.caller.authenticator = Believer(Authentication(who))
        return ask.world.send(ask.world.caller, "GET", "k")[2].get("x-amz-tagging-count")

    assert tag_count(root_of(OWNER)) == "1"
    assert tag_count(ALICE) is None


def test_patterns_of_actions_are_read_without_regard_to_case() -> None:
    assert glob("s3:get*")("s3:getobject")
    assert Caller(allow("S3:GETOBJECT", "*", f"{ARN}/*"))(NOBODY, "GET", "k")[0] == 200
