"""DescribeContinuousBackups and UpdateContinuousBackups: whether a table could be recovered, and for how long back.

Continuous backups are always on; point-in-time recovery is off until it is enabled. It is kept and told again, and
ExportTableToPointInTime asks for it; nothing can be recovered here. "LatestRestorableDateTime is typically 5 minutes before the
current time" (API Reference).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table
from condemu.dynamodb.state.records import CREATING, TABLES, Recovery, Table
from condemu.dynamodb.state.states import table_at

DAYS: Final = 35  # that one can go back unless fewer are asked for (API Reference, PointInTimeRecoverySpecification)
BEHIND: Final = 300.0  # seconds between now and the latest moment that a table can be restored to


def describe_continuous_backups(request: DynamoRequest) -> Plan:
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        return {"ContinuousBackupsDescription": description(backed_up(txn, whose), txn.now)}

    return atomic(request, decide, on_table(whose))


def update_continuous_backups(request: DynamoRequest) -> Plan:
    specification = request.members["PointInTimeRecoverySpecification"]
    enabled = specification["PointInTimeRecoveryEnabled"] in (True, "true")
    days = int(specification.get("RecoveryPeriodInDays") or DAYS)
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = backed_up(txn, whose)
        if table.status == CREATING:
            raise ServiceError(rows.BACKUPS_UNAVAILABLE, {"table": table.name})
        since = table.recovery.since if table.recovery is not None else txn.now
        changed = replace(table, recovery=Recovery(since, days) if enabled else None)
        txn.put(TABLES, whose, changed)
        return {"ContinuousBackupsDescription": description(changed, txn.now)}

    return atomic(request, decide, on_table(whose))


def backed_up(txn: Txn, whose: Key) -> Table:
    """A table, as the operations about copies name it when it is not there."""
    table = table_at(txn, whose)
    if table is None:
        raise ServiceError(rows.BACKUP_TABLE_NOT_FOUND, {"table": whose[1]})
    return table


def description(table: Table, now: float) -> dict[str, Any]:
    recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.recovery is not None:
        since = max(table.recovery.since, now - table.recovery.days * 86400)
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table.recovery.days,
            "EarliestRestorableDateTime": round(since, 3),
            "LatestRestorableDateTime": round(max(since, now - BEHIND), 3),
        }
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
