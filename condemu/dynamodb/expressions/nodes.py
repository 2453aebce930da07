"""What the parser makes of an expression. Placeholders are not yet replaced; parentheses have done their work and are gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Path:
    """A document path as written: `a.#b[1]` is ("a", "#b", 1)."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ValueRef:
    """`:value`, colon included."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function call: of a condition or within an operand, which of them is not a matter of syntax."""

    function: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """`left + right` or `left - right`, in updates only."""

    operator: str
    left: Operand
    right: Operand


Operand: TypeAlias = "Path | ValueRef | Call | Sum"


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    operand: Operand
    lower: Operand
    upper: Operand


@dataclass(frozen=True, slots=True)
class In:
    operand: Operand
    members: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`times` is how often NOT stands in a row."""

    times: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """Two terms or more, as they stand without parentheses."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Condition, ...]


Condition: TypeAlias = "Comparison | Between | In | Not | And | Or | Call"


@dataclass(frozen=True, slots=True)
class Clause:
    """One action of an update: the value is None for REMOVE."""

    section: str
    path: Path
    value: Operand | None


@dataclass(frozen=True, slots=True)
class Update:
    """`sections` are the section words in the order written, each as often as written."""

    sections: tuple[str, ...]
    clauses: tuple[Clause, ...]
