"""A table as DescribeTable shows it, members in the order in which AWS sends them.

ItemCount and the sizes are zero, as AWS shows them for about six hours after a table was created; nobody should decide by them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from condemu.dynamodb.state.records import (
    CREATING,
    DELETING,
    GLOBAL,
    LOCAL,
    ON_DEMAND,
    PROVISIONED,
    UPDATING,
    Index,
    KeySchema,
    Restoration,
    Table,
    Throughput,
)

ON_DEMAND_WARM: Final = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}  # a new table's (Developer Guide)


def describe_created(table: Table) -> dict[str, Any]:
    """As CreateTable answers: without the throughput that the table is warm for, unless the request gave one, and without when it
    became one on demand (recorded on AWS in 2025).
    """
    description = describe_table(replace(table, on_demand_since=None), CREATING)
    if table.restored is not None:
        description["BillingModeSummary"] = {"BillingMode": table.billing_mode}
    if table.billing_mode == ON_DEMAND:
        description["BillingModeSummary"] = {"BillingMode": ON_DEMAND}
        description["TableThroughputModeSummary"] = {"TableThroughputMode": ON_DEMAND}
    for one in (description, *description.get("GlobalSecondaryIndexes", ())):
        del one["WarmThroughput"]
    if table.warm:
        warm = describe_warm(table.billing_mode, table.throughput, dict(table.warm))
        description["WarmThroughput"] = {**warm, "Status": UPDATING}
    return description


def describe_deleted(table: Table) -> dict[str, Any]:
    """As DeleteTable answers: without keys, definitions and time of creation (recorded on AWS in 2025)."""
    description = describe_table(table, DELETING)
    for member in ("AttributeDefinitions", "KeySchema", "CreationDateTime"):
        del description[member]
    return description


def describe_table(table: Table, status: str | None = None) -> dict[str, Any]:
    description: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in table.attributes],
        "TableName": table.name,
        "KeySchema": describe_keys(table.keys),
        "TableStatus": status or table.status,
        "CreationDateTime": round(table.created, 3),
        "ProvisionedThroughput": describe_throughput(table.throughput),
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": table.arn,
        "TableId": table.table_id,
    }
    if table.billing_mode == ON_DEMAND or table.on_demand_since is not None:
        summary: dict[str, Any] = {"BillingMode": table.billing_mode}
        if table.on_demand_since is not None:
            summary["LastUpdateToPayPerRequestDateTime"] = round(table.on_demand_since, 3)
        description["BillingModeSummary"] = summary
    if table.billing_mode == ON_DEMAND and table.on_demand_since is not None:
        since = {"LastUpdateToPayPerRequestDateTime": round(table.on_demand_since, 3)}
        description["TableThroughputModeSummary"] = {"TableThroughputMode": ON_DEMAND, **since}  # on the wire, in no model
    for scope, member in ((LOCAL, "LocalSecondaryIndexes"), (GLOBAL, "GlobalSecondaryIndexes")):
        indexes = [describe_index(table, index, status or table.status) for index in table.indexes if index.scope == scope]
        if indexes:
            description[member] = indexes
    if table.stream is not None:
        description["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": table.stream.view}
    if table.last_stream is not None:
        description["LatestStreamLabel"] = table.last_stream.rpartition("/")[2]
        description["LatestStreamArn"] = table.last_stream
    if table.restored is not None:
        description["RestoreSummary"] = describe_restoration(table.restored)
    if table.encryption is not None:
        description["SSEDescription"] = dict(table.encryption)
    if table.table_class is not None:
        description["TableClassSummary"] = {"TableClass": table.table_class}
    description["DeletionProtectionEnabled"] = table.deletion_protection
    if table.on_demand:
        description["OnDemandThroughput"] = dict(table.on_demand)
    description["WarmThroughput"] = describe_warm(table.billing_mode, table.throughput, dict(table.warm))
    return description


def describe_restoration(restored: Restoration) -> dict[str, Any]:
    """While a table is being restored. It is not told afterwards (recorded 2026-10)."""
    source = {} if restored.backup is None else {"SourceBackupArn": restored.backup}
    when = {"RestoreDateTime": round(restored.at, 3), "RestoreInProgress": True}
    return {**source, "SourceTableArn": restored.table, **when}


def describe_keys(keys: KeySchema) -> list[dict[str, str]]:
    hashes = [{"AttributeName": name, "KeyType": "HASH"} for name, _ in keys.hashes]
    return hashes + [{"AttributeName": name, "KeyType": "RANGE"} for name, _ in keys.ranges]


def describe_throughput(throughput: Throughput) -> dict[str, Any]:
    description: dict[str, Any] = {}
    if throughput.increased is not None:
        description["LastIncreaseDateTime"] = round(throughput.increased, 3)
    if throughput.decreased is not None:
        description["LastDecreaseDateTime"] = round(throughput.decreased, 3)
    description["NumberOfDecreasesToday"] = throughput.decreases_today
    description["ReadCapacityUnits"] = throughput.read
    description["WriteCapacityUnits"] = throughput.write
    return description


def describe_warm(mode: str, throughput: Throughput, given: dict[str, Any]) -> dict[str, Any]:
    if mode == PROVISIONED:
        units = {"ReadUnitsPerSecond": throughput.read, "WriteUnitsPerSecond": throughput.write}
    else:
        units = ON_DEMAND_WARM
    return {**units, **given, "Status": "ACTIVE"}


def describe_projection(index: Index) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.included:
        projection["NonKeyAttributes"] = list(index.included)
    return projection


def describe_index(table: Table, index: Index, status: str) -> dict[str, Any]:
    description: dict[str, Any] = {
        "IndexName": index.name,
        "KeySchema": describe_keys(index.keys),
        "Projection": describe_projection(index),
    }
    if index.scope == GLOBAL:
        if table.restored is None:  # of a table that is being restored the indexes have no status (recorded 2026-10)
            description["IndexStatus"] = CREATING if status == CREATING else index.status
        if index.backfilling:
            description["Backfilling"] = True
        description["ProvisionedThroughput"] = describe_throughput(index.throughput)
    description["IndexSizeBytes"] = 0
    description["ItemCount"] = 0
    description["IndexArn"] = f"{table.arn}/index/{index.name}"
    if index.scope == GLOBAL:
        if index.on_demand:
            description["OnDemandThroughput"] = dict(index.on_demand)
        description["WarmThroughput"] = describe_warm(table.billing_mode, index.throughput, {})
    return description
