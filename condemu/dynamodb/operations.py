"""The operations: one row each. What has no row is answered with UnknownOperationException."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from condemu.dynamodb import items, tables
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
    Operation("CreateTable", tables.create_table, True, control=True),
    Operation("DescribeTable", tables.describe, False, control=True),
    Operation("DeleteTable", tables.delete_table, True, control=True),
    Operation("ListTables", tables.list_tables, False),
)

TARGETS: Final[dict[str, Operation]] = {f"{operation.api}.{operation.name}": operation for operation in OPERATIONS}
