"""RestoreObject: a copy of an archived object, which can be read for so many days.

| the object is in | a tier of | takes      |
|------------------|-----------|------------|
| GLACIER          | Expedited | 5 minutes  |
| GLACIER          | Standard  | 5 hours    |
| GLACIER          | Bulk      | 12 hours   |
| DEEP_ARCHIVE     | Standard  | 12 hours   |
| DEEP_ARCHIVE     | Bulk      | 48 hours   |

The longest times that AWS names (S3 User Guide, "Understanding archive retrieval options"), on the state's clock. The copy is
there until the midnight (UTC) behind its arrival and so many days. Meanwhile the object stays in its storage class, and is no
other to conditions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import INVALID_OBJECT_STATE, OPERATION_NOT_IMPLEMENTED
from condemu.s3.errors.restore import IN_PROGRESS, NOT_ARCHIVED
from condemu.s3.objects.subjects import version_of
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import document_of, integer, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.lifecycle import midnight_behind
from condemu.s3.state.records import Restore, Version
from condemu.s3.state.restores import ARCHIVES, is_archived
from condemu.s3.state.versions import update
from condemu.wire.rest import http_date

MINUTE, HOUR = 60.0, 3600.0
TAKES: Final = {
    ("GLACIER", "Expedited"): 5 * MINUTE,
    ("GLACIER", "Standard"): 5 * HOUR,
    ("GLACIER", "Bulk"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Standard"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Bulk"): 48 * HOUR,
}


def check_not_archived(version: Version, now: float) -> None:
    """403 for a read of an archived object, or of a copy's source (recorded on AWS)."""
    if is_archived(version, now):
        restore = version.restore
        because = "it was not restored" if restore is None else f"its copy is there from {http_date(restore.arrives)}"
        raise ServiceError(INVALID_OBJECT_STATE, {"StorageClass": version.storage_class}, because=because)


def restore_object(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Order of checks: bucket, version, storage class, document, what is under way.

    | the object                                        | answer                       |
    |---------------------------------------------------|------------------------------|
    | is in no archive                                  | 403 InvalidObjectState       |
    | is archived                                       | 202                          |
    | is being restored                                 | 409 RestoreAlreadyInProgress |
    | is being restored, and a faster tier is asked for | 202                          |
    | has a copy                                        | 200                          |

    Documented (Amazon S3 API Reference, RestoreObject). A copy that is there is kept for so many days from now on.
    """
    bucket = bucket_of(txn, request)
    version = version_of(txn, request)
    if version.storage_class not in ARCHIVES:
        raise ServiceError(NOT_ARCHIVED, because=f"it is in {version.storage_class}")
    days, takes = _asked(request, version.storage_class)
    former = version.restore if version.restore is not None and txn.now < version.restore.expires else None
    arrives = txn.now + takes
    there = former is not None and former.arrives <= txn.now
    if former is not None and there:
        restore = Restore(former.arrives, midnight_behind(txn.now, days))
    elif former is not None and arrives >= former.arrives:
        raise ServiceError(IN_PROGRESS, because=f"the copy is there from {http_date(former.arrives)}")
    else:
        restore = Restore(arrives, midnight_behind(arrives, days))
    update(txn, bucket, request.key, version, replace(version, restore=restore))
    return {"Body": b""} if there else {}


def status_of(request: S3Request, result: dict[str, Any]) -> int:
    """200 when the copy was there already, with a body that says nothing."""
    return 200 if "Body" in result else 202


def _asked(request: S3Request, storage_class: str) -> tuple[int, float]:
    """How many days, and how long it takes until they begin."""
    document = document_of(request, "RestoreRequest")
    for tag in ("Type", "SelectParameters", "OutputLocation"):
        if document.child(tag) is not None:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"condemu does not implement {tag} of a restoration")
    days = integer(document, "Days")
    if not days:
        raise malformed("Days is 1 or more")
    parameters = document.child("GlacierJobParameters")
    tier = (parameters.text_of("Tier") if parameters is not None else None) or document.text_of("Tier") or "Standard"
    takes = TAKES.get((storage_class, tier))
    if takes is None:
        raise malformed(f"{storage_class} has no tier {tier}")
    return days, takes
