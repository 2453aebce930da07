"""The names and values of one request, and its expressions.

    placeholders = Placeholders.read(names, values, {"UpdateExpression": …, "ConditionExpression": …})
    update = placeholders.update("UpdateExpression")
    condition = placeholders.condition("ConditionExpression")
    placeholders.check_all_used()

in AWS's order of checks: the map of names, the map of values, each expression, then whether anything was left over. A name or a
value that only another expression of the request uses is used; whether evaluation ever gets there does not matter.

What does not depend on the values is worked out once for each text and map of names (`semantics.py` says how).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import Malformed, Value, decode
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.errors.general import ATTRIBUTE_NAME_EMPTY
from condemu.dynamodb.expressions.conditions import BoundCondition, CompiledCondition, compile_condition
from condemu.dynamodb.expressions.projections import Projection, compile_projection
from condemu.dynamodb.expressions.updates import BoundUpdate, CompiledUpdate, compile_update

_NAME_KEY: Final = re.compile(r"#[A-Za-z0-9_]+").fullmatch
_VALUE_KEY: Final = re.compile(r":[A-Za-z0-9_]+").fullmatch

_NONE: Final[frozenset[str]] = frozenset()

Names = tuple[tuple[str, str], ...]


class Placeholders:
    """Decoded and checked; `names_used` and `values_used` grow with each expression that is read."""

    __slots__ = ("_expressions", "_names", "names_used", "values", "values_used")

    def __init__(self, names: Names, values: dict[str, Value], expressions: Mapping[str, str | None]) -> None:
        self._names = names
        self.values = values
        self._expressions = expressions
        self.names_used: frozenset[str] = _NONE
        self.values_used: frozenset[str] = _NONE

    @classmethod
    def read(cls, names: Any, values: Any, expressions: Mapping[str, str | None]) -> Placeholders:
        """From ExpressionAttributeNames, ExpressionAttributeValues and the expressions as the request has them (None: absent).

        `expressions` names them in the order in which AWS lists them when they are all missing.
        """
        if names is None and values is None:
            return cls((), {}, expressions)
        return cls(_read_names(names, expressions), _read_values(values, expressions), expressions)

    def condition(self, expression: str) -> BoundCondition | None:
        """The condition (or filter, or key condition) of the member called `expression`; None where the request has none."""
        text = self._expressions[expression]
        if text is None:
            return None
        compiled = compile_condition(expression, text, self._names)
        self._use(compiled)
        return BoundCondition(compiled, self.values)

    def update(self, expression: str = "UpdateExpression") -> BoundUpdate | None:
        text = self._expressions[expression]
        if text is None:
            return None
        compiled = compile_update(expression, text, self._names)
        self._use(compiled)
        return BoundUpdate(compiled, self.values)

    def projection(self, expression: str = "ProjectionExpression") -> Projection | None:
        text = self._expressions[expression]
        if text is None:
            return None
        compiled = compile_projection(expression, text, self._names)
        self.names_used |= compiled.names_used
        return compiled

    def check_all_used(self) -> None:
        """Refuse names, then values, that no expression mentions."""
        if len(self.names_used) < len(self._names):
            unused = [name for name, _ in self._names if name not in self.names_used]
            raise ServiceError(errors.NAMES_UNUSED, {"keys": ", ".join(unused)})
        if len(self.values_used) < len(self.values):
            unused = [name for name in self.values if name not in self.values_used]
            raise ServiceError(errors.VALUES_UNUSED, {"keys": ", ".join(unused)})

    def _use(self, compiled: CompiledCondition | CompiledUpdate) -> None:
        """Refuse what the values make wrong, and note what is used."""
        given = compiled.values_used <= self.values.keys()
        for check in compiled.further if given else compiled.checks:
            check(self.values)
        if compiled.names_used:
            self.names_used |= compiled.names_used
        if compiled.values_used:
            self.values_used |= compiled.values_used


class WriteExpressions(NamedTuple):
    """What the expressions of a write say, with the values of the request."""

    update: BoundUpdate | None
    condition: BoundCondition | None
    values: dict[str, Value]


def of_write(names: Any, values: Any, expressions: Mapping[str, str | None]) -> WriteExpressions:
    """All of it, of a request whose only expressions are ConditionExpression and, where it can have one, UpdateExpression."""
    placeholders = Placeholders.read(names, values, expressions)
    update = placeholders.update() if "UpdateExpression" in expressions else None
    condition = placeholders.condition("ConditionExpression")
    placeholders.check_all_used()
    return WriteExpressions(update, condition, placeholders.values)


def _absent(expressions: Mapping[str, str | None], apart: str = "") -> bool:
    """Has the request none of them, whether or not it has the one called `apart`?"""
    return not [name for name, text in expressions.items() if text is not None and name != apart]


def _read_names(names: Any, expressions: Mapping[str, str | None]) -> Names:
    if names is None:
        return ()
    if type(names) is not dict:
        raise Malformed
    if _absent(expressions):
        raise ServiceError(errors.NAMES_WITHOUT_EXPRESSION)
    if not names:
        raise ServiceError(errors.NAMES_EMPTY)
    for key, name in names.items():
        if not _NAME_KEY(key):
            raise ServiceError(errors.NAMES_BAD_KEY, {"key": key})
        if type(name) is not str:
            raise Malformed
        if not name:
            raise ServiceError(ATTRIBUTE_NAME_EMPTY)
    return tuple(names.items())


def _read_values(values: Any, expressions: Mapping[str, str | None]) -> dict[str, Value]:
    if values is None:
        return {}
    if type(values) is not dict:
        raise Malformed
    if _absent(expressions, apart="ProjectionExpression"):
        with_values = [name for name in expressions if name != "ProjectionExpression"]
        verb = "is" if len(with_values) == 1 else "are"
        raise ServiceError(errors.VALUES_WITHOUT_EXPRESSION, {"absent": f"{' and '.join(with_values)} {verb} null"})
    if not values:
        raise ServiceError(errors.VALUES_EMPTY)
    for key in values:
        if not _VALUE_KEY(key):
            raise ServiceError(errors.VALUES_BAD_KEY, {"key": key})
    read: dict[str, Value] = {}
    try:
        for key, value in values.items():
            read[key] = decode(value)
    except ServiceError as error:
        fields = {"reason": error.message, "classic_reason": errors.classic(error).message, "key": key}
        raise ServiceError(errors.VALUES_BAD_VALUE, fields, because=error.because) from None
    return read
