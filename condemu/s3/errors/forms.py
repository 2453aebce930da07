"""Every answer that refuses a form. (Those about its signature and policy: auth_errors.py.)"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

_ARGUMENT: Final = ("ArgumentName", "ArgumentValue")

MALFORMED_FORM: Final = ErrorRow(  # documented
    "MalformedPOSTRequest", 400, "The body of your POST request is not well-formed multipart/form-data."
)
FIELDS_TOO_LONG: Final = ErrorRow(  # documented
    "MaxPostPreDataLengthExceeded", 400, "Your POST request fields preceding the upload file were too large."
)
FILE_NEEDED: Final = ErrorRow(  # documented
    "InvalidArgument", 400, "POST requires exactly one file upload per request.", _ARGUMENT
)
KEY_NEEDED: Final = ErrorRow(  # the text is recorded for other fields
    "InvalidArgument",
    400,
    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    _ARGUMENT,
)
EMPTY_KEY: Final = ErrorRow("InvalidArgument", 400, "User key must have a length greater than 0.", _ARGUMENT)  # third-party
