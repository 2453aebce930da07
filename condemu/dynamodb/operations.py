"""The operations: one row each. What has no row is answered with UnknownOperationException."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from condemu.dynamodb import batches, items, query, tables, transactions
from condemu.dynamodb.requests import DynamoRequest, Plan

API: Final = "DynamoDB_20120810"
STREAMS_API: Final = "DynamoDBStreams_20120810"


class Operation(NamedTuple):
    """`writes`: may change something. `control`: looks at TableName before all else, with the control plane's words."""

    name: str
    prepare: Callable[[DynamoRequest], Plan]
    writes: bool
    control: bool = False
    api: str = API


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
    Operation("CreateTable", tables.create_table, True, control=True),
    Operation("DescribeTable", tables.describe, False, control=True),
    Operation("DeleteTable", tables.delete_table, True, control=True),
    Operation("ListTables", tables.list_tables, False),
)

TARGETS: Final[dict[str, Operation]] = {f"{operation.api}.{operation.name}": operation for operation in OPERATIONS}
