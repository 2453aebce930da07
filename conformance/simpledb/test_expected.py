"""Expected on PutAttributes and DeleteAttributes: one attribute, judged before the write."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from botocore.auth import SigV2Auth

from ..expect import Difference, accepted, refused, same, unchanged
from ..raw import Raw
from ..tables import truth_table

TABLE = """
    | have      | Value | Exists | status | code                     | message                                                                                              |
    |-----------|-------|--------|--------|--------------------------|------------------------------------------------------------------------------------------------------|
    | none      | 7     | -      | 404    | AttributeDoesNotExist    | Attribute (v) does not exist                                                                         |
    | none      | 7     | true   | 404    | AttributeDoesNotExist    | Attribute (v) does not exist                                                                         |
    | none      | -     | false  | 200    | -                        | -                                                                                                    |
    | 7         | 7     | -      | 200    | -                        | -                                                                                                    |
    | 7         | 7     | true   | 200    | -                        | -                                                                                                    |
    | 7         | 07    | -      | 409    | ConditionalCheckFailed   | Conditional check failed. Attribute (v) value is (7) but was expected (07)                           |
    | 7         | 6     | true   | 409    | ConditionalCheckFailed   | Conditional check failed. Attribute (v) value is (7) but was expected (6)                            |
    | 7         | -     | false  | 409    | ConditionalCheckFailed   | Conditional check failed. Attribute (v) value exists                                                 |
    | 7 and 8   | 7     | -      | 409    | MultiValuedAttribute     | Attribute (v) is multi-valued. Conditional check can only be performed on a single-valued attribute  |
    | 7 and 8   | -     | false  | 409    | ConditionalCheckFailed   | Conditional check failed. Attribute (v) value exists                                                 |
    | none      | -     | true   | 400    | IncompleteExpectedValues | If Expected.Exists = True or unspecified, then Expected.Value has to be specified                    |
    | 7         | -     | -      | 400    | IncompleteExpectedValues | If Expected.Exists = True or unspecified, then Expected.Value has to be specified                    |
    | none      | 7     | false  | 400    | ExistsAndExpectedValue   | Expected.Exists=false and Expected.Value cannot be specified together                                |
    | 7         | 7     | false  | 400    | ExistsAndExpectedValue   | Expected.Exists=false and Expected.Value cannot be specified together                                |
"""  # noqa: E501


def attributes(sdb: Any, domain: str, item: str) -> list[tuple[str, str]]:
    """(name, value) of all that an item holds, sorted."""
    found = sdb.get_attributes(DomainName=domain, ItemName=item, ConsistentRead=True).get("Attributes", ())
    return sorted((entry["Name"], entry["Value"]) for entry in found)


def prepared(sdb: Any, domain: str, item: str, have: str) -> None:
    given = [{"Name": "other", "Value": "x"}]
    given += [{"Name": "v", "Value": value} for value in have.split(" and ") if have != "none"]
    accepted(sdb.put_attributes, DomainName=domain, ItemName=item, Attributes=given)


def expected(row: dict[str, str]) -> dict[str, Any]:
    condition: dict[str, Any] = {"Name": "v"}
    if "Value" in row:
        condition["Value"] = row["Value"]
    if "Exists" in row:
        condition["Exists"] = row["Exists"] == "true"
    return condition


@pytest.mark.tier("core")
@truth_table(TABLE)
@pytest.mark.parametrize("replace", [True, False], ids=["replace", "add"])
def test_expected_on_put(sdb: Any, domain: str, key: str, row: dict[str, str], replace: bool) -> None:
    """A conditional put is judged on what the item held before it, whether it replaces or adds.

    Source: SimpleDB Developer Guide, "Conditional Put"; texts recorded on AWS by published clients [documented]
    """
    prepared(sdb, domain, key, row["have"])
    call = {
        "DomainName": domain,
        "ItemName": key,
        "Attributes": [{"Name": "v", "Value": "9", "Replace": replace}],
        "Expected": expected(row),
    }
    if row["status"] == "200":
        accepted(sdb.put_attributes, **call)
        kept = [] if replace or row["have"] == "none" else [("v", row["have"])]
        same(attributes(sdb, domain, key), sorted([("other", "x"), ("v", "9"), *kept]), "the item")
        return
    with unchanged(lambda: attributes(sdb, domain, key), "the item"):
        refused(sdb.put_attributes, **call, status=int(row["status"]), code=row["code"], message=row["message"])


@pytest.mark.tier("core")
@truth_table(TABLE)
@pytest.mark.parametrize("whole", [True, False], ids=["the item", "one attribute"])
def test_expected_on_delete(sdb: Any, domain: str, key: str, row: dict[str, str], whole: bool) -> None:
    """A conditional delete follows the same table as a conditional put.

    Source: SimpleDB Developer Guide, "Conditional Delete"; texts recorded on AWS by published clients [documented]
    """
    prepared(sdb, domain, key, row["have"])
    call: dict[str, Any] = {"DomainName": domain, "ItemName": key, "Expected": expected(row)}
    if not whole:
        call["Attributes"] = [{"Name": "other"}]
    if row["status"] == "200":
        accepted(sdb.delete_attributes, **call)
        left = [] if whole or row["have"] == "none" else [("v", row["have"])]
        same(attributes(sdb, domain, key), left, "what is left of the item")
        return
    with unchanged(lambda: attributes(sdb, domain, key), "the item"):
        refused(sdb.delete_attributes, **call, status=int(row["status"]), code=row["code"], message=row["message"])


@pytest.mark.tier("core")
def test_expected_on_a_missing_item(sdb: Any, domain: str, key: str) -> None:
    """Exists=false creates an item that is not there; a Value is refused with 404 and creates nothing.

    Source: SimpleDB Developer Guide, "Conditional Put"; recorded by published clients [documented]
    """
    attribute = [{"Name": "v", "Value": "1"}]
    refused(
        sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=attribute, Expected={"Name": "v", "Value": "0"},
        status=404, code="AttributeDoesNotExist",
    )  # fmt: skip
    same(attributes(sdb, domain, key), [], "the item")
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=attribute, Expected={"Name": "v", "Exists": False})
    same(attributes(sdb, domain, key), [("v", "1")], "the item")


def test_an_empty_value_is_a_value(sdb: Any, domain: str, key: str) -> None:
    """An empty Expected.Value compares with an empty value; it is not an absent one.

    Source: SimpleDB Developer Guide, "Conditional Put"; presence of the parameter decides [inferred]
    """
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "", "Replace": True}])
    call = {"DomainName": domain, "ItemName": key, "Attributes": [{"Name": "v", "Value": "1", "Replace": True}]}
    accepted(sdb.put_attributes, **call, Expected={"Name": "v", "Value": ""})
    refused(sdb.put_attributes, **call, Expected={"Name": "v", "Value": ""}, status=409, code="ConditionalCheckFailed")


def test_adding_without_replace_spoils_the_next_condition(sdb: Any, domain: str, key: str) -> None:
    """A conditional put without Replace adds a second value, so that the next condition on it answers MultiValuedAttribute.

    Source: follows from the SimpleDB Developer Guide, "PutAttributes" and "Conditional Put" [documented]
    """
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "1"}])
    call = {"DomainName": domain, "ItemName": key, "Expected": {"Name": "v", "Value": "1"}}
    accepted(sdb.put_attributes, **call, Attributes=[{"Name": "v", "Value": "2"}])
    refused(sdb.put_attributes, **call, Attributes=[{"Name": "v", "Value": "3"}], status=409, code="MultiValuedAttribute")


def test_a_conditional_delete_is_not_idempotent(sdb: Any, domain: str, key: str) -> None:
    """The second of two identical conditional deletes finds no attribute: 404.

    Source: SimpleDB Developer Guide, "Conditional Delete", and the API reference's error table [documented]
    """
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "1"}])
    call = {"DomainName": domain, "ItemName": key, "Expected": {"Name": "v", "Value": "1"}}
    accepted(sdb.delete_attributes, **call)
    refused(sdb.delete_attributes, **call, status=404, code="AttributeDoesNotExist")


def test_values_differ_by_the_case_of_their_letters(sdb: Any, domain: str, key: str) -> None:
    """Expected.Value is compared as text, octet by octet: "a" is not "A".

    Source: SimpleDB Developer Guide: all values are strings, compared lexicographically [documented]
    """
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "a"}])
    with unchanged(lambda: attributes(sdb, domain, key), "the item"):
        refused(
            sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "b", "Replace": True}],
            Expected={"Name": "v", "Value": "A"}, status=409, code="ConditionalCheckFailed",
        )  # fmt: skip


def test_a_conditional_delete_of_one_value_leaves_the_others(sdb: Any, domain: str, key: str) -> None:
    """DeleteAttributes with a name and a value takes that pair away and no other.

    Source: SimpleDB API reference, DeleteAttributes [documented]
    """
    given = [{"Name": "v", "Value": "1"}, {"Name": "v", "Value": "2"}, {"Name": "state", "Value": "open"}]
    accepted(sdb.put_attributes, DomainName=domain, ItemName=key, Attributes=given)
    accepted(
        sdb.delete_attributes, DomainName=domain, ItemName=key, Attributes=[{"Name": "v", "Value": "1"}],
        Expected={"Name": "state", "Value": "open"},
    )  # fmt: skip
    same(attributes(sdb, domain, key), [("state", "open"), ("v", "2")], "what is left")


class SignedForm:
    """Signs a form as SimpleDB wants it, by version 2, with the parameters that it has.

    As an SDK does, it ends its User-Agent with the region: moto reads it there.
    """

    def __init__(self, credentials: Any, _: str, region: str) -> None:
        self._signer = SigV2Auth(credentials)
        self._agent = f"condemu-conformance region/{region}"

    def add_auth(self, request: Any) -> None:
        request.data = dict(parse_qsl(request.data.decode(), keep_blank_values=True))
        self._signer.add_auth(request)
        request.data = urlencode(request.data, quote_via=quote, safe="-_~").encode()
        request.headers["User-Agent"] = self._agent
        request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"


@truth_table("""
    | expected                                       | code                     | message                                   |
    |------------------------------------------------|--------------------------|-------------------------------------------|
    | 1.Name=v 1.Value=7 2.Name=other 2.Value=x      | MultipleExpectedNames    | Only one Expected.Name can be specified   |
    | 1.Name=v 1.Value=7 2.Value=8                   | MultipleExpectedValues   | Only one Expected.Value can be specified  |
    | 1.Name=w 1.Exists=false 2.Exists=true          | MultipleExistsConditions | Only one Exists condition can be specified |
""")
@pytest.mark.parametrize("action", ["PutAttributes", "DeleteAttributes"])
def test_one_condition_is_all_there_can_be(raw: Raw, sdb: Any, domain: str, key: str, row: dict[str, str], action: str) -> None:
    """A second expected name, value or Exists is refused, even where each for itself would hold.

    Source: SimpleDB Developer Guide, the tables of errors of PutAttributes and DeleteAttributes [documented]
    """
    prepared(sdb, domain, key, "7")
    attribute = {"Attribute.1.Name": "other", "Attribute.1.Value": "y" if action == "PutAttributes" else "x"}
    conditions = {f"Expected.{name}": value for name, _, value in (word.partition("=") for word in row["expected"].split())}
    form = {"Action": action, "Version": "2009-04-15", "DomainName": domain, "ItemName": key, **attribute, **conditions}
    with unchanged(lambda: attributes(sdb, domain, key), "the item"):
        answer = raw("POST", "/", body=urlencode(form).encode(), service="simpledb", scheme=SignedForm)
        if answer.status == 200:
            raise Difference("ignored", "the target took more than one condition, or none of them")
        same(answer.status, 400, "the status")
        same(f"<Code>{row['code']}</Code><Message>{row['message']}</Message>" in answer.text, True, "the code and its message")
