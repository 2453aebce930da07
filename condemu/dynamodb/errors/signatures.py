"""DynamoDB's answers to requests that are not believed, one row for each kind of failure. All have status 400.

Sentences and their order as recorded on AWS by dynalite's suite; those about session tokens are from memory.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.auth import failures
from condemu.auth.failures import AuthFailure
from condemu.core.errors import ErrorRow, ServiceError


def _invalid(message: str) -> ErrorRow:
    return ErrorRow("InvalidSignatureException", 400, message)


def _incomplete(message: str) -> ErrorRow:
    return ErrorRow("IncompleteSignatureException", 400, message)


TWO_MECHANISMS = _invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
NO_CREDENTIALS = ErrorRow("MissingAuthenticationTokenException", 400, "Request is missing Authentication Token")
INCOMPLETE = _incomplete("{sentences}{tail}")  # IncompleteSignatureException of what is missing
DATE_FORM = _incomplete("Date must be in ISO-8601 'basic format'. Got '{Date}'. See http://en.wikipedia.org/wiki/ISO_8601")
EXPIRED = _invalid("Signature expired: {Date} is now earlier than {Limit} ({Now} - 15 min.)")
NOT_YET = _invalid("Signature not yet current: {Date} is still later than {Limit} ({Now} + 15 min.)")
HOST_NOT_SIGNED = _invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
ALGORITHM = _incomplete("Unsupported AWS 'algorithm': '{Algorithm}' (only AWS4-HMAC-SHA256 for now). ")
CREDENTIAL = _incomplete(
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{Credential}'"
)
SCOPE = _invalid("{sentences}")
UNKNOWN_KEY = ErrorRow("UnrecognizedClientException", 400, "The security token included in the request is invalid.")
MISMATCH = _invalid(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should"
    " have been\n'{CanonicalRequest}'\n\nThe String-to-Sign should have been\n'{StringToSign}'\n"
)
TOKEN_INVALID = ErrorRow("UnrecognizedClientException", 400, "The security token included in the request is invalid")
TOKEN_EXPIRED = ErrorRow("ExpiredTokenException", 400, "The security token included in the request is expired")

ROWS: Final[dict[str, ErrorRow]] = {
    failures.TWO_MECHANISMS: TWO_MECHANISMS,
    failures.NO_CREDENTIALS: NO_CREDENTIALS,
    failures.INCOMPLETE: INCOMPLETE,
    failures.JSON_DATE_FORM: DATE_FORM,
    failures.JSON_EXPIRED: EXPIRED,
    failures.JSON_NOT_YET: NOT_YET,
    failures.HOST_NOT_SIGNED: HOST_NOT_SIGNED,
    failures.JSON_ALGORITHM: ALGORITHM,
    failures.JSON_CREDENTIAL: CREDENTIAL,
    failures.SCOPE: SCOPE,
    failures.UNKNOWN_KEY: UNKNOWN_KEY,
    failures.MISMATCH: MISMATCH,
    failures.TOKEN_INVALID: TOKEN_INVALID,
    failures.TOKEN_EXPIRED: TOKEN_EXPIRED,
}

_MISSING_IN_HEADER: Final = "Authorization header requires '{name}' parameter. "
_MISSING_DATE: Final = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
_MISSING_IN_QUERY: Final = "AWS query-string parameters must include '{name}'. "
_SCOPE_SENTENCES: Final = {
    "Region": "Credential should be scoped to a valid region, not '{Region}'. ",
    "Service": "Credential should be scoped to correct service: '{Want}'. ",
    "Terminal": "Credential should be scoped with a valid terminator: 'aws4_request', not '{Terminal}'. ",
    "ScopeDate": (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
        " '{ScopeDate}' != '{Date}', from '{DateTime}'. "
    ),
}


def refusal_of(failure: AuthFailure) -> ServiceError:
    fields: dict[str, Any] = dict(failure.fields)
    if failure.kind == failures.INCOMPLETE:
        fields = _incomplete_fields(fields)
    elif failure.kind == failures.SCOPE:
        sentences = [text.format_map(fields) for name, text in _SCOPE_SENTENCES.items() if name in fields]
        fields = {"sentences": "".join(sentences)}
    return ServiceError(ROWS[failure.kind], fields, because=failure.because)


def _incomplete_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """All that is missing is named at once."""
    if fields["In"] == "query":
        sentences = "".join(_MISSING_IN_QUERY.format(name=name) for name in fields["Missing"])
        return {"sentences": sentences, "tail": "Re-examine the query-string parameters."}
    sentences = "".join(_MISSING_DATE if name == "Date" else _MISSING_IN_HEADER.format(name=name) for name in fields["Missing"])
    return {"sentences": sentences, "tail": f"Authorization={fields['Authorization']}"}
