"""Statements of Select, ready to run: parsed and compiled once, then remembered by their text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from condemu.simpledb.predicates import ItemTest, item_test
from condemu.simpledb.select_parser import Statement, parse

REMEMBERED_LENGTH: Final = 4096  # characters of a statement that is worth remembering

Mark = tuple[str, int, int]  # where a page ended: the sort value (or the item's name, or nothing), and the item's place


@dataclass(frozen=True, slots=True)
class SelectPlan:
    """A statement ready to run. `digest` is what a token is bound to."""

    statement: Statement
    matches: ItemTest | None
    digest: bytes


def plan(text: str) -> SelectPlan:
    """The plan of a statement. Those of usual length are remembered."""
    return _remembered(text) if len(text) <= REMEMBERED_LENGTH else _planned(text)


def _planned(text: str) -> SelectPlan:
    statement = parse(text)
    bound = repr((statement.domain, statement.where, statement.order))
    matches = None if statement.where is None else item_test(statement.where)
    return SelectPlan(statement, matches, sha256(bound.encode()).digest()[:8])


_remembered: Final = lru_cache(maxsize=1024)(_planned)
