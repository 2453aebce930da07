"""DynamoDB's requests: JSON 1.0, signed by version 4, on items of about two hundred bytes."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.load import Requests
from benchmarks.signing import Signer

if TYPE_CHECKING:
    from benchmarks.scenarios import Client

TABLE = "bench"
FRESH = 30_000  # requests prepared for a put that can be done once per key
CHAIN = 3_000  # links prepared for each connection of the compare-and-swap chain


def request(signer: Signer, operation: str, **members: Any) -> bytes:
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"DynamoDB_20120810.{operation}"}
    body = json.dumps(members).encode()
    return signer.dynamodb.request("POST", "/", "", body, headers)


def item(pk: str, sk: str, v: int = 0) -> dict[str, Any]:
    """About two hundred bytes, as AWS counts them."""
    return {
        "pk": {"S": pk}, "sk": {"S": sk}, "v": {"N": str(v)}, "owner": {"S": "worker-17.example.internal"},
        "state": {"S": "RUNNING"}, "updated": {"S": "2026-01-01T12:00:00.000Z"}, "tags": {"SS": ["blue", "green"]},
        "detail": {"M": {"attempt": {"N": "3"}, "note": {"S": "x" * 60}}}, "active": {"BOOL": True},
    }  # fmt: skip


def table(signer: Signer, client: Client) -> None:
    """The table, which an earlier scenario may have made."""
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client.send(
        request(
            signer,
            "CreateTable",
            TableName=TABLE,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            BillingMode="PAY_PER_REQUEST",
        )
    )
    while b'"CREATING"' in client.send(request(signer, "DescribeTable", TableName=TABLE))[1]:
        time.sleep(0.05)


def put(signer: Signer, key: dict[str, Any], **members: Any) -> bytes:
    return request(signer, "PutItem", TableName=TABLE, Item=key, **members)


def put_fresh(signer: Signer, client: Client, lot: int) -> Requests:
    table(signer, client)
    condition = "attribute_not_exists(pk)"
    return iter([put(signer, item(f"fresh-{lot}-{n}", "a"), ConditionExpression=condition) for n in range(FRESH)])


def update_chain(signer: Signer, client: Client, lot: int, connections: int = 16) -> Requests:
    """Each connection counts up in its own item, each time naming the value before."""
    table(signer, client)

    def links(chain: int) -> Iterator[bytes]:
        client.send(put(signer, item(f"chain-{chain}", "a")))
        key = {"pk": {"S": f"chain-{chain}"}, "sk": {"S": "a"}}
        for number in range(1, CHAIN):
            values = {":new": {"N": str(number)}, ":old": {"N": str(number - 1)}}
            yield request(
                signer,
                "UpdateItem",
                TableName=TABLE,
                Key=key,
                UpdateExpression="SET v = :new",
                ConditionExpression="v = :old",
                ExpressionAttributeValues=values,
            )

    return [list(links(chain)) for chain in range(connections)]


def transact(signer: Signer, client: Client, lot: int, connections: int = 16) -> Requests:
    """Each connection puts four items of its own, on the condition that they are there."""
    table(signer, client)
    sources = []
    for chain in range(connections):
        items = [item(f"four-{chain}-{n}", "a") for n in range(4)]
        for one in items:
            client.send(put(signer, one))
        puts = [{"Put": {"TableName": TABLE, "Item": one, "ConditionExpression": "attribute_exists(pk)"}} for one in items]
        sources.append(itertools.repeat(request(signer, "TransactWriteItems", TransactItems=puts)))
    return sources


def query(signer: Signer, client: Client, lot: int) -> Requests:
    """One hundred items of a partition."""
    table(signer, client)
    for n in range(100):
        client.send(put(signer, item("page", f"{n:05}")))
    values = {":p": {"S": "page"}}
    return itertools.repeat(
        request(signer, "Query", TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues=values)
    )


def get(signer: Signer, client: Client, lot: int) -> Requests:
    table(signer, client)
    client.send(put(signer, item("one", "a")))
    return itertools.repeat(
        request(signer, "GetItem", TableName=TABLE, Key={"pk": {"S": "one"}, "sk": {"S": "a"}}, ConsistentRead=True)
    )
