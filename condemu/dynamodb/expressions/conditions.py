"""Conditions: ConditionExpression, and FilterExpression, which is the same language.

    condition.refusal(item) -> the error to raise, or None

The item is the one that is stored now, key attributes included; None where there is none, which is like an item without any
attribute. Rules, recorded on AWS by Alternator's suite unless said otherwise:

    =              of one type and equal: numbers by value, sets whatever their order, deep in lists and maps; missing: false
    <>             not (=): so it holds where either side is missing, or both are
    < <= > >=      both strings (by UTF-8 bytes), both numbers (exact) or both binaries (unsigned); anything else: false
    BETWEEN        inclusive, all three of one such type
    IN             = any of the members, whatever their types
    size           characters of a string, bytes of a binary, elements of a set, list or map; else missing
    NOT            true where its condition is false, for whatever reason

With {"N": "2"} for :two and {"S": "a"} for :text:

| condition               | v is               | holds |
|-------------------------|--------------------|-------|
| v = :two                | {"N": "2.0"}       | true  |
| v = :two                | {"S": "2"}         | false |
| v = :two                | -                  | false |
| v <> :two               | {"N": "2"}         | false |
| v <> :two               | {"S": "2"}         | true  |
| v <> :two               | -                  | true  |
| v < :two                | {"N": "1"}         | true  |
| v < :two                | {"S": "1"}         | false |
| v < :two                | -                  | false |
| NOT v < :two            | -                  | true  |
| v BETWEEN :two AND :two | {"N": "2"}         | true  |
| v BETWEEN :two AND :two | -                  | false |
| v IN (:text, :two)      | {"N": "2"}         | true  |
| v IN (:text, :two)      | -                  | false |
| size(v) = :two          | {"S": "ab"}        | true  |
| size(v) = :two          | {"SS": ["a", "b"]} | true  |
| size(v) = :two          | {"N": "2"}         | false |
| size(v) <> :two         | -                  | true  |

How many characters a string outside ASCII has is not recorded; code points are counted (AWS Developer Guide: "the length of the
string").
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.paths import DocumentPath, read
from condemu.dynamodb.data.values import MISSING, Item, Value, equal, kind, orderable
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.condition_checks import check_condition
from condemu.dynamodb.expressions.explanations import explain
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, Condition, In, Not, Operand, Path, ValueRef
from condemu.dynamodb.expressions.parser import parse_condition
from condemu.dynamodb.expressions.semantics import Names, Refused, Resolver, Values, paths_in

Test: TypeAlias = Callable[[Item, Values], bool]
Getter: TypeAlias = Callable[[Item, Values], Value]


# --- the rules --------------------------------------------------------------------------------------------------------------

COMPARATORS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": equal,
    "<>": lambda left, right: not equal(left, right),
    "<": lambda left, right: orderable(left, right) and left < right,
    "<=": lambda left, right: orderable(left, right) and left <= right,
    ">": lambda left, right: orderable(left, right) and left > right,
    ">=": lambda left, right: orderable(left, right) and left >= right,
}


def between(value: Value, lower: Value, upper: Value) -> bool:
    return orderable(value, lower) and orderable(value, upper) and bool(lower <= value <= upper)


def attribute_type(value: Value, name: Value) -> bool:
    return value is not MISSING and kind(value) == name


def begins_with(value: Value, prefix: Value) -> bool:
    return type(value) in (str, bytes) and type(value) is type(prefix) and value.startswith(prefix)


def contains(container: Value, member: Value) -> bool:
    """A part of a string or binary, a member of a set, an element of a list. A map contains nothing."""
    which = type(container)
    if which is str or which is bytes:
        return type(member) is which and member in container
    if which is tuple:
        return orderable(container[0], member) and member in container
    return which is list and any(equal(element, member) for element in container)


def size(value: Value) -> Value:
    return len(value) if type(value) in (str, bytes, tuple, list, dict) else MISSING


FUNCTION_TESTS: Final[dict[str, Callable[..., bool]]] = {
    "attribute_exists": lambda value: value is not MISSING,
    "attribute_not_exists": lambda value: value is MISSING,
    "attribute_type": attribute_type,
    "begins_with": begins_with,
    "contains": contains,
}


# --- one condition, compiled and bound ---------------------------------------------------------------------------------------


class CompiledCondition:
    """A condition whose names are resolved. `paths` are the paths that it reads, in the order written."""

    __slots__ = ("checks", "further", "names_used", "node", "paths", "test", "values_used")

    def __init__(self, resolver: Resolver, node: Condition, paths: tuple[DocumentPath, ...], test: Test) -> None:
        self.checks = tuple(resolver.checks)
        self.further = resolver.further
        self.names_used = frozenset(resolver.names_used)
        self.values_used = frozenset(resolver.values_used)
        self.node = node
        self.paths = paths
        self.test = test


class BoundCondition(NamedTuple):
    """A condition with the values of one request."""

    compiled: CompiledCondition
    values: Values

    @property
    def paths(self) -> tuple[DocumentPath, ...]:
        return self.compiled.paths

    def holds(self, item: Item | None) -> bool:
        return self.compiled.test(item if item is not None else {}, self.values)

    def refusal(self, item: Item | None) -> ServiceError | None:
        """Why the write may not happen; None if it may."""
        compiled, values = self.compiled, self.values
        if compiled.test(item if item is not None else {}, values):
            return None
        because = explain(compiled.node, item, values, test_of)
        return ServiceError(errors.CONDITION_FAILED, because=because)


@lru_cache(maxsize=1024)
def compile_condition(expression: str, text: str, names: Names) -> CompiledCondition:
    """Refuses what is wrong with the text alone; its `checks` refuse the rest, given the values."""
    node = parse_condition(expression, text)
    resolver = Resolver(expression, names)
    try:
        resolved = check_condition(resolver, node)
    except Refused:
        return CompiledCondition(resolver, node, (), lambda item, values: False)
    return CompiledCondition(resolver, resolved, paths_in(resolved), test_of(resolved))


# --- evaluation -------------------------------------------------------------------------------------------------------------


def test_of(node: Condition) -> Test:
    """The condition as a function of an item and the values."""
    if isinstance(node, Comparison):
        left, right, compare = _getter(node.left), _getter(node.right), COMPARATORS[node.operator]
        return lambda item, values: compare(left(item, values), right(item, values))
    if isinstance(node, Call):
        function, getters = FUNCTION_TESTS[node.function], tuple(_getter(argument) for argument in node.arguments)
        if len(getters) == 1:
            only = getters[0]
            return lambda item, values: function(only(item, values))
        first, second = getters
        return lambda item, values: function(first(item, values), second(item, values))
    if isinstance(node, Not):
        inner = test_of(node.condition)
        return (lambda item, values: not inner(item, values)) if node.times % 2 else inner
    if isinstance(node, Between):
        operand, lower, upper = _getter(node.operand), _getter(node.lower), _getter(node.upper)
        return lambda item, values: between(operand(item, values), lower(item, values), upper(item, values))
    if isinstance(node, In):
        operand, members = _getter(node.operand), tuple(_getter(member) for member in node.members)

        def is_member(item: Item, values: Values) -> bool:
            value = operand(item, values)
            return any(equal(value, member(item, values)) for member in members)

        return is_member
    terms = tuple(test_of(term) for term in node.terms)
    if isinstance(node, And):
        return lambda item, values: all(term(item, values) for term in terms)
    return lambda item, values: any(term(item, values) for term in terms)


def _getter(node: Operand) -> Getter:
    if isinstance(node, ValueRef):
        name = node.name
        return lambda item, values: values[name]
    if isinstance(node, Path):
        path = node.parts
        if len(path) == 1:
            attribute: Any = path[0]
            return lambda item, values: item.get(attribute, MISSING)
        return lambda item, values: read(item, path)
    assert isinstance(node, Call)
    inner = _getter(node.arguments[0])
    return lambda item, values: size(inner(item, values))
