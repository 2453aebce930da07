"""What SimpleDB answers to one request: the cases of cases/simpledb_cases.json, each with its own evidence."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from ..expect import UNSUPPORTED, Difference, same, unchanged
from ..raw import Answer, Raw
from ..resources import PREFIX, Resources
from .observed import SENT, items_of, renamed, steps_of
from .test_expected import SignedForm

pytestmark = pytest.mark.tier("exact")


class Domains:
    """The domains of the run, one for each that the cases name, made when a case first needs it."""

    def __init__(self, resources: Resources, raw: Raw) -> None:
        self._resources = resources
        self._raw = raw
        self._made: dict[str, str] = {}

    def name(self, name: str, made: Collection[str]) -> str:
        """The name of a case's domain in this run; of one that the case does not make, a name that nothing has."""
        if name not in made:
            return f"{PREFIX}{self._resources.run}-no-domain"
        if name not in self._made:
            self._made[name] = self._resources.domain()
        return self._made[name]

    def send(self, request: Mapping[str, str]) -> Reply:
        return Reply(self._raw("POST", "/", body=urlencode(request).encode(), service="simpledb", scheme=SignedForm))


class Reply:
    """An answer, taken apart."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.text = answer.text
        try:
            root = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", self.text))
        except ElementTree.ParseError:
            root = ElementTree.Element("none")
        self.root = root
        self.code = root.findtext("Errors/Error/Code")
        self.message = root.findtext("Errors/Error/Message")
        self.has_usage = root.find(".//BoxUsage") is not None

    @property
    def result(self) -> ElementTree.Element:
        """The element of the result; an empty one when there is none."""
        first = next(iter(self.root), None)
        return ElementTree.Element("none") if first is None or first.tag == "ResponseMetadata" else first

    @property
    def rows(self) -> dict[str, dict[str, list[str]]]:
        return {text_of(item.find("Name")): attributes_of(item) for item in self.result.findall("Item")}


def text_of(element: ElementTree.Element | None) -> str:
    if element is None:
        return ""
    text = element.text or ""
    return base64.b64decode(text).decode() if element.get("encoding") == "base64" else text


def attributes_of(parent: ElementTree.Element) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for attribute in parent.findall("Attribute"):
        held.setdefault(text_of(attribute.find("Name")), []).append(text_of(attribute.find("Value")))
    return {name: sorted(values) for name, values in held.items()}


@pytest.fixture(scope="session")
def domains(resources: Resources, raw: Raw) -> Domains:
    return Domains(resources, raw)


class Case:
    """One case under way: what it writes is looked at, and taken away again."""

    def __init__(self, domains: Domains, row: dict[str, Any]) -> None:
        self.domains = domains
        self.row = row
        self.steps = steps_of(row)
        self.made = {step["DomainName"] for step in self.steps if step["Action"] == "CreateDomain"}
        found = {(request.get("DomainName"), item) for request in [*self.steps, row["request"]] for item in items_of(request)}
        self.items = sorted((domain, item) for domain, item in found if domain in self.made)

    def send(self, request: Mapping[str, str]) -> Reply:
        return self.domains.send(renamed(request, lambda name: self.domains.name(name, self.made)))

    def prepare(self) -> None:
        for step in self.steps:
            if step["Action"] != "CreateDomain":
                self.done(step)

    def done(self, request: Mapping[str, str]) -> Reply:
        reply = self.send(request)
        if reply.status != 200:
            raise Difference("refused", f"AWS accepts {request}; the target answered {reply.status} {reply.text[:500]}")
        return reply

    def held(self, domain: str, item: str) -> dict[str, list[str]]:
        read = {"Action": "GetAttributes", "Version": "2009-04-15", "ConsistentRead": "true"}
        return attributes_of(self.done({**read, "DomainName": domain, "ItemName": item}).result)

    def look(self) -> list[Any]:
        """The items as they are stored."""
        return [self.held(*place) for place in self.items]

    def clear(self) -> None:
        for domain, item in self.items:
            self.send({"Action": "DeleteAttributes", "Version": "2009-04-15", "DomainName": domain, "ItemName": item})


def compare(reply: Reply, expected: Mapping[str, Any]) -> None:
    """Raise the Difference between an answer's status, code, message and BoxUsage and what is expected, if there is one."""
    said = f"AWS answers {expected}; the target {reply.status} {reply.text[:500]}"
    wanted = [{**expected, **other} for other in ({}, *expected.get("accept_also", ()))]
    if reply.code in UNSUPPORTED and reply.code not in [one["code"] for one in wanted]:
        raise Difference("unsupported", said)
    if reply.status != 200 and expected["status"] == 200:
        raise Difference("refused", said)
    if reply.status == 200 and expected["status"] != 200:
        raise Difference("ignored", said)
    if (reply.status, reply.code) not in [(one["status"], one["code"]) for one in wanted]:
        raise Difference("wrong code", said)
    if (reply.status, reply.code, reply.message) not in [(one["status"], one["code"], one["message"]) for one in wanted]:
        raise Difference("wrong words", said)
    if expected["box_usage"] != "unknown" and reply.has_usage == (expected["box_usage"] == "absent"):
        raise Difference("wrong words", f"BoxUsage: {said}")


def shown(reply: Reply, member: str, wanted: Any, *, ordered: bool) -> tuple[Any, Any]:
    """What an answer shows of a member of a case's body, and what it should."""
    result, rows = reply.result, reply.rows
    if member == "items":
        return (list(rows), wanted) if ordered else (sorted(rows), sorted(wanted))
    if member == "attributes":
        return attributes_of(result), {name: sorted(values) for name, values in wanted.items()}
    found = {
        "root": reply.root.tag,
        "result": None if result.tag == "none" else result.tag,
        "NextToken": None if result.find("NextToken") is None else "present",
        "rows": rows,
        "items_count": len(rows),
        "count": int(rows.get("Domain", {}).get("Count", ["-1"])[0]),
    }
    return (found[member], wanted) if member in found else (wanted in reply.text, True)  # xml, xml_item


@pytest.mark.parametrize("row", SENT, ids=[case["id"] for case in SENT])
def test_a_request_is_answered_as_it_was_on_aws(domains: Domains, row: dict[str, Any]) -> None:
    """A request has the status, the code and the message that AWS gives, and the result; a refused one changes nothing.

    Source: recordings of AWS, the Developer Guide, what follows from both; each case has its own grade [documented]
    """
    case, expected, request = Case(domains, row), row["expected"], row["request"]
    if request.get("Action") == "Select" and row["expected"]["status"] == 200:
        request = {"ConsistentRead": "true", **request}
    try:
        case.prepare()
        if expected["status"] == 200:
            reply = case.send(request)
        else:
            with unchanged(case.look, "the case's items"):
                reply = case.send(request)
        compare(reply, expected)
        for member, wanted in expected.get("body", {}).items():
            same(*shown(reply, member, wanted, ordered=bool(row.get("ordered"))), f"{member} of {reply.text[:500]}")
        after = row.get("after", {})
        for item, attributes in after.get("items", {}).items():
            held = {name: sorted(values) for name, values in (attributes or {}).items()}
            same(case.held(after["domain"], item), held, f"what {item} holds afterwards")
    finally:
        case.clear()
