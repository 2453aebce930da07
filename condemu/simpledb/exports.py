"""StartDomainExport, GetExport and ListExports: what they decide, and the files that an export writes.

    [prefix/]AWSSimpleDB/<export id>/<domain>/_started                     empty
                                             /data/dataFile_0_<n>.json     [{itemName, attributes: [{name, values: […]}]}, …]
                                             /manifest-file.json           [{md5Checksum, dataFileS3Key, dataFileItemCount}, …]
                                             /manifest-summary.json        what GetExport says, and the number of items

Documented in the Developer Guide, "Exporting domains". Inferred: the numbers in a data file's name, that md5Checksum is
Base64, that ListExports begins with the latest. AWS exports a moving domain; ours is one moment of it, which is one of the
things AWS may show.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import md5
from itertools import islice
from typing import Any, Final, cast

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.core.under_way import Work
from condemu.simpledb.export_errors import (
    CONFLICT,
    CUT_OFF,
    FAILURES,
    INVALID_NEXT_TOKEN_EXCEPTION,
    NO_SUCH_DOMAIN_EXCEPTION,
    NO_SUCH_EXPORT,
    NUMBER_EXPORTS_LIMIT_EXCEEDED,
)
from condemu.simpledb.export_validation import ExportRequest
from condemu.simpledb.records import DOMAINS, EXPORT_TOKENS, EXPORTS, ITEMS, PLACES, Export, Scope
from condemu.wire.rest import iso_8601

DAY: Final = 24 * 3600
TOKEN_LIFE: Final = 8 * 3600
HISTORY: Final = 92 * DAY  # three months
OUTDATED_AT_ONCE: Final = 20  # exports from before that which a new one takes away
PER_DOMAIN: Final = 5  # exports begun within a day
PER_ACCOUNT: Final = 25
ITEMS_PER_FILE: Final = 5000
MAX_RESULTS: Final = 100
JSON_TYPE: Final = "application/json"

Key = tuple[str, str, str, str]  # account, region, domain, export id
Items = list[tuple[str, Mapping[str, tuple[str, ...]]]]  # names and attributes, in the order in which they came into being


def start(txn: Txn, scope: Scope, request: ExportRequest) -> Export:
    """A new export, PENDING; or the one that the same token began within the last eight hours."""
    domain, token = request["domainName"], request.get("clientToken")
    known = None if token is None else txn.get(EXPORT_TOKENS, (*scope, token))
    export = None if known is None else txn.get(EXPORTS, known)
    if export is not None and txn.now - export.requested < TOKEN_LIFE:
        if export.request != request:
            raise ServiceError(CONFLICT, because=f"the token began {export.arn} with other parameters")
        return export.seen(txn.now)  # type: ignore[no-any-return]
    if txn.get(DOMAINS, (*scope, domain)) is None:
        raise ServiceError(NO_SUCH_DOMAIN_EXCEPTION)
    held = [(key, export, txn.now - export.requested) for key, export in txn.scan(EXPORTS, *prefix_range(scope))]
    recent = [key[2] for key, _, age in held if age < DAY]
    if recent.count(domain) >= PER_DOMAIN or len(recent) >= PER_ACCOUNT:
        because = f"{recent.count(domain)} exports of the domain and {len(recent)} of the account began within a day"
        raise ServiceError(NUMBER_EXPORTS_LIMIT_EXCEEDED, because=because)
    for key, export in [(key, export) for key, export, age in held if age >= HISTORY][:OUTDATED_AT_ONCE]:
        _forget(txn, key, export)
    number = _uuid(txn.ids.token(16))
    token = token or _uuid(txn.ids.token(16))
    account, region = scope
    arn = f"arn:aws:sdb:{region}:{account}:domain/{domain}/export/{number}"
    export = Export(arn, {**cast(Mapping[str, str], request), "clientToken": token}, "PENDING", txn.now)
    key = (*scope, domain, number)
    txn.put(EXPORTS, key, export)
    txn.put(EXPORT_TOKENS, (*scope, token), key)
    return export


def _forget(txn: Txn, key: Key, export: Export) -> None:
    """Let go of an export that nobody finds any more, and of its token, unless that has begun another one."""
    place = (*key[:2], export.request["clientToken"])
    if txn.get(EXPORT_TOKENS, place) == key:
        txn.delete(EXPORT_TOKENS, place)
    txn.delete(EXPORTS, key)


def get(txn: Txn, scope: Scope, request: ExportRequest) -> dict[str, Any]:
    """All that is known of an export of the last three months."""
    arn = request["exportArn"]
    export = txn.get(EXPORTS, key_of(arn))
    if export is None or key_of(arn)[:2] != scope or txn.now - export.requested >= HISTORY:
        raise ServiceError(NO_SUCH_EXPORT)
    export = export.seen(txn.now)
    result = {
        "exportArn": arn,
        **export.request,
        "exportStatus": export.status,
        "requestedAt": export.requested,
        "exportManifest": export.manifest,
        "itemsCount": export.items,
        "exportDataCutoffTime": export.cutoff,
    }
    if export.failure is not None:
        result["failureCode"], result["failureMessage"] = export.failure
    return {name: value for name, value in result.items() if value is not None}


def list_exports(txn: Txn, scope: Scope, request: ExportRequest) -> dict[str, Any]:
    """A page of the exports of an account, or of one domain, of the last three months; the latest first."""
    place: tuple[str, ...] = scope
    if "domainName" in request:
        place = (*scope, request["domainName"])
        if txn.get(DOMAINS, place) is None:
            raise ServiceError(NO_SUCH_DOMAIN_EXCEPTION)
    exports = [export for _, export in txn.scan(EXPORTS, *prefix_range(place)) if txn.now - export.requested < HISTORY]
    exports.sort(key=_latest_first)
    after = _mark(request["nextToken"]) if "nextToken" in request else None
    page = [export for export in exports if after is None or _latest_first(export) > after]
    most = request.get("maxResults", MAX_RESULTS)
    shown = [
        {
            "exportArn": export.arn,
            "exportStatus": export.seen(txn.now).status,
            "requestedAt": export.requested,
            "domainName": export.request["domainName"],
        }
        for export in page[:most]
    ]
    result: dict[str, Any] = {"exportSummaries": shown}
    if len(page) > most:
        result["nextToken"] = _token(page[most - 1])
    return result


def _latest_first(export: Export) -> tuple[float, str]:
    return -export.requested, export.arn


def _token(export: Export) -> str:
    return urlsafe_b64encode(f"{export.requested!r} {export.arn}".encode()).decode()


def _mark(token: str) -> tuple[float, str]:
    try:
        requested, _, arn = urlsafe_b64decode(token).decode().partition(" ")
        mark = (-float(requested), arn)
    except ValueError:
        raise ServiceError(INVALID_NEXT_TOKEN_EXCEPTION) from None
    if not arn.startswith("arn:aws:sdb:") or mark[0] != mark[0]:
        raise ServiceError(INVALID_NEXT_TOKEN_EXCEPTION)
    return mark


def key_of(arn: str) -> Key:
    """The place of an export whose ARN has the right form."""
    _, _, _, region, account, path = arn.split(":", 5)
    _, domain, _, number = path.split("/")
    return account, region, domain, number


def _uuid(octets: bytes) -> str:
    digits = octets.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def begin(txn: Txn, arn: str) -> bool:
    """From PENDING to IN_PROGRESS; False when somebody else began it, or it is gone."""
    export = txn.get(EXPORTS, key_of(arn))
    if export is None or export.status != "PENDING":
        return False
    txn.put(EXPORTS, key_of(arn), replace(export, status="IN_PROGRESS", cutoff=txn.now))
    return True


def finish(txn: Txn, arn: str, items: int, manifest: str, failure: str | None, delay: float) -> None:
    """Write down how it ended, unless somebody has ended it. With a delay nobody sees that before the clock has passed it."""
    export = txn.get(EXPORTS, key_of(arn))
    if export is None or not _is_under_way(export):
        return
    if failure is not None:
        ended = replace(export, status="FAILED", failure=(failure, FAILURES[failure]))
    else:
        ended = replace(export, status="SUCCEEDED", items=items, manifest=manifest)
    txn.put(EXPORTS, key_of(arn), replace(ended, ends=export.requested + delay) if delay else ended)


def _is_under_way(export: Export) -> bool:
    return export.status in ("PENDING", "IN_PROGRESS")


def _marked(export: Export) -> Export:
    return replace(export, beats=export.beats + 1)


def _cut_off(txn: Txn, key: Any, export: Export) -> None:
    """Nobody goes on with it."""
    txn.put(EXPORTS, key, replace(export, status="FAILED", failure=(CUT_OFF, FAILURES[CUT_OFF])))


WORK: Final = Work(EXPORTS, _is_under_way, _marked, _cut_off)


def items_of(txn: Txn, arn: str) -> Items:
    """The domain's items as they are now."""
    domain = key_of(arn)[:3]
    names = (name for _, name in txn.scan(PLACES, *prefix_range(domain)))
    found = ((name, txn.get(ITEMS, (*domain, name))) for name in names)
    return [(name, item.attributes) for name, item in found if item is not None]


def folder(export: Export) -> str:
    prefix = export.request.get("s3KeyPrefix")
    _, _, domain, number = key_of(export.arn)
    start = "" if prefix is None else prefix if prefix.endswith("/") else prefix + "/"
    return f"{start}AWSSimpleDB/{number}/{domain}/"


def files(export: Export, items: Items, cutoff: float) -> Iterator[tuple[str, bytes]]:
    """(key, content) of each file, in the order in which they are written; made one at a time."""
    place = folder(export)
    yield place + "_started", b""
    manifest: list[dict[str, Any]] = []
    rest = iter(items)
    while chunk := list(islice(rest, ITEMS_PER_FILE)):
        content = _json(
            [
                {"itemName": name, "attributes": [{"name": key, "values": list(values)} for key, values in held.items()]}
                for name, held in chunk
            ]
        )
        key = f"{place}data/dataFile_0_{len(manifest)}.json"
        checksum = b64encode(md5(content, usedforsecurity=False).digest()).decode()
        manifest.append({"md5Checksum": checksum, "dataFileS3Key": key, "dataFileItemCount": len(chunk)})
        yield key, content
    yield place + "manifest-file.json", _json(manifest)
    request = export.request
    summary = {
        "version": "2025-11-01",
        "exportArn": export.arn,
        "requestedAt": iso_8601(export.requested),
        "s3BucketName": request["s3Bucket"],
        "s3ExportPrefix": request.get("s3KeyPrefix"),
        "domainName": request["domainName"],
        "itemsCount": len(items),
        "exportDataCutoffTime": iso_8601(cutoff),
        "s3SseAlgorithm": request.get("s3SseAlgorithm"),
        "s3SseKmsKeyId": request.get("s3SseKmsKeyId"),
        "s3BucketOwner": request.get("s3BucketOwner"),
    }
    yield place + "manifest-summary.json", _json(summary)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
