"""Signature version 4 as DynamoDB's front end checks it. Its sentences differ from S3's, and it names at once all that
is missing.

The order: two mechanisms, none, what is missing, the date's form, its distance from now, the host, the algorithm, the
credential's form, its scope, the key, the signature, the session token (seen on AWS in 2013, the only ordered list there is).
What needs no secret is checked for every key, but for the distance of the date and the scope: emulators are used with invented
regions.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from condemu.auth import failures
from condemu.auth.authentication import HEADER, QUERY, VERSION_4, Authentication
from condemu.auth.checks import MAX_SKEW, basic_date, basic_text, check_token, check_token_given, mismatch
from condemu.auth.failures import AuthFailure
from condemu.auth.signature_v2 import decoded_parameters
from condemu.auth.signature_v4 import ALGORITHM, TERMINAL, Claim, Signing, claim_of, credential_parts
from condemu.core.http import Request
from condemu.wire.rest import parse_http_date

if TYPE_CHECKING:
    from condemu.auth.authenticate import Authenticator

HEADER_NAMES: Final = ("Credential", "Signature", "SignedHeaders")
QUERY_NAMES: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_COMPONENT: Final = re.compile(r"\s*([A-Za-z]+)=([^,]*)")
_REGION: Final = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)


def verify(authenticator: Authenticator, request: Request, body: bytes, now: float, service: str) -> Authentication:
    """Who sent this request. Raises AuthFailure."""
    authorization = request.headers.get("authorization")
    query = request.query_string
    by_query = "X-Amz-Algorithm" in query
    if authorization is not None and by_query:
        raise AuthFailure(failures.TWO_MECHANISMS)
    if by_query:
        return _from_query(authenticator, request, body, now, service)
    if authorization is None or not authorization.startswith("AWS4-"):
        raise AuthFailure(failures.NO_CREDENTIALS)
    algorithm, _, rest = authorization.partition(" ")
    given = dict(_COMPONENT.findall(rest))
    missing = [name for name in HEADER_NAMES if not given.get(name)]
    date_text = request.headers.get("x-amz-date") or request.headers.get("date")
    if missing or date_text is None:
        missing += [] if date_text is not None else ["Date"]
        raise AuthFailure(failures.INCOMPLETE, {"Missing": missing, "In": "header", "Authorization": authorization})
    token = request.headers.get("x-amz-security-token")
    return _verify(authenticator, request, body, now, service, algorithm, given, date_text, token, HEADER)


def _from_query(authenticator: Authenticator, request: Request, body: bytes, now: float, service: str) -> Authentication:
    given = dict(decoded_parameters(request.query_string))
    missing = [name for name in QUERY_NAMES if not given.get(name)]
    if missing:
        raise AuthFailure(failures.INCOMPLETE, {"Missing": missing, "In": "query", "Authorization": ""})
    short = {name.removeprefix("X-Amz-"): value for name, value in given.items()}
    token = given.get("X-Amz-Security-Token")
    algorithm, date = given["X-Amz-Algorithm"], given["X-Amz-Date"]
    return _verify(authenticator, request, body, now, service, algorithm, short, date, token, QUERY)


def _verify(
    authenticator: Authenticator,
    request: Request,
    body: bytes,
    now: float,
    service: str,
    algorithm: str,
    given: dict[str, str],
    date_text: str,
    token: str | None,
    auth_type: str,
) -> Authentication:
    date = basic_date(date_text)
    if date is None:
        date = parse_http_date(date_text)
        if date is None:
            raise AuthFailure(failures.JSON_DATE_FORM, {"Date": date_text})
    text = basic_text(date)
    parts = credential_parts(given["Credential"])
    credential = authenticator.book.find(parts[0]) if parts is not None else None
    if credential is not None:
        _check_skew(text, date, now)
    if "host" not in given["SignedHeaders"].lower().split(";"):
        raise AuthFailure(failures.HOST_NOT_SIGNED)
    if algorithm != ALGORITHM:
        raise AuthFailure(failures.JSON_ALGORITHM, {"Algorithm": algorithm})
    if parts is None:
        raise AuthFailure(failures.JSON_CREDENTIAL, {"Credential": given["Credential"]})
    claim = claim_of(parts, given["SignedHeaders"])
    if credential is None:
        authenticator.refuse_unknown(claim.access_key)
    else:
        _check_scope(claim, text, service)
        check_token_given(credential, token)
        omit = "X-Amz-Signature" if auth_type == QUERY else ""
        signing = Signing(request, claim, credential.secret, text, sha256(body).hexdigest(), omit)
        if not signing.fits(given["Signature"]):
            raise mismatch(claim.access_key, given["Signature"], signing)
        check_token(credential, token, now)
    owner = authenticator.book.owner(claim.access_key)
    age = max(0.0, (now - date) * 1000)
    known = credential is not None
    return Authentication(owner, claim.access_key, auth_type, VERSION_4, claim.region, age, verified=known)


def _check_skew(text: str, date: float, now: float) -> None:
    if date < now - MAX_SKEW:
        limits = {"Date": text, "Limit": basic_text(now - MAX_SKEW), "Now": basic_text(now)}
        raise AuthFailure(failures.JSON_EXPIRED, limits)
    if date > now + MAX_SKEW:
        limits = {"Date": text, "Limit": basic_text(now + MAX_SKEW), "Now": basic_text(now)}
        raise AuthFailure(failures.JSON_NOT_YET, limits)


def _check_scope(claim: Claim, text: str, service: str) -> None:
    """All that is wrong with a scope is said at once. Every region is this endpoint's."""
    wrong: dict[str, str] = {}
    if _REGION.fullmatch(claim.region) is None:
        wrong["Region"] = claim.region
    if claim.service != service:
        wrong["Service"] = claim.service
    if claim.terminal != TERMINAL:
        wrong["Terminal"] = claim.terminal
    if claim.date != text[:8]:
        wrong["ScopeDate"] = claim.date
    if wrong:
        raise AuthFailure(failures.SCOPE, {**wrong, "Want": service, "Date": text[:8], "DateTime": text})
