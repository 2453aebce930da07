"""Whether an archived object can be read, and what answers and lists tell of the copy that RestoreObject made of it."""

from __future__ import annotations

from typing import Final

from condemu.s3.state.records import Restore, Version
from condemu.wire.rest import http_date, iso_8601

ARCHIVES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


def is_archived(version: Version, now: float) -> bool:
    """Whether the object cannot be read: in an archive, and without a copy that is there."""
    if version.storage_class not in ARCHIVES:
        return False
    return version.restore is None or not version.restore.arrives <= now < version.restore.expires


def told(restore: Restore | None, now: float) -> str | None:
    """x-amz-restore; None when there is no copy, or none any more."""
    if restore is None or now >= restore.expires:
        return None
    if now < restore.arrives:
        return 'ongoing-request="true"'
    return f'ongoing-request="false", expiry-date="{http_date(restore.expires)}"'


def listed(restore: Restore | None, now: float) -> str:
    """RestoreStatus, in a list that was asked for it."""
    if restore is None or now >= restore.expires:
        return ""
    if now < restore.arrives:
        return "<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>"
    return (
        "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>"
        f"<RestoreExpiryDate>{iso_8601(restore.expires)}</RestoreExpiryDate></RestoreStatus>"
    )
