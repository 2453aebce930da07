"""Which operation a request means: by its method, by what its path names, and by the query parameters that are markers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from condemu.s3.operations import OPERATIONS
from condemu.s3.requests.request import Row

_ROUTES: Final[dict[tuple[str, str, str], list[Row]]] = {}
for _row in OPERATIONS:
    _ROUTES.setdefault((_row.method, _row.level, _row.marker), []).append(_row)
for _rows in _ROUTES.values():
    _rows.sort(key=lambda row: (row.also == "", not row.copies))  # the most particular first
_PATHS: Final = {(row.method, row.path): row for row in OPERATIONS if row.path}
_EXPRESS: Final = {row.method: row for row in OPERATIONS if row.express}


def route(method: str, bucket: str, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Row | None:
    """The operation that a request means, or None when there is none."""
    level = "object" if key else "bucket" if bucket else "service"
    if level != "object" and (elsewhere := _elsewhere(method, bucket, query, headers)) is not None:
        return elsewhere
    rows = None
    for parameter in query:
        rows = _ROUTES.get((method, level, parameter))
        if rows is not None:
            break
    if rows is None:
        rows = _ROUTES.get((method, level, ""))
    if rows is None:
        return None
    for row in rows:
        if (not row.also or row.also in query) and (not row.copies or "x-amz-copy-source" in headers):
            return row
    return None


def _elsewhere(method: str, bucket: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Row | None:
    """Two operations of other endpoints look like others here: a list of directory buckets is signed for S3 Express, or says its
    name; WriteGetObjectResponse has a path of its own."""
    if bucket:
        return _PATHS.get((method, bucket))
    row = _EXPRESS.get(method)
    if row is None:
        return None
    express = "/s3express/aws4_request" in headers.get("authorization", "")
    return row if express or query.get("x-id") == row.name else None
