"""The quick look at a request: it passes nothing that `validation.py` would refuse, and most of what is in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.errors import ServiceError
from condemu.dynamodb.operations import OPERATIONS
from condemu.dynamodb.requests import validation
from condemu.dynamodb.requests.quick_look import quick_look
from condemu.dynamodb.requests.shapes import SHAPES, Shape

KEY = {"pk": {"S": "a"}}
ITEM_REQUEST = {"TableName": "tab", "ReturnConsumedCapacity": "TOTAL", "ExpressionAttributeNames": {"#a": "a"}}
DELETE = {"Delete": {"TableName": "tab", "Key": KEY}}
IN_ORDER = (
    ("PutItem", {**ITEM_REQUEST, "Item": KEY, "ConditionExpression": "a = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}}),
    ("GetItem", {**ITEM_REQUEST, "Key": KEY, "ConsistentRead": True}),
    ("UpdateItem", {**ITEM_REQUEST, "Key": KEY, "UpdateExpression": "REMOVE #a", "ReturnValues": "ALL_NEW"}),
    ("DeleteItem", {**ITEM_REQUEST, "Key": KEY}),
    ("Query", {**ITEM_REQUEST, "KeyConditionExpression": "#a = :a", "Limit": 5, "ExclusiveStartKey": KEY}),
    ("Scan", {**ITEM_REQUEST, "Segment": 0, "TotalSegments": 4}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "a", "Item": KEY}}, DELETE]}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "tab", "Key": KEY}}]}),
    ("DescribeTable", {"TableName": "tab"}),
)


def in_order(operation: str, members: dict[str, Any]) -> bool:
    return quick_look(SHAPES[operation])(members)


anything: st.SearchStrategy[Any] = st.sampled_from([
    None, True, "true", 0, 1, -1, 1000001, 1.5, float("inf"), "", "tab", "a b", "x" * 256, "ALL_OLD", "TOTAL", "COUNT",
    [], {}, [None], ["a"], [{}], {"a": None}, {"a": 1}, {"a": "b"}, {"#a": "x" * 65536}, [KEY] * 101,
    [{"Put": {"TableName": "tab", "Item": KEY}}] * 101, [{"Put": {"TableName": "a b", "Item": KEY}}], [{"Get": {"Key": KEY}}],
])  # fmt: skip


def values_of(shape: Shape) -> st.SearchStrategy[Any]:
    """What may be given for a member."""
    if shape.base == "Structure":
        return members_of(shape)
    if shape.base == "List":
        assert shape.element is not None
        return st.lists(values_of(shape.element), max_size=2)
    if shape.base == "Map":
        assert shape.element is not None
        return st.dictionaries(st.sampled_from(["a", "#a"]), values_of(shape.element), max_size=2)
    if shape.base == "Value":
        return st.just({"S": "a"})
    if shape.base == "Boolean":
        return st.booleans()
    return st.integers(1, 3) if shape.base == "Integer" else st.sampled_from(shape.values or ("tab",))


def members_of(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    given = {member.wire: values_of(member.shape) for member in shape.members}
    sure = {member.wire for member in shape.members if member.required}
    return st.fixed_dictionaries(
        {name: value for name, value in given.items() if name in sure},
        optional={name: value for name, value in given.items() if name not in sure},
    )


@pytest.mark.parametrize(("operation", "members"), IN_ORDER, ids=[operation for operation, _ in IN_ORDER])
def test_a_request_that_is_in_order_passes_at_a_glance(operation, members):
    assert in_order(operation, members)
    for name in members:
        assert not in_order(operation, {**members, name: None})
        assert not in_order(operation, {**members, name: 1.5})


def test_what_has_no_quick_test_takes_a_closer_look():
    assert not in_order("TagResource", {"ResourceArn": "arn", "Tags": []})


@pytest.mark.parametrize("operation", [operation.name for operation in OPERATIONS])
@settings(deadline=None)
@given(data=st.data())
def test_nothing_passes_that_would_be_refused(operation, data):
    members = data.draw(members_of(SHAPES[operation]))
    members[data.draw(st.sampled_from([*members, "Unknown"]))] = data.draw(anything)
    if in_order(operation, members):
        problems: list[validation.Problem] = []
        try:
            validation._structure(SHAPES[operation], members, "", problems, False)
        except ServiceError as error:
            problems.append(validation.Problem("", None, str(error)))
        assert problems == []
