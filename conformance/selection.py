"""`-k EXPRESSION`: cases by what stands in their id, `folder/module::case[row]`; nothing of where the suite is installed counts.

    write and not multipart        dynamodb/ or simpledb/        (if_match or if_none_match) and 412

A word matches the ids that it is a part of, in any case of letters. `not` binds closer than `and`, and that closer than `or`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

Test = Callable[[str], bool]
_TOKEN: Final = re.compile(r"\s*([()]|[^\s()]+)")
_OPERATORS: Final = ("and", "or", "not", "(", ")")


class Unreadable(ValueError):
    """An expression that means nothing."""


def selection(expression: str) -> Test:
    """Whether an id is meant. Raises Unreadable."""
    reader = _Reader(_TOKEN.findall(expression))
    test = reader.either()
    if reader.tokens:
        raise Unreadable(f"{reader.tokens[0]!r} is not expected there")
    return test


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def either(self) -> Test:
        tests = [self.all()]
        while self.tokens[:1] == ["or"]:
            del self.tokens[0]
            tests.append(self.all())
        return lambda name: any(test(name) for test in tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.tokens[:1] == ["and"]:
            del self.tokens[0]
            tests.append(self.one())
        return lambda name: all(test(name) for test in tests)

    def one(self) -> Test:
        if not self.tokens:
            raise Unreadable("a word is missing at the end")
        token = self.tokens.pop(0)
        if token == "not":
            test = self.one()
            return lambda name: not test(name)
        if token == "(":
            test = self.either()
            if self.tokens[:1] != [")"]:
                raise Unreadable("a parenthesis is not closed")
            del self.tokens[0]
            return test
        if token in _OPERATORS:
            raise Unreadable(f"{token!r} is not expected there")
        word = token.lower()
        return lambda name: word in name.lower()
