"""The refusals of values and expressions. Every one of them is a ValidationException with status 400, unless its row says else.

AWS changed the wording of its request validation between June and October 2026, region by region, but neither types nor order.
A row's message is the newer wording; `CLASSIC` maps a row to the one with the older wording, which Scan, BatchWriteItem and the
transactions still answer with. Whoever renders an error swaps the row (`classic(error)`); the code that refuses never knows which
wording will be used, so it fills in the fields of both.

Whether the text "1 validation error detected: " stands in front is decided by the operation as well.
"""

from __future__ import annotations

from condemu.core.errors import ErrorRow, ServiceError


def _row(message: str) -> ErrorRow:
    return ErrorRow("ValidationException", 400, message)


_INVALID = "One or more parameter values were invalid: "

# --- attribute values -------------------------------------------------------------------------------------------------------

VALUE_EMPTY = _row("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
VALUE_AMBIGUOUS = _row(
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)
NULL_FALSE = _row(_INVALID + "Null attribute value types must have the value of true")
STRING_SET_EMPTY = _row(_INVALID + "An string set  may not be empty")  # both slips are AWS's
NUMBER_SET_EMPTY = _row(_INVALID + "An number set  may not be empty")
BINARY_SET_EMPTY = _row(_INVALID + "Binary sets should not be empty")
STRING_SET_DUPLICATES = _row(_INVALID + "Input collection [{quoted}] contains duplicates.")
NUMBER_SET_DUPLICATES = _row(_INVALID + "Input collection contains duplicates.")
BINARY_SET_DUPLICATES = _row(_INVALID + "Input collection [{quoted}]of type BS contains duplicates.")
TOO_DEEP = _row(
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
NOT_A_NUMBER = _row("The parameter cannot be converted to a numeric value: {text}")
NUMBER_EMPTY = _row("The parameter cannot be converted to a numeric value: ")
NUMBER_TOO_PRECISE = _row("Attempting to store more than 38 significant digits in a Number")
NUMBER_OVERFLOW = _row("Number overflow. Attempting to store a number with magnitude larger than supported range")
NUMBER_UNDERFLOW = _row("Number underflow. Attempting to store a number with magnitude smaller than supported range")

CLASSIC: dict[ErrorRow, ErrorRow] = {
    STRING_SET_DUPLICATES: _row(_INVALID + "Input collection [{plain}] contains duplicates."),
    NUMBER_SET_DUPLICATES: _row("Input collection contains duplicates"),
    BINARY_SET_DUPLICATES: _row(_INVALID + "Input collection [{plain}]of type BS contains duplicates."),
    NUMBER_EMPTY: _row("The parameter cannot be converted to a numeric value"),
}


def classic(error: ServiceError) -> ServiceError:
    """The same refusal in the older wording; the error itself where the wording never changed."""
    row = CLASSIC.get(error.row)
    return error if row is None else ServiceError(row, error.fields, because=error.because, headers=error.headers)
