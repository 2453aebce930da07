"""Conditions older than expressions: Expected, QueryFilter, ScanFilter, and the operators of KeyConditions.

    expected.refusal(item) -> the error to raise, or None

Each names a top-level attribute, a ComparisonOperator and its arguments. `{"Value": v}` is short for EQ and `{"Exists": false}`
for NULL, which here means missing, not the type. Conditions on several attributes are joined by ConditionalOperator, AND unless
said otherwise. Recorded on AWS by Alternator's suite; what surprises: NE holds for a missing attribute, NOT_CONTAINS does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MISSING, Item, Malformed, Value, decode, equal, kind, orderable
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.conditions import begins_with, between, contains
from condemu.dynamodb.expressions.explanations import show_value

_ANY: Final = frozenset(("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"))
_ORDERED: Final = frozenset(("S", "N", "B"))
_MEMBERS: Final = frozenset(("S", "N", "B", "BOOL", "NULL"))
_PREFIXES: Final = frozenset(("S", "B"))
_UNBOUNDED: Final = 1_000_000


class Operator(NamedTuple):
    """How many arguments, of which types, and when it holds of an attribute's value."""

    fewest: int
    most: int
    types: frozenset[str]
    test: Callable[[Value, tuple[Value, ...]], bool]


OPERATORS: Final[dict[str, Operator]] = {
    "EQ": Operator(1, 1, _ANY, lambda value, arguments: equal(value, arguments[0])),
    "NE": Operator(1, 1, _ANY, lambda value, arguments: not equal(value, arguments[0])),
    "LT": Operator(1, 1, _ORDERED, lambda value, arguments: orderable(value, arguments[0]) and value < arguments[0]),
    "LE": Operator(1, 1, _ORDERED, lambda value, arguments: orderable(value, arguments[0]) and value <= arguments[0]),
    "GT": Operator(1, 1, _ORDERED, lambda value, arguments: orderable(value, arguments[0]) and value > arguments[0]),
    "GE": Operator(1, 1, _ORDERED, lambda value, arguments: orderable(value, arguments[0]) and value >= arguments[0]),
    "BETWEEN": Operator(2, 2, _ORDERED, lambda value, arguments: between(value, *arguments)),
    "IN": Operator(1, _UNBOUNDED, _ORDERED, lambda value, arguments: any(equal(value, one) for one in arguments)),
    "NULL": Operator(0, 0, _ANY, lambda value, arguments: value is MISSING),
    "NOT_NULL": Operator(0, 0, _ANY, lambda value, arguments: value is not MISSING),
    "CONTAINS": Operator(1, 1, _MEMBERS, lambda value, arguments: contains(value, arguments[0])),
    "NOT_CONTAINS": Operator(1, 1, _MEMBERS, lambda value, arguments: value is not MISSING and not contains(value, arguments[0])),
    "BEGINS_WITH": Operator(1, 1, _PREFIXES, lambda value, arguments: begins_with(value, arguments[0])),
}


@dataclass(frozen=True, slots=True)
class LegacyCondition:
    attribute: str
    operator: str
    arguments: tuple[Value, ...]

    def holds(self, item: Item) -> bool:
        return OPERATORS[self.operator].test(item.get(self.attribute, MISSING), self.arguments)


@dataclass(frozen=True, slots=True)
class LegacyConditions:
    """Joined by AND, or by OR where `any_suffices`. None at all always hold."""

    conditions: tuple[LegacyCondition, ...]
    any_suffices: bool = False

    def holds(self, item: Item | None) -> bool:
        found = item if item is not None else {}
        if self.any_suffices and self.conditions:
            return any(condition.holds(found) for condition in self.conditions)
        return all(condition.holds(found) for condition in self.conditions)

    def refusal(self, item: Item | None) -> ServiceError | None:
        """Why the write may not happen; None if it may."""
        if self.holds(item):
            return None
        found = item if item is not None else {}
        failed = [_explain(condition, found) for condition in self.conditions if not condition.holds(found)]
        because = "; ".join(failed) if item is not None else f"there is no such item: {'; '.join(failed)}"
        return ServiceError(errors.CONDITION_FAILED, because=because)


def _explain(condition: LegacyCondition, item: Item) -> str:
    value = item.get(condition.attribute, MISSING)
    wanted = " ".join([condition.operator, *map(show_value, condition.arguments)])
    name = ascii(condition.attribute)[1:-1]
    return f"{name} {wanted} does not hold: {name} is {'missing' if value is MISSING else show_value(value)}"


# --- from the request -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawCondition:
    """One entry as given, its values decoded: `value` is MISSING and the others None where they are not given."""

    attribute: str
    operator: str | None
    arguments: tuple[Value, ...] | None
    value: Value
    exists: bool | None


def decode_conditions(wire: Any) -> tuple[RawCondition, ...]:
    """The entries of Expected, KeyConditions, QueryFilter or ScanFilter. Refuses the first invalid value, nothing else yet."""
    if type(wire) is not dict:
        raise Malformed
    return tuple(_decode_condition(name, entry) for name, entry in wire.items())


def _decode_condition(name: str, entry: Any) -> RawCondition:
    if type(entry) is not dict:
        raise Malformed
    value, listed, exists = entry.get("Value"), entry.get("AttributeValueList"), entry.get("Exists")
    if listed is not None and type(listed) is not list:
        raise Malformed
    return RawCondition(
        name,
        entry.get("ComparisonOperator"),
        None if listed is None else tuple(decode(argument) for argument in listed),
        MISSING if value is None else decode(value),
        None if exists is None else _truth(exists),
    )


def _truth(exists: Any) -> bool:
    if type(exists) is not bool:
        raise Malformed
    return exists


def read_expected(entries: tuple[RawCondition, ...], conditional_operator: str | None) -> LegacyConditions:
    """Expected, its shape checked entry by entry."""
    return LegacyConditions(tuple(_expected(entry) for entry in entries), conditional_operator == "OR")


def read_filter(entries: tuple[RawCondition, ...], conditional_operator: str | None) -> LegacyConditions:
    """QueryFilter or ScanFilter, the number and types of the arguments checked."""
    conditions = []
    for entry in entries:
        operator, arguments = entry.operator or "", entry.arguments or ()
        check_arguments(operator, arguments)
        conditions.append(LegacyCondition(entry.attribute, operator, arguments))
    return LegacyConditions(tuple(conditions), conditional_operator == "OR")


def _expected(entry: RawCondition) -> LegacyCondition:
    name, operator, given = entry.attribute, entry.operator, entry.value is not MISSING
    if given and entry.arguments is not None:
        raise ServiceError(errors.EXPECTED_VALUE_AND_LIST, {"name": name})
    if operator is not None:
        if entry.exists is not None:
            raise ServiceError(errors.EXPECTED_EXISTS_AND_OPERATOR, {"name": name})
        if not given and entry.arguments is None and OPERATORS[operator].fewest:
            raise ServiceError(errors.EXPECTED_OPERATOR_ALONE, {"operator": operator, "name": name})
        arguments = (entry.value,) if given else entry.arguments or ()
        check_arguments(operator, arguments)
        return LegacyCondition(name, operator, arguments)
    if entry.arguments is not None:
        raise ServiceError(errors.EXPECTED_LIST_ALONE, {"name": name})
    if entry.exists is False:
        if given:
            raise ServiceError(errors.EXPECTED_VALUE_SUPERFLUOUS, {"name": name})
        return LegacyCondition(name, "NULL", ())
    if not given:
        raise ServiceError(errors.EXPECTED_VALUE_MISSING, {"exists": "true" if entry.exists else "null", "name": name})
    return LegacyCondition(name, "EQ", (entry.value,))


def check_arguments(name: str, arguments: tuple[Value, ...]) -> None:
    """Refuse a wrong number of arguments, arguments of several types, of a wrong type, or bounds in the wrong order."""
    operator = OPERATORS[name]
    if not operator.fewest <= len(arguments) <= operator.most:
        raise ServiceError(errors.LEGACY_ARGUMENT_COUNT, {"operator": name}, because=f"there are {len(arguments)}")
    if not arguments:
        return
    given = kind(arguments[0])
    if any(kind(argument) != given for argument in arguments):
        raise ServiceError(errors.LEGACY_ARGUMENTS_DIFFER)
    if given not in operator.types:
        raise ServiceError(errors.LEGACY_ARGUMENT_TYPE, {"operator": name, "type": given})
    if name == "BETWEEN" and arguments[0] > arguments[1]:
        raise ServiceError(errors.LEGACY_BETWEEN_ORDER)
