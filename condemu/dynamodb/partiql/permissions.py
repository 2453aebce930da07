"""What a statement asks permission for, and what it says of itself to a policy (Developer Guide, "IAM security policies with
PartiQL").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from condemu.dynamodb.data.numbers import parse_number, print_number
from condemu.dynamodb.data.values import decode, print_key
from condemu.dynamodb.partiql.nodes import (
    Delete,
    Exists,
    Expression,
    Function,
    Infix,
    Insert,
    Literal,
    Membership,
    Parameter,
    Prefix,
    Range,
    Reference,
    Select,
    Sequence,
    Source,
    Statement,
    Struct,
    TypeTest,
    Update,
)

_ACTIONS: Final[dict[type, str]] = {
    Select: "PartiQLSelect", Exists: "PartiQLSelect", Insert: "PartiQLInsert", Update: "PartiQLUpdate", Delete: "PartiQLDelete",
}  # fmt: skip


def action_of(statement: Statement) -> str:
    return _ACTIONS[type(statement)]


def source_of(statement: Statement) -> Source:
    return statement.select.source if isinstance(statement, Exists) else statement.source


def held_to(statement: Statement, parameters: list[Any]) -> dict[str, list[str]]:
    """Attributes that are held to given values: in WHERE by = or IN, joined by AND, or in what is inserted."""
    if isinstance(statement, Insert):
        value = statement.value
        members = value.members if isinstance(value, Struct) else ()
        return {name: shown for name, one in members if (shown := _shown([one], parameters))}
    where = statement.select.where if isinstance(statement, Exists) else statement.where
    return {} if where is None else dict(_held(where, parameters))


def _held(node: Expression, parameters: list[Any]) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, Infix) and node.operator == "AND":
        yield from _held(node.left, parameters)
        yield from _held(node.right, parameters)
    elif isinstance(node, Infix) and node.operator == "=":
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, Reference) and len(side.parts) == 1:
                yield str(side.parts[0]), _shown([other], parameters)
    elif isinstance(node, Membership) and isinstance(node.operand, Reference) and len(node.operand.parts) == 1:
        listed = node.members.members if isinstance(node.members, Sequence) else (node.members,)
        yield str(node.operand.parts[0]), _shown(list(listed), parameters)


def _shown(nodes: list[Expression], parameters: list[Any]) -> list[str]:
    found = []
    for node in nodes:
        if isinstance(node, Literal) and node.kind in ("string", "number"):
            found.append(print_number(parse_number(node.value)) if node.kind == "number" else node.value)
        elif isinstance(node, Parameter) and node.position < len(parameters):
            found.append(print_key(decode(parameters[node.position])))
    return found


def names_in(statement: Statement) -> list[str]:
    """Top-level attributes that the statement names anywhere."""
    inner = statement.select if isinstance(statement, Exists) else statement
    names: dict[str, None] = {}
    if isinstance(inner, Insert):
        return [name for name, _ in inner.value.members] if isinstance(inner.value, Struct) else []
    if isinstance(inner, Select):
        names.update(dict.fromkeys(str(column.parts[0]) for column in inner.columns or ()))
    if isinstance(inner, Update):
        for assignment in inner.assignments:
            names[str(assignment.path.parts[0])] = None
            names.update(dict.fromkeys(_references(assignment.value)))
    names.update(dict.fromkeys(_references(inner.where)))
    return list(names)


def _references(node: Expression | None) -> Iterator[str]:
    if isinstance(node, Reference):
        yield str(node.parts[0])
    for below in _below(node):
        yield from _references(below)


def _below(node: Expression | None) -> tuple[Expression, ...]:
    match node:
        case Infix():
            return node.left, node.right
        case Prefix() | TypeTest():
            return (node.operand,)
        case Range():
            return node.operand, node.lower, node.upper
        case Membership():
            return node.operand, node.members
        case Sequence():
            return node.members
        case Struct():
            return tuple(value for _, value in node.members)
        case Function():
            return node.arguments
    return ()
