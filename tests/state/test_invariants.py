"""Each kind of damage is seen: an invariant that cannot fail says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import invariants
import pytest
from accounts import World
from test_accounts import FIRST, LARGE, TABLE, put_table

from condemu.core.blobs import EMPTY
from condemu.dynamodb.state import records as dynamodb
from condemu.s3.state import records as s3
from condemu.simpledb import records as simpledb

Damage = Callable[[Any], None]


@pytest.fixture
def world() -> Any:
    """Something in every space."""
    made = World()
    made.s3(FIRST, "PUT", "/bucket")
    made.s3(FIRST, "PUT", "/bucket/gone")
    made.s3(FIRST, "DELETE", "/bucket/gone")
    begun = made.s3(FIRST, "POST", "/bucket/upload", query="uploads").body
    upload = begun.partition(b"<UploadId>")[2].partition(b"<")[0].decode()  # type: ignore[union-attr]
    made.s3(FIRST, "PUT", "/bucket/upload", LARGE, f"partNumber=1&uploadId={upload}")
    versions = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    made.s3(FIRST, "PUT", "/bucket", versions, "versioning")
    for body in (LARGE, b"2"):
        made.s3(FIRST, "PUT", "/bucket/key", body)
    put_table(made, FIRST)
    item = {"pk": {"S": "a"}, "team": {"S": "x"}, "at": {"N": "1767999999"}}
    action = [{"Put": {"TableName": TABLE["TableName"], "Item": item}}]
    made.dynamodb(FIRST, "TransactWriteItems", TransactItems=action, ClientRequestToken="token")
    made.simpledb(FIRST, "CreateDomain", DomainName="domain")
    made.simpledb(FIRST, "PutAttributes", DomainName="domain", ItemName="a", Attribute__1__Name="v", Attribute__1__Value="1")
    assert invariants.faults(made.store) == []
    yield made
    made.emulator.close()


def drop(table: str) -> Damage:
    def damage(txn: Any) -> None:
        key, _ = next(txn.scan(table))
        txn.delete(table, key)

    return damage


def turn(table: str, **fields: Any) -> Damage:
    def damage(txn: Any) -> None:
        key, held = next(txn.scan(table))
        txn.put(table, key, replace(held, **fields))

    return damage


def move(table: str, *, part: int = 1, to: Any = 999) -> Damage:
    """Put the first entry under a key that nothing else knows."""

    def damage(txn: Any) -> None:
        key, held = next(txn.scan(table))
        txn.delete(table, key)
        txn.put(table, (*key[:part], to, *key[part + 1 :]), held)

    return damage


DAMAGES: dict[str, Damage] = {
    "a bucket is gone": drop(s3.BUCKETS),
    "a bucket is another's": turn(s3.BUCKETS, owner="222222222222"),
    "a name is another incarnation's": turn(s3.NAMES, incarnation=999),
    "an object is in no bucket": move(s3.OBJECTS),
    "an object is gone above its versions": drop(s3.OBJECTS),
    "an object has not its body": turn(s3.OBJECTS, body=EMPTY),
    "a version is in no order": turn(s3.VERSIONS, order=10**9),
    "a bucket has versions and is not versioned": turn(s3.BUCKETS, versioning=""),
    "a trace is of no bucket": move(s3.GONE),
    "a trace is not in the list": drop(s3.GOING),
    "the list of traces has one too many": drop(s3.GONE),
    "a part has no upload": drop(s3.UPLOADS),
    "a part has not its body": turn(s3.PARTS, body=EMPTY),
    "a part has another number": move(s3.PARTS, part=3, to=7),
    "a table is gone": drop(dynamodb.TABLES),
    "a table has lost its stream": drop(dynamodb.STREAMS),
    "a table expires by another attribute": turn(dynamodb.TABLES, ttl_attribute="other"),
    "a table is elsewhere": move(dynamodb.TABLES, to="other"),
    "an item is in no table": move(dynamodb.ITEMS, to="no table"),
    "an item is gone from its indexes' table": drop(dynamodb.ITEMS),
    "an index lacks an item": drop(dynamodb.INDEXED),
    "an index has another item": lambda txn: txn.put(
        dynamodb.INDEXED, next(txn.scan(dynamodb.INDEXED))[0], dynamodb.packed({"pk": "other"}, 7, 1)
    ),
    "an index is of no table": move(dynamodb.INDEXED, to="no table/by_team"),
    "what expires is not listed": drop(dynamodb.EXPIRING),
    "a stream record is of no stream": move(dynamodb.RECORDS, to="no stream"),
    "a token is never forgotten": drop(dynamodb.EXPIRIES),
    "a domain is gone": drop(simpledb.DOMAINS),
    "totals are no sums": turn(simpledb.TOTALS, octets=1),
    "an item has no place": drop(simpledb.PLACES),
    "a place has no item": drop(simpledb.ITEMS),
    "an item counts wrongly": turn(simpledb.ITEMS, pairs=3),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_seen(world: World, damage: Damage) -> None:
    world.store.transact(damage)
    assert invariants.faults(world.store)


def test_a_body_that_nothing_refers_to_is_seen(world: World) -> None:
    assert invariants.orphaned_bytes(world.store, world.emulator.blobs) == 0
    kept = world.emulator.blobs.keep(LARGE)
    assert invariants.orphaned_bytes(world.store, world.emulator.blobs) == len(kept)
