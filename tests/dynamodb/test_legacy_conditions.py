"""Expected, filters and AttributeUpdates: recorded on AWS by Alternator's and dynalite's suites."""

from __future__ import annotations

import pytest

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import decode_item
from condemu.dynamodb.expressions.projections import attributes_to_get
from condemu.dynamodb.legacy.attribute_updates import decode_attribute_updates
from condemu.dynamodb.legacy.expected import (
    decode_conditions,
    read_expected,
    read_filter,
)

ITEM = decode_item({
    "s": {"S": "hello"}, "n": {"N": "10"}, "b": {"B": "gA=="}, "yes": {"BOOL": True}, "nul": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "l": {"L": [{"N": "1"}, {"S": "x"}]}, "d": {"M": {"k": {"N": "1"}}}, "a.b": {"N": "1"},
})  # fmt: skip
INVALID = "One or more parameter values were invalid: "


def expected(wire, operator=None):
    return read_expected(decode_conditions(wire), operator)


def S(text):  # noqa: N802 — as AWS writes it
    return {"S": text}


def N(text):  # noqa: N802
    return {"N": text}


# attribute, operator, arguments, holds
OPERATORS = [
    ("s", "EQ", [S("hello")], True), ("n", "EQ", [N("1e1")], True), ("n", "EQ", [S("10")], False), ("x", "EQ", [S("a")], False),
    ("ss", "EQ", [{"SS": ["b", "a"]}], True), ("d", "EQ", [{"M": {"k": N("1.0")}}], True), ("nul", "EQ", [{"NULL": True}], True),
    ("s", "NE", [S("x")], True), ("s", "NE", [S("hello")], False), ("s", "NE", [N("1")], True),
    ("x", "NE", [N("1")], True),
    ("n", "LT", [N("11")], True), ("n", "LT", [S("z")], False), ("x", "LT", [N("11")], False),
    ("n", "LE", [N("10.0")], True),
    ("n", "GT", [N("9")], True), ("s", "GE", [S("hell")], True), ("b", "GT", [{"B": "fw=="}], True),
    ("l", "LT", [N("11")], False),
    ("n", "BETWEEN", [N("10"), N("11")], True), ("n", "BETWEEN", [S("a"), S("b")], False),
    ("x", "BETWEEN", [N("1"), N("2")], False),
    ("n", "IN", [N("9"), N("10")], True), ("s", "IN", [S("x")], False), ("x", "IN", [S("x")], False),
    ("x", "NULL", [], True), ("nul", "NULL", [], False), ("nul", "NOT_NULL", [], True), ("x", "NOT_NULL", None, False),
    ("s", "CONTAINS", [S("ell")], True), ("ss", "CONTAINS", [S("a")], True), ("l", "CONTAINS", [S("x")], True),
    ("n", "CONTAINS", [N("1")], False), ("x", "CONTAINS", [S("x")], False), ("d", "CONTAINS", [S("k")], False),
    ("s", "NOT_CONTAINS", [S("xyz")], True), ("s", "NOT_CONTAINS", [S("ell")], False), ("x", "NOT_CONTAINS", [S("x")], False),
    ("s", "BEGINS_WITH", [S("he")], True), ("s", "BEGINS_WITH", [S("el")], False), ("n", "BEGINS_WITH", [S("1")], False),
    ("a.b", "EQ", [N("1")], True), ("d.k", "EQ", [N("1")], False),
]  # fmt: skip


@pytest.mark.parametrize(("attribute", "operator", "arguments", "holds"), OPERATORS)
def test_an_operator_holds(attribute, operator, arguments, holds):
    entry = {"ComparisonOperator": operator} | ({} if arguments is None else {"AttributeValueList": arguments})
    condition = expected({attribute: entry})
    assert condition.holds(ITEM) is holds
    assert (condition.refusal(ITEM) is None) is holds
    assert read_filter(decode_conditions({attribute: entry}), None).holds(ITEM) is holds


@pytest.mark.parametrize(
    ("entry", "on_item", "on_nothing"),
    [
        ({"Value": N("10")}, True, False),
        ({"Value": N("10"), "Exists": True}, True, False),
        ({"Value": N("9")}, False, False),
        ({"Exists": False}, False, True),
        ({"Value": N("10"), "ComparisonOperator": "GE"}, True, False),
    ],
)
def test_the_short_forms(entry, on_item, on_nothing):
    condition = expected({"n": entry})
    assert (condition.holds(ITEM), condition.holds(None), condition.holds({})) == (on_item, on_nothing, on_nothing)


@pytest.mark.parametrize(("operator", "holds"), [(None, False), ("AND", False), ("OR", True)])
def test_conditions_on_several_attributes_are_joined(operator, holds):
    assert expected({"n": {"Value": N("10")}, "s": {"Value": S("no")}}, operator).holds(ITEM) is holds
    assert expected({}, operator).holds(ITEM)


def test_a_refusal_says_what_it_found():
    error = expected({"n": {"Value": N("9")}, "s": {"Value": S("hello")}}).refusal(ITEM)
    assert error is not None
    assert error.because == "n EQ 9 does not hold: n is 10"
    gone = expected({"n": {"Value": N("9")}}).refusal(None)
    assert gone is not None
    assert gone.because == "there is no such item: n EQ 9 does not hold: n is missing"


V = S("a")
OP, LIST = "ComparisonOperator", "AttributeValueList"
SHAPES = [
    ({}, "Value must be provided when Exists is null for Attribute: a"),
    ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ({"Exists": False, "Value": V}, "Value cannot be used when Exists is false for Attribute: a"),
    ({"Exists": True, OP: "EQ", "Value": V}, "Exists and ComparisonOperator cannot be used together for Attribute: a"),
    ({"Value": V, LIST: []}, "Value and AttributeValueList cannot be used together for Attribute: a"),
    ({"Value": V, LIST: [V], OP: "LT"},
     "Value and AttributeValueList cannot be used together for Attribute: a"),
    ({"Exists": True, LIST: [V]}, "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ({OP: "LT"}, "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a"),
    ({OP: "EQ", LIST: []}, "Invalid number of argument(s) for the EQ ComparisonOperator"),
    ({OP: "NULL", LIST: [V]}, "Invalid number of argument(s) for the NULL ComparisonOperator"),
    ({OP: "BETWEEN", "Value": V}, "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    ({OP: "IN", LIST: [V, N("1")]}, "AttributeValues inside AttributeValueList must be of same type"),
    ({OP: "LT", "Value": {"BOOL": True}}, "ComparisonOperator LT is not valid for BOOL AttributeValue type"),
    ({OP: "BEGINS_WITH", "Value": N("1")}, "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
    ({OP: "CONTAINS", "Value": {"SS": ["a"]}}, "ComparisonOperator CONTAINS is not valid for SS AttributeValue type"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "text"), SHAPES)
def test_a_wrong_shape_is_refused(entry, text):
    with pytest.raises(ServiceError) as refused:
        expected({"a": entry})
    assert refused.value.message == INVALID + text


def test_exists_and_an_operator_are_two_ways_to_say_a_condition():
    with pytest.raises(ServiceError) as refused:
        expected({"a": {"Exists": False, "ComparisonOperator": "NULL"}})
    assert refused.value.message == (
        "One or more parameter values were invalid: Exists and ComparisonOperator cannot be used together for Attribute: a"
    )


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ServiceError) as refused:
        expected({"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [S("b"), S("a")]}})
    assert refused.value.message == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


# --- AttributeUpdates


def updates(wire):
    found = decode_attribute_updates(wire)
    found.check()
    return found


@pytest.mark.parametrize(
    ("wire", "before", "after"),
    [
        ({"a": {"Value": N("1")}}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"Value": N("1"), "Action": "PUT"}, "b": {"Action": "DELETE"}}, {"b": 2}, {"a": 1}),
        ({"a": {"Value": N("1"), "Action": "ADD"}}, {"a": 2}, {"a": 3}),
        ({"a": {"Value": N("1"), "Action": "ADD"}}, None, {"pk": "k", "a": 1}),
        ({"a": {"Value": {"L": [N("1")]}, "Action": "ADD"}}, {"a": [2]}, {"a": [2, 1]}),
        ({"a": {"Value": {"SS": ["x", "y"]}, "Action": "ADD"}}, {"a": ("y", "z")}, {"a": ("x", "y", "z")}),
        ({"a": {"Value": {"SS": ["x", "y"]}, "Action": "DELETE"}}, {"a": ("x", "y")}, {}),
        ({"a": {"Value": {"SS": ["x"]}, "Action": "DELETE"}}, {}, {}),
        ({"a": {"Action": "DELETE"}}, None, None),
        ({}, None, {"pk": "k"}),
    ],
)
def test_an_older_update_makes_of_an_item(wire, before, after):
    found = updates(wire)
    assert found.apply(before, {"pk": "k"}) == after
    assert found.touched(after) == {name: value for name, value in (after or {}).items() if name in wire}


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        ({"a": {}}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"a": {"Action": "ADD"}}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"a": {"Action": "DELETE", "Value": N("1")}}, "DELETE action with value is not supported for the type N"),
        ({"a": {"Action": "ADD", "Value": S("x")}}, "ADD action is not supported for the type S"),
        ({"a": {"Action": "ADD", "Value": {"M": {}}}}, "ADD action is not supported for the type M"),
    ],
)
def test_an_older_update_of_the_wrong_shape_is_refused(wire, text):
    with pytest.raises(ServiceError) as refused:
        updates(wire)
    assert refused.value.message == INVALID + text


@pytest.mark.parametrize("entry", [{"Action": "ADD", "Value": N("1")}, {"Action": "DELETE", "Value": {"SS": ["x"]}}])
def test_an_older_update_of_another_type_is_refused_and_changes_nothing(entry):
    item = {"a": ("b", "c") if entry["Action"] == "ADD" else (1,)}
    kept = dict(item)
    with pytest.raises(ServiceError, match="Type mismatch for attribute to update"):
        updates({"a": entry}).apply(item, {})
    assert item == kept


def test_attributes_to_get_are_names_and_no_paths():
    assert attributes_to_get(["a.b", "n", "x"]).project(ITEM) == {"a.b": 1, "n": 10}
    with pytest.raises(ServiceError, match="Duplicate value in attribute name: a"):
        attributes_to_get(["a", "b", "a"])
