"""Select: pages of a statement's result.

Items come in the order in which they came into being, or sorted. A page ends after `limit` items (100 by default), or before its
document would grow over 1 MB; when more items match, a token follows. A token says after which item to go on. It is bound to the
domain, the `where` and the `order by`, not to the output or the limit: the token of a `count(*) … limit n` continues a `select
*`, which is how people skip n rows (documented), and a page of another size may follow (recorded).

Every item that a page passes is tested, but only those on the page are rendered. Items are kept by name, and their order of
coming into being is an index beside them, so every item found through it costs a look-up: twice the time. A page that will pass
most of its domain is therefore sooner complete when the items are tested as they lie and those that match are sorted.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from math import inf
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.simpledb import boxusage
from condemu.simpledb.domains import check_domain
from condemu.simpledb.errors import INVALID_NEXT_TOKEN
from condemu.simpledb.plans import Mark, SelectPlan
from condemu.simpledb.predicates import Attributes, ItemTest
from condemu.simpledb.records import ITEMS, PLACES, TOTALS, Item, Scope
from condemu.simpledb.requests import Request
from condemu.simpledb.select_parser import DEFAULT_LIMIT, ITEM_NAME, Column, Node, Order, Statement, Test
from condemu.simpledb.validation import octets

PAGE_OCTETS: Final = 1024 * 1024
ITEM_OVERHEAD: Final = len("<Item><Name></Name></Item>")
PAIR_OVERHEAD: Final = len("<Attribute><Name></Name><Value></Value></Attribute>")
COUNT: Final = "count(*)"
PATIENCE: Final = 16  # the part of its domain after which a page asks itself how far it has to go

Outcome = tuple[dict[str, Any], int]
Found = tuple[Mark, str, Item]


def select(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """One page."""
    run = request["Plan"]
    statement = run.statement
    check_domain(txn, scope, statement.domain)
    domain, after = (*scope, statement.domain), request.get("After")
    if statement.output == COUNT:
        return _count(run, _marks(txn, domain, run, after))
    found = _found(txn, domain, run, after)
    limit = statement.limit or DEFAULT_LIMIT
    items: list[tuple[str, Attributes]] = []
    size, last, more = 0, None, False
    for mark, name, item in found:
        attributes = _asked_for(statement.output, item.attributes)
        if attributes is item.attributes:
            size += ITEM_OVERHEAD + item.octets + PAIR_OVERHEAD * item.pairs
        else:
            size += ITEM_OVERHEAD + octets(name) + _size_of(attributes)
        if len(items) == limit or (size > PAGE_OCTETS and items):
            more = True
            break
        items.append((name, attributes))
        last = mark
    result: dict[str, Any] = {"Items": items}
    if more and last is not None:
        result["NextToken"] = token_of(run, last)
    output = statement.output if isinstance(statement.output, str) else "*"
    return result, boxusage.of_select(output, len(items), more)


def _count(run: SelectPlan, marks: Iterable[Mark]) -> Outcome:
    """`count(*)`: one item named Domain. Only a limit that the statement has ends it early."""
    limit, count, last, more = run.statement.limit, 0, None, False
    for mark in marks:
        if count == limit:
            more = True
            break
        count += 1
        last = mark
    result: dict[str, Any] = {"Items": [("Domain", {"Count": (str(count),)})]}
    if more and last is not None:
        result["NextToken"] = token_of(run, last)
    return result, boxusage.of_select(COUNT, count, more)


def _asked_for(output: str | tuple[str, ...], attributes: Attributes) -> Attributes:
    """An item without any of the names asked for stays, without attributes (inferred)."""
    if output == "*":
        return attributes
    if output == ITEM_NAME:
        return {}
    return {name: values for name, values in attributes.items() if name in output}


def _size_of(attributes: Attributes) -> int:
    size = 0
    for name, values in attributes.items():
        size += (PAIR_OVERHEAD + octets(name)) * len(values) + sum(map(octets, values))
    return size


def _marks(txn: Txn, domain: tuple[str, ...], run: SelectPlan, after: Mark | None) -> Iterable[Mark]:
    """The marks of the items that match. Where all do, the items themselves need not be looked up."""
    if run.statement.where is None:
        return (("", key[3], key[4]) for key, _ in txn.scan(PLACES, *_places_after(domain, after)))
    return (mark for mark, _, _ in _found(txn, domain, run, after))


def _found(txn: Txn, domain: tuple[str, ...], run: SelectPlan, after: Mark | None) -> Iterator[Found]:
    """The items that match, in order, after a mark."""
    order = run.statement.order
    if order is None:
        names = _names_in(run.statement.where)
        return _by_place(txn, domain, run, after) if names is None else _named(txn, domain, names, after)
    if order.column.kind == ITEM_NAME:
        return _by_name(txn, domain, order, run.matches, after)
    return _sorted(txn, domain, order, run.matches, after)


def _by_place(txn: Txn, domain: tuple[str, ...], run: SelectPlan, after: Mark | None) -> Iterator[Found]:
    """Items by the order in which they came into being.

    One by one at first. After a part of the domain (of its pairs, for its items are not counted) what was found there tells how
    many there are. If more than half of those are wanted, all the others are tested at once.
    """
    get, matches = txn.get, run.matches
    totals = get(TOTALS, domain)
    found, rest = 0, totals.pairs // PATIENCE if totals is not None else 0
    for key, name in txn.scan(PLACES, *_places_after(domain, after)):
        item = get(ITEMS, (*domain, name))
        assert item is not None
        if matches is None or matches(name, item.attributes):
            yield ("", key[3], key[4]), name, item
            found += 1
        if rest >= 0:
            rest -= item.pairs
            if rest < 0 and matches is not None and found * PATIENCE < 2 * _wanted(run.statement):
                break
    else:
        return
    passed = item.place
    later: list[Found] = [
        (("", *item.place), key[3], item)
        for key, item in txn.scan(ITEMS, *prefix_range(domain))
        if matches(key[3], item.attributes) and item.place > passed
    ]
    later.sort(key=_place_of)
    yield from later


def _wanted(statement: Statement) -> float:
    """How many items end a page."""
    return statement.limit or (inf if statement.output == COUNT else DEFAULT_LIMIT)


def _places_after(domain: tuple[str, ...], after: Mark | None) -> tuple[Key, Key]:
    start, stop = prefix_range(domain)
    return (start if after is None else (*domain, after[1], after[2] + 1)), stop


def _named(txn: Txn, domain: tuple[str, ...], names: frozenset[str], after: Mark | None) -> Iterator[Found]:
    """Of a statement that names its items only those, by the order in which they came into being."""
    found: list[Found] = []
    for name in names:
        item = txn.get(ITEMS, (*domain, name))
        if item is not None and (after is None or item.place > after[1:]):
            found.append((("", *item.place), name, item))
    found.sort(key=_place_of)
    return iter(found)


def _names_in(where: Node | None) -> frozenset[str] | None:
    """The items' names, when the whole condition is `itemName() = …` or `itemName() in (…)`."""
    if isinstance(where, Test) and where.column == Column(ITEM_NAME) and where.operator in ("=", "in"):
        return frozenset(where.operands)
    return None


def _by_name(txn: Txn, domain: tuple[str, ...], order: Order, matches: ItemTest | None, after: Mark | None) -> Iterator[Found]:
    start, stop = prefix_range(domain)
    if after is not None:
        if order.descending:
            stop = (*domain, after[0])
        else:
            start = (*domain, after[0] + "\0")
    for key, item in txn.scan(ITEMS, start, stop, reverse=order.descending):
        name = key[3]
        if matches is None or matches(name, item.attributes):
            yield (name, *item.place), name, item


def _sorted(txn: Txn, domain: tuple[str, ...], order: Order, matches: ItemTest | None, after: Mark | None) -> Iterator[Found]:
    """By the values of an attribute, of several the smallest when ascending, the largest when descending (inferred).

    Items without the attribute are left out: "returned results must contain the attribute on which you are sorting". Equal items
    stay in the order in which they came into being.
    """
    attribute, descending = order.column.name, order.descending
    found: list[Found] = []
    for key, item in txn.scan(ITEMS, *prefix_range(domain)):
        values = item.attributes.get(attribute)
        if values is None or (matches is not None and not matches(key[3], item.attributes)):
            continue
        value, place = values[-1 if descending else 0], item.place
        if after is not None:
            if value == after[0]:
                if place <= after[1:]:
                    continue
            elif (value < after[0]) is not descending:
                continue
        found.append(((value, *place), key[3], item))
    found.sort(key=_place_of)
    found.sort(key=_value_of, reverse=descending)
    yield from found


def _place_of(found: Found) -> tuple[int, int]:
    return found[0][1:]


def _value_of(found: Found) -> str:
    return found[0][0]


def token_of(run: SelectPlan, mark: Mark) -> str:
    value, commit, number = mark
    return base64.b64encode(run.digest + f"{commit}.{number}.{value}".encode()).decode()


def mark_of(run: SelectPlan, token: str) -> Mark:
    """Where to go on. A token that is none, or another statement's, is refused; line feeds in it are passed over.

    AWS's own tokens hold a checksum of the query, so that another statement is refused is inferred from that.
    """
    try:
        raw = base64.b64decode("".join(token.split()), validate=True)
        commit, number, value = raw[8:].decode().split(".", 2)
    except (binascii.Error, ValueError):
        raise ServiceError(INVALID_NEXT_TOKEN, because="the token is none of ours") from None
    if raw[:8] != run.digest:
        raise ServiceError(INVALID_NEXT_TOKEN, because="the token belongs to another domain, where or order by")
    if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in (commit, number)):
        raise ServiceError(INVALID_NEXT_TOKEN, because="the token is none of ours")
    return value, int(commit), int(number)
