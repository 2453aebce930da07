"""RestoreTableFromBackup and RestoreTableToPointInTime: a new table from an old one's items.

Keys, indexes, encryption, the billing mode and its throughput come from the backup, or from the source as it is now, unless they
are overridden. Not restored are the stream, time to live, point-in-time recovery, tags, deletion protection, the table's policy
and its class. An overriding index has to be one of the source's by its keys and its projection; it may have another name, and an
empty list restores none. Refusals come in this order: the request's shape, the source, recovery, the time, the target (codes,
texts and order recorded on AWS in October 2026; where the overrides come among them is inferred, and so is the order of the last
three).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.backups.backups import being_restored, found, named, on_backup, restoring
from condemu.dynamodb.backups.recovery import backed_up, moment_of, window
from condemu.dynamodb.data.values import item_size
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as table_rows
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import TABLE_ARN, DynamoRequest, Result, address, atomic, on_table, table_at
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.backups import items_of
from condemu.dynamodb.state.keys import where_of_item
from condemu.dynamodb.state.past import items_at
from condemu.dynamodb.state.records import (
    CREATING,
    GLOBAL,
    LOCAL,
    ON_DEMAND,
    PROVISIONED,
    TABLES,
    Index,
    Restoration,
    StoredItem,
    Table,
    Throughput,
    item_in,
)
from condemu.dynamodb.state.states import begun
from condemu.dynamodb.tables.descriptions import describe_created, describe_keys, describe_projection
from condemu.dynamodb.tables.table_checks import MAX_GLOBAL, MAX_LOCAL, check_units, throughput_of, units_of
from condemu.dynamodb.tables.update_table import encryption_of
from condemu.wire.rest import iso_8601

AT_ONCE: Final = 50  # restores of an account at the same time
FIRST: Final = -62135596800.0  # the first second that has a date, and the last: what is beyond is told as these
LAST: Final = 253402300799.0


def restore_from_backup(request: DynamoRequest) -> Plan:
    members = request.members
    arn = members["BackupArn"]
    name = named(request, arn)
    _check_region(request, name.region)
    whose = (request.account, members["TargetTableName"], request.region)

    def decide(txn: Txn) -> Result:
        backup = found(txn, request, name, arn, name.region)
        table = overridden(txn, request, backup.table)
        restored = Restoration(backup.table.arn, backup.created, backup.arn)
        _check_target(txn, whose)
        if restoring(txn, backup):
            raise ServiceError(rows.BACKUP_RESTORING_ANOTHER, {"arn": arn})
        return _restored(txn, request, whose, table, restored, items_of(txn, backup))

    touched, source = on_table(whose), on_backup(name)
    return atomic(request, decide, lambda txn: (*touched(txn), *source(txn)))


def restore_to_point_in_time(request: DynamoRequest) -> Plan:
    members = request.members
    source, region = _source(request)
    asked, latest = members.get("RestoreDateTime"), members.get("UseLatestRestorableTime") in (True, "true")
    if asked is not None and latest:
        raise ServiceError(rows.RESTORE_TIMES)
    if asked is None and not latest:
        raise ServiceError(rows.RESTORE_TIME_MISSING)
    _check_region(request, region)
    whose = (request.account, members["TargetTableName"], request.region)

    def decide(txn: Txn) -> Result:
        held = backed_up(txn, source)
        if held.recovery is None:
            raise ServiceError(rows.RECOVERY_UNAVAILABLE, {"table": held.name})
        first, last = window(held.recovery, txn.now)
        moment = last if asked is None else moment_of(asked)
        if not int(first) <= moment <= last:
            told = {"asked": _told(moment), "earliest": _told(first), "latest": _told(last)}
            raise ServiceError(rows.RESTORE_TIME_OUTSIDE, told)
        table = overridden(txn, request, held)
        _check_target(txn, whose)
        records = items_at(txn, held.account, held.table_id, max(moment, first)).values()
        return _restored(txn, request, whose, table, Restoration(held.arn, moment), records)

    touched, read = on_table(whose), on_table(source)
    return atomic(request, decide, lambda txn: (*touched(txn), *read(txn)))


def _source(request: DynamoRequest) -> tuple[Key, str]:
    """The table whose past is asked for, and its region."""
    arn, name = request.members.get("SourceTableArn"), request.members.get("SourceTableName")
    if arn is not None and name is not None:
        raise ServiceError(rows.RESTORE_SOURCES)
    if name is not None:
        return address(request, name), request.region
    if arn is None:
        raise ServiceError(errors.TABLE_NAME_REQUIRED)
    if not arn.startswith("arn:"):
        raise ServiceError(rows.ARN_NOT_ONE, {"arn": arn})
    match = TABLE_ARN(arn)
    if match is None:
        raise ServiceError(rows.RESTORE_SOURCE_ARN)
    region, account, table = match.groups()
    if account != request.account:
        raise ServiceError(rows.RESTORE_SOURCE_OF_ANOTHER)
    return (account, table, region), region


def _check_region(request: DynamoRequest, region: str) -> None:
    if region != request.region and request.members.get("SSESpecificationOverride") is None:
        raise ServiceError(rows.RESTORE_NEEDS_ENCRYPTION)


def _check_target(txn: Txn, whose: Key) -> None:
    table = table_at(txn, whose)
    if table is None:
        return
    if table.restored is not None:
        fields = {"table": table.name, "source": table.restored.backup or table.restored.table}
        raise ServiceError(rows.RESTORE_TARGET_RESTORING, fields)
    row = rows.RESTORE_TARGET_CREATING if table.status == CREATING else rows.RESTORE_TARGET_EXISTS
    raise ServiceError(row, {"table": table.name}, because=f"the table is {table.status}")


def _restored(
    txn: Txn, request: DynamoRequest, whose: Key, table: Table, restored: Restoration, records: Iterable[StoredItem]
) -> Result:
    """Put the table with its items. It is CREATING in the answer, and for as long as the delay says."""
    if len(being_restored(txn, request.account)) >= AT_ONCE:
        raise ServiceError(rows.RESTORES_TOO_MANY)
    shown = replace(table, restored=restored)
    txn.put(TABLES, whose, begun(shown, CREATING, txn.now, request.delay) if request.delay else table)
    for record in list(records):
        item = item_in(record)
        changes.put(txn, table, where_of_item(table, item), None, item, item_size(item))
    return {"TableDescription": describe_created(shown)}


def _told(moment: float) -> str:
    return iso_8601(max(FIRST, min(moment, LAST)))[:-5] + "Z"


# --- the settings of the new table ------------------------------------------------------------------------------------------


def overridden(txn: Txn, request: DynamoRequest, source: Table) -> Table:
    """The table to be, without items. Refuses overrides that do not fit the source."""
    members = request.members
    mode = members.get("BillingModeOverride") or source.billing_mode
    throughput = _throughput(members, source, mode)
    on_demand = _maxima(members.get("OnDemandThroughputOverride"), source, mode)
    indexes = (
        *_indexes(members.get("LocalSecondaryIndexOverride"), source, LOCAL, members, mode),
        *_indexes(members.get("GlobalSecondaryIndexOverride"), source, GLOBAL, members, mode),
    )
    names = [index.name for index in indexes]
    for index in indexes:
        if names.count(index.name) > 1:
            raise ServiceError(table_rows.INDEX_NAME_REPEATED, {"index": index.name})
    used = {name for keys in (source.keys, *(index.keys for index in indexes)) for name in keys.names}
    encryption = members.get("SSESpecificationOverride")
    return Table(
        account=request.account,
        region=request.region,
        name=members["TargetTableName"],
        table_id=str(UUID(bytes=txn.ids.token(16), version=4)),
        created=txn.now,
        keys=source.keys,
        attributes=tuple((name, kind) for name, kind in source.attributes if name in used),
        indexes=indexes,
        billing_mode=mode,
        on_demand_since=txn.now if mode == ON_DEMAND else None,
        throughput=throughput,
        on_demand=on_demand,
        encryption=source.encryption if encryption is None else encryption_of(encryption),
    )


def _throughput(members: Members, source: Table, mode: str) -> Throughput:
    wire = members.get("ProvisionedThroughputOverride")
    if mode == ON_DEMAND:
        if wire is not None and members.get("BillingModeOverride") is not None:
            raise ServiceError(rows.RESTORE_UNITS_ON_DEMAND, {"index": ""})
        if wire is not None:
            raise ServiceError(rows.RESTORE_UNITS_SUPERFLUOUS)
        return Throughput()
    if wire is not None:
        check_units(wire)
        return throughput_of(wire)
    if members.get("BillingModeOverride") is not None:
        raise ServiceError(rows.RESTORE_UNITS_REQUIRED)
    return Throughput(source.throughput.read, source.throughput.write)


def _maxima(wire: Members | None, source: Table, mode: str) -> Mapping[str, int]:
    if wire is None:
        return source.on_demand if mode == ON_DEMAND else {}
    given = units_of(wire)
    for member, most in given.items():
        if mode == PROVISIONED:
            raise ServiceError(rows.RESTORE_MAXIMA_SUPERFLUOUS, {"member": member})
        if most < 1 and most != -1:
            raise ServiceError(rows.RESTORE_MAXIMA_OUTSIDE, {"member": member})
    return given


def _indexes(wires: list[Members] | None, source: Table, scope: str, members: Members, mode: str) -> list[Index]:
    """The indexes of one kind: the source's, or those of them that the override names."""
    held = [index for index in source.indexes if index.scope == scope]
    if wires is None:
        return [_powered(index, None, members, mode) for index in held]
    found: list[Index] = []
    for wire in wires:
        if len(found) == (MAX_LOCAL if scope == LOCAL else MAX_GLOBAL):
            raise ServiceError(table_rows.LOCAL_TOO_MANY if scope == LOCAL else table_rows.GLOBAL_TOO_MANY)
        index = next((index for index in held if _is(index, wire)), None)
        if index is None:
            raise ServiceError(rows.RESTORE_INDEX_UNKNOWN, {"index": wire["IndexName"]})
        found.append(_powered(replace(index, name=wire["IndexName"]), wire, members, mode))
    return found


def _is(index: Index, wire: Members) -> bool:
    """Has an override the keys and the projection of this index?"""
    keys = [{"AttributeName": key["AttributeName"], "KeyType": key["KeyType"]} for key in wire["KeySchema"]]
    projection: dict[str, Any] = {"ProjectionType": wire["Projection"].get("ProjectionType")}
    if wire["Projection"].get("NonKeyAttributes"):
        projection["NonKeyAttributes"] = sorted(wire["Projection"]["NonKeyAttributes"])
    held = describe_projection(index)
    if "NonKeyAttributes" in held:
        held["NonKeyAttributes"] = sorted(held["NonKeyAttributes"])
    return keys == describe_keys(index.keys) and projection == held


def _powered(index: Index, wire: Members | None, members: Members, mode: str) -> Index:
    """An index with the throughput that it is to have."""
    if index.scope == LOCAL:
        return index
    units = None if wire is None else wire.get("ProvisionedThroughput")
    if mode == ON_DEMAND:
        if units is not None:
            raise ServiceError(rows.RESTORE_UNITS_ON_DEMAND, {"index": f" for index {index.name}"})
        given = None if wire is None else wire.get("OnDemandThroughput")
        return replace(index, throughput=Throughput(), on_demand=index.on_demand if given is None else units_of(given))
    if units is not None:
        check_units(units, index.name)
        return replace(index, throughput=throughput_of(units), on_demand={})
    if wire is not None or not index.throughput.read:
        raise ServiceError(rows.RESTORE_INDEX_UNITS_REQUIRED, {"index": index.name})
    return replace(index, throughput=Throughput(index.throughput.read, index.throughput.write), on_demand={})
