"""The whole service against a naive model of it, in any order of calls."""

from __future__ import annotations

from typing import Any

import invariants
import sdb_model
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sdb_strategies import (
    DELETIONS,
    DOMAINS,
    ENTRIES,
    EXPECTED,
    EXPRESSIONS,
    ITEMS,
    NAMES,
    name,
    written,
)
from sdb_wire import Reply, Wire

from condemu.simpledb.records import ITEMS as ITEM_TABLE


class SimpleDBMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sdb = Wire()
        self.model = sdb_model.Model()

    def agree(self, reply: Reply, answer: sdb_model.Answer, read: Any = None) -> None:
        assert (reply.status, reply.code) == answer[:2], reply.text
        assert reply.box_usage is not None
        if reply.status == 200 and read is not None:
            assert read(reply) == answer[2]

    @rule(domain=DOMAINS)
    def create_domain(self, domain: str) -> None:
        self.agree(self.sdb("CreateDomain", DomainName=domain), self.model.create(domain))

    @rule(domain=DOMAINS, often=st.integers(0, 5))
    def delete_domain(self, domain: str, often: int) -> None:
        if not often:
            self.agree(self.sdb("DeleteDomain", DomainName=domain), self.model.drop(domain))

    @rule()
    def list_domains(self) -> None:
        self.agree(
            self.sdb("ListDomains"), self.model.names(),
            lambda reply: [element.text for element in reply.root.findall("ListDomainsResult/DomainName")],
        )  # fmt: skip

    @rule(domain=DOMAINS, item=ITEMS, entries=ENTRIES, expected=EXPECTED, first=st.integers(0, 3), step=st.integers(1, 4))
    def put(self, domain: str, item: str, entries: Any, expected: Any, first: int, step: int) -> None:
        sent = {"ItemName": item, **put_parameters(entries, first, step), **condition_parameters(expected, first)}
        self.agree(self.sdb("PutAttributes", sent, DomainName=domain), self.model.put(domain, item, entries, expected))

    @rule(domain=DOMAINS, item=ITEMS, entries=DELETIONS, expected=EXPECTED, first=st.integers(0, 3))
    def delete(self, domain: str, item: str, entries: Any, expected: Any, first: int) -> None:
        sent = {"ItemName": item, **delete_parameters(entries, first, 1), **condition_parameters(expected, first)}
        self.agree(self.sdb("DeleteAttributes", sent, DomainName=domain), self.model.delete(domain, item, entries, expected))

    @rule(domain=DOMAINS, items=st.dictionaries(ITEMS, ENTRIES, min_size=1, max_size=3))
    def batch_put(self, domain: str, items: Any) -> None:
        sent: dict[str, str] = {}
        for number, (item, entries) in enumerate(items.items()):
            sent[f"Item.{number}.ItemName"] = item
            sent |= put_parameters(entries, 1, 1, f"Item.{number}.")
        self.agree(self.sdb("BatchPutAttributes", sent, DomainName=domain), self.model.batch_put(domain, items))

    @rule(domain=DOMAINS, items=st.dictionaries(ITEMS, DELETIONS, min_size=1, max_size=3))
    def batch_delete(self, domain: str, items: Any) -> None:
        sent: dict[str, str] = {}
        for number, (item, entries) in enumerate(items.items()):
            sent[f"Item.{number}.ItemName"] = item
            sent |= delete_parameters(entries, 1, 1, f"Item.{number}.")
        self.agree(self.sdb("BatchDeleteAttributes", sent, DomainName=domain), self.model.batch_delete(domain, items))

    @rule(domain=DOMAINS, item=ITEMS)
    def get(self, domain: str, item: str) -> None:
        reply = self.sdb("GetAttributes", DomainName=domain, ItemName=item)
        self.agree(reply, self.model.get(domain, item), lambda seen: seen.attributes)

    @rule(domain=DOMAINS, where=EXPRESSIONS, limit=st.integers(1, 3))
    def select(self, domain: str, where: Any, limit: int) -> None:
        status, code, names = self.model.select(domain, where)
        reply, found = self.pages(f"select * from {domain} where {written(where)} limit {limit}", limit)
        self.agree(reply, (status, code, None))
        assert status != 200 or found == names
        counted = self.sdb.select(f"select count(*) from {domain} where {written(where)}")
        assert status != 200 or counted.count == len(names)

    @rule(domain=DOMAINS, attribute=st.one_of(st.none(), NAMES), descending=st.booleans(), limit=st.integers(1, 3))
    def select_sorted(self, domain: str, attribute: str | None, descending: bool, limit: int) -> None:
        column = "itemName()" if attribute is None else name(attribute)
        where = ("itemName()", "", "is not null", []) if attribute is None else ("attribute", attribute, "is not null", [])
        status, code, names = self.model.select(domain, where, (attribute, descending))
        direction = "desc" if descending else ""
        text = f"select itemName() from {domain} where {column} is not null order by {column} {direction} limit {limit}"
        reply, found = self.pages(text, limit)
        self.agree(reply, (status, code, None))
        if status == 200 and attribute is None:
            assert found == names
        elif status == 200:
            assert sorted(found) == sorted(names)
            held = [self.model.get(domain, item)[2][attribute] for item in found]
            keys = [max(values) if descending else min(values) for values in held]
            assert keys == sorted(keys, reverse=descending)

    def pages(self, text: str, limit: int) -> tuple[Reply, list[str]]:
        """The first page's reply, and the names on all pages."""
        first = reply = self.sdb.select(text)
        found = list(reply.items)
        while reply.token is not None:
            assert len(reply.items) == limit
            reply = self.sdb.select(text, NextToken=reply.token)
            assert reply.items, "a token led nowhere"
            found += reply.items
        return first, found

    @invariant()
    def the_state_is_whole(self) -> None:
        invariants.check(self.sdb.store)
        held = self.sdb.store.view(lambda txn: {key[2:] for key, _ in txn.scan(ITEM_TABLE)})
        assert held == {(domain, name) for domain, items in self.model.domains.items() for name in items}


def put_parameters(entries: Any, first: int, step: int, prefix: str = "") -> dict[str, str]:
    sent = {}
    for number, (attribute, value, replace) in enumerate(entries):
        index = f"{prefix}Attribute.{first + number * step}."
        sent |= {index + "Name": attribute, index + "Value": value}
        if replace:
            sent[index + "Replace"] = "true"
    return sent


def delete_parameters(entries: Any, first: int, step: int, prefix: str = "") -> dict[str, str]:
    sent = {}
    for number, (attribute, value) in enumerate(entries):
        index = f"{prefix}Attribute.{first + number * step}."
        sent[index + "Name"] = attribute
        if value is not None:
            sent[index + "Value"] = value
    return sent


def condition_parameters(expected: Any, style: int) -> dict[str, str]:
    if expected is None:
        return {}
    prefix = "Expected." if style == 3 else f"Expected.{style}."
    attribute, value = expected
    return {prefix + "Name": attribute, **({prefix + "Exists": "false"} if value is None else {prefix + "Value": value})}


TestSimpleDB = SimpleDBMachine.TestCase
TestSimpleDB.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
