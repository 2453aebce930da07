"""UpdateExpression beside a condition: what is judged first, what reads what, and what a refusal leaves behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..expect import accepted, refused, same, unchanged
from ..tables import truth_table
from .steps import place, put, stored

INVALID = {"status": 400, "code": "ValidationException"}


@pytest.mark.tier("core")
def test_a_false_condition_wins_over_an_update_that_cannot_be_done(dynamodb: Any, table: str, key: str) -> None:
    """The condition is judged before the update: when both fail, the answer is ConditionalCheckFailedException.

    Source: asserted against AWS by Alternator's suite [third-party]
    """
    put(dynamodb, table, key, s={"S": "x"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.update_item, **place(table, key), UpdateExpression="SET s = s + :one",
            ConditionExpression="s = :one", ExpressionAttributeValues={":one": {"N": "1"}},
            status=400, code="ConditionalCheckFailedException",
        )  # fmt: skip


@pytest.mark.tier("core")
def test_a_refused_update_leaves_no_item_behind(dynamodb: Any, table: str, key: str) -> None:
    """An update of a missing item that is refused creates nothing, not even its key.

    Source: DynamoDB API reference, UpdateItem: conditional updates [documented]
    """
    refused(
        dynamodb.update_item, **place(table, key), UpdateExpression="SET v = :v",
        ConditionExpression="attribute_exists(pk)", ExpressionAttributeValues={":v": {"N": "1"}},
        status=400, code="ConditionalCheckFailedException",
    )  # fmt: skip
    same(stored(dynamodb, table, key), None, "the item")


@truth_table("""
    | update                               | a          | b          | message                                                                                  |
    |--------------------------------------|------------|------------|------------------------------------------------------------------------------------------|
    | SET a = b, b = a                     | {"N": "2"} | {"N": "1"} | -                                                                                        |
    | SET a = a + b                        | {"N": "3"} | {"N": "2"} | -                                                                                        |
    | SET a = if_not_exists(c, b) REMOVE b | {"N": "2"} | -          | -                                                                                        |
    | ADD a :five                          | {"N": "6"} | {"N": "2"} | -                                                                                        |
    | SET a = c                            | {"N": "1"} | {"N": "2"} | The provided expression refers to an attribute that does not exist in the item           |
    | SET a = list_append(a, b)            | {"N": "1"} | {"N": "2"} | An operand in the update expression has an incorrect data type                           |
    | SET a.x = :five                      | {"N": "1"} | {"N": "2"} | The document path provided in the update expression is invalid for update                |
    | SET pk = :five                       | {"N": "1"} | {"N": "2"} | One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key |
""")  # noqa: E501
def test_update_expressions(dynamodb: Any, table: str, key: str, row: dict[str, str]) -> None:
    """Every right-hand side reads the old item; what cannot be done is refused whole.

    Source: DynamoDB Developer Guide, "Update expressions"; asserted against AWS by Alternator's suite [third-party]
    """
    put(dynamodb, table, key, a={"N": "1"}, b={"N": "2"})
    call: dict[str, Any] = {**place(table, key), "UpdateExpression": row["update"]}
    if ":five" in row["update"]:
        call["ExpressionAttributeValues"] = {":five": {"N": "5"}}
    if "message" in row:
        refused(dynamodb.update_item, **call, **INVALID, message=row["message"])
    else:
        accepted(dynamodb.update_item, **call)
    found = stored(dynamodb, table, key)
    expected = {name: json.loads(row[name]) for name in "ab" if name in row}
    same({name: found[name] for name in "ab" if name in found}, expected, "the attributes")


@truth_table("""
    | update                       | value                      | attribute | becomes                         |
    |------------------------------|----------------------------|-----------|---------------------------------|
    | SET n = n - :v               | {"N": "2"}                 | n         | {"N": "5"}                      |
    | SET n = if_not_exists(n, :v) | {"N": "2"}                 | n         | {"N": "7"}                      |
    | SET x = if_not_exists(x, :v) | {"N": "2"}                 | x         | {"N": "2"}                      |
    | SET l = list_append(l, :v)   | {"L": [{"S": "z"}]}        | l         | {"L": [{"S": "a"}, {"S": "z"}]} |
    | SET l = list_append(:v, l)   | {"L": [{"S": "z"}]}        | l         | {"L": [{"S": "z"}, {"S": "a"}]} |
    | SET l[9] = :v                | {"S": "z"}                 | l         | {"L": [{"S": "a"}, {"S": "z"}]} |
    | ADD s :v                     | {"SS": ["c"]}              | s         | {"SS": ["a", "b", "c"]}         |
    | ADD x :v                     | {"SS": ["c"]}              | x         | {"SS": ["c"]}                   |
    | DELETE s :v                  | {"SS": ["b", "q"]}         | s         | {"SS": ["a"]}                   |
    | DELETE s :v                  | {"SS": ["b", "a"]}         | s         | -                               |
    | SET m.k = :v                 | {"N": "2"}                 | m         | {"M": {"k": {"N": "2"}}}        |
    | SET x = :v REMOVE l[0]       | {"N": "2"}                 | l         | {"L": []}                       |
""")
def test_what_an_update_makes_of_an_attribute(dynamodb: Any, table: str, key: str, row: dict[str, str]) -> None:
    """Numbers are added and subtracted, lists joined in the order written, sets united; an emptied set is gone.

    Source: DynamoDB Developer Guide, "Update expressions"; asserted against AWS by Alternator's suite [third-party]
    """
    have = {"n": {"N": "7"}, "l": {"L": [{"S": "a"}]}, "s": {"SS": ["a", "b"]}, "m": {"M": {"k": {"S": "v"}}}}
    put(dynamodb, table, key, **have)
    value = json.loads(row["value"])
    call = {"UpdateExpression": row["update"], "ExpressionAttributeValues": {":v": value}}
    accepted(dynamodb.update_item, **place(table, key), **call)
    found = stored(dynamodb, table, key).get(row["attribute"])
    if found is not None and "SS" in found:
        found = {"SS": sorted(found["SS"])}
    same(found, json.loads(row["becomes"]) if "becomes" in row else None, "the attribute")


@pytest.mark.parametrize("update", ["REMOVE v", "DELETE v :v"])
def test_an_update_that_only_takes_away_creates_no_item(dynamodb: Any, table: str, key: str, update: str) -> None:
    """REMOVE and DELETE on an item that is not there succeed and leave it so.

    Source: asserted against AWS by Alternator's suite [third-party]
    """
    values = {"ExpressionAttributeValues": {":v": {"SS": ["a"]}}} if ":v" in update else {}
    accepted(dynamodb.update_item, **place(table, key), UpdateExpression=update, **values)
    same(stored(dynamodb, table, key), None, "the item")


@pytest.mark.tier("exact")
@truth_table("""
    | expression                     | message                                                                                                                                              |
    |--------------------------------|------------------------------------------------------------------------------------------------------------------------------------------------------|
    | a = :undefined                 | 1 validation error detected: Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :undefined                            |
    | #undefined = a                 | 1 validation error detected: Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #undefined                       |
    | size = a                       | 1 validation error detected: Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: size                                                            |
    | no_such(a)                     | 1 validation error detected: Invalid ConditionExpression: Invalid function name; function: no_such                                                                                |
    | a = b AND                      | 1 validation error detected: Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "AND"                                                                               |
""")  # noqa: E501
def test_messages_of_invalid_conditions(dynamodb: Any, table: str, key: str, row: dict[str, str]) -> None:
    """What is wrong with an expression is said in AWS's words, and nothing is written.

    Source: recorded by published suites against AWS; wording of 2026 [third-party]
    """
    refused(
        dynamodb.put_item, TableName=table, Item={"pk": {"S": key}}, ConditionExpression=row["expression"],
        **INVALID, message=row["message"],
    )  # fmt: skip
    same(stored(dynamodb, table, key), None, "the item")
