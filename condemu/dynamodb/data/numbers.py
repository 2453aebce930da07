"""Numbers as DynamoDB keeps them: exact decimals of at most 38 significant digits between 1E-130 and 9.99…E+125.

A number is held canonically: an `int` when it is whole, else a `Decimal` without trailing zeros. So equal numbers are equal
objects of one type, whole numbers cost 28 bytes and the text that a client reads back ("1E3" becomes "1000", "1.50" becomes
"1.5", "-0" becomes "0") falls out of the type. AWS's Developer Guide, "Data types: Number", states the range; the canonical
text was recorded on AWS by Alternator's suite.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from typing import TypeAlias

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors.expressions import NOT_A_NUMBER, NUMBER_EMPTY, NUMBER_OVERFLOW, NUMBER_TOO_PRECISE, NUMBER_UNDERFLOW

Number: TypeAlias = int | Decimal

MAX_DIGITS = 38  # Developer Guide, "Data types: Number"
MAX_EXPONENT = 125
MIN_EXPONENT = -130
_BIAS = 192  # of the power of a hundred, so that it is at least 128
_MOST_PAIRS = 20  # of 38 digits that do not begin with the first of a pair

_SYNTAX = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?)([0-9]+))?").fullmatch
_EXACT = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999, Emax=999, traps=[])
_WIDE = Context(prec=2 * (MAX_EXPONENT - MIN_EXPONENT), traps=[])


def parse_number(text: str) -> Number:
    """The number that `text` writes. Refuses what is no number, too large, too small or too precise, in this order.

    A zero with an exponent outside the range is refused as well; AWS looks at the exponent first.
    """
    match = _SYNTAX(text)
    if match is None:
        raise ServiceError(NOT_A_NUMBER if text else NUMBER_EMPTY, {"text": text}, because=f"{text!r} is not a number")
    sign, whole, fraction, bare_fraction, exponent_sign, exponent_digits = match.groups()
    if bare_fraction is not None:
        whole, fraction = "", bare_fraction
    fraction = fraction or ""
    exponent = _exponent(exponent_sign, exponent_digits)
    digits = (whole + fraction).lstrip("0")
    # The place of the first digit: 0 for 1, 3 for 1000, -1 for 0.1. A zero counts as if its digit stood at the exponent.
    first = exponent + len(digits) - len(fraction) - 1 if digits else exponent
    if first > MAX_EXPONENT:
        raise ServiceError(NUMBER_OVERFLOW, because=f"{text[:64]} is larger than 9.99…E+125")
    if first < MIN_EXPONENT:
        raise ServiceError(NUMBER_UNDERFLOW, because=f"{text[:64]} is smaller than 1E-130")
    last = exponent - len(fraction)
    significant = digits.rstrip("0")
    if len(significant) > MAX_DIGITS:
        raise ServiceError(NUMBER_TOO_PRECISE, because=f"{len(significant)} significant digits were given")
    if not significant:
        return 0
    last += len(digits) - len(significant)
    if last >= 0:
        number: int = int(significant) * 10**last
        return -number if sign == "-" else number
    return Decimal(f"{sign}{significant}E{last}")


def _exponent(sign: str | None, digits: str | None) -> int:
    if not digits:
        return 0
    digits = digits.lstrip("0") or "0"
    # More than this many digits is out of range however long the mantissa of a 16 MB request is.
    magnitude = int(digits) if len(digits) <= 10 else 10**10
    return -magnitude if sign == "-" else magnitude


def print_number(number: Number) -> str:
    """The canonical text: plain digits, no exponent, nothing superfluous."""
    return str(number) if type(number) is int else format(number, "f")


def add(left: Number, right: Number) -> Number:
    """The exact sum. Refuses one that 38 digits cannot hold or that is too large, both as an overflow.

    Recorded on AWS by Alternator's suite: a sum that needs more than 38 digits is refused, not rounded.
    """
    if type(left) is int and type(right) is int:
        total: Number = left + right
        if -(10**MAX_DIGITS) < total < 10**MAX_DIGITS:
            return total
    context = _EXACT.copy()
    exact = context.add(Decimal(left), Decimal(right))
    if context.flags[Inexact] or (exact and exact.adjusted() > MAX_EXPONENT):
        raise ServiceError(NUMBER_OVERFLOW, because=f"{left} plus {right} does not fit 38 significant digits")
    if exact and exact.adjusted() < MIN_EXPONENT:
        raise ServiceError(NUMBER_UNDERFLOW, because=f"{left} plus {right} is smaller than 1E-130")
    return canonical(exact)


def negate(number: Number) -> Number:
    """Exactly; a Decimal's minus would round."""
    return -number if type(number) is int else Decimal(number).copy_negate()


def canonical(number: Decimal) -> Number:
    """The one form in which this value is held."""
    if number == number.to_integral_value():
        return int(number)
    return number.normalize(_WIDE)


def number_size(number: Number) -> int:
    """How many bytes the number counts for: one, one for each pair of digits aligned to the decimal point, one for a minus.

    Recorded on AWS (2026-08): leading and trailing pairs of zeros are free.
    """
    if number == 0:
        return 1
    text = print_number(number)
    size = 1
    if text[0] == "-":
        text, size = text[1:], 2
    whole, _, fraction = text.partition(".")
    if fraction:
        places = len(fraction)
        if whole == "0":
            return size + (places + 1) // 2 - (places - len(fraction.lstrip("0"))) // 2
        return size + (len(whole) + 1) // 2 + (places + 1) // 2
    return size + (len(whole) + 1) // 2 - (len(whole) - len(whole.rstrip("0"))) // 2


def sort_number(number: Number) -> bytes:
    """Bytes that order as the numbers do, and the ones that AWS's hash of a partition is made of.

    A byte for the sign and the power of a hundred, then the digits in pairs aligned to the decimal point, each plus one. A
    negative number has every byte complemented and ends with 102: of two with a common beginning the longer comes first.
    """
    if number == 0:
        return b"\x80"
    sign, digits, exponent = Decimal(number).as_tuple()
    assert isinstance(exponent, int)
    last = len(digits)
    while digits[last - 1] == 0:
        last -= 1
    point = len(digits) + exponent  # so many digits stand before the decimal point
    padded = (0, *digits[:last]) if point % 2 else digits[:last]
    if len(padded) % 2:
        padded = (*padded, 0)
    power = (point + 1) // 2 + _BIAS
    pairs = bytes(10 * padded[i] + padded[i + 1] + 1 for i in range(0, len(padded), 2))
    if not sign:
        return bytes((power,)) + pairs
    return bytes((255 - power,)) + bytes(102 - pair for pair in pairs) + (b"\x66" if len(pairs) < _MOST_PAIRS else b"")
