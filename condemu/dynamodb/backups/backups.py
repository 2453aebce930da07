"""CreateBackup, DescribeBackup, DeleteBackup and ListBackups.

A name may be given to several backups; only the ARN tells them apart. Of an ARN the region does not count: a backup is looked for
in the region that was asked, by its table and its id, and the answer repeats the ARN that was given. The answer to CreateBackup
says CREATING and every read says AVAILABLE (all recorded on AWS in October 2026).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.dynamodb.backups.recovery import backed_up, moment_of
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Names, Result, address, atomic, no_resource, on_table
from condemu.dynamodb.state import backups
from condemu.dynamodb.state.backups import SYSTEM, USER, backup_at, has_expired
from condemu.dynamodb.state.records import BACKUPS, CREATING, DELETING, GLOBAL, LOCAL, TABLES, Backup, Table
from condemu.dynamodb.state.states import settled
from condemu.dynamodb.tables.descriptions import describe_keys, describe_projection
from condemu.wire.rest import iso_8601_ms

MOST: Final = 100  # of one page
AVAILABLE: Final = "AVAILABLE"
DELETED: Final = "DELETED"
ALL: Final = "ALL"
_ARN: Final = re.compile(r"arn:([^:]*):([^:]*):([^:]*):([^:]*):table/([a-zA-Z0-9_.-]+)/backup/([^/]+)").fullmatch
_PARTITION: Final = re.compile(r"aws(-cn|-us-gov)?").fullmatch
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d").fullmatch


class Name(NamedTuple):
    """What the ARN of a backup says."""

    region: str
    table: str
    tail: str

    def at(self, account: str, region: str) -> str:
        """The ARN in a region."""
        return f"arn:aws:dynamodb:{region}:{account}:table/{self.table}/backup/{self.tail}"


def named(request: DynamoRequest, arn: str) -> Name:
    """What the ARN of a backup says. Refuses what is none, what cannot be one, and another account's."""
    match = _ARN(arn)
    if match is None:
        raise ServiceError(rows.BACKUP_ARN_NONE)
    partition, service, region, account, table, tail = match.groups()
    if not _PARTITION(partition) or service != "dynamodb" or (region and not _REGION(region)):
        raise ServiceError(rows.BACKUP_ARN_INVALID)
    if not region or account != request.account:
        raise ServiceError(rows.BACKUP_OF_ANOTHER, because=f"the backup is {account}'s, the caller is {request.account}")
    return Name(region, table, tail)


def create_backup(request: DynamoRequest) -> Plan:
    name = request.members["BackupName"]
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = backed_up(txn, whose)
        if table.status in (CREATING, DELETING):
            raise ServiceError(rows.BACKUP_TABLE_NOT_FOUND, {"table": table.name}, because=f"the table is {table.status}")
        return {"BackupDetails": details(backups.save(txn, table, name), CREATING)}

    return atomic(request, decide, on_table(whose))


def describe_backup(request: DynamoRequest) -> Plan:
    arn = request.members["BackupArn"]
    name = named(request, arn)

    def decide(txn: Txn) -> Result:
        return {"BackupDescription": description(found(txn, request, name, arn), AVAILABLE, arn)}

    return atomic(request, decide, on_backup(name))


def delete_backup(request: DynamoRequest) -> Plan:
    arn = request.members["BackupArn"]
    name = named(request, arn)

    def decide(txn: Txn) -> Result:
        backup = found(txn, request, name, arn)
        if backup.kind == SYSTEM:
            raise ServiceError(rows.BACKUP_SYSTEM, {"arn": arn, "expires": iso_8601_ms(backup.expires or 0.0)})
        if restoring(txn, backup):
            raise ServiceError(rows.BACKUP_RESTORING, {"arn": arn})
        backups.forget(txn, backup)
        return {"BackupDescription": description(backup, DELETED, arn)}

    return atomic(request, decide, on_backup(name))


def list_backups(request: DynamoRequest) -> Plan:
    """The order over several tables is inferred: by ARN, since any ARN can be gone on from, be it there or not."""
    members = request.members
    only, kind = members.get("TableName"), members.get("BackupType") or USER
    earliest, latest = _bound(members.get("TimeRangeLowerBound")), _bound(members.get("TimeRangeUpperBound"))
    if earliest is not None and latest is not None and earliest > latest:
        raise ServiceError(rows.BACKUPS_TIME_RANGE)
    prefix = f"arn:aws:dynamodb:{request.region}:{request.account}:table/"
    if only is not None:
        prefix += f"{address(request, only)[1]}/backup/"
    start, given = prefix, members.get("ExclusiveStartBackupArn")
    if given is not None:
        name = named(request, given)
        if name.region != request.region:
            raise ServiceError(rows.BACKUPS_START_REGION)
        start = max(prefix, name.at(request.account, request.region))
    limit = int(members.get("Limit") or MOST)

    def decide(txn: Txn) -> Result:
        shown: list[Result] = []
        for (_, arn), backup in txn.scan(BACKUPS, (request.account, start), (request.account, prefix + "\U0010ffff")):
            if arn == given or has_expired(backup, txn.now) or kind not in (ALL, backup.kind):
                continue
            created = round(backup.created * 1000)
            if (earliest is not None and created < earliest) or (latest is not None and created >= latest):
                continue
            if len(shown) == limit:
                return {"BackupSummaries": shown, "LastEvaluatedBackupArn": shown[-1]["BackupArn"]}
            shown.append(summary(backup))
        return {"BackupSummaries": shown}

    return atomic(request, decide, no_resource)


def found(txn: Txn, request: DynamoRequest, name: Name, arn: str, region: str | None = None) -> Backup:
    """The backup of that table and id in a region, by default the one that was asked."""
    backup = backup_at(txn, (request.account, name.at(request.account, region or request.region)))
    if backup is None:
        raise ServiceError(rows.BACKUP_NOT_FOUND, {"arn": arn})
    return backup


def restoring(txn: Txn, backup: Backup) -> bool:
    """Is a table being restored from this backup?"""
    return any(table.restored.backup == backup.arn for table in being_restored(txn, backup.table.account) if table.restored)


def being_restored(txn: Txn, account: str) -> list[Table]:
    """The tables of an account, in all regions, that are being restored now."""
    tables = (settled(table, txn.now) for _, table in txn.scan(TABLES, *prefix_range((account,))))
    return [table for table in tables if table is not None and table.restored is not None]


def on_backup(name: Name) -> Names:
    """The resource of a step that touches a backup."""
    return lambda txn: (f"{name.table}/backup/{name.tail}",)


# --- as they are shown ------------------------------------------------------------------------------------------------------


def details(backup: Backup, status: str, arn: str | None = None) -> Result:
    shown: Result = {
        "BackupArn": arn or backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": status,
        "BackupType": backup.kind,
        "BackupCreationDateTime": round(backup.created, 3),
    }
    if backup.expires is not None:
        shown["BackupExpiryDateTime"] = round(backup.expires, 3)
    return shown


def summary(backup: Backup) -> Result:
    table = backup.table
    whose = {"TableName": table.name, "TableId": table.table_id, "TableArn": table.arn}
    return {**whose, **details(backup, AVAILABLE)}


def description(backup: Backup, status: str, arn: str) -> Result:
    table = backup.table
    source: Result = {
        "TableName": table.name,
        "TableId": table.table_id,
        "TableArn": table.arn,
        "TableSizeBytes": backup.size,
        "KeySchema": describe_keys(table.keys),
        "TableCreationDateTime": round(table.created, 3),
        "ProvisionedThroughput": _units(table.throughput.read, table.throughput.write),
        "ItemCount": backup.items,
        "BillingMode": table.billing_mode,
    }
    if table.on_demand:
        source["OnDemandThroughput"] = dict(table.on_demand)
    features = {} if backup.kind == SYSTEM else _features(table)
    return {
        "BackupDetails": details(backup, status, arn),
        "SourceTableDetails": source,
        "SourceTableFeatureDetails": features,
    }


def _features(table: Table) -> Result:
    """What of the table's features a backup records, where they are enabled."""
    shown: Result = {}
    for scope, member in ((LOCAL, "LocalSecondaryIndexes"), (GLOBAL, "GlobalSecondaryIndexes")):
        indexes = []
        for index in table.indexes:
            if index.scope == scope:
                kept = {
                    "IndexName": index.name,
                    "KeySchema": describe_keys(index.keys),
                    "Projection": describe_projection(index),
                }
                if scope == GLOBAL:
                    kept["ProvisionedThroughput"] = _units(index.throughput.read, index.throughput.write)
                indexes.append(kept)
        if indexes:
            shown[member] = indexes
    if table.stream is not None:
        shown["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": table.stream.view}
    if table.ttl_attribute is not None:
        shown["TimeToLiveDescription"] = {"TimeToLiveStatus": "ENABLED", "AttributeName": table.ttl_attribute}
    if table.encryption is not None:
        shown["SSEDescription"] = dict(table.encryption)
    return shown


def _units(read: int, write: int) -> Result:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def _bound(moment: float | None) -> int | None:
    """A bound of time in milliseconds, which is how precise it is (recorded 2026-10)."""
    return None if moment is None else round(moment_of(moment) * 1000)
