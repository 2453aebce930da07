"""DescribeContinuousBackups and UpdateContinuousBackups: whether a table can be recovered, and for how long back.

Continuous backups are always on; point-in-time recovery is off until it is enabled, and from then on the table's past is kept
(`state/past.py`). Disabling it forgets the past, and enabling it again begins anew. A longer period goes back no further than the
shorter one before it did, whose past was not kept (inferred). "LatestRestorableDateTime is typically 5
minutes before the current time" (API Reference); right after enabling it is that time (recorded 2026-10).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from condemu.core.calls import Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table, table_at
from condemu.dynamodb.state import past
from condemu.dynamodb.state.past import DAY
from condemu.dynamodb.state.records import CREATING, TABLES, Recovery, Table

DAYS: Final = 35  # that one can go back unless fewer are asked for (API Reference, PointInTimeRecoverySpecification)
FAR: Final = 1 << 53  # seconds
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
    if not enabled and specification.get("RecoveryPeriodInDays") is not None:
        raise ServiceError(rows.RECOVERY_DAYS_SUPERFLUOUS)
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = backed_up(txn, whose)
        if table.status == CREATING:
            raise ServiceError(rows.BACKUPS_UNAVAILABLE, {"table": table.name})
        since = window(table.recovery, txn.now)[0] if table.recovery is not None else txn.now
        changed = replace(table, recovery=Recovery(since, days) if enabled else None)
        txn.put(TABLES, whose, changed)
        if not enabled:
            past.forget(txn, table)
        return {"ContinuousBackupsDescription": description(changed, txn.now)}

    return atomic(request, decide, on_table(whose))


def backed_up(txn: Txn, whose: Key) -> Table:
    """A table, as the operations about copies name it when it is not there: one that is being restored is not, either."""
    table = table_at(txn, whose)
    if table is None or table.restored is not None:
        raise ServiceError(rows.BACKUP_TABLE_NOT_FOUND, {"table": whose[1]})
    return table


def window(recovery: Recovery, now: float) -> tuple[float, float]:
    """The earliest and the latest time that a table can be restored to."""
    earliest = max(recovery.since, now - recovery.days * DAY)
    return earliest, max(earliest, now - BEHIND)


def moment_of(given: float) -> float:
    """A Timestamp as seconds. Numbers that no clock reaches, of any size, become one that none reaches, either."""
    return float(max(-FAR, min(given, FAR)))


def description(table: Table, now: float) -> dict[str, Any]:
    recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.recovery is not None:
        earliest, latest = window(table.recovery, now)
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table.recovery.days,
            "EarliestRestorableDateTime": round(earliest, 3),
            "LatestRestorableDateTime": round(latest, 3),
        }
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
