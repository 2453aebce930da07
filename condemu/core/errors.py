"""One row per answer that refuses, one exception that carries a row.

A service's `errors.py` is a list of rows; no string of an AWS message stands anywhere else. A refusal is a value: two are equal
when their row and fields are. `because` explains it to a person (response header `x-condemu-because`, history, dashboard) and is
no part of that value, nor ever of the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """An error as AWS answers it.

    `message` is a `str.format` template over the fields given when it is raised. `fields` names the extra elements of the body,
    in AWS's order; fields given but not named there only fill the template. `unprovoked` says why no case provokes this row.
    """

    code: str
    status: int
    message: str
    fields: tuple[str, ...] = ()
    unprovoked: str = ""


class ServiceError(Exception):
    """An answer that refuses. Raised by handlers, rendered by their service."""

    __slots__ = ("because", "fields", "headers", "row")

    def __init__(
        self,
        row: ErrorRow,
        /,
        fields: Mapping[str, Any] | None = None,
        *,
        because: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(row.code)
        self.row = row
        self.fields: Mapping[str, Any] = fields or {}
        self.because = because
        self.headers = headers

    @property
    def message(self) -> str:
        """The row's text with the fields filled in."""
        return self.row.message.format_map(self.fields) if self.fields else self.row.message.format()

    @property
    def elements(self) -> list[tuple[str, Any]]:
        """The extra elements of the body, in AWS's order; those without a value are left out."""
        return [(name, self.fields[name]) for name in self.row.fields if self.fields.get(name) is not None]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServiceError):
            return NotImplemented
        return self.row == other.row and dict(self.fields) == dict(other.fields)

    def __hash__(self) -> int:
        return hash((self.row, tuple(sorted((name, str(value)) for name, value in self.fields.items()))))

    def __repr__(self) -> str:
        because = f" because {self.because!r}" if self.because else ""
        return f"<{self.row.status} {self.row.code} {dict(self.fields)!r}{because}>"

    def __str__(self) -> str:
        return f"{self.row.status} {self.row.code}: {self.message}"
