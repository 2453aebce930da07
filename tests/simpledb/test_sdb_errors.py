"""The tables of errors are whole, and say what the guide and the recordings say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from condemu.core.errors import ErrorRow
from condemu.simpledb import errors, export_errors, unraised_errors

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json").read_text())
ROWS = [row for module in (errors, unraised_errors) for row in vars(module).values() if isinstance(row, ErrorRow)]
EXPORT_ROWS = [row for row in vars(export_errors).values() if isinstance(row, ErrorRow)]


def pattern(message: str) -> str:
    """A text with anything where a placeholder stands."""
    return re.sub(r"\\\{[^{}]*\\\}", ".*", re.escape(message))


def has(rows: list[ErrorRow], code: str, status: int, message: str) -> bool:
    """Whether some row answers with this; a row's template may be wider than the sentence."""
    return any(
        (row.code, row.status) == (code, status)
        and (re.fullmatch(pattern(row.message), message) or re.fullmatch(pattern(message), row.message))
        for row in rows
    )


@pytest.mark.parametrize("entry", CASES["errors"], ids=lambda entry: f"{entry['code']}: {entry['message'][:50]}")
def test_every_documented_error_has_a_row(entry: dict[str, object]) -> None:
    message = str(entry["message"]).replace("{v}", "x").replace("{p}", "p")
    assert has(ROWS, str(entry["code"]), int(str(entry["status"])), message)


@pytest.mark.parametrize("entry", CASES["errors_v2"], ids=lambda entry: f"{entry['code']}: {entry['message'][:70]}")
def test_every_error_of_the_export_api_has_a_row_or_is_a_reason_to_fail(entry: dict[str, object]) -> None:
    code, message = str(entry["code"]), str(entry["message"]).replace("{v}", "x")
    if entry["operations"] == "failureCode":
        assert export_errors.FAILURES[code] == message
    else:
        assert has(EXPORT_ROWS, code, int(str(entry["status"])), message)


def test_only_the_front_doors_rows_and_unavailability_hide_their_box_usage() -> None:
    assert errors.AUTHORIZATION_FAILURE not in errors.WITHOUT_BOX_USAGE
    assert errors.SIGNATURE_DOES_NOT_MATCH in errors.WITHOUT_BOX_USAGE
    assert all(row.unprovoked for row in unraised_errors.UNRAISED)
