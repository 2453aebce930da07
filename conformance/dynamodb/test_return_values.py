"""ReturnValues, and the item that comes with a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same
from ..tables import truth_table
from .steps import place, put, stored

FAILED = {"status": 400, "code": "ConditionalCheckFailedException", "message": "The conditional request failed"}
NEVER = {"ConditionExpression": "attribute_exists(nothing_like_it)"}


@pytest.mark.tier("core")
@pytest.mark.parametrize("write", ["put_item", "update_item", "delete_item"])
@pytest.mark.parametrize("there", [True, False], ids=["an item", "nothing"])
def test_a_refusal_carries_the_item_that_was_found(dynamodb: Any, table: str, key: str, write: str, there: bool) -> None:
    """With ReturnValuesOnConditionCheckFailure=ALL_OLD the error carries the item as it was found; without one, none.

    Source: DynamoDB API reference, ConditionalCheckFailedException; asserted against AWS by published suites [third-party]
    """
    if there:
        put(dynamodb, table, key, v={"N": "1"}, s={"SS": ["a", "b"]})
    target = {"TableName": table, "Item": {"pk": {"S": key}}} if write == "put_item" else place(table, key)
    call = getattr(dynamodb, write)
    refusal = refused(call, **target, **NEVER, ReturnValuesOnConditionCheckFailure="ALL_OLD", **FAILED)
    same(refusal.body.get("Item"), stored(dynamodb, table, key), "the item in the error")
    same("Item" in refused(call, **target, **NEVER, **FAILED).body, False, "an item that was not asked for")


@truth_table("""
    | ReturnValues | put     | delete  | update                   |
    |--------------|---------|---------|--------------------------|
    | NONE         | -       | -       | -                        |
    | ALL_OLD      | old     | old     | old                      |
    | UPDATED_OLD  | refused | refused | what the update replaced |
    | ALL_NEW      | refused | refused | new                      |
    | UPDATED_NEW  | refused | refused | what the update wrote    |
""")
@pytest.mark.parametrize("write", ["put", "delete", "update"])
def test_return_values(dynamodb: Any, table: str, key: str, row: dict[str, str], write: str) -> None:
    """ReturnValues gives what it says; PutItem and DeleteItem take NONE and ALL_OLD only.

    Source: DynamoDB API reference, PutItem, DeleteItem, UpdateItem [documented]
    """
    old = {"pk": {"S": key}, "v": {"N": "1"}, "w": {"S": "kept"}}
    new = {**old, "v": {"N": "2"}}
    accepted(dynamodb.put_item, TableName=table, Item=old)
    change = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"N": "2"}}}
    call, parameters = {
        "put": (dynamodb.put_item, {"TableName": table, "Item": new}),
        "delete": (dynamodb.delete_item, place(table, key)),
        "update": (dynamodb.update_item, {**place(table, key), **change}),
    }[write]
    if row.get(write) == "refused":
        refused(call, **parameters, ReturnValues=row["ReturnValues"], status=400, code="ValidationException")
        same(stored(dynamodb, table, key), old, "the item")
        return
    answer = accepted(call, **parameters, ReturnValues=row["ReturnValues"])
    expected = {
        None: None,
        "old": old,
        "new": new,
        "what the update replaced": {"v": {"N": "1"}},
        "what the update wrote": {"v": {"N": "2"}},
    }[row.get(write)]
    same(answer.get("Attributes"), expected, "the attributes")
