"""What DynamoDB keeps, and under which keys.

| space           | key                                                      | record                                  |
|-----------------|----------------------------------------------------------|-----------------------------------------|
| dynamodb.table  | account, name, region                                    | Table                                   |
| dynamodb.item   | account, table, partition, sort                          | StoredItem                              |
| dynamodb.index  | account, index, partition, sort, own partition, own sort | StoredItem: what the index projects     |
| dynamodb.stream | account, arn                                             | Stream                                  |
| dynamodb.record | account, arn, sequence                                   | StreamRecord                            |
| dynamodb.export | account, arn                                             | Transfer                                |
| dynamodb.import | account, arn                                             | Transfer                                |
| dynamodb.backup | account, arn                                             | Backup                                  |
| dynamodb.saved  | account, arn, partition, sort                            | StoredItem: an item in a backup         |
| dynamodb.past   | account, table, commit, partition, sort                  | Before: an item before a commit         |
| dynamodb.ttl    | account, seconds, table, partition, sort                 | Expiring: an item that may have expired |
| dynamodb.token  | account, token                                           | Token: a transaction that was done      |
| dynamodb.expiry | account, milliseconds, token                             | Token: when it is forgotten             |

`partition` is the first four bytes of AWS's hash of the hash attributes, followed by their sort bytes: items of one partition
lie together, partitions in the order in which AWS scans them, and a segment of a parallel Scan is a range. `sort` is the sort
bytes of the range attributes, b"" without any (`keys.py`). So a Query, a page of a Scan and a segment read only what they return.
An entry of an index names the item by its own place, whose hash covers the range attributes, too.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Mapping
from dataclasses import field, replace
from hashlib import sha256
from typing import Any, Final, NewType

from condemu.core.codec import Bodies, Codec, Document
from condemu.core.errors import ServiceError
from condemu.core.records import record
from condemu.core.spaces import ARN, space
from condemu.dynamodb.data.values import Item, Malformed, decode_item, encode_item

TABLES: Final = "dynamodb.table"
ITEMS: Final = "dynamodb.item"
INDEXED: Final = "dynamodb.index"
TOKENS: Final = "dynamodb.token"
EXPIRIES: Final = "dynamodb.expiry"
STREAMS: Final = "dynamodb.stream"
RECORDS: Final = "dynamodb.record"
EXPORTS: Final = "dynamodb.export"
IMPORTS: Final = "dynamodb.import"
BACKUPS: Final = "dynamodb.backup"
SAVED: Final = "dynamodb.saved"
PAST: Final = "dynamodb.past"
EXPIRING: Final = "dynamodb.ttl"

CREATING: Final = "CREATING"
ACTIVE: Final = "ACTIVE"
UPDATING: Final = "UPDATING"
DELETING: Final = "DELETING"

PROVISIONED: Final = "PROVISIONED"
ON_DEMAND: Final = "PAY_PER_REQUEST"

GLOBAL: Final = "GSI"
LOCAL: Final = "LSI"

NOTHING: Final[Mapping[str, Any]] = {}


@record
class KeySchema:
    """The key of a table or an index: names and types (S, N or B) of its attributes. A table has one of each kind at most."""

    hashes: tuple[tuple[str, str], ...]
    ranges: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    plain: bool = field(init=False, repr=False, compare=False)  # one string, or one for the partition and one to sort by

    def __post_init__(self) -> None:
        attributes = self.hashes + self.ranges
        object.__setattr__(self, "attributes", attributes)
        object.__setattr__(self, "names", tuple(name for name, _ in attributes))
        plain = len(self.hashes) == 1 and len(self.ranges) <= 1 and all(kind == "S" for _, kind in attributes)
        object.__setattr__(self, "plain", plain)


@record
class Throughput:
    read: int = 0
    write: int = 0
    increased: float | None = None
    decreased: float | None = None
    decreases_today: int = 0


@record
class Index:
    """`projection` is ALL, KEYS_ONLY or INCLUDE; `included` are the attributes that INCLUDE names."""

    name: str
    scope: str  # GSI or LSI
    keys: KeySchema
    projection: str
    included: tuple[str, ...] = ()
    status: str = ACTIVE
    throughput: Throughput = Throughput()
    on_demand: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    backfilling: bool = False

    def projects(self, attribute: str, table: KeySchema) -> bool:
        if self.projection == "ALL" or attribute in self.keys.names or attribute in table.names:
            return True
        return self.projection == "INCLUDE" and attribute in self.included


@record
class Stream:
    """A stream, enabled or not. `first` and `last` bound its sequence numbers; `last` is None while it is open."""

    arn: str
    label: str
    view: str
    account: str
    table: str
    keys: KeySchema
    created: float
    first: int
    last: int | None = None

    @property
    def shard(self) -> str:
        return f"shardId-{int(self.created * 1000):020d}-{sha256(self.arn.encode()).hexdigest()[:8]}"


@record
class Recovery:
    """Point-in-time recovery: since when it is enabled, and for how many days back."""

    since: float
    days: int


@record
class Restoration:
    """What a table is being restored from: a table, by a backup of it or as it was at some time."""

    table: str  # its ARN
    at: float
    backup: str | None = None  # its ARN


@record
class Table:
    """A table and its configuration. `table_id` is a UUID, so what a deleted table of the same name held is never met again."""

    account: str
    region: str
    name: str
    table_id: str
    created: float
    keys: KeySchema
    attributes: tuple[tuple[str, str], ...]  # AttributeDefinitions as given
    indexes: tuple[Index, ...] = ()
    status: str = ACTIVE
    billing_mode: str = PROVISIONED
    on_demand_since: float | None = None
    throughput: Throughput = Throughput()
    on_demand: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    warm: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    deletion_protection: bool = False
    table_class: str | None = None
    encryption: Mapping[str, Any] | None = None
    stream: Stream | None = None  # the enabled one (streams.py)
    last_stream: str | None = None  # the ARN of the latest one, enabled or not
    ttl_attribute: str | None = None
    recovery: Recovery | None = None  # point-in-time recovery, where it is enabled
    policy: str | None = None
    policy_revision: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    ready_at: float | None = None  # when a state that takes time ends, on the emulator's clock (states.py)
    restored: Restoration | None = None  # while it is being restored

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.name}"

    def index(self, name: str) -> Index | None:
        return next((index for index in self.indexes if index.name == name), None)

    def readable_index(self, name: str) -> Index | None:
        """An index that is neither being created nor deleted."""
        return next((index for index in self.indexes if index.name == name and index.status in (ACTIVE, UPDATING)), None)


@record
class Transfer:
    """An export of a table, or an import: what was asked for, and how it stands.

    `begun`: somebody reads or writes its files, and counts `beats` meanwhile.
    """

    arn: str
    request: Mapping[str, Any]
    table: str  # its ARN
    table_id: str
    status: str
    started: float
    begun: bool = False
    ended: float | None = None
    items: int = 0
    errors: int = 0
    size: int = 0
    manifest: str | None = None
    failure: tuple[str, str] | None = None
    beats: int = 0


@record
class Backup:
    """A backup, with the table as it was. Its items have a space of their own; `items` and `size` are the table's statistics."""

    arn: str
    name: str
    kind: str  # USER or SYSTEM
    created: float
    table: Table
    items: int = 0
    size: int = 0
    expires: float | None = None


StoredItem = NewType("StoredItem", bytes)
"""An item, or what an index shows of it; its size in bytes, and the commit that wrote it. All in one piece.

As Python objects an item takes four times the bytes that it counts for, packed about as many: hence a record that is nothing but
bytes, one object, and none that the garbage collector looks at. They are the item as `marshal` writes it, or `pickle` if it has
a Decimal in it, then eight bytes with commit and size; both readers stop where the item ends. Nothing but this process ever
makes them. The same item may be packed in several ways, so what is in two records is compared, not the records.
"""

_PICKLED: Final = 0x80  # the first byte of a pickle, which no marshalled dict begins with
_SIZE_BITS: Final = 19  # an item has at most 409,600 bytes, which leaves 45 bits to the commit


def packed(item: Item, size: int, changed: int) -> StoredItem:
    """The record of an item which counts for `size` bytes and is written by commit `changed`."""
    try:
        content = marshal.dumps(item)
    except ValueError:  # a Decimal, of which marshal does not know
        content = pickle.dumps(item, 5)
    # To call StoredItem would take as long as all the rest.
    return content + (changed << _SIZE_BITS | size).to_bytes(8, "big")  # type: ignore[return-value]


def item_in(record: StoredItem) -> Item:
    """A new item each time, in about a microsecond: who needs it twice keeps it."""
    item: Item = pickle.loads(record) if record[0] == _PICKLED else marshal.loads(record)
    return item


def opened(record: StoredItem) -> tuple[Item, int]:
    """What `item_in` and `size_of` say."""
    return item_in(record), size_of(record)


def size_of(record: StoredItem) -> int:
    return int.from_bytes(record[-8:], "big") & ((1 << _SIZE_BITS) - 1)


def changed_by(record: StoredItem) -> int:
    return int.from_bytes(record[-8:], "big") >> _SIZE_BITS


@record
class Token:
    """A transaction done under a client token: a digest of its parameters, and what it answered."""

    digest: bytes
    expires: float
    result: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@record
class StreamRecord:
    """One change of one item: the very records of the item before and after."""

    at: float
    old: StoredItem | None
    new: StoredItem | None
    expired: bool = False


@record
class Before:
    """An item as it was before a commit, and when that was. None: there was no item."""

    at: float
    old: StoredItem | None


@record
class Expiring:
    """Where the item is that may have expired: its table."""

    table: str
    region: str


# --- spaces -----------------------------------------------------------------------------------------------------------------


def _shown(stored: StoredItem, _: Bodies) -> Document:
    return {"Item": encode_item(item_in(stored)), "Size": size_of(stored), "Changed": changed_by(stored)}


def _read(document: Document, _: Bodies) -> StoredItem:
    try:
        item = decode_item(document["Item"])
    except (Malformed, ServiceError):
        raise ValueError("an item is not as it was written") from None
    return packed(item, document["Size"], document["Changed"])


def _record_shown(change: StreamRecord, bodies: Bodies) -> Document:
    images = {name: image and _shown(image, bodies) for name, image in (("Old", change.old), ("New", change.new))}
    return {"At": change.at, "Expired": change.expired, **images}


def _record_read(document: Document, bodies: Bodies) -> StreamRecord:
    old, new = (document[name] and _read(document[name], bodies) for name in ("Old", "New"))
    return StreamRecord(float(document["At"]), old, new, document["Expired"])


def _before_shown(before: Before, bodies: Bodies) -> Document:
    return {"At": before.at, "Old": before.old and _shown(before.old, bodies)}


def _before_read(document: Document, bodies: Bodies) -> Before:
    return Before(float(document["At"]), document["Old"] and _read(document["Old"], bodies))


def _stream_of(stream: Stream, former: str, account: str) -> Stream:
    return replace(stream, account=account, arn=stream.arn.replace(f":{former}:", f":{account}:", 1))


def _table_of(table: Table, former: str, account: str) -> Table:
    stream = table.stream and _stream_of(table.stream, former, account)
    last = table.last_stream and table.last_stream.replace(f":{former}:", f":{account}:", 1)
    restored = table.restored and _restoration_of(table.restored, former, account)
    return replace(table, account=account, stream=stream, last_stream=last, restored=restored)


def _restoration_of(restoration: Restoration, former: str, account: str) -> Restoration:
    table = restoration.table.replace(f":{former}:", f":{account}:", 1)
    backup = restoration.backup and restoration.backup.replace(f":{former}:", f":{account}:", 1)
    return replace(restoration, table=table, backup=backup)


def _backup_of(backup: Backup, former: str, account: str) -> Backup:
    arn = backup.arn.replace(f":{former}:", f":{account}:", 1)
    return replace(backup, arn=arn, table=_table_of(backup.table, former, account))


def _transfer_of(transfer: Transfer, former: str, account: str) -> Transfer:
    arn, table = (text.replace(f":{former}:", f":{account}:", 1) for text in (transfer.arn, transfer.table))
    return replace(transfer, arn=arn, table=table)


AS_JSON: Final = Codec(_shown, _read)  # outside of this process an item is DynamoDB's JSON: marshal is nobody else's
PLACE: Final = (("partition", bytes), ("sort", bytes))
OWN_PLACE: Final = (("own partition", bytes), ("own sort", bytes))
SPACES: Final = (
    space(TABLES, Table, ("name", str), ("region", str), move=_table_of, version=2),
    space(ITEMS, bytes, ("table", str), *PLACE, codec=AS_JSON, replicated=True, version=2),
    space(INDEXED, bytes, ("index", str), *PLACE, *OWN_PLACE, codec=AS_JSON, replicated=True, version=2),
    space(STREAMS, Stream, (ARN, str), move=_stream_of),
    space(RECORDS, StreamRecord, (ARN, str), ("sequence", int), codec=Codec(_record_shown, _record_read)),
    space(EXPIRING, Expiring, ("seconds", int), ("table", str), *PLACE, version=2),
    space(EXPORTS, Transfer, (ARN, str), move=_transfer_of),
    space(IMPORTS, Transfer, (ARN, str), move=_transfer_of),
    space(BACKUPS, Backup, (ARN, str), move=_backup_of),
    space(SAVED, bytes, (ARN, str), *PLACE, codec=AS_JSON),
    space(PAST, Before, ("table", str), ("commit", int), *PLACE, codec=Codec(_before_shown, _before_read)),
    space(TOKENS, Token, ("token", str)),
    space(EXPIRIES, Token, ("milliseconds", int), ("token", str)),
)
