"""PutAttributes, DeleteAttributes, GetAttributes and the batches.

An item is a set of pairs of a name and a value. A put adds pairs; for a name that any of its entries replaces, all earlier values
go and all values of the request stay. An item without pairs is no item.

Order of refusals: the domain, the condition, the limits. The last two are inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.simpledb import boxusage
from condemu.simpledb.domains import check_domain
from condemu.simpledb.errors import (
    NUMBER_DOMAIN_ATTRIBUTES_EXCEEDED,
    NUMBER_DOMAIN_BYTES_EXCEEDED,
    NUMBER_ITEM_ATTRIBUTES_EXCEEDED,
)
from condemu.simpledb.expected import refusal
from condemu.simpledb.records import ITEMS, PLACES, TOTALS, Item, Scope, Totals
from condemu.simpledb.requests import BatchItem, Request
from condemu.simpledb.validation import MAX_ATTRIBUTES, Entry, octets

MAX_DOMAIN_PAIRS: Final = 1_000_000_000
MAX_DOMAIN_OCTETS: Final = 10 * 1024**3

Attributes = Mapping[str, tuple[str, ...]]
Outcome = tuple[dict[str, Any], int]  # the result by AWS's member names, and what it costs

_EMPTY: Final[Attributes] = {}


def put_attributes(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """Add or replace, if the condition holds. Adding what is there already is a success that changes nothing."""
    domain, name, entries = request["DomainName"], request["ItemName"], request["Attributes"]
    check_domain(txn, scope, domain)
    key = (*scope, domain, name)
    item = txn.get(ITEMS, key)
    _judge(request, item)
    _write(txn, scope, domain, [(name, item, after_put(_attributes_of(item), entries))], growing=True)
    return {}, boxusage.of_write(len(entries))


def delete_attributes(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """Delete pairs, names or the item, if the condition holds. That nothing is there to delete is a success."""
    domain, name, entries = request["DomainName"], request["ItemName"], request["Attributes"]
    check_domain(txn, scope, domain)
    key = (*scope, domain, name)
    item = txn.get(ITEMS, key)
    _judge(request, item)
    _write(txn, scope, domain, [(name, item, after_delete(_attributes_of(item), entries))], growing=False)
    return {}, boxusage.of_write(len(entries))


def batch_put_attributes(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """All items or none. New items come into being in the order of their names, whatever the order of the request."""
    return _batch(txn, scope, request, growing=True)


def batch_delete_attributes(txn: Txn, scope: Scope, request: Request) -> Outcome:
    return _batch(txn, scope, request, growing=False)


def get_attributes(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """An item that is not there has no attributes; that is no error. Names asked for that it has not are passed over."""
    domain = request["DomainName"]
    check_domain(txn, scope, domain)
    attributes = _attributes_of(txn.get(ITEMS, (*scope, domain, request["ItemName"])))
    names = request["AttributeNames"]
    if names:
        attributes = {name: values for name, values in attributes.items() if name in names}
    return {"Attributes": attributes}, boxusage.of_read(len(attributes))


def after_put(attributes: Attributes, entries: Iterable[Entry]) -> Attributes:
    """What an item holds after a put, given what it held before."""
    written: dict[str, list[str]] = {}
    replaced: set[str] = set()
    for entry in entries:
        name = entry["Name"]
        written.setdefault(name, []).append(entry["Value"])
        if "Replace" in entry:
            replaced.add(name)
    after = dict(attributes)
    for name, values in written.items():
        if name not in replaced:
            values = [*attributes.get(name, ()), *values]
        after[name] = (values[0],) if len(values) == 1 else tuple(sorted(set(values)))
    return after


def after_delete(attributes: Attributes, entries: Iterable[Entry]) -> Attributes:
    """What an item holds after a delete. An entry with an empty value means the pair of the name and the empty value."""
    if not entries:
        return _EMPTY
    after = dict(attributes)
    for entry in entries:
        name = entry["Name"]
        if "Value" not in entry:
            after.pop(name, None)
            continue
        value = entry["Value"]
        rest = tuple(other for other in after.get(name, ()) if other != value)
        if rest:
            after[name] = rest
        else:
            after.pop(name, None)
    return after


def _attributes_of(item: Item | None) -> Attributes:
    return _EMPTY if item is None else item.attributes


def _judge(request: Request, item: Item | None) -> None:
    if "Expected" not in request:
        return
    condition = request["Expected"]
    error = refusal(condition, _attributes_of(item).get(condition["Name"], ()))
    if error is not None:
        if item is not None:
            error.because += f"; the item was last written by commit {item.commit}"
        else:
            error.because += "; there is no such item"
        raise error


def _batch(txn: Txn, scope: Scope, request: Request, *, growing: bool) -> Outcome:
    domain = request["DomainName"]
    check_domain(txn, scope, domain)
    after = after_put if growing else after_delete
    changes = []
    for entry in sorted(request["Items"], key=_name_of):
        item = txn.get(ITEMS, (*scope, domain, entry["Name"]))
        changes.append((entry["Name"], item, after(_attributes_of(item), entry["Attributes"])))
    _write(txn, scope, domain, changes, growing=growing)
    return {}, boxusage.of_batch([len(entry["Attributes"]) for entry in request["Items"]])


def _name_of(item: BatchItem) -> str:
    return item["Name"]


def _write(txn: Txn, scope: Scope, domain: str, changes: list[tuple[str, Item | None, Attributes]], *, growing: bool) -> None:
    """Give items their new attributes and keep the domain's totals, within the limits or not at all."""
    key = (*scope, domain)
    before = txn.get(TOTALS, key) or Totals()
    pairs, size = before.pairs, before.octets
    writes: list[tuple[str, Item | None, Item | None]] = []
    for name, old, attributes in changes:
        if attributes == _attributes_of(old):
            continue
        new = None
        if attributes:
            new = _item(txn, old, name, attributes, len(writes))
            if growing and new.pairs > MAX_ATTRIBUTES:
                raise ServiceError(NUMBER_ITEM_ATTRIBUTES_EXCEEDED, because=f"{name} would have {new.pairs} attributes")
            pairs += new.pairs
            size += new.octets
        if old is not None:
            pairs -= old.pairs
            size -= old.octets
        writes.append((name, old, new))
    if growing and pairs > MAX_DOMAIN_PAIRS:
        raise ServiceError(NUMBER_DOMAIN_ATTRIBUTES_EXCEEDED, because=f"the domain would have {pairs} attributes")
    if growing and size > MAX_DOMAIN_OCTETS:
        raise ServiceError(NUMBER_DOMAIN_BYTES_EXCEEDED, because=f"the domain would have {size} bytes")
    for name, old, new in writes:
        if new is None:
            assert old is not None
            txn.delete(ITEMS, (*key, name))
            txn.delete(PLACES, (*key, *old.place))
        else:
            txn.put(ITEMS, (*key, name), new)
            if old is None:
                txn.put(PLACES, (*key, *new.place), name)
    if pairs != before.pairs or size != before.octets:
        txn.put(TOTALS, key, Totals(pairs, size))


def _item(txn: Txn, old: Item | None, name: str, attributes: Attributes, number: int) -> Item:
    pairs, size = 0, octets(name)
    for attribute, values in attributes.items():
        pairs += len(values)
        size += octets(attribute) * len(values)
        for value in values:
            size += octets(value)
    place = (txn.index, number) if old is None else old.place
    return Item(attributes, place, pairs, size, txn.index, txn.now)
