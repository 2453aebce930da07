"""What holds of the state after every commit, whatever was asked: `faults(store)` lists what does not.

| service  | what holds                                                                                                        |
|----------|-------------------------------------------------------------------------------------------------------------------|
| S3       | a name leads to its bucket; nothing lies outside a live bucket; a key holds a version or a trace, never both; what |
|          | is not current lies below something current, and only where there are versions; parts belong to open uploads;      |
|          | bodies are as long as their records say                                                                            |
| DynamoDB | items, index entries, times to live and stream records belong to live tables and streams; an index holds exactly  |
|          | its table's items, and so does the list of what expires; every token is in the list by age                        |
| SimpleDB | items, totals and places belong to live domains; totals are sums; every item has its place, and every place an item |

Besides, every key has its space's shape and every record its type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from stores import BY_NAME, OURS, same_item

from condemu.core.store import Store, Txn
from condemu.dynamodb.state import records as dynamodb
from condemu.dynamodb.state.changes import entry_key, projected
from condemu.dynamodb.state.expirations import expiry
from condemu.s3.state import records as s3
from condemu.simpledb import records as simpledb
from condemu.storage.spool import InMemory, SpoolBlobs


def faults(store: Store) -> list[str]:
    """What is wrong with the state; empty when all holds."""
    return store.view(lambda txn: [*shapes(txn), *of_s3(txn), *of_dynamodb(txn), *of_simpledb(txn)])


def check(store: Store) -> None:
    assert faults(store) == []


def shapes(txn: Txn) -> Iterator[str]:
    for name in txn.tables():
        space = BY_NAME.get(name)
        if space is None:
            if name.startswith(OURS):
                yield f"{name} is a space of no service"
            continue
        kind = getattr(space.kind, "__origin__", space.kind)
        for key, held in txn.scan(name):
            if space.fault_in(key):
                yield space.fault_in(key)
            if type(held) is not kind:
                yield f"{name} {key!r} has a {type(held).__name__}"


# --- S3 ---------------------------------------------------------------------------------------------------------------------


def of_s3(txn: Txn) -> Iterator[str]:
    buckets = {bucket.place: bucket for _, bucket in txn.scan(s3.BUCKETS)}
    for key, bucket in txn.scan(s3.BUCKETS):
        if key != (bucket.owner, bucket.name):
            yield f"the bucket {bucket.name} of {bucket.owner} is at {key!r}"
    for (name,), holder in txn.scan(s3.NAMES):
        bucket = txn.get(s3.BUCKETS, (holder.account, name))
        if bucket is None or bucket.incarnation != holder.incarnation:
            yield f"the name {name} leads nowhere"
    for table in (s3.OBJECTS, s3.VERSIONS, s3.GONE, s3.UPLOADS, s3.PARTS):
        for key, _ in txn.scan(table):
            if key[:2] not in buckets:
                yield f"{table} {key!r} is in no bucket"
    yield from _of_versions(txn, buckets)
    for key, gone in txn.scan(s3.GONE):
        if txn.get(s3.OBJECTS, key) is not None:
            yield f"{key!r} holds a version and the trace of one"
        awaited = any(upload.began < gone.changed for place, upload in txn.scan(s3.UPLOADS) if place[:3] == key)
        if txn.get(s3.GOING, (key[0], gone.changed, *key[1:])) is None and not awaited:
            yield f"the trace of {key!r} is kept for nobody"
    for (account, changed, *place), _ in txn.scan(s3.GOING):
        gone = txn.get(s3.GONE, (account, *place))
        if gone is None or gone.changed != changed:
            yield f"the list of traces has {place!r}, which has none"
    uploads = {(account, incarnation, upload) for (account, incarnation, _, upload), _ in txn.scan(s3.UPLOADS)}
    for (*upload, number), part in txn.scan(s3.PARTS):
        if tuple(upload) not in uploads:
            yield f"part {number} is of no upload: {upload!r}"
        if part.number != number or part.body.size != part.size:
            yield f"part {number} says that it is part {part.number}, of {part.size} bytes; it has {part.body.size}"


def _of_versions(txn: Txn, buckets: dict[tuple[str, int], s3.Bucket]) -> Iterator[str]:
    stacks: dict[Any, list[s3.Version]] = defaultdict(list)
    for key, version in txn.scan(s3.OBJECTS):
        stacks[key].append(version)
    for (*key, order), version in txn.scan(s3.VERSIONS):
        where = tuple(key)
        if where not in stacks:
            yield f"a version lies below nothing: {where!r}"
        if version.order != -order:
            yield f"a version of order {version.order} is at {order}: {where!r}"
        if where[:2] in buckets and not buckets[where[:2]].versioning:
            yield f"{where!r} has versions, its bucket has none"
        stacks[where].append(version)
    for where, stack in stacks.items():
        if any(above.order <= below.order for above, below in pairwise(stack)):
            yield f"the versions of {where!r} are in no order"
        ids = [version.version_id for version in stack]
        if len(set(ids)) < len(ids):
            yield f"{where!r} has an id twice: {ids}"
        for version in stack:
            if version.body.size != version.size:
                yield f"{where!r} should have {version.size} bytes and has {version.body.size}"
            if version.marker and (version.size or version.etag):
                yield f"{where!r} has a delete marker with content"


def kept_bodies(store: Store) -> int:
    """The bytes of all bodies in memory that some record refers to, each leaf once; small ones are not counted."""

    def count(txn: Txn) -> int:
        leaves: dict[int, int] = {}
        for table in (s3.OBJECTS, s3.VERSIONS, s3.PARTS):
            for _, held in txn.scan(table):
                for leaf, _, _ in held.body._spans:
                    if isinstance(leaf, InMemory):
                        leaves[id(leaf)] = len(leaf._data)
        return sum(leaves.values())

    return store.view(count)


def orphaned_bytes(store: Store, blobs: SpoolBlobs) -> int:
    """Bytes of bodies in memory that the blob store keeps and no record refers to."""
    blobs.settle()
    return blobs.in_memory - kept_bodies(store)


# --- DynamoDB ---------------------------------------------------------------------------------------------------------------


def of_dynamodb(txn: Txn) -> Iterator[str]:
    tables: dict[tuple[str, str], dynamodb.Table] = {}
    for key, table in txn.scan(dynamodb.TABLES):
        if key != (table.account, table.name, table.region):
            yield f"the table {table.arn} is at {key!r}"
        if table.status != dynamodb.DELETING:
            tables[table.account, table.table_id] = table
        if table.stream is not None and txn.get(dynamodb.STREAMS, (table.account, table.stream.arn)) != table.stream:
            yield f"{table.arn} has a stream that is not there"
    expected: dict[tuple[str, ...], Any] = {}
    expiring = set()
    for (account, table_id, *place), stored in txn.scan(dynamodb.ITEMS):
        table = tables.get((account, table_id))
        if table is None:
            yield f"an item is in no table: {account} {table_id} {place!r}"
            continue
        item, where = dynamodb.item_in(stored), (account, table_id, place[0], place[1])
        for index in table.indexes:
            entry = entry_key(table, index, where, item) if index.status != dynamodb.DELETING else None
            if entry is not None:
                expected[entry] = projected(table, index, stored, item)
        moment = expiry(table, item)
        if moment is not None:
            expiring.add((account, moment, table_id, *place))
    yield from _of_backups(txn, tables)
    yield from _of_indexes(txn, tables, expected)
    listed = {key for key, _ in txn.scan(dynamodb.EXPIRING)}
    if listed != expiring:
        yield f"what may expire: listed without need {listed - expiring}, not listed {expiring - listed}"
    streams = {(stream.account, stream.arn): stream for _, stream in txn.scan(dynamodb.STREAMS)}
    for (account, arn, sequence), _ in txn.scan(dynamodb.RECORDS):
        stream = streams.get((account, arn))
        if stream is None or sequence < stream.first or (stream.last is not None and sequence > stream.last):
            yield f"record {sequence} is of no stream: {arn}"
    for (account, token), held in txn.scan(dynamodb.TOKENS):
        if not any(key[0] == account and key[2] == token and known == held for key, known in txn.scan(dynamodb.EXPIRIES)):
            yield f"the token {token} of {account} is never forgotten"


def _of_backups(txn: Txn, tables: dict[tuple[str, str], Any]) -> Iterator[str]:
    backups = dict(txn.scan(dynamodb.BACKUPS))
    for key, backup in backups.items():
        if key != (backup.table.account, backup.arn):
            yield f"the backup {backup.arn} is at {key!r}"
    for key, _ in txn.scan(dynamodb.SAVED):
        if key[:2] not in backups:
            yield f"an item is in no backup: {key!r}"
    for key, before in txn.scan(dynamodb.PAST):
        table = tables.get(key[:2])
        if table is None or table.recovery is None or before.at < table.recovery.since:
            yield f"the past of an item is kept for nobody: {key!r}"


def _of_indexes(txn: Txn, tables: dict[tuple[str, str], Any], expected: dict[tuple[str, ...], Any]) -> Iterator[str]:
    held = dict(txn.scan(dynamodb.INDEXED))
    for key in held.keys() ^ expected.keys():
        table = tables.get((key[0], key[1].partition("/")[0]))
        index = table and table.index(key[1].partition("/")[2])
        if index is None or index.status != dynamodb.DELETING:
            yield f"an index {'has too much' if key in held else 'lacks'}: {key!r}"
    for key in held.keys() & expected.keys():
        if not same_item(held[key], expected[key]):
            yield f"an index shows what the table does not have: {key!r}"


# --- SimpleDB ---------------------------------------------------------------------------------------------------------------


def of_simpledb(txn: Txn) -> Iterator[str]:
    domains = {key for key, _ in txn.scan(simpledb.DOMAINS)}
    for table in (simpledb.ITEMS, simpledb.TOTALS, simpledb.PLACES):
        for key, _ in txn.scan(table):
            if key[:3] not in domains:
                yield f"{table} {key!r} is in no domain"
    sums = {domain: [0, 0] for domain in domains}
    places = {(*key[:3], name): key[3:] for key, name in txn.scan(simpledb.PLACES)}
    items = dict(txn.scan(simpledb.ITEMS))
    for key, item in items.items():
        if key[:3] in sums:
            sums[key[:3]][0] += item.pairs
            sums[key[:3]][1] += item.octets
        if item.pairs != sum(map(len, item.attributes.values())) or not item.pairs:
            yield f"{key!r} should have {item.pairs} pairs"
        if places.get(key) != item.place:
            yield f"{key!r} is at {item.place}, the order of items says {places.get(key)}"
    for key in places.keys() - items.keys():
        yield f"the order of items has {key!r}, which is gone"
    for domain, (pairs, octets) in sums.items():
        totals = txn.get(simpledb.TOTALS, domain) or simpledb.Totals()
        if (totals.pairs, totals.octets) != (pairs, octets):
            yield f"the totals of {domain!r} are {(pairs, octets)}, not {totals}"
    for key, place in txn.scan(simpledb.EXPORT_TOKENS):
        if txn.get(simpledb.EXPORTS, place) is None:
            yield f"the export token {key!r} leads nowhere"
