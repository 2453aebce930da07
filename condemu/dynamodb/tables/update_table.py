"""UpdateTable: capacity, billing mode, global indexes, stream, deletion protection, class and the other settings.

A change takes effect at once, unless a delay is set; the answer says UPDATING, CREATING or DELETING all the same, as AWS's does,
because code that waits reads it. A new index is filled from the items in the same decision; items without its keys, or with keys
of other types, are passed over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as table_errors
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table
from condemu.dynamodb.state import stream_records
from condemu.dynamodb.state.changes import entry_key, index_id, projected
from condemu.dynamodb.state.records import (
    ACTIVE,
    CREATING,
    DELETING,
    GLOBAL,
    INDEXED,
    ITEMS,
    ON_DEMAND,
    PROVISIONED,
    TABLES,
    UPDATING,
    Index,
    Table,
    Throughput,
    item_in,
)
from condemu.dynamodb.state.states import begun
from condemu.dynamodb.tables.descriptions import describe_table
from condemu.dynamodb.tables.table_checks import (
    MAX_GLOBAL,
    TABLE_CLASSES,
    check_one_region,
    check_units,
    read_definitions,
    read_global_index,
    throughput_of,
    units_of,
)
from condemu.dynamodb.tables.tables import BUSY, has_busy_index, known_table

REPLICATED: Final = (
    "ReplicaUpdates", "MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSettingsReplicationMode",
)  # fmt: skip
SETTINGS: Final = (
    "ProvisionedThroughput", "BillingMode", "StreamSpecification", "GlobalSecondaryIndexUpdates", "SSESpecification",
    "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput", "TableClass",
)  # fmt: skip


def update_table(request: DynamoRequest) -> Plan:
    members = request.members
    check_request(members)
    whose = address(request, members["TableName"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if table.status == UPDATING and wants_index_action(members) and has_busy_index(table):
            raise ServiceError(rows.INDEX_ACTIONS_TOO_MANY)
        if table.status in BUSY:
            raise ServiceError(BUSY[table.status], {"table": table.name})
        indexed, shown = update_indexes(txn, table, members)
        changed = update_stream(txn, update_settings(txn, update_capacity(txn, indexed, members), members), members)
        if request.delay:
            changed = begun(replace(changed, indexes=shown), UPDATING, txn.now, request.delay)
        txn.put(TABLES, whose, changed)
        return {"TableDescription": describe_table(replace(changed, indexes=shown), UPDATING)}

    return atomic(request, decide, on_table(whose))


# --- what needs no table ----------------------------------------------------------------------------------------------------


def check_request(members: Members) -> None:
    """In AWS's order: something to do, capacity, index updates, stream."""
    check_one_region(members, REPLICATED)
    if all(members.get(name) is None for name in SETTINGS) or members.get("GlobalSecondaryIndexUpdates") == []:
        raise ServiceError(rows.NOTHING_TO_UPDATE)
    if members.get("SSESpecification") is not None and sum(members.get(name) is not None for name in SETTINGS) > 1:
        raise ServiceError(rows.ENCRYPTION_ALONE)
    throughput = members.get("ProvisionedThroughput")
    if members.get("BillingMode") == ON_DEMAND and throughput is not None:
        raise ServiceError(table_errors.UNITS_SUPERFLUOUS)
    if members.get("BillingMode") == PROVISIONED and throughput is None:
        raise ServiceError(rows.UNITS_FOR_PROVISIONED)
    if throughput is not None:
        check_units(throughput)
    if members.get("TableClass") not in (None, *TABLE_CLASSES):
        raise ServiceError(table_errors.TABLE_CLASS)
    check_index_updates(members.get("GlobalSecondaryIndexUpdates") or [])
    specification = members.get("StreamSpecification")
    if specification is not None:
        enabled, view = specification["StreamEnabled"], specification.get("StreamViewType")
        if enabled and view is None:
            raise ServiceError(rows.STREAM_ENABLING_NEEDS_VIEW)
        if not enabled and view is not None:
            raise ServiceError(rows.STREAM_DISABLING_WITH_VIEW)


def check_index_updates(updates: list[Members]) -> None:
    names: set[str] = set()
    for update in updates:
        actions = [update[kind] for kind in ("Update", "Create", "Delete") if update.get(kind) is not None]
        if not actions:
            raise ServiceError(rows.INDEX_ACTION_MISSING)
        if len(actions) > 1:
            raise ServiceError(rows.INDEX_ACTION_AMBIGUOUS)
        name = actions[0]["IndexName"]
        if name in names:
            raise ServiceError(rows.INDEX_UPDATED_TWICE, {"index": name})
        names.add(name)


# --- one aspect each: the table after the change ----------------------------------------------------------------------------


def update_capacity(txn: Txn, table: Table, members: Members) -> Table:
    wire = members.get("ProvisionedThroughput")
    mode = members.get("BillingMode") or table.billing_mode
    if mode == ON_DEMAND:
        if wire is not None:
            raise ServiceError(table_errors.UNITS_SUPERFLUOUS)
        since = table.on_demand_since if table.billing_mode == ON_DEMAND else txn.now
        return replace(table, billing_mode=mode, throughput=Throughput(), on_demand_since=since)
    if wire is None:
        return table
    new, old = throughput_of(wire), table.throughput
    if table.billing_mode == mode and (new.read, new.write) == (old.read, old.write):
        raise ServiceError(rows.UNITS_UNCHANGED, {"read": old.read, "write": old.write})
    return replace(table, billing_mode=mode, throughput=moved(txn, old, new))


def moved(txn: Txn, old: Throughput, new: Throughput) -> Throughput:
    """The new capacity, with when it last went up and down."""
    up = new.read > old.read or new.write > old.write
    down = new.read < old.read or new.write < old.write
    return replace(
        new,
        increased=txn.now if up else old.increased,
        decreased=txn.now if down else old.decreased,
        decreases_today=old.decreases_today + down,
    )


def update_settings(txn: Txn, table: Table, members: Members) -> Table:
    changes: dict[str, Any] = {}
    if members.get("DeletionProtectionEnabled") is not None:
        changes["deletion_protection"] = members["DeletionProtectionEnabled"] in (True, "true")
    if members.get("TableClass") is not None:
        changes["table_class"] = members["TableClass"]
    if members.get("OnDemandThroughput") is not None:
        changes["on_demand"] = units_of(members["OnDemandThroughput"])
    if members.get("WarmThroughput") is not None:
        changes["warm"] = units_of(members["WarmThroughput"])
    encryption = members.get("SSESpecification")
    if encryption is not None:
        changes["encryption"] = encryption_of(encryption)
    return replace(table, **changes) if changes else table


def encryption_of(specification: Members) -> dict[str, str] | None:
    """The SSEDescription that a table has then; None by the key that DynamoDB owns."""
    return {"Status": "ENABLED", "SSEType": "KMS"} if specification.get("Enabled") in (True, "true") else None


def update_stream(txn: Txn, table: Table, members: Members) -> Table:
    specification = members.get("StreamSpecification")
    if specification is None:
        return table
    if specification["StreamEnabled"]:
        if table.stream is not None:
            raise ServiceError(rows.STREAM_ENABLED_ALREADY, {"table": table.name})
        return stream_records.enable(txn, table, specification["StreamViewType"])
    if table.stream is None:
        raise ServiceError(rows.STREAM_NOT_ENABLED, {"table": table.name})
    return stream_records.disable(txn, table)


def wants_index_action(members: Members) -> bool:
    return any(update.get("Update") is None for update in members.get("GlobalSecondaryIndexUpdates") or ())


# --- indexes ----------------------------------------------------------------------------------------------------------------


def update_indexes(txn: Txn, table: Table, members: Members) -> tuple[Table, tuple[Index, ...]]:
    """The table after its index updates, and the indexes as the answer shows them, on their way."""
    updates = members.get("GlobalSecondaryIndexUpdates") or []
    if not updates:
        return table, table.indexes
    if sum(update.get("Update") is None for update in updates) > 1:
        raise ServiceError(rows.INDEX_ACTIONS_TOO_MANY)
    shown = table.indexes
    for update in updates:
        if update.get("Create") is not None:
            table, index = created(txn, table, update["Create"], members)
            shown = (*shown, replace(index, status=CREATING, backfilling=False))
        elif update.get("Delete") is not None:
            index = known_index(table, update["Delete"]["IndexName"])
            table = deleted(txn, table, index)
            shown = tuple(replace(held, status=DELETING) if held.name == index.name else held for held in shown)
        else:
            table = resized(txn, table, update["Update"])
            shown = tuple(
                replace(table.index(held.name) or held, status=UPDATING) if held.name == update["Update"]["IndexName"] else held
                for held in shown
            )
    return table, shown


def known_index(table: Table, name: str) -> Index:
    index = table.index(name)
    if index is None or index.scope != GLOBAL:
        raise ServiceError(errors.INDEX_NOT_FOUND, {"index": name, "table": table.name})
    return index


def created(txn: Txn, table: Table, wire: Members, members: Members) -> tuple[Table, Index]:
    if table.index(wire["IndexName"]) is not None:
        raise ServiceError(rows.INDEX_EXISTS)
    if sum(index.scope == GLOBAL for index in table.indexes) >= MAX_GLOBAL:
        raise ServiceError(rows.INDEXES_TOO_MANY)
    given = read_definitions(members.get("AttributeDefinitions"))
    held = dict(table.attributes)
    for name, kind in given.items():
        if held.get(name, kind) != kind:
            raise ServiceError(rows.DEFINITION_REDEFINED, {"name": name})
    definitions = {**held, **given}
    if any(element["AttributeName"] not in given for element in wire["KeySchema"]):
        raise ServiceError(rows.INDEX_DEFINITIONS_MISSING, {"index": wire["IndexName"]})
    if table.billing_mode == ON_DEMAND and wire.get("ProvisionedThroughput") is not None:
        raise ServiceError(table_errors.INDEX_UNITS_SUPERFLUOUS, {"index": wire["IndexName"]})
    if table.billing_mode == PROVISIONED and wire.get("ProvisionedThroughput") is None:
        raise ServiceError(table_errors.INDEX_UNITS_REQUIRED, {"index": wire["IndexName"]})
    index = replace(read_global_index(wire, definitions), status=ACTIVE)
    used = {name for keys in (table.keys, index.keys, *(held.keys for held in table.indexes)) for name in keys.names}
    attributes = tuple((name, kind) for name, kind in definitions.items() if name in used)
    table = replace(table, attributes=attributes, indexes=(*table.indexes, index))
    fill(txn, table, index)
    return table, index


def fill(txn: Txn, table: Table, index: Index) -> None:
    """Give a new index its entries."""
    for where, record in txn.scan(ITEMS, *prefix_range((table.account, table.table_id))):
        item = item_in(record)
        place: Key | None = entry_key(table, index, where, item)
        if place is not None:
            txn.put(INDEXED, place, projected(table, index, record, item))


def deleted(txn: Txn, table: Table, index: Index) -> Table:
    for key, _ in list(txn.scan(INDEXED, *prefix_range((table.account, index_id(table, index))))):
        txn.delete(INDEXED, key)
    left = tuple(held for held in table.indexes if held.name != index.name)
    used = {name for keys in (table.keys, *(held.keys for held in left)) for name in keys.names}
    return replace(table, indexes=left, attributes=tuple((name, kind) for name, kind in table.attributes if name in used))


def resized(txn: Txn, table: Table, wire: Members) -> Table:
    held = table.index(wire["IndexName"])
    if held is None or held.scope != GLOBAL:
        raise (
            ServiceError(rows.INDEX_UPDATE_BLOCKED)
            if not table.indexes
            else ServiceError(errors.INDEX_NOT_FOUND, {"index": wire["IndexName"], "table": table.name})
        )
    changed = held
    if wire.get("ProvisionedThroughput") is not None:
        check_units(wire["ProvisionedThroughput"], held.name)
        changed = replace(changed, throughput=moved(txn, held.throughput, throughput_of(wire["ProvisionedThroughput"])))
    if wire.get("OnDemandThroughput") is not None:
        changed = replace(changed, on_demand=units_of(wire["OnDemandThroughput"]))
    return replace(table, indexes=tuple(changed if index.name == held.name else index for index in table.indexes))
