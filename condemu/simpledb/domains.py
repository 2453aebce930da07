"""CreateDomain, DeleteDomain, ListDomains and DomainMetadata."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.simpledb import boxusage
from condemu.simpledb.errors import DELETE_CONFLICT, INVALID_NEXT_TOKEN, NO_SUCH_DOMAIN, NUMBER_DOMAINS_EXCEEDED
from condemu.simpledb.records import DOMAINS, EXPORTS, ITEMS, PLACES, TOTALS, Domain, Item, Scope
from condemu.simpledb.requests import Request
from condemu.simpledb.validation import octets

MAX_DOMAINS: Final = 250  # of one account at one endpoint
MAX_LISTED: Final = 100
RUNNING: Final = ("PENDING", "IN_PROGRESS")  # states of an export

Outcome = tuple[dict[str, Any], int]

_LISTED_FROM: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")


def check_domain(txn: Txn, scope: Scope, name: str) -> None:
    if txn.get(DOMAINS, (*scope, name)) is None:
        raise ServiceError(NO_SUCH_DOMAIN, because=f"there is no domain {name}")


def create_domain(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """Creating what exists is a success that changes nothing, at the limit too (inferred)."""
    key = (*scope, request["DomainName"])
    if txn.get(DOMAINS, key) is None:
        held = sum(1 for _ in islice(txn.scan(DOMAINS, *prefix_range(scope)), MAX_DOMAINS))
        if held >= MAX_DOMAINS:
            raise ServiceError(NUMBER_DOMAINS_EXCEEDED, because=f"the account has {held} domains here")
        txn.put(DOMAINS, key, Domain(txn.index, txn.now))
    return {}, boxusage.DOMAIN


def delete_domain(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """With all its items. Deleting what does not exist is a success; while an export runs the domain stays."""
    name = request["DomainName"]
    key = (*scope, name)
    if txn.get(DOMAINS, key) is not None:
        if any(export.seen(txn.now).status in RUNNING for _, export in txn.scan(EXPORTS, *prefix_range(key))):
            raise ServiceError(DELETE_CONFLICT)
        empty(txn, key)
    return {}, boxusage.DOMAIN


def empty(txn: Txn, key: tuple[str, str, str]) -> None:
    """Delete a domain and what is in it. Its exports are history and stay."""
    for table in (ITEMS, PLACES):
        for place in [place for place, _ in txn.scan(table, *prefix_range(key))]:
            txn.delete(table, place)
    txn.delete(TOTALS, key)
    txn.delete(DOMAINS, key)


def list_domains(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """By name. The token is the next domain's name in Base64, as the guide's sample shows."""
    most = request["MaxNumberOfDomains"]
    start, stop = prefix_range(scope)
    if "NextToken" in request:
        start = (*scope, request["NextToken"])
    names = [key[2] for key, _ in islice(txn.scan(DOMAINS, start, stop), most + 1)]
    result: dict[str, Any] = {"DomainNames": names[:most]}
    if len(names) > most:
        result["NextToken"] = base64.b64encode(names[most].encode()).decode()
    return result, boxusage.METADATA


def listed_from(token: str) -> str:
    """The domain name in a token."""
    try:
        name = base64.b64decode(token, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise ServiceError(INVALID_NEXT_TOKEN) from None
    if _LISTED_FROM.fullmatch(name) is None:
        raise ServiceError(INVALID_NEXT_TOKEN)
    return name


def domain_metadata(txn: Txn, scope: Scope, request: Request) -> Outcome:
    """What is in the domain now; AWS computes this from time to time and says when.

    Sizes are octets of UTF-8 (inferred). Names of attributes count once per domain, values once per pair.
    """
    key = (*scope, request["DomainName"])
    check_domain(txn, scope, key[2])
    items: Iterable[tuple[tuple[Any, ...], Item]] = txn.scan(ITEMS, *prefix_range(key))
    count = names_size = pairs = values_size = 0
    names: set[str] = set()
    for place, item in items:
        count += 1
        names_size += octets(place[3])
        pairs += item.pairs
        names.update(item.attributes)
        values_size += sum(octets(value) for values in item.attributes.values() for value in values)
    result = {
        "ItemCount": count,
        "ItemNamesSizeBytes": names_size,
        "AttributeNameCount": len(names),
        "AttributeNamesSizeBytes": sum(map(octets, names)),
        "AttributeValueCount": pairs,
        "AttributeValuesSizeBytes": values_size,
        "Timestamp": int(txn.now),
    }
    return result, boxusage.METADATA
