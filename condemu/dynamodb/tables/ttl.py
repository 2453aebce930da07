"""UpdateTimeToLive, DescribeTimeToLive, and the deletion of what has expired.

An item expires when its attribute of that name is a number, not later than the clock's epoch seconds and not more than five
years before them (Developer Guide, "How it works: DynamoDB Time to Live"). Until it is deleted it is read, and judged by
conditions, like any other: on AWS for up to days, here until the clock has passed its time and somebody calls DynamoDB. The
deletion consumes nothing and is told in the stream as the service's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Final

from condemu.core.calls import Decide, Due, Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.errors.general import TABLE_NAMED_NOT_FOUND
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, on_table
from condemu.dynamodb.state.changes import delete
from condemu.dynamodb.state.expirations import note
from condemu.dynamodb.state.records import CREATING, EXPIRING, ITEMS, TABLES, Expiring, StoredItem, Table, item_in
from condemu.dynamodb.tables.tables import known_table

AT_ONCE: Final = 1000  # items deleted in one decision
OLDEST: Final = 5 * 365 * 86400  # seconds: what expired earlier is a mistake, and stays
DELAY: Final = 0.0  # seconds; AWS takes its time


def update_time_to_live(request: DynamoRequest) -> Plan:
    specification = request.members["TimeToLiveSpecification"]
    enabled, name = specification["Enabled"] in (True, "true"), specification["AttributeName"]
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if table.status == CREATING:  # recorded 2026-10
            raise ServiceError(TABLE_NAMED_NOT_FOUND, {"table": table.name})
        held = table.ttl_attribute
        if enabled and held is not None:
            raise ServiceError(rows.TTL_ENABLED_ALREADY if held == name else rows.TTL_OTHER_ATTRIBUTE, {"name": held})
        if not enabled and held is None:
            raise ServiceError(rows.TTL_DISABLED_ALREADY)
        if not enabled and held != name:
            raise ServiceError(rows.TTL_OTHER_ATTRIBUTE, {"name": held})
        changed = replace(table, ttl_attribute=name if enabled else None)
        txn.put(TABLES, whose, changed)
        for where, record in list(txn.scan(ITEMS, *prefix_range((table.account, table.table_id)))):
            item = item_in(record)
            note(txn, table, where, item, None)
            note(txn, changed, where, None, item)
        return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": name}}

    return atomic(request, decide, on_table(whose))


def describe_time_to_live(request: DynamoRequest) -> Plan:
    whose = address(request, request.members["TableName"])

    def decide(txn: Txn) -> Result:
        table = known_table(txn, whose)
        if table.status == CREATING:  # recorded 2026-10
            raise ServiceError(rows.TTL_CREATING)
        name = table.ttl_attribute
        description = {"TimeToLiveStatus": "DISABLED"} if name is None else {"TimeToLiveStatus": "ENABLED", "AttributeName": name}
        return {"TimeToLiveDescription": description}

    return atomic(request, decide, on_table(whose))


# --- what has expired -------------------------------------------------------------------------------------------------------


def unexpired(request: DynamoRequest, decide: Decide, txn: Txn) -> Any:
    """Decide; but if anything has expired in the tables of those whom the request concerns, it is deleted before that."""
    for owner in request.owners:
        if next(_due(txn, owner), None) is not None:
            raise Due("TimeToLive", owner, partial(sweep, account=owner), partial(unexpired, request, decide), decide)
    return decide(txn)


def _due(txn: Txn, account: str) -> Iterator[tuple[Key, Expiring]]:
    """What an account is to lose now."""
    moment = int(txn.now - DELAY)
    return txn.scan(EXPIRING, (account, moment - OLDEST), (account, moment + 1))


def sweep(txn: Txn, account: str) -> Result:
    """Delete what has expired in an account's tables, a bounded number at once; the names of the tables it was in."""
    touched: set[str] = set()
    for (_, _, table_id, partition, sort), expiring in list(islice(_due(txn, account), AT_ONCE)):
        where = (account, table_id, partition, sort)
        table: Table | None = txn.get(TABLES, (account, expiring.table, expiring.region))
        record: StoredItem | None = txn.get(ITEMS, where)
        if table is not None and table.table_id == table_id and record is not None:
            delete(txn, table, where, record, expired=True)
            touched.add(table.name)
    return {"Tables": sorted(touched)}
