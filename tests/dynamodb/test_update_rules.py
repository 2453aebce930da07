"""What an update makes of an item: the rules of `updates.py`. Recorded on AWS by Alternator's and dynalite's suites."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from dynamodb_language import apply, update

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import equal

N1, N2, S = {"N": "1"}, {"N": "2"}, {"S": "x"}
MISSING_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
BAD_PATH = "The document path provided in the update expression is invalid for update"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"

BECOMES = [
    # text, values, item before, item after
    ("SET a = :v", {":v": N1}, {"pk": "k"}, {"pk": "k", "a": 1}),
    ("SET a = b, b = a", None, {"a": 1, "b": 2}, {"a": 2, "b": 1}),
    ("SET a = :v REMOVE b ADD c :v DELETE d :s", {":v": N1, ":s": {"SS": ["p"]}}, {"b": 1, "c": 2, "d": ("p", "q")},
     {"a": 1, "c": 3, "d": ("q",)}),
    ("SET a = a + :v", {":v": {"N": "0.5"}}, {"a": 1}, {"a": Decimal("1.5")}),
    ("SET a = a - :v", {":v": N2}, {"a": 1}, {"a": -1}),
    ("SET a = if_not_exists(a, :v) + :v", {":v": N1}, {}, {"a": 2}),
    ("SET a = if_not_exists(b, if_not_exists(c, :v))", {":v": N1}, {"c": 5}, {"c": 5, "a": 5}),
    ("SET a = list_append(if_not_exists(a, :e), :l)", {":e": {"L": []}, ":l": {"L": [N1]}}, {}, {"a": [1]}),
    ("SET a = list_append(:l, a)", {":l": {"L": [N1]}}, {"a": [2]}, {"a": [1, 2]}),
    ("SET d.x.y = :v", {":v": N1}, {"d": {"x": {}, "z": 1}}, {"d": {"x": {"y": 1}, "z": 1}}),
    ("SET l[0] = :v, l[9] = :v, l[7] = :s", {":v": N1, ":s": S}, {"l": [0, 2]}, {"l": [1, 2, "x", 1]}),
    ("REMOVE l[1] SET l[3] = :v", {":v": N1}, {"l": [0, 5, 6]}, {"l": [0, 6, 1]}),
    ("REMOVE l[0], l[2]", None, {"l": [0, 1, 2, 3]}, {"l": [1, 3]}),
    ("REMOVE l[9], a, d.z", None, {"l": [0], "d": {}}, {"l": [0], "d": {}}),
    ("REMOVE d.x.y", None, {"d": {"x": {"y": 1}}}, {"d": {"x": {}}}),
    ("ADD a :v", {":v": N1}, {}, {"a": 1}),
    ("ADD d.n :v", {":v": N1}, {"d": {"n": 41}}, {"d": {"n": 42}}),
    ("ADD s :s", {":s": {"NS": ["2.0", "3"]}}, {"s": (1, 2)}, {"s": (1, 2, 3)}),
    ("ADD s :s", {":s": {"BS": ["AA=="]}}, {}, {"s": (b"\0",)}),
    ("DELETE s :s", {":s": {"NS": ["2.0"]}}, {"s": (1, 2)}, {"s": (1,)}),
    ("DELETE s :s", {":s": {"SS": ["a", "b"]}}, {"s": ("a",), "t": 1}, {"t": 1}),
    ("DELETE d.s :s", {":s": {"SS": ["a"]}}, {"d": {"s": ("a",)}}, {"d": {}}),
    ("DELETE s :s", {":s": {"SS": ["a"]}}, {"t": 1}, {"t": 1}),
    ("SET a = (a + :v)", {":v": N1}, {"a": 1}, {"a": 2}),
]  # fmt: skip
REFUSED = [
    ("SET a = b", None, {}, MISSING_ATTRIBUTE),
    ("SET a = b + :v", {":v": N1}, {}, MISSING_ATTRIBUTE),
    ("SET a = list_append(a, :l)", {":l": {"L": []}}, {}, MISSING_ATTRIBUTE),
    ("SET a = if_not_exists(b, c)", None, {}, MISSING_ATTRIBUTE),
    ("SET a = a + :v", {":v": N1}, {"a": "1"}, WRONG_TYPE),
    ("SET a = list_append(a, :l)", {":l": {"L": []}}, {"a": (1,)}, WRONG_TYPE),
    ("ADD a :v", {":v": N1}, {"a": "1"}, WRONG_TYPE),
    ("ADD a :s", {":s": {"SS": ["a"]}}, {"a": (1,)}, WRONG_TYPE),
    ("DELETE a :s", {":s": {"SS": ["a"]}}, {"a": "a"}, WRONG_TYPE),
    ("SET d.x = :v", {":v": N1}, {}, BAD_PATH),
    ("SET d.x = :v", {":v": N1}, {"d": [1]}, BAD_PATH),
    ("SET d[0] = :v", {":v": N1}, {"d": {}}, BAD_PATH),
    ("SET l[5].x = :v", {":v": N1}, {"l": [1]}, BAD_PATH),
    ("REMOVE d.x", None, {"pk": "k"}, BAD_PATH),
    ("REMOVE s[0]", None, {"s": "text"}, BAD_PATH),
    ("ADD d.x :v", {":v": N1}, {}, BAD_PATH),
    ("DELETE d.x :s", {":s": {"SS": ["a"]}}, {"pk": "k"}, BAD_PATH),
    ("SET a = :x + :v", {":x": {"N": "1E+50"}, ":v": N1}, {}, OVERFLOW),
    ("SET a = :x - :v", {":x": {"N": "1E+50"}, ":v": N1}, {}, OVERFLOW),
    ("ADD a :x", {":x": {"N": "9E+125"}}, {"a": 9 * 10**125}, OVERFLOW),
]


@pytest.mark.parametrize(("text", "values", "before", "after"), BECOMES)
def test_the_item_becomes(text, values, before, after):
    kept = copy.deepcopy(before)
    new = apply(text, before, values)
    assert equal(new, after), new
    assert equal(before, kept)


@pytest.mark.parametrize(("text", "values", "item", "refusal"), REFUSED)
def test_what_cannot_be_evaluated_is_refused_and_changes_nothing(text, values, item, refusal):
    kept = copy.deepcopy(item)
    with pytest.raises(ServiceError) as refused:
        apply(text, item, values)
    assert refused.value.message == refusal
    assert equal(item, kept)


@pytest.mark.parametrize(
    ("text", "values", "after"),
    [
        ("REMOVE a", None, None),
        ("REMOVE x.y, l[0]", None, None),
        ("DELETE s :s", {":s": {"SS": ["a"]}}, None),
        ("SET a = :v REMOVE x.y", {":v": N1}, {"pk": "k", "a": 1}),
        ("ADD a :v", {":v": N1}, {"pk": "k", "a": 1}),
        ("SET a = pk", None, {"pk": "k", "a": "k"}),
    ],
)
def test_a_missing_item_has_its_key_to_read_and_removals_create_none(text, values, after):
    assert apply(text, None, values) == after


@pytest.mark.parametrize(
    ("text", "values", "item", "old", "new"),
    [
        ("SET a = :v", {":v": N1}, {"a": 1, "b": 1}, {"a": 1}, {"a": 1}),
        ("SET a = :v", {":v": N1}, None, {}, {"a": 1}),
        ("REMOVE a", None, {"a": 1, "b": 1}, {"a": 1}, {}),
        ("SET d.x = :v", {":v": N1}, {"d": {"x": 5, "y": 6}}, {"d": {"x": 5}}, {"d": {"x": 1}}),
        ("SET l[1] = :v", {":v": N1}, {"l": [5, 6, 7]}, {"l": [6]}, {"l": [1]}),
        ("SET l[9] = :v", {":v": N1}, {"l": [5]}, {}, {}),
        ("REMOVE d.l[1]", None, {"d": {"l": [5, 6, 7]}}, {"d": {"l": [6]}}, {"d": {"l": [7]}}),
    ],
)
def test_updated_old_and_updated_new_are_what_was_touched(text, values, item, old, new):
    bound = update(text, values)
    assert bound.touched(item) == old
    assert bound.touched(bound.apply(item, {"pk": "k"})) == new


def test_a_value_may_not_get_deeper_than_32_levels_by_its_place():
    deep = {"S": "x"}
    for _ in range(30):
        deep = {"L": [deep]}
    assert apply("SET a.b = :v", {"a": {}}, {":v": deep}) is not None
    with pytest.raises(ServiceError, match="Nesting Levels have exceeded supported limits"):
        apply("SET a.b = :v", {"a": {}}, {":v": {"L": [deep]}})
