"""Every answer that refuses a list. Texts as recorded on AWS in 2026-02 unless a comment says otherwise."""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

_ARGUMENT: Final = ("ArgumentName", "ArgumentValue")

NOT_AN_INTEGER: Final = ErrorRow(  # measured for max-keys and max-uploads
    "InvalidArgument", 400, "Provided {ArgumentName} not an integer or within integer range", _ARGUMENT
)
INVALID_ENCODING_TYPE: Final = ErrorRow("InvalidArgument", 400, "Invalid Encoding Method specified in Request", _ARGUMENT)
INVALID_CONTINUATION_TOKEN: Final = ErrorRow(
    "InvalidArgument", 400, "The continuation token provided is incorrect", ("ArgumentName",)
)
VERSION_MARKER_ALONE: Final = ErrorRow(
    "InvalidArgument", 400, "A version-id marker cannot be specified without a key marker.", _ARGUMENT
)
INVALID_VERSION_MARKER: Final = ErrorRow(  # inferred from the text for versionId
    "InvalidArgument", 400, "Invalid version id specified", _ARGUMENT
)
INVALID_UPLOAD_MARKER: Final = ErrorRow("InvalidArgument", 400, "Invalid uploadId marker", _ARGUMENT)
INVALID_LIST_TYPE: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "Invalid List Type specified in Request", _ARGUMENT
)
EMPTY_VERSION_MARKER: Final = ErrorRow(  # third-party
    "InvalidArgument", 400, "A version-id marker cannot be empty.", _ARGUMENT
)
