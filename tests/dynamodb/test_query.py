"""Query and Scan: order, pages, filters, indexes, segments; and that they cost what they return."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import Local

from condemu.core.store import MemoryTxn

SEVERAL = {
    "TableName": "several",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in
                             (("pk", "S"), ("h1", "S"), ("h2", "N"), ("r1", "S"), ("r2", "N"), ("r3", "B"))],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [{
        "IndexName": "multi", "Projection": {"ProjectionType": "ALL"},
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in
                      (("h1", "HASH"), ("h2", "HASH"), ("r1", "RANGE"), ("r2", "RANGE"), ("r3", "RANGE"))],
    }],
    "BillingMode": "PAY_PER_REQUEST",
}  # fmt: skip


@pytest.fixture
def local() -> Local:
    held = Local()
    for name, kind in (("strings", "S"), ("numbers", "N"), ("bytes", "B")):
        held.ok("CreateTable", {"TableName": name, **recorded._simple(pk="S", sk=kind)})
    held.ok("CreateTable", {"TableName": "wide", **recorded.DESCRIBED["dynalite_range_ss"]})
    held.ok("CreateTable", SEVERAL)
    return held


def fill(local: Local, table: str, sorts: list[dict[str, str]], pk: str = "p") -> None:
    for sort in sorts:
        local.ok("PutItem", {"TableName": table, "Item": {"pk": {"S": pk}, "sk": sort}})


def query(table: str, condition: str = "pk = :p", **more: Any) -> dict[str, Any]:
    values = {":p": {"S": "p"}, **more.pop("values", {})}
    return {"TableName": table, "KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}


def pages(local: Local, operation: str, members: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All pages, one after another."""
    for _ in range(1000):
        page = local.ok(operation, members)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        members = {**members, "ExclusiveStartKey": page["LastEvaluatedKey"]}
    raise AssertionError("the pages never end")


def everything(local: Local, operation: str, members: dict[str, Any]) -> list[Any]:
    return [item for page in pages(local, operation, members) for item in page["Items"]]


# --- order and ranges -------------------------------------------------------------------------------------------------------

ORDERS = [
    ("strings", [{"S": text} for text in ("A", "B", "a", "aa", "b", "é", "\uffff", "\U0001f600")]),
    ("numbers", [{"N": text} for text in ("-100", "-9.5", "-0.001", "0", "0.00001", "1", "2", "10", "1e20")]),
    ("bytes", [{"B": text} for text in ("AA==", "AQ==", "AQA=", "fw==", "gA==", "/w==")]),
]


@pytest.mark.parametrize(("table", "sorts"), ORDERS)
def test_strings_order_by_utf8_numbers_by_value_and_bytes_unsigned(local, table, sorts):
    shuffled = sorts[:]
    random.Random(1).shuffle(shuffled)
    fill(local, table, shuffled)
    fill(local, table, sorts[:1], pk="other")
    expected = [sort if "N" not in sort else {"N": str(int(float(sort["N"])))} if "e" in sort["N"] else sort for sort in sorts]
    found = [item["sk"] for item in local.ok("Query", query(table))["Items"]]
    assert found == expected
    backwards = local.ok("Query", query(table, ScanIndexForward=False))["Items"]
    assert [item["sk"] for item in backwards] == expected[::-1]


OPERATORS = ("sk = :a", "sk < :a", "sk <= :a", "sk > :a", "sk >= :a", "sk BETWEEN :a AND :b", ":a < sk", ":a >= sk")


@pytest.mark.parametrize("condition", OPERATORS)
@pytest.mark.parametrize(("table", "sorts"), ORDERS)
def test_a_range_is_what_the_condition_says(local, condition, table, sorts):
    fill(local, table, sorts)
    low, high = 2, 4
    names = {":a": sorts[low], ":b": sorts[high]}
    values = {name: value for name, value in names.items() if name in condition}
    found = local.ok("Query", query(table, f"pk = :p AND {condition}", values=values))["Count"]
    expected = {
        "sk = :a": 1, "sk < :a": low, "sk <= :a": low + 1, "sk > :a": len(sorts) - low - 1, "sk >= :a": len(sorts) - low,
        "sk BETWEEN :a AND :b": high - low + 1, ":a < sk": len(sorts) - low - 1, ":a >= sk": low + 1,
    }  # fmt: skip
    assert found == expected[condition]


def test_begins_with_ends_where_the_prefix_does(local):
    fill(local, "strings", [{"S": text} for text in ("a", "ab", "ab\uffff", "ac", "b")])
    fill(local, "bytes", [{"B": text} for text in ("/w==", "//8=", "//4=", "/g==")])
    assert local.ok("Query", query("strings", "pk = :p AND begins_with(sk, :x)", values={":x": {"S": "ab"}}))["Count"] == 2
    assert local.ok("Query", query("bytes", "pk = :p AND begins_with(sk, :x)", values={":x": {"B": "/w=="}}))["Count"] == 3


# --- pages ------------------------------------------------------------------------------------------------------------------


def test_a_page_ends_at_its_limit_even_when_nothing_is_left(local):
    fill(local, "numbers", [{"N": str(number)} for number in range(4)])
    found = list(pages(local, "Query", query("numbers", Limit=2)))
    assert [(page["Count"], page["ScannedCount"], "LastEvaluatedKey" in page) for page in found] == [
        (2, 2, True), (2, 2, True), (0, 0, False),
    ]  # fmt: skip
    backwards = everything(local, "Query", query("numbers", Limit=1, ScanIndexForward=False))
    assert [item["sk"]["N"] for item in backwards] == ["3", "2", "1", "0"]


def test_a_page_ends_at_a_megabyte_of_what_is_read(local):
    for number in range(8):
        item = {"pk": {"S": "p"}, "sk": {"N": str(number)}, "x": {"S": "y" * 300_000}}
        local.ok("PutItem", {"TableName": "numbers", "Item": item})
    counts = [page["ScannedCount"] for page in pages(local, "Query", query("numbers", ProjectionExpression="sk"))]
    assert counts == [3, 3, 2]
    filtered = query("numbers", FilterExpression="z = :z", values={":z": {"S": "z"}}, ReturnConsumedCapacity="TOTAL")
    found = list(pages(local, "Query", filtered))
    assert [(page["Count"], page["ScannedCount"]) for page in found] == [(0, 3), (0, 3), (0, 2)]
    assert found[0]["ConsumedCapacity"]["CapacityUnits"] == 110.0  # half of what 900 kB cost, whatever the filter lets through


def test_a_filter_counts_after_the_limit(local):
    fill(local, "numbers", [{"N": str(number)} for number in range(10)])
    for number in range(10):
        members = {
            "TableName": "numbers", "Key": {"pk": {"S": "p"}, "sk": {"N": str(number)}}, "UpdateExpression": "SET odd = :o",
            "ExpressionAttributeValues": {":o": {"BOOL": number % 2 == 1}},
        }  # fmt: skip
        local.ok("UpdateItem", members)
    page = local.ok("Query", query("numbers", FilterExpression="odd = :t", values={":t": {"BOOL": True}}, Limit=5))
    assert (page["Count"], page["ScannedCount"], page["LastEvaluatedKey"]["sk"]) == (2, 5, {"N": "4"})
    counted = local.ok("Query", query("numbers", Select="COUNT", FilterExpression="odd = :t", values={":t": {"BOOL": True}}))
    assert counted == {"Count": 5, "ScannedCount": 10}


# --- indexes ----------------------------------------------------------------------------------------------------------------


def wide(local: Local, a: str, b: str, **more: str) -> None:
    item = {"a": {"S": a}, "b": {"S": b}, **{name: {"S": text} for name, text in more.items()}}
    local.ok("PutItem", {"TableName": "wide", "Item": item})


def by_index(local: Local, index: str, condition: str, values: dict[str, str], **more: Any) -> list[Any]:
    members = {
        "TableName": "wide", "IndexName": index, "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {name: {"S": text} for name, text in values.items()}, **more,
    }  # fmt: skip
    return everything(local, "Query", members)


def test_an_index_has_the_items_that_have_its_key_and_shows_what_it_projects(local):
    wide(local, "1", "1", c="c", d="d", e="e", f="f")
    wide(local, "1", "2", c="c")
    wide(local, "2", "1", e="e")
    assert by_index(local, "index4", "c = :c", {":c": "c"}) == [
        {name: {"S": text} for name, text in {"a": "1", "b": "1", "c": "c", "d": "d", "e": "e"}.items()}
    ]
    assert len(by_index(local, "index3", "c = :c", {":c": "c"})) == 2
    local_index = by_index(local, "index2", "a = :a", {":a": "1"})
    assert local_index == [{name: {"S": text} for name, text in {"a": "1", "b": "1", "c": "c", "d": "d"}.items()}]
    fetched = by_index(local, "index2", "a = :a", {":a": "1"}, ProjectionExpression="e, f")
    assert fetched == [{"e": {"S": "e"}, "f": {"S": "f"}}]
    assert len(by_index(local, "index2", "a = :a", {":a": "1"}, Select="ALL_ATTRIBUTES")[0]) == 6


def test_an_index_follows_every_kind_of_write(local):
    wide(local, "1", "1", c="old")
    key = {"a": {"S": "1"}, "b": {"S": "1"}}
    values = {":c": {"S": "new"}}
    update = {"TableName": "wide", "Key": key, "UpdateExpression": "SET c = :c", "ExpressionAttributeValues": values}
    local.ok("UpdateItem", update)
    assert by_index(local, "index3", "c = :c", {":c": "old"}) == []
    assert len(by_index(local, "index3", "c = :c", {":c": "new"})) == 1
    local.ok("UpdateItem", {"TableName": "wide", "Key": key, "UpdateExpression": "REMOVE c"})
    assert by_index(local, "index3", "c = :c", {":c": "new"}) == []
    wide(local, "1", "1", c="again")
    local.ok("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "wide", "Key": key}}]})
    assert by_index(local, "index3", "c = :c", {":c": "again"}) == []
    assert local.state().get("dynamodb.index", []) == []


def test_items_with_one_index_key_are_all_found_page_by_page(local):
    for number in range(30):
        wide(local, str(number % 7), str(number), c="same", d=str(number % 3))
    found = by_index(local, "index4", "c = :c", {":c": "same"}, Limit=4)
    assert len({(item["a"]["S"], item["b"]["S"]) for item in found}) == 30
    assert [item["d"]["S"] for item in found] == ["0"] * 10 + ["1"] * 10 + ["2"] * 10
    backwards = by_index(local, "index4", "c = :c", {":c": "same"}, Limit=4, ScanIndexForward=False)
    assert backwards == found[::-1]


def several(local: Local, rows: list[tuple[str, int, str, int]]) -> None:
    for number, (h1, h2, r1, r2) in enumerate(rows):
        item = {
            "pk": {"S": str(number)}, "h1": {"S": h1}, "h2": {"N": str(h2)}, "r1": {"S": r1}, "r2": {"N": str(r2)},
            "r3": {"B": "AQ=="},
        }  # fmt: skip
        local.ok("PutItem", {"TableName": "several", "Item": item})


texts = st.sampled_from(["", "a", "a\0", "a\0\1", "a\0b", "aa", "b", "\0", "é", "\uffff"]).filter(bool)
ROWS = st.lists(st.tuples(st.sampled_from("xy"), st.integers(-1, 1), texts, st.integers(-2, 2)), max_size=12)


@settings(deadline=None, max_examples=60)
@given(rows=ROWS, low=texts, number=st.integers(-2, 2), operator=st.sampled_from(["<", "<=", ">", ">=", "=", "begins_with"]))
def test_an_index_of_several_attributes_orders_and_bounds_by_each_in_turn(rows, low, number, operator):
    local = Local()
    local.ok("CreateTable", SEVERAL)
    several(local, rows)
    values: dict[str, Any] = {":x": {"S": "x"}, ":n": {"N": "0"}, ":low": {"S": low}}
    text = "begins_with(r1, :low)" if operator == "begins_with" else f"r1 {operator} :low"
    tests = {"<": str.__lt__, "<=": str.__le__, ">": str.__gt__, ">=": str.__ge__, "=": str.__eq__, "begins_with": str.startswith}
    within = [row for row in rows if row[:2] == ("x", 0) and tests[operator](row[2], low)]
    if operator == "=":
        text += " AND r2 >= :m"
        values[":m"] = {"N": str(number)}
        within = [row for row in within if row[3] >= number]
    members = {
        "TableName": "several", "IndexName": "multi", "KeyConditionExpression": f"h1 = :x AND h2 = :n AND {text}",
        "ExpressionAttributeValues": values, "Limit": 3,
    }  # fmt: skip
    found = [(item["r1"]["S"], int(item["r2"]["N"])) for item in everything(local, "Query", members)]
    assert found == sorted((row[2], row[3]) for row in within)


# --- scans ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("total", [1, 2, 3, 7, 100])
def test_the_segments_of_a_scan_have_every_item_once(local, total):
    for number in range(200):
        fill(local, "numbers", [{"N": str(number % 5)}], pk=f"p{number}")
    found = []
    for segment in range(total):
        found += everything(local, "Scan", {"TableName": "numbers", "Segment": segment, "TotalSegments": total, "Limit": 9})
    assert len(found) == 200
    assert len({item["pk"]["S"] for item in found}) == 200


def test_a_scan_of_an_index_sees_what_the_index_sees(local):
    wide(local, "1", "1", c="c", d="d")
    wide(local, "1", "2", c="c")
    wide(local, "1", "3")
    assert [local.ok("Scan", {"TableName": "wide", "IndexName": f"index{number}"})["Count"] for number in (1, 2, 3, 4)] == [
        2, 1, 2, 1,
    ]  # fmt: skip


class Counting(MemoryTxn):
    """A transaction that counts what is read."""

    read = 0

    def scan(self, *arguments: Any, **more: Any) -> Any:
        for found in super().scan(*arguments, **more):
            Counting.read += 1
            yield found


def test_reading_costs_what_it_returns_however_much_there_is(local, monkeypatch):
    for number in range(300):
        fill(local, "numbers", [{"N": str(sort)} for sort in range(10)], pk=f"p{number}")
    fill(local, "numbers", [{"N": str(sort)} for sort in range(50)], pk="p")
    monkeypatch.setattr("condemu.core.store.MemoryTxn", Counting)
    for operation, members, most in (
        ("Query", query("numbers", "pk = :p AND sk BETWEEN :a AND :b", values={":a": {"N": "7"}, ":b": {"N": "9"}}), 3),
        ("Query", query("numbers", Limit=5), 5),
        ("Query", query("numbers", Limit=5, ScanIndexForward=False), 5),
        ("Query", query("numbers", ExclusiveStartKey={"pk": {"S": "p"}, "sk": {"N": "40"}}), 9),
        ("Scan", {"TableName": "numbers", "Limit": 7}, 7),
        ("Scan", {"TableName": "numbers", "Segment": 3, "TotalSegments": 100}, 300),
    ):
        Counting.read = 0
        local.ok(operation, members)
        assert 0 < Counting.read <= most + 1, (operation, members)
