"""ImportTable, DescribeImport and ListImports: a new table from the files of a bucket.

The table is CREATING until its items are there, all in one decision; of two files with one key the later wins. `import_files.py`
knows what is in the files. Ion and zstd are refused. An import of more objects than AWS takes fails (Developer Guide, "Import
format quotas and validation").
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from condemu.core.calls import EXPORT, Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.backups.import_files import Reading
from condemu.dynamodb.backups.transfers import DONE, FAILED, Kind, Transfers, asked_for
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, atomic, no_resource, on_table
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.records import ACTIVE, CREATING, IMPORTS, TABLES, Table, Transfer
from condemu.dynamodb.tables.tables import planned_table

KIND: Final = Kind(IMPORTS, "import", rows.IMPORT_NOT_FOUND, rows.IMPORT_CONFLICT)
MOST_OBJECTS: Final = 50_000
GONE: Final = ("UNKNOWN", "The table is there no more")
UNREAD: Final = ("UNKNOWN", "The files could not be read")
TOO_MANY: Final = ("UNKNOWN", f"There are more than {MOST_OBJECTS} files")


def import_table(request: DynamoRequest) -> Plan:
    members = request.members
    asked = asked_for(members)
    if members["InputFormat"] == "ION" or members.get("InputCompressionType") == "ZSTD":
        raise ServiceError(rows.IMPORT_UNSUPPORTED)
    whose, create = planned_table(request, members["TableCreationParameters"])

    def decide(txn: Txn) -> Result:
        known = KIND.known(txn, request, asked)
        if known is not None:
            return {"ImportTableDescription": described(known)}
        table = replace(create(txn), status=CREATING)
        txn.put(TABLES, whose, table)
        return {"ImportTableDescription": described(KIND.begun(txn, request, asked, table))}

    return atomic(request, decide, on_table(whose))


def describe_import(request: DynamoRequest) -> Plan:
    arn = request.members["ImportArn"]

    def decide(txn: Txn) -> Result:
        return {"ImportTableDescription": described(KIND.found(txn, request.account, arn))}

    return atomic(request, decide, no_resource)


def list_imports(request: DynamoRequest) -> Plan:
    def decide(txn: Txn) -> Result:
        found, goes_on = KIND.page(txn, request, request.members.get("PageSize"))
        told = ("ImportArn", "ImportStatus", "TableArn", "S3BucketSource", "InputFormat", "StartTime", "EndTime")
        shown = [{name: value for name, value in described(one).items() if name in told} for one in found]
        return {"ImportSummaryList": shown, **goes_on}

    return atomic(request, decide, no_resource)


def described(transfer: Transfer) -> Result:
    shown: Result = {
        "ImportArn": transfer.arn,
        "ImportStatus": transfer.status,
        "TableArn": transfer.table,
        "TableId": transfer.table_id,
        **transfer.request,
        "StartTime": round(transfer.started, 3),
    }
    if transfer.ended is not None:
        shown["EndTime"] = round(transfer.ended, 3)
        shown |= {"ErrorCount": transfer.errors, "ProcessedSizeBytes": transfer.size}
        shown |= {"ProcessedItemCount": transfer.items + transfer.errors, "ImportedItemCount": transfer.items}
    if transfer.failure is not None:
        shown["FailureCode"], shown["FailureMessage"] = transfer.failure
    return shown


# --- the items --------------------------------------------------------------------------------------------------------------


async def read_import(transfers: Transfers, request: DynamoRequest, result: Result) -> None:
    """Read the files, fill the table, and say how it ended. The changes are the service's own: no caller asked for them."""
    key = (request.account, result["ImportTableDescription"]["ImportArn"])
    with transfers.at_work(IMPORTS, key):
        begun = await transfers.engine.administer(partial(_begin, key), "ImportTable", EXPORT)
        if begun is None:
            return
        found: Reading | tuple[str, str] = UNREAD
        try:
            found = await _read(transfers, request.account, *begun)
        finally:
            await transfers.engine.administer(partial(_finish, key, found), "ImportTable", EXPORT)


async def _read(transfers: Transfers, account: str, transfer: Transfer, table: Table | None) -> Reading | tuple[str, str]:
    """What is in the files, or why they are not read."""
    if table is None or transfers.files is None:
        return UNREAD
    source = transfer.request["S3BucketSource"]
    where = {"s3Bucket": source["S3Bucket"]}
    names = await transfers.files.find(account, source.get("S3KeyPrefix") or "", where, MOST_OBJECTS + 1)
    if isinstance(names, str):
        return names, UNREAD[1]
    if len(names) > MOST_OBJECTS:
        return TOO_MANY
    reading = Reading(transfer.request, table)
    for name in names:
        pieces = await transfers.files.open(account, name, where)
        if isinstance(pieces, str):
            return pieces, UNREAD[1]
        for _ in reading.read(pieces):
            await transfers.files.pause()
    return reading


def _cut_off(txn: Txn, key: Key, transfer: Transfer) -> None:
    """Nobody goes on with it, and its table is not there."""
    _finish(key, UNREAD, txn)


WORK: Final = KIND.work(_cut_off)


def _begin(key: Key, txn: Txn) -> tuple[Transfer, Table | None] | None:
    """The import and its table, if nobody has begun it."""
    transfer = KIND.taken(key, txn)
    return None if transfer is None else (transfer, _table_of(transfer, txn))


def _address_of(transfer: Transfer) -> tuple[str, str, str]:
    region, owner = transfer.table.split(":")[3:5]
    return owner, transfer.table.rpartition("/")[2], region


def _table_of(transfer: Transfer, txn: Txn) -> Table | None:
    table: Table | None = txn.get(TABLES, _address_of(transfer))
    return table if table is not None and table.table_id == transfer.table_id else None


def _finish(key: Key, found: Reading | tuple[str, str], txn: Txn) -> None:
    """Put the items and let the table be active, unless somebody has ended it.

    Where the files cannot be read there is no table.
    """
    transfer: Transfer | None = txn.get(IMPORTS, key)
    if transfer is None or transfer.ended is not None:
        return
    ended = replace(transfer, ended=txn.now, status=FAILED)
    table = _table_of(transfer, txn)
    if table is None:
        txn.put(IMPORTS, key, replace(ended, failure=GONE))
        return
    if not isinstance(found, Reading):
        txn.delete(TABLES, _address_of(transfer))
        txn.put(IMPORTS, key, replace(ended, failure=found))
        return
    for where, item, size in found.items:
        changes.put(txn, table, where, None, item, size)
    txn.put(TABLES, _address_of(transfer), replace(table, status=ACTIVE))
    txn.put(IMPORTS, key, replace(ended, status=DONE, items=found.good, errors=found.bad, size=found.size))
