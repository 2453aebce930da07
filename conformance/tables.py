"""Truth tables as text: one row, one case.

    | key     | If-Match | answer            |
    |---------|----------|-------------------|
    | missing | etag     | 404 NoSuchKey     |

A cell `-` is absence. Columns are found by their header's name, so that a table reads in the order that explains it best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., Any])


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a table, each a mapping from column to cell; "-" cells are left out."""
    lines = [line.strip() for line in text.strip().splitlines()]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    header, body = cells[0], [row for row in cells[1:] if not set("".join(row)) <= {"-", ":", " "}]
    for row in body:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells under a header of {len(header)}: {row}")
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell != "-"} for row in body]


def truth_table(text: str) -> Callable[[F], F]:
    """Run a case once for each row, which it receives as `row`."""
    rows = rows_of(text)
    names = ["; ".join(f"{name}={cell}" for name, cell in row.items() if name != "evidence") for row in rows]
    return pytest.mark.parametrize("row", rows, ids=names)  # type: ignore[return-value]
