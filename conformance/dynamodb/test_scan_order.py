"""The order of a Scan: partitions by a hash that never changes, so that two runs, and two stores, read alike."""

from __future__ import annotations

from typing import Any, Final

import pytest

from ..expect import accepted, same, true
from ..resources import Resources, wait

pytestmark = pytest.mark.tier("exact")

NUMBERS: Final = ["205", "203", "202", "201", "204", "102", "103", "101"]  # AWS's sample table ProductCatalog, as a Scan shows it
STRINGS: Final = ["b", "c", "d", "e", "a"]
SIGNED: Final = ["-1", "-100", "10", "3", "-10", "100", "1", "0"]
TIED: Final = ["e", "d", "a", "c", "b"]


def definitions(**kinds: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]


def schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": role} for name, role in zip(names, ("HASH", "RANGE"), strict=False)]


def read(dynamodb: Any, name: str, **parameters: Any) -> list[str]:
    """The values of one attribute, in the order of a Scan."""
    return [next(iter(item[name].values())) for item in accepted(dynamodb.scan, **parameters)["Items"]]


@pytest.fixture(scope="module")
def numbers(resources: Resources, dynamodb: Any) -> str:
    """A table with a number for its hash key."""
    name = resources.table(AttributeDefinitions=definitions(pk="N"))
    for number in (*NUMBERS, *SIGNED):
        accepted(dynamodb.put_item, TableName=name, Item={"pk": {"N": number}})
    return name


def test_partitions_of_numbers_come_in_the_order_of_their_hash(dynamodb: Any, numbers: str) -> None:
    """A Scan reads partitions by MD5 over "Outliers" and the key's bytes: a number's are its digits in pairs after a power.

    Source: asserted on AWS by published suites, which reproduce it [third-party]
    """
    found = read(dynamodb, "pk", TableName=numbers)
    same([number for number in found if number in NUMBERS], NUMBERS, "the order of the sample table")
    same([number for number in found if number in SIGNED], SIGNED, "the order of negative and round numbers")


def test_partitions_of_strings_come_in_the_order_of_their_hash(resources: Resources, dynamodb: Any) -> None:
    """A Scan reads partitions by MD5 over "Outliers" and the UTF-8 of the key, whatever was written first.

    Source: asserted on AWS by published suites, which reproduce it for many strings [third-party]
    """
    name = resources.table()
    for key in "abcde":
        accepted(dynamodb.put_item, TableName=name, Item={"pk": {"S": key}})
    same(read(dynamodb, "pk", TableName=name, ConsistentRead=True), STRINGS, "the order")


def test_segments_are_stretches_of_that_order(dynamodb: Any, numbers: str) -> None:
    """The segments of a parallel Scan, one after the other, are the Scan: each is an equal part of the hashes.

    Source: asserted on AWS by published suites [third-party]
    """
    whole = read(dynamodb, "pk", TableName=numbers)
    parts = [read(dynamodb, "pk", TableName=numbers, Segment=segment, TotalSegments=4) for segment in range(4)]
    same([number for part in parts for number in part], whole, "the segments together")


def test_pages_go_on_where_the_last_one_ended(dynamodb: Any, numbers: str) -> None:
    """Pages of a Scan, taken by LastEvaluatedKey, are the Scan.

    Source: DynamoDB Developer Guide, "Paginating the results" [documented]
    """
    found: list[str] = []
    after: dict[str, Any] = {}
    for _ in range(20):
        page = accepted(dynamodb.scan, TableName=numbers, Limit=3, **after)
        found += [item["pk"]["N"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        after = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    same(found, read(dynamodb, "pk", TableName=numbers), "the pages together")


def test_entries_of_an_index_with_equal_keys_come_in_the_order_of_their_items(resources: Resources, dynamodb: Any) -> None:
    """In a Scan of an index, partitions come by the hash of the index's key, equal entries by the hash of the item's whole key.

    Source: asserted on AWS by published suites [third-party]
    """
    index = {"IndexName": "index", "KeySchema": schema("g"), "Projection": {"ProjectionType": "ALL"}}
    name = resources.table(
        AttributeDefinitions=definitions(pk="S", sk="S", g="S"), KeySchema=schema("pk", "sk"), GlobalSecondaryIndexes=[index]
    )
    for key, group in ("za", *(one + "b" for one in "abcde")):
        accepted(dynamodb.put_item, TableName=name, Item={"pk": {"S": key}, "sk": {"S": "1"}, "g": {"S": group}})
    parameters = {"TableName": name, "IndexName": "index"}
    wait(lambda: len(read(dynamodb, "pk", **parameters)) == 6)
    same(read(dynamodb, "pk", **parameters), [*TIED, "z"], "the order")


def test_an_index_leaves_out_items_whose_keys_are_too_long_for_it(resources: Resources, dynamodb: Any) -> None:
    """An index that is made later leaves out items whose key attribute is longer than 2,048 bytes, or 1,024 for the range.

    Source: asserted on AWS by a published suite [third-party]
    """
    name = resources.table()
    for key, size in (("fits", 2048), ("long", 2049)):
        accepted(dynamodb.put_item, TableName=name, Item={"pk": {"S": key}, "g": {"S": "x" * size}})
    index = {"IndexName": "index", "KeySchema": schema("g"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
    accepted(
        dynamodb.update_table, TableName=name, AttributeDefinitions=definitions(pk="S", g="S"),
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )  # fmt: skip
    wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE")
    same(read(dynamodb, "pk", TableName=name, IndexName="index"), ["fits"], "the entries")
    true("Item" in accepted(dynamodb.get_item, TableName=name, Key={"pk": {"S": "long"}}), "the item itself stays")
    accepted(
        dynamodb.update_item, TableName=name, Key={"pk": {"S": "long"}}, UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"N": "1"}},
    )  # fmt: skip
    same(read(dynamodb, "pk", TableName=name, IndexName="index"), ["fits"], "the entries after another update of the item")
