"""Signature version 4 as DynamoDB's front end checks it. Its sentences differ from S3's, and it names at once all that
is missing.

The order: two mechanisms, none, what is missing, the date's form, its distance from now, the host, the algorithm, the
credential's form, its scope, the key, the signature, the session token (seen on AWS in 2013, the only ordered list there is).
What needs no secret is checked for every key, but for the distance of the date and the scope: emulators are used with invented
regions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from condemu.auth import failures
from condemu.auth.authentication import HEADER, QUERY, VERSION_4, Authentication
from condemu.auth.checks import MAX_SKEW, basic_date, basic_text, check_token, mismatch, no_token
from condemu.auth.failures import AuthFailure
from condemu.auth.signature_v2 import decoded_parameters
from condemu.auth.signature_v4 import ALGORITHM, TERMINAL, Claim, Signing, claim_of, credential_parts
from condemu.auth.verifier import Verifier
from condemu.core.http import Request
from condemu.wire.rest import parse_http_date

HEADER_NAMES: Final = ("Credential", "Signature", "SignedHeaders")
QUERY_NAMES: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_COMPONENT: Final = re.compile(r"([A-Za-z]+)=([^,\s]*)")  # at commas and at white space (asserted on AWS by a published suite)
_REGION: Final = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)


def verify(verifier: Verifier, request: Request, body: bytes, now: float, service: str) -> Authentication:
    """Who sent this request. Raises AuthFailure."""
    authorization = request.headers.get("authorization")
    query = request.query_string
    by_query = "X-Amz-Algorithm" in query
    if authorization is not None and by_query:
        raise AuthFailure(failures.TWO_MECHANISMS)
    if by_query:
        return _from_query(verifier, request, body, now, service)
    if authorization is None or not authorization.startswith("AWS4-"):
        raise AuthFailure(failures.NO_CREDENTIALS)
    head, separator, signature = authorization.rpartition("Signature=")
    if separator and head[-1] in " ," and signature.isalnum():
        reading = _reading_of_head(head)
    else:
        reading, signature = _read(authorization)
    date_text = request.headers.get("x-amz-date") or request.headers.get("date")
    if reading.missing or date_text is None:
        missing = [*reading.missing, *([] if date_text is not None else ["Date"])]
        raise AuthFailure(failures.INCOMPLETE, {"Missing": missing, "In": "header", "Authorization": authorization})
    token = request.headers.get("x-amz-security-token")
    return _verify(verifier, request, body, now, service, reading, signature, date_text, token, HEADER)


class Reading(NamedTuple):
    """What a request says of its signature. `claim` is None where `credential` has no five parts. `sound_for` is the service for
    which its region and its end are in order."""

    algorithm: str
    credential: str
    claim: Claim | None
    signs_host: bool
    sound_for: str | None
    missing: tuple[str, ...] = ()


def reading_of(algorithm: str, credential: str, signed_headers: str) -> Reading:
    parts = credential_parts(credential)
    claim = claim_of(parts, signed_headers) if parts is not None else None
    signs_host = "host" in signed_headers.lower().split(";")
    sound = claim is not None and claim.terminal == TERMINAL and _REGION.fullmatch(claim.region) is not None
    return Reading(algorithm, credential, claim, signs_host, claim.service if claim is not None and sound else None)


def _read(authorization: str) -> tuple[Reading, str]:
    """The header and its signature."""
    algorithm, _, rest = authorization.partition(" ")
    given = dict(_COMPONENT.findall(rest))
    missing = tuple(name for name in HEADER_NAMES if not given.get(name))
    if missing:
        return Reading(algorithm, "", None, False, None, missing), ""
    return reading_of(algorithm, given["Credential"], given["SignedHeaders"]), given["Signature"]


@lru_cache(maxsize=1024)
def _reading_of_head(head: str) -> Reading:
    """All of the header but the signature: the same for many requests."""
    return _read(head + "Signature=0")[0]


def _from_query(verifier: Verifier, request: Request, body: bytes, now: float, service: str) -> Authentication:
    given = dict(decoded_parameters(request.query_string))
    missing = [name for name in QUERY_NAMES if not given.get(name)]
    if missing:
        raise AuthFailure(failures.INCOMPLETE, {"Missing": missing, "In": "query", "Authorization": ""})
    reading = reading_of(given["X-Amz-Algorithm"], given["X-Amz-Credential"], given["X-Amz-SignedHeaders"])
    signature, date, token = given["X-Amz-Signature"], given["X-Amz-Date"], given.get("X-Amz-Security-Token")
    return _verify(verifier, request, body, now, service, reading, signature, date, token, QUERY)


def _verify(
    verifier: Verifier,
    request: Request,
    body: bytes,
    now: float,
    service: str,
    reading: Reading,
    signature: str,
    date_text: str,
    token: str | None,
    auth_type: str,
) -> Authentication:
    date, text = basic_date(date_text), date_text
    if date is None:
        date = parse_http_date(date_text)
        if date is None:
            raise AuthFailure(failures.JSON_DATE_FORM, {"Date": date_text})
        text = basic_text(date)
    claim = reading.claim
    credential = verifier.book.find(claim.access_key) if claim is not None else None
    if credential is not None and abs(now - date) > MAX_SKEW:
        raise _skewed(text, date, now)
    if not reading.signs_host:
        raise AuthFailure(failures.HOST_NOT_SIGNED)
    if reading.algorithm != ALGORITHM:
        raise AuthFailure(failures.JSON_ALGORITHM, {"Algorithm": reading.algorithm})
    if claim is None:
        raise AuthFailure(failures.JSON_CREDENTIAL, {"Credential": reading.credential})
    if credential is None:
        owner = verifier.stranger(claim.access_key)
    else:
        owner = credential.principal
        if reading.sound_for != service or claim.date != text[:8]:
            raise _scope_refusal(claim, text, service)
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        omit = "X-Amz-Signature" if auth_type == QUERY else ""
        signing = Signing(request, claim, credential.secret, text, sha256(body).hexdigest(), omit)
        if not signing.fits(signature):
            raise mismatch(claim.access_key, signature, signing)
        if token is not None or credential.expires is not None:
            check_token(credential, token, now)
    age = max(0.0, (now - date) * 1000)
    known = credential is not None
    return Authentication(owner, claim.access_key, auth_type, VERSION_4, claim.region, age, verified=known)


def _skewed(text: str, date: float, now: float) -> AuthFailure:
    if date < now:
        limits = {"Date": text, "Limit": basic_text(now - MAX_SKEW), "Now": basic_text(now)}
        return AuthFailure(failures.JSON_EXPIRED, limits)
    limits = {"Date": text, "Limit": basic_text(now + MAX_SKEW), "Now": basic_text(now)}
    return AuthFailure(failures.JSON_NOT_YET, limits)


def _scope_refusal(claim: Claim, text: str, service: str) -> AuthFailure:
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
    return AuthFailure(failures.SCOPE, {**wrong, "Want": service, "Date": text[:8], "DateTime": text})
