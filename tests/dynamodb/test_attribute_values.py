"""Values from the wire and back, what they weigh, and in which order they stand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.numbers import add, number_size, parse_number, print_number, sort_number
from condemu.dynamodb.data.values import (
    MISSING,
    Malformed,
    decode,
    decode_item,
    encode,
    encode_item,
    equal,
    item_size,
    kind,
    sort_bytes,
)
from condemu.dynamodb.errors.expressions import classic

NUMERIC = "The parameter cannot be converted to a numeric value: "
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
SEVERAL = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
INVALID = "One or more parameter values were invalid: "
PRECISE = "Attempting to store more than 38 significant digits in a Number"

CANONICAL = """
1 1|1.0 1|1e3 1000|1.50 1.5|1E-3 0.001|-0 0|0.000 0|+7 7|.5 0.5|5. 5|-.5e1 -5|007 7|1e-130 0.{129}1|0e5 0|12e-1 1.2
99999999999999999999999999999999999999 99999999999999999999999999999999999999|1e125 1{125}|100000000000000000000 1{20}
"""


@pytest.mark.parametrize(("given_text", "canonical"), [pair.split() for pair in CANONICAL.replace("\n", "|").split("|") if pair])
def test_a_number_is_printed_canonically(given_text, canonical):
    for zeros in (129, 125, 20):
        canonical = canonical.replace(f"{{{zeros}}}", "0" * zeros)
    assert encode(decode({"N": given_text})) == {"N": canonical}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [(text, NUMERIC + text) for text in ("", " 1", "1 ", "0x10", "1e", "NaN", "Infinity", "1_000", "--1", ".", "e5", "１")]
    + [(text, OVERFLOW) for text in ("1e126", "-1e126", "10e125", "0e126", "1e2147483648", "1" + "0" * 126)]
    + [(text, UNDERFLOW) for text in ("1e-131", "-0.1e-130", "0e-131", "1e-99999999999999999999")]
    + [(text, PRECISE) for text in ("1" * 39, "-1." + "1" * 38, "1" + "0" * 38 + "1")],
)
def test_a_number_out_of_range_is_refused(text, refusal):
    with pytest.raises(ServiceError) as refused:
        decode({"N": text})
    assert refused.value.message == refusal


def test_a_number_of_a_million_digits_is_only_a_refusal_or_a_number():
    assert parse_number("0" * 1_000_000 + "1") == 1
    assert parse_number("1" + "0" * 1_000_000 + "e-1000000") == 1
    with pytest.raises(ServiceError, match="38 significant"):
        parse_number("0." + "1" * 100)


numbers = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.builds(
        lambda digits, exponent, sign: parse_number(f"{sign}{digits}e{exponent}"),
        st.integers(1, 10**38 - 1), st.integers(-130, 87), st.sampled_from(["", "-"]),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(numbers, numbers)
def test_numbers_order_as_their_bytes_do_and_come_back_as_they_were(left, right):
    assert (sort_number(left) < sort_number(right)) == (left < right)
    assert (sort_number(left) == sort_number(right)) == (left == right)
    assert parse_number(print_number(left)) == left
    assert type(parse_number(print_number(left))) is type(left)
    assert number_size(left) <= 22


@settings(max_examples=300, deadline=None)
@given(numbers, numbers)
def test_a_sum_is_exact_or_refused(left, right):
    wanted = Fraction(left) + Fraction(right)
    try:
        total = add(left, right)
    except ServiceError as error:
        refusal = error.message
    else:
        assert Fraction(total) == wanted
        assert total == parse_number(print_number(total))
        return
    assert refusal in (OVERFLOW, UNDERFLOW)
    scaled = abs(wanted) * 10**130
    digits = str(scaled.numerator).rstrip("0")
    assert scaled.denominator != 1 or len(digits) > 38 or abs(wanted) >= 10**126


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 1), ("1", 2), ("-1", 3), ("12", 2), ("123", 3), ("1000", 2), ("100", 2), ("1.5", 3), ("0.5", 2), ("0.001", 2),
     ("-0.05", 3), ("12.34", 3), ("9" * 38, 20), ("1e125", 2), ("100.001", 5)],
)  # fmt: skip
def test_a_number_weighs_a_byte_for_each_pair_of_digits(text, size):
    assert number_size(parse_number(text)) == size


def test_the_size_of_an_item_counts_names_and_values():
    item = decode_item({
        "pk": {"S": "ab"}, "ü": {"S": "ä"}, "n": {"N": "12"}, "b": {"B": "AAA="}, "t": {"BOOL": True}, "z": {"NULL": True},
        "l": {"L": [{"S": "a"}, {"N": "1"}]}, "m": {"M": {"k": {"S": "v"}}}, "s": {"SS": ["a", "bc"]},
    })  # fmt: skip
    names = 2 + 2 + 7
    assert item_size(item) == names + 2 + 2 + 2 + 2 + 1 + 1 + (3 + 2 + 1 + 2) + (3 + 1 + 2) + 3


@pytest.mark.parametrize(
    ("wire", "refusal", "older"),
    [
        ({}, EMPTY, None),
        ({"X": 1}, EMPTY, None),
        ({"S": None}, EMPTY, None),
        ({"L": [{"S": "ok"}, {"M": {"x": {}}}]}, EMPTY, None),
        ({"S": "a", "N": "1"}, SEVERAL, None),
        ({"S": "a", "N": "b"}, NUMERIC + "b", None),
        ({"N": ""}, NUMERIC, NUMERIC[:-2]),
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true", None),
        ({"SS": []}, INVALID + "An string set  may not be empty", None),
        ({"NS": []}, INVALID + "An number set  may not be empty", None),
        ({"BS": []}, INVALID + "Binary sets should not be empty", None),
        (
            {"SS": ["a", "a"]},
            INVALID + 'Input collection ["a", "a"] contains duplicates.',
            INVALID + "Input collection [a, a] contains duplicates.",
        ),
        (
            {"SS": ["c", "b", "c", "a"]},
            INVALID + 'Input collection ["b", "c", "c", "a"] contains duplicates.',
            INVALID + "Input collection [b, c, c, a] contains duplicates.",
        ),
        (
            {"NS": ["1", "1.0"]},
            INVALID + "Input collection contains duplicates.",
            "Input collection contains duplicates",
        ),
        (
            {"BS": ["/w==", "AA==", "AA=="]},
            INVALID + 'Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
            INVALID + "Input collection [AA==, /w==, AA==]of type BS contains duplicates.",
        ),
    ],
)
def test_an_invalid_value_is_refused_in_newer_and_older_words(wire, refusal, older):
    with pytest.raises(ServiceError) as refused:
        decode(wire)
    assert refused.value.message == refusal
    assert classic(refused.value).message == (older or refusal)


@pytest.mark.parametrize(
    "wire",
    [None, 1, [], {"S": 1}, {"N": 1}, {"B": "?"}, {"B": "AAA"}, {"BOOL": "maybe"}, {"L": {}}, {"M": []}, {"SS": "a"},
     {"NS": [1]}],
)  # fmt: skip
def test_a_value_of_the_wrong_shape_is_malformed(wire):
    with pytest.raises(Malformed):
        decode(wire)


@pytest.mark.parametrize(("levels", "fits"), [(31, True), (32, False)])
def test_31_containers_may_stand_in_one_another(levels, fits):
    wire = {"S": "x"}
    for _ in range(levels):
        wire = {"M": {"a": wire}}
    if fits:
        assert encode(decode(wire)) == wire
        return
    with pytest.raises(ServiceError, match="Nesting Levels have exceeded supported limits"):
        decode(wire)


def test_half_a_surrogate_pair_becomes_a_question_mark():
    assert decode({"S": "a\ud800b"}) == "a?b"


unicode_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    st.one_of(
        unicode_text, numbers, st.binary(max_size=4), st.booleans(), st.none(),
        st.sets(st.text(max_size=2).filter(str.isascii), min_size=1).map(lambda s: tuple(sorted(s))),
        st.sets(numbers, min_size=1, max_size=4).map(lambda s: tuple(sorted(s))),
        st.sets(st.binary(max_size=2), min_size=1).map(lambda s: tuple(sorted(s))),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3).filter(str.isascii), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=3).filter(str.isascii), values, max_size=4))
def test_an_item_comes_back_from_the_wire_as_it_was(item):
    wire = encode_item(item)
    assert equal(decode_item(wire), item)
    assert encode_item(decode_item(wire)) == wire


@settings(max_examples=300, deadline=None)
@given(values, values)
def test_values_are_equal_exactly_when_their_canonical_wire_forms_are(left, right):
    assert equal(left, right) == (encode(left) == encode(right))
    assert equal(left, left)
    assert not equal(left, MISSING)


def test_types_are_never_equal_to_one_another():
    several = ["1", 1, b"1", True, None, [1], {"a": 1}, ("1",), (1,), (b"1",)]
    assert [kind(value) for value in several] == ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"]
    assert [(a, b) for a in several for b in several if a is not b and equal(a, b)] == []
    assert not equal([True], [1])


@settings(max_examples=200, deadline=None)
@given(unicode_text, unicode_text)
def test_strings_order_as_their_utf_8_bytes(left, right):
    assert (left < right) == (sort_bytes(left) < sort_bytes(right))
