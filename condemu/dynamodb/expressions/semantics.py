"""From nodes to meaning: placeholders replaced, functions and reserved words checked, in AWS's order.

AWS goes over the whole expression once for unknown functions, once for functions in the wrong place, once for reserved words;
then node by node, operands first, for placeholders that are not defined, the number of operands, operands that must differ, and
the types of constants; and at last it counts the operators. Only the first failure is reported. (Recorded on AWS by dynalite's
suite.)

All of that but the types and the presence of values is the same for every request that writes the expression alike. A `Resolver`
therefore notes the checks that need the values, in their place, as functions to be run for each request; a failure that needs
none ends the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.data.paths import MAX_INDEX, MAX_PATH_DEPTH, DocumentPath
from condemu.dynamodb.data.values import MISSING, Value, kind, types_of
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.nodes import Between, Call, Comparison, Condition, In, Not, Operand, Path, Sum, ValueRef
from condemu.dynamodb.expressions.reserved_words import RESERVED_WORDS

Names: TypeAlias = tuple[tuple[str, str], ...]
Values: TypeAlias = Mapping[str, Value]
Check: TypeAlias = Callable[[Values], None]

CONDITION_FUNCTIONS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
OPERAND_FUNCTIONS: Final = {"size": 1}
UPDATE_FUNCTIONS: Final = {"if_not_exists": 2, "list_append": 2}
FUNCTIONS: Final = CONDITION_FUNCTIONS | OPERAND_FUNCTIONS | UPDATE_FUNCTIONS


class Refused(Exception):
    """Compilation met a failure that no value can mend; it is the last of the checks."""


class Resolver:
    """Collects, while an expression is compiled, what it uses and what is to be checked.

    Where there are no aliases (`names` is None, in PartiQL) every name stands for itself, and none is reserved.
    """

    def __init__(self, expression: str, names: Names | None) -> None:
        self.expression = expression
        self.names = None if names is None else dict(names)
        self.checks: list[Check] = []
        self.presences: set[Check] = set()  # those that only ask whether a value is there
        self.names_used: set[str] = set()
        self.values_used: set[str] = set()

    def refuse(self, row: ErrorRow, fields: Mapping[str, Any] | None = None) -> Refused:
        """Note a failure for the place reached; raise what this returns."""
        every: dict[str, Any] = {"expression": self.expression, **(fields or {})}

        def fail(_: Values) -> None:
            raise ServiceError(row, every)

        self.checks.append(fail)
        return Refused()

    def path(self, node: Path) -> DocumentPath:
        """With the names in place of the `#aliases`."""
        path: list[str | int] = []
        for part in node.parts:
            if self.names is not None and type(part) is str and part[0] == "#":
                self.names_used.add(part)
                if part not in self.names:
                    raise self.refuse(errors.NAME_UNDEFINED, {"name": part})
                path.append(self.names[part])
                continue
            if type(part) is int and part > MAX_INDEX:
                raise self.refuse(errors.INDEX_TOO_LARGE, {"index": part})
            path.append(part)
        if len(path) > MAX_PATH_DEPTH:
            raise self.refuse(errors.PATH_TOO_DEEP, {"levels": len(path)})
        return tuple(path)

    def value(self, node: ValueRef) -> ValueRef:
        """The reference itself, once it is sure to be defined."""
        name, expression = node.name, self.expression
        if name in self.values_used:
            return node
        self.values_used.add(name)

        def check(values: Values) -> None:
            if name not in values:
                raise ServiceError(errors.VALUE_UNDEFINED, {"expression": expression, "name": name})

        self.checks.append(check)
        self.presences.add(check)
        return node

    def must_be(self, node: Operand, operator: str, allowed: frozenset[str], row: ErrorRow = errors.OPERAND_TYPE) -> None:
        """A constant's type must be allowed. A path's is not known before there is an item; size() makes a number."""
        expression = self.expression
        if isinstance(node, Call) and "N" not in allowed and node.function in OPERAND_FUNCTIONS:
            raise self.refuse(row, {"operator": operator, "type": "N"})
        if isinstance(node, ValueRef):
            name, types = node.name, types_of(allowed)

            def check(values: Values) -> None:
                value = values[name]
                if type(value) not in types and (given := kind(value)) not in allowed:
                    raise ServiceError(row, {"expression": expression, "operator": operator, "type": given})

            self.checks.append(check)

    def count_operands(self, node: Call) -> None:
        if len(node.arguments) != FUNCTIONS[node.function]:
            raise self.refuse(errors.OPERAND_COUNT, {"operator": node.function, "count": len(node.arguments)})

    def check_functions_known(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if call.function not in FUNCTIONS:
                raise self.refuse(errors.UNKNOWN_FUNCTION, {"function": call.function})

    def check_reserved(self, paths: Iterable[Path]) -> None:
        if self.names is None:
            return
        for path in paths:
            for part in path.parts:
                if type(part) is str and part[0] != "#" and part.upper() in RESERVED_WORDS:
                    raise self.refuse(errors.RESERVED_WORD, {"word": part})

    @property
    def further(self) -> tuple[Check, ...]:
        """The checks that are left where every value that is used is there."""
        return tuple(check for check in self.checks if check not in self.presences)


def operands_of(node: Condition | Operand) -> tuple[Operand, ...]:
    """The operands directly below, in the order written."""
    if isinstance(node, Comparison | Sum):
        return node.left, node.right
    if isinstance(node, Between):
        return node.operand, node.lower, node.upper
    if isinstance(node, In):
        return node.operand, *node.members
    if isinstance(node, Call):
        return node.arguments
    return ()


def conditions_in(node: Condition) -> Iterator[Condition]:
    """The node and all conditions below it, left to right, each before what is below it."""
    yield node
    if isinstance(node, Not):
        yield from conditions_in(node.condition)
    elif not isinstance(node, Comparison | Between | In | Call):
        for term in node.terms:
            yield from conditions_in(term)


def operands_in(node: Condition | Operand) -> Iterator[Operand]:
    """All operands below a node that is no connective, left to right, each before what is below it."""
    for operand in operands_of(node):
        yield operand
        yield from operands_in(operand)


def paths_in(node: Condition) -> tuple[DocumentPath, ...]:
    """The paths that a resolved condition reads, in the order written."""
    return tuple(operand.parts for part in conditions_in(node) for operand in operands_in(part) if isinstance(operand, Path))


def value_of(node: Operand, values: Values) -> Value:
    """The constant that an operand is; MISSING for any other operand."""
    return values[node.name] if isinstance(node, ValueRef) else MISSING
