"""Wildcards and variables in policies.

`*` is any number of characters and `?` exactly one. Under version 2012-10-17 `${name}` is the request's value of that key,
`${name, 'default'}` has a default, and `${*}`, `${?}`, `${$}` are those characters themselves (IAM User Guide, "Policy elements:
variables and tags"). What a variable stands for is never a wildcard.

Matching takes time proportional to text × pattern at worst: each stretch between two stars is searched for once and never again
(atomic groups), so that no pattern can be made to explode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

Value = str | Sequence[str]
Matcher = Callable[[str], object]  # truthy when the text matches


class Context(Protocol):
    """The request's condition keys, by their names in lower case; None for what is absent. A dict is one."""

    def get(self, key: str, /) -> Value | None: ...


_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT: Final = re.compile(r"([^,]+?)\s*,\s*'([^']*)'\s*")
_SPLIT: Final = re.compile(r"(\*+|\?)")
_SPECIAL: Final = frozenset("*?$")


@dataclass(frozen=True, slots=True)
class Variable:
    key: str  # lower case
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """Text in which nothing is a wildcard."""

    text: str


Piece = str | Literal | Variable  # a plain str may hold wildcards


def pieces_of(text: str, variables: bool) -> tuple[Piece, ...]:
    """The text cut at its variables; one piece when it has none, or when the policy's version knows none."""
    if not variables or "${" not in text:
        return (text,)
    pieces: list[Piece] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > position:
            pieces.append(text[position : match.start()])
        position = match.end()
        name = match[1].strip()
        with_default = _DEFAULT.fullmatch(name)
        if name in _SPECIAL:
            pieces.append(Literal(name))
        elif with_default:
            pieces.append(Variable(with_default[1].lower(), with_default[2]))
        else:
            pieces.append(Variable(name.lower()))
    if position < len(text):
        pieces.append(text[position:])
    return tuple(pieces)


def has_variables(pieces: tuple[Piece, ...]) -> bool:
    return any(isinstance(piece, Variable) for piece in pieces)


def resolved(pieces: tuple[Piece, ...], context: Context) -> tuple[str | Literal, ...] | None:
    """The pieces with the request's values in them, or None when one of the variables has no single value."""
    filled: list[str | Literal] = []
    for piece in pieces:
        if not isinstance(piece, Variable):
            filled.append(piece)
            continue
        value = context.get(piece.key)
        if not isinstance(value, str):
            value = piece.default
        if value is None:
            return None
        filled.append(Literal(value))
    return tuple(filled)


def text_of(pieces: tuple[str | Literal, ...]) -> str:
    """The pieces as plain text, where wildcards mean nothing."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


@lru_cache(maxsize=4096)
def matcher(pieces: tuple[str | Literal, ...]) -> Matcher:
    """What decides whether a text matches. Case counts."""
    if len(pieces) == 1 and isinstance(pieces[0], str):
        pattern = pieces[0]
        if pattern == "*":
            return _anything
        if "?" not in pattern and "*" not in pattern[:-1]:
            return pattern.__eq__ if pattern[-1:] != "*" else _starts_with(pattern[:-1])
    return re.compile(_expression(pieces), re.DOTALL).fullmatch


def glob(pattern: str) -> Matcher:
    """A matcher for a pattern without variables."""
    return matcher((pattern,))


def _anything(text: str) -> bool:
    return True


def _starts_with(prefix: str) -> Matcher:
    return lambda text: text.startswith(prefix)


def _expression(pieces: tuple[str | Literal, ...]) -> str:
    segments = [""]
    for piece in pieces:
        if isinstance(piece, Literal):
            segments[-1] += re.escape(piece.text)
            continue
        for token in _SPLIT.split(piece):
            if token.startswith("*"):
                segments.append("")
            elif token == "?":
                segments[-1] += "."
            else:
                segments[-1] += re.escape(token)
    if len(segments) == 1:
        return segments[0]
    first, *middle, last = segments
    return first + "".join(f"(?>.*?{segment})" for segment in middle if segment) + ".*" + last
