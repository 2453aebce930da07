"""Of several mistakes in one expression AWS reports the first of this order (recorded on AWS by dynalite's suite)."""

from __future__ import annotations

import pytest
from dynamodb_language import condition, message, read_all, update

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors.expressions import VALUES_BAD_VALUE, classic
from condemu.dynamodb.expressions.placeholders import Placeholders

ONE = {":one": {"N": "1"}}

# In descending precedence: each row holds the mistake of its own line and those of all lines below it.
IN_A_CONDITION = [
    ("((whatever(:one))) OR size(a) OR name = #n OR x = x OR NOT", "Syntax error"),
    ("((whatever(:one))) OR size(a) OR name = #n OR x = x", "The expression has redundant parentheses"),
    ("whatever(:one) OR size(a) OR name = #n OR x = x", "Invalid function name; function: whatever"),
    ("size(a) OR name = #n OR x = x", "The function is not allowed to be used this way"),
    ("name = #n OR x = x", "Attribute name is a reserved keyword; reserved keyword: name"),
    ("a = #n OR x = x", "An expression attribute name used in the document path is not defined; attribute name: #n"),
    ("x = x OR begins_with(a, :one)", "The first operand must be distinct"),
    ("begins_with(a, :one) OR x = x", "Incorrect operand type for operator or function; operator or function: begins_with"),
    ("a = :one" + " OR a = :one" * 150, "The expression contains too many operators; operator count: 301"),
]
IN_AN_UPDATE = [
    ("SET name = f(#n), b = :n, b.c = :one SET", "Syntax error"),
    ("SET name = f(#n), b = :n, b.c = :one SET d = :one", "Attribute name is a reserved keyword"),
    ("SET a = f(#n), b = :n, b.c = :one SET d = :one", "Invalid function name; function: f"),
    ("SET a = #n, b = :n, b.c = :one SET d = :one", 'The "SET" section can only be used once'),
    ("SET a = :n, b = #n, b.c = :one", "An expression attribute name used in the document path is not defined"),
    ("SET a = :n, b = :one, b.c = :one", "An expression attribute value used in expression is not defined"),
    ("SET b = :one, b.c = if_not_exists(d), x.y = a, x[0] = a", "Two document paths overlap"),
    ("SET b = if_not_exists(d), x.y = a, x[0] = a", "Two document paths conflict"),
    ("SET b = if_not_exists(d), c = :one + size(a)", "Incorrect number of operands"),
    ("SET b = list_append(:one, d), c = size(a)", "Incorrect operand type"),
    ("SET b = :one + size(a)", "The function is not allowed to be used this way in an expression; function: size"),
]


@pytest.mark.parametrize(("text", "refusal"), IN_A_CONDITION)
def test_conditions_report_the_first_mistake(text, refusal):
    with pytest.raises(ServiceError) as refused:
        condition(text, ONE)
    assert message(refused.value).startswith(refusal)


@pytest.mark.parametrize(("text", "refusal"), IN_AN_UPDATE)
def test_updates_report_the_first_mistake(text, refusal):
    with pytest.raises(ServiceError) as refused:
        update(text, ONE)
    assert message(refused.value).startswith(refusal)


def test_placeholders_are_checked_before_expressions_and_expressions_before_leftovers():
    request = {
        "ConditionExpression": "",
        "UpdateExpression": "SET",
        "ExpressionAttributeNames": {"a": "x"},
        "ExpressionAttributeValues": {"v": {"S": ""}},
    }
    steps = [
        ("ExpressionAttributeNames", {"#a": "x"}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
        ("ExpressionAttributeValues", {":v": {}}, 'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'),
        ("ExpressionAttributeValues", {":v": {"S": ""}}, "Supplied AttributeValue is empty"),
        ("UpdateExpression", "SET a = b", "Invalid UpdateExpression: Syntax error"),
        ("ConditionExpression", "a = b", "Invalid ConditionExpression: The expression can not be empty;"),
        ("UpdateExpression", "SET a = #a", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"),
        ("UpdateExpression", "SET a = :v", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"),
    ]
    for member, repaired, refusal in steps:
        with pytest.raises(ServiceError) as refused:
            read_all("UpdateItem", request)
        assert refused.value.message.startswith(refusal)
        request[member] = repaired
    request["UpdateExpression"] = "SET a = :v, b = #a"
    read_all("UpdateItem", request)


def test_a_name_or_value_of_another_expression_is_used():
    read_all(
        "UpdateItem",
        {
            "UpdateExpression": "SET a = :a",
            "ConditionExpression": "#b = :b OR a = :a",
            "ExpressionAttributeNames": {"#b": "b"},
            "ExpressionAttributeValues": {":a": {"S": "a"}, ":b": {"S": "b"}},
        },
    )


def test_an_invalid_value_is_named_by_its_key_in_the_older_words_only():
    with pytest.raises(ServiceError) as refused:
        Placeholders.read(None, {":v": {"SS": ["a", "a"]}}, {"ConditionExpression": "a = :v"})
    error = refused.value
    assert error.row is VALUES_BAD_VALUE
    invalid = "One or more parameter values were invalid: Input collection "
    assert error.message == invalid + '["a", "a"] contains duplicates.'
    assert classic(error).message == (
        f"ExpressionAttributeValues contains invalid value: {invalid}[a, a] contains duplicates. for key :v"
    )


@pytest.mark.parametrize(("names", "values"), [({"#a": "a"}, None), ({}, None), (None, {}), (None, {":a": {"S": "a"}})])
def test_names_and_values_need_an_expression(names, values):
    with pytest.raises(ServiceError, match="can only be specified when using expressions"):
        Placeholders.read(names, values, {"ConditionExpression": None})


@pytest.mark.parametrize(("names", "values"), [({}, None), (None, {})])
def test_names_and_values_are_never_empty(names, values):
    with pytest.raises(ServiceError, match="must not be empty"):
        Placeholders.read(names, values, {"ConditionExpression": "a = b"})
