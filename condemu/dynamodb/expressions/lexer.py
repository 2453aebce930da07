"""Tokens, and the words in which AWS reports one that does not fit.

A syntax error names the token and what is near it: the token before, the token, and the token after, with the text between
them as it was written. What is no token at all (`!`, `_x`, `"a"`) is reported one character at a time. At the end of the
expression the token is `<EOF>` and only the token before it is near. (Recorded on AWS, 2026.)
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors.expressions import SYNTAX_ERROR

_TOKEN: Final = re.compile(
    r"[ \t\r\n]*+(?:"
    r"(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<alias>#[A-Za-z0-9_]+)"
    r"|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<sign><>|<=|>=|[=<>(),.\[\]+-])"
    r"|(?P<bad>[^ \t\r\n])"
    r")"
)


class Token(NamedTuple):
    """`kind` is name, alias, value, digits, sign, bad or end; `word` is the upper-case text of a name, else the text."""

    kind: str
    text: str
    start: int
    word: str


def tokenise(text: str) -> list[Token]:
    """All tokens, and one of kind "end" after them."""
    tokens = []
    end = len(text.rstrip(" \t\r\n"))  # so that blanks are always followed by a token, and found in one step
    for match in _TOKEN.finditer(text, 0, end):
        kind = match.lastgroup
        assert kind is not None
        lexeme = match.group(kind)
        tokens.append(Token(kind, lexeme, match.start(kind), lexeme.upper() if kind == "name" else lexeme))
    tokens.append(Token("end", "", len(text), "<EOF>"))
    return tokens


def syntax_error(expression: str, text: str, tokens: list[Token], position: int) -> NoReturn:
    """Refuse the token at `position`."""
    token = tokens[position]
    start = tokens[position - 1].start if position else 0
    following = tokens[min(position + 1, len(tokens) - 1)]
    lexeme = token.text or "<EOF>"
    raise ServiceError(
        SYNTAX_ERROR,
        {"expression": expression, "token": lexeme, "near": text[start : following.start + len(following.text)]},
        because=f"{lexeme} cannot stand at character {token.start + 1} of the {expression}",
    )
