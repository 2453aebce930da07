"""The rest of the Developer Guide's table of errors: answers that nothing here has a cause to give.

They are kept so that the table is whole, and for instruments that answer in AWS's place.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

INTERNAL_ERROR: Final = ErrorRow(
    "InternalError", 500, "Request could not be executed due to an internal service error.", unprovoked="AWS's own failure"
)
SERVICE_UNAVAILABLE: Final = ErrorRow(  # recorded; without BoxUsage
    "ServiceUnavailable",
    503,
    "Service AmazonSimpleDB is currently unavailable. Please try again later",
    unprovoked="AWS's own failure",
)
SERVICE_BUSY: Final = ErrorRow(  # the newer guide's text for too many requests
    "ServiceUnavailable",
    503,
    "Service Amazon SimpleDB is busy handling other requests, likely due to too many simultaneous requests. Consider reducing "
    "the frequency of your requests, and try again. See About Response Code 503.",
    unprovoked="nothing is throttled here",
)
QUERY_TIMEOUT: Final = ErrorRow(
    "QueryTimeout",
    408,
    "A timeout occurred when attempting to query domain {Domain} with query expression {Expression}. BoxUsage [{BoxUsage}]",
    unprovoked="no query runs for five seconds",
)
UNSUPPORTED_NEXT_TOKEN: Final = ErrorRow(
    "UnsupportedNextToken",
    400,
    "The specified next token is no longer supported. Please resubmit your query.",
    unprovoked="tokens have one form",
)
URI_TOO_LONG: Final = ErrorRow(
    "URITooLong", 400, "The URI exceeded the maximum limit of {Limit}.", unprovoked="AWS's limit is not documented"
)
INVALID_LITERAL: Final = ErrorRow(
    "InvalidLiteral", 400, "Illegal literal in the filter expression.", unprovoked="belongs to Query, the language before Select"
)
INCOMPLETE_EXPECTED_EXPRESSION: Final = ErrorRow(
    "IncompleteExpectedExpression",
    400,
    "If Expected.Exists=true or unspecified, then Expected.Value has to be specified",
    unprovoked="recordings show IncompleteExpectedValues",
)
INVALID_PARAMETER_COMBINATION: Final = ErrorRow(
    "InvalidParameterCombination",
    400,
    "The parameter {First} cannot be used with the parameter {Second}.",
    unprovoked="no combination is documented",
)
ACCESS_FAILURE: Final = ErrorRow(
    "AccessFailure", 403, "Access to the resource {Resource} is denied.", unprovoked="recordings show AuthorizationFailure"
)
AUTH_FAILURE_KEYS: Final = ErrorRow(
    "AuthFailure",
    403,
    "AWS was not able to validate the provided access keys.",
    unprovoked="recordings show InvalidClientTokenId and SignatureDoesNotMatch",
)
AUTH_MISSING_FAILURE: Final = ErrorRow(
    "AuthMissingFailure",
    403,
    "AWS was not able to authenticate the request: access keys are missing.",
    unprovoked="recordings show AuthFailure with 401",
)
INVALID_HTTP_AUTH_HEADER: Final = ErrorRow(
    "InvalidHTTPAuthHeader",
    400,
    "The HTTP authorization header is bad, use {Format}.",
    unprovoked="signatures are in parameters",
)
INVALID_RESPONSE_GROUPS: Final = ErrorRow(
    "InvalidResponseGroups", 400, "The following response groups are invalid: {Groups}", unprovoked="there are none any more"
)
INVALID_SERVICE: Final = ErrorRow(
    "InvalidService", 400, "The Web Service {Service} does not exist.", unprovoked="requests do not name one any more"
)
NOT_YET_IMPLEMENTED: Final = ErrorRow(
    "NotYetImplemented", 401, "Feature {Feature} is not yet available.", unprovoked="everything documented is there"
)
INVALID_WS_ADDRESSING: Final = ErrorRow(
    "InvalidWSAddressingProperty", 400, "WS-Addressing parameter {Parameter} has a wrong value: {Value}", unprovoked="SOAP only"
)
MISSING_WS_ADDRESSING: Final = ErrorRow(
    "MissingWSAddressingProperty",
    400,
    "WS-Addressing is missing a required parameter ({Parameter}).",
    unprovoked="SOAP only",
)

UNRAISED: Final = (
    INTERNAL_ERROR, SERVICE_UNAVAILABLE, SERVICE_BUSY, QUERY_TIMEOUT, UNSUPPORTED_NEXT_TOKEN, URI_TOO_LONG, INVALID_LITERAL,
    INCOMPLETE_EXPECTED_EXPRESSION, INVALID_PARAMETER_COMBINATION, ACCESS_FAILURE, AUTH_FAILURE_KEYS, AUTH_MISSING_FAILURE,
    INVALID_HTTP_AUTH_HEADER, INVALID_RESPONSE_GROUPS, INVALID_SERVICE, NOT_YET_IMPLEMENTED, INVALID_WS_ADDRESSING,
    MISSING_WS_ADDRESSING,
)  # fmt: skip
