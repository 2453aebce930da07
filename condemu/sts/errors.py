"""STS's refusals: one row each. Codes and messages as AWS documents or answers them; where no recording is known, inferred."""

from __future__ import annotations

from typing import Final

from condemu.auth import failures
from condemu.core.errors import ErrorRow

MISSING_TOKEN: Final = ErrorRow("MissingAuthenticationToken", 403, "Request is missing Authentication Token")
INVALID_TOKEN: Final = ErrorRow("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
EXPIRED_TOKEN: Final = ErrorRow("ExpiredToken", 403, "The security token included in the request is expired")
SIGNATURE: Final = ErrorRow(
    "SignatureDoesNotMatch",
    403,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing "
    "method. Consult the service documentation for details.",
)
INCOMPLETE: Final = ErrorRow("IncompleteSignature", 400, "The request signature does not conform to AWS standards.")
NO_OPERATION: Final = ErrorRow("InvalidAction", 400, "Could not find operation {action} for version {version}")
ACCESS_DENIED: Final = ErrorRow(
    "AccessDenied", 403, "User: {user} is not authorized to perform: {action} on resource: {resource}"
)
SESSION_CALLS_SESSION: Final = ErrorRow("AccessDenied", 403, "Cannot call GetSessionToken with session credentials")
CONSTRAINT: Final = ErrorRow(
    "ValidationError",
    400,
    "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}",
)
MISSING: Final = ErrorRow(
    "ValidationError",
    400,
    "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null",
)
ROLE_INVALID: Final = ErrorRow("ValidationError", 400, "{arn} is invalid")
TOO_LONG: Final = ErrorRow(
    "ValidationError", 400, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
)
MALFORMED_POLICY: Final = ErrorRow("MalformedPolicyDocument", 400, "The policy is not in the valid JSON format.")
NO_JWT: Final = ErrorRow(
    "InvalidIdentityToken", 400, "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)
TOKEN_OVER: Final = ErrorRow(
    "ExpiredTokenException",
    400,
    "The web identity token that was passed is expired or is not valid. Get a new identity token from the identity provider and "
    "then retry the request.",
)
NOT_EMULATED: Final = ErrorRow("NotImplemented", 501, "condemu does not emulate {action} of STS.")

# Why a request is not believed. Any other kind is a signature of a wrong form.
AUTH_ROWS: Final = {
    failures.NO_CREDENTIALS: MISSING_TOKEN,
    failures.UNKNOWN_KEY: INVALID_TOKEN,
    failures.TOKEN_INVALID: INVALID_TOKEN,
    failures.TOKEN_EXPIRED: EXPIRED_TOKEN,
    failures.MISMATCH: SIGNATURE,
}
