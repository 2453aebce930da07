"""The requests to SimpleDB that the suite sends as they were observed: nearly all, in two domains, each with its grade."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.expect import Difference
from conformance.plugin import GRADES
from conformance.raw import Answer
from conformance.simpledb.observed import CASES, DOMAINS, EXCEPTIONS, GROUPS, SENT, items_of, renamed, steps_of
from conformance.simpledb.test_recorded_requests import Reply, compare, shown


def test_every_case_is_sent_or_listed_with_a_reason() -> None:
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    assert set(EXCEPTIONS) <= set(ids)
    assert set(GROUPS) <= {case["group"] for case in CASES}
    assert not [case["id"] for case in CASES if case["id"] in EXCEPTIONS and case["group"] in GROUPS]
    assert len(SENT) + len(EXCEPTIONS) + sum(case["group"] in GROUPS for case in CASES) == len(CASES)
    assert len(SENT) > 0.9 * len(CASES)
    assert all(len(reason) > 20 for reason in (*EXCEPTIONS.values(), *GROUPS.values()))


def test_each_has_a_grade_and_makes_no_other_domain_than_the_two() -> None:
    assert {case["evidence"] for case in SENT} <= set(GRADES)
    steps = [step for case in SENT for step in steps_of(case)]
    assert {step["DomainName"] for step in steps if step["Action"] == "CreateDomain"} == set(DOMAINS)
    assert {step["Action"] for step in steps} <= {"CreateDomain", "PutAttributes", "BatchPutAttributes", "DeleteAttributes"}
    sent = [case for case in SENT if case["expected"]["status"] == 200]
    assert not {case["request"]["Action"] for case in sent} & {"CreateDomain", "DeleteDomain", "ListDomains", "DomainMetadata"}
    assert not [case["id"] for case in SENT for name in DOMAINS if name in (case["expected"]["message"] or "")]
    assert {member for case in SENT for member in case["expected"].get("body", {})} <= {
        "attributes", "count", "items", "items_count", "NextToken", "result", "root", "rows", "xml", "xml_item",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"DomainName": "MyDomain", "ItemName": "MyDomain"}, {"DomainName": "new-MyDomain", "ItemName": "MyDomain"}),
        ({"DomainName": "dom/x"}, {"DomainName": "dom/x"}),
        ({"DomainName": ""}, {"DomainName": ""}),
        (
            {"SelectExpression": "select mydomain from mydomain where mydomain = 'mydomain'"},
            {"SelectExpression": "select mydomain from `new-mydomain` where mydomain = 'mydomain'"},
        ),
        ({"SelectExpression": "SELECT * FROM mydomain"}, {"SelectExpression": "SELECT * FROM `new-mydomain`"}),
        ({"SelectExpression": "select * from `mydomain` limit 1"}, {"SelectExpression": "select * from `new-mydomain` limit 1"}),
        ({"SelectExpression": "select * from mydomains"}, {"SelectExpression": "select * from mydomains"}),
        ({"SelectExpression": "select * from my.domain"}, {"SelectExpression": "select * from my.domain"}),
    ],
)
def test_domains_are_renamed_where_they_are_named_and_nowhere_else(request_: dict[str, str], expected: dict[str, str]) -> None:
    assert renamed(request_, lambda name: f"new-{name}") == expected


def test_all_items_that_a_request_may_write_are_taken_away_again() -> None:
    assert items_of({"ItemName": "a", "Item.1.ItemName": "b", "Item.20.ItemName": "c", "Attribute.1.Name": "d"}) == [*"abc"]
    assert items_of({"ItemName": ""}) == items_of({"ItemName": "é" * 513}) == []


REFUSAL = (
    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>{usage}</Error></Errors>"
    "<RequestID>r</RequestID></Response>"
)
USAGE = "<BoxUsage>0.0000219907</BoxUsage>"
WANTED = {
    "status": 409, "code": "A", "message": "No.", "box_usage": "0.0000219907",
    "accept_also": [{"code": "B", "message": "Never."}, {"status": 400}],
}  # fmt: skip


def reply(status: int = 409, code: str = "A", message: str = "No.", usage: str = USAGE) -> Reply:
    return Reply(Answer(status, {}, REFUSAL.format(code=code, message=message, usage=usage).encode()))


def success(inner: str = "") -> Reply:
    text = f'<?xml version="1.0"?>\n<SelectResponse xmlns="http://sdb.amazonaws.com/doc/2009-04-15/">{inner}<ResponseMetadata/>'
    return Reply(Answer(200, {}, f"{text}</SelectResponse>".encode()))


@pytest.mark.parametrize("given", [reply(), reply(code="B", message="Never."), reply(status=400)])
def test_an_answer_that_was_observed_is_no_difference(given: Reply) -> None:
    compare(given, WANTED)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (success(), "ignored"),
        (reply(status=404), "wrong code"),
        (reply(code="C"), "wrong code"),
        (reply(message="no."), "wrong words"),
        (reply(message="Never."), "wrong words"),
        (reply(usage=""), "wrong words"),
        (reply(400, "InvalidAction"), "unsupported"),
        (Reply(Answer(500, {}, b"<html>")), "wrong code"),
    ],
)
def test_differences_have_their_kinds(given: Reply, kind: str) -> None:
    with pytest.raises(Difference) as caught:
        compare(given, WANTED)
    assert caught.value.kind == kind


def test_refusing_what_is_accepted_and_charging_what_is_free_are_differences() -> None:
    for given, wanted, kind in (
        (reply(), {"status": 200, "code": None, "message": None, "box_usage": "present"}, "refused"),
        (reply(), {**WANTED, "box_usage": "absent"}, "wrong words"),
    ):
        with pytest.raises(Difference) as caught:
            compare(given, wanted)
        assert caught.value.kind == kind
    compare(reply(), {**WANTED, "box_usage": "unknown"})
    compare(reply(usage=""), {**WANTED, "box_usage": "unknown"})


PAIRS = (
    "<Attribute><Name>n</Name><Value>2</Value></Attribute>"
    '<Attribute><Name>n</Name><Value encoding="base64">MQ==</Value></Attribute>'
)
HELD = f"<GetAttributesResult>{PAIRS}</GetAttributesResult>"
ITEMS = f"<SelectResult><Item><Name>b</Name>{PAIRS}</Item><Item><Name>a</Name></Item><NextToken>t</NextToken></SelectResult>"
COUNT = "<SelectResult><Item><Name>Domain</Name><Attribute><Name>Count</Name><Value>3</Value></Attribute></Item></SelectResult>"


@pytest.mark.parametrize(
    ("inner", "member", "good", "bad"),
    [
        (ITEMS, "items", ["a", "b"], ["a"]),
        (ITEMS, "rows", {"b": {"n": ["1", "2"]}, "a": {}}, {"b": {"n": ["2"]}, "a": {}}),
        (ITEMS, "items_count", 2, 3),
        (ITEMS, "NextToken", "present", None),
        (ITEMS, "root", "SelectResponse", "Response"),
        (ITEMS, "result", "SelectResult", None),
        (ITEMS, "xml", "<Name>a</Name>", "<Name>c</Name>"),
        ("", "result", None, "SelectResult"),
        ("", "NextToken", None, "present"),
        (COUNT, "count", 3, 2),
        (HELD, "attributes", {"n": ["2", "1"]}, {"n": ["2"]}),
    ],
)
def test_the_body_of_an_answer_is_compared(inner: str, member: str, good: Any, bad: Any) -> None:
    found, wanted = shown(success(inner), member, good, ordered=False)
    assert found == wanted
    found, wanted = shown(success(inner), member, bad, ordered=False)
    assert found != wanted


def test_order_counts_where_the_case_says_so() -> None:
    found, wanted = shown(success(ITEMS), "items", ["b", "a"], ordered=True)
    assert found == wanted
    found, wanted = shown(success(ITEMS), "items", ["a", "b"], ordered=True)
    assert found != wanted
