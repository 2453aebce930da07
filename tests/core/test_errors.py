"""Errors as values."""

from __future__ import annotations

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.errors import ErrorRow, ServiceError

ROW = ErrorRow("NoSuchKey", 404, "No {Key} in {Bucket}.", ("Key", "VersionId"))


def test_a_refusal_is_equal_by_row_and_fields_and_never_by_its_reason():
    assert ServiceError(ROW, {"Key": "a"}, because="x") == ServiceError(ROW, {"Key": "a"}, because="y")
    assert ServiceError(ROW, {"Key": "a"}) != ServiceError(ROW, {"Key": "b"})
    assert hash(ServiceError(ROW, {"Key": "a"})) == hash(ServiceError(ROW, {"Key": "a"}))


def test_fields_fill_the_message_and_named_ones_become_elements_in_order():
    error = ServiceError(ROW, {"Bucket": "b", "VersionId": None, "Key": "k"})
    assert error.message == "No k in b."
    assert error.elements == [("Key", "k")]


def test_braces_in_a_field_are_only_text():
    assert ServiceError(ROW, {"Bucket": "{0}", "Key": "{Key}"}).message == "No {Key} in {0}."


def test_a_manual_clock_moves_when_told_and_counted_identifiers_differ():
    clock, ids = ManualClock(5), CountingIds("seed")
    clock.advance(2)
    assert clock.now() == 7
    clock.set(1)
    assert clock.now() == 1
    assert len({ids.token(8) for _ in range(1000)}) == 1000
    assert CountingIds("seed").token(4) == CountingIds("seed").token(4)
