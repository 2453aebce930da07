"""What an expression of Select means: nodes turned into functions of one item.

A predicate is what a statement says about one attribute: its tests joined by `and` and `or`. It is judged value by value: an item
matches when some single value satisfies the whole of it. So `Keyword = 'Book' and Keyword = 'Hardcover'` finds nothing, for no
value is both, while `Keyword = 'Book' intersection Keyword = 'Hardcover'` finds the item that has both values. About different
attributes `and` and `or` are the intersection and the union of sets of items, `not` is always the complement, so it finds items
without the attribute too, and `every(A)` wants the attribute to be there and all its values to satisfy the test. `!=` and
`not like` find items of which some value differs.

Documented in the Developer Guide, "Working with Multi-Valued Attributes" and "Simple Queries"; `!=` and `not` in the guide of
2007-11-07. Inferred: that terms about one attribute belong together wherever they stand in a chain of `and`.

Values compare by the order of their characters, which is that of their UTF-8 octets. Time is linear in the length of the values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from condemu.simpledb.select_parser import ATTRIBUTE, EVERY, And, Intersection, Node, Not, Or, Test

Attributes = Mapping[str, tuple[str, ...]]
ItemTest = Callable[[str, Attributes], bool]
ValueTest = Callable[[str], bool]

_NONE: Final[tuple[str, ...]] = ()


def item_test(node: Node) -> ItemTest:
    """Whether an item, given its name and its attributes, is among those that the expression describes."""
    subject = _subject(node)
    if subject is not None:
        return _some_value(subject, node)
    if isinstance(node, Test):
        return _test(node)
    if isinstance(node, Not):
        inner = item_test(node.term)
        return lambda name, attributes: not inner(name, attributes)
    if isinstance(node, Or):
        return _any_of([item_test(term) for term in node.terms])
    if isinstance(node, Intersection):
        return _all_of([item_test(term) for term in node.terms])
    return _all_of([item_test(term) for term in _predicates(node)])


def _predicates(node: And) -> list[Node]:
    """The terms of an `and`, those about one attribute as one term."""
    groups: dict[str, list[Node]] = {}
    others: list[Node] = []
    for term in node.terms:
        subject = _subject(term)
        if subject is None:
            others.append(term)
        else:
            groups.setdefault(subject, []).append(term)
    return [terms[0] if len(terms) == 1 else And(tuple(terms)) for terms in groups.values()] + others


def _subject(node: Node) -> str | None:
    """The attribute whose values, one by one, an expression is about; None when it is about more, or about the item."""
    if isinstance(node, Test):
        return node.column.name if node.column.kind == ATTRIBUTE and node.operands else None
    if not isinstance(node, (And, Or)):
        return None
    subjects = {_subject(term) for term in node.terms}
    return subjects.pop() if len(subjects) == 1 else None


def _some_value(attribute: str, node: Node) -> ItemTest:
    if isinstance(node, Test) and node.operator == "=":
        (wanted,) = node.operands
        return lambda name, attributes: wanted in attributes.get(attribute, _NONE)
    if isinstance(node, Test) and node.operator == "in":
        any_of = frozenset(node.operands)
        return lambda name, attributes: not any_of.isdisjoint(attributes.get(attribute, _NONE))
    holds = value_test(node)

    def some(name: str, attributes: Attributes) -> bool:
        for value in attributes.get(attribute, _NONE):  # noqa: SIM110  (a generator costs more than the test)
            if holds(value):
                return True
        return False

    return some


def _test(test: Test) -> ItemTest:
    """A test about the item's name, about every value, or about presence."""
    attribute = test.column.name
    if test.column.kind in (ATTRIBUTE, EVERY):
        if test.operator == "is null":
            return lambda name, attributes: attribute not in attributes
        if test.operator == "is not null":
            return lambda name, attributes: attribute in attributes
        holds = value_test(test)
        return lambda name, attributes: attribute in attributes and all(map(holds, attributes[attribute]))
    if not test.operands:
        is_present = test.operator == "is not null"
        return lambda name, attributes: is_present
    of_name = value_test(test)
    return lambda name, attributes: of_name(name)


def _all_of(tests: list[Callable[..., bool]]) -> Callable[..., bool]:
    """Of items or of values."""
    if len(tests) == 1:
        return tests[0]

    def all_of(*subject: Any) -> bool:
        for test in tests:  # noqa: SIM110  (a generator costs more than the test)
            if not test(*subject):
                return False
        return True

    return all_of


def _any_of(tests: list[Callable[..., bool]]) -> Callable[..., bool]:
    def any_of(*subject: Any) -> bool:
        for test in tests:  # noqa: SIM110
            if test(*subject):
                return True
        return False

    return any_of


def value_test(node: Node) -> ValueTest:
    """Whether one value satisfies a predicate: tests joined by `and` and `or`."""
    if isinstance(node, And):
        return _all_of([value_test(term) for term in node.terms])
    if isinstance(node, Or):
        return _any_of([value_test(term) for term in node.terms])
    assert isinstance(node, Test)
    return _COMPARISONS[node.operator](*node.operands) if node.operator != "in" else frozenset(node.operands).__contains__


def like(pattern: str) -> ValueTest:
    r"""`%` at the start or at the end stands for anything; `\%` is a percent sign. Upper and lower case differ."""
    from_start = not pattern.startswith("%")
    to_end = not pattern.endswith("%") or (pattern.endswith("\\%") and len(pattern) > 1)
    inner = pattern[0 if from_start else 1 :]
    if not to_end:
        inner = inner[:-1]
    text = inner.replace("\\%", "%")
    if from_start and to_end:
        return lambda value: value == text
    if from_start:
        return lambda value: value.startswith(text)
    if to_end:
        return lambda value: value.endswith(text)
    return lambda value: text in value


def _not_like(pattern: str) -> ValueTest:
    matches = like(pattern)
    return lambda value: not matches(value)


_COMPARISONS: Final[Mapping[str, Callable[..., ValueTest]]] = {
    "=": lambda operand: lambda value: value == operand,
    "!=": lambda operand: lambda value: value != operand,
    ">": lambda operand: lambda value: value > operand,
    ">=": lambda operand: lambda value: value >= operand,
    "<": lambda operand: lambda value: value < operand,
    "<=": lambda operand: lambda value: value <= operand,
    "between": lambda low, high: lambda value: low <= value <= high,
    "like": like,
    "not like": _not_like,
}
