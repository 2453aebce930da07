"""The versions of all keys of a store, as commits tell them: which there were, and by whose call each was written.

A change of a record becomes a version of a resource: a token under a name such as "s3:bucket/key". A resource has a home, so that
two of one name are told apart: the account that owns the bucket, or account and region of a table or a domain.

Calls come from several threads. A version may be used before its writer has told of it, and a refusal may be told after the next
commit. So it is said late who wrote what was found (`settled`), and not at all where that is not certain.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from condemu.core.calls import Call
from condemu.core.store import Change, Txn
from condemu.dynamodb.data.values import decode_item, encode_item
from condemu.dynamodb.requests.request import resource_name
from condemu.dynamodb.state.records import ITEMS as DYNAMODB_ITEMS
from condemu.dynamodb.state.records import TABLES, Table, item_in
from condemu.lab import tokens
from condemu.lab.history import ABSENT, ALL, CONDITION, PRESENT, REFUSED, Effect
from condemu.lab.registers import REFUSALS, plain
from condemu.s3.state.records import BUCKETS, OBJECTS
from condemu.simpledb.records import ITEMS as SIMPLEDB_ITEMS

_REGION: Final = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
_SIMPLEDB_HOST: Final = re.compile(r"sdb(?:\.([a-z0-9-]+))?\.amazonaws\.com", re.IGNORECASE)
_TABLE_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:([^:]+):(\d+):table/([^/]+)")

Place = tuple[str, str]  # home and resource


class Version(NamedTuple):
    """A version of a resource: by which commit, its token, and whose call that was. Number 0: it is not known."""

    commit: int
    token: str
    number: int = 0
    actor: str = ""


class Noted(NamedTuple):
    """What an attempt did to a resource, before it is known who wrote what it found.

    `since` is a commit that certainly preceded the decision. `exact`: it saw the latest version, even if it was not told which.
    """

    effect: Effect
    since: int
    exact: bool


class Versions:
    def __init__(self, region: str) -> None:
        self._region = region
        self._versions: dict[Place, list[Version]] = {}
        self._tables: dict[str, Table] = {}  # by id
        self._buckets: dict[tuple[str, int], str] = {}  # names by owner and incarnation

    def look(self, txn: Txn) -> None:
        """What a store holds already."""
        for _, bucket in txn.scan(BUCKETS):
            self._buckets[bucket.owner, bucket.incarnation] = bucket.name
        for _, table in txn.scan(TABLES):
            self._tables[table.table_id] = table
        for space in (OBJECTS, DYNAMODB_ITEMS, SIMPLEDB_ITEMS):
            for key, record in txn.scan(space):
                place = self._place(space, key, record)
                if place is not None:
                    self._versions[place] = [Version(txn.index - 1, token_of(space, record))]

    # places

    def place_of(self, change: Change) -> Place | None:
        """Which resource a change is about; None for what is no resource of a client's."""
        held: Any = change.new if change.new is not None else change.old
        if change.table == TABLES:
            self._tables[held.table_id] = held
            return None
        if change.table == BUCKETS:
            self._buckets[held.owner, held.incarnation] = held.name
            return None
        return self._place(change.table, change.key, held)

    def _place(self, space: str, key: Any, record: Any) -> Place | None:
        if space == OBJECTS:
            bucket = self._buckets.get((key[0], key[1]))
            return (key[0], f"s3:{bucket}/{key[2]}") if bucket is not None else None
        if space == SIMPLEDB_ITEMS:
            return f"{key[0]}/{key[1]}", f"simpledb:{key[2]}/{key[3]}"
        if space == DYNAMODB_ITEMS:
            table = self._tables.get(key[1])
            if table is not None:
                name = resource_name(table, (key[0], table.name), item_in(record))
                return f"{table.account}/{table.region}", f"dynamodb:{name}"
        return None

    def home_of(self, call: Call, resource: str, members: Mapping[str, Any]) -> str:
        """Where a resource is that a call names."""
        if call.service == "s3":
            bucket = resource.partition(":")[2].partition("/")[0]
            owners = [owner for (owner, _), name in self._buckets.items() if name == bucket]
            return call.account if call.account in owners or not owners else owners[-1]
        if call.service == "simpledb":  # a region's endpoint is told by its host, and any other host is the configured region's
            host = _SIMPLEDB_HOST.match(call.headers.get("host", ""))
            return f"{call.account}/{self._region if host is None else (host[1] or 'us-east-1').lower()}"
        arn = _TABLE_ARN.match(str(members.get("TableName", "")))
        if arn is not None:
            return f"{arn[2]}/{arn[1]}"
        match = _REGION.search(call.headers.get("authorization", ""))
        return f"{call.account}/{match[1] if match is not None else self._region}"

    def keys_of(self, home: str, resource: str) -> tuple[str, ...]:
        """The key attributes of the table that a resource is in."""
        table = self._table(home, resource.partition(":")[2].partition("/")[0])
        return table.keys.names if table is not None else ()

    def _table(self, home: str, name: str) -> Table | None:
        return next((one for one in self._tables.values() if one.name == name and f"{one.account}/{one.region}" == home), None)

    def parts_of(self, call: Call) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """The parts of a transaction or a batch: by resource the operation, and the members that are about it."""
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for part in tokens.transaction_parts(call.parameters):
            for operation, members in part.items():
                name = str(members["TableName"]).rpartition("/")[2]
                table = self._table(self.home_of(call, "", members), name)
                item = decode_item(members.get("Key") or members.get("Item"))
                found[f"dynamodb:{resource_name(table, (call.account, name), item)}"] = operation, members
        if call.service == "simpledb" and call.operation.startswith("Batch"):
            for one in call.parameters["Items"]:
                found[f"simpledb:{call.parameters['DomainName']}/{one['Name']}"] = call.operation, one
        return found

    # versions

    def written(self, place: Place, version: Version) -> None:
        insort(self._versions.setdefault(place, []), version)

    def settled(self, noted: Noted) -> Effect:
        """The effect, with who wrote what was found."""
        effect = noted.effect
        versions = self._versions.get((effect.home, effect.resource), [])
        if effect.index is None or not versions:
            return effect
        if effect.left is not None:
            return _by(effect, _latest(versions, effect.index - 1))
        if effect.found is not None:
            return _read(effect, versions, noted.since)
        return _by_chance(effect, versions, noted.since) if noted.exact else effect


def token_of(space: str, record: Any) -> str:
    """The token of what is kept under a key."""
    if record is None:
        return ABSENT
    if space == OBJECTS:
        return ABSENT if record.marker else tokens.object_token(record.etag, record.version_id)
    if space == SIMPLEDB_ITEMS:
        return tokens.attributes_token(record.attributes)
    return tokens.item_token(encode_item(item_in(record)))


def is_about_metadata(change: Change) -> bool:
    """Tags, grants and locks of an object are no other version of it."""
    old, new = change.old, change.new
    return change.table == OBJECTS and old is not None and new is not None and bool(old.changed == new.changed)


def changed_in(change: Change) -> tuple[str, ...]:
    """Which attributes a change is about."""
    old, new = change.old, change.new
    if change.table == OBJECTS or old is None or new is None:
        return ALL
    if change.table == SIMPLEDB_ITEMS:
        return tokens.changed_attributes(old.attributes, new.attributes)
    return tokens.changed_attributes(item_in(old), item_in(new))


def _by(effect: Effect, version: Version | None) -> Effect:
    if version is None:
        return effect
    return replace(
        effect, found_by=version.commit, found_actor=version.actor, found_number=version.number or None,
        found=effect.found if effect.found is not None else version.token,
    )  # fmt: skip


def _read(effect: Effect, versions: list[Version], since: int) -> Effect:
    """A read that was told what it found: the last version with that token.

    Other threads may have committed before it was told of; then it was decided before the commit that replaced what it found. If
    that commit precedes even the moment at which the read was ready, it was answered from the past.
    """
    assert effect.index is not None
    place = bisect_right(versions, effect.index, key=lambda version: version.commit) - 1
    while place >= 0 and plain(versions[place].token) != plain(effect.found or ""):
        place -= 1
    if place < 0:
        return effect
    replaced = versions[place + 1].commit if place + 1 < len(versions) else None
    if replaced is None or replaced > effect.index:
        return _by(effect, versions[place])
    if replaced > since:
        return _by(replace(effect, index=replaced - 1), versions[place])
    return _by(effect if effect.because else replace(effect, because=f"commit {replaced} had replaced it"), versions[place])


def _by_chance(effect: Effect, versions: list[Version], since: int) -> Effect:
    """What was there when it was decided, though nobody was told. Nothing is known if there are several that it may have been."""
    assert effect.index is not None
    first = _latest(versions, since)
    possible = [version for version in versions if since < version.commit <= effect.index]
    if first is not None:
        possible.insert(0, first)
    if effect.outcome == REFUSED and effect.code in REFUSALS:
        possible = [version for version in possible if not _would_hold(effect.expects, version.token)]
    return _by(effect, possible[0]) if len(possible) == 1 else effect


def _would_hold(expects: str, token: str) -> bool:
    """Whether what a condition demands of the whole is met; of one about less, nobody knows."""
    if expects == PRESENT:
        return token != ABSENT
    return expects not in ("", CONDITION) and plain(token) == plain(expects)


def _latest(versions: list[Version], index: int) -> Version | None:
    place = bisect_right(versions, index, key=lambda version: version.commit)
    return versions[place - 1] if place else None
