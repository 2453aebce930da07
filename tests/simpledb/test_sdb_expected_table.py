"""The tables in `simpledb/expected.py`, cell by cell: what they say of a condition is what becomes of it."""

from __future__ import annotations

import pytest

from condemu.core.errors import ServiceError
from condemu.simpledb import expected
from condemu.simpledb.expected import condition_of, refusal
from condemu.wire.query import Parameters
from conformance.tables import rows_of

HELD = {"absent": (), "equal": ("given",), "other": ("else",), "several": ("else", "given")}
SOUND, _, UNSOUND = (expected.__doc__ or "").partition("A condition that is none")


def parameters(row: dict[str, str]) -> Parameters:
    found = Parameters()
    for member in ("Name", "Value", "Exists"):
        if member in row:
            found[f"Expected.{member}"] = row[member]
    return found


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("row", rows_of(SOUND), ids=lambda row: "/".join(row.values()))
def test_a_condition_is_judged_as_the_table_says(row: dict[str, str], held: str) -> None:
    condition = condition_of(parameters(row))
    assert condition is not None
    error = refusal(condition, HELD[held])
    assert ("holds" if error is None else error.row.code) == row[held]


@pytest.mark.parametrize("row", rows_of(UNSOUND), ids=lambda row: "/".join(row.values()))
def test_what_is_no_condition_is_refused_as_the_table_says(row: dict[str, str]) -> None:
    with pytest.raises(ServiceError) as caught:
        condition_of(parameters(row))
    assert (caught.value.row.code, caught.value.row.status) == (row["answer"], 400)
