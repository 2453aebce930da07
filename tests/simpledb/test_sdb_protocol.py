"""The protocol: methods, versions, envelopes, what is charged, and parameters that are no sense at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdb_wire import Wire, entries, fresh, run, state

from condemu.core.calls import Call, Step
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine, Watch
from condemu.core.errors import ServiceError
from condemu.core.store import MemoryStore
from condemu.simpledb.boxusage import of_batch, of_write, text_of
from condemu.simpledb.operations import OPERATIONS
from condemu.simpledb.unraised_errors import SERVICE_UNAVAILABLE

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "cases" / "simpledb_cases.json").read_text())
ID = "34343432-3538-3746-4237-443041324639"


def test_a_success_without_a_result_is_byte_for_byte_as_recorded() -> None:
    reply = fresh().put("Item1", {"a1": "1", "a2": "2", "a3": "3"})
    recorded = CASES["wire"]["success_no_result"].replace("db86e72b-ffef-1b40-f760-fcf4308c5cb8", ID)
    assert reply.text == recorded
    assert reply.headers["Content-Type"] == "text/xml"
    assert reply.headers["Server"] == "Amazon SimpleDB"


def test_a_refusal_is_byte_for_byte_as_recorded() -> None:
    sdb = fresh()
    sdb.put("Item1", {"a1": "7"})
    reply = sdb.put("Item1", {"a1": "8"}, **{"Expected.0.Name": "a1", "Expected.0.Value": "6"})
    assert reply.text == CASES["wire"]["error"].replace("15e9428f-1537-bd42-32a8-5f2aaca9f92c", ID)
    assert reply.headers["Content-Type"] == "text/xml"


def test_results_are_where_the_recordings_have_them() -> None:
    sdb = fresh()
    sdb.put("i", [("a", "x"), ("a", "<&>"), ("b", "\r\n")])
    metadata = f"<ResponseMetadata><RequestId>{ID}</RequestId><BoxUsage>{{}}</BoxUsage></ResponseMetadata>"
    start = '<?xml version="1.0"?>\n<{0}Response xmlns="http://sdb.amazonaws.com/doc/2009-04-15/">'
    attributes = (
        "<Attribute><Name>a</Name><Value>&lt;&amp;&gt;</Value></Attribute><Attribute><Name>a</Name><Value>x</Value></Attribute>"
        "<Attribute><Name>b</Name><Value>&#13;\n</Value></Attribute>"
    )
    for action, more, result, usage in (
        ("ListDomains", {}, "<ListDomainsResult><DomainName>MyDomain</DomainName></ListDomainsResult>", "0.0000071759"),
        ("GetAttributes", {"ItemName": "i"}, f"<GetAttributesResult>{attributes}</GetAttributesResult>", "0.0000093282"),
        ("GetAttributes", {"ItemName": "no"}, "<GetAttributesResult/>", "0.0000093202"),
        ("Select", {"SelectExpression": "select * from MyDomain"},
         f"<SelectResult><Item><Name>i</Name>{attributes}</Item></SelectResult>", "0.0000230016"),
        ("DomainMetadata", {}, "<DomainMetadataResult><ItemCount>1</ItemCount><ItemNamesSizeBytes>1</ItemNamesSizeBytes>"
         "<AttributeNameCount>2</AttributeNameCount><AttributeNamesSizeBytes>2</AttributeNamesSizeBytes><AttributeValueCount>3"
         "</AttributeValueCount><AttributeValuesSizeBytes>6</AttributeValuesSizeBytes><Timestamp>1767225600</Timestamp>"
         "</DomainMetadataResult>", "0.0000071759"),
    ):  # fmt: skip
        assert sdb(action, more).text == start.format(action) + result + metadata.format(usage) + f"</{action}Response>"


def test_text_that_xml_cannot_carry_is_base64() -> None:
    sdb = fresh()
    sdb.put("i\x02", {"n\x01": "v\ufffe"})
    text = sdb.select("select * from MyDomain").text
    assert (
        '<Item><Name encoding="base64">aQI=</Name><Attribute><Name encoding="base64">bgE=</Name>'
        '<Value encoding="base64">du+/vg==</Value></Attribute></Item>'
    ) in text
    assert sdb.get("i\x02") == {"n\x01": ["v\ufffe"]}
    reply = sdb.put("i\x02", {"a": "1"}, **{"Expected.Name": "n\x01", "Expected.Value": "1"})
    assert reply.refusal == (
        409, "ConditionalCheckFailed", "Conditional check failed. Attribute (n\ufffd) value is (v\ufffd) but was expected (1)",
    )  # fmt: skip
    assert reply.because.isascii()


@pytest.mark.parametrize(
    ("parameters", "status", "code", "message"),
    [
        ({}, 400, "MissingAction", "No action was supplied with this request."),
        ({"Action": ""}, 400, "MissingAction", "No action was supplied with this request."),
        ({"Action": "listDomains"}, 400, "InvalidAction", "The action listDomains is not valid for this web service."),
        ({"Action": "ListDomains", "Version": "2010-01-01"}, 400, "NoSuchVersion",
         "The requested version (2010-01-01) of service AmazonSimpleDB does not exist."),
    ],
)  # fmt: skip
def test_actions_and_versions(parameters: dict[str, str], status: int, code: str, message: str) -> None:
    reply = Wire().send(parameters)
    assert reply.refusal == (status, code, message)
    assert reply.box_usage is None


def test_a_version_that_is_not_there_is_the_present_one() -> None:
    assert Wire().send({"Action": "ListDomains"}).status == 200


def test_the_version_before_conditions_knows_none() -> None:
    sdb = fresh()
    old = {"Version": "2007-11-07"}
    assert 'xmlns="http://sdb.amazonaws.com/doc/2007-11-07/"' in sdb.put("i", {"v": "1"}, **old).text
    before = state(sdb)
    for reply, parameter in (
        (sdb.put("i", {"v": "2"}, **old, **{"Expected.Name": "v", "Expected.Value": "2"}), "Expected"),
        (sdb("DeleteAttributes", ItemName="i", **old, **{"Expected.Name": "v", "Expected.Value": "2"}), "Expected"),
        (sdb("GetAttributes", ItemName="i", ConsistentRead="true", **old), "ConsistentRead"),
        (sdb("Select", SelectExpression="select * from MyDomain", ConsistentRead="false", **old), "ConsistentRead"),
    ):
        text = "is only supported in WSDL version 2009-04-15 or beyond. Please upgrade to new version"
        assert reply.refusal == (400, "InvalidWSDLVersion", f"Parameter ({parameter}) {text}")
    assert state(sdb) == before


def test_other_methods_and_paths() -> None:
    sdb = Wire()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert sdb.raw(method).refusal == (400, "UnsupportedHttpVerb", f"The requested HTTP verb is not supported: {method}")
    assert sdb.raw("GET", path="/x/y").refusal == (400, "InvalidURI", "The URI /x/y is not valid.")


def test_what_is_no_text_and_what_is_too_much_is_an_invalid_request() -> None:
    sdb = fresh()
    before = state(sdb)
    for body in (b"Action=ListDomains&x=%FF", b"a=&" * 30_000, b"Action=" + b"x" * 5_000_000):
        reply = sdb.raw("POST", "", body)
        assert reply.refusal[:2] == (400, "InvalidHttpRequest")
        assert (reply.message or "").startswith("The HTTP request is invalid. Reason: ")
    sent: dict[str, str] = {}
    for number in range(25):
        sent[f"Item.{number}.ItemName"] = f"i{number}"
        sent |= entries([(f"n{n}", "v" * 1000) for n in range(45)], prefix=f"Item.{number}.")
    assert sdb("BatchPutAttributes", sent).message == "The HTTP request is invalid. Reason: The request is larger than 1 MB."
    assert state(sdb) == before


def test_what_is_charged_is_what_was_recorded() -> None:
    assert [text_of(of_write(count)) for count in (0, 1, 2, 3, 4, 9)] == [
        "0.0000219907", "0.0000219909", "0.0000219923", "0.0000219961", "0.0000220035", "0.0000221365",
    ]  # fmt: skip
    assert [text_of(of_batch(sizes)) for sizes in ([3] * 25, [3] * 3, [0] * 3, [1])] == [
        "0.0003849317", "0.0000461918", "0.0000461805", "0.0000219909",
    ]  # fmt: skip


class Unavailable(Watch):
    """An observer that fails every call, as a fault would."""

    async def ready(self, call: Call, step: Step) -> None:
        raise ServiceError(SERVICE_UNAVAILABLE)


def test_a_call_that_an_instrument_fails_is_answered_as_aws_would() -> None:
    sdb = Wire(observers=(Unavailable(),))
    reply = sdb("CreateDomain")
    assert reply.refusal == (
        503, "ServiceUnavailable", "Service AmazonSimpleDB is currently unavailable. Please try again later",
    )  # fmt: skip
    assert reply.box_usage is None
    assert state(sdb) == {}


class Seen(Watch):
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[Call, Step]] = []

    async def ready(self, call: Call, step: Step) -> None:
        self.steps.append((call, step))


def test_a_call_says_what_it_touches_and_whether_it_may_be_stale() -> None:
    seen = Seen()
    sdb = fresh(observers=(seen,))
    sdb.put("i", {"v": "1"}, **{"Expected.Name": "v", "Expected.Exists": "false"})
    sdb("GetAttributes", ItemName="i")
    sdb("GetAttributes", ItemName="i", ConsistentRead="true")
    sdb("Select", SelectExpression="select * from MyDomain")
    sdb("BatchDeleteAttributes", {"Item.1.ItemName": "i", "Item.2.ItemName": "j"})
    told = [(call.operation, *map(tuple, step.footprint), call.consistent) for call, step in seen.steps]
    assert told == [
        ("CreateDomain", ("simpledb:MyDomain", True), True),
        ("PutAttributes", ("simpledb:MyDomain/i", True), True),
        ("GetAttributes", ("simpledb:MyDomain/i", False), False),
        ("GetAttributes", ("simpledb:MyDomain/i", False), True),
        ("Select", ("simpledb:MyDomain", False), False),
        ("BatchDeleteAttributes", ("simpledb:MyDomain/i", True), ("simpledb:MyDomain/j", True), True),
    ]
    calls = [call for call, _ in seen.steps]
    assert calls[1].parameters["Expected"] == {"Name": "v", "Exists": False}
    assert calls[1].arrived_at == sdb.clock.now()
    json.dumps([call.parameters for call in calls])


class Past:
    """A read source that shows an older state to reads that allow it."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def view(self, call: Call, decide: Any) -> Any:
        return self.store.view(decide)


def test_reads_that_may_be_stale_are_asked_of_the_past_and_conditions_never() -> None:
    sdb = fresh()
    sdb.put("page", {"PageHits": "121"}, replace=True)
    past = Wire(store=MemoryStore(ManualClock(), CountingIds()))
    past("CreateDomain")
    past.put("page", {"PageHits": "121"})
    sdb.put("page", {"PageHits": "122"}, replace=True)
    sdb.service.engine = Engine(sdb.store, (), Past(past.store))
    assert sdb("GetAttributes", ItemName="page").attributes == {"PageHits": ["121"]}
    assert sdb.get("page") == {"PageHits": ["122"]}
    assert sdb("Select", SelectExpression="select * from MyDomain").rows == {"page": {"PageHits": ["121"]}}
    late = sdb.put("page", {"PageHits": "122"}, replace=True, **{"Expected.Name": "PageHits", "Expected.Value": "121"})
    assert late.refusal[:2] == (409, "ConditionalCheckFailed")


NAMES = st.sampled_from(
    [
        "Action", "Version", "DomainName", "ItemName", "Attribute.1.Name", "Attribute.1.Value", "Attribute.0.Replace",
        "Attribute.x.Name", "Attribute.", "Item.1.ItemName", "Item.1.Attribute.1.Name", "Item.1.Attribute.1.Value",
        "Item.2.ItemName", "Item.1.Replace", "Item..", "Expected.Name", "Expected.Value", "Expected.Exists", "Expected.1.Name",
        "Expected.2.Value", "Expected", "Expected.", "Expected.x.y.z", "ExpectedName", "AttributeName", "AttributeName.1",
        "ConsistentRead", "NextToken", "SelectExpression", "MaxNumberOfDomains", "AWSAccessKeyId", "Signature",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "", "MyDomain", "i", "true", "false", "1", "-1", "101", "a", "\x00", "é", "x" * 1025, "2009-04-15", "2007-11-07",
            "select * from MyDomain where a = '1'", "A" * 300,
        ]
    ),
    st.text(max_size=20),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(OPERATIONS)), st.dictionaries(NAMES, VALUES, max_size=10), st.booleans())
def test_no_parameters_break_anything(action: str, parameters: dict[str, str], by_get: bool) -> None:
    sdb = SHARED
    before = state(sdb)
    reply = sdb.send({"Action": action, "DomainName": "MyDomain", "ItemName": "i", **parameters}, "GET" if by_get else "POST")
    assert reply.status in (200, 400, 404, 409), reply.text
    if reply.status != 200:
        assert state(sdb) == before
        assert reply.code
    if action in ("DeleteDomain",):
        sdb("CreateDomain")


SHARED = fresh()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_bytes_break_anything(body: bytes, query: str) -> None:
    reply = SHARED.raw("POST", query, b"Action=PutAttributes&DomainName=MyDomain&" + body)
    assert reply.status == 400, reply.text
    answer = run(SHARED.service.handle(SHARED.request("GET", query, body, "sdb.amazonaws.com")))
    assert answer.status in (200, 400)
