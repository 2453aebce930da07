"""What is not emulated, as tools read it: no global tables, no contributor insights, no Kinesis destinations.

A read answers as AWS answers for a table that has nothing of the kind; a description of one that would have to be there
answers that it is not found. So whoever looks at a table before changing it finds a table that was just created. What would make
one of these things is refused (`refuse_global_tables`). Codes are those of the API Reference; the texts of the refusals are not
recorded.
"""

from __future__ import annotations

from collections.abc import Callable

from condemu.core.calls import Plan
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, no_resource, on_table
from condemu.dynamodb.tables.tables import known_table


def list_global_tables(request: DynamoRequest) -> Plan:
    return _none(request, {"GlobalTables": []})


def describe_global_table(request: DynamoRequest) -> Plan:
    return _missing(request, rows.GLOBAL_TABLE_NOT_FOUND, {"table": request.members["GlobalTableName"]})


def refuse_global_tables(request: DynamoRequest) -> Plan:
    """CreateGlobalTable, UpdateGlobalTable, UpdateGlobalTableSettings, UpdateTableReplicaAutoScaling."""
    raise ServiceError(rows.NO_GLOBAL_TABLES)


def list_contributor_insights(request: DynamoRequest) -> Plan:
    if request.members.get("TableName") is None:
        return _none(request, {"ContributorInsightsSummaries": []})
    return _of_table(request, lambda name, status: {"ContributorInsightsSummaries": []})


def describe_contributor_insights(request: DynamoRequest) -> Plan:
    index = request.members.get("IndexName")
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if index is None:
            return {"TableName": table.name, "ContributorInsightsStatus": "DISABLED"}
        if table.index(index) is None:
            raise ServiceError(rows.INSIGHTS_INDEX_NOT_FOUND, {"index": index, "table": table.name})
        return {"TableName": table.name, "IndexName": index, "ContributorInsightsStatus": "DISABLED"}

    return atomic(request, decide, on_table(whose))


def describe_kinesis_destination(request: DynamoRequest) -> Plan:
    return _of_table(request, lambda name, status: {"TableName": name, "KinesisDataStreamDestinations": []})


def describe_replica_auto_scaling(request: DynamoRequest) -> Plan:
    """Of a table without replicas (inferred)."""

    def shown(name: str, status: str) -> Result:
        return {"TableAutoScalingDescription": {"TableName": name, "TableStatus": status, "Replicas": []}}

    return _of_table(request, shown)


def _none(request: DynamoRequest, answer: Result) -> Plan:
    return atomic(request, lambda txn: dict(answer), no_resource)


def _missing(request: DynamoRequest, row: ErrorRow, fields: dict[str, str]) -> Plan:
    def decide(txn: Txn) -> Result:
        raise ServiceError(row, fields)

    return atomic(request, decide, no_resource)


def _of_table(request: DynamoRequest, shown: Callable[[str, str], Result]) -> Plan:
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        return shown(table.name, table.status)

    return atomic(request, decide, on_table(whose))
