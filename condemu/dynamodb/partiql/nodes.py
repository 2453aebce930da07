"""What the parser makes of a statement. `place` is where a function stands: its first character from 0, and its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a number as its text, true, false or null, or MISSING as kind "missing"."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """The question mark with this number, from 0."""

    position: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """`[…]`, `(…)` with several members, or `<<…>>`, which is a set."""

    members: tuple[Expression, ...]
    is_bag: bool = False


@dataclass(frozen=True, slots=True)
class Struct:
    members: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A document path."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """The name in lower case."""

    name: str
    arguments: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Infix:
    """A comparison, AND, OR, or arithmetic."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Prefix:
    """NOT or a minus."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Range:
    operand: Expression
    lower: Expression
    upper: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    operand: Expression
    members: Expression


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`operand IS type`; the type in upper case."""

    operand: Expression
    type: str


Expression: TypeAlias = (
    "Literal | Parameter | Sequence | Struct | Reference | Function | Infix | Prefix | Range | Membership | TypeTest"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A table, or an index of it."""

    table: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """`columns` is None for `*`. `order` names attributes, with True for those in descending order."""

    source: Source
    columns: tuple[Reference, ...] | None
    where: Expression | None
    order: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Insert:
    source: Source
    value: Expression


@dataclass(frozen=True, slots=True)
class Assignment:
    """`SET path = value`, or `REMOVE path` where the value is None."""

    path: Reference
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Update:
    """`returning` is "ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW" or empty."""

    source: Source
    assignments: tuple[Assignment, ...]
    where: Expression | None
    returning: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    source: Source
    where: Expression | None
    returning: str = ""


@dataclass(frozen=True, slots=True)
class Exists:
    """`EXISTS(SELECT …)` as a whole statement."""

    select: Select


Statement: TypeAlias = "Select | Insert | Update | Delete | Exists"
