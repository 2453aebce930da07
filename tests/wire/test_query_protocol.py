"""The Query protocol's parameters: decoding, numbers in any order, what is no text."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condemu.wire.query import MAX_PARAMETERS, Malformed, grouped, numbered, parameters, plain

MEMBERS = {"Name": "Name", "name": "Name", "Value": "Value"}


def test_blanks_plus_signs_and_utf_8_are_decoded():
    assert parameters("a=x+y&b=%2B%e6%97%A5&c=&d&=e&&f=%") == {"a": "x y", "b": "+日", "c": "", "d": "", "f": "%"}


def test_the_first_of_a_name_counts_and_the_others_are_named():
    found = parameters("a=1&b=2", "a=3")
    assert found == {"a": "1", "b": "2"}
    assert found.repeated == ("a",)


@pytest.mark.parametrize("text", ["a=%ff", "a=%ed%a0%80", "%c3=1", "a=\xff", "a=%c0%80"])
def test_what_is_not_utf_8_is_malformed(text):
    with pytest.raises(Malformed):
        parameters(text)


def test_bare_octets_are_read_as_utf_8():
    assert parameters("é=日".encode().decode("latin-1")) == {"é": "日"}


def test_there_are_bounds():
    parameters("&".join(f"a{n}=" for n in range(MAX_PARAMETERS)))
    with pytest.raises(Malformed):
        parameters("a=&" * MAX_PARAMETERS)


def test_numbers_have_any_start_and_gaps_and_order_as_numbers():
    entries = "A.10.Name=ten&A.2.Name=two&A.0.Value=v&A.0.name=zero"
    none = "A.x.Name=no&A.-1.Name=no&A.Name=no&A.3.Other=no&AB.1.Name=no"
    found = parameters(entries, none)
    assert numbered(found, "A.", MEMBERS) == [{"Value": "v", "Name": "zero"}, {"Name": "two"}, {"Name": "ten"}]


def test_numbers_of_thousands_of_digits_are_no_numbers():
    assert numbered(parameters(f"A.{'1' * 10_000}.Name=x&A.%C2%B2.Name=y"), "A.", MEMBERS) == []


def test_lists_in_lists():
    found = grouped(parameters("Item.2.ItemName=b&Item.1.ItemName=a&Item.1.Attribute.5.Name=n&Item.1="), "Item.")
    assert found == [{"ItemName": "a", "Attribute.5.Name": "n"}, {"ItemName": "b"}]


def test_lists_of_values_with_and_without_numbers():
    assert plain(parameters("N=a&N.2=c&N.1=b&N.x=no&NN.1=no"), "N") == ["a", "b", "c"]
    assert plain(parameters("M=1"), "N") == []


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=6))
def test_what_a_client_encodes_comes_back(given_parameters):
    assert parameters(urlencode(given_parameters)) == given_parameters
