"""Refusals of the control plane. Its wording did not change in 2026; every one is a ValidationException unless its row says
else.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow


def _row(message: str) -> ErrorRow:
    return ErrorRow("ValidationException", 400, message)


_INVALID = "One or more parameter values were invalid: "
_IN_USE = "Attempt to change a resource which is still in use: "


def _in_use(message: str) -> ErrorRow:
    return ErrorRow("ResourceInUseException", 400, message)


# --- key schemas ------------------------------------------------------------------------------------------------------------

KEY_WITHOUT_DEFINITION = _row("Invalid KeySchema: Some index key attribute have no definition")
KEYS_NOT_DEFINED = _row(
    _INVALID + "Some index key attributes are not defined in AttributeDefinitions."
    " Keys: [{keys}], AttributeDefinitions: [{definitions}]"
)
KEYS_SAME_NAME = _row("Both the Hash Key and the Range Key element in the KeySchema have the same name")
KEY_FIRST_NOT_HASH = _row("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
KEY_SECOND_NOT_RANGE = _row("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
DEFINITIONS_MISCOUNTED = _row(
    _INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
)
DEFINITIONS_UNUSED = _row(
    _INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: [{definitions}], keys used: [{keys}]"
)
DEFINITION_REPEATED = _row("Attribute Name is duplicated: {name}")
INDEX_KEYS_TOO_MANY = _row(_INVALID + "A local secondary index has at most 2 key attributes")  # not recorded, but for "2"
KEYS_HASH_FIRST = _row(_INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema")
KEYS_TOO_MANY = _row(_INVALID + "The KeySchema exceeds the maximum allowed number of {kind} key attributes")
KEYS_REPEATED = _row("The KeySchema contains multiple key attributes with the same name")

# --- indexes ----------------------------------------------------------------------------------------------------------------

INDEXES_EMPTY = _row(_INVALID + "List of {kind} is empty")
LOCAL_WITHOUT_RANGE = _row(
    _INVALID + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
)
LOCAL_RANGE_MISSING = _row(_INVALID + "Index KeySchema does not have a range key for index: {index}")
LOCAL_OTHER_HASH = _row(
    _INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: {index}."
    " index hash key: {hash}, table hash key: {table}"
)
INDEX_NAME_REPEATED = _row(_INVALID + "Duplicate index name: {index}")
LOCAL_TOO_MANY = _row(_INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5")
GLOBAL_TOO_MANY = _row(_INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
PROJECTION_UNKNOWN = _row(_INVALID + "Unknown ProjectionType: null")
PROJECTION_SUPERFLUOUS = _row(_INVALID + "ProjectionType is {type}, but NonKeyAttributes is specified")
PROJECTION_WITHOUT = _row(_INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
PROJECTION_REPEATED = _row(_INVALID + "Duplicate element in NonKeyAttributes: {name}")

# --- capacity and other settings --------------------------------------------------------------------------------------------

UNITS_REQUIRED = _row(
    _INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
)
UNITS_SUPERFLUOUS = _row(
    _INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
INDEX_UNITS_SUPERFLUOUS = _row(
    _INVALID + "ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
)
INDEX_UNITS_REQUIRED = _row(_INVALID + "ProvisionedThroughput is not specified for index: {index}")
UNITS_OUT_OF_BOUNDS = _row("Given value {value} for {member} is out of bounds")
INDEX_UNITS_OUT_OF_BOUNDS = _row("Given value {value} for {member} is out of bounds for index {index}")
TABLE_CLASS = _row(
    "Invalid table-class parameter provided. Please try again with a valid table-class value:"
    " [STANDARD, STANDARD_INFREQUENT_ACCESS]."
)
STREAM_VIEW_REQUIRED = _row(_INVALID + "Table is being created with a stream enabled, UpdateViewType is required")
STREAM_VIEW_SUPERFLUOUS = _row(_INVALID + "Table is being created with a stream disabled, UpdateViewType should not be specified")

# --- tables that are there --------------------------------------------------------------------------------------------------

TABLE_EXISTS = _in_use("Table already exists: {table}")
TABLE_CREATING = _in_use(_IN_USE + "Table is being created: {table}")
TABLE_RESTORING = _in_use("Table is being used: {table}")  # recorded 2026-10
TABLE_DELETING = _in_use(_IN_USE + "Table is being deleted: {table}")
TABLE_UPDATING = _in_use(_IN_USE + "Table: {table} is in the process of being updated.")
TABLE_INDEXES_BUSY = _in_use(_IN_USE + "Cannot delete table while indexes are being created, updated, or deleted.")
DELETION_PROTECTED = _row(
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)

MAX_UNITS: Final = 1_000_000_000_000
