"""A SimpleDB in this process, called with parameters and answered with documents: what is on the wire, without a socket."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.http import BytesBody, Request
from condemu.core.store import MemoryStore
from condemu.simpledb.service import SimpleDB

VERSION = "2009-04-15"


class Reply:
    """One answer: the bytes, and what they say."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = dict(headers)
        self.body = body
        self.text = body.decode()
        self.root = ElementTree.fromstring(body)
        for element in self.root.iter():
            element.tag = element.tag.rpartition("}")[2]

    def one(self, path: str) -> str | None:
        return self.root.findtext(path)

    @property
    def code(self) -> str | None:
        return self.one("Errors/Error/Code")

    @property
    def message(self) -> str | None:
        return self.one("Errors/Error/Message")

    @property
    def refusal(self) -> tuple[int, str | None, str | None]:
        return self.status, self.code, self.message

    @property
    def because(self) -> str:
        return self.headers.get("x-condemu-because", "")

    @property
    def box_usage(self) -> str | None:
        return self.one("ResponseMetadata/BoxUsage") or self.one("Errors/Error/BoxUsage")

    @property
    def token(self) -> str | None:
        return self.one("*/NextToken")

    @property
    def items(self) -> list[str]:
        return [text_of(item.find("Name")) for item in self.root.findall("SelectResult/Item")]

    @property
    def rows(self) -> dict[str, dict[str, list[str]]]:
        return {text_of(item.find("Name")): held(item) for item in self.root.findall("SelectResult/Item")}

    @property
    def attributes(self) -> dict[str, list[str]]:
        return held(self.root.find("GetAttributesResult"))

    @property
    def count(self) -> int:
        (item,) = self.root.findall("SelectResult/Item")
        assert text_of(item.find("Name")) == "Domain"
        return int(held(item)["Count"][0])


def text_of(element: Any) -> str:
    text = element.text or ""
    return base64.b64decode(text).decode() if element.get("encoding") == "base64" else text


def held(parent: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in parent.findall("Attribute"):
        found.setdefault(text_of(entry.find("Name")), []).append(text_of(entry.find("Value")))
    return found


class Wire:
    """Calls with plain parameters. `sdb("PutAttributes", ItemName="i", **attributes(v="1"))`."""

    def __init__(self, authenticator: Any = None, store: Any = None, observers: tuple[Any, ...] = (), **settings: Any) -> None:
        self.clock = ManualClock()
        self.ids = CountingIds()
        self.store = store or MemoryStore(self.clock, self.ids)
        self.engine = Engine(self.store, observers)
        self.service = SimpleDB(engine=self.engine, clock=self.clock, ids=self.ids, authenticator=authenticator, **settings)

    def __call__(self, action: str, parameters: dict[str, str] | None = None, **more: str) -> Reply:
        given = {"Action": action, "Version": VERSION, "DomainName": "MyDomain", **(parameters or {}), **more}
        if action in ("ListDomains", "Select"):
            del given["DomainName"]
        return self.send(given)

    def send(self, parameters: dict[str, str], method: str = "POST", host: str = "sdb.amazonaws.com") -> Reply:
        text = urlencode(parameters)
        return self.raw(method, "" if method == "POST" else text, text.encode() if method == "POST" else b"", host)

    def raw(self, method: str, query: str = "", body: bytes = b"", host: str = "sdb.amazonaws.com", path: str = "/") -> Reply:
        answer = run(self.service.handle(self.request(method, query, body, host, path)))
        assert isinstance(answer.body, bytes)
        return Reply(answer.status, answer.headers, answer.body)

    def request(self, method: str, query: str, body: bytes, host: str, path: str = "/", **headers: str) -> Request:
        sent = {"host": host, "content-type": "application/x-www-form-urlencoded; charset=utf-8", **headers}
        return Request(method, path, query, sent, BytesBody(body), received_at=self.clock.now(), request_id="4442587FB7D0A2F9")

    def select(self, expression: str, **more: str) -> Reply:
        return self("Select", SelectExpression=expression, ConsistentRead="true", **more)

    def put(self, item: str, pairs: list[tuple[str, str]] | dict[str, str], *, replace: bool = False, **more: str) -> Reply:
        return self("PutAttributes", entries(pairs, replace=replace), ItemName=item, **more)

    def get(self, item: str, **more: str) -> dict[str, list[str]]:
        reply = self("GetAttributes", ItemName=item, ConsistentRead="true", **more)
        assert reply.status == 200, reply.text
        return reply.attributes


def entries(pairs: list[tuple[str, str]] | dict[str, str], *, replace: bool = False, prefix: str = "") -> dict[str, str]:
    """Attribute.1.Name, Attribute.1.Value, … for pairs."""
    found = {}
    for number, (name, value) in enumerate(pairs.items() if isinstance(pairs, dict) else pairs, 1):
        found[f"{prefix}Attribute.{number}.Name"] = name
        found[f"{prefix}Attribute.{number}.Value"] = value
        if replace:
            found[f"{prefix}Attribute.{number}.Replace"] = "true"
    return found


def run(coroutine: Any) -> Any:
    """Run a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


def state(wire: Wire) -> Any:
    """All that is kept, to see that nothing changed."""
    return wire.store.view(lambda txn: {table: list(txn.scan(table)) for table in txn.tables()})


def fresh(domain: str = "MyDomain", **settings: Any) -> Wire:
    """A SimpleDB with one empty domain."""
    wire = Wire(**settings)
    assert wire("CreateDomain", DomainName=domain).status == 200
    return wire
