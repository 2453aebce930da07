"""The refusals of values and expressions. Every one of them is a ValidationException with status 400, unless its row says else.

AWS changed the wording of its request validation between June and October 2026, region by region, but neither types nor order.
A row's message is the newer wording; `CLASSIC` maps a row to the one with the older wording, which Scan, BatchWriteItem and the
transactions still answer with. Whoever renders an error swaps the row (`classic(error)`); the code that refuses never knows which
wording will be used, so it fills in the fields of both.

Whether the text "1 validation error detected: " stands in front is decided by the operation as well.
"""

from __future__ import annotations

from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.errors.control import NOTHING_TO_UPDATE


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
TOO_DEEP = _row("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
NOT_A_NUMBER = _row("The parameter cannot be converted to a numeric value: {text}")
NUMBER_EMPTY = _row("The parameter cannot be converted to a numeric value: ")
NUMBER_TOO_PRECISE = _row("Attempting to store more than 38 significant digits in a Number")
NUMBER_OVERFLOW = _row("Number overflow. Attempting to store a number with magnitude larger than supported range")
NUMBER_UNDERFLOW = _row("Number underflow. Attempting to store a number with magnitude smaller than supported range")

# --- expressions, whichever they are: {expression} is the member's name -----------------------------------------------------


# The same refusals as PartiQL statements meet them: without the words in front.
_BARE: dict[ErrorRow, ErrorRow] = {}


def _in_expression(message: str) -> ErrorRow:
    row = _row("Invalid {expression}: " + message)
    _BARE[row] = _row(message)
    return row


EMPTY_EXPRESSION = _in_expression("The expression can not be empty;")
EXPRESSION_TOO_LONG = _in_expression("Expression size has exceeded the maximum allowed size; expression size: {size}")
SYNTAX_ERROR = _in_expression('Syntax error; token: "{token}", near: "{near}"')
REDUNDANT_PARENTHESES = _in_expression("The expression has redundant parentheses;")
UNKNOWN_FUNCTION = _in_expression("Invalid function name; function: {function}")
FUNCTION_MISUSED = _in_expression("The function is not allowed to be used this way in an expression; function: {function}")
RESERVED_WORD = _in_expression("Attribute name is a reserved keyword; reserved keyword: {word}")
NAME_UNDEFINED = _in_expression("An expression attribute name used in the document path is not defined; attribute name: {name}")
VALUE_UNDEFINED = _in_expression("An expression attribute value used in expression is not defined; attribute value: {name}")
PATH_TOO_DEEP = _in_expression("The document path has too many nesting levels; nesting levels: {levels}")
INDEX_TOO_LARGE = _in_expression("List index is not within the allowable range; index: [{index}]")
OPERAND_COUNT = _in_expression(
    "Incorrect number of operands for operator or function; operator or function: {operator}, number of operands: {count}"
)
TOO_MANY_MEMBERS = _in_expression(
    "Too many operands for the operator or function; operator or function: {operator}, number of operands: {count}"
)
OPERAND_TYPE = _in_expression(
    "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {type}"
)
PATH_REQUIRED = _in_expression("Operator or function requires a document path; operator or function: {operator}")
SAME_OPERANDS = _in_expression(
    "The first operand must be distinct from the remaining operands for this operator or function;"
    " operator: {operator}, first operand: {path}"
)
UNKNOWN_TYPE_NAME = _in_expression(
    "Invalid attribute type name found; type: {type}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
)
BETWEEN_TYPES = _in_expression(
    "The BETWEEN operator requires same data type for lower and upper bounds;"
    " lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}"
)
BETWEEN_ORDER = _in_expression(
    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound;"
    " lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}"
)
TOO_MANY_OPERATORS = _in_expression("The expression contains too many operators; operator count: {count}")
SECTION_REPEATED = _in_expression('The "{section}" section can only be used once in an update expression;')
PATHS_OVERLAP = _in_expression(
    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: {one}, path two: {two}"
)
PATHS_CONFLICT = _in_expression(
    "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: {one}, path two: {two}"
)
CLAUSE_OPERAND_TYPE = _in_expression(
    "Incorrect operand type for operator or function; operator: {operator}, operand type: {type}"
)

# --- names and values for expressions ---------------------------------------------------------------------------------------

NAMES_WITHOUT_EXPRESSION = _row("ExpressionAttributeNames can only be specified when using expressions")
NAMES_EMPTY = _row("ExpressionAttributeNames must not be empty")
NAMES_BAD_KEY = _row('ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"')
VALUES_WITHOUT_EXPRESSION = _row("ExpressionAttributeValues can only be specified when using expressions")
VALUES_EMPTY = _row("ExpressionAttributeValues must not be empty")
VALUES_BAD_KEY = _row('ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"')
VALUES_BAD_VALUE = _row("{reason}")
NAMES_UNUSED = _row("Value provided in ExpressionAttributeNames unused in expressions: keys: {{{keys}}}")
VALUES_UNUSED = _row("Value provided in ExpressionAttributeValues unused in expressions: keys: {{{keys}}}")

# --- what a condition or an update comes to on an item ----------------------------------------------------------------------

CONDITION_FAILED = ErrorRow("ConditionalCheckFailedException", 400, "The conditional request failed", ("Item",))
UPDATE_ATTRIBUTE_MISSING = _row("The provided expression refers to an attribute that does not exist in the item")
UPDATE_OPERAND_TYPE = _row("An operand in the update expression has an incorrect data type")
UPDATE_PATH_INVALID = _row("The document path provided in the update expression is invalid for update")
UPDATE_LEGACY_TYPE = _row("Type mismatch for attribute to update")

# --- key conditions ---------------------------------------------------------------------------------------------------------

KEY_OPERATOR = _row("Invalid operator used in KeyConditionExpression: {operator}")
KEY_NESTED_OPERATION = _row("KeyConditionExpressions cannot contain nested operations")
KEY_NESTED_ATTRIBUTE = _row("KeyConditionExpressions cannot have conditions on nested attributes")
KEY_TWICE = _row("KeyConditionExpressions must only contain one condition per key")
KEY_TWO_NAMES = _row("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
KEY_NO_NAME = _row("Invalid condition in KeyConditionExpression: No key attribute specified")
KEY_NOT_FIRST = _row(
    "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first operand"
)
KEY_CONDITION_COUNT = _row("Conditions can be of length 1 or 2 only")
KEY_CONDITION_EXCESS = _row(
    "The number of query conditions ({count}) exceeds the number of key attributes defined in the schema ({keys})"
)
KEY_MISSED = _row("Query condition missed key schema element: {key}")
KEY_UNSUPPORTED = _row("Query key condition not supported")
KEY_NOT_INDEXABLE = _row("Attempted conditional constraint is not an indexable operation")
KEY_TYPE = _row(_INVALID + "Condition parameter type does not match schema type")
KEY_EMPTY = _row(
    "One or more parameter values are not valid."
    " The AttributeValue for a key attribute cannot contain an empty {what} value. Key: {key}"
)
# The wording of these two is not recorded; that they speak of HASH or RANGE and of equality is.
KEY_HASH_EQUALITY = _row("Every HASH key attribute of the index must have a condition of equality")
KEY_RANGE_EQUALITY = _row(
    "RANGE key attributes of the index must have conditions from left to right, all but the last of equality: {key}"
)

# --- parameters older than expressions --------------------------------------------------------------------------------------

CONDITIONAL_OPERATOR_ALONE = _row("ConditionalOperator cannot be used without Filter or Expected")
EXPECTED_VALUE_MISSING = _row(_INVALID + "Value must be provided when Exists is {exists} for Attribute: {name}")
EXPECTED_VALUE_SUPERFLUOUS = _row(_INVALID + "Value cannot be used when Exists is false for Attribute: {name}")
EXPECTED_EXISTS_AND_OPERATOR = _row(_INVALID + "Exists and ComparisonOperator cannot be used together for Attribute: {name}")
EXPECTED_VALUE_AND_LIST = _row(_INVALID + "Value and AttributeValueList cannot be used together for Attribute: {name}")
EXPECTED_LIST_ALONE = _row(_INVALID + "AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}")
EXPECTED_OPERATOR_ALONE = _row(
    _INVALID + "Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {name}"
)
LEGACY_ARGUMENT_COUNT = _row(_INVALID + "Invalid number of argument(s) for the {operator} ComparisonOperator")
LEGACY_ARGUMENTS_DIFFER = _row(_INVALID + "AttributeValues inside AttributeValueList must be of same type")
LEGACY_ARGUMENT_TYPE = _row(_INVALID + "ComparisonOperator {operator} is not valid for {type} AttributeValue type")
LEGACY_BETWEEN_ORDER = _row("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
ONLY_DELETE_WITHOUT_VALUE = _row(_INVALID + "Only DELETE action is allowed when no attribute value is specified")
DELETE_TYPE = _row(_INVALID + "DELETE action with value is not supported for the type {type}")
ADD_TYPE = _row(_INVALID + "ADD action is not supported for the type {type}")
DUPLICATE_ATTRIBUTE_NAME = _row(_INVALID + "Duplicate value in attribute name: {name}")

CLASSIC: dict[ErrorRow, ErrorRow] = {
    NOTHING_TO_UPDATE: _row(NOTHING_TO_UPDATE.message + " for UpdateTable"),
    STRING_SET_DUPLICATES: _row(_INVALID + "Input collection [{plain}] contains duplicates."),
    NUMBER_SET_DUPLICATES: _row("Input collection contains duplicates"),
    BINARY_SET_DUPLICATES: _row(_INVALID + "Input collection [{plain}]of type BS contains duplicates."),
    KEY_EMPTY: _row(_INVALID + "The AttributeValue for a key attribute cannot contain an empty {what} value. Key: {key}"),
    NUMBER_EMPTY: _row("The parameter cannot be converted to a numeric value"),
    VALUES_BAD_VALUE: _row("ExpressionAttributeValues contains invalid value: {classic_reason} for key {key}"),
    VALUES_WITHOUT_EXPRESSION: _row("ExpressionAttributeValues can only be specified when using expressions: {absent}"),
}


def classic(error: ServiceError) -> ServiceError:
    """The same refusal in the older wording; the error itself where the wording never changed."""
    row = CLASSIC.get(error.row)
    return error if row is None else ServiceError(row, error.fields, because=error.because, headers=error.headers)


def bare(error: ServiceError) -> ServiceError:
    """The refusal of an expression without naming the expression; any other error itself."""
    row = _BARE.get(error.row)
    return error if row is None else ServiceError(row, error.fields, because=error.because, headers=error.headers)
