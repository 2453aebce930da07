"""Get, put, delete and list for every configuration that is a document: what differs is in its row (table.py).

Order of checks, for all of them: the bucket is there (404 NoSuchBucket), the document is one of that shape (400 MalformedXML),
the id is the document's (400 IdMismatch), then the row's own check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.configurations import ID_MISMATCH, INVALID_ID, NO_SUCH_CONFIGURATION, TOO_MANY
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, refused
from condemu.s3.requests.request import S3Request
from condemu.s3.requests.shapes import Group, read
from condemu.s3.state.buckets import configure
from condemu.s3.state.records import Bucket

Result = dict[str, Any]
Check = Callable[[Txn, S3Request, Bucket, Result], Result]

MOST: Final = 1000  # configurations of one kind that have an id (Amazon S3 API Reference)
PAGE: Final = 100  # of them in one answer (the same)
ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")  # the same, PutBucketMetricsConfiguration; inferred for the others


@dataclass(frozen=True, slots=True)
class Configuration:
    """`marker` is the query parameter that names it, and the name under which the bucket keeps it. `root` is the tag of its
    document, of that `shape`.

    `none` is the answer while there is none: a refusal, or a document. With `empties` an empty document removes it. `check`
    refuses what the shape cannot, and returns what is to be kept. With a `list_root` there are many, each with an id.
    """

    marker: str
    root: str
    shape: Group
    none: ErrorRow | Mapping[str, Any] = NO_SUCH_CONFIGURATION
    check: Check | None = None
    empties: bool = False
    list_root: str = ""


def get(kind: Configuration, txn: Txn, request: S3Request) -> Result:
    held = bucket_of(txn, request).configurations.get(kind.marker)
    if held is not None and kind.list_root:
        held = held.get(request["Id"])
    if held is not None:
        return dict(held)
    if isinstance(kind.none, ErrorRow):
        raise ServiceError(kind.none, {"BucketName": request.bucket})
    return dict(kind.none)


def put(kind: Configuration, txn: Txn, request: S3Request) -> Result:
    bucket = bucket_of(txn, request)
    document: Result = read(kind.shape, document_of(request, kind.root))
    if kind.list_root:
        _check_id(request, document)
    if kind.check is not None:
        document = kind.check(txn, request, bucket, document)
    if kind.list_root:
        others = bucket.configurations.get(kind.marker, {})
        if len(others) >= MOST and document["Id"] not in others:
            raise ServiceError(TOO_MANY)
        configure(txn, bucket, kind.marker, {**others, document["Id"]: document})
    else:
        configure(txn, bucket, kind.marker, document if document or not kind.empties else None)
    return {}


def delete(kind: Configuration, txn: Txn, request: S3Request) -> Result:
    """One with an id must be there (recorded); another need not."""
    bucket = bucket_of(txn, request)
    if not kind.list_root:
        configure(txn, bucket, kind.marker, None)
        return {}
    held = bucket.configurations.get(kind.marker, {})
    if request["Id"] not in held:
        raise ServiceError(NO_SUCH_CONFIGURATION)
    configure(txn, bucket, kind.marker, {name: other for name, other in held.items() if name != request["Id"]} or None)
    return {}


def list_all(kind: Configuration, txn: Txn, request: S3Request) -> Result:
    """At most 100, in the order of their ids (the order is inferred). A token is the id behind which a page begins."""
    held = bucket_of(txn, request).configurations.get(kind.marker, {})
    token = request["ContinuationToken"]
    rest = sorted(name for name in held if token is None or name > token)
    page = list(islice(rest, PAGE))
    return {
        kind.root: [held[name] for name in page],
        "IsTruncated": len(rest) > PAGE,
        "ContinuationToken": token,
        "NextContinuationToken": page[-1] if len(rest) > PAGE else None,
    }


def _check_id(request: S3Request, document: Result) -> None:
    if document["Id"] != request["Id"]:
        raise ServiceError(ID_MISMATCH, because=f"the request is for {request['Id']!r}, the document for {document['Id']!r}")
    if ID.fullmatch(document["Id"]) is None:
        raise refused(INVALID_ID, "id", document["Id"], "an id has 1 to 64 letters, digits, periods, dashes and underscores")
