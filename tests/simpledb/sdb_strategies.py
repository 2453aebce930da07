"""Names, values, entries, conditions and statements for SimpleDB's tests at random. Small alphabets, so that things meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

DOMAINS = st.sampled_from(["dom", "dom2"])
ITEMS = st.sampled_from(["i", "i2", "j", "é", "`q`"])
NAMES = st.sampled_from(["a", "b", "c d", "order"])
VALUES = st.sampled_from(["", "1", "10", "2", "x", "xy", "it's", "日本", 'a"b', "\x01"])
ENTRIES = st.lists(st.tuples(NAMES, VALUES, st.booleans()), min_size=1, max_size=4)
DELETIONS = st.lists(st.tuples(NAMES, st.one_of(st.none(), VALUES)), max_size=3)
EXPECTED = st.one_of(st.none(), st.tuples(NAMES, st.one_of(st.none(), VALUES)))
COMPARISONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
PATTERNS = st.builds(
    lambda before, text, after: "%" * before + text + "%" * after,
    st.booleans(), st.sampled_from(["1", "x", "it", "日", "0"]), st.booleans(),
)  # fmt: skip


def _test(kind: str, name: str, operator: str, operands: list[str]) -> tuple[Any, ...]:
    return kind, "" if kind == "itemName()" else name, operator, operands


_KINDS = st.sampled_from(["attribute", "attribute", "attribute", "every", "itemName()"])
TESTS = st.one_of(
    st.builds(_test, _KINDS, NAMES, COMPARISONS, st.lists(VALUES, min_size=1, max_size=1)),
    st.builds(_test, _KINDS, NAMES, st.sampled_from(["like", "not like"]), st.lists(PATTERNS, min_size=1, max_size=1)),
    st.builds(_test, _KINDS, NAMES, st.just("between"), st.lists(VALUES, min_size=2, max_size=2)),
    st.builds(_test, _KINDS, NAMES, st.just("in"), st.lists(VALUES, min_size=1, max_size=3)),
    st.builds(_test, st.just("attribute"), NAMES, st.sampled_from(["is null", "is not null"]), st.just([])),
)
EXPRESSIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or", "intersection"]), inner, inner), st.tuples(st.just("not"), inner)
    ),
    max_leaves=6,
)


def name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"


def string(text: str) -> str:
    quote = '"' if "'" in text else "'"
    return quote + text.replace(quote, quote * 2) + quote


def written(where: Any) -> str:
    """An expression as text, with all its parentheses."""
    if where[0] == "not":
        return f"(not {written(where[1])})"
    if where[0] in ("and", "or", "intersection"):
        return f"({written(where[1])} {where[0]} {written(where[2])})"
    kind, attribute, operator, operands = where
    column = {"attribute": name(attribute), "every": f"every({name(attribute)})", "itemName()": "itemName()"}[kind]
    if operator == "between":
        return f"{column} between {string(operands[0])} and {string(operands[1])}"
    if operator == "in":
        return f"{column} in ({', '.join(map(string, operands))})"
    return f"{column} {operator} {string(operands[0])}" if operands else f"{column} {operator}"
