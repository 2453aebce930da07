"""Every refusal of DynamoDB that is not about values and expressions (those are in `expression_errors.py`).

`__type` is the code with the namespace that `TYPES` gives. The text's member is called `message`, for the few in
`CAPITAL_MESSAGE` it is `Message`. Wordings are those of late 2026 unless said otherwise (`wording.py` says who gets the older
ones). Slips in them are AWS's.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow


def _row(message: str) -> ErrorRow:
    return ErrorRow("ValidationException", 400, message)


_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "

_CORAL = "com.amazon.coral.service#"
NAMESPACE: Final = "com.amazonaws.dynamodb.v20120810#"
TYPES: Final = {
    "ValidationException": "com.amazon.coral.validate#ValidationException",
    **{
        code: _CORAL + code
        for code in (
            "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException",
            "IncompleteSignatureException", "InvalidSignatureException", "UnrecognizedClientException", "AccessDeniedException",
            "ThrottlingException", "ExpiredTokenException",
        )
    },
}  # fmt: skip
CAPITAL_MESSAGE: Final = frozenset((
    "SerializationException", "TransactionCanceledException", "IdempotentParameterMismatchException",
    "TransactionInProgressException", "AccessDeniedException",
))  # fmt: skip

# --- the wire ---------------------------------------------------------------------------------------------------------------

UNKNOWN_OPERATION = ErrorRow("UnknownOperationException", 400, "")
SERIALIZATION = ErrorRow("SerializationException", 400, "{reason}")
INTERNAL_ERROR = ErrorRow("InternalServerError", 500, "Internal server error", unprovoked="only a mistake of ours leads here")

BROKEN_BODY = ErrorRow("InternalServerError", 500, "Internal server error")  # only the status is asserted

NOT_CONVERTIBLE: Final = "{value} cannot be converted to {type}"
WRONG_COLLECTION: Final = "Unrecognized collection type {type}"
STRUCTURE_UNEXPECTED: Final = "Start of structure or map found where not expected"
FIELD_UNEXPECTED: Final = "Unexpected field type"
VALUE_UNEXPECTED: Final = "Unexpected value type in payload"
TOKEN_UNEXPECTED: Final = "Unexpected token received from parser"
NO_CLASS: Final = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class"
    " (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader"
    " 'bootstrap')"
)
NOT_BASE64: Final = "only base-64-encoded strings are convertible to bytes"
BASE64_LENGTH: Final = "Base64 encoded length is expected a multiple of 4 bytes but found: {length}"
BASE64_PADDING: Final = "Invalid last non-pad Base64 character dectected"

# --- who asks ---------------------------------------------------------------------------------------------------------------

ACCESS_DENIED = ErrorRow(
    "AccessDeniedException",
    400,
    "User: {user} is not authorized to perform: {action} on resource: {resource}{reason}",
)

POLICY_INVALID = _row("Invalid policy document: Policy document is malformed")  # wording not recorded
EXPLICIT_DENY: Final = " with an explicit deny in {article} {policy}"
IMPLICIT_DENY: Final = " because no {policy} allows the {action} action"

# --- constraints of members -------------------------------------------------------------------------------------------------

CONSTRAINTS = _row("{count} validation error{plural} detected: {problems}")
ENVELOPE = _row("1 validation error detected: {problem}")

PROBLEM: Final = "Value {value} at '{path}' failed to satisfy constraint: {constraint}"
PROBLEM_UNQUOTED: Final = "Value at '{path}' failed to satisfy constraint: {constraint}"
PROBLEM_BARE: Final = "Failed to satisfy constraint: {constraint}"
NOT_NULL: Final = "Member must not be null"
LONG_ENOUGH: Final = "Member must have length greater than or equal to {limit}"
SHORT_ENOUGH: Final = "Member must have length less than or equal to {limit}"
LARGE_ENOUGH: Final = "Member must have value greater than or equal to {limit}"
SMALL_ENOUGH: Final = "Member must have value less than or equal to {limit}"
ENUM: Final = "Member must satisfy enum value set: [{values}]"
PATTERN: Final = "Member must satisfy regular expression pattern: {pattern}"
MAP_KEYS: Final = "Map keys must satisfy constraint: [{constraints}]"
MAP_VALUES: Final = "Map value must satisfy constraint: [{constraints}]"

REQUEST_ITEMS_REQUIRED = _row("The requestItems parameter is required for {operation}")
TABLE_NAME_REQUIRED = _row("The parameter 'TableName' is required but was not present in the request")
TABLE_NAME_LENGTH = _row("TableName must be at least 3 characters long and at most 255 characters long")
BAD_REGION = _row("1 validation error detected: Invalid AWS region in '{arn}'")

# --- requests, before any table is looked up --------------------------------------------------------------------------------

MIXED_PARAMETERS = _row(
    "Can not use both expression and non-expression parameters in the same request:"
    " Non-expression parameters: {{{old}}} Expression parameters: {{{new}}}"
)
RETURN_VALUES_OLD_ONLY = _row("ReturnValues can only be ALL_OLD or NONE")
ITEM_TOO_LARGE = _row("Item size has exceeded the maximum allowed size")
UPDATE_TOO_LARGE = _row("Item size to update has exceeded the maximum allowed size")
ATTRIBUTE_NAME_EMPTY = _row(_INVALID + "Empty attribute name")  # only these three words are recorded
ATTRIBUTE_NAME_TOO_LONG = _row(_INVALID + "The attribute name is too long; its limit is 65535 bytes")  # not recorded
BATCH_TOO_MANY = _row("Too many items requested for the {operation} call")
BATCH_DUPLICATES = _row("Provided list of item keys contains duplicates")
TRANSACT_ONE_ACTION = _row("TransactItems can only contain one of Check, Put, Update or Delete")
TRANSACT_DUPLICATES = _row("Transaction request cannot include multiple operations on one item")
# The wording is not recorded, but for "size cannot exceed".
TRANSACT_TOO_LARGE = _row("Transaction request size cannot exceed {limit} bytes")

# --- tables and keys --------------------------------------------------------------------------------------------------------

TABLE_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found")
TABLE_NAMED_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found: Table: {table} not found")
INDEX_NOT_FOUND = ErrorRow("ResourceNotFoundException", 400, "Requested resource not found: Index {index} for table {table}")
KEY_MISMATCH = _row("The provided key element does not match the schema")
KEY_MISSING = _row(_INVALID + "Missing the key {key} in the item")
KEY_WRONG_TYPE = _row(_INVALID + "Type mismatch for key {key} expected: {expected} actual: {actual}")
KEY_EMPTY = _row(_NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty {what} value. Key: {key}")
HASH_TOO_LONG = _row(_INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
RANGE_TOO_LONG = _row(_INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
KEY_UPDATED = _row(_INVALID + "Cannot update attribute {key}. This attribute is part of the key")
KEY_NOT_SCALAR = _row(
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {which}: {key}"
)
INDEX_KEY_TYPE = _row(_INVALID + "Type mismatch for Index Key {key} Expected: {expected} Actual: {actual} IndexName: {index}")
INDEX_KEY_EMPTY = _row(
    _NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute"
    " cannot contain an empty {what} value. IndexName: {index}, IndexKey: {key}"
)
INDEX_KEY_EMPTY_UPDATE = _row(
    _NOT_VALID + "The update expression attempted to update a secondary index key to a value that is not supported."
    " The AttributeValue for a key attribute cannot contain an empty {what} value."
)
INDEX_KEY_UPDATE_TYPE = _row("The update expression attempted to update the secondary index key to unsupported type")
NO_SUCH_INDEX = _row("The table does not have the specified index: {index}")

# --- Query and Scan ---------------------------------------------------------------------------------------------------------

NO_KEY_CONDITION = _row("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
FILTER_ON_KEY = _row("Filter Expression can only contain non-primary key attributes: Primary key attribute: {key}")
LEGACY_FILTER_ON_KEY = _row("QueryFilter can only contain non-primary key attributes: Primary key attribute: {key}")
GSI_CONSISTENT = _row("Consistent reads are not supported on global secondary indexes")
SELECT_PROJECTED_WITHOUT_INDEX = _row("ALL_PROJECTED_ATTRIBUTES can be used only when {verb} using an IndexName")
SELECT_SPECIFIC_ALONE = _row("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
SELECT_WITH_PROJECTION = _row("Cannot specify the {parameter} when choosing to get {select}")
SELECT_ALL_OF_INDEX = _row(
    _INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index {index}"
    " because its projection type is not ALL"
)
PROJECTION_OF_INDEX = _row(_INVALID + "Global secondary index {index} does not project [{attributes}]")
START_KEY_INVALID = _row("The provided starting key is invalid")
START_KEY_MISMATCH = _row("The provided starting key is invalid: The provided key element does not match the schema")
START_KEY_REASON = _row("The provided starting key is invalid: {reason}")
START_KEY_OUTSIDE = _row("The provided starting key is outside query boundaries based on provided conditions")
START_KEY_RANGE = _row("The provided starting key does not match the range key predicate")
START_KEY_ONE_ROW = _row("The query can return at most one row and cannot be restarted")
START_KEY_EXCLUSIVE = _row("The provided exclusive start key is invalid: ExclusiveStartKey: {{{key}}}")
START_KEY_SEGMENT = _row(
    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment."
    " TotalSegments: {total} Segment: {segment}"
)
SEGMENT_ALONE = _row(
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
)
TOTAL_SEGMENTS_ALONE = _row(
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
)
SEGMENT_TOO_LARGE = _row(
    "The Segment parameter is zero-based and must be less than parameter TotalSegments:"
    " Segment: {segment} is not less than TotalSegments: {total}"
)

# --- transactions -----------------------------------------------------------------------------------------------------------

TRANSACTION_CANCELED = ErrorRow(
    "TransactionCanceledException",
    400,
    "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    ("CancellationReasons",),
)
TRANSACTION_CONFLICT = ErrorRow("TransactionConflictException", 400, "Transaction is ongoing for the item")
# The wording of the next two is not recorded.
TOKEN_MISMATCH = ErrorRow(
    "IdempotentParameterMismatchException",
    400,
    "Request parameters do not match those of an earlier request with the same client token",
)
TRANSACTION_IN_PROGRESS = ErrorRow(
    "TransactionInProgressException", 400, "A transaction with the same client token is in progress"
)
REASON_NONE: Final = "None"
