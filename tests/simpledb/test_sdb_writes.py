"""Puts, deletes, batches and conditions: every refusal in the order of precedence, and nothing changed after any of them."""

from __future__ import annotations

from typing import Any

import pytest
from sdb_wire import Wire, entries, fresh, state

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.errors import ServiceError
from condemu.core.store import Commit, MemoryStore, MemoryTxn
from condemu.simpledb import attributes, errors
from condemu.simpledb.expected import refusal

LONG = "x" * 1025
DIFFERS = errors.CONDITIONAL_CHECK_FAILED_VALUE
LATIN = "é" * 513  # 1,026 octets


def refused(row: Any, **fields: Any) -> ServiceError:
    return ServiceError(row, fields)


@pytest.mark.parametrize(
    ("condition", "values", "answer"),
    [
        ({"Name": "v", "Value": "7"}, (), refused(errors.ATTRIBUTE_DOES_NOT_EXIST, Name="v")),
        ({"Name": "v", "Value": "7"}, ("7",), None),
        ({"Name": "v", "Value": "7"}, ("07",), refused(DIFFERS, Name="v", Value="07", Expected="7")),
        ({"Name": "v", "Value": "7"}, ("7", "8"), refused(errors.MULTI_VALUED_ATTRIBUTE, Name="v")),
        ({"Name": "v", "Value": ""}, ("",), None),
        ({"Name": "v", "Value": ""}, (), refused(errors.ATTRIBUTE_DOES_NOT_EXIST, Name="v")),
        ({"Name": "v", "Value": "a"}, ("A",), refused(DIFFERS, Name="v", Value="A", Expected="a")),
        ({"Name": "v", "Exists": False}, (), None),
        ({"Name": "v", "Exists": False}, ("7",), refused(errors.CONDITIONAL_CHECK_FAILED_EXISTS, Name="v")),
        ({"Name": "v", "Exists": False}, ("",), refused(errors.CONDITIONAL_CHECK_FAILED_EXISTS, Name="v")),
        ({"Name": "v", "Exists": False}, ("7", "8"), refused(errors.CONDITIONAL_CHECK_FAILED_EXISTS, Name="v")),
    ],
)
def test_the_condition_as_a_function(condition: Any, values: tuple[str, ...], answer: ServiceError | None) -> None:
    assert refusal(condition, values) == answer
    if answer is not None:
        assert refusal(condition, values).because  # type: ignore[union-attr]


# What is wrong, one more mistake taken away at a time: each is answered before all that stand below it.
PRECEDENCE: list[tuple[str, dict[str, str | None], str]] = [
    ("the domain's name", {"DomainName": "x"}, "Value (x) for parameter DomainName is invalid. "),
    ("the item's name", {"ItemName": None}, "The request must contain the parameter ItemName"),
    ("an attribute's value", {"Attribute.1.Value": None}, "Attribute.Value missing for Attribute.Name='one more'"),
    ("surplus names", {"Expected.2.Name": "w", "Expected.3.Name": "w"}, "Only one Expected.Name can be specified"),
    ("surplus values", {"Expected.2.Value": "w"}, "Only one Expected.Value can be specified"),
    ("surplus Exists", {"Expected.2.Exists": "true", "Expected.1.Exists": "false"}, "Only one Exists condition can be specified"),
    ("Exists is no truth value", {"Expected.1.Exists": "maybe"},
     "Value (maybe) for parameter Expected.Exists is invalid. Expected.Exists should be either true or false."),
    ("no name", {"Expected.1.Name": None}, "The request must contain the parameter Name"),
    ("Exists=false and a value", {"Expected.1.Exists": "false"},
     "Expected.Exists=false and Expected.Value cannot be specified together"),
    ("too many attributes", {f"Attribute.{n}.{m}": "n" for n in range(2, 258) for m in ("Name", "Value")},
     "Too many attributes in a single call."),
    ("no such domain", {"DomainName": "Other"}, "The specified domain does not exist."),
    ("the condition", {"Expected.1.Value": "8"}, "Conditional check failed. Attribute (v) value is (7) but was expected (8)"),
    ("a full item", {"Attribute.1.Name": "one more"}, "Too many attributes in this item."),
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(PRECEDENCE)), ids=[row[0] for row in PRECEDENCE])
def test_refusals_in_the_order_of_precedence(first: int) -> None:
    sdb = fresh()
    for start in (0, 128):
        sdb.put("full", [("a", f"{number:03}") for number in range(start, start + 128 - (start > 0))])
    sdb.put("full", {"v": "7"})
    sent: dict[str, str | None] = {
        "DomainName": "MyDomain", "ItemName": "full", "Attribute.1.Name": "a", "Attribute.1.Value": "000",
        "Expected.1.Name": "v", "Expected.1.Value": "7",
    }  # fmt: skip
    for _, changes, _ in reversed(PRECEDENCE[first:]):
        sent |= changes
    before = state(sdb)
    reply = sdb("PutAttributes", {name: value for name, value in sent.items() if value is not None})
    assert reply.message == PRECEDENCE[first][2]
    assert state(sdb) == before


@pytest.mark.parametrize(
    ("action", "parameters", "code", "message"),
    [
        ("PutAttributes", {"Attribute.1.Value": "v"}, "MissingParameter", "Attribute.Name missing for Attribute.Value='v'"),
        ("PutAttributes", {"Attribute.1.Replace": "true"}, "MissingParameter", "The request must contain the parameter Name"),
        ("PutAttributes", {"Attributes": ""}, "MissingParameter", "No attributes"),
        ("PutAttributes", entries({"a": LATIN}), "InvalidParameterValue",
         f"Value ({LATIN}) for parameter Value is invalid. Value exceeds maximum length of 1024."),
        ("PutAttributes", entries({LONG: "1"}), "InvalidParameterValue",
         f"Value ({LONG}) for parameter Name is invalid. Value exceeds maximum length of 1024."),
        ("PutAttributes", {**entries({"a": "1"}), "ItemName": LONG}, "InvalidParameterValue",
         f"Value ({LONG}) for parameter Item is invalid. Value exceeds max length of 1024."),
        ("PutAttributes", {**entries({"a": "1"}), "ItemName": ""}, "InvalidParameterValue",
         "Value () for parameter ItemName is invalid. The empty string is an illegal item name"),
        ("PutAttributes", {**entries({"a": "1"}), "Expected.Name": ""}, "InvalidParameterValue",
         "Value () for parameter Name is invalid.The empty string is an illegal attribute name"),
        ("PutAttributes", {**entries({"a": "1"}), "Expected.Nmae": "v"}, "InvalidParameterValue",
         "Value (v) for parameter Expected.Nmae is invalid. Expected has a Name, a Value and an Exists."),
        ("PutAttributes", {**entries({"a": "1"}), "Expected.x.Name": "v"}, "InvalidParameterValue",
         "Value (v) for parameter Expected.x.Name is invalid. Expected has a Name, a Value and an Exists."),
        ("PutAttributes", {**entries({"a": "1"}), "Expected.Name": "v", "Expected.1.Name": "v", "Expected.Value": "1"},
         "MultipleExpectedNames", "Only one Expected.Name can be specified"),
        ("PutAttributes", {**entries({"a": "1"}), "Expected.Name": "v", "Expected.Exists": "True"}, "InvalidParameterValue",
         "Value (True) for parameter Expected.Exists is invalid. Expected.Exists should be either true or false."),
        ("PutAttributes", {**entries({"a": "1"}), "Attribute.1.Replace": "1"}, "InvalidParameterValue",
         "Value (1) for parameter Replace is invalid. The Replace flag should be either true or false."),
        ("DeleteAttributes", {"Attribute.1.Value": "v"}, "MissingParameter",
         "The request must contain the attribute Name, if an attribute Value is specified."),
        ("DeleteAttributes", {"Expected.Value": "1"}, "MissingParameter", "The request must contain the parameter Name"),
        ("DeleteAttributes", {"Expected.Name": "v", "Expected.Value": LATIN}, "InvalidParameterValue",
         f"Value ({LATIN}) for parameter Value is invalid. Value exceeds maximum length of 1024."),
        ("GetAttributes", {"AttributeName.1": LONG}, "InvalidParameterValue",
         f"Value ({LONG}) for parameter Name is invalid. Value exceeds maximum length of 1024."),
        ("BatchPutAttributes", {"Item.1.ItemName": "x", **entries({"a": "1"}, prefix="Item.1."), "Item.2.ItemName": "x",
         **entries({"a": "1"}, prefix="Item.2.")}, "DuplicateItemName", "Item x was specified more than once."),
        ("BatchDeleteAttributes", {"Item.1.ItemName": "x", "Item.2.ItemName": "x"}, "DuplicateItemName",
         "Item x was specified more than once."),
        ("BatchDeleteAttributes", {"Item.1.ItemName": "x", "Item.1.Attribute.1.Value": "1"}, "MissingParameter",
         "The request must contain the attribute Name, if an attribute Value is specified."),
        ("BatchPutAttributes", {"Item.1.Attribute.1.Name": "x"}, "MissingParameter",
         "The request must contain the parameter ItemName"),
    ],
)  # fmt: skip
def test_refusals_change_nothing(action: str, parameters: dict[str, str], code: str, message: str) -> None:
    sdb = fresh()
    sdb.put("i", {"v": "1"})
    before = state(sdb)
    reply = sdb(action, {"ItemName": "i", **parameters})
    assert reply.refusal == (400, code, message)
    assert reply.box_usage in ("0.0000219907", "0.0000093202")
    assert state(sdb) == before


def test_a_parameter_that_comes_twice_is_no_way_around_a_condition() -> None:
    sdb = fresh()
    sdb.put("i", {"v": "1"})
    text = "Action=PutAttributes&DomainName=MyDomain&ItemName=i&Attribute.1.Name=v&Attribute.1.Value=2"
    reply = sdb.raw("POST", "", f"{text}&Expected.Name=v&Expected.Value=1&Expected.Value=9".encode())
    assert reply.code == "MultipleExpectedValues"
    assert sdb.get("i") == {"v": ["1"]}


def test_a_batch_says_that_it_takes_no_condition() -> None:
    sdb = fresh()
    sent = {"Item.1.ItemName": "i", **entries({"v": "1"}, prefix="Item.1."), "Expected.1.Name": "v", "Expected.1.Value": "9"}
    reply = sdb("BatchPutAttributes", sent)
    assert (reply.status, reply.because) == (200, "batches take no conditions: Expected was passed over")
    assert sdb.get("i") == {"v": ["1"]}


def test_a_batch_is_all_or_nothing() -> None:
    sdb = fresh()
    sdb.put("full", [("a", str(number)) for number in range(256)])
    before = state(sdb)
    sent = {
        "Item.1.ItemName": "a", **entries({"v": "1"}, prefix="Item.1."),
        "Item.2.ItemName": "full", **entries({"v": "1"}, prefix="Item.2."),
        "Item.3.ItemName": "z", **entries({"v": "1"}, prefix="Item.3."),
    }  # fmt: skip
    assert sdb("BatchPutAttributes", sent).refusal == (
        409, "NumberItemAttributesExceeded", "Too many attributes in this item.",
    )  # fmt: skip
    assert state(sdb) == before


def test_numbers_of_items_and_attributes_in_one_batch() -> None:
    sdb = fresh()
    before = state(sdb)
    items: dict[str, str] = {}
    for number in range(26):
        items |= {f"Item.{number}.ItemName": f"i{number}", **entries({"v": "1"}, prefix=f"Item.{number}.")}
    assert sdb("BatchPutAttributes", items).refusal == (
        409, "NumberSubmittedItemsExceeded", "Too many items in a single call. Up to 25 items per call allowed.",
    )  # fmt: skip
    many = {"Item.1.ItemName": "i", **entries([("v", str(number)) for number in range(257)], prefix="Item.1.")}
    assert sdb("BatchPutAttributes", many).refusal == (
        409, "NumberSubmittedAttributesExceeded",
        "Too many attributes for item i in a single call. Up to 256 attributes per call allowed.",
    )  # fmt: skip
    assert state(sdb) == before


def test_a_domain_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    sdb = fresh()
    sdb.put("i", [("a", "1"), ("b", "22")])  # 1 + 1 + 1 + 1 + 2 octets
    monkeypatch.setattr(attributes, "MAX_DOMAIN_PAIRS", 3)
    monkeypatch.setattr(attributes, "MAX_DOMAIN_OCTETS", 9)
    before = state(sdb)
    assert sdb.put("j", {"a": "1", "b": "2"}).refusal == (
        409, "NumberDomainAttributesExceeded", "Too many attributes in this domain.",
    )  # fmt: skip
    assert sdb.put("j", {"a": "22"}).refusal == (409, "NumberDomainBytesExceeded", "Too many bytes in this domain.")
    assert state(sdb) == before
    assert sdb.put("j", {"a": "1"}).status == 200
    assert sdb("DeleteAttributes", ItemName="i").status == 200
    assert sdb.put("k", {"a": "22"}).status == 200


def test_two_hundred_and_fifty_domains() -> None:
    sdb = Wire()
    for number in range(250):
        assert sdb("CreateDomain", DomainName=f"dom{number:03}").status == 200
    before = state(sdb)
    assert sdb("CreateDomain", DomainName="another").refusal == (409, "NumberDomainsExceeded", "The domain limit was exceeded.")
    assert state(sdb) == before
    reply = sdb.send({"Action": "CreateDomain", "DomainName": "another"}, host="sdb.eu-west-1.amazonaws.com")
    assert reply.status == 200


def test_domains_are_listed_in_pages() -> None:
    sdb = Wire()
    for number in range(7):
        sdb("CreateDomain", DomainName=f"dom{number}")
    seen, token = [], None
    while True:
        reply = sdb("ListDomains", MaxNumberOfDomains="3", **({"NextToken": token} if token else {}))
        seen += [element.text for element in reply.root.findall("ListDomainsResult/DomainName")]
        token = reply.token
        if token is None:
            break
    assert seen == [f"dom{number}" for number in range(7)]
    for wrong in ("garbage", "eHg=", "%%%", "é"):
        assert sdb("ListDomains", NextToken=wrong).refusal == (400, "InvalidNextToken", "The specified next token is not valid.")


def test_names_keep_the_order_in_which_they_were_first_written_and_values_are_sorted() -> None:
    sdb = fresh()
    sdb.put("i", [("z", "2"), ("a", "1"), ("z", "10")])
    sdb.put("i", [("m", "1"), ("z", "1")], replace=True)
    sdb.put("i", [("z", "0"), ("a", "9")])
    assert list(sdb.get("i").items()) == [("z", ["0", "1"]), ("a", ["1", "9"]), ("m", ["1"])]


def test_a_write_that_changes_nothing_is_no_commit() -> None:
    sdb = fresh()
    sdb.put("i", {"a": "1"})
    index = sdb.store.index
    assert sdb.put("i", {"a": "1"}).status == 200
    assert sdb("DeleteAttributes", ItemName="i", **{"Attribute.1.Name": "none"}).status == 200
    assert sdb("DeleteAttributes", ItemName="none").status == 200
    assert sdb("CreateDomain").status == 200
    assert sdb.store.index == index


def test_a_refusal_says_what_it_found_and_since_when() -> None:
    sdb = fresh()
    sdb.put("i", {"v": "日本"})
    reply = sdb.put("i", {"v": "2"}, **{"Expected.Name": "v", "Expected.Value": "1"})
    assert reply.because == r"v is '\u65e5\u672c', not '1'; the item was last written by commit 2"
    assert sdb.put("no", {"v": "2"}, **{"Expected.Name": "v", "Expected.Value": "1"}).because == (
        "the item has no attribute v; there is no such item"
    )


def test_a_condition_on_an_attribute_that_the_same_put_makes_multi_valued_locks_its_writer_out() -> None:
    """Without Replace a new version number joins the old one: the classic mistake."""
    sdb = fresh()
    sdb.put("i", {"v": "1"})
    assert sdb.put("i", {"v": "2"}, **{"Expected.Name": "v", "Expected.Value": "1"}).status == 200
    reply = sdb.put("i", {"v": "3"}, **{"Expected.Name": "v", "Expected.Value": "2"})
    assert reply.refusal[:2] == (409, "MultiValuedAttribute")
    assert sdb.get("i") == {"v": ["1", "2"]}


class Twice(MemoryStore):
    """Makes every decision twice, as a store may that has to retry; the first time for nothing."""

    def transact(self, decide: Any, ids: Any = None) -> Commit:
        def twice(txn: Any) -> Any:
            decide(MemoryTxn(self._tables, txn.now, txn.index, txn.ids))
            return decide(txn)

        return super().transact(twice, ids)


def test_a_decision_may_be_made_twice() -> None:
    clock = ManualClock()
    sdb = Wire(store=Twice(clock, CountingIds()))
    sdb("CreateDomain")
    assert sdb.put("i", {"v": "1"}, **{"Expected.Name": "v", "Expected.Exists": "false"}).status == 200
    assert sdb.put("i", {"v": "2"}, replace=True, **{"Expected.Name": "v", "Expected.Value": "1"}).status == 200
    sent = {"Item.1.ItemName": "i", "Item.2.ItemName": "j"}
    assert sdb("BatchDeleteAttributes", sent).status == 200
    assert sdb.get("i") == {}
