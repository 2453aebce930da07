"""KeyConditionExpression and KeyConditions: which part of a table or index a Query reads.

The expression is a condition like any other until it has been parsed and its operands checked; only then does AWS look at what a
key condition may not contain, and only when the table is known at whether it fits the schema. Each condition is on one attribute:
equality on every hash attribute; on the range attributes (an index may have up to four) equality from left to right, and on the
last of those named also an order, BETWEEN or begins_with. (AWS Developer Guide, "Query"; recorded on AWS by dynalite's suite, the
rules for several attributes by Alternator's.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.data.values import MISSING, Value, kind, sort_bytes
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.conditions import COMPARATORS, BoundCondition, begins_with, between
from condemu.dynamodb.expressions.nodes import And, Between, Call, Comparison, Condition, In, Not, Operand, Or, Path
from condemu.dynamodb.expressions.semantics import Values, operands_of, value_of
from condemu.dynamodb.legacy.expected import RawCondition, check_arguments

_MOST_WITHOUT_INDEX: Final = 2
_REVERSED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LEGACY: Final = {
    "EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "BETWEEN": "BETWEEN", "BEGINS_WITH": "begins_with",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """`operator` is =, <, <=, >, >=, BETWEEN, begins_with, or a legacy operator that no key can be searched by."""

    attribute: str
    operator: str
    values: tuple[Value, ...]

    def holds(self, value: Value) -> bool:
        """Of a value of the key's type."""
        if self.operator == "BETWEEN":
            return between(value, *self.values)
        if self.operator == "begins_with":
            return begins_with(value, self.values[0])
        return COMPARATORS[self.operator](value, self.values[0])

    def bounds(self) -> tuple[bytes | None, bytes | None]:
        """Start (included) and stop (excluded) of the `sort_bytes` of the values for which it holds; None: no bound."""
        first = sort_bytes(self.values[0])
        match self.operator:
            case "=":
                return first, first + b"\0"
            case "<":
                return None, first
            case "<=":
                return None, first + b"\0"
            case ">":
                return first + b"\0", None
            case ">=":
                return first, None
            case "BETWEEN":
                return first, sort_bytes(self.values[1]) + b"\0"
        return first, _after_prefix(first)


def _after_prefix(prefix: bytes) -> bytes | None:
    """The least bytes that are greater than all that begin with `prefix`."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes((stripped[-1] + 1,)) if stripped else None


# --- from the request -------------------------------------------------------------------------------------------------------


def from_expression(condition: BoundCondition, *, index_named: bool) -> tuple[KeyCondition, ...]:
    """The conditions on single attributes. Refuses what no key condition may contain, in the order written."""
    found: list[KeyCondition] = []
    for node in _conjuncts(condition.compiled.node):
        one = _key_condition(node, condition.values)
        if any(one.attribute == other.attribute for other in found):
            raise ServiceError(errors.KEY_TWICE)
        found.append(one)
        _check_count(found, index_named)
    return tuple(found)


def from_legacy(entries: Sequence[RawCondition], *, index_named: bool) -> tuple[KeyCondition, ...]:
    """KeyConditions. Arguments are checked before the conditions are counted."""
    found = []
    for entry in entries:
        operator, arguments = entry.operator or "", entry.arguments or ()
        check_arguments(operator, arguments)
        found.append(KeyCondition(entry.attribute, _LEGACY.get(operator, operator), arguments))
    if not found:
        raise ServiceError(errors.KEY_CONDITION_COUNT)
    _check_count(found, index_named)
    return tuple(found)


def _check_count(conditions: Sequence[KeyCondition], index_named: bool) -> None:
    """A table's key has two attributes at most; an index may have more, so its schema decides (inferred)."""
    if len(conditions) > _MOST_WITHOUT_INDEX and not index_named:
        raise ServiceError(errors.KEY_CONDITION_COUNT)


def _conjuncts(node: Condition) -> Iterator[Condition]:
    if isinstance(node, And):
        for term in node.terms:
            yield from _conjuncts(term)
    else:
        yield node


def _key_condition(node: Condition, values: Values) -> KeyCondition:
    operator = _operator(node)
    operands = operands_of(node)
    names = _names(operands, operator)
    if not names:
        raise ServiceError(errors.KEY_NO_NAME)
    attribute = names[0]
    constants = tuple(value for value in (value_of(operand, values) for operand in operands) if value is not MISSING)
    if isinstance(node, Comparison) and not isinstance(node.left, Path):
        operator = _REVERSED[operator]
    return KeyCondition(attribute, operator, constants)


def _operator(node: Condition) -> str:
    match node:
        case Or():
            refused = "OR"
        case Not():
            refused = "NOT"
        case In():
            refused = "IN"
        case Between():
            return "BETWEEN"
        case Comparison(operator) if operator != "<>":
            return operator
        case Comparison():
            refused = "<>"
        case Call("begins_with"):
            return "begins_with"
        case Call(function):
            refused = function
        case _:
            refused = "AND"
    raise ServiceError(errors.KEY_OPERATOR, {"operator": refused})


def _names(operands: Sequence[Operand], operator: str) -> list[str]:
    """The attribute that the condition is on, if any; refuses functions, a second attribute, and attributes within documents."""
    names: list[str] = []
    for operand in operands:
        if isinstance(operand, Call):
            raise ServiceError(errors.KEY_NESTED_OPERATION)
        if not isinstance(operand, Path):
            continue
        if operator in ("BETWEEN", "begins_with") and operand is not operands[0] and not names:
            raise ServiceError(errors.KEY_NOT_FIRST, {"operator": operator})
        if names:
            raise ServiceError(errors.KEY_TWO_NAMES)
        if len(operand.parts) > 1:
            raise ServiceError(errors.KEY_NESTED_ATTRIBUTE)
        names.append(str(operand.parts[0]))
    return names


# --- against the schema -----------------------------------------------------------------------------------------------------


def against_schema(
    conditions: Sequence[KeyCondition], hashes: Sequence[str], ranges: Sequence[str], types: Mapping[str, str]
) -> tuple[tuple[KeyCondition, ...], tuple[KeyCondition, ...]]:
    """The conditions on the hash attributes and those on the range attributes, in the order of the schema.

    `types` maps each key attribute to S, N or B.
    """
    given = {condition.attribute: condition for condition in conditions}
    if all(map(_indexable, conditions)):
        for condition in conditions:
            if condition.attribute in hashes or condition.attribute in ranges:
                _check_type(condition, types[condition.attribute])
    if len(hashes) == 1 and len(ranges) <= 1:
        _check_simple(given, hashes[0], ranges[0] if ranges else None)
    else:
        _check_composite(given, hashes, ranges)
    for condition in conditions:
        _check_values(condition, types[condition.attribute])
    return tuple(given[name] for name in hashes), tuple(given[name] for name in ranges if name in given)


def _check_simple(given: Mapping[str, KeyCondition], hash_name: str, range_name: str | None) -> None:
    if hash_name in given and _indexable(given[hash_name]) and given[hash_name].operator != "=":
        raise ServiceError(errors.KEY_UNSUPPORTED)
    if hash_name not in given:
        raise ServiceError(errors.KEY_MISSED, {"key": hash_name})
    if len(given) == 2 and range_name is not None and range_name not in given:
        raise ServiceError(errors.KEY_MISSED, {"key": range_name})
    if len(given) > 2:
        raise ServiceError(errors.KEY_CONDITION_EXCESS, {"count": len(given), "keys": 1 if range_name is None else 2})
    if any(not _indexable(condition) for condition in given.values()):
        raise ServiceError(errors.KEY_NOT_INDEXABLE)
    if len(given) == 2 and range_name is None:
        raise ServiceError(errors.KEY_UNSUPPORTED)


def _check_composite(given: Mapping[str, KeyCondition], hashes: Sequence[str], ranges: Sequence[str]) -> None:
    keys = len(hashes) + len(ranges)
    if len(given) > keys:
        raise ServiceError(errors.KEY_CONDITION_EXCESS, {"count": len(given), "keys": keys})
    if any(not _indexable(condition) for condition in given.values()):
        raise ServiceError(errors.KEY_NOT_INDEXABLE)
    if any(name not in given or given[name].operator != "=" for name in hashes):
        raise ServiceError(errors.KEY_HASH_EQUALITY)
    wanted = len(given) - len(hashes)
    for position, name in enumerate(ranges[:wanted]):
        if name not in given or (given[name].operator != "=" and position < wanted - 1):
            raise ServiceError(errors.KEY_RANGE_EQUALITY, {"key": name})
    for name in given:
        if name not in hashes and name not in ranges:
            raise ServiceError(errors.KEY_MISSED, {"key": ranges[0] if ranges else hashes[0]})


def _indexable(condition: KeyCondition) -> bool:
    return condition.operator in _REVERSED or condition.operator in ("BETWEEN", "begins_with")


def _check_type(condition: KeyCondition, key_type: str) -> None:
    if any(kind(value) != key_type for value in condition.values):
        raise ServiceError(errors.KEY_TYPE, because=f"{condition.attribute} is of type {key_type}")


def _check_values(condition: KeyCondition, key_type: str) -> None:
    _check_type(condition, key_type)
    for value in condition.values:
        if condition.operator == "begins_with" and key_type == "N":
            raise ServiceError(errors.KEY_TYPE, because=f"{condition.attribute} is of type {key_type}")
        if value in ("", b"") and condition.operator != "begins_with":
            what = "string" if key_type == "S" else "binary"
            raise ServiceError(errors.KEY_EMPTY, {"what": what, "key": condition.attribute})
