"""Who asks, and may they? Signatures in AWS's words and order, identity and table policies with their condition keys."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
import recorded
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from condemu.auth.authenticate import Authenticator
from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.policy import parse
from condemu.auth.principals import root_of, user_of
from condemu.core.http import BytesBody, Request
from condemu.dynamodb.access import policy_keys
from conformance.tables import rows_of

ALICE, ROOT, OTHER = "AKIAALICE", "AKIAROOT", "AKIAOTHER"
ACCOUNT = recorded.ACCOUNT
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/scores"


def local(policy: Any = None, mode: str = "strict") -> recorded.Local:
    policies = () if policy is None else (parse(json.dumps({"Version": "2012-10-17", "Statement": policy})),)
    book = CredentialBook(
        [
            Credential(ALICE, "secret", user_of(ACCOUNT, "Alice", policies=policies)),
            Credential(ROOT, "secret", root_of(ACCOUNT)),
            Credential(OTHER, "secret", root_of("999988887777")),
        ],
        ACCOUNT,
    )
    held = recorded.Local(authenticator=Authenticator(book, mode))
    held.clock.set(1_767_225_600.0)
    return held


def signed(held: recorded.Local, key: str, operation: str, members: Any, *, secret: str = "secret") -> recorded.Answer:
    body = json.dumps(members).encode()
    url = "http://dynamodb.us-east-1.amazonaws.com/"
    headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", url, headers=headers, data=body)
    SignedThen(Credentials(key, secret), "dynamodb", "us-east-1").add_auth(request)
    lower = {name.lower(): value for name, value in request.headers.items()}
    lower.setdefault("host", "dynamodb.us-east-1.amazonaws.com")
    return held.send(Request("POST", "/", "", lower, BytesBody(body), request_id="ABCDEFGHIJKLMNOP"))


class SignedThen(SigV4Auth):
    """Signs at the moment at which the emulator's clock stands."""

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = "20260101T000000Z"
        super()._modify_request_before_signing(request)


@pytest.mark.parametrize(
    "case",
    [c for c in recorded.load("dynamodb_error_cases.json")["cases"] if c["id"].startswith("wire-")],
    ids=lambda case: case["id"],
)
def test_what_is_refused_on_the_wire_is_refused_as_aws_does(case):
    held = local()
    assert recorded.wrong(recorded.ask(held, case), case, case["expected"]) == ""


def test_a_valid_signature_is_let_in_and_a_wrong_one_is_answered_with_what_should_have_been_signed():
    """The row MISMATCH."""
    held = local()
    assert signed(held, ROOT, "ListTables", {}).status == 200
    answer = signed(held, ROOT, "ListTables", {}, secret="wrong")
    assert answer.code == "InvalidSignatureException"
    assert answer.message.startswith("The request signature we calculated does not match the signature you provided.")
    assert "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260101T000000Z" in answer.message
    assert sha256(b"{}").hexdigest() in answer.message


def test_an_unknown_key_is_refused_when_strict_and_let_in_when_lenient():
    assert signed(local(), "AKIANOBODY", "ListTables", {}).code == "UnrecognizedClientException"
    assert signed(local(mode="lenient"), "AKIANOBODY", "ListTables", {}).status == 200


def test_a_request_that_is_too_old_is_refused():
    held = local()
    held.clock.advance(16 * 60)
    answer = signed(held, ROOT, "ListTables", {})
    assert answer.code == "InvalidSignatureException"
    assert answer.message.startswith("Signature expired: 20260101T000000Z is now earlier than 20260101T000100Z")

    held.clock.advance(-32 * 60)
    answer = signed(held, ROOT, "ListTables", {})
    assert answer.message == (
        "Signature not yet current: 20260101T000000Z is still later than 20251231T235900Z (20251231T234400Z + 15 min.)"
    )


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("AWS4-HMAC-SHA256 Credential=a/b/c/dynamodb/aws4_request, SignedHeaders=x-amz-date, Signature=b",
         "'Host' must be a 'SignedHeader' in the AWS Authorization."),
        ("AWS4-HMAC-SHA512 Credential=a/b/c/dynamodb/aws4_request, SignedHeaders=host, Signature=b",
         "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). "),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=b",
         "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'"),
        (f"AWS4-HMAC-SHA256 Credential={ROOT}/20250101/x_y/s3/end, SignedHeaders=host, Signature=b",
         "Credential should be scoped to a valid region, not 'x_y'. Credential should be scoped to correct service: 'dynamodb'. "
         "Credential should be scoped with a valid terminator: 'aws4_request', not 'end'. Date in Credential scope does not "
         "match YYYYMMDD from ISO-8601 version of date from HTTP: '20250101' != '20260101', from '20260101T000000Z'. "),
        ("AWS4-HMAC-SHA256 Credential=a/b/c/dynamodb/aws4_request",
         "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
         "Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/dynamodb/aws4_request"),
    ],
)  # fmt: skip
def test_a_malformed_authorization_is_explained_in_awss_sentences(authorization, message):
    """What is missing is named at once (the row INCOMPLETE), and so is what is wrong with a scope."""
    held = local()
    headers = {"authorization": authorization, "x-amz-date": "20260101T000000Z"}
    answer = held.send(held.request("DynamoDB_20120810.ListTables", b"{}", headers))
    assert (answer.status, answer.message) == (400, message)


# --- identity policies ------------------------------------------------------------------------------------------------------


def scores(held: recorded.Local) -> recorded.Local:
    """With a table and two rows."""
    schema = {
        "TableName": "scores",
        "KeySchema": [{"AttributeName": "UserId", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("UserId", "Game")],
        "GlobalSecondaryIndexes": [
            {"IndexName": "games", "KeySchema": [{"AttributeName": "Game", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }  # fmt: skip
    assert signed(held, ROOT, "CreateTable", schema).status == 200
    for name in ("Alice", "Bob"):
        item = {"UserId": {"S": name}, "TopScore": {"N": "1"}, "Game": {"S": "g"}}
        assert signed(held, ROOT, "PutItem", {"TableName": "scores", "Item": item}).status == 200
    return held


def key(name: str) -> dict[str, Any]:
    return {"TableName": "scores", "Key": {"UserId": {"S": name}}}


OWN_ROWS = {
    "Effect": "Allow", "Action": "dynamodb:*", "Resource": TABLE,
    "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}},
}  # fmt: skip
SOME_ATTRIBUTES = {
    "Effect": "Allow", "Action": "dynamodb:*", "Resource": TABLE,
    "Condition": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["UserId", "TopScore"]},
        "StringEqualsIfExists": {
            "dynamodb:Select": "SPECIFIC_ATTRIBUTES", "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
        },
    },
}  # fmt: skip
ONLY_INDEX = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": f"{TABLE}/index/games"}
ONLY_IN_TRANSACTIONS = {
    "Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": TABLE,
    "Condition": {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems", "TransactGetItems"]}},
}  # fmt: skip
NO_FULL_SCANS = [
    {"Effect": "Allow", "Action": "dynamodb:PartiQLSelect", "Resource": f"{TABLE}*"},
    {"Effect": "Deny", "Action": "dynamodb:PartiQLSelect", "Resource": f"{TABLE}*",
     "Condition": {"Bool": {"dynamodb:FullTableScan": ["true"]}}},
]  # fmt: skip

ONLY_COLUMNS = {
    "Effect": "Allow", "Action": "dynamodb:PartiQLSelect", "Resource": f"{TABLE}*",
    "Condition": {"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}},
}  # fmt: skip
ONLY_PROJECTED = {
    "Effect": "Allow", "Action": "dynamodb:PartiQLSelect", "Resource": f"{TABLE}*",
    "Condition": {"StringEquals": {"dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES"}},
}  # fmt: skip
RETURNS_OLD = {
    "Effect": "Allow", "Action": ["dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"], "Resource": TABLE,
    "Condition": {"StringEquals": {"dynamodb:ReturnValues": ["ALL_OLD", "UPDATED_NEW"]}},
}  # fmt: skip
SET = "UPDATE scores SET TopScore = 2 WHERE UserId = 'Bob'"
DELETE = "DELETE FROM scores WHERE UserId = 'Bob'"

PUT = {"TableName": "scores", "Item": {"UserId": {"S": "Alice"}}}
QUERY = {"TableName": "scores", "KeyConditionExpression": "UserId = :u", "ExpressionAttributeValues": {":u": {"S": "Alice"}}}
INDEX_QUERY = {
    "TableName": "scores", "IndexName": "games", "KeyConditionExpression": "Game = :g",
    "ExpressionAttributeValues": {":g": {"S": "g"}},
}  # fmt: skip
ALLOWED_OR_NOT = [
    (OWN_ROWS, "GetItem", key("Alice"), True),
    (OWN_ROWS, "GetItem", key("Bob"), False),
    (OWN_ROWS, "PutItem", PUT, True),
    (OWN_ROWS, "Query", QUERY, True),
    (OWN_ROWS, "Query", {**QUERY, "ExpressionAttributeValues": {":u": {"S": "Bob"}}}, False),
    (OWN_ROWS, "BatchGetItem", {"RequestItems": {"scores": {"Keys": [key("Alice")["Key"]]}}}, True),
    (OWN_ROWS, "BatchGetItem", {"RequestItems": {"scores": {"Keys": [key("Alice")["Key"], key("Bob")["Key"]]}}}, False),
    (OWN_ROWS, "Scan", {"TableName": "scores"}, True),  # no key is named, and ForAllValues holds of nothing
    (OWN_ROWS, "ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = 'Alice'"}, True),
    (OWN_ROWS, "ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = ?", "Parameters": [{"S": "Bob"}]}, False),
    (SOME_ATTRIBUTES, "GetItem", {**key("Bob"), "ProjectionExpression": "TopScore"}, True),
    (SOME_ATTRIBUTES, "GetItem", {**key("Bob"), "ProjectionExpression": "Game"}, False),
    (SOME_ATTRIBUTES, "Scan", {"TableName": "scores"}, False),
    (SOME_ATTRIBUTES, "Scan", {"TableName": "scores", "ProjectionExpression": "UserId"}, True),
    (SOME_ATTRIBUTES, "UpdateItem", {**key("Bob"), "UpdateExpression": "REMOVE TopScore"}, True),
    (SOME_ATTRIBUTES, "UpdateItem", {**key("Bob"), "UpdateExpression": "REMOVE Game"}, False),
    (SOME_ATTRIBUTES, "UpdateItem", {**key("Bob"), "UpdateExpression": "REMOVE TopScore", "ReturnValues": "ALL_OLD"}, False),
    (SOME_ATTRIBUTES, "UpdateItem", {**key("Bob"), "UpdateExpression": "REMOVE TopScore", "ConditionExpression":
                                     "attribute_exists(Game)"}, False),
    (ONLY_INDEX, "Query", INDEX_QUERY, True),
    (ONLY_INDEX, "Query", QUERY, False),
    (ONLY_IN_TRANSACTIONS, "PutItem", PUT, False),
    (ONLY_IN_TRANSACTIONS, "TransactWriteItems", {"TransactItems": [{"Put": PUT}]}, True),
    (ONLY_IN_TRANSACTIONS, "TransactWriteItems", {"TransactItems": [{"Put": PUT}, {"Delete": key("Bob")}]}, False),
    (ONLY_IN_TRANSACTIONS, "TransactGetItems", {"TransactItems": [{"Get": key("Bob")}]}, True),
    (NO_FULL_SCANS, "ExecuteStatement", {"Statement": "SELECT * FROM scores"}, False),
    (NO_FULL_SCANS, "ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = 'Bob'"}, True),
    (NO_FULL_SCANS, "ExecuteStatement", {"Statement": "SELECT * FROM scores.games WHERE Game = 'g'"}, True),
    (NO_FULL_SCANS, "ExecuteStatement", {"Statement": "INSERT INTO scores VALUE {'UserId': 'x'}"}, False),
    (ONLY_COLUMNS, "ExecuteStatement", {"Statement": "SELECT TopScore FROM scores WHERE UserId = 'Bob'"}, True),
    (ONLY_COLUMNS, "ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = 'Bob'"}, False),
    (ONLY_PROJECTED, "ExecuteStatement", {"Statement": "SELECT * FROM scores.games WHERE Game = 'g'"}, True),
    (ONLY_PROJECTED, "ExecuteStatement", {"Statement": "SELECT * FROM scores WHERE UserId = 'Bob'"}, False),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": f"{SET} RETURNING ALL OLD *"}, True),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": f"{SET} RETURNING MODIFIED NEW *"}, True),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": f"{SET} RETURNING ALL NEW *"}, False),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": f"{SET} RETURNING MODIFIED OLD *"}, False),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": SET}, False),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": f"{DELETE} RETURNING ALL OLD *"}, True),
    (RETURNS_OLD, "ExecuteStatement", {"Statement": DELETE}, False),
    (None, "ListTables", {}, False),
    ({"Effect": "Allow", "Action": "dynamodb:List*", "Resource": "*"}, "ListTables", {}, True),
    ({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/sc*"}, "DescribeTable",
     {"TableName": "scores"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "operation", "members", "allowed"), ALLOWED_OR_NOT)
def test_an_identity_policy_allows_or_not(policy, operation, members, allowed):
    held = scores(local(policy))
    before = held.state()
    answer = signed(held, ALICE, operation, members)
    assert (answer.status == 200) is allowed, answer.body
    if not allowed:
        assert answer.type == "com.amazon.coral.service#AccessDeniedException"
        assert answer.message.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/Alice is not authorized to perform: dynamodb:")
        assert held.state() == before


def test_who_may_not_never_learns_whether_a_condition_holds():
    held = scores(local(OWN_ROWS))
    answer = signed(held, ALICE, "DeleteItem", {**key("Bob"), "ConditionExpression": "attribute_not_exists(UserId)"})
    assert answer.code == "AccessDeniedException"
    assert answer.message.endswith("because no identity-based policy allows the dynamodb:DeleteItem action")


# --- tables' policies -------------------------------------------------------------------------------------------------------


def test_a_tables_policy_lets_another_account_in_by_the_tables_arn():
    held = scores(local())
    by_arn = {**key("Bob"), "TableName": TABLE}
    assert signed(held, OTHER, "GetItem", by_arn).code == "AccessDeniedException"
    statement = {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "dynamodb:GetItem", "Resource": TABLE}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert signed(held, ROOT, "PutResourcePolicy", {"ResourceArn": TABLE, "Policy": policy}).status == 200
    assert signed(held, OTHER, "GetItem", by_arn).body["Item"]["UserId"] == {"S": "Bob"}
    assert signed(held, OTHER, "DeleteItem", by_arn).code == "AccessDeniedException"


def test_an_explicit_deny_stops_the_accounts_own_root_user_who_can_still_mend_it():
    held = scores(local())
    statement = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*", "Resource": TABLE}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert signed(held, ROOT, "PutResourcePolicy", {"ResourceArn": TABLE, "Policy": policy}).status == 200
    answer = signed(held, ROOT, "GetItem", key("Bob"))
    assert answer.message.endswith("with an explicit deny in a resource-based policy")
    assert signed(held, ROOT, "DeleteResourcePolicy", {"ResourceArn": TABLE}).status == 200
    assert signed(held, ROOT, "GetItem", key("Bob")).status == 200


def test_what_is_no_policy_is_refused_and_nothing_changes():
    held = scores(local())
    before = held.state()
    for text in ("", "{}", "[]", '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}'):
        answer = signed(held, ROOT, "PutResourcePolicy", {"ResourceArn": TABLE, "Policy": text})
        assert answer.message == "Invalid policy document: Policy document is malformed"
    assert held.state() == before


def test_accounts_do_not_see_each_others_tables():
    held = scores(local())
    assert signed(held, OTHER, "ListTables", {}).body == {"TableNames": []}
    assert signed(held, OTHER, "GetItem", key("Bob")).code == "ResourceNotFoundException"


def test_the_table_of_condition_keys_is_that_of_the_code():
    """Each key that is told of is computed, and the other way round; FirstPartitionKeyValues is LeadingKeys by another name."""
    told = {row["key"].lower() for row in rows_of(policy_keys.__doc__ or "")}
    assert told == policy_keys._DYNAMODB.keys() - {"dynamodb:firstpartitionkeyvalues"}
