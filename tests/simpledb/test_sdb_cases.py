"""The shared cases: what live clients recorded, what the Developer Guide documents, and what is inferred from both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sdb_wire import Reply, Wire, state

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json").read_text())
QUERY = [case for case in CASES["cases"] if case["group"] not in ("simpledbv2", "auth")]
PAGE_BEFORE = {"domain.list.page2": {"Action": "ListDomains", "Version": "2009-04-15", "MaxNumberOfDomains": "2"}}


def prepared(case: dict[str, Any]) -> Wire:
    sdb = Wire()
    for step in case["setup"]:
        for parameters in CASES["datasets"][step["dataset"]] if "dataset" in step else [step]:
            reply = sdb.send(parameters)
            assert reply.status == 200, (parameters, reply.text)
    return sdb


@pytest.mark.parametrize("case", QUERY, ids=lambda case: case["id"])
def test_shared_case(case: dict[str, Any]) -> None:
    sdb = prepared(case)
    before = state(sdb)
    request = dict(case["request"])
    if request.get("NextToken", "").startswith("@"):
        token = sdb.send(PAGE_BEFORE[case["id"]]).token
        assert token is not None
        request["NextToken"] = token
    reply = sdb.send(request, method="GET" if len(str(request)) < 2000 else "POST")
    expected = case["expected"]
    alternatives = [expected] + [{**expected, **other} for other in expected.get("accept_also", ())]
    seen = {"status": reply.status, "code": reply.code, "message": reply.message}
    assert seen in [{name: other[name] for name in seen} for other in alternatives]
    assert seen == {name: expected[name] for name in seen}
    usage = expected["box_usage"]
    assert {"present": reply.box_usage is not None, "absent": reply.box_usage is None, "unknown": True}.get(
        usage, reply.box_usage == usage
    ), reply.box_usage
    if reply.status != 200:
        assert state(sdb) == before
    for member, wanted in expected.get("body", {}).items():
        assert matches(reply, member, wanted, ordered=bool(case.get("ordered"))), (member, wanted, reply.text)
    for item, attributes in case.get("after", {}).get("items", {}).items():
        found = sdb("GetAttributes", DomainName=case["after"]["domain"], ItemName=item, ConsistentRead="true").attributes
        assert found == {name: sorted(values) for name, values in (attributes or {}).items()}


def matches(reply: Reply, member: str, wanted: Any, *, ordered: bool) -> bool:
    """Whether the answer's body shows what a case says about it."""
    result = reply.root[0]
    if member == "items":
        return reply.items == wanted if ordered else sorted(reply.items) == sorted(wanted)
    if member in ("rows", "attributes"):
        return getattr(reply, member) == sorted_values(wanted, deep=member == "rows")
    if member == "metadata":
        return {name: int(result.findtext(name) or "-1") for name in wanted} == wanted
    return {
        "root": lambda: reply.root.tag == wanted,
        "result": lambda: (result.tag if result.tag != "ResponseMetadata" else None) == wanted,
        "NextToken": lambda: (reply.token is not None) == (wanted == "present"),
        "DomainName": lambda: [element.text for element in result.findall("DomainName")] == wanted,
        "DomainName_count": lambda: len(result.findall("DomainName")) == wanted,
        "element_order": lambda: [element.tag for element in result] == wanted,
        "items_count": lambda: len(reply.items) == wanted,
        "count": lambda: reply.count == wanted,
        "xml": lambda: wanted in reply.text,
        "xml_item": lambda: wanted in reply.text,
    }[member]()


def sorted_values(wanted: dict[str, Any], *, deep: bool) -> dict[str, Any]:
    if deep:
        return {item: sorted_values(held, deep=False) for item, held in wanted.items()}
    return {name: sorted(values) for name, values in wanted.items()}
