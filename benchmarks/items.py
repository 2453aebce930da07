"""What an item costs and what a page costs: `python -m benchmarks.items [--items 1000000]`.

In one process, without a socket: items are written in batches through the service. Tables are filled with items of 100 bytes,
250 bytes and 1 KB, as AWS counts them, and the memory that they take is measured. Then a page of Query (100 items of a
partition), of Scan (Limit 100) and of a global index's Query is read when there are 10,000 items and when there are all of them:
each should cost the same, since it reads what it returns.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import time
from typing import Any

from benchmarks.listing import resident
from condemu.core.http import BytesBody
from condemu.dynamodb.data.values import decode_item, item_size
from condemu.server.app import Emulator, build
from condemu.server.config import Config

PAGE = 100  # items of a partition, and of a page
BATCH = 25
COUNTED = 200_000  # items of each size of which the memory is measured
KEY_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
BY_TEAM = {
    "IndexName": "by_team",
    "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}


async def ask(emulator: Emulator, operation: str, **members: Any) -> bytes:
    scope = "Credential=test/20260101/us-east-1/dynamodb/aws4_request"
    headers = {
        "host": "localhost",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
        "authorization": f"AWS4-HMAC-SHA256 {scope}",
    }
    body = BytesBody(json.dumps(members).encode())
    response = await emulator.answer(emulator.received("POST", "/", "", headers, body))
    assert response.status == 200, response.body
    assert isinstance(response.body, bytes)
    return response.body


def item(number: int, size: int) -> dict[str, Any]:
    """Item `number` of a table, of about `size` bytes: a few attributes, and a note that fills it up."""
    partition, place = divmod(number, PAGE)
    wire: dict[str, Any] = {
        "pk": {"S": f"user-{partition:08}"}, "sk": {"S": f"{place:05}"}, "team": {"S": f"team-{partition:06}"}, "v": {"N": "17"},
    }  # fmt: skip
    if size > 200:
        wire |= {
            "owner": {"S": "worker-17.example.internal"}, "updated": {"S": "2026-01-01T12:00:00.000Z"},
            "tags": {"SS": ["blue", "green"]}, "detail": {"M": {"attempt": {"N": "3"}, "state": {"S": "RUNNING"}}},
        }  # fmt: skip
    left = size - item_size(decode_item(wire)) - len("note")
    return {**wire, "note": {"S": f"{number:07}" + "x" * (left - 7)}}


async def create(emulator: Emulator, table: str, *indexes: dict[str, Any]) -> None:
    names = ("pk", "sk", "team") if indexes else ("pk", "sk")
    more: dict[str, Any] = {"GlobalSecondaryIndexes": list(indexes)} if indexes else {}
    more["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": "S"} for name in names]
    await ask(emulator, "CreateTable", TableName=table, KeySchema=KEY_SCHEMA, BillingMode="PAY_PER_REQUEST", **more)


async def fill(emulator: Emulator, table: str, first: int, last: int, size: int) -> None:
    for start in range(first, last, BATCH):
        puts = [{"PutRequest": {"Item": item(number, size)}} for number in range(start, min(start + BATCH, last))]
        await ask(emulator, "BatchWriteItem", RequestItems={table: puts})


async def page(emulator: Emulator, partitions: int, operation: str, members: dict[str, Any], value: str = "") -> float:
    """Milliseconds for a page, the median of a hundred in partitions that lie apart."""
    times = []
    for turn in range(100):
        partition = turn * partitions // 100
        given = {"ExpressionAttributeValues": {":p": {"S": value.format(partition)}}} if value else {}
        began = time.perf_counter()
        body = await ask(emulator, operation, TableName="pages", **members, **given)
        times.append((time.perf_counter() - began) * 1000)
        assert b'"Count":100,' in body, body
    return statistics.median(times)


async def pages(emulator: Emulator, items: int) -> tuple[float, ...]:
    partitions = items // PAGE
    start = {"pk": item(items // 2, 250)["pk"], "sk": {"S": "00000"}}
    by_team = {"IndexName": "by_team", "KeyConditionExpression": "team = :p"}
    return (
        await page(emulator, partitions, "Query", {"KeyConditionExpression": "pk = :p"}, "user-{:08}"),
        await page(emulator, partitions, "Scan", {"Limit": PAGE, "ExclusiveStartKey": start}),
        await page(emulator, partitions, "Query", by_team, "team-{:06}"),
    )


async def memory(emulator: Emulator, size: int) -> None:
    await create(emulator, f"of-{size}")
    await fill(emulator, f"of-{size}", 0, PAGE, size)
    gc.collect()
    before, began = resident(), time.perf_counter()
    await fill(emulator, f"of-{size}", PAGE, COUNTED, size)
    elapsed = time.perf_counter() - began
    gc.collect()
    each = (resident() - before) / (COUNTED - PAGE)
    print(f"an item of {size} bytes: {each:.0f} bytes of memory ({each / size:.2f}), {elapsed / COUNTED * 1e6:.0f} µs to write")


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.items", description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    items: int = parser.parse_args().items
    gc.set_threshold(50_000, 20, 50)  # as `condemu serve` does
    emulator = build(Config(auth="off"))
    for size in (100, 250, 1024):
        await memory(emulator, size)
    await create(emulator, "pages", BY_TEAM)
    await fill(emulator, "pages", 0, 10_000, 250)
    few = await pages(emulator, 10_000)
    await fill(emulator, "pages", 10_000, items, 250)
    many = await pages(emulator, items)
    for name, before, after in zip(("Query", "Scan", "Query of a global index"), few, many, strict=True):
        print(f"a page of 100 items, {name}: {before:.2f} ms out of 10,000, {after:.2f} ms out of {items:,}")


if __name__ == "__main__":
    asyncio.run(main())
