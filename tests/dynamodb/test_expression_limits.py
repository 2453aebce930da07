"""The limits of expressions (AWS Developer Guide, "Constraints"), at the last value that fits and the first that does not."""

from __future__ import annotations

import pytest
from dynamodb_language import condition, read_all

from condemu.core.errors import ServiceError

V = {":v": {"N": "1"}}

# expression, what fits, what does not, and why
LIMITS = [
    ("ConditionExpression", "a = :v" + " " * 4090, "a = :v" + " " * 4091,
     "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097"),
    ("ConditionExpression", "a = :v" + " OR a = :v" * 149, "a = :v" + " OR a = :v" * 150,
     "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"),
    ("ConditionExpression", "a" + "[0]" * 31 + " = :v", "a" + "[0]" * 32 + " = :v",
     "Invalid ConditionExpression: The document path has too many nesting levels; nesting levels: 33"),
    ("ProjectionExpression", "a" + ".b" * 31, "a" + ".b" * 32,
     "Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 33"),
    ("UpdateExpression", "REMOVE a[2147483647]", "REMOVE a[99999999999999]",
     "Invalid UpdateExpression: List index is not within the allowable range; index: [99999999999999]"),
    ("ConditionExpression", "a IN (" + ", ".join([":v"] * 100) + ")", "a IN (" + ", ".join([":v"] * 101) + ")",
     "Invalid ConditionExpression: Too many operands for the operator or function; operator or function: IN,"
     " number of operands: 101"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "fits", "too_much", "refusal"), LIMITS)
def test_a_limit_holds_and_no_less(expression, fits, too_much, refusal):
    operations = {"ConditionExpression": "PutItem", "ProjectionExpression": "GetItem", "UpdateExpression": "UpdateItem"}
    operation = operations[expression]
    request = {expression: fits, "ExpressionAttributeValues": V} if ":v" in fits else {expression: fits}
    read_all(operation, request)
    with pytest.raises(ServiceError) as refused:
        read_all(operation, {**request, expression: too_much})
    assert refused.value.message == refusal


@pytest.mark.parametrize("name", ["1", "", "string", "s", "SET"])
def test_a_type_has_one_of_ten_names(name):
    for known in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"):
        condition("attribute_type(a, :t)", {":t": {"S": known}})
    with pytest.raises(ServiceError) as refused:
        condition("attribute_type(a, :t)", {":t": {"S": name}})
    assert refused.value.message == (
        f"Invalid ConditionExpression: Invalid attribute type name found; type: {name}"
        ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )
