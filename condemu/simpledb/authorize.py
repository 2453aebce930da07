"""Who calls, and whether they may: signature versions 2, 1 and 0 in the parameters, then identity policies.

Actions are `sdb:<operation>`; the resource is `arn:aws:sdb:<region>:<account>:domain/<name>`, for ListDomains every domain.
SimpleDB has no condition keys of its own and no policies on its resources (Service Authorization Reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.decision import decide
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import Principal
from condemu.core.effects import Clock
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Request
from condemu.core.records import record
from condemu.simpledb.errors import (
    AUTH_FAILURE,
    AUTHORIZATION_FAILURE,
    INCOMPLETE_SIGNATURE,
    INVALID_CLIENT_TOKEN_ID,
    INVALID_SIGNATURE_VERSION,
    REQUEST_EXPIRED,
    SIGNATURE_DOES_NOT_MATCH,
)
from condemu.simpledb.operations import Operation
from condemu.simpledb.requests import Request as SimpleDBRequest
from condemu.wire.query import Parameters

# What a request that is not believed is told.
ROWS: Final[Mapping[str, ErrorRow]] = {
    failures.NO_CREDENTIALS: AUTH_FAILURE,
    failures.UNKNOWN_KEY: INVALID_CLIENT_TOKEN_ID,
    failures.TOKEN_INVALID: INVALID_CLIENT_TOKEN_ID,  # inferred
    failures.TOKEN_EXPIRED: INVALID_CLIENT_TOKEN_ID,  # inferred
    failures.MISMATCH: SIGNATURE_DOES_NOT_MATCH,
    failures.QUERY_VERSION: INVALID_SIGNATURE_VERSION,
    failures.QUERY_INCOMPLETE: INCOMPLETE_SIGNATURE,
    failures.QUERY_EXPIRED: REQUEST_EXPIRED,
}


@record
class Caller:
    """`principal` is None when nothing verifies who calls."""

    account: str
    access_key: str = ""
    principal: Principal | None = None


def verified(authenticator: Authenticator | None, http: Request, parameters: Parameters, clock: Clock, account: str) -> Caller:
    """The caller, or the refusal that a request earns which cannot be believed."""
    if authenticator is None:
        return Caller(account, parameters.get("AWSAccessKeyId", ""))
    try:
        found = authenticator.verify_query(http, parameters, clock.now(), parameters.sent)
    except AuthFailure as failure:
        row = ROWS.get(failure.kind, INCOMPLETE_SIGNATURE)
        raise ServiceError(row, failure.fields, because=failure.because) from None
    return Caller(found.principal.account or account, found.access_key, found.principal)


def authorize(caller: Caller, operation: Operation, request: SimpleDBRequest, region: str) -> None:
    """Ask the caller's policies. A root user needs none."""
    principal = caller.principal
    if principal is None or principal.is_root or principal.is_anonymous:
        return
    name = request["DomainName"] if operation.on_domain else "*"
    resource = f"arn:aws:sdb:{region}:{caller.account}:domain/{name}"
    ruling = decide(principal, operation.action, resource, {}, owner=caller.account)
    if not ruling.allowed:
        raise ServiceError(AUTHORIZATION_FAILURE, {"Action": operation.name, "Resource": resource}, because=ruling.because)
