"""CreateTable, DescribeTable, DeleteTable and ListTables.

A table is usable at once, unless a delay is set; the answers say CREATING and DELETING all the same, as AWS's do, because code
that waits reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as rows
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, no_resource, on_table, table_at
from condemu.dynamodb.state import backups, expirations, past, stream_records
from condemu.dynamodb.state.changes import index_id
from condemu.dynamodb.state.records import CREATING, DELETING, INDEXED, ITEMS, ON_DEMAND, TABLES, UPDATING, Table, item_in
from condemu.dynamodb.state.states import begun, settled
from condemu.dynamodb.tables.descriptions import describe_created, describe_deleted, describe_table
from condemu.dynamodb.tables.table_checks import (
    check_capacity,
    check_definitions_used,
    check_one_region,
    read_definitions,
    read_indexes,
    read_table_keys,
    throughput_of,
    units_of,
)
from condemu.dynamodb.tables.table_policies import check_policy
from condemu.dynamodb.tables.tags import check_new_tags

LIST_LIMIT: Final = 100  # tables that ListTables shows unless asked for fewer (API Reference)


def create_table(request: DynamoRequest) -> Plan:
    whose, create = planned_table(request, request.members)

    def decide(txn: Txn) -> Result:
        table = create(txn)
        txn.put(TABLES, whose, begun(table, CREATING, txn.now, request.delay))
        return {"TableDescription": describe_created(table)}

    return atomic(request, decide, on_table(whose))


def planned_table(request: DynamoRequest, members: Members) -> tuple[Key, Callable[[Txn], Table]]:
    """Where a new table is to be, and what makes it, once all has been refused that can be without looking."""
    check_one_region(members, ("GlobalTableSourceArn", "GlobalTableSettingsReplicationMode"))
    mode = check_capacity(members)
    definitions = read_definitions(members.get("AttributeDefinitions"))
    keys = read_table_keys(members["KeySchema"], definitions)
    indexes = read_indexes(members, keys, definitions)
    check_definitions_used(definitions, keys, indexes)
    view = _stream_view(members.get("StreamSpecification"))
    if members.get("ResourcePolicy") is not None:
        check_policy(members["ResourcePolicy"])
    tags = tuple((tag["Key"], tag["Value"]) for tag in members.get("Tags") or ())
    check_new_tags(tags)
    whose = address(request, members["TableName"])

    def create(txn: Txn) -> Table:
        known = table_at(txn, whose)
        if known is not None:
            row = {CREATING: rows.TABLE_CREATING, DELETING: rows.TABLE_DELETING}.get(known.status, rows.TABLE_EXISTS)
            if known.restored is not None:
                row = rows.TABLE_RESTORING
            raise ServiceError(row, {"table": known.name}, because=f"it was created at {known.created}")
        table = Table(
            account=whose[0],
            region=request.region,
            name=whose[1],
            table_id=str(UUID(bytes=txn.ids.token(16), version=4)),
            created=txn.now,
            keys=keys,
            attributes=tuple(definitions.items()),
            indexes=indexes,
            billing_mode=mode,
            on_demand_since=txn.now if mode == ON_DEMAND else None,
            throughput=throughput_of(members.get("ProvisionedThroughput")),
            on_demand=units_of(members.get("OnDemandThroughput")),
            warm=units_of(members.get("WarmThroughput")),
            deletion_protection=members.get("DeletionProtectionEnabled") is True,
            table_class=members.get("TableClass"),
            policy=members.get("ResourcePolicy"),
            tags=tags,
        )
        return table if view is None else stream_records.enable(txn, table, view)

    return whose, create


def _stream_view(specification: Members | None) -> str | None:
    """The view type of the stream that is asked for; None where none is."""
    if specification is None:
        return None
    enabled, view = specification["StreamEnabled"], specification.get("StreamViewType")
    if enabled and view is None:
        raise ServiceError(rows.STREAM_VIEW_REQUIRED)
    if not enabled and view is not None:
        raise ServiceError(rows.STREAM_VIEW_SUPERFLUOUS)
    return view


def describe(request: DynamoRequest) -> Plan:
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        return {"Table": describe_table(found_table(txn, whose))}

    return atomic(request, decide, on_table(whose))


def delete_table(request: DynamoRequest) -> Plan:
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = found_table(txn, whose)
        if has_busy_index(table):
            raise ServiceError(rows.TABLE_INDEXES_BUSY)
        if table.status in BUSY:
            raise ServiceError(BUSY[table.status], {"table": table.name})
        if table.deletion_protection:
            raise ServiceError(rows.DELETION_PROTECTED)
        if table.recovery is not None:
            backups.save(txn, table, backups.SYSTEM_NAME.format(table=table.name), backups.SYSTEM)
        forget_table(txn, whose, table)
        if request.delay:
            txn.put(TABLES, whose, begun(replace(table, stream=None, recovery=None), DELETING, txn.now, request.delay))
        return {"TableDescription": describe_deleted(table)}

    return atomic(request, decide, on_table(whose))


def has_busy_index(table: Table) -> bool:
    return any(index.status in (CREATING, DELETING) for index in table.indexes)


BUSY: Final = {CREATING: rows.TABLE_CREATING, DELETING: rows.TABLE_DELETING, UPDATING: rows.TABLE_UPDATING}


def list_tables(request: DynamoRequest) -> Plan:
    members = request.members
    limit = int(members.get("Limit") or LIST_LIMIT)
    after: str = members.get("ExclusiveStartTableName") or ""

    def decide(txn: Txn) -> Result:
        _, stop = prefix_range((request.account,))
        names: list[str] = []
        for (_, name, region), table in txn.scan(TABLES, (request.account, after), stop):
            if name == after or region != request.region or settled(table, txn.now) is None:
                continue
            if len(names) == limit:
                return {"TableNames": names, "LastEvaluatedTableName": names[-1]}
            names.append(name)
        return {"TableNames": names}

    return atomic(request, decide, no_resource)


def known_table(txn: Txn, whose: Key) -> Table:
    """A table, as the control plane names it when it is not there. One that is being restored is not there (recorded 2026-10)."""
    table = found_table(txn, whose)
    if table.restored is not None:
        raise ServiceError(errors.TABLE_NAMED_NOT_FOUND, {"table": whose[1]}, because="it is being restored")
    return table


def found_table(txn: Txn, whose: Key) -> Table:
    """A table in whatever state, for who describes or deletes it."""
    table = table_at(txn, whose)
    if table is None:
        raise ServiceError(errors.TABLE_NAMED_NOT_FOUND, {"table": whose[1]})
    return table


def forget_table(txn: Txn, whose: Key, table: Table) -> None:
    """Delete a table with all that is in it."""
    for name, prefixes in ((ITEMS, [table.table_id]), (INDEXED, [index_id(table, index) for index in table.indexes])):
        for prefix in prefixes:
            for key, record in list(txn.scan(name, *prefix_range((table.account, prefix)))):
                txn.delete(name, key)
                if name == ITEMS and table.ttl_attribute is not None:
                    expirations.note(txn, table, key, item_in(record), None)
    if table.stream is not None:
        stream_records.disable(txn, table)
    past.forget(txn, table)
    txn.delete(TABLES, whose)
