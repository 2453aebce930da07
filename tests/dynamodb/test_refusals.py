"""Refusals that no recorded case shows with its text: one line each, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
import recorded
from recorded import Local

from condemu.dynamodb.state.records import UPDATING

KEY = {"a": {"S": "1"}, "b": {"S": "1"}}
LONG = "n" * 65536
MANY = [chr(ord("a") + number) for number in range(12)]


def definitions(names: str | list[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def schema(hashes: str | list[str], ranges: str | list[str] = "") -> list[dict[str, str]]:
    keys = [{"AttributeName": name, "KeyType": "HASH"} for name in hashes]
    return keys + [{"AttributeName": name, "KeyType": "RANGE"} for name in ranges]


def index(keys: list[dict[str, str]], projection: Any = None, **more: Any) -> dict[str, Any]:
    return {"IndexName": "index", "KeySchema": keys, "Projection": projection or {"ProjectionType": "ALL"}, **more}


def table(**more: Any) -> dict[str, Any]:
    members = {
        "TableName": "made", "AttributeDefinitions": definitions("a"), "KeySchema": schema("a"), "BillingMode": "PAY_PER_REQUEST",
    }  # fmt: skip
    return {name: value for name, value in {**members, **more}.items() if value is not None}


def shared(keys: list[dict[str, str]], names: str | list[str], projection: Any = None, **more: Any) -> dict[str, Any]:
    return table(AttributeDefinitions=definitions(names), GlobalSecondaryIndexes=[index(keys, projection, **more)])


def query(condition: str = "a = :v", **more: Any) -> dict[str, Any]:
    return {"TableName": "wide", "KeyConditionExpression": condition, "ExpressionAttributeValues": {":v": {"S": "1"}}, **more}


UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
TOO_MANY_UNITS = {"ReadCapacityUnits": 1_000_000_000_001, "WriteCapacityUnits": 1}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "

REFUSALS: list[tuple[str, str, dict[str, Any], str]] = [
    ("BAD_REGION", "GetItem", {"TableName": "arn:aws:dynamodb:mars-1:123456789012:table/wide", "Key": KEY},
     "1 validation error detected: Invalid AWS region in 'arn:aws:dynamodb:mars-1:123456789012:table/wide'"),
    ("ATTRIBUTE_NAME_EMPTY", "PutItem", {"TableName": "wide", "Item": {**KEY, "": {"S": "x"}}},
     "1 validation error detected: " + INVALID + "Empty attribute name"),
    ("ATTRIBUTE_NAME_TOO_LONG", "PutItem", {"TableName": "wide", "Item": {**KEY, LONG: {"S": "x"}}},
     "1 validation error detected: " + INVALID + "The attribute name is too long; its limit is 65535 bytes"),
    ("INDEX_KEY_EMPTY", "PutItem", {"TableName": "wide", "Item": {**KEY, "c": {"S": ""}}},
     NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot"
     " contain an empty string value. IndexName: index1, IndexKey: c"),
    ("INDEX_KEY_EMPTY_UPDATE", "UpdateItem", {"TableName": "wide", "Key": KEY, "UpdateExpression": "SET c = :v",
                    "ExpressionAttributeValues": {":v": {"S": ""}}},
     NOT_VALID + "The update expression attempted to update a secondary index key to a value that is not supported."
     " The AttributeValue for a key attribute cannot contain an empty string value."),
    ("NO_KEY_CONDITION", "Query", {"TableName": "wide"},
     "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    ("SELECT_SPECIFIC_ALONE", "Query", query(Select="SPECIFIC_ATTRIBUTES"),
     "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to get"
     " SPECIFIC_ATTRIBUTES"),
    ("PROJECTION_OF_INDEX", "Query", query("c = :v", IndexName="index4", ProjectionExpression="f, e, g"),
     INVALID + "Global secondary index index4 does not project [f, g]"),
    ("START_KEY_EXCLUSIVE", "Query",
     {"TableName": "one", "KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "1"}},
               "ExclusiveStartKey": {"pk": {"S": "1"}}},
     "The provided exclusive start key is invalid: ExclusiveStartKey: {pk=AttributeValue: {S:1}}"),
    ("DEFINITIONS_UNUSED", "CreateTable", shared(schema("b"), "abc"),
     INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]"),
    ("DEFINITION_REPEATED", "CreateTable", table(AttributeDefinitions=definitions("aa")), "Attribute Name is duplicated: a"),
    ("INDEX_KEYS_TOO_MANY", "CreateTable", table(AttributeDefinitions=definitions("abc"), KeySchema=schema("a", "b"),
                          LocalSecondaryIndexes=[index(schema("a", "bc"))]),
     INVALID + "A local secondary index has at most 2 key attributes"),
    ("KEYS_HASH_FIRST", "CreateTable", shared([*schema("b"), *schema("", "c"), *schema("d")], "abcd"),
     INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema"),
    ("KEYS_TOO_MANY", "CreateTable", shared(schema(MANY[1:6]), MANY[:6]),
     INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes"),
    ("KEYS_TOO_MANY", "CreateTable", shared(schema("b", MANY[2:7]), MANY[:7]),
     INVALID + "The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
    ("KEYS_REPEATED", "CreateTable", shared(schema("bc", "b"), "abc"),
     "The KeySchema contains multiple key attributes with the same name"),
    ("PROJECTION_WITHOUT", "CreateTable", shared(schema("b"), "ab", {"ProjectionType": "INCLUDE"}),
     INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    ("PROJECTION_REPEATED", "CreateTable",
     shared(schema("b"), "ab", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y", "x"]}),
     INVALID + "Duplicate element in NonKeyAttributes: x"),
    ("INDEX_UNITS_SUPERFLUOUS", "CreateTable", shared(schema("b"), "ab", ProvisionedThroughput=UNITS),
     INVALID + "ProvisionedThroughput should not be specified for index: index when BillingMode is PAY_PER_REQUEST"),
    ("INDEX_UNITS_REQUIRED", "CreateTable", {**shared(schema("b"), "ab"), **PROVISIONED},
     INVALID + "ProvisionedThroughput is not specified for index: index"),
    ("INDEX_UNITS_OUT_OF_BOUNDS", "CreateTable",
     {**shared(schema("b"), "ab", ProvisionedThroughput=TOO_MANY_UNITS), **PROVISIONED},
     "Given value 1000000000001 for ReadCapacityUnits is out of bounds for index index"),
    ("STREAM_VIEW_REQUIRED", "CreateTable", table(StreamSpecification={"StreamEnabled": True}),
     INVALID + "Table is being created with a stream enabled, UpdateViewType is required"),
    ("DELETION_PROTECTED", "DeleteTable", {"TableName": "kept"},
     "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."),
    ("TABLE_UPDATING", "DeleteTable", {"TableName": "busy"},
     "Attempt to change a resource which is still in use: Table: busy is in the process of being updated."),
    ("TRANSACT_TOO_LARGE", "TransactWriteItems",
     {"TransactItems": [{"Put": {"TableName": "one", "Item": {"pk": {"S": str(number)}, "x": {"S": "y" * 400_000}}}}
                        for number in range(11)]},
     "Transaction request size cannot exceed 4194304 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "operation", "members", "message"), REFUSALS, ids=[refusal[0] for refusal in REFUSALS])
def test_a_refusal_says_why_and_changes_nothing(row, operation, members, message):
    local = Local()
    local.ok("CreateTable", {"TableName": "wide", **recorded.DESCRIBED["dynalite_range_ss"]})
    for name in ("one", "kept", "busy"):
        local.ok("CreateTable", {"TableName": name, **recorded._simple(pk="S"), "DeletionProtectionEnabled": name == "kept"})
    recorded.put_state(local, "busy", status=UPDATING)
    before = local.state()
    answer = local.call(operation, members)
    assert (answer.status, answer.message) == (400, message)
    assert local.state() == before
