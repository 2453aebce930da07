"""PartiQL's tokens. Words match whatever their case; `"quoted"` names and `'strings'` double a quote to contain it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import statements as errors

# Bare, these can be neither attributes nor functions. (PartiQL reserves more; which of them AWS does is not recorded.)
KEYWORDS: Final = frozenset((
    "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "DELETE", "DESC", "DISTINCT", "FALSE", "FROM", "GROUP", "HAVING", "IN", "INSERT",
    "INTO", "IS", "JOIN", "LIKE", "LIMIT", "MISSING", "NOT", "NULL", "ON", "OR", "ORDER", "REMOVE", "RETURNING", "SELECT", "SET",
    "TRUE", "UNION", "UPDATE", "VALUE", "VALUES", "WHERE",
))  # fmt: skip
OPERATORS: Final = frozenset(("=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||"))
_OPERATOR_WORDS: Final = frozenset(("AND", "OR", "IN", "IS", "BETWEEN", "LIKE"))
_MAX_SCALE: Final = 2**31 - 1  # AWS reads numbers with a scale of 32 bits; beyond it the statement is malformed

_TOKEN: Final = re.compile(
    r"(?>\s+|--[^\n]*|/\*(?>[^*]+|\*(?!/))*\*/)*+(?:"
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)"
    r'|(?P<name>"(?:[^"]|"")*")'
    r"|(?P<string>'(?:[^']|'')*')"
    r"|(?P<sign><<|>>|<>|<=|>=|!=|\|\||/(?!\*)|[=<>+\-*%(){}\[\],.:?])"
    r"|(?P<end>\Z)"
    r")",
    re.DOTALL,
)


class Token(NamedTuple):
    """`kind` is number, word, name, string, sign or end. `text` is what it stands for; `word` is what grammar matches."""

    kind: str
    text: str
    word: str
    start: int
    length: int

    @property
    def is_operator(self) -> bool:
        return self.word in (OPERATORS if self.kind == "sign" else _OPERATOR_WORDS if self.kind == "word" else ())

    @property
    def is_keyword(self) -> bool:
        return self.kind == "word" and self.word in KEYWORDS


def tokenise(statement: str) -> list[Token]:
    """All tokens, and one of kind "end" after them. Refuses text that is none."""
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(statement, position)
        if match is None or match.lastgroup is None:
            raise ServiceError(errors.MALFORMED, because=f"what begins at character {position + 1} is no token")
        kind = match.lastgroup
        text = match.group(kind)
        start, position = match.start(kind), match.end()
        if kind == "number":
            _check_scale(text)
        tokens.append(_token(kind, text, start))
    return tokens


def _token(kind: str, text: str, start: int) -> Token:
    if kind in ("name", "string"):
        quote = text[0]
        return Token(kind, text[1:-1].replace(quote * 2, quote), "", start, len(text))
    return Token(kind, text, text.upper() if kind == "word" else text, start, len(text))


def _check_scale(text: str) -> None:
    mantissa, _, exponent = text.lower().partition("e")
    fraction = len(mantissa.partition(".")[2])
    sign, digits = exponent[:1], exponent.lstrip("+-0")
    power = int(digits or "0") if len(digits) <= 12 else 10**12
    if abs(fraction + (power if sign == "-" else -power)) > _MAX_SCALE:
        raise ServiceError(errors.MALFORMED, because=f"the exponent of {text} is out of range")
