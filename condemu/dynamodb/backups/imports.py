"""ImportTable, DescribeImport and ListImports: a new table from the files of a bucket.

The table is CREATING until its items are there, all in one decision; of two files with one key the later wins. An item that
cannot be one counts as an error and is left out, as the Developer Guide says ("DynamoDB data import from Amazon S3"). Read are
lines of DynamoDB JSON, {"Item": {…}}, and CSV, whose columns are strings but for the keys; gzip or nothing. Ion and zstd are
refused.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from condemu.core.calls import EXPORT, Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.core.under_way import Work
from condemu.dynamodb.backups.transfers import (
    DONE,
    FAILED,
    RUNNING,
    Transfers,
    asked_for,
    by_token,
    is_under_way,
    marked,
    number,
    page,
)
from condemu.dynamodb.data.values import MAX_ITEM_SIZE, Item, Malformed, item_size, measured_item
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.items.items import check_size
from condemu.dynamodb.items.write_checks import check_attribute_names
from condemu.dynamodb.requests.members import Members
from condemu.dynamodb.requests.request import DynamoRequest, Result, atomic, no_resource, on_table
from condemu.dynamodb.state import changes
from condemu.dynamodb.state.keys import check_index_keys, place_of_item
from condemu.dynamodb.state.records import ACTIVE, CREATING, IMPORTS, TABLES, Table, Transfer
from condemu.dynamodb.tables.tables import planned_table

CSV: Final = "CSV"
GONE: Final = ("UNKNOWN", "The table is there no more")
UNREADABLE: Final = ("InvalidFormat", "A file is not compressed as the request says")


def import_table(request: DynamoRequest) -> Plan:
    members = request.members
    asked = asked_for(members)
    if members["InputFormat"] == "ION" or members.get("InputCompressionType") == "ZSTD":
        raise ServiceError(rows.IMPORT_UNSUPPORTED)
    whose, create = planned_table(request, members["TableCreationParameters"])

    def decide(txn: Txn) -> Result:
        known = by_token(txn, IMPORTS, request, asked, rows.IMPORT_CONFLICT)
        if known is not None:
            return {"ImportTableDescription": described(known)}
        table = replace(create(txn), status=CREATING)
        txn.put(TABLES, whose, table)
        transfer = Transfer(f"{table.arn}/import/{number(txn)}", asked, table.arn, table.table_id, RUNNING, txn.now)
        txn.put(IMPORTS, (request.account, transfer.arn), transfer)
        return {"ImportTableDescription": described(transfer)}

    return atomic(request, decide, on_table(whose))


def describe_import(request: DynamoRequest) -> Plan:
    arn = request.members["ImportArn"]

    def decide(txn: Txn) -> Result:
        transfer: Transfer | None = txn.get(IMPORTS, (request.account, arn))
        if transfer is None:
            raise ServiceError(rows.IMPORT_NOT_FOUND, {"arn": arn})
        return {"ImportTableDescription": described(transfer)}

    return atomic(request, decide, no_resource)


def list_imports(request: DynamoRequest) -> Plan:
    def decide(txn: Txn) -> Result:
        found, goes_on = page(txn, IMPORTS, request, request.members.get("PageSize"))
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
        transfer = await transfers.engine.administer(partial(_begin, key), "ImportTable", EXPORT)
        if transfer is None:
            return
        found: list[tuple[str, bytes]] | str = "UNKNOWN"
        try:
            if transfers.files is not None:
                source = transfer.request["S3BucketSource"]
                where = {"s3Bucket": source["S3Bucket"]}
                found = await transfers.files.read(request.account, source.get("S3KeyPrefix") or "", where)
        finally:
            await transfers.engine.administer(partial(_finish, key, found), "ImportTable", EXPORT)


def _cut_off(txn: Txn, key: Key, transfer: Transfer) -> None:
    """Nobody goes on with it, and its table is not there."""
    _finish(key, "UNKNOWN", txn)


WORK: Final = Work(IMPORTS, is_under_way, marked, _cut_off)


def _begin(key: tuple[str, str], txn: Txn) -> Transfer | None:
    """The import, if nobody has begun it."""
    transfer: Transfer | None = txn.get(IMPORTS, key)
    if transfer is None or transfer.begun:
        return None
    transfer = replace(transfer, begun=True)
    txn.put(IMPORTS, key, transfer)
    return transfer


def _finish(key: Key, found: list[tuple[str, bytes]] | str, txn: Txn) -> None:
    """Put the items and let the table be active, unless somebody has ended it.

    Where the files cannot be read there is no table.
    """
    transfer: Transfer | None = txn.get(IMPORTS, key)
    if transfer is None or transfer.ended is not None:
        return
    region, owner = transfer.table.split(":")[3:5]
    whose = (owner, transfer.table.rpartition("/")[2], region)
    table: Table | None = txn.get(TABLES, whose)
    ended = replace(transfer, ended=txn.now, status=FAILED)
    if table is None or table.table_id != transfer.table_id:
        txn.put(IMPORTS, key, replace(ended, failure=GONE))
        return
    if isinstance(found, str):
        txn.delete(TABLES, whose)
        txn.put(IMPORTS, key, replace(ended, failure=(found, "The files could not be read")))
        return
    try:
        texts = [_unpacked(transfer.request, content) for _, content in found]
    except (OSError, EOFError, zlib.error):
        txn.delete(TABLES, whose)
        txn.put(IMPORTS, key, replace(ended, failure=UNREADABLE))
        return
    good = bad = 0
    for text in texts:
        for item in _items(transfer.request, table, text):
            if item is not None and _put(txn, table, item):
                good += 1
            else:
                bad += 1
    txn.put(TABLES, whose, replace(table, status=ACTIVE))
    size = sum(map(len, texts))
    txn.put(IMPORTS, key, replace(ended, status=DONE, items=good, errors=bad, size=size))


def _unpacked(request: dict[str, Any] | Any, content: bytes) -> bytes:
    return gzip.decompress(content) if request.get("InputCompressionType") == "GZIP" else content


def _put(txn: Txn, table: Table, item: Item) -> bool:
    try:
        where = place_of_item(table, item)
        check_index_keys(table, item)
    except ServiceError:
        return False
    changes.put(txn, table, where, changes.stored(txn, table, where), item, item_size(item))
    return True


def _items(request: Any, table: Table, text: bytes) -> Iterator[Item | None]:
    """The items of a file; None for one that is none."""
    wires = _rows(request, table, text) if request["InputFormat"] == CSV else _lines(text)
    for wire in wires:
        try:
            item, size = measured_item(wire)
            check_attribute_names(item, size)
            check_size(size)
        except (ServiceError, Malformed):
            yield None
        else:
            yield item


def _lines(text: bytes) -> Iterator[Any]:
    for line in text.splitlines():
        if line.strip():
            try:
                yield json.loads(line)["Item"]
            except (ValueError, KeyError, TypeError, RecursionError):
                yield None


def _rows(request: Any, table: Table, text: bytes) -> Iterator[Any]:
    """Cells as attribute values: of the keys' types where they are keys, else strings; an empty cell is no attribute."""
    options: Members | dict[str, Any] = (request.get("InputFormatOptions") or {}).get("Csv") or {}
    lines = _cells(text, options.get("Delimiter") or ",")
    names = options.get("HeaderList") or next(lines, None) or []
    kinds = dict(table.attributes)
    for cells in lines:
        pairs = zip(names, cells or [], strict=False)
        yield {name: {kinds.get(name, "S"): cell} for name, cell in pairs if cell} if cells else None


def _cells(text: bytes, delimiter: str) -> Iterator[list[str] | None]:
    """The rows of a file of CSV; None for one with a cell that is longer than an item."""
    lines = csv.reader(io.StringIO(text.decode("utf-8", "replace"), newline=""), delimiter=delimiter)
    while True:
        usual = csv.field_size_limit(MAX_ITEM_SIZE)  # Python's own is a third of it, and one for the whole process
        try:
            row = next(lines)
        except csv.Error:
            row = None
        except StopIteration:
            return
        finally:
            csv.field_size_limit(usual)
        yield row
