"""The condition operators of IAM policies (IAM User Guide, "IAM JSON policy elements: Condition operators").

Of a key whose value in the policy is "true", by what the request says of it:

| operator                     | "true" | another value | both  | no value |
|------------------------------|--------|---------------|-------|----------|
| StringEquals                 | true   | false         | true  | false    |
| StringEqualsIfExists         | true   | false         | true  | true     |
| StringNotEquals              | false  | true          | false | true     |
| StringNotEqualsIfExists      | false  | true          | false | true     |
| ForAllValues:StringEquals    | true   | false         | false | true     |
| ForAllValues:StringNotEquals | false  | true          | false | true     |
| ForAnyValue:StringEquals     | true   | false         | true  | false    |
| ForAnyValue:StringNotEquals  | false  | true          | true  | false    |
| Null                         | false  | false         | false | true     |

The values of one key are alternatives: any may match a positive operator, none may match a negated one. A variable without a
value matches nothing. A request value that cannot be read as a number, date, address or ARN matches nothing.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, Final

from condemu.auth.patterns import (
    Context,
    Matcher,
    Piece,
    Value,
    Variable,
    has_variables,
    matcher,
    pieces_of,
    resolved,
    text_of,
)
from condemu.wire.rest import parse_iso_8601

Test = Callable[[str, Context], bool]  # a request value, and the context for variables
Condition = Callable[[Value | None, Context], bool]


class BadValue(Exception):
    """A policy value that its operator cannot take."""


class BadAddress(BadValue):
    """An address or a range that is none."""


_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_EPOCH: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)


def compile_condition(operator: str, values: list[str], variables: bool) -> Condition | None:
    """What decides one key under one operator; None when there is no such operator. Raises BadValue.

    Names are exact: `stringequals` is no operator. Null takes no IfExists.
    """
    quantifier, colon, name = operator.rpartition(":")
    if colon and quantifier not in ("ForAllValues", "ForAnyValue"):
        return None
    if name == "Null":
        return _null(values)
    if_exists = name.endswith("IfExists")
    row = OPERATORS.get(name.removesuffix("IfExists"))
    if row is None:
        return None
    family, negated = row
    tests = tuple(family(pieces_of(value, variables)) for value in values)
    if quantifier == "ForAllValues":
        return _for_all(tests, negated)
    if quantifier == "ForAnyValue":
        return _for_any(tests, negated, if_exists)
    return _single(tests, negated, negated or if_exists)


def _single(tests: tuple[Test, ...], negated: bool, if_absent: bool) -> Condition:
    def holds(value: Value | None, context: Context) -> bool:
        if value is None:
            return if_absent
        if isinstance(value, str):
            return any(test(value, context) for test in tests) is not negated
        return any(test(one, context) for one in value for test in tests) is not negated

    return holds


def _for_all(tests: tuple[Test, ...], negated: bool) -> Condition:
    def holds(value: Value | None, context: Context) -> bool:
        return all(any(test(one, context) for test in tests) is not negated for one in _several(value))

    return holds


def _for_any(tests: tuple[Test, ...], negated: bool, if_absent: bool) -> Condition:
    def holds(value: Value | None, context: Context) -> bool:
        if value is None:
            return if_absent
        return any(any(test(one, context) for test in tests) is not negated for one in _several(value))

    return holds


def _several(value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _null(values: list[str]) -> Condition:
    wanted = {value.lower() for value in values}
    if not wanted <= {"true", "false"}:
        raise BadValue
    when_absent, when_present = "true" in wanted, "false" in wanted
    return lambda value, context: when_absent if value is None else when_present


# A family takes one policy value, cut at its variables, and makes its test.


def _string(fold: bool) -> Callable[[tuple[Piece, ...]], Test]:
    def family(pieces: tuple[Piece, ...]) -> Test:
        if not has_variables(pieces):
            text = text_of(resolved(pieces, {}) or ())
            folded = text.casefold()
            return (lambda value, context: value.casefold() == folded) if fold else (lambda value, context: value == text)

        def test(value: str, context: Context) -> bool:
            filled = resolved(pieces, context)
            if filled is None:
                return False
            text = text_of(filled)
            return value.casefold() == text.casefold() if fold else value == text

        return test

    return family


def _like(pieces: tuple[Piece, ...]) -> Test:
    if not has_variables(pieces):
        matches = matcher(resolved(pieces, {}) or ())
        return lambda value, context: bool(matches(value))

    def test(value: str, context: Context) -> bool:
        filled = resolved(pieces, context)
        return filled is not None and bool(matcher(filled)(value))

    return test


def _read(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[tuple[Piece, ...]], Test]:
    """Operators that read both sides as something else than text."""

    def family(pieces: tuple[Piece, ...]) -> Test:
        if not has_variables(pieces):
            fixed = parse(text_of(resolved(pieces, {}) or ()))
            if fixed is None:
                raise BadAddress if parse is network else BadValue
            read = address if parse is network else parse

            def test(value: str, context: Context) -> bool:
                actual = read(value)
                return actual is not None and compare(actual, fixed)

            return test

        def with_variables(value: str, context: Context) -> bool:
            filled = resolved(pieces, context)
            if filled is None:
                return False
            wanted = parse(text_of(filled))
            actual = address(value) if parse is network else parse(value)
            return wanted is not None and actual is not None and compare(actual, wanted)

        return with_variables

    return family


def number(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> float | None:
    """A date in ISO 8601, or seconds since 1970."""
    return float(text) if _EPOCH.fullmatch(text) else parse_iso_8601(text)


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def octets(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=1024)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """A range in CIDR notation; an address alone is a range of one. Bits beyond the prefix are overlooked."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _within(actual: Any, wanted: Any) -> bool:
    return actual.version == wanted.version and actual in wanted


def _arn(pieces: tuple[Piece, ...]) -> Test:
    """ArnEquals and ArnLike are the same: each of the six parts matches on its own, a star crosses no colon but in the last."""
    if has_variables(pieces):

        def test(value: str, context: Context) -> bool:
            filled = resolved(pieces, context)
            return filled is not None and _arn_matches(_arn_parts(filled), value)

        return test
    parts = _arn_parts(tuple(piece for piece in pieces if not isinstance(piece, Variable)))
    return lambda value, context: _arn_matches(parts, value)


@lru_cache(maxsize=1024)
def _arn_parts(pieces: tuple[Any, ...]) -> tuple[Matcher, ...] | None:
    """The matchers of the six parts; a star alone stands for all of them; None when it is no ARN, which is accepted and
    matches nothing."""
    if pieces == ("*",):
        return ()
    parts: list[list[Any]] = [[]]
    for piece in pieces:
        if not isinstance(piece, str):
            parts[-1].append(piece)
            continue
        head, *rest = piece.split(":", 6 - len(parts))
        parts[-1].append(head)
        parts.extend([one] for one in rest)
    return tuple(matcher(tuple(part)) for part in parts) if len(parts) == 6 else None


def _arn_matches(parts: tuple[Matcher, ...] | None, value: str) -> bool:
    if parts is None:
        return False
    actual = value.split(":", 5)
    return not parts or (len(actual) == 6 and all(matches(text) for matches, text in zip(parts, actual, strict=True)))


OPERATORS: Final[dict[str, tuple[Callable[[tuple[Piece, ...]], Test], bool]]] = {
    "StringEquals": (_string(False), False),
    "StringNotEquals": (_string(False), True),
    "StringEqualsIgnoreCase": (_string(True), False),
    "StringNotEqualsIgnoreCase": (_string(True), True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "NumericEquals": (_read(number, eq), False),
    "NumericNotEquals": (_read(number, eq), True),
    "NumericLessThan": (_read(number, lt), False),
    "NumericLessThanEquals": (_read(number, le), False),
    "NumericGreaterThan": (_read(number, gt), False),
    "NumericGreaterThanEquals": (_read(number, ge), False),
    "DateEquals": (_read(moment, eq), False),
    "DateNotEquals": (_read(moment, eq), True),
    "DateLessThan": (_read(moment, lt), False),
    "DateLessThanEquals": (_read(moment, le), False),
    "DateGreaterThan": (_read(moment, gt), False),
    "DateGreaterThanEquals": (_read(moment, ge), False),
    "Bool": (_read(boolean, eq), False),
    "BinaryEquals": (_read(octets, eq), False),
    "IpAddress": (_read(network, _within), False),
    "NotIpAddress": (_read(network, _within), True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
}
