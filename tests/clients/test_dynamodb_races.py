"""Races over sockets: sixty-four writers on one counter, and transfers between accounts while others look.

CONDEMU_ROUNDS=200 makes the counter's race as long as it is meant to be when somebody has ten minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from typing import Any
from urllib.parse import urlsplit

from condemu.testing.server import Server

WRITERS = 64
ROUNDS = int(os.environ.get("CONDEMU_ROUNDS", "3"))
ACCOUNTS, START, TRANSFERS = 6, 100, 60
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date,"
    " Signature=0000000000000000000000000000000000000000000000000000000000000000"
)


class Connection:
    """One kept-alive HTTP connection that speaks JSON 1.0."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def __call__(self, operation: str, **members: Any) -> tuple[int, Any]:
        body = json.dumps(members).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: dynamodb\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
            "X-Amz-Date: 20260101T000000Z\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"Authorization: {AUTHORIZATION}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        received = await self.reader.readuntil(b"\r\n\r\n")
        lines = received.decode().lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        return int(lines[0].split()[1]), json.loads(await self.reader.readexactly(length))


async def connected(url: str) -> Connection:
    place = urlsplit(url)
    assert place.hostname
    return Connection(*await asyncio.open_connection(place.hostname, place.port))


async def create(db: Connection) -> None:
    status, _ = await db(
        "CreateTable",
        TableName="table",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert status == 200


# --- the counter ------------------------------------------------------------------------------------------------------------


async def increment(db: Connection, key: dict[str, Any], seen: int) -> int:
    """SET v = :new if v = :old, however often it has to be tried; how often it was refused. A refusal brings the value."""
    refused = 0
    while True:
        status, answer = await db(
            "UpdateItem",
            TableName="table",
            Key=key,
            UpdateExpression="SET v = :new",
            ConditionExpression="v = :old",
            ExpressionAttributeValues={":new": {"N": str(seen + 1)}, ":old": {"N": str(seen)}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        if status == 200:
            return refused
        assert answer["__type"].endswith("#ConditionalCheckFailedException")
        assert int(answer["Item"]["v"]["N"]) > seen
        seen = int(answer["Item"]["v"]["N"])
        refused += 1


async def count(url: str) -> int:
    connections = [await connected(url) for _ in range(WRITERS)]
    await create(connections[0])
    refused = 0
    for number in range(ROUNDS):
        key = {"pk": {"S": f"counter{number}"}}
        await connections[0]("PutItem", TableName="table", Item={**key, "v": {"N": "0"}})
        refused += sum(await asyncio.gather(*(increment(db, key, 0) for db in connections)))
        _, found = await connections[0]("GetItem", TableName="table", Key=key, ConsistentRead=True)
        assert found["Item"]["v"] == {"N": str(WRITERS)}
    for db in connections:
        db.writer.close()
    return refused


def test_sixty_four_writers_lose_no_increment():
    with Server() as server:
        assert asyncio.run(count(server.url)) > WRITERS


# --- the bank ---------------------------------------------------------------------------------------------------------------


def account(number: int) -> dict[str, Any]:
    return {"TableName": "table", "Key": {"pk": {"S": f"account{number}"}}}


def move(number: int, amount: int) -> dict[str, Any]:
    return {
        "Update": {
            **account(number),
            "UpdateExpression": "SET v = v + :amount",
            "ConditionExpression": "v >= :least",
            "ExpressionAttributeValues": {":amount": {"N": str(amount)}, ":least": {"N": str(max(0, -amount))}},
        }
    }


async def balances(db: Connection) -> list[int]:
    status, answer = await db("TransactGetItems", TransactItems=[{"Get": account(number)} for number in range(ACCOUNTS)])
    assert status == 200, answer
    return [int(one["Item"]["v"]["N"]) for one in answer["Responses"]]


async def transfer(db: Connection, seed: int) -> dict[int, int]:
    """Transfers among two or three accounts, some of which nobody can pay; what each account got by those acknowledged."""
    chance = random.Random(seed)
    got = dict.fromkeys(range(ACCOUNTS), 0)
    for number in range(TRANSFERS):
        sender, *receivers = chance.sample(range(ACCOUNTS), chance.choice((2, 3)))
        amount = chance.randint(1, 70)
        moves = {sender: -amount * len(receivers), **dict.fromkeys(receivers, amount)}
        status, answer = await db(
            "TransactWriteItems",
            TransactItems=[move(one, change) for one, change in moves.items()],
            ClientRequestToken=f"{seed}-{number}",
        )
        if status == 200:
            for one, change in moves.items():
                got[one] += change
        else:
            assert answer["__type"].endswith("#TransactionCanceledException")
            assert answer["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"
    return got


async def look(db: Connection, done: asyncio.Event) -> int:
    looked = 0
    while not done.is_set():
        assert sum(await balances(db)) == ACCOUNTS * START
        looked += 1
    return looked


async def bank(url: str) -> tuple[list[int], list[int], int]:
    connections = [await connected(url) for _ in range(12)]
    await create(connections[0])
    for number in range(ACCOUNTS):
        await connections[0]("PutItem", TableName="table", Item={**account(number)["Key"], "v": {"N": str(START)}})
    done = asyncio.Event()
    readers = [asyncio.ensure_future(look(db, done)) for db in connections[:2]]
    moved = await asyncio.gather(*(transfer(db, seed) for seed, db in enumerate(connections[2:])))
    done.set()
    looked = sum(await asyncio.gather(*readers))
    expected = [START + sum(got[number] for got in moved) for number in range(ACCOUNTS)]
    found = await balances(connections[0])
    for db in connections:
        db.writer.close()
    return expected, found, looked


def test_transfers_keep_the_total_and_lose_or_double_none_that_was_acknowledged():
    with Server() as server:
        expected, found, looked = asyncio.run(bank(server.url))
    assert found == expected
    assert min(found) >= 0
    assert looked > 10
