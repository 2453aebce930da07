"""Every answer that refuses to restore an archived object."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

NOT_ARCHIVED: Final = ErrorRow(  # seen on AWS
    "InvalidObjectState", 403, "Restore is not allowed for the object's current storage class"
)
IN_PROGRESS: Final = ErrorRow("RestoreAlreadyInProgress", 409, "Object restore is already in progress")  # documented
