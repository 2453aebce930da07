"""Expressions made at random: what is printed from a tree is read back as that tree, and means what a naive reading says."""

from __future__ import annotations

import contextlib

from dynamodb_language import read_all
from dynamodb_naive import NAMES, VALUES, Refused, naive, updated
from dynamodb_strategies import BLANKS, clauses, conditions, items, paths, printed, separated, sound_updates, words
from hypothesis import example, given, settings
from hypothesis import strategies as st

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import decode_item, encode, encode_item, equal, item_size
from condemu.dynamodb.expressions.conditions import BoundCondition, compile_condition
from condemu.dynamodb.expressions.nodes import Update
from condemu.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update
from condemu.dynamodb.expressions.updates import BoundUpdate, compile_update
from condemu.dynamodb.items.items import updated_item
from condemu.dynamodb.state.records import KeySchema, Table


@settings(max_examples=250, deadline=None)
@given(conditions, st.data())
def test_a_condition_printed_is_read_back(node, data):
    assert parse_condition("ConditionExpression", printed(node, data)) == node


@settings(max_examples=200, deadline=None)
@given(st.lists(clauses, min_size=1, max_size=4), st.data())
def test_an_update_printed_is_read_back(found, data):
    node = Update(tuple(clause.section for clause in found), tuple(found))
    assert parse_update("UpdateExpression", printed(node, data)) == node


@settings(max_examples=100, deadline=None)
@given(st.lists(paths, min_size=1, max_size=4), st.data())
def test_a_projection_printed_is_read_back(found, data):
    text = "".join(data.draw(BLANKS) + word for word in separated(",", found))
    assert parse_projection("ProjectionExpression", text) == tuple(found)


scraps = st.sampled_from([
    "a", "#n", ":s", ":", "#", "_x", "1", "99999999999", "[", "]", "(", ")", ",", ".",
    "=", "<>", "<", "+", "-", "!", '"', " ", "\n",
    "SET ", "remove ", "ADD ", "DELETE ", " AND ", " or ", " NOT ", " BETWEEN ", " IN ", "size(",
    "contains(", "if_not_exists(", "name", "ä", "\x00",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(scraps, max_size=14).map("".join), st.sampled_from(["PutItem", "UpdateItem", "GetItem", "Query"]))
@example("(" * 4096, "PutItem")
@example("a[" + "9" * 4090 + "]", "GetItem")
@example("NOT " * 1024, "PutItem")
@example("SET a = " + "(" * 4000, "UpdateItem")
@example("SET a = " + "list_append(" * 330, "UpdateItem")
def test_no_text_whatever_is_more_than_a_refusal(text, operation):
    expression = {
        "PutItem": "ConditionExpression", "UpdateItem": "UpdateExpression", "GetItem": "ProjectionExpression",
        "Query": "KeyConditionExpression",
    }[operation]  # fmt: skip
    values = {name: encode(value) for name, value in VALUES.items()}
    with contextlib.suppress(ServiceError):
        read_all(operation, {expression: text, "ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": values})


def check_values(compiled):
    for check in compiled.checks:
        check(VALUES)


@settings(max_examples=500, deadline=None)
@given(conditions, items)
def test_a_condition_means_what_a_naive_reading_says(node, item):
    text = "".join(words(node))
    compiled = compile_condition("ConditionExpression", text, tuple(NAMES.items()))
    try:
        check_values(compiled)
    except ServiceError as error:
        refused = error
    else:
        assert BoundCondition(compiled, VALUES).holds(item) is naive(node, encode_item(item))
        return
    assert refused.message.startswith(
        ("Invalid ConditionExpression: Incorrect operand type", "Invalid ConditionExpression: The BETWEEN operator requires",
         "Invalid ConditionExpression: The first operand must be distinct"),
    )  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(sound_updates, st.none() | items)
def test_an_update_means_what_a_naive_reading_says(node, item):
    text = "".join(words(node))
    compiled = compile_update("UpdateExpression", text, tuple(NAMES.items()))
    check_values(compiled)
    key = {"pk": "k"}
    before = None if item is None else {**key, **item}
    wire = None if before is None else encode_item(before)
    try:
        expected = updated(node, wire, encode_item(key))
    except Refused:
        expected = Refused
    try:
        found = BoundUpdate(compiled, VALUES).apply(before, key)
    except ServiceError as error:
        assert expected is Refused, error  # noqa: PT017
        found = None
    else:
        assert expected is not Refused
        assert (found is None) == (expected is None)
        assert found is None or equal(found, decode_item(expected)), (found, expected)
    assert before is None or encode_item(before) == wire


@settings(max_examples=300, deadline=None)
@given(sound_updates, items)
def test_an_updated_item_has_the_size_that_measuring_it_gives(node, item):
    compiled = compile_update("UpdateExpression", "".join(words(node)), tuple(NAMES.items()))
    table = Table("000000000000", "us-east-1", "tab", "id", 0.0, KeySchema((("pk", "S"),)), ())
    before = {"pk": "k", **item}
    try:
        found, size = updated_item(table, BoundUpdate(compiled, VALUES), before, item_size(before), {"pk": "k"})
    except ServiceError:
        return
    assert found is not None
    assert size == item_size(found)
