"""DeleteObject and DeleteObjects."""

from __future__ import annotations

from typing import Any

from condemu.core.store import Txn
from condemu.s3.buckets import bucket_of
from condemu.s3.records import GONE, OBJECTS, Gone
from condemu.s3.request import S3Request


def delete_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Deleting a key that holds nothing is no change, and no error."""
    bucket_of(txn, request.bucket)
    place = (request.bucket, request.key)
    if txn.get(OBJECTS, place) is not None:
        txn.delete(OBJECTS, place)
        txn.put(GONE, place, Gone(txn.index))
    return {}
