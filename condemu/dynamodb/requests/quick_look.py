"""Whether a request is in order, at a glance.

`validation.py` asks for every member that a request could have, in the order in which AWS reports what is wrong with them. Here
only the members that were given are looked at, a quarter of them for most requests: each has to be of one type, or to pass one
test. What does not pass may still be in order (a boolean written as a string, a member that nobody knows); `validation.py` finds
out, and words the refusals. So whatever passes here has to pass there, which a test holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from condemu.dynamodb.requests.shapes import Shape

_Test = Callable[[Any], object]


class _Quick(NamedTuple):
    """Members of a structure that are judged at a glance: all of one type are in order, or all that pass a test."""

    required: frozenset[str]
    types: dict[str, type]
    tests: dict[str, _Test]

    def passes(self, members: dict[str, Any]) -> bool:
        """Is all there that has to be, and all that was given in order? Members that nobody knows take a closer look as well."""
        if not members.keys() >= self.required:
            return False
        types, tests = self.types, self.tests
        for name, value in members.items():
            if types.get(name) is not type(value) and not (name in tests and tests[name](value)):
                return False
        return True


def _type_of(shape: Shape) -> type | None:
    """The type of which every value is in order, as far as this module looks; None where there is none."""
    if shape.base == "Map" and shape.element is not None and shape.element.base == "Value" and shape.low is None:
        return dict
    if shape.base == "String" and not shape.values and shape.low is None:
        return str
    return bool if shape.base == "Boolean" else None


def _test_of(shape: Shape) -> _Test | None:
    """A test that nothing passes but what is in order; None where there is no quick one."""
    low, high, matches, element = shape.low or 0, shape.high or 0, shape.matches, shape.element
    if shape.base == "String" and shape.values:
        return lambda value: type(value) is str and value in shape.values
    if shape.base == "String" and matches is not None:
        return lambda value: type(value) is str and low <= len(value) <= high and matches(value)
    if shape.base == "Structure":
        quick = _quick_of(shape)
        return lambda value: type(value) is dict and quick.passes(value)
    if shape.base == "Integer":
        return lambda value: type(value) is int and low <= value <= (high or value)
    if element is None:
        return None
    if shape.base == "List" and high and (test := _test_of(element)) is not None:
        return lambda value: type(value) is list and low <= len(value) <= high and all(map(test, value))
    if shape.base == "Map" and element.name == "AttributeName" and (most := element.high) is not None:
        return lambda value: type(value) is dict and all(type(name) is str and len(name) <= most for name in value.values())
    return None


def _quick_of(shape: Shape) -> _Quick:
    types = {member.wire: found for member in shape.members if (found := _type_of(member.shape)) is not None}
    tests = {member.wire: test for member in shape.members if (test := _test_of(member.shape)) is not None}
    return _Quick(frozenset(member.wire for member in shape.members if member.required), types, tests)


def quick_look(shape: Shape) -> Callable[[dict[str, Any]], bool]:
    """Is there nothing in the members of a request that `validation.check` would refuse? False only means that it has to look."""
    return _quick_of(shape).passes
