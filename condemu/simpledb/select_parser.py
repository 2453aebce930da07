"""The Select language, read into frozen nodes.

    select OUT from DOMAIN [where EXPR] [order by (ATTR | itemName()) [asc | desc]] [limit N]
    OUT   := * | itemName() | count(*) | ATTR {, ATTR}
    EXPR  := EXPR intersection EXPR | EXPR or EXPR | EXPR and EXPR | not EXPR | ( EXPR ) | TEST
    TEST  := COL (= | != | > | >= | < | <= | like | not like) STR | COL between STR and STR
           | COL in (STR {, STR}) | COL is [not] null
    COL   := ATTR | itemName() | every(ATTR)
    STR   := '…' with '' inside | "…" with "" inside
    ATTR  := a letter, _ or $, then those and digits | `…` with `` inside

Documented in the Developer Guide, "Using Select to Create Amazon SimpleDB Queries". Keywords are read in any case. Not
documented, so inferred: that `not` binds closest, then `and`, `or`, `intersection`; that a `%` in the middle of a pattern is a
mistake of syntax; that parentheses nest no deeper than MAX_DEPTH.

Every mistake is InvalidQueryExpression. Limits come after syntax, each with an error of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from condemu.core.errors import ServiceError
from condemu.simpledb.errors import (
    INVALID_NUMBER_PREDICATES,
    INVALID_NUMBER_VALUE_TESTS,
    INVALID_QUERY_EXPRESSION,
    INVALID_SORT_EXPRESSION,
    OUT_OF_RANGE,
    TOO_MANY_REQUESTED_ATTRIBUTES,
)
from condemu.simpledb.validation import check_length

MAX_PREDICATES: Final = 20  # different attributes
MAX_VALUE_TESTS: Final = 20  # of one attribute; the guide says both "per predicate" and "per expression"
MAX_REQUESTED: Final = 256  # names in the output list
MAX_LIMIT: Final = 2500
DEFAULT_LIMIT: Final = 100
MAX_DEPTH: Final = 40

ATTRIBUTE: Final = "attribute"
EVERY: Final = "every"
ITEM_NAME: Final = "itemName()"


@dataclass(frozen=True, slots=True)
class Column:
    """What a test looks at. `kind` is ATTRIBUTE, EVERY or ITEM_NAME, whose name is empty."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """`operator` is one of = != > >= < <= like, not like, between, in, is null, is not null."""

    column: Column
    operator: str
    operands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    term: Node


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Intersection:
    terms: tuple[Node, ...]


Node = Test | Not | And | Or | Intersection


@dataclass(frozen=True, slots=True)
class Order:
    column: Column
    descending: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """`output` is "*", "itemName()", "count(*)" or the names asked for. `limit` is None when the statement has none."""

    output: str | tuple[str, ...]
    domain: str
    where: Node | None
    order: Order | None
    limit: int | None


def parse(text: str) -> Statement:
    """The statement that a text is, checked against the limits."""
    return _Parser(text).statement()


_RESERVED: Final = frozenset(
    {
        "or", "and", "not", "from", "where", "select", "like", "null", "is", "order", "by", "asc", "desc", "in", "between",
        "intersection", "limit", "every",
    }
)  # fmt: skip
_COMPARISONS: Final = frozenset(("=", "!=", ">", ">=", "<", "<="))
_TOKEN: Final = re.compile(
    r"""[ \t\r\n\f\v]*+(?:
        (?P<word>[A-Za-z_$][A-Za-z0-9_$]*+)
      | (?P<text>'[^']*+(?:''[^']*+)*+'|"[^"]*+(?:""[^"]*+)*+")
      | (?P<quoted>`[^`]*+(?:``[^`]*+)*+`)
      | (?P<number>-?[0-9]++)
      | (?P<sign>!=|>=|<=|[=<>(),*])
      | (?P<end>\Z)
      | (?P<wrong>.)
    )""",
    re.VERBOSE | re.DOTALL,
)
_END: Final = ("end", "")


class _Parser:
    """Recursive descent over the tokens; nothing is read twice."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._kind, self._text = next(self._tokens)
        self._depth = 0

    def statement(self) -> Statement:
        self._expect("select")
        output = self._output()
        self._expect("from")
        domain = self._name()
        where = self._expression() if self._accept("where") else None
        order = self._order() if self._accept("order") else None
        limit = self._limit() if self._accept("limit") else None
        if self._kind != "end":
            self._wrong("something follows the end of the statement")
        _check_limits(output, where)
        if order is not None:
            _check_order(order, where)
        number = None if limit is None else _checked_limit(limit)
        return Statement(output, domain, where, order, number)

    def _output(self) -> str | tuple[str, ...]:
        if self._accept("*"):
            return "*"
        word = self._text.lower() if self._kind == "word" else ""
        name = self._name()
        if word in ("itemname", "count") and self._accept("("):
            if word == "count":
                self._expect("*")
            self._expect(")")
            return "count(*)" if word == "count" else ITEM_NAME
        names = [name]
        while self._accept(","):
            names.append(self._name())
        return tuple(names)

    def _expression(self) -> Node:
        """Terms joined by `intersection`, which binds loosest."""
        terms = [self._or()]
        while self._accept("intersection"):
            terms.append(self._or())
        return terms[0] if len(terms) == 1 else Intersection(tuple(terms))

    def _or(self) -> Node:
        terms = [self._and()]
        while self._accept("or"):
            terms.append(self._and())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _and(self) -> Node:
        terms = [self._not()]
        while self._accept("and"):
            terms.append(self._not())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _not(self) -> Node:
        negated = False
        while self._accept("not"):
            negated = not negated
        term = self._term()
        return Not(term) if negated else term

    def _term(self) -> Node:
        if not self._accept("("):
            return self._test()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._wrong(f"parentheses nest deeper than {MAX_DEPTH}")
        inner = self._expression()
        self._expect(")")
        self._depth -= 1
        return inner

    def _test(self) -> Test:
        column = self._column()
        if self._kind == "sign" and self._text in _COMPARISONS:
            operator = self._text
            self._advance()
            return Test(column, operator, (self._string(),))
        if self._accept("like"):
            return Test(column, "like", (self._pattern(),))
        if self._accept("not"):
            self._expect("like")
            return Test(column, "not like", (self._pattern(),))
        if self._accept("between"):
            low = self._string()
            self._expect("and")
            return Test(column, "between", (low, self._string()))
        if self._accept("in"):
            self._expect("(")
            operands = [self._string()]
            while self._accept(","):
                operands.append(self._string())
            self._expect(")")
            return Test(column, "in", tuple(operands))
        self._expect("is")
        negated = self._accept("not")
        self._expect("null")
        return Test(column, "is not null" if negated else "is null")

    def _column(self) -> Column:
        if self._kind == "word" and self._text.lower() == "every":
            self._advance()
            self._expect("(")
            name = self._name()
            self._expect(")")
            return Column(EVERY, name)
        return self._attribute_or_item_name()

    def _attribute_or_item_name(self) -> Column:
        is_item_name = self._kind == "word" and self._text.lower() == "itemname"
        name = self._name()
        if is_item_name and self._accept("("):
            self._expect(")")
            return Column(ITEM_NAME)
        return Column(ATTRIBUTE, name)

    def _order(self) -> Order:
        self._expect("by")
        column = self._attribute_or_item_name()
        descending = self._accept("desc")
        if not descending:
            self._accept("asc")
        return Order(column, descending)

    def _limit(self) -> str:
        if self._kind != "number":
            self._wrong("limit wants a number")
        text = self._text
        self._advance()
        return text

    def _name(self) -> str:
        """A name: a word that is not reserved, or anything between backticks."""
        kind, text = self._kind, self._text
        if kind == "quoted":
            text = text[1:-1].replace("``", "`")
        elif kind != "word" or text.lower() in _RESERVED:
            self._wrong(f"a name is wanted where {_shown(text)} stands")
        if not text:
            self._wrong("a name is empty")
        self._advance()
        check_length("AttributeName", text)
        return text

    def _string(self) -> str:
        if self._kind != "text":
            self._wrong(f"a quoted value is wanted where {_shown(self._text)} stands")
        text = self._text
        self._advance()
        quote = text[0]
        return text[1:-1].replace(quote + quote, quote)

    def _pattern(self) -> str:
        pattern = self._string()
        if "%" in pattern.replace("\\%", "")[1:-1]:
            self._wrong("a pattern may have % at its start and at its end only")
        return pattern

    def _accept(self, wanted: str) -> bool:
        """Pass over a keyword or a sign, if it is next."""
        if self._kind != "word" and self._kind != "sign":
            return False
        if self._text != wanted and self._text.lower() != wanted:
            return False
        self._advance()
        return True

    def _expect(self, wanted: str) -> None:
        if not self._accept(wanted):
            self._wrong(f"{wanted} is wanted where {_shown(self._text)} stands")

    def _advance(self) -> None:
        self._kind, self._text = next(self._tokens, _END)

    def _wrong(self, because: str) -> NoReturn:
        raise ServiceError(INVALID_QUERY_EXPRESSION, because=because)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each token; the last is of kind end. Time is linear: no alternative gives back what it took."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        assert kind is not None
        yield kind, match.group(kind)
        if kind in ("end", "wrong"):
            return


def _shown(text: str) -> str:
    return repr(text[:40]) if text else "the end"


def tests_of(node: Node) -> Iterator[Test]:
    """The tests of an expression, from left to right."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests_of(node.term)
    else:
        for term in node.terms:
            yield from tests_of(term)


def _check_limits(output: str | tuple[str, ...], where: Node | None) -> None:
    """20 attributes, 20 tests of each, 256 names in the output. A list of `in` counts each of its values."""
    if where is not None:
        counts: dict[tuple[bool, str], int] = {}
        for test in tests_of(where):
            subject = (test.column.kind == ITEM_NAME, test.column.name)
            counts[subject] = counts.get(subject, 0) + (len(test.operands) if test.operator == "in" else 1)
        if sum(not is_item_name for is_item_name, _ in counts) > MAX_PREDICATES:
            raise ServiceError(INVALID_NUMBER_PREDICATES, because=f"{len(counts)} attributes are tested")
        if max(counts.values()) > MAX_VALUE_TESTS:
            raise ServiceError(INVALID_NUMBER_VALUE_TESTS, because=f"one attribute has {max(counts.values())} tests")
    if not isinstance(output, str) and len(output) > MAX_REQUESTED:
        raise ServiceError(TOO_MANY_REQUESTED_ATTRIBUTES, because=f"{len(output)} attributes are requested")


def _check_order(order: Order, where: Node | None) -> None:
    """The column must be tested, and not only for being null."""
    for test in tests_of(where) if where is not None else ():
        same = test.column.name == order.column.name and (test.column.kind == ITEM_NAME) is (order.column.kind == ITEM_NAME)
        if same and test.operator != "is null":
            return
    name = order.column.name or ITEM_NAME
    raise ServiceError(INVALID_SORT_EXPRESSION, because=f"no predicate but `is null` is about {name}")


def _checked_limit(text: str) -> int:
    if len(text) <= len(str(MAX_LIMIT)) and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise ServiceError(OUT_OF_RANGE, {"Value": text, "Parameter": "MaxNumberOfItems", "Most": MAX_LIMIT})
