"""How far a request walks: the boundaries between modules that it crosses, and the records that it reads.

A boundary is crossed when a function of one module of condemu calls a function of another. The numbers are what was measured; a
change that makes a walk longer has to say why. What they stand for is that a reader who follows a request has few files to open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import recorded
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from boundaries import boundaries

from condemu.auth.credentials import Credential, CredentialBook
from condemu.auth.principals import root_of
from condemu.core.effects import CountingIds, Ids, ManualClock
from condemu.core.http import BytesBody, Response
from condemu.core.service import at_once
from condemu.core.store import Commit, Key, MemoryStore, Txn
from condemu.server.app import Emulator, build
from condemu.server.config import Config

ACCOUNT, KEY_ID = recorded.ACCOUNT, "AKIAROOT"
TABLE = {
    "TableName": "table", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}  # fmt: skip
KEY = {"pk": {"S": "a"}}
ONE = {":one": {"N": "1"}}
PUT = {"TableName": "table", "Item": {**KEY, "v": {"N": "1"}}}
PUT_IF = {**PUT, "ConditionExpression": "attribute_exists(pk)", "ReturnValues": "ALL_OLD"}
PUT_NEW = {**PUT, "ConditionExpression": "attribute_not_exists(pk)"}
UPDATE = {
    "TableName": "table", "Key": KEY, "UpdateExpression": "SET v = v + :one", "ConditionExpression": "attribute_exists(pk)",
    "ExpressionAttributeValues": ONE,
}  # fmt: skip
GET = {"TableName": "table", "Key": KEY, "ConsistentRead": True}


@pytest.fixture
def checked_stores() -> None:
    """In place of the fixture that looks at every commit: looking would be counted."""


# --- boundaries -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """It verifies signatures, and knows one key."""
    book = CredentialBook([Credential(KEY_ID, "secret", root_of(ACCOUNT))], ACCOUNT)
    emulator = build(Config(auth="strict"), book=book)
    asked(emulator, "CreateTable", TABLE)()()
    yield emulator
    emulator.close()


def asked(emulator: Emulator, operation: str, members: Any) -> Callable[[], Callable[[], Response]]:
    """Signed requests that arrive, as many as it is called for; each is answered when what comes of it is called."""
    body = json.dumps(members).encode()
    named = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", "http://localhost/", headers=named, data=body)
    SigV4Auth(Credentials(KEY_ID, "secret"), "dynamodb", "us-east-1").add_auth(request)
    headers = {"host": "localhost"} | {name.lower(): value for name, value in request.headers.items()}

    def arrived() -> Callable[[], Response]:
        received = emulator.received("POST", "/", "", headers, BytesBody(body))
        return lambda: at_once(emulator.answer(received))

    return arrived


@pytest.mark.parametrize(
    ("operation", "members", "status", "most"),
    [
        ("PutItem", PUT, 200, 36), ("PutItem", PUT_IF, 200, 42), ("PutItem", PUT_NEW, 400, 47), ("UpdateItem", UPDATE, 200, 44),
        ("GetItem", GET, 200, 37),
    ],
    ids=["PutItem", "PutItem with a condition", "PutItem that is refused", "UpdateItem with a condition", "GetItem"],
)  # fmt: skip
def test_a_request_crosses_no_more_boundaries_than_it_did(emulator, operation, members, status, most):
    asked(emulator, "PutItem", PUT)()()
    arrived = asked(emulator, operation, members)
    assert arrived()().status == status  # what is worked out once for each text is not counted
    _, *crossed = boundaries(arrived())  # but for the way into the program
    assert "condemu.dynamodb.service -> condemu.core.http.__init__" in crossed[-2:]  # the answer: it went all the way
    assert len(crossed) <= most, "\n".join(crossed)


# --- records ----------------------------------------------------------------------------------------------------------------


class CountedTxn:
    """A transaction that notes which records are read by their keys."""

    def __init__(self, txn: Txn) -> None:
        self.txn = txn
        self.now, self.index, self.ids = txn.now, txn.index, txn.ids
        self.put, self.delete, self.scan, self.tables = txn.put, txn.delete, txn.scan, txn.tables
        self.reads: Counter[tuple[str, Key]] = Counter()

    def get(self, table: str, key: Key) -> Any:
        self.reads[table, key] += 1
        return self.txn.get(table, key)


class CountingStore(MemoryStore):
    """Keeps the transactions that were begun since the last look."""

    def __init__(self) -> None:
        super().__init__(ManualClock(), CountingIds())
        self.begun: list[CountedTxn] = []

    def transact(self, decide: Callable[[Txn], Any], ids: Ids | None = None) -> Commit:
        return super().transact(lambda txn: decide(self._counted(txn)), ids)

    def view(self, decide: Callable[[Txn], Any]) -> Any:
        return super().view(lambda txn: decide(self._counted(txn)))

    def _counted(self, txn: Txn) -> Any:
        self.begun.append(CountedTxn(txn))
        return self.begun[-1]


INDEXED = {
    **TABLE, "AttributeDefinitions": [*TABLE["AttributeDefinitions"], {"AttributeName": "g", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [{
        "IndexName": "index", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
    }],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}  # fmt: skip
ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table"


@pytest.mark.parametrize("table", [TABLE, INDEXED], ids=["plain", "with an index and a stream"])
@pytest.mark.parametrize("name", ["table", ARN], ids=["by name", "by ARN"])
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("PutItem", {**PUT_IF, "ReturnConsumedCapacity": "INDEXES"}),
        ("UpdateItem", {**UPDATE, "ReturnValues": "ALL_NEW", "ReturnConsumedCapacity": "INDEXES"}),
        ("GetItem", {**GET, "ReturnConsumedCapacity": "INDEXES"}),
        ("DeleteItem", {"TableName": "table", "Key": KEY, "ReturnValues": "ALL_OLD"}),
    ],
)
def test_no_record_is_read_twice_for_one_item(table, name, operation, members):
    store = CountingStore()
    local = recorded.Local(store=store)
    local.ok("CreateTable", table)
    local.ok("PutItem", {**PUT, "Item": {**PUT["Item"], "g": {"S": "x"}}})
    store.begun.clear()
    local.ok(operation, {**members, "TableName": name})
    (txn,) = store.begun
    assert {space for space, _ in txn.reads} >= {"dynamodb.table", "dynamodb.item"}
    assert {read: times for read, times in txn.reads.items() if times > 1} == {}
