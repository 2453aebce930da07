"""S3's answers to requests that are not believed, one row for each kind of failure.

Texts of signatures, expiry, unsigned headers, fields of forms and conditions of POST policies as recorded on AWS in 2026-02; what
is marked `third-party` is known from servers that imitate S3 alone.
"""

from __future__ import annotations

from typing import Final

from condemu.auth import failures
from condemu.auth.failures import AuthFailure
from condemu.core.errors import ErrorRow, ServiceError

_ARGUMENT: Final = ("ArgumentName", "ArgumentValue")
_HEADER: Final = "The authorization header is malformed; "
_QUERY: Final = "Error parsing the X-Amz-Credential parameter; "
_CREDENTIAL: Final = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
_DATE_FORM: Final = 'incorrect date format "{Date}". This date in the credential must be in the format "yyyyMMdd".'
_SERVICE: Final = 'incorrect service "{Got}". This endpoint belongs to "{Want}".'
_TERMINAL: Final = 'incorrect terminal "{Got}". This endpoint uses "aws4_request".'
_REGION: Final = "the region '{Got}' is wrong; expecting '{Region}'"
_SCOPE_DATE: Final = 'Invalid credential date "{Date}". This date is not the same as X-Amz-Date: "{RequestDate}".'
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)


def _denied(message: str, *fields: str) -> ErrorRow:
    return ErrorRow("AccessDenied", 403, message, fields)


def _header(message: str, *fields: str) -> ErrorRow:
    return ErrorRow("AuthorizationHeaderMalformed", 400, _HEADER + message, fields)


def _query(message: str, *fields: str) -> ErrorRow:
    return ErrorRow("AuthorizationQueryParametersError", 400, message, fields)


def _document(message: str) -> ErrorRow:
    return ErrorRow("InvalidPolicyDocument", 400, "Invalid Policy: " + message)


def _argument(message: str) -> ErrorRow:
    return ErrorRow("InvalidArgument", 400, message, _ARGUMENT)


# Every request
UNKNOWN_KEY: Final = ErrorRow(
    "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.", ("AWSAccessKeyId",)
)
SIGNATURE_MISMATCH: Final = ErrorRow(
    "SignatureDoesNotMatch",
    403,
    _MISMATCH,
    (
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ),
)
INVALID_TOKEN: Final = ErrorRow("InvalidToken", 400, "The provided token is malformed or otherwise invalid.", ("Token-0",))
EXPIRED_TOKEN: Final = ErrorRow("ExpiredToken", 400, "The provided token has expired.", ("Token-0",))
TWO_MECHANISMS: Final = _argument(
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
    "Authorization header should be specified"
)
TWO_HEADERS: Final = ErrorRow(
    "NotImplemented", 501, "A header you provided implies functionality that is not implemented", ("Header",)
)

# The Authorization header: third-party, but for the region
NO_DATE: Final = _denied("AWS authentication requires a valid Date or x-amz-date header")
SKEWED: Final = ErrorRow(
    "RequestTimeTooSkewed",
    403,
    "The difference between the request time and the current time is too large.",
    ("RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"),
)
NO_SPACE: Final = _argument("Authorization header is invalid -- one and only one ' ' (space) required.")
SCHEME: Final = _argument("Unsupported Authorization Type")
COMPONENTS: Final = _header("the authorization header requires three components: Credential, SignedHeaders, and Signature.")
COMPONENT: Final = _header('the authorization component "{Component}" is malformed.')
NO_COMPONENT: Final = _header("missing {Component}.")
CREDENTIAL: Final = _header(_CREDENTIAL)
SCOPE_DATE_FORM: Final = _header(_DATE_FORM)
REGION: Final = _header(_REGION, "Region")
SERVICE: Final = _header(_SERVICE)
TERMINAL: Final = _header(_TERMINAL)
SCOPE_DATE: Final = _header(_SCOPE_DATE)
NOT_SIGNED: Final = _denied("There were headers present in the request which were not signed", "HeadersNotSigned")
NO_HASH: Final = ErrorRow("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256")
HASH: Final = _argument(
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
)

# Presigned requests: third-party, but for missing parameters, the credential's form and expiry
PARAMETERS: Final = _query(
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
ALGORITHM: Final = _query('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"')
QUERY_CREDENTIAL: Final = _query(_QUERY + _CREDENTIAL)
QUERY_SCOPE_DATE_FORM: Final = _query(_QUERY + _DATE_FORM)
QUERY_REGION: Final = _query(_QUERY + _REGION, "Region")
QUERY_SERVICE: Final = _query(_QUERY + _SERVICE)
QUERY_TERMINAL: Final = _query(_QUERY + _TERMINAL)
QUERY_SCOPE_DATE: Final = _query(_SCOPE_DATE)
DATE_FORM: Final = _query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
EXPIRES_FORM: Final = _query("X-Amz-Expires should be a number")
EXPIRES_NEGATIVE: Final = _query("X-Amz-Expires must be non-negative")
EXPIRES_LATE: Final = _query(
    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
)
EXPIRED: Final = _denied("Request has expired", "X-Amz-Expires", "Expires", "ServerTime")
NOT_YET: Final = _denied("Request is not yet valid", "X-Amz-Date", "Expires", "ServerTime")  # the text is inferred
V2_PARAMETERS: Final = _denied("Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
V2_EXPIRES_FORM: Final = _denied("Invalid date (should be seconds since epoch): {Expires}")  # from memory

# Forms
FORM_FIELD: Final = _argument(
    "Bucket POST must contain a field named '{Field}'.  If it is specified, please check the order of the fields."
)
FORM_DENIED: Final = _denied("Access Denied")
FORM_EXPIRED: Final = _denied("Invalid according to Policy: Policy expired.")
FORM_CONDITION: Final = _denied("Invalid according to Policy: Policy Condition failed: {Condition}")
FORM_EXTRA: Final = _denied("Invalid according to Policy: Extra input fields: {Field}")
FORM_LARGE: Final = ErrorRow(
    "EntityTooLarge",
    400,
    "Your proposed upload exceeds the maximum allowed size",
    ("ProposedSize", "MaxSizeAllowed"),
)
FORM_SMALL: Final = ErrorRow(
    "EntityTooSmall",
    400,
    "Your proposed upload is smaller than the minimum allowed size",
    ("ProposedSize", "MinSizeAllowed"),
)
FORM_CREDENTIAL: Final = _argument(_QUERY + _CREDENTIAL)
FORM_REGION: Final = _argument(_QUERY + _REGION)
FORM_SERVICE: Final = _argument(_QUERY + _SERVICE)
FORM_TERMINAL: Final = _argument(_QUERY + _TERMINAL)
FORM_SCOPE_DATE: Final = _argument(_SCOPE_DATE)
FORM_SIMPLE: Final = _document("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
# third-party from here
FORM_BASE64: Final = _document("invalid Base64 encoding.")
FORM_JSON: Final = _document("Invalid JSON.")
FORM_NO_EXPIRATION: Final = _document("Policy missing expiration.")
FORM_NO_CONDITIONS: Final = _document("Policy missing conditions.")
FORM_EXPIRATION: Final = _document("Invalid 'expiration' value: '{Value}'")
FORM_CONDITIONS: Final = _document("Invalid 'conditions' value: must be a List.")
FORM_OPERATION: Final = _document("Invalid Condition: unknown operation '{Operation}'.")
FORM_NO_OPERATION: Final = _document("Invalid Condition: missing operation identifier.")
FORM_ARITY: Final = _document("Invalid {Operation}: wrong number of arguments.")
FORM_MEMBER: Final = _document('Unexpected: "{Member}"')
FORM_SIMPLE_VALUE: Final = _document("Invalid Simple-Condition: value must be a string.")

ROWS: Final[dict[str, ErrorRow]] = {
    failures.UNKNOWN_KEY: UNKNOWN_KEY,
    failures.MISMATCH: SIGNATURE_MISMATCH,
    failures.TOKEN_INVALID: INVALID_TOKEN,
    failures.TOKEN_EXPIRED: EXPIRED_TOKEN,
    failures.TWO_MECHANISMS: TWO_MECHANISMS,
    failures.TWO_HEADERS: TWO_HEADERS,
    failures.NO_DATE: NO_DATE,
    failures.SKEWED: SKEWED,
    failures.NO_SPACE: NO_SPACE,
    failures.SCHEME: SCHEME,
    failures.COMPONENTS: COMPONENTS,
    failures.COMPONENT: COMPONENT,
    failures.NO_COMPONENT: NO_COMPONENT,
    failures.CREDENTIAL["header"]: CREDENTIAL,
    failures.SCOPE_DATE_FORM["header"]: SCOPE_DATE_FORM,
    failures.REGION["header"]: REGION,
    failures.SERVICE["header"]: SERVICE,
    failures.TERMINAL["header"]: TERMINAL,
    failures.SCOPE_DATE["header"]: SCOPE_DATE,
    failures.NOT_SIGNED: NOT_SIGNED,
    failures.NO_HASH: NO_HASH,
    failures.HASH: HASH,
    failures.PARAMETERS: PARAMETERS,
    failures.ALGORITHM: ALGORITHM,
    failures.CREDENTIAL["query"]: QUERY_CREDENTIAL,
    failures.SCOPE_DATE_FORM["query"]: QUERY_SCOPE_DATE_FORM,
    failures.REGION["query"]: QUERY_REGION,
    failures.SERVICE["query"]: QUERY_SERVICE,
    failures.TERMINAL["query"]: QUERY_TERMINAL,
    failures.SCOPE_DATE["query"]: QUERY_SCOPE_DATE,
    failures.DATE_FORM: DATE_FORM,
    failures.EXPIRES_FORM: EXPIRES_FORM,
    failures.EXPIRES_NEGATIVE: EXPIRES_NEGATIVE,
    failures.EXPIRES_LATE: EXPIRES_LATE,
    failures.EXPIRED: EXPIRED,
    failures.NOT_YET: NOT_YET,
    failures.V2_PARAMETERS: V2_PARAMETERS,
    failures.V2_EXPIRES_FORM: V2_EXPIRES_FORM,
    failures.FORM_FIELD: FORM_FIELD,
    failures.FORM_DENIED: FORM_DENIED,
    failures.FORM_EXPIRED: FORM_EXPIRED,
    failures.FORM_CONDITION: FORM_CONDITION,
    failures.FORM_EXTRA: FORM_EXTRA,
    failures.FORM_LARGE: FORM_LARGE,
    failures.FORM_SMALL: FORM_SMALL,
    failures.CREDENTIAL["form"]: FORM_CREDENTIAL,
    failures.REGION["form"]: FORM_REGION,
    failures.SERVICE["form"]: FORM_SERVICE,
    failures.TERMINAL["form"]: FORM_TERMINAL,
    failures.SCOPE_DATE["form"]: FORM_SCOPE_DATE,
    failures.FORM_SIMPLE: FORM_SIMPLE,
    failures.FORM_BASE64: FORM_BASE64,
    failures.FORM_JSON: FORM_JSON,
    failures.FORM_NO_EXPIRATION: FORM_NO_EXPIRATION,
    failures.FORM_NO_CONDITIONS: FORM_NO_CONDITIONS,
    failures.FORM_EXPIRATION: FORM_EXPIRATION,
    failures.FORM_CONDITIONS: FORM_CONDITIONS,
    failures.FORM_OPERATION: FORM_OPERATION,
    failures.FORM_NO_OPERATION: FORM_NO_OPERATION,
    failures.FORM_ARITY: FORM_ARITY,
    failures.FORM_MEMBER: FORM_MEMBER,
    failures.FORM_SIMPLE_VALUE: FORM_SIMPLE_VALUE,
}


def refusal_of(failure: AuthFailure) -> ServiceError:
    """S3's answer to a failure."""
    return ServiceError(ROWS[failure.kind], failure.fields, because=failure.because)
