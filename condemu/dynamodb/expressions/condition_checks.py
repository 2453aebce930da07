"""The checks of a condition that need no item, in AWS's order, and the condition with its names resolved.

Constants of a type that has no order are refused in `<` and BETWEEN, though an attribute of such a type merely compares as false;
this and the other rules about operands were recorded on AWS by dynalite's and Alternator's suites.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.data.paths import print_path
from condemu.dynamodb.data.values import Value, encode, kind
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, Condition, In, Not, Operand, Or, Path, ValueRef
from condemu.dynamodb.expressions.parser import MAX_OPERATORS
from condemu.dynamodb.expressions.semantics import (
    CONDITION_FUNCTIONS,
    OPERAND_FUNCTIONS,
    Check,
    Resolver,
    Values,
    conditions_in,
    operands_in,
    operands_of,
)

MAX_MEMBERS: Final = 100  # "IN: up to 100 values"
ORDERED: Final = frozenset(("S", "N", "B"))
SIZED: Final = frozenset(("S", "B", "SS", "NS", "BS", "L", "M"))
TYPE_NAMES: Final = frozenset(("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"))
_TEXT: Final = frozenset(("S",))
_PREFIXES: Final = frozenset(("S", "B"))
_ANY_TYPE: Final = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"


def check_condition(resolver: Resolver, node: Condition) -> Condition:
    """The condition with its paths resolved. Raises Refused at a failure that needs no values to be seen."""
    _check_functions(resolver, node)
    resolver.check_reserved(operand for part in conditions_in(node) for operand in operands_in(part) if isinstance(operand, Path))
    resolved = _resolve(resolver, node)
    _check_operator_count(resolver, node)
    return resolved


def _check_functions(resolver: Resolver, node: Condition) -> None:
    """Unknown functions anywhere, then known ones where they cannot stand."""
    calls: list[tuple[Call, bool]] = []
    for part in conditions_in(node):
        if isinstance(part, Call):
            calls.append((part, True))
        calls.extend((operand, False) for operand in operands_in(part) if isinstance(operand, Call))
    resolver.check_functions_known(call for call, _ in calls)
    for call, is_condition in calls:
        if call.function not in (CONDITION_FUNCTIONS if is_condition else OPERAND_FUNCTIONS):
            raise resolver.refuse(errors.FUNCTION_MISUSED, {"function": call.function})


def _check_operator_count(resolver: Resolver, node: Condition) -> None:
    count = 0
    for part in conditions_in(node):
        if isinstance(part, Not):
            count += part.times
        elif isinstance(part, And | Or):
            count += len(part.terms) - 1
        elif not isinstance(part, Call):
            count += 1
    if count > MAX_OPERATORS:
        raise resolver.refuse(errors.TOO_MANY_OPERATORS, {"count": count})


def _resolve(resolver: Resolver, node: Condition) -> Condition:
    """The same condition with its paths resolved, having noted all checks of its operands."""
    if isinstance(node, Not):
        return Not(node.times, _resolve(resolver, node.condition))
    if isinstance(node, And):
        return And(tuple(_resolve(resolver, term) for term in node.terms))
    if isinstance(node, Or):
        return Or(tuple(_resolve(resolver, term) for term in node.terms))
    operands = tuple(_operand(resolver, operand) for operand in operands_of(node))
    if isinstance(node, Comparison):
        _must_differ(resolver, node.operator, operands)
        if node.operator not in ("=", "<>"):
            for operand in operands:
                resolver.must_be(operand, node.operator, ORDERED)
        return Comparison(node.operator, *operands)
    if isinstance(node, Between):
        for operand in operands:
            resolver.must_be(operand, "BETWEEN", ORDERED)
        _check_bounds(resolver, *operands[1:])
        return Between(*operands)
    if isinstance(node, In):
        if len(node.members) > MAX_MEMBERS:
            raise resolver.refuse(errors.TOO_MANY_MEMBERS, {"operator": "IN", "count": len(node.members)})
        return In(operands[0], operands[1:])
    _check_call(resolver, node, operands)
    return Call(node.function, operands)


def _operand(resolver: Resolver, node: Operand) -> Operand:
    if isinstance(node, Path):
        return Path(resolver.path(node))
    if isinstance(node, ValueRef):
        return resolver.value(node)
    assert isinstance(node, Call)
    arguments = tuple(_operand(resolver, argument) for argument in node.arguments)
    resolver.count_operands(node)
    resolver.must_be(arguments[0], node.function, SIZED)
    return Call(node.function, arguments)


def _check_call(resolver: Resolver, node: Call, operands: tuple[Operand, ...]) -> None:
    function = node.function
    resolver.count_operands(node)
    if len(operands) == 1 and not isinstance(operands[0], Path):
        raise resolver.refuse(errors.PATH_REQUIRED, {"operator": function})
    _must_differ(resolver, function, operands)
    if function == "begins_with":
        for operand in operands:
            resolver.must_be(operand, function, _PREFIXES)
    elif function == "attribute_type":
        if isinstance(operands[1], Path):
            raise resolver.refuse(errors.OPERAND_TYPE, {"operator": function, "type": _ANY_TYPE})
        resolver.must_be(operands[1], function, _TEXT)
        assert isinstance(operands[1], ValueRef)
        resolver.checks.append(_names_a_type(resolver.expression, operands[1].name))


def _names_a_type(expression: str, name: str) -> Check:
    def check(values: Values) -> None:
        if values[name] not in TYPE_NAMES:
            raise ServiceError(errors.UNKNOWN_TYPE_NAME, {"expression": expression, "type": values[name]})

    return check


def _must_differ(resolver: Resolver, operator: str, operands: tuple[Operand, ...]) -> None:
    first = operands[0]
    if isinstance(first, Path) and first in operands[1:]:
        raise resolver.refuse(errors.SAME_OPERANDS, {"operator": operator, "path": print_path(first.parts)})


def _check_bounds(resolver: Resolver, lower: Operand, upper: Operand) -> None:
    """Two constants must be of one type and in order. Where either is an attribute, BETWEEN is merely false."""
    if not isinstance(lower, ValueRef) or not isinstance(upper, ValueRef):
        return
    expression, low_name, high_name = resolver.expression, lower.name, upper.name

    def check(values: Values) -> None:
        low, high = values[low_name], values[high_name]
        row: ErrorRow
        if kind(low) != kind(high):
            row = errors.BETWEEN_TYPES
        elif low > high:
            row = errors.BETWEEN_ORDER
        else:
            return
        raise ServiceError(row, {"expression": expression, "lower": _print_value(low), "upper": _print_value(high)})

    resolver.checks.append(check)


def _print_value(value: Value) -> str:
    ((code, content),) = encode(value).items()
    return f"{{{code}:{content}}}"
