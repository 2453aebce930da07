"""Which part of a table a Query reads: recorded on AWS by dynalite's suite, for several key attributes by Alternator's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import sort_bytes
from condemu.dynamodb.errors.expressions import classic
from condemu.dynamodb.expressions.placeholders import Placeholders
from condemu.dynamodb.legacy.expected import decode_conditions
from condemu.dynamodb.queries.key_conditions import KeyCondition, against_schema, from_expression, from_legacy

VALUES = {":a": {"S": "a"}, ":b": {"S": "b"}, ":n": {"N": "1"}, ":e": {"S": ""}}


def read(text, *, index_named=False):
    used = {name: value for name, value in VALUES.items() if name in text}
    placeholders = Placeholders.read(None, used or None, {"KeyConditionExpression": text})
    return from_expression(placeholders.condition("KeyConditionExpression"), index_named=index_named)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p = :a", [("p", "=", ("a",))]),
        ("(p = :a) AND (c BETWEEN :a AND :b)", [("p", "=", ("a",)), ("c", "BETWEEN", ("a", "b"))]),
        ("begins_with(c, :a) AND p = :b", [("c", "begins_with", ("a",)), ("p", "=", ("b",))]),
        (":a = p AND :n > c", [("p", "=", ("a",)), ("c", "<", (1,))]),
        (":n <= c AND :a = p", [("c", ">=", (1,)), ("p", "=", ("a",))]),
    ],
)
def test_a_key_condition_is_a_condition_on_each_attribute(text, found):
    assert read(text) == tuple(KeyCondition(*one) for one in found)


REFUSED = [
    ("p = :a OR c = :b", "Invalid operator used in KeyConditionExpression: OR"),
    ("NOT p = :a", "Invalid operator used in KeyConditionExpression: NOT"),
    ("p IN (:a)", "Invalid operator used in KeyConditionExpression: IN"),
    ("p = :a AND c <> :b", "Invalid operator used in KeyConditionExpression: <>"),
    ("attribute_exists(p)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
    ("contains(p, :a)", "Invalid operator used in KeyConditionExpression: contains"),
    ("size(p) > :n", "KeyConditionExpressions cannot contain nested operations"),
    ("p.x = :a", "KeyConditionExpressions cannot have conditions on nested attributes"),
    ("p = :a AND p = :b", "KeyConditionExpressions must only contain one condition per key"),
    ("p = c", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
    (":a = :b", "Invalid condition in KeyConditionExpression: No key attribute specified"),
    (":a BETWEEN p AND c",
     "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"),
    ("begins_with(:a, p)",
     "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"),
    ("p = :a AND c = :b AND d = :n", "Conditions can be of length 1 or 2 only"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "refusal"), REFUSED)
def test_what_no_key_condition_may_contain_is_refused(text, refusal):
    with pytest.raises(ServiceError) as refused:
        read(text)
    assert refused.value.message == refusal


TYPES = {"p": "S", "c": "S", "h1": "S", "h2": "S", "r1": "S", "r2": "N"}
HASH, COMPOSITE, SEVERAL = (["p"], []), (["p"], ["c"]), (["h1", "h2"], ["r1", "r2"])
LEFT_TO_RIGHT = "RANGE key attributes of the index must have conditions from left to right, all but the last of equality: r1"
AGAINST = [
    (HASH, "p = :a", None),
    (HASH, "c = :a", "Query condition missed key schema element: p"),
    (HASH, "p > :a", "Query key condition not supported"),
    (HASH, "p = :a AND c = :a", "Query key condition not supported"),
    (HASH, "p = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
    (HASH, "p = :e",
     "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value."
     " Key: p"),
    (COMPOSITE, "p = :a AND begins_with(c, :e)", None),
    (COMPOSITE, "c = :a", "Query condition missed key schema element: p"),
    (COMPOSITE, "p = :a AND x = :a", "Query condition missed key schema element: c"),
    (COMPOSITE, "p > :a AND c = :a", "Query key condition not supported"),
    (COMPOSITE, "p = :a AND c = :a AND x = :b",
     "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"),
    (SEVERAL, "h1 = :a AND h2 = :b", None),
    (SEVERAL, "r1 = :a AND h2 = :b AND h1 = :a AND r2 > :n", None),
    (SEVERAL, "h1 = :a AND h2 > :a", "Every HASH key attribute of the index must have a condition of equality"),
    (SEVERAL, "h1 = :a AND r1 = :a", "Every HASH key attribute of the index must have a condition of equality"),
    (SEVERAL, "h1 = :a AND h2 = :a AND r2 = :n", LEFT_TO_RIGHT),
    (SEVERAL, "h1 = :a AND h2 = :a AND r1 > :a AND r2 = :n", LEFT_TO_RIGHT),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "text", "refusal"), AGAINST)
def test_key_conditions_must_fit_the_schema(schema, text, refusal):
    conditions = read(text, index_named=True)
    if refusal is None:
        hashes, ranges = against_schema(conditions, *schema, TYPES)
        assert [one.attribute for one in hashes] == schema[0]
        assert {*hashes, *ranges} == {*conditions}
        return
    with pytest.raises(ServiceError) as refused:
        against_schema(conditions, *schema, TYPES)
    assert refused.value.message == refusal
    assert "invalid" in classic(refused.value).message or "empty" not in refusal


def test_an_older_operator_that_is_no_search_is_refused_only_once_the_key_is_complete():
    wire = {"p": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}, "c": {"ComparisonOperator": "NULL"}}
    conditions = from_legacy(decode_conditions(wire), index_named=False)
    with pytest.raises(ServiceError, match="Attempted conditional constraint is not an indexable operation"):
        against_schema(conditions, *COMPOSITE, TYPES)
    with pytest.raises(ServiceError, match="Query condition missed key schema element: d"):
        against_schema(conditions, ["p"], ["d"], TYPES | {"d": "S"})


texts = st.text(st.sampled_from("ab\x7fé\U0010ffff"), max_size=3)
binaries = st.binary(max_size=2) | st.sampled_from([b"\xff", b"\xff\xff", b"a\xff"])
numbers = st.integers(-200, 200)
OPERATORS = ["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from([texts, binaries, numbers]), st.sampled_from(OPERATORS))
def test_the_bounds_of_a_condition_enclose_exactly_the_values_for_which_it_holds(data, kind, operator):
    if kind is numbers and operator == "begins_with":
        operator = "="
    low, high = sorted([data.draw(kind), data.draw(kind)])
    value = data.draw(kind)
    condition = KeyCondition("k", operator, (low, high) if operator == "BETWEEN" else (low,))
    start, stop = condition.bounds()
    place = sort_bytes(value)
    inside = (start is None or place >= start) and (stop is None or place < stop)
    assert inside == condition.holds(value)
