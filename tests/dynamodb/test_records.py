"""What is kept of an item: one packed record, which gives back what was put into it."""

from __future__ import annotations

import gc
from decimal import Decimal

import pytest
from dynamodb_strategies import items
from hypothesis import given

from condemu.dynamodb.data.values import Item, decode_item, equal, item_size, measured_item
from condemu.dynamodb.state.records import changed_by, item_in, packed, size_of

NESTED: Item = {"m": {"l": [1, None, {"b": b"\0\xff"}], "t": True}, "e": {}, "n": []}


@given(items)
def test_an_item_comes_back_as_it_was_packed(item):
    record = packed(item, item_size(item), 7)
    assert equal(item_in(record), item)
    assert list(item_in(record)) == list(item)
    assert (size_of(record), changed_by(record)) == (item_size(item), 7)


NUMBERS = (Decimal("0.1"), (Decimal("-1.5"), 2), 10**125, -(10**37), 0)


@pytest.mark.parametrize("value", [*NUMBERS, ("a", "é"), (b"", b"\x80"), "日本\U0001f600", True, None, NESTED], ids=ascii)
def test_every_kind_of_value_keeps_its_type(value):
    found = item_in(packed({"v": value}, 9, 1))["v"]
    assert type(found) is type(value)
    assert equal(found, value)


def test_a_decimal_deep_inside_comes_back():
    item = {"m": {"l": [{"n": Decimal("1.25")}, (Decimal("0.5"), 3)]}}
    assert equal(item_in(packed(item, 9, 1)), item)


def test_a_name_with_half_a_surrogate_pair_is_kept():
    assert item_in(packed({"\ud800": "v"}, 4, 1)) == {"\ud800": "v"}


def test_the_largest_size_and_a_late_commit_are_kept_apart():
    record = packed({"v": "x"}, 409_600, 2**44 - 1)
    assert (size_of(record), changed_by(record)) == (409_600, 2**44 - 1)


def test_an_unpacked_item_is_nobody_elses():
    record = packed({"l": [1]}, 5, 1)
    item_in(record)["l"].append(2)
    assert item_in(record) == {"l": [1]}


def test_a_record_is_one_object_of_which_the_garbage_collector_knows_nothing():
    record = packed(NESTED, item_size(NESTED), 1)
    assert type(record) is bytes
    assert not gc.is_tracked(record)


def test_a_record_is_little_more_than_the_item_counts_for():
    item = {"pk": "user-000001", "sk": "a", "note": "x" * 200, "count": 17, "active": True}
    assert len(packed(item, item_size(item), 1)) < item_size(item) + 40


def test_an_item_is_measured_as_it_is_decoded():
    wire = {"é": {"S": "né"}, "plain": {"S": "text"}, "n": {"N": "99"}, "big": {"N": "1200"}, "m": {"M": {"x": {"NULL": True}}}}
    assert measured_item(wire) == (decode_item(wire), item_size(decode_item(wire)))
