"""The refusals of PartiQL statements. Recorded on AWS (eu-west-2, 2026-10) unless a row says otherwise."""

from __future__ import annotations

from condemu.core.errors import ErrorRow


def _row(message: str) -> ErrorRow:
    return ErrorRow("ValidationException", 400, message)


_MALFORMED = "Statement wasn't well formed, can't be processed: "

MALFORMED = _row(_MALFORMED)
UNEXPECTED_AFTER = _row(_MALFORMED + "Unexpected token after expression")
UNEXPECTED_TERM = _row(_MALFORMED + "Unexpected term")
UNEXPECTED_KEYWORD = _row(_MALFORMED + "Unexpected keyword")
UNEXPECTED_OPERATOR = _row(_MALFORMED + "Unexpected operator")
TYPE_NAME_EXPECTED = _row(_MALFORMED + "Expected type name")
IDENTIFIER_EXPECTED = _row(_MALFORMED + "Expected identifier for simple path")
RIGHT_SIDE_MISSING = _row(_MALFORMED + "Missing right-hand side expression of infix operator")
BAD_PATH_STEP = _row(_MALFORMED + "Invalid path dot component")

ALIASING = _row("Aliasing is not supported")
UNSUPPORTED = _row("Unsupported operation: {operation}")
EMPTY_BAG = _row("Empty bags are not supported")
UNKNOWN_FUNCTION = _row("Unrecognized function: {function} at {place}")
SET_FUNCTION_ARITY = _row("{function} must have exactly two arguments at {place}")
# The wording of the next is not recorded.
SET_FUNCTION_TARGET = _row("The first argument of {function} must be the attribute that is set at {place}")
UNDER = _row("{reason} under {place}")

PARAMETER_COUNT = _row("Number of parameters in request and statement don't match.")  # as AWS's users report it
KEY_EQUALITY = _row("Where clause does not contain a mandatory equality on all key attributes")
OVERLAPPING = _row("Overlapping conditions with range keys are not supported in where clause")
NO_SUCH_INDEX = _row("The table does not have the specified index")
INSERT_DUPLICATE = ErrorRow("DuplicateItemException", 400, "Duplicate primary key exists in table", ("Item",))
IN_STATEMENT = _row("Validation failed in TransactStatements[{position}]: {reason}")
SELECT_WITHOUT_KEY = _row("Select statements within {operation} must specify the primary key in the where clause.")
EXISTS_ALONE = _row("EXISTS() must contain a single item read with additional condition")
# As AWS's users report these three.
ORDER_WITHOUT_WHERE = _row("Must have WHERE clause in the statement when using ORDER BY clause.")
ORDER_WITHOUT_HASH = _row("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
ORDER_NOT_BY_KEY = _row("Variable reference {name} in ORDER BY clause must be part of the primary key")
# The wording of these is not recorded.
NEXT_TOKEN_INVALID = _row("The provided NextToken is invalid")
RETURNING_UNSUPPORTED = _row("Unsupported operation: RETURNING {returning}")
EXISTS_OUTSIDE = _row("EXISTS is only supported within ExecuteTransaction")
MIXED_TRANSACTION = _row("ExecuteTransaction cannot contain both read and write statements")
MIXED_BATCH = _row("BatchExecuteStatement cannot contain both read and write statements")
