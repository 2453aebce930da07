"""The Developer Guide's walk-throughs with boto3's `sdb` client: signature version 2, POST, `Expected` without a number."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from condemu.testing import Condemu

DOMAIN = "MyDomain"


@pytest.fixture
def sdb(condemu: Condemu) -> Any:
    client = condemu.client("sdb")
    client.create_domain(DomainName=DOMAIN)
    return client


def refused(call: Any, **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: dict[str, Any] = caught.value.response
    return response


def put(sdb: Any, item: str, name: str, value: str, expected: dict[str, Any] | None = None) -> dict[str, Any]:
    more = {} if expected is None else {"Expected": expected}
    given = [{"Name": name, "Value": value, "Replace": True}]
    result: dict[str, Any] = sdb.put_attributes(DomainName=DOMAIN, ItemName=item, Attributes=given, **more)
    return result


def values(sdb: Any, item: str) -> list[tuple[str, str]]:
    found = sdb.get_attributes(DomainName=DOMAIN, ItemName=item, ConsistentRead=True).get("Attributes", [])
    return [(entry["Name"], entry["Value"]) for entry in found]


def test_optimistic_concurrency_on_a_version_number(sdb: Any) -> None:
    put(sdb, "JumboFez", "VersionNumber", "30")
    put(sdb, "JumboFez", "VersionNumber", "31", {"Name": "VersionNumber", "Value": "30"})
    late = refused(
        sdb.put_attributes, DomainName=DOMAIN, ItemName="JumboFez",
        Attributes=[{"Name": "VersionNumber", "Value": "31", "Replace": True}], Expected={"Name": "VersionNumber", "Value": "30"},
    )  # fmt: skip
    assert late["Error"]["Code"] == "ConditionalCheckFailed"
    assert late["Error"]["Message"] == ("Conditional check failed. Attribute (VersionNumber) value is (31) but was expected (30)")
    assert late["Error"]["BoxUsage"] == "0.0000219907"
    assert late["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert late["RequestID"]
    assert values(sdb, "JumboFez") == [("VersionNumber", "31")]


def test_the_page_counter(sdb: Any) -> None:
    put(sdb, "page", "PageHits", "121")
    put(sdb, "page", "PageHits", "122", {"Name": "PageHits", "Value": "121"})
    late = refused(
        sdb.put_attributes, DomainName=DOMAIN, ItemName="page",
        Attributes=[{"Name": "PageHits", "Value": "122", "Replace": True}], Expected={"Name": "PageHits", "Value": "121"},
    )  # fmt: skip
    assert late["Error"]["Message"] == "Conditional check failed. Attribute (PageHits) value is (122) but was expected (121)"
    assert values(sdb, "page") == [("PageHits", "122")]


def test_an_item_is_made_only_once(sdb: Any) -> None:
    put(sdb, "PetiteFez", "quantity", "7", {"Name": "quantity", "Exists": False})
    late = refused(
        sdb.put_attributes, DomainName=DOMAIN, ItemName="PetiteFez",
        Attributes=[{"Name": "quantity", "Value": "8", "Replace": True}], Expected={"Name": "quantity", "Exists": False},
    )  # fmt: skip
    assert late["Error"]["Message"] == "Conditional check failed. Attribute (quantity) value exists"
    assert values(sdb, "PetiteFez") == [("quantity", "7")]


def test_a_conditional_delete_happens_at_zero_only(sdb: Any) -> None:
    put(sdb, "fez", "quantity", "1")
    late = refused(sdb.delete_attributes, DomainName=DOMAIN, ItemName="fez", Expected={"Name": "quantity", "Value": "0"})
    assert late["ResponseMetadata"]["HTTPStatusCode"] == 409
    put(sdb, "fez", "quantity", "0")
    sdb.delete_attributes(DomainName=DOMAIN, ItemName="fez", Expected={"Name": "quantity", "Value": "0"})
    assert values(sdb, "fez") == []
    again = refused(sdb.delete_attributes, DomainName=DOMAIN, ItemName="fez", Expected={"Name": "quantity", "Value": "0"})
    assert again["Error"]["Code"] == "AttributeDoesNotExist"
    with pytest.raises(sdb.exceptions.AttributeDoesNotExist):
        sdb.delete_attributes(DomainName=DOMAIN, ItemName="fez", Expected={"Name": "quantity", "Value": "0"})


def test_batches_pages_and_metadata(sdb: Any) -> None:
    for start in range(0, 125, 25):
        items = [
            {"Name": f"item{number:03}", "Attributes": [{"Name": "n", "Value": f"{number:03}"}]}
            for number in range(start, start + 25)
        ]
        sdb.batch_put_attributes(DomainName=DOMAIN, Items=items)
    pages = list(
        sdb.get_paginator("select").paginate(
            SelectExpression=f"select n from {DOMAIN} where n >= '010' order by n desc limit 40", ConsistentRead=True
        )
    )
    assert [len(page["Items"]) for page in pages] == [40, 40, 35]
    assert [item["Name"] for page in pages for item in page["Items"]] == [f"item{n:03}" for n in range(124, 9, -1)]
    metadata = sdb.domain_metadata(DomainName=DOMAIN)
    assert (metadata["ItemCount"], metadata["AttributeValueCount"], metadata["AttributeNameCount"]) == (125, 125, 1)
    sdb.batch_delete_attributes(DomainName=DOMAIN, Items=[{"Name": "item000"}, {"Name": "item001"}])
    assert sdb.domain_metadata(DomainName=DOMAIN)["ItemCount"] == 123


def test_an_account_sees_its_own_domains(sdb: Any) -> None:
    assert sdb.list_domains()["DomainNames"] == [DOMAIN]
    sdb.delete_domain(DomainName=DOMAIN)
    assert "DomainNames" not in sdb.list_domains()
    assert refused(sdb.domain_metadata, DomainName=DOMAIN)["Error"]["Code"] == "NoSuchDomain"
