"""Expected, the condition before expressions: every comparison operator, on something and on nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from ..tables import truth_table
from .steps import place, put, stored

FAILED = {"status": 400, "code": "ConditionalCheckFailedException", "message": "The conditional request failed"}
ITEM = {"s": {"S": "banana"}, "n": {"N": "7"}, "ss": {"SS": ["a", "b"]}, "nil": {"NULL": True}}

TABLE = """
    | attribute | expected                                                                              | holds | on nothing |
    |-----------|---------------------------------------------------------------------------------------|-------|------------|
    | n         | {"Value": {"N": "7.0"}}                                                               | yes   | no         |
    | n         | {"Value": {"N": "8"}}                                                                 | no    | no         |
    | n         | {"Value": {"S": "7"}, "Exists": true}                                                 | no    | no         |
    | n         | {"Exists": false}                                                                     | no    | yes        |
    | zz        | {"Exists": false}                                                                     | yes   | yes        |
    | n         | {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "7"}]}                      | yes   | no         |
    | ss        | {"ComparisonOperator": "EQ", "AttributeValueList": [{"SS": ["b", "a"]}]}              | yes   | no         |
    | n         | {"ComparisonOperator": "NE", "AttributeValueList": [{"N": "7"}]}                      | no    | yes        |
    | zz        | {"ComparisonOperator": "NE", "AttributeValueList": [{"N": "7"}]}                      | yes   | yes        |
    | n         | {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "8"}]}                      | yes   | no         |
    | n         | {"ComparisonOperator": "LE", "AttributeValueList": [{"N": "7"}]}                      | yes   | no         |
    | n         | {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "7"}]}                      | no    | no         |
    | n         | {"ComparisonOperator": "GE", "AttributeValueList": [{"S": "7"}]}                      | no    | no         |
    | n         | {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "7"}, {"N": "8"}]}     | yes   | no         |
    | n         | {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "1"}, {"N": "7"}]}          | yes   | no         |
    | n         | {"ComparisonOperator": "NULL"}                                                        | no    | yes        |
    | nil       | {"ComparisonOperator": "NULL"}                                                        | no    | yes        |
    | n         | {"ComparisonOperator": "NOT_NULL"}                                                    | yes   | no         |
    | s         | {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "nan"}]}              | yes   | no         |
    | ss        | {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "a"}]}                | yes   | no         |
    | ss        | {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "z"}]}            | yes   | no         |
    | s         | {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "ban"}]}           | yes   | no         |
"""


@pytest.mark.tier("core")
@truth_table(TABLE)
@pytest.mark.parametrize("state", ["holds", "on nothing"])
@pytest.mark.parametrize("write", ["put_item", "update_item", "delete_item"])
def test_expected(dynamodb: Any, table: str, key: str, row: dict[str, str], state: str, write: str) -> None:
    """Expected holds, or refuses the write and changes nothing, by the attribute as it was before the write.

    Source: DynamoDB Developer Guide, "Legacy conditional parameters"; asserted against AWS by Alternator's suite [third-party]
    """
    if state == "holds":
        put(dynamodb, table, key, **ITEM)
    target = {"TableName": table, "Item": {"pk": {"S": key}}} if write == "put_item" else place(table, key)
    call = {**target, "Expected": {row["attribute"]: json.loads(row["expected"])}}
    if row[state] == "yes":
        accepted(getattr(dynamodb, write), **call)
        return
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(getattr(dynamodb, write), **call, **FAILED)


@truth_table("""
    | operator | n is 7 | s is x | holds |
    |----------|--------|--------|-------|
    | AND      | yes    | no     | no    |
    | OR       | yes    | no     | yes   |
    | OR       | no     | no     | no    |
    | -        | yes    | no     | no    |
""")
def test_the_conditional_operator_joins_attributes(dynamodb: Any, table: str, key: str, row: dict[str, str]) -> None:
    """ConditionalOperator joins the attributes of Expected; without one, all must hold.

    Source: DynamoDB Developer Guide, "Legacy conditional parameters", ConditionalOperator [documented]
    """
    put(dynamodb, table, key, n={"N": "7" if row["n is 7"] == "yes" else "8"}, s={"S": "y"})
    call: dict[str, Any] = {"Expected": {"n": {"Value": {"N": "7"}}, "s": {"Value": {"S": "x"}}}}
    if "operator" in row:
        call["ConditionalOperator"] = row["operator"]
    if row["holds"] == "yes":
        accepted(dynamodb.delete_item, **place(table, key), **call)
    else:
        refused(dynamodb.delete_item, **place(table, key), **call, **FAILED)
        same(stored(dynamodb, table, key) is not None, True, "the item is there")


def test_expected_and_an_expression_do_not_mix(dynamodb: Any, table: str, key: str) -> None:
    """Expected and ConditionExpression in one request are refused, and both are named.

    Source: asserted against AWS by published suites [third-party]
    """
    refused(
        dynamodb.delete_item, **place(table, key), Expected={"n": {"Exists": False}}, ConditionExpression="a = b",
        status=400, code="ValidationException",
        message="1 validation error detected: Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
    )  # fmt: skip


@pytest.mark.parametrize("call", ["put_item", "update_item", "delete_item", "query", "scan"])
def test_a_conditional_operator_has_something_to_join(dynamodb: Any, table: str, key: str, call: str) -> None:
    """ConditionalOperator without Expected, QueryFilter or ScanFilter is refused, whatever else the request has.

    Source: asserted against AWS by Alternator's and ExtendDB's suites; recordings differ in the words' prefix [third-party]
    """
    given: dict[str, Any] = {
        "put_item": {"Item": {"pk": {"S": key}, "n": {"N": "1"}}},
        "update_item": {"Key": {"pk": {"S": key}}, "AttributeUpdates": {"n": {"Value": {"N": "1"}}}},
        "delete_item": {"Key": {"pk": {"S": key}}},
        "query": {"KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": key}]}}},
        "scan": {},
    }[call]
    put(dynamodb, table, key)
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        call_it = getattr(dynamodb, call)
        refused(call_it, TableName=table, ConditionalOperator="OR", **given, status=400, code="ValidationException")
