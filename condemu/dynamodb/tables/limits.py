"""DescribeLimits, DescribeEndpoints and DescribeContinuousBackups: answers that clients ask for before they begin."""

from __future__ import annotations

from typing import Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, no_resource, on_table
from condemu.dynamodb.state.states import table_at

LIMITS: Final = {  # a new account's (Developer Guide, "Service quotas")
    "AccountMaxReadCapacityUnits": 80000,
    "AccountMaxWriteCapacityUnits": 80000,
    "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}


def describe_limits(request: DynamoRequest) -> Plan:
    return atomic(request, lambda txn: dict(LIMITS), no_resource)


def describe_endpoints(request: DynamoRequest) -> Plan:
    endpoint = {"Address": f"dynamodb.{request.region}.amazonaws.com", "CachePeriodInMinutes": 1440}
    return atomic(request, lambda txn: {"Endpoints": [endpoint]}, no_resource)


def describe_continuous_backups(request: DynamoRequest) -> Plan:
    """Backups are always on, point-in-time recovery is off: what a new table has."""
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        if table_at(txn, whose) is None:
            raise ServiceError(rows.BACKUP_TABLE_NOT_FOUND, {"table": whose[1]})
        recovery = {"PointInTimeRecoveryStatus": "DISABLED"}
        backups = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
        return {"ContinuousBackupsDescription": backups}

    return atomic(request, decide, on_table(whose))
