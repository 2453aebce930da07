"""The operations: one row each. What has no row is answered with UnknownOperationException."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from condemu.core.calls import Plan
from condemu.dynamodb.items import batches, items, transactions
from condemu.dynamodb.partiql.statements import batch_execute_statement, execute_statement
from condemu.dynamodb.partiql.transactions import execute_transaction
from condemu.dynamodb.queries import query
from condemu.dynamodb.requests.request import DynamoRequest
from condemu.dynamodb.streams import streams
from condemu.dynamodb.tables import limits, resource_policies, tables, tags, ttl, update_table

API: Final = "DynamoDB_20120810"
STREAMS_API: Final = "DynamoDBStreams_20120810"


class Operation(NamedTuple):
    """`writes`: may change something. `control`: looks at TableName before all else, with the control plane's words."""

    name: str
    prepare: Callable[[DynamoRequest], Plan]
    writes: bool
    control: bool = False
    api: str = API
    resource: bool = False  # looks at ResourceArn before all else
    empty: bool = False  # answers with no body at all


OPERATIONS: Final = (
    Operation("PutItem", items.put_item, True),
    Operation("GetItem", items.get_item, False),
    Operation("UpdateItem", items.update_item, True),
    Operation("DeleteItem", items.delete_item, True),
    Operation("Query", query.query, False),
    Operation("Scan", query.scan, False),
    Operation("BatchGetItem", batches.batch_get_item, False),
    Operation("BatchWriteItem", batches.batch_write_item, True),
    Operation("TransactGetItems", transactions.transact_get_items, False),
    Operation("TransactWriteItems", transactions.transact_write_items, True),
    Operation("ExecuteStatement", execute_statement, True),
    Operation("BatchExecuteStatement", batch_execute_statement, True),
    Operation("ExecuteTransaction", execute_transaction, True),
    Operation("CreateTable", tables.create_table, True, control=True),
    Operation("DescribeTable", tables.describe, False, control=True),
    Operation("DeleteTable", tables.delete_table, True, control=True),
    Operation("ListTables", tables.list_tables, False),
    Operation("UpdateTable", update_table.update_table, True, control=True),
    Operation("DescribeTimeToLive", ttl.describe_time_to_live, False, control=True),
    Operation("UpdateTimeToLive", ttl.update_time_to_live, True, control=True),
    Operation("TagResource", tags.tag_resource, True, resource=True, empty=True),
    Operation("UntagResource", tags.untag_resource, True, resource=True, empty=True),
    Operation("ListTagsOfResource", tags.list_tags, False, resource=True),
    Operation("PutResourcePolicy", resource_policies.put_policy, True),
    Operation("GetResourcePolicy", resource_policies.get_policy, False),
    Operation("DeleteResourcePolicy", resource_policies.delete_policy, True),
    Operation("DescribeLimits", limits.describe_limits, False),
    Operation("DescribeEndpoints", limits.describe_endpoints, False),
    Operation("DescribeContinuousBackups", limits.describe_continuous_backups, False),
    Operation("ListStreams", streams.list_streams, False, api=STREAMS_API),
    Operation("DescribeStream", streams.describe_stream, False, api=STREAMS_API),
    Operation("GetShardIterator", streams.get_shard_iterator, False, api=STREAMS_API),
    Operation("GetRecords", streams.get_records, False, api=STREAMS_API),
)

TARGETS: Final[dict[str, Operation]] = {f"{operation.api}.{operation.name}": operation for operation in OPERATIONS}
