"""Query and Scan with parameters of both generations, and in which order what is wrong with them is found."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import accepted, refused, same

pytestmark = pytest.mark.tier("exact")

MISMATCH = "The provided starting key is invalid: The provided key element does not match the schema"


def equal(name: str, value: str) -> dict[str, Any]:
    return {name: {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": value}]}}


@pytest.fixture
def filled(dynamodb: Any, ranged_table: str, key: str) -> str:
    """A table in which two items share a hash key."""
    for sort, value in (("1", "a"), ("2", "b")):
        accepted(dynamodb.put_item, TableName=ranged_table, Item={"pk": {"S": key}, "sk": {"N": sort}, "v": {"S": value}})
    return ranged_table


def test_key_conditions_with_a_filter_expression(dynamodb: Any, filled: str, key: str) -> None:
    """KeyConditions and FilterExpression go together: only KeyConditionExpression excludes KeyConditions.

    Source: asserted on AWS by two published suites [third-party]
    """
    answer = accepted(
        dynamodb.query, TableName=filled, KeyConditions=equal("pk", key), FilterExpression="v = :v",
        ExpressionAttributeValues={":v": {"S": "b"}},
    )  # fmt: skip
    same([item["sk"]["N"] for item in answer["Items"]], ["2"], "the items")


def test_key_conditions_with_a_projection_expression(dynamodb: Any, filled: str, key: str) -> None:
    """KeyConditions and ProjectionExpression go together.

    Source: asserted on AWS by two published suites [third-party]
    """
    answer = accepted(dynamodb.query, TableName=filled, KeyConditions=equal("pk", key), ProjectionExpression="sk")
    same(answer["Items"], [{"sk": {"N": "1"}}, {"sk": {"N": "2"}}], "the items")


def test_key_conditions_beside_a_key_condition_expression(dynamodb: Any, filled: str, key: str) -> None:
    """KeyConditions and KeyConditionExpression are parameters of two generations, and refused together.

    Source: asserted on AWS by published suites [third-party]
    """
    refused(
        dynamodb.query, TableName=filled, KeyConditions=equal("pk", key), KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": key}}, status=400, code="ValidationException",
        message="Can not use both expression and non-expression parameters in the same request: Non-expression parameters:"
        " {KeyConditions} Expression parameters: {KeyConditionExpression}",
    )  # fmt: skip


def test_a_query_filter_beside_a_key_condition_expression(dynamodb: Any, filled: str, key: str) -> None:
    """QueryFilter and KeyConditionExpression are refused together.

    Source: measured on AWS, 2026-09 [recorded]
    """
    refused(
        dynamodb.query, TableName=filled, QueryFilter=equal("v", "b"), KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": key}}, status=400, code="ValidationException",
        message="Can not use both expression and non-expression parameters in the same request: Non-expression parameters:"
        " {QueryFilter} Expression parameters: {KeyConditionExpression}",
    )  # fmt: skip


def test_empty_key_conditions_are_refused_before_the_table_is_looked_for(dynamodb: Any, ranged_table: str) -> None:
    """Empty KeyConditions are a ValidationException even where there is no such table.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(dynamodb.query, TableName=f"{ranged_table}-none", KeyConditions={}, status=400, code="ValidationException")


def test_duplicate_attributes_are_found_before_a_bad_start_key(dynamodb: Any, filled: str, key: str) -> None:
    """A name that stands twice in AttributesToGet is refused before what is wrong with a value of ExclusiveStartKey.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(
        dynamodb.query, TableName=filled, KeyConditions=equal("pk", key), AttributesToGet=["v", "v"],
        ExclusiveStartKey={"pk": {}}, status=400, code="ValidationException",
        message="One or more parameter values were invalid: Duplicate value in attribute name: v",
    )  # fmt: skip


def test_a_value_of_another_type_is_found_before_an_operator(dynamodb: Any, filled: str) -> None:
    """The type of a key condition's value is judged before the operator that a hash key cannot have.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(
        dynamodb.query, TableName=filled, KeyConditionExpression="pk > :p", ExpressionAttributeValues={":p": {"N": "1"}},
        status=400, code="ValidationException",
        message="One or more parameter values were invalid: Condition parameter type does not match schema type",
    )  # fmt: skip


def test_an_operator_is_found_before_a_missed_key(dynamodb: Any, filled: str, key: str) -> None:
    """An operator that a hash key cannot have is refused before a second attribute that is no key.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(
        dynamodb.query, TableName=filled, KeyConditionExpression="pk > :p AND v = :p",
        ExpressionAttributeValues={":p": {"S": key}}, status=400, code="ValidationException",
        message="Query key condition not supported",
    )  # fmt: skip


def test_select_is_judged_before_the_start_key_of_a_scan(dynamodb: Any, filled: str) -> None:
    """A Scan's Select that cannot be is refused before a value of ExclusiveStartKey that cannot be.

    Source: asserted on AWS by a published suite [third-party]
    """
    refused(
        dynamodb.scan, TableName=filled, Select="SPECIFIC_ATTRIBUTES", ExclusiveStartKey={"pk": {}}, status=400,
        code="ValidationException",
        message="Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    )  # fmt: skip


def test_a_start_key_that_is_empty_says_so_behind_its_prefix(dynamodb: Any, filled: str) -> None:
    """What is wrong with a key in ExclusiveStartKey is said behind "The provided starting key is invalid: ".

    Source: asserted on AWS by a published suite; that an empty string is among it is inferred [inferred]
    """
    refused(
        dynamodb.scan, TableName=filled, ExclusiveStartKey={"pk": {"S": ""}, "sk": {"N": "1"}}, status=400,
        code="ValidationException",
        message="The provided starting key is invalid: One or more parameter values are not valid. The AttributeValue for a key"
        " attribute cannot contain an empty string value. Key: pk",
    )  # fmt: skip
    refused(
        dynamodb.scan, TableName=filled, ExclusiveStartKey={"pk": {"S": "a"}}, status=400, code="ValidationException",
        message=MISMATCH,
    )  # fmt: skip
