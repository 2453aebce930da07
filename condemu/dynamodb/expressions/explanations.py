"""Why a condition was false, in a sentence for a person: what was written, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from condemu.dynamodb.data.numbers import print_number
from condemu.dynamodb.data.paths import read, show_path
from condemu.dynamodb.data.values import MISSING, Item, Value, kind
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, Condition, In, Not, Operand, Or, Path, ValueRef
from condemu.dynamodb.expressions.semantics import Values, operands_of, paths_in

_LONGEST: Final = 60


def explain(
    node: Condition, item: Item | None, values: Values, test_of: Callable[[Condition], Callable[[Item, Values], bool]]
) -> str:
    """About a condition that is false of the item. `test_of` makes a function of a condition."""

    def false(node: Condition, found: Item) -> str:
        if isinstance(node, And):
            return false(next(term for term in node.terms if not test_of(term)(found, values)), found)
        if isinstance(node, Or):
            return "; ".join(false(term, found) for term in node.terms)
        if isinstance(node, Not) and node.times % 2 == 0:
            return false(node.condition, found)
        return _false_leaf(node, found, values)

    return false(node, item) if item is not None else f"there is no such item, and {false(node, {})}"


def _false_leaf(node: Condition, item: Item, values: Values) -> str:
    if isinstance(node, Not):
        return f"NOT was wanted of {_show(node.condition, values)}, which holds{_found(node.condition, item)}"
    return f"{_show(node, values)} does not hold{_found(node, item)}"


def _show(node: Condition | Operand, values: Values) -> str:
    if isinstance(node, Path):
        return show_path(node.parts)
    if isinstance(node, ValueRef):
        return show_value(values[node.name])
    if isinstance(node, Call):
        return f"{node.function}({', '.join(_show(argument, values) for argument in node.arguments)})"
    if isinstance(node, Not):
        return "NOT " * node.times + _show(node.condition, values)
    operands = [_show(operand, values) for operand in operands_of(node)]
    if isinstance(node, Comparison):
        return f"{operands[0]} {node.operator} {operands[1]}"
    if isinstance(node, Between):
        return f"{operands[0]} BETWEEN {operands[1]} AND {operands[2]}"
    if isinstance(node, In):
        return f"{operands[0]} IN ({', '.join(operands[1:])})"
    assert isinstance(node, And | Or)
    return "(" + (" AND " if isinstance(node, And) else " OR ").join(_show(term, values) for term in node.terms) + ")"


def _found(node: Condition, item: Item) -> str:
    found = []
    for path in dict.fromkeys(paths_in(node)):
        value = read(item, path)
        found.append(f"{show_path(path)} is {'missing' if value is MISSING else show_value(value)}")
    return f": {', '.join(found)}" if found else ""


def show_value(value: Value) -> str:
    """Short enough for a header."""
    if type(value) is str:
        text = ascii(value)
    elif kind(value) == "N":
        text = print_number(value)
    elif type(value) in (bool, type(None)):
        text = {True: "true", False: "false", None: "null"}[value]
    else:
        text = f"{kind(value)} {value!r}"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
