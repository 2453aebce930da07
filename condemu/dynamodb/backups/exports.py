"""ExportTableToPointInTime, DescribeExport and ListExports: what they decide, and the files that an export writes.

    [prefix/]AWSDynamoDB/<export id>/_started                  empty
                                    /data/<name>.json.gz       a line for each item: {"Item": {…}}
                                    /manifest-files.json       a line for each data file
                                    /manifest-summary.json     what DescribeExport says
                                    /manifest-….checksum       the MD5 of each manifest

(Developer Guide, "DynamoDB table export output format".) The table must have point-in-time recovery. It is exported as it
was at ExportTime, or as it is. An incremental export is refused, and so is Ion.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import md5
from typing import Any, Final

from condemu.core.calls import EXPORT, Plan
from condemu.core.errors import ServiceError
from condemu.core.store import Key, Txn
from condemu.dynamodb.backups.recovery import backed_up, window
from condemu.dynamodb.backups.transfers import DONE, FAILED, Kind, Transfers, asked_for
from condemu.dynamodb.data.values import encode_item
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.requests.request import DynamoRequest, Result, address, atomic, no_resource, on_table
from condemu.dynamodb.state.past import items_at
from condemu.dynamodb.state.records import EXPORTS, StoredItem, Transfer, item_in, size_of
from condemu.wire.rest import iso_8601

KIND: Final = Kind(EXPORTS, "export", rows.EXPORT_NOT_FOUND, rows.EXPORT_CONFLICT)
WHOLE: Final = "FULL_EXPORT"
AS_JSON: Final = "DYNAMODB_JSON"
LEFT: Final = ("UNKNOWN", "The export was cut off")


def export_table(request: DynamoRequest) -> Plan:
    members = request.members
    asked = asked_for(members)
    whole = members.get("ExportType") in (None, WHOLE) and members.get("ExportFormat") in (None, AS_JSON)
    if not whole or members.get("FilterSpecification") is not None:
        raise ServiceError(rows.EXPORT_UNSUPPORTED)
    whose = address(request, members["TableArn"])

    def decide(txn: Txn) -> Result:
        known = KIND.known(txn, request, asked)
        if known is not None:
            return {"ExportDescription": described(known)}
        table = backed_up(txn, whose)
        if table.recovery is None:
            raise ServiceError(rows.RECOVERY_UNAVAILABLE, {"table": table.name})
        moment = members.get("ExportTime")
        if moment is not None and not int(window(table.recovery, txn.now)[0]) <= moment <= txn.now:
            raise ServiceError(rows.EXPORT_TIME_OUTSIDE, because="the time is before recovery was enabled, or to come")
        return {"ExportDescription": described(KIND.begun(txn, request, asked, table))}

    return atomic(request, decide, on_table(whose))


def describe_export(request: DynamoRequest) -> Plan:
    arn = request.members["ExportArn"]

    def decide(txn: Txn) -> Result:
        return {"ExportDescription": described(KIND.found(txn, request.account, arn))}

    return atomic(request, decide, no_resource)


def list_exports(request: DynamoRequest) -> Plan:
    def decide(txn: Txn) -> Result:
        found, goes_on = KIND.page(txn, request, request.members.get("MaxResults"))
        shown = [{"ExportArn": one.arn, "ExportStatus": one.status, "ExportType": WHOLE} for one in found]
        return {"ExportSummaries": shown, **goes_on}

    return atomic(request, decide, no_resource)


def described(export: Transfer) -> Result:
    """All that is known of an export; what it came to, once it has ended."""
    shown: Result = {
        "ExportArn": export.arn,
        "ExportStatus": export.status,
        "StartTime": round(export.started, 3),
        "EndTime": None if export.ended is None else round(export.ended, 3),
        "ExportManifest": export.manifest,
        "TableArn": export.table,
        "TableId": export.table_id,
        "ExportTime": round(moment_of(export), 3),
        **{name: value for name, value in export.request.items() if name.startswith(("S3", "ClientToken"))},
        "ExportFormat": AS_JSON,
        "ExportType": WHOLE,
    }
    if export.failure is not None:
        shown["FailureCode"], shown["FailureMessage"] = export.failure
    if export.status == DONE:
        shown["BilledSizeBytes"], shown["ItemCount"] = export.size, export.items
    return {name: value for name, value in shown.items() if value is not None}


# --- the files --------------------------------------------------------------------------------------------------------------


async def write_export(transfers: Transfers, request: DynamoRequest, result: Result) -> None:
    """Write the files and say how it ended. The changes are the service's own: no caller asked for them."""
    key = (request.account, result["ExportDescription"]["ExportArn"])
    engine = transfers.engine
    with transfers.at_work(EXPORTS, key):
        export = await engine.administer(partial(KIND.taken, key), "ExportTableToPointInTime", EXPORT)
        if export is None:
            return
        records = engine.store.view(partial(_records, request.account, export))
        ended = replace(export, status=FAILED, failure=LEFT)
        try:
            ended = await _written(transfers, request.account, export, records)
        finally:
            await engine.administer(partial(_finish, key, ended), "ExportTableToPointInTime", EXPORT)


def _cut_off(txn: Txn, key: Key, export: Transfer) -> None:
    """Nobody goes on with it."""
    txn.put(EXPORTS, key, replace(export, status=FAILED, failure=LEFT, ended=txn.now))


WORK: Final = KIND.work(_cut_off)


def _records(account: str, export: Transfer, txn: Txn) -> list[StoredItem]:
    return list(items_at(txn, account, export.table_id, export.request.get("ExportTime")).values())


def moment_of(export: Transfer) -> float:
    """The time that the table is exported of."""
    return float(export.request.get("ExportTime") or export.started)


def _finish(key: tuple[str, str], ended: Transfer, txn: Txn) -> None:
    """Say how it ended, unless somebody has ended it."""
    export: Transfer | None = txn.get(EXPORTS, key)
    if export is not None and export.ended is None:
        txn.put(EXPORTS, key, replace(ended, ended=txn.now))


async def _written(transfers: Transfers, account: str, export: Transfer, records: list[StoredItem]) -> Transfer:
    if transfers.files is None:
        return replace(export, status=FAILED, failure=("S3NoSuchBucket", "The specified bucket does not exist"))
    size = sum(map(size_of, records))
    done = replace(export, status=DONE, items=len(records), size=size, manifest=folder(export) + "manifest-summary.json")
    where = {f"s3{name[2:]}": value for name, value in export.request.items() if name.startswith("S3")}
    goes_on = partial(WORK.goes_on, (account, export.arn))
    for key, content in files(done, records):
        failure = await transfers.files(account, key, content, where, goes_on)
        if failure is not None:
            return replace(export, status=FAILED, failure=(failure, f"{key} could not be written"))
    return done


def folder(export: Transfer) -> str:
    prefix = export.request.get("S3Prefix") or ""
    return f"{prefix.rstrip('/')}/{_place(export)}" if prefix.rstrip("/") else _place(export)


def _place(export: Transfer) -> str:
    return f"AWSDynamoDB/{export.arn.rpartition('/')[2]}/"


def files(export: Transfer, records: list[StoredItem]) -> Iterator[tuple[str, bytes]]:
    """(key, content) of each file, in the order in which they are written. The data are one file: AWS writes one a partition."""
    place = folder(export)
    yield place + "_started", b""
    content = gzip.compress(b"".join(_line({"Item": encode_item(item_in(record))}) for record in records), mtime=0)
    name = f"{place}data/{md5(export.arn.encode(), usedforsecurity=False).hexdigest()[:26]}.json.gz"
    yield name, content
    digest = md5(content, usedforsecurity=False)
    data = {
        "itemCount": len(records), "md5Checksum": b64encode(digest.digest()).decode(), "etag": digest.hexdigest(),
        "dataFileS3Key": name,
    }  # fmt: skip
    yield from _manifest(place, "manifest-files", _line(data))
    request = export.request
    summary = {
        "version": "2020-06-30",
        "exportArn": export.arn,
        "startTime": iso_8601(export.started),
        "endTime": iso_8601(export.started),
        "tableArn": export.table,
        "tableId": export.table_id,
        "exportTime": iso_8601(moment_of(export)),
        "s3Bucket": request["S3Bucket"],
        "s3Prefix": request.get("S3Prefix"),
        "s3SseAlgorithm": request.get("S3SseAlgorithm", "AES256"),
        "s3SseKmsKeyId": request.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": f"{place}manifest-files.json",
        "billedSizeBytes": export.size,
        "itemCount": len(records),
        "outputFormat": AS_JSON,
        "exportType": WHOLE,
    }
    yield from _manifest(place, "manifest-summary", _line(summary).rstrip())


def _manifest(place: str, name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{place}{name}.json", content
    yield f"{place}{name}.checksum", b64encode(md5(content, usedforsecurity=False).digest())


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
