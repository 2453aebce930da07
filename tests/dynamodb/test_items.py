"""PutItem, GetItem, UpdateItem, DeleteItem and the batches: the order of checks, what they return, what they cost."""

from __future__ import annotations

from typing import Any

import pytest
import recorded
from recorded import Local

KEY = {"pk": {"S": "a"}}


@pytest.fixture
def local() -> Local:
    held = Local()
    held.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    held.ok("CreateTable", {"TableName": "wide", **recorded.DESCRIBED["dynalite_range_ss"]})
    return held


def stored(local: Local, name: str = "a") -> Any:
    return local.ok("GetItem", {"TableName": "tab", "Key": {"pk": {"S": name}}}).get("Item")


# --- order ------------------------------------------------------------------------------------------------------------------

# A request in which everything is wrong, and what is mended step by step: each line mends what the line above refused.
UPDATE_ORDER: list[tuple[dict[str, Any], str]] = [
    ({"TableName": "tab", "Key": KEY, "UpdateExpression": "SET", "ConditionExpression": 7, "ReturnValues": "X",
      "Expected": {}, "ExpressionAttributeNames": {"#unused": "n"}}, "NUMBER_VALUE cannot be converted to String"),
    ({"ConditionExpression": "v =", }, "Member must satisfy enum value set"),
    ({"ReturnValues": "NONE"}, "Can not use both expression and non-expression parameters"),
    ({"Expected": None, "Key": {"pk": {"S": "a", "N": "1"}}}, "more than one datatypes set"),
    ({"Key": {"other": {"S": "a"}}, "ExpressionAttributeNames": {"unused": "n"}},
     "ExpressionAttributeNames contains invalid key"),
    ({"ExpressionAttributeNames": {"#unused": "n"}, "ExpressionAttributeValues": {}},
     "ExpressionAttributeValues must not be empty"),
    ({"ExpressionAttributeValues": {":v": {"N": "1"}}}, "Invalid UpdateExpression: Syntax error"),
    ({"UpdateExpression": "SET pk = :v"}, "Invalid ConditionExpression: Syntax error"),
    ({"ConditionExpression": "v = :v"}, "unused in expressions: keys: {#unused}"),
    ({"ExpressionAttributeNames": None, "TableName": "gone"}, "Requested resource not found"),
    ({"TableName": "tab"}, "The provided key element does not match the schema"),
    ({"Key": KEY}, "Cannot update attribute pk. This attribute is part of the key"),
    ({"UpdateExpression": "SET w = x + :v"}, "The conditional request failed"),
    ({"ConditionExpression": "v <> :v"}, "The provided expression refers to an attribute that does not exist in the item"),
]  # fmt: skip


def test_an_update_is_refused_for_what_aws_looks_at_first(local):
    before = local.state()
    members: dict[str, Any] = {}
    for mended, refusal in UPDATE_ORDER:
        members.update(mended)
        given = {name: one for name, one in members.items() if one is not None}
        answer = local.call("UpdateItem", given)
        assert refusal in answer.message, (mended, answer.body)
        assert local.state() == before
    assert local.call("UpdateItem", {**members, "UpdateExpression": "SET w = :v", "ExpressionAttributeNames": None}).status == 200


def test_a_put_is_too_large_before_its_table_is_looked_up(local):
    item = {"pk": {"S": "a"}, "x": {"S": "y" * 409_597}}
    assert local.call("PutItem", {"TableName": "gone", "Item": item}).message.endswith("exceeded the maximum allowed size")
    item["x"] = {"S": "y" * 409_596}
    assert local.call("PutItem", {"TableName": "gone", "Item": item}).code == "ResourceNotFoundException"
    assert local.call("PutItem", {"TableName": "tab", "Item": item}).status == 200


def test_an_item_cannot_grow_too_large_by_an_update(local):
    local.ok("PutItem", {"TableName": "tab", "Item": {**KEY, "x": {"S": "y" * 400_000}}})
    before = local.state()
    members = {
        "TableName": "tab", "Key": KEY, "UpdateExpression": "SET z = :z",
        "ExpressionAttributeValues": {":z": {"S": "z" * 10_000}},
    }  # fmt: skip
    answer = local.call("UpdateItem", members)
    assert answer.message == "Item size to update has exceeded the maximum allowed size"
    assert local.state() == before


# --- conditions -------------------------------------------------------------------------------------------------------------


def test_a_refused_condition_leaves_no_key_behind_and_says_what_it_found(local):
    members = {
        "TableName": "tab", "Key": KEY, "UpdateExpression": "SET v = :one", "ConditionExpression": "v = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }  # fmt: skip
    before = local.state()
    answer = local.call("UpdateItem", members)
    assert answer.body == {
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
    }
    assert list(answer.body) == ["__type", "message"]
    assert answer.headers["x-condemu-because"]
    assert local.state() == before


def test_the_item_that_failed_a_condition_comes_back_when_asked_for(local):
    local.ok("PutItem", {"TableName": "tab", "Item": {**KEY, "v": {"N": "1.50"}}})
    members = {"TableName": "tab", "Key": KEY, "ConditionExpression": "attribute_not_exists(pk)"}
    assert "Item" not in local.call("DeleteItem", members).body
    answer = local.call("DeleteItem", {**members, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    assert answer.body["Item"] == {"pk": {"S": "a"}, "v": {"N": "1.5"}}
    for wrong in ("all_old", "UPDATED_OLD", ""):
        answer = local.call("DeleteItem", {**members, "ReturnValuesOnConditionCheckFailure": wrong})
        assert answer.code == "ValidationException"


def test_an_update_without_an_expression_creates_the_key_and_one_that_only_removes_does_not(local):
    local.ok("UpdateItem", {"TableName": "tab", "Key": {"pk": {"S": "b"}}, "UpdateExpression": "REMOVE x"})
    assert stored(local, "b") is None
    local.ok("UpdateItem", {"TableName": "tab", "Key": KEY})
    assert stored(local) == KEY


# --- what comes back --------------------------------------------------------------------------------------------------------

OLD = {"pk": {"S": "a"}, "v": {"N": "1"}, "m": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, "gone": {"S": "g"}}
UPDATE = {
    "TableName": "tab", "Key": KEY, "UpdateExpression": "SET v = v + :one, m.x = :one, fresh = :one REMOVE gone",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "attributes"),
    [
        (None, None),
        ("NONE", None),
        ("ALL_OLD", OLD),
        ("ALL_NEW", {"pk": {"S": "a"}, "v": {"N": "2"}, "m": OLD["m"], "fresh": {"N": "1"}}),
        ("UPDATED_OLD", {"v": {"N": "1"}, "m": {"M": {"x": {"N": "1"}}}, "gone": {"S": "g"}}),
        ("UPDATED_NEW", {"v": {"N": "2"}, "m": {"M": {"x": {"N": "1"}}}, "fresh": {"N": "1"}}),
    ],
)
def test_an_update_returns_what_was_asked_for(local, wanted, attributes):
    local.ok("PutItem", {"TableName": "tab", "Item": OLD})
    members = UPDATE if wanted is None else {**UPDATE, "ReturnValues": wanted}
    assert local.ok("UpdateItem", members).get("Attributes") == attributes


def test_puts_and_deletes_return_the_old_item_or_nothing(local):
    put = {"TableName": "tab", "Item": OLD, "ReturnValues": "ALL_OLD"}
    assert local.ok("PutItem", put) == {}
    assert local.ok("PutItem", put) == {"Attributes": OLD}
    delete = {"TableName": "tab", "Key": KEY, "ReturnValues": "ALL_OLD"}
    assert local.ok("DeleteItem", delete) == {"Attributes": OLD}
    assert local.ok("DeleteItem", delete) == {}
    for operation, members in (("PutItem", put), ("DeleteItem", delete)):
        answer = local.call(operation, {**members, "ReturnValues": "ALL_NEW"})
        assert answer.message == "1 validation error detected: ReturnValues can only be ALL_OLD or NONE"


def test_numbers_come_back_in_their_canonical_form_and_sets_once(local):
    item = {**KEY, "n": {"N": "+1.50E1"}, "s": {"SS": ["b", "a"]}, "ns": {"NS": ["2", "1e1"]}, "b": {"B": "AQ=="}}
    local.ok("PutItem", {"TableName": "tab", "Item": item})
    assert stored(local) == {**KEY, "n": {"N": "15"}, "s": {"SS": ["a", "b"]}, "ns": {"NS": ["2", "10"]}, "b": {"B": "AQ=="}}


def test_a_projection_of_nothing_is_an_empty_item_and_a_missing_item_is_none(local):
    local.ok("PutItem", {"TableName": "tab", "Item": OLD})
    assert local.ok("GetItem", {"TableName": "tab", "Key": KEY, "ProjectionExpression": "nothing"}) == {"Item": {}}
    assert local.ok("GetItem", {"TableName": "tab", "Key": {"pk": {"S": "b"}}}) == {}


# --- capacity ---------------------------------------------------------------------------------------------------------------


def test_capacity_counts_sizes_and_indexes(local):
    item = {"a": {"S": "1"}, "b": {"S": "1"}, "c": {"S": "1"}, "x": {"S": "y" * 2000}}
    answer = local.ok("PutItem", {"TableName": "wide", "Item": item, "ReturnConsumedCapacity": "INDEXES"})
    assert answer["ConsumedCapacity"] == {
        "TableName": "wide",
        "CapacityUnits": 6.0,
        "Table": {"CapacityUnits": 2.0},
        "LocalSecondaryIndexes": {"index1": {"CapacityUnits": 2.0}},
        "GlobalSecondaryIndexes": {"index3": {"CapacityUnits": 2.0}},
    }
    again = local.ok("PutItem", {"TableName": "wide", "Item": item, "ReturnConsumedCapacity": "TOTAL"})
    assert again["ConsumedCapacity"] == {"TableName": "wide", "CapacityUnits": 2.0}
    key = {"a": {"S": "1"}, "b": {"S": "1"}}
    for consistent, units in ((True, 1.0), (False, 0.5)):
        get = {"TableName": "wide", "Key": key, "ConsistentRead": consistent, "ReturnConsumedCapacity": "TOTAL"}
        assert local.ok("GetItem", get)["ConsumedCapacity"]["CapacityUnits"] == units
    metrics = local.ok("DeleteItem", {"TableName": "wide", "Key": key, "ReturnItemCollectionMetrics": "SIZE"})
    assert metrics["ItemCollectionMetrics"] == {"ItemCollectionKey": {"a": {"S": "1"}}, "SizeEstimateRangeGB": [0.0, 1.0]}


# --- batches ----------------------------------------------------------------------------------------------------------------


def test_a_batch_writes_and_reads_over_tables(local):
    wide = {"a": {"S": "1"}, "b": {"S": "1"}}
    requests = {
        "tab": [{"PutRequest": {"Item": {"pk": {"S": name}}}} for name in "ab"],
        "wide": [{"PutRequest": {"Item": wide}}],
    }
    answer = local.ok("BatchWriteItem", {"RequestItems": requests, "ReturnConsumedCapacity": "TOTAL"})
    assert answer == {
        "UnprocessedItems": {},
        "ConsumedCapacity": [{"TableName": "tab", "CapacityUnits": 2.0}, {"TableName": "wide", "CapacityUnits": 1.0}],
    }
    gets = {"tab": {"Keys": [{"pk": {"S": name}} for name in "abc"]}, "wide": {"Keys": [wide]}}
    answer = local.ok("BatchGetItem", {"RequestItems": gets})
    assert answer == {"Responses": {"tab": [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}], "wide": [wide]}, "UnprocessedKeys": {}}
    local.ok("BatchWriteItem", {"RequestItems": {"tab": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}})
    assert stored(local) is None


@pytest.mark.parametrize(
    "requests",
    [
        {"tab": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": KEY}}]},
        {"tab": [{"PutRequest": {"Item": KEY}}, {"PutRequest": {"Item": {"pk": {"N": "1"}}}}]},
        {"tab": [{"PutRequest": {"Item": KEY}}], "gone": [{"PutRequest": {"Item": KEY}}]},
        {"tab": [{"PutRequest": {"Item": KEY}}, {}]},
        {"tab": [{"PutRequest": {"Item": {"pk": {"S": str(number)}}}} for number in range(26)]},
        {"tab": [{"PutRequest": {"Item": {"pk": {"S": str(number)}}}} for number in range(20)],
         "wide": [{"PutRequest": {"Item": {"a": {"S": str(number)}, "b": {"S": ""}}}} for number in range(6)]},
        {"tab": []},
        {},
    ],
)  # fmt: skip
def test_a_batch_that_is_wrong_anywhere_writes_nothing(local, requests):
    before = local.state()
    answer = local.call("BatchWriteItem", {"RequestItems": requests})
    assert answer.status == 400
    assert local.state() == before


def test_a_batch_of_reads_stops_at_sixteen_megabytes(local):
    large = "y" * 400_000
    for number in range(50):
        local.ok("PutItem", {"TableName": "tab", "Item": {"pk": {"S": f"{number:02}"}, "x": {"S": large}}})
    keys = [{"pk": {"S": f"{number:02}"}} for number in range(50)]
    answer = local.ok("BatchGetItem", {"RequestItems": {"tab": {"Keys": keys, "ProjectionExpression": "pk"}}})
    got = answer["Responses"]["tab"]
    left = answer["UnprocessedKeys"]["tab"]
    assert got + left["Keys"] == keys
    assert 30 < len(got) < 50
    assert left["ProjectionExpression"] == "pk"
