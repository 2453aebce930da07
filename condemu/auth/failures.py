"""Why a request is not believed: kinds that each service has its own answer for.

A kind is named by where the mistake is and what it is; `fields` are what an answer shows, under AWS's element names where AWS has
one. The texts are in the services' tables of errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Every service
UNKNOWN_KEY: Final = "unknown key"  # AWSAccessKeyId
MISMATCH: Final = "mismatch"  # AWSAccessKeyId, StringToSign, SignatureProvided, StringToSignBytes, CanonicalRequest, …Bytes
TOKEN_INVALID: Final = "token invalid"  # Token-0
TOKEN_EXPIRED: Final = "token expired"  # Token-0
TWO_MECHANISMS: Final = "two mechanisms"  # ArgumentName, ArgumentValue
TWO_HEADERS: Final = "two headers"  # Header
NO_CREDENTIALS: Final = "no credentials"

# S3: the Authorization header, and what goes with it
NO_DATE: Final = "no date"
SKEWED: Final = "skewed"  # RequestTime, ServerTime, MaxAllowedSkewMilliseconds
NO_SPACE: Final = "header: no space"  # ArgumentName, ArgumentValue
SCHEME: Final = "header: scheme"  # ArgumentName, ArgumentValue
COMPONENTS: Final = "header: components"
COMPONENT: Final = "header: component"  # Component
NO_COMPONENT: Final = "header: no component"  # Component
NOT_SIGNED: Final = "not signed"  # HeadersNotSigned
NO_HASH: Final = "no hash"
HASH: Final = "hash"  # ArgumentName, ArgumentValue

# S3: a credential's scope, in a header, a query or a form
CREDENTIAL: Final = {"header": "header: credential", "query": "query: credential", "form": "form: credential"}
SCOPE_DATE_FORM: Final = {"header": "header: date form", "query": "query: date form", "form": "form: date form"}  # Date
REGION: Final = {"header": "header: region", "query": "query: region", "form": "form: region"}  # Got, Region
SERVICE: Final = {"header": "header: service", "query": "query: service", "form": "form: service"}  # Got, Want
TERMINAL: Final = {"header": "header: terminal", "query": "query: terminal", "form": "form: terminal"}  # Got
SCOPE_DATE: Final = {"header": "header: date", "query": "query: date", "form": "form: date"}  # Date, RequestDate

# S3: presigned requests
PARAMETERS: Final = "query: parameters"
ALGORITHM: Final = "query: algorithm"
DATE_FORM: Final = "query: x-amz-date"
EXPIRES_FORM: Final = "query: expires form"
EXPIRES_NEGATIVE: Final = "query: expires negative"
EXPIRES_LATE: Final = "query: expires late"
EXPIRED: Final = "expired"  # X-Amz-Expires (version 4 only), Expires, ServerTime
NOT_YET: Final = "not yet valid"  # X-Amz-Date, Expires, ServerTime
V2_PARAMETERS: Final = "version 2: parameters"
V2_EXPIRES_FORM: Final = "version 2: expires form"  # Expires

# S3: forms
FORM_FIELD: Final = "form: field"  # Field, ArgumentName
FORM_DENIED: Final = "form: unsigned policy"
FORM_EXPIRED: Final = "form: expired"
FORM_CONDITION: Final = "form: condition"  # Condition
FORM_EXTRA: Final = "form: extra field"  # Field
FORM_LARGE: Final = "form: large"  # ProposedSize, MaxSizeAllowed
FORM_SMALL: Final = "form: small"  # ProposedSize, MinSizeAllowed
FORM_BASE64: Final = "form: base64"
FORM_JSON: Final = "form: json"
FORM_NO_EXPIRATION: Final = "form: no expiration"
FORM_NO_CONDITIONS: Final = "form: no conditions"
FORM_EXPIRATION: Final = "form: expiration"  # Value
FORM_CONDITIONS: Final = "form: conditions"
FORM_OPERATION: Final = "form: operation"  # Operation
FORM_NO_OPERATION: Final = "form: no operation"
FORM_ARITY: Final = "form: arity"  # Operation
FORM_MEMBER: Final = "form: member"  # Member
FORM_SIMPLE: Final = "form: simple"
FORM_SIMPLE_VALUE: Final = "form: simple value"

# DynamoDB (signature version 4 over JSON): a request may have several of these at once
INCOMPLETE: Final = "json: incomplete"  # Missing: names in AWS's order; In: "header" or "query"; Authorization
JSON_DATE_FORM: Final = "json: date form"  # Date
JSON_EXPIRED: Final = "json: expired"  # Date, Limit, Now
JSON_NOT_YET: Final = "json: not yet"  # Date, Limit, Now
HOST_NOT_SIGNED: Final = "json: host not signed"
JSON_ALGORITHM: Final = "json: algorithm"  # Algorithm
JSON_CREDENTIAL: Final = "json: credential"  # Credential
SCOPE: Final = "json: scope"  # Region, Service, Terminal, ScopeDate: those that are wrong; Date, DateTime

# SimpleDB (query protocol, signature versions 0, 1 and 2)
QUERY_VERSION: Final = "query api: version"  # Value
QUERY_INCOMPLETE: Final = "query api: incomplete"  # Parameter
QUERY_EXPIRED: Final = "query api: expired"  # Parameter, Date


class AuthFailure(Exception):
    """A request that is not believed. `because` says to a person what was found."""

    def __init__(self, kind: str, fields: Mapping[str, Any] | None = None, because: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.fields: Mapping[str, Any] = fields or {}
        self.because = because


def hex_pairs(data: bytes) -> str:
    """The bytes as AWS shows them in StringToSignBytes: `47 45 54`."""
    return data.hex(" ")
