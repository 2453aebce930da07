"""Optimistic concurrency in SimpleDB: a version number, a page counter and an existence check, all three by `Expected`.

A condition looks at one attribute that has one value. Always write that attribute with Replace: without it a second value is
added to the first one, and from then on every condition on the attribute is refused with MultiValuedAttribute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

REFUSALS = ("ConditionalCheckFailed", "AttributeDoesNotExist")  # 409 and 404


def replaced(**attributes: Any) -> list[dict[str, Any]]:
    return [{"Name": name, "Value": str(value), "Replace": True} for name, value in attributes.items()]


def attributes_of(sdb: Any, domain: str, item: str) -> dict[str, str]:
    """A consistent read. An eventually consistent one may show an old value, and the write that follows would be refused."""
    found = sdb.get_attributes(DomainName=domain, ItemName=item, ConsistentRead=True).get("Attributes", [])
    return {attribute["Name"]: attribute["Value"] for attribute in found}


def save(sdb: Any, domain: str, item: str, version: int, **attributes: Any) -> bool:
    """A version number: write what was made of version `version`, unless there is a newer one by now."""
    try:
        sdb.put_attributes(
            DomainName=domain,
            ItemName=item,
            Attributes=replaced(**attributes, VersionNumber=version + 1),
            Expected={"Name": "VersionNumber", "Value": str(version)},
        )
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSALS:
            raise
        return False


def count(sdb: Any, domain: str, item: str, *, tries: int = 100) -> int:
    """A page counter: read, add one, write if it is still what was read; else again. The new number."""
    for _ in range(tries):
        hits = attributes_of(sdb, domain, item).get("PageHits")
        expected = {"Name": "PageHits", "Exists": False} if hits is None else {"Name": "PageHits", "Value": hits}
        new = int(hits or 0) + 1
        try:
            sdb.put_attributes(DomainName=domain, ItemName=item, Attributes=replaced(PageHits=new), Expected=expected)
            return new
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                raise
    raise TimeoutError(item)


def create(sdb: Any, domain: str, item: str, **attributes: Any) -> bool:
    """An existence check: create the item unless it is there. A condition names an attribute, so every item has to have it."""
    try:
        sdb.put_attributes(
            DomainName=domain,
            ItemName=item,
            Attributes=replaced(**attributes, created="yes"),
            Expected={"Name": "created", "Exists": False},
        )
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSALS:
            raise
        return False


def update(sdb: Any, domain: str, item: str, change: Callable[[dict[str, str]], dict[str, Any]], *, tries: int = 100) -> None:
    """Read, change, save; again if somebody else was faster."""
    for _ in range(tries):
        found = attributes_of(sdb, domain, item)
        if save(sdb, domain, item, int(found["VersionNumber"]), **change(found)):
            return
    raise TimeoutError(item)


def main() -> None:
    sdb = boto3.client("sdb")
    domain = "example"
    sdb.create_domain(DomainName=domain)
    print("create JumboFez:", create(sdb, domain, "JumboFez", VersionNumber=30, state="new"))
    print("create it once more:", create(sdb, domain, "JumboFez", VersionNumber=1))
    print("save version 30 as 31:", save(sdb, domain, "JumboFez", 30, state="fuzzy"))
    print("save version 30 as 31 once more:", save(sdb, domain, "JumboFez", 30, state="smooth"))
    update(sdb, domain, "JumboFez", lambda found: {"state": found["state"] + "!"})
    print("read, change and save:", attributes_of(sdb, domain, "JumboFez")["state"])
    print("page hits:", [count(sdb, domain, "index.html") for _ in range(3)])


if __name__ == "__main__":
    main()
