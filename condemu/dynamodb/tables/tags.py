"""TagResource, UntagResource and ListTagsOfResource.

The resource's name is looked at first. What is no ARN at all is refused as such in 2026; the layer before spoke of authorization,
because it belongs to nobody (recorded on AWS by dynalite's suite).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.errors.general import TABLE_NAMED_NOT_FOUND
from condemu.dynamodb.errors.statements import NEXT_TOKEN_INVALID
from condemu.dynamodb.requests.request import TABLE_ARN, DynamoRequest, Result, atomic, on_table, table_at
from condemu.dynamodb.state.records import TABLES, Table

MAX_TAGS: Final = 50  # of a resource (Developer Guide, "Tagging restrictions")
_BACKUP_ARN: Final = re.compile(r"arn:aws[\w-]*:dynamodb:[^:]*:[^:]*:table/[^/]+/backup/.*", re.DOTALL).fullmatch
_TAG: Final = re.compile(r"[\w\s.:/=+@-]*").fullmatch


def resource_of(request: DynamoRequest) -> tuple[str, Key | None]:
    """The ARN as given, and the table that it names; None where it cannot name one. Refuses what is no ARN."""
    arn = request.members.get("ResourceArn")
    if arn is None:
        raise ServiceError(rows.ARN_MISSING)
    if type(arn) is not str:
        return "", None  # the wrong type is refused with those of the other members
    parts = arn.split(":", 5)
    if len(parts) < 6 or "/" not in parts[5]:
        user = f"arn:aws:iam::{request.account}:root"
        fields = {"user": user, "operation": request.operation, "resource": arn if ":" in arn else "*"}
        raise ServiceError(rows.NOT_AUTHORIZED, fields)
    if _BACKUP_ARN(arn):
        raise ServiceError(rows.ARN_NOT_TAGGABLE, {"arn": arn})
    match = TABLE_ARN(arn)
    return arn, None if match is None else (match[2], match[3], match[1])


def check_resource(request: DynamoRequest, modern: bool) -> None:
    """Refuse what is no ARN, before anything else is looked at. In 2026 it is a ValidationException, before nobody's resource."""
    arn = request.members.get("ResourceArn")
    if modern and type(arn) is str and not arn.startswith("arn:"):
        raise ServiceError(rows.ARN_NOT_ONE, {"arn": arn})
    resource_of(request)


def tag_resource(request: DynamoRequest) -> Plan:
    arn, whose = resource_of(request)
    tags = [(tag["Key"], tag["Value"]) for tag in request.members["Tags"]]
    if whose is None:
        raise ServiceError(rows.ARN_INVALID, {"arn": arn})
    if not tags:
        raise ServiceError(rows.TAGS_EMPTY)
    check_tags(tags)

    def decide(txn: Txn) -> Result:
        table = tagged(txn, whose, arn)
        merged = {**dict(table.tags), **dict(tags)}
        if len(merged) > MAX_TAGS:
            raise ServiceError(rows.TAGS_TOO_MANY, because=f"it would have {len(merged)}")
        txn.put(TABLES, whose, replace(table, tags=tuple(merged.items())))
        return {}

    return atomic(request, decide, on_table(whose))


def untag_resource(request: DynamoRequest) -> Plan:
    arn, whose = resource_of(request)
    keys = request.members["TagKeys"]
    if whose is None:
        raise ServiceError(rows.ARN_INVALID, {"arn": arn})
    if not keys:
        raise ServiceError(rows.TAG_KEYS_EMPTY)

    def decide(txn: Txn) -> Result:
        table = _table(txn, whose)
        if table is None:
            raise ServiceError(rows.NOT_FOUND)
        kept = tuple((key, value) for key, value in table.tags if key not in keys)
        if kept != table.tags:
            txn.put(TABLES, whose, replace(table, tags=kept))
        return {}

    return atomic(request, decide, on_table(whose))


def list_tags(request: DynamoRequest) -> Plan:
    """All tags at once, as AWS gives them (asserted there for thirty and more).

    "NextToken … must be copied from the output of a previous call" (API Reference), so every one is refused; that this is a
    ValidationException, and comes after the resource, is inferred.
    """
    arn, whose = resource_of(request)
    if whose is None:
        raise ServiceError(rows.ARN_INVALID, {"arn": arn})
    token = request.members.get("NextToken")

    def decide(txn: Txn) -> Result:
        table = _table(txn, whose)
        if table is None:  # 2026: who asks for the tags of what is not there may not know
            user = f"arn:aws:iam::{request.account}:root"
            raise ServiceError(rows.NOT_AUTHORIZED, {"user": user, "operation": request.operation, "resource": arn})
        if token is not None:
            raise ServiceError(NEXT_TOKEN_INVALID, because=f"{token!r} was not handed out")
        return {"Tags": [{"Key": key, "Value": value} for key, value in table.tags]}

    return atomic(request, decide, on_table(whose))


def tagged(txn: Txn, whose: Key, arn: str) -> Table:
    table = _table(txn, whose)
    if table is None:
        raise ServiceError(rows.TAGGED_NOT_FOUND, {"arn": arn})
    return table


def _table(txn: Txn, whose: Key) -> Table | None:
    table = table_at(txn, whose)
    if table is not None and table.restored is not None:
        raise ServiceError(TABLE_NAMED_NOT_FOUND, {"table": table.name}, because="it is being restored")  # recorded 2026-10
    return table


def check_new_tags(tags: Sequence[tuple[str, str]]) -> None:
    """The tags of a table to be created keep the rules of TagResource (inferred: CreateTable documents the same restrictions)."""
    check_tags(tags)
    if len(tags) > MAX_TAGS:
        raise ServiceError(rows.TAGS_TOO_MANY, because=f"it would have {len(tags)}")


def check_tags(tags: Sequence[tuple[str, str]]) -> None:
    """Refuse reserved, ill-formed and repeated keys, and ill-formed values (Developer Guide, "Tagging restrictions")."""
    seen: set[str] = set()
    for key, value in tags:
        if key.startswith("aws:"):
            raise ServiceError(rows.TAG_KEY_RESERVED, {"key": key})
        if not 1 <= len(key) <= 128 or not _TAG(key):
            raise ServiceError(rows.TAG_KEY_INVALID, {"key": key})
        if len(value) > 256 or not _TAG(value):
            raise ServiceError(rows.TAG_VALUE_INVALID, {"value": value})
        if key in seen:
            raise ServiceError(rows.TAG_KEY_REPEATED, {"key": key})
        seen.add(key)
