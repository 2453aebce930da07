"""Truth tables as text."""

from __future__ import annotations

import pytest

from conformance.tables import rows_of


def test_a_row_is_a_mapping_without_the_cells_that_are_absent() -> None:
    rows = rows_of("""
        | key     | If-Match | answer |
        |---------|----------|--------|
        | missing | -        | 404    |
        | there   | "x"      | 412    |
    """)
    assert rows == [{"key": "missing", "answer": "404"}, {"key": "there", "If-Match": '"x"', "answer": "412"}]


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 cells under a header of 3"):
        rows_of("| a | b | c |\n|---|---|---|\n| 1 | 2 |")
