"""What DynamoDB keeps, and under which keys.

    dynamodb.table   (account, table name, region)                                   Table
    dynamodb.item    (table id, partition, sort)                                     StoredItem
    dynamodb.index   (table id/index name, partition, sort, the item's own two)      StoredItem: what the index projects
    dynamodb.token   (account, client token)                                         Token: a transaction that was done
    dynamodb.expiry  (milliseconds, account, client token)                           Token: when it is forgotten

`partition` is a four-byte hash of the hash attributes followed by their sort bytes: items of one partition lie together,
partitions in no order that means anything, as on AWS, and a segment of a parallel Scan is a range. `sort` is the sort bytes of
the range attributes, b"" without any (`keys.py`). So a Query, a page of a Scan and a segment read only what they return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from condemu.core.records import record
from condemu.dynamodb.values import Item

TABLES: Final = "dynamodb.table"
ITEMS: Final = "dynamodb.item"
INDEXED: Final = "dynamodb.index"
TOKENS: Final = "dynamodb.token"
EXPIRIES: Final = "dynamodb.expiry"

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
class Keys:
    """The key of a table or an index: names and types (S, N or B) of its attributes. A table has one of each kind at most."""

    hashes: tuple[tuple[str, str], ...]
    ranges: tuple[tuple[str, str], ...] = ()

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        return self.hashes + self.ranges

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.attributes)


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
    keys: Keys
    projection: str
    included: tuple[str, ...] = ()
    status: str = ACTIVE
    throughput: Throughput = Throughput()
    on_demand: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    backfilling: bool = False

    def projects(self, attribute: str, table: Keys) -> bool:
        if self.projection == "ALL" or attribute in self.keys.names or attribute in table.names:
            return True
        return self.projection == "INCLUDE" and attribute in self.included


@record
class Table:
    """A table and its configuration. `table_id` is a UUID, so what a deleted table of the same name held is never met again."""

    account: str
    region: str
    name: str
    table_id: str
    created: float
    keys: Keys
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
    stream: Any = None  # the enabled one (streams.py)
    last_stream: str | None = None  # the ARN of the latest one, enabled or not
    ttl_attribute: str | None = None
    policy: str | None = None
    policy_revision: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    ready_at: float | None = None  # when a state that takes time ends, on the emulator's clock (states.py)

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.name}"

    def index(self, name: str) -> Index | None:
        return next((index for index in self.indexes if index.name == name), None)

    def readable_index(self, name: str) -> Index | None:
        """An index that is neither being created nor deleted."""
        return next((index for index in self.indexes if index.name == name and index.status in (ACTIVE, UPDATING)), None)


@record
class StoredItem:
    """An item, or what an index shows of it; its size in bytes, and the commit that wrote it."""

    item: Item
    size: int
    changed: int


@record
class Token:
    """A transaction done under a client token: a digest of its parameters, and what it answered."""

    digest: bytes
    expires: float
    result: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
