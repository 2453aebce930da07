"""The operations: one row each. What has no row is answered with UnknownOperationException."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from condemu.core.calls import Plan, Step
from condemu.dynamodb.access import accesses
from condemu.dynamodb.access.accesses import Accesses
from condemu.dynamodb.backups import absent, backups, exports, imports, recovery, restores
from condemu.dynamodb.backups.transfers import Transfers
from condemu.dynamodb.items import batches, items, transactions
from condemu.dynamodb.partiql import statements
from condemu.dynamodb.partiql import transactions as statement_transactions
from condemu.dynamodb.queries import query
from condemu.dynamodb.requests.quick_look import quick_look
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.requests.shapes import SHAPES, Shape
from condemu.dynamodb.requests.wording import ENVELOPED, OLD, RENEWED, USUAL, Wording
from condemu.dynamodb.streams import streams
from condemu.dynamodb.tables import limits, resource_policies, tables, tags, ttl, update_table
from condemu.dynamodb.tables.table_checks import check_new_table_name, check_table_name

API: Final = "DynamoDB_20120810"
STREAMS_API: Final = "DynamoDBStreams_20120810"


@dataclass(frozen=True, slots=True)
class Operation:
    """All that is peculiar to an operation.

    `prepare` refuses what can be refused without a table, and returns the plan, or the one step, that is left. `writes`: it may
    change something. `accesses` tells what it asks permission for; `mends`: the account's root user may do it whatever a table's
    policy says (API Reference, PutResourcePolicy). `first` refuses before the members are looked at; its second argument says
    whether AWS's texts are those of 2026. `nothing`: the body of an answer without members. `follow`: what is done once it is
    decided, before it is answered. `shape` describes the members, `in_order` passes most requests that fit it.
    """

    name: str
    prepare: Callable[[DynamoRequest], Plan | Step]
    writes: bool
    accesses: Accesses
    wording: Wording = USUAL
    first: Callable[[DynamoRequest, bool], None] | None = None
    mends: bool = False
    nothing: bytes = b"{}"
    follow: Callable[[Transfers, DynamoRequest, dict[str, Any]], Coroutine[Any, Any, None]] | None = None
    api: str = API
    shape: Shape = field(init=False, repr=False)
    in_order: Callable[[dict[str, Any]], bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", SHAPES[self.name])
        object.__setattr__(self, "in_order", quick_look(self.shape))


READ: Final = False
WRITE: Final = True

_UPDATE_WORDING: Final = ENVELOPED._replace(lists_return_values=True)
_QUERY_WORDING: Final = RENEWED._replace(enveloped_select=True)
_BATCH_WORDING: Final = OLD._replace(wants_items=True)

OPERATIONS: Final = (
    Operation("PutItem", items.put_item, WRITE, accesses.of_write, ENVELOPED),
    Operation("GetItem", items.get_item, READ, accesses.of_item, RENEWED),
    Operation("UpdateItem", items.update_item, WRITE, accesses.of_write, _UPDATE_WORDING),
    Operation("DeleteItem", items.delete_item, WRITE, accesses.of_write, ENVELOPED),
    Operation("Query", query.query, READ, accesses.of_selection, _QUERY_WORDING),
    Operation("Scan", query.scan, READ, accesses.of_scan, OLD),
    Operation("BatchGetItem", batches.batch_get_item, READ, accesses.of_batched_gets, RENEWED),
    Operation("BatchWriteItem", batches.batch_write_item, WRITE, accesses.of_batched_writes, _BATCH_WORDING),
    Operation("TransactGetItems", transactions.transact_get_items, READ, accesses.of_gets, OLD),
    Operation("TransactWriteItems", transactions.transact_write_items, WRITE, accesses.of_writes, OLD),
    Operation("ExecuteStatement", statements.execute_statement, WRITE, accesses.of_statements),
    Operation("BatchExecuteStatement", statements.batch_execute_statement, WRITE, accesses.of_statements),
    Operation("ExecuteTransaction", statement_transactions.execute_transaction, WRITE, accesses.of_transacted_statements),
    Operation("CreateTable", tables.create_table, WRITE, accesses.of_table, first=check_new_table_name),
    Operation("DescribeTable", tables.describe, READ, accesses.of_table, first=check_table_name),
    Operation("DeleteTable", tables.delete_table, WRITE, accesses.of_table, first=check_table_name),
    Operation("ListTables", tables.list_tables, READ, accesses.of_everything),
    Operation("UpdateTable", update_table.update_table, WRITE, accesses.of_table, first=check_table_name),
    Operation("DescribeTimeToLive", ttl.describe_time_to_live, READ, accesses.of_table, first=check_table_name),
    Operation("UpdateTimeToLive", ttl.update_time_to_live, WRITE, accesses.of_table, first=check_table_name),
    Operation("TagResource", tags.tag_resource, WRITE, accesses.of_table, first=tags.check_resource, nothing=b""),
    Operation("UntagResource", tags.untag_resource, WRITE, accesses.of_table, first=tags.check_resource, nothing=b""),
    Operation("ListTagsOfResource", tags.list_tags, READ, accesses.of_table, first=tags.check_resource),
    Operation("PutResourcePolicy", resource_policies.put_policy, WRITE, accesses.of_table, mends=True),
    Operation("GetResourcePolicy", resource_policies.get_policy, READ, accesses.of_table, mends=True),
    Operation("DeleteResourcePolicy", resource_policies.delete_policy, WRITE, accesses.of_table, mends=True),
    Operation("DescribeLimits", limits.describe_limits, READ, accesses.of_everything),
    Operation("DescribeEndpoints", limits.describe_endpoints, READ, accesses.of_everything),
    Operation("DescribeContinuousBackups", recovery.describe_continuous_backups, READ, accesses.of_table),
    Operation("UpdateContinuousBackups", recovery.update_continuous_backups, WRITE, accesses.of_table),
    Operation("ExportTableToPointInTime", exports.export_table, WRITE, accesses.of_table, follow=exports.write_export),
    Operation("DescribeExport", exports.describe_export, READ, accesses.of_everything),
    Operation("ListExports", exports.list_exports, READ, accesses.of_everything),
    Operation("ImportTable", imports.import_table, WRITE, accesses.of_new_table, follow=imports.read_import),
    Operation("DescribeImport", imports.describe_import, READ, accesses.of_everything),
    Operation("ListImports", imports.list_imports, READ, accesses.of_everything),
    Operation("CreateBackup", backups.create_backup, WRITE, accesses.of_table),
    Operation("DescribeBackup", backups.describe_backup, READ, accesses.of_backup),
    Operation("DeleteBackup", backups.delete_backup, WRITE, accesses.of_backup),
    Operation("ListBackups", backups.list_backups, READ, accesses.of_everything),
    Operation("RestoreTableFromBackup", restores.restore_from_backup, WRITE, accesses.of_restore),
    Operation("RestoreTableToPointInTime", restores.restore_to_point_in_time, WRITE, accesses.of_past_table),
    Operation("ListGlobalTables", absent.list_global_tables, READ, accesses.of_everything),
    Operation("DescribeGlobalTable", absent.describe_global_table, READ, accesses.of_everything),
    Operation("DescribeGlobalTableSettings", absent.describe_global_table, READ, accesses.of_everything),
    Operation("CreateGlobalTable", absent.refuse_global_tables, WRITE, accesses.of_everything),
    Operation("UpdateGlobalTable", absent.refuse_global_tables, WRITE, accesses.of_everything),
    Operation("UpdateGlobalTableSettings", absent.refuse_global_tables, WRITE, accesses.of_everything),
    Operation("UpdateTableReplicaAutoScaling", absent.refuse_global_tables, WRITE, accesses.of_table),
    Operation("DescribeTableReplicaAutoScaling", absent.describe_replica_auto_scaling, READ, accesses.of_table),
    Operation("ListContributorInsights", absent.list_contributor_insights, READ, accesses.of_everything),
    Operation("DescribeContributorInsights", absent.describe_contributor_insights, READ, accesses.of_table),
    Operation("DescribeKinesisStreamingDestination", absent.describe_kinesis_destination, READ, accesses.of_table),
    Operation("ListStreams", streams.list_streams, READ, accesses.of_everything, api=STREAMS_API),
    Operation("DescribeStream", streams.describe_stream, READ, accesses.of_stream, api=STREAMS_API),
    Operation("GetShardIterator", streams.get_shard_iterator, READ, accesses.of_stream, api=STREAMS_API),
    Operation("GetRecords", streams.get_records, READ, accesses.of_iterated_stream, api=STREAMS_API),
)

TARGETS: Final[dict[str, Operation]] = {f"{operation.api}.{operation.name}": operation for operation in OPERATIONS}
