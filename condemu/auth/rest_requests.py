"""The signatures of S3's requests: in the Authorization header or in the query, version 4 or 2 (S3 API Reference, "Authenticating
requests").

The order of checks for a header: date, its distance from now, the header's form, the scope, the key, the scope's date, the
payload hash, headers that should be signed, the signature, the session token. For a query: the parameters' forms, the scope, the
key, headers that should be signed, the signature, the time (in parts recorded on AWS 2026-02; the rest as other servers have it).

A header that is signed and not sent is a mismatch: AWS signs it as empty. This needs no secret, so it holds for every key and in
every mode, and a condition that was presigned cannot be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from condemu.auth import failures, rest_requests_v2
from condemu.auth.authentication import ANONYMOUS, HEADER, QUERY, VERSION_4, Authentication
from condemu.auth.checks import (
    MAX_SKEW,
    basic_date,
    basic_text,
    check_token,
    is_region,
    iso_text,
    mismatch,
    no_token,
    skewed,
)
from condemu.auth.failures import AuthFailure
from condemu.auth.signature_v2 import decoded_parameters
from condemu.auth.signature_v4 import (
    ALGORITHM,
    TERMINAL,
    UNSIGNED_PAYLOAD,
    Chain,
    Claim,
    Signing,
    claim_of,
    credential_parts,
)
from condemu.auth.verifier import Verifier
from condemu.core.http import Request
from condemu.wire.rest import parse_http_date, percent_decode

SPOKEN: Final = ("x-amz-", "if-")  # what a query says in place of headers begins so
MAX_EXPIRES: Final = 604800  # seconds: a week
STREAMING: Final = (
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
)
SIGNED_STREAMS: Final = frozenset({"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"})
DECLARATIONS: Final = frozenset({UNSIGNED_PAYLOAD, *STREAMING})
V4_PARAMETERS: Final = (
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires",
)  # fmt: skip

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_DAY: Final = re.compile(r"\d{8}", re.ASCII)
_HOST_REGION: Final = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_SECOND_HEADER: Final = re.compile(r", ?AWS(?:4-[A-Z0-9-]+)? ")


def verify(verifier: Verifier, request: Request, now: float, host_bucket: str) -> Authentication:
    """Who sent this request. Raises AuthFailure."""
    authorization = request.headers.get("authorization")
    query = request.query_string
    names = {pair.partition("=")[0] for pair in query.split("&")} if query else _NONE
    if authorization is not None:
        if names and ("X-Amz-Algorithm" in names or "Signature" in names):
            raise AuthFailure(failures.TWO_MECHANISMS, {"ArgumentName": "Authorization", "ArgumentValue": authorization})
        return _header(verifier, request, authorization, now, host_bucket)
    if not names.isdisjoint(V4_PARAMETERS):
        return _presigned(verifier, request, now)
    if not names.isdisjoint(rest_requests_v2.V2_PARAMETERS):
        return rest_requests_v2.verify_query(verifier, request, now, host_bucket)
    payload = request.headers.get("x-amz-content-sha256")
    return ANONYMOUS if payload is None else Authentication(ANONYMOUS.principal, payload=payload)


_NONE: Final[frozenset[str]] = frozenset()


def _header(verifier: Verifier, request: Request, authorization: str, now: float, host_bucket: str) -> Authentication:
    headers = request.headers
    sent = headers.get("x-amz-date")
    date = basic_date(sent) if sent is not None else None
    if date is None:
        date, sent = _other_date(headers.get("x-amz-date") or headers.get("date", ""))
    if authorization.startswith("AWS "):
        return rest_requests_v2.verify_header(verifier, request, authorization[4:].strip(), date, now, host_bucket)
    head, separator, signature = authorization.rpartition("Signature=")
    claim, sound = _claim_of_head(head) if separator and "," not in signature else (None, False)
    credential = verifier.book.find(claim.access_key) if claim is not None else None
    if abs(now - date) > MAX_SKEW and (credential is not None or claim is None):
        raise skewed(sent or "", date, now)
    if claim is None:
        claim, signature = _claim(authorization)
        credential = verifier.book.find(claim.access_key)
    if not sound or _region_of_host(headers.get("host", "")) is not None:
        _check_scope("header", claim, request, verifier)
    owner = verifier.stranger(claim.access_key) if credential is None else credential.principal
    day = (sent or "")[:8]
    if claim.date != day:
        raise AuthFailure(failures.SCOPE_DATE["header"], {"Date": claim.date, "RequestDate": day})
    payload = headers.get("x-amz-content-sha256")
    if payload is None:
        raise AuthFailure(failures.NO_HASH)
    if payload not in DECLARATIONS and _SHA256.fullmatch(payload) is None:
        raise AuthFailure(failures.HASH, {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": payload})
    chain = None
    if credential is not None:
        token = headers.get("x-amz-security-token")
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        _check_all_signed(request, claim)
        signing = Signing(request, claim, credential.secret, sent or "", payload)
        if not signing.fits(signature):
            raise mismatch(claim.access_key, signature, signing)
        if token is not None or credential.expires is not None:
            check_token(credential, token, now)
        if payload in SIGNED_STREAMS:
            chain = Chain(signing, signature, claim.access_key)
    else:
        _check_all_sent(request, claim, sent or "", payload, signature)
    return Authentication(
        owner,
        claim.access_key,
        HEADER,
        VERSION_4,
        claim.region,
        max(0.0, (now - date) * 1000),
        payload,
        chain,
        credential is not None,
    )


def _other_date(text: str) -> tuple[float, str]:
    """From a Date header, or an x-amz-date of its form: seconds, and the text to sign."""
    date = basic_date(text)
    seconds = date if date is not None else parse_http_date(text)
    if seconds is None:
        raise AuthFailure(failures.NO_DATE, because=f"the date is {text!r}")
    return seconds, basic_text(seconds)


@lru_cache(maxsize=1024)
def _claim_of_head(head: str) -> tuple[Claim | None, bool]:
    """All of the header but the signature: the same for many requests. None when something is wrong with it. And whether its
    scope is one that an endpoint without a region in its name takes."""
    try:
        claim = _claim(head + "Signature=0")[0]
    except AuthFailure:
        return None, False
    ours = claim.service == "s3" and claim.terminal == TERMINAL
    return claim, ours and _DAY.fullmatch(claim.date) is not None and is_region(claim.region)


def _claim(authorization: str) -> tuple[Claim, str]:
    """Read the header slowly, to name what is wrong with it."""
    shown = {"ArgumentName": "Authorization", "ArgumentValue": authorization}
    scheme, space, rest = authorization.partition(" ")
    if not space:
        raise AuthFailure(failures.NO_SPACE, shown)
    if scheme != ALGORITHM:
        raise AuthFailure(failures.SCHEME, shown)
    if _SECOND_HEADER.search(rest):
        raise AuthFailure(failures.TWO_HEADERS, {"Header": "Authorization"})
    components = [component.strip() for component in rest.split(",", 8)]
    if len(components) != 3:
        raise AuthFailure(failures.COMPONENTS)
    values = {}
    for component in components:
        name, equals, value = component.partition("=")
        if not equals:
            raise AuthFailure(failures.COMPONENT, {"Component": component})
        values[name] = value
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not values.get(name):
            raise AuthFailure(failures.NO_COMPONENT, {"Component": name})
    credential = credential_parts(values["Credential"])
    if credential is None:
        raise AuthFailure(failures.CREDENTIAL["header"])
    return claim_of(credential, values["SignedHeaders"]), values["Signature"]


def _check_scope(where: str, claim: Claim, request: Request, verifier: Verifier) -> None:
    """Service, terminal and date are this endpoint's; so is the region where the host names one. An endpoint without a region in
    its name stands for all of them. The list of directory buckets is signed for S3 Express."""
    express = claim.service == "s3express" and request.method == "GET" and request.raw_path == "/"
    if claim.service != "s3" and not express:
        raise AuthFailure(failures.SERVICE[where], {"Got": claim.service, "Want": "s3"})
    if claim.terminal != TERMINAL:
        raise AuthFailure(failures.TERMINAL[where], {"Got": claim.terminal})
    if _DAY.fullmatch(claim.date) is None:
        raise AuthFailure(failures.SCOPE_DATE_FORM[where], {"Date": claim.date})
    check_region(where, claim, request, verifier)


def check_region(where: str, claim: Claim, request: Request, verifier: Verifier) -> None:
    """A key without a known secret may sign for any region, since emulators are used with invented ones."""
    named = _region_of_host(request.headers.get("host", ""))
    if named is None:
        if is_region(claim.region) or verifier.book.find(claim.access_key) is None:
            return
        named = verifier.region
    if claim.region != named:
        raise AuthFailure(failures.REGION[where], {"Got": claim.region, "Region": named})


@lru_cache(maxsize=256)
def _region_of_host(host: str) -> str | None:
    match = _HOST_REGION.search(host)
    return match[1] if match else None


def _check_all_signed(request: Request, claim: Claim) -> None:
    """The host and each x-amz- header must be signed, but x-amz-content-sha256 (recorded on AWS)."""
    unsigned = _not_signed(tuple(request.headers), claim.signed)
    if unsigned:
        raise AuthFailure(failures.NOT_SIGNED, {"HeadersNotSigned": ", ".join(unsigned)})


def _check_all_sent(request: Request, claim: Claim, date: str, payload: str, signature: str, omit: str = "") -> None:
    """For a key without a known secret: a signature over a header that is not there cannot be right."""
    headers = request.headers
    missing = [name for name in claim.signed_headers if name not in headers]
    if missing:
        failure = mismatch(claim.access_key, signature, Signing(request, claim, "", date, payload, omit))
        failure.because = f"the signature is over {', '.join(missing)}, which the request does not have"
        raise failure


@lru_cache(maxsize=4096)
def _not_signed(sent: tuple[str, ...], signed: frozenset[str]) -> tuple[str, ...]:
    """A client's requests have the same headers over and over."""
    unsigned = sorted(name for name in sent if name.startswith("x-amz-") and name not in signed)
    missing = [] if "host" in signed else ["host"]
    return tuple(missing + [name for name in unsigned if name != "x-amz-content-sha256"])


def _presigned(verifier: Verifier, request: Request, now: float) -> Authentication:
    given = dict(reversed(decoded_parameters(request.query_string)))
    if any(not given.get(name) for name in V4_PARAMETERS):
        raise AuthFailure(failures.PARAMETERS)
    if given["X-Amz-Algorithm"] != ALGORITHM:
        raise AuthFailure(failures.ALGORITHM)
    parts = credential_parts(given["X-Amz-Credential"])
    if parts is None:
        raise AuthFailure(failures.CREDENTIAL["query"])
    claim = claim_of(parts, given["X-Amz-SignedHeaders"])
    _check_scope("query", claim, request, verifier)
    date = basic_date(given["X-Amz-Date"])
    if date is None:
        raise AuthFailure(failures.DATE_FORM)
    expires = _expires(given["X-Amz-Expires"])
    if claim.date != given["X-Amz-Date"][:8]:
        raise AuthFailure(failures.SCOPE_DATE["query"], {"Date": claim.date, "RequestDate": given["X-Amz-Date"][:8]})
    credential = verifier.book.find(claim.access_key)
    payload = request.headers.get("x-amz-content-sha256", UNSIGNED_PAYLOAD)
    chain = None
    if credential is None:
        owner = verifier.stranger(claim.access_key)
        _check_bound(request, claim, given, payload)
    else:
        owner = credential.principal
        token = given.get("X-Amz-Security-Token", request.headers.get("x-amz-security-token"))
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        _check_not_contradicted(request, claim, given, payload)
        _check_all_signed(request, claim)
        signing = Signing(request, claim, credential.secret, given["X-Amz-Date"], payload, "X-Amz-Signature")
        if not signing.fits(given["X-Amz-Signature"]):
            raise mismatch(claim.access_key, given["X-Amz-Signature"], signing)
        check_token(credential, token, now)
        if payload in SIGNED_STREAMS:
            chain = Chain(signing, given["X-Amz-Signature"], claim.access_key)
    times = {"Expires": iso_text(date + expires), "ServerTime": iso_text(now)}
    if verifier.state_time(now) > date + expires:
        raise AuthFailure(failures.EXPIRED, {"X-Amz-Expires": expires, **times})
    if date > max(now, verifier.state_time(now)) + MAX_SKEW:
        raise AuthFailure(failures.NOT_YET, {"X-Amz-Date": int(date * 1000), **times})
    age = max(0.0, (now - date) * 1000)
    known = credential is not None
    return Authentication(owner, claim.access_key, QUERY, VERSION_4, claim.region, age, payload, chain, known)


def _check_bound(request: Request, claim: Claim, given: Mapping[str, str], payload: str) -> None:
    """What a presigned URL binds whoever holds it to, and what needs no secret."""
    _check_not_contradicted(request, claim, given, payload)
    _check_all_signed(request, claim)
    _check_all_sent(request, claim, given["X-Amz-Date"], payload, given["X-Amz-Signature"], "X-Amz-Signature")


def _check_not_contradicted(request: Request, claim: Claim, given: Mapping[str, str], payload: str) -> None:
    """A header may not say otherwise than the signed query (recorded on AWS, as a mismatch)."""
    for name, value in given.items():
        sent = request.headers.get(name.lower()) if name.lower().startswith(SPOKEN) else None
        if sent is not None and sent.strip() != value.strip():
            signature = given["X-Amz-Signature"]
            signing = Signing(request, claim, "", given["X-Amz-Date"], payload, "X-Amz-Signature")
            failure = mismatch(claim.access_key, signature, signing)
            failure.because = f"{name.lower()} is in the headers and, different, in the query"
            raise failure


def check_bound(request: Request) -> None:
    """The same for the mode that verifies nothing, as far as the query says what it signs. Raises AuthFailure."""
    given = dict(reversed(decoded_parameters(request.query_string)))
    parts = credential_parts(given.get("X-Amz-Credential", ""))
    if parts is not None and given.get("X-Amz-SignedHeaders") and given.get("X-Amz-Signature"):
        claim = claim_of(parts, given["X-Amz-SignedHeaders"])
        payload = request.headers.get("x-amz-content-sha256", UNSIGNED_PAYLOAD)
        _check_bound(request, claim, {"X-Amz-Date": "", **given}, payload)


def _expires(text: str) -> int:
    try:
        seconds = int(text[:20])
    except ValueError:
        raise AuthFailure(failures.EXPIRES_FORM) from None
    if seconds < 0:
        raise AuthFailure(failures.EXPIRES_NEGATIVE)
    if seconds > MAX_EXPIRES:
        raise AuthFailure(failures.EXPIRES_LATE)
    return seconds


_CLAIMED: Final = (
    re.compile(r"Credential=([^/,\s]+)/"),
    re.compile(r"AWS ([^:\s]+):"),
)


def claimed_key(request: Request) -> str | None:
    """The access key that a request names, whatever else is wrong with it: for the mode that verifies nothing."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        for pattern in _CLAIMED:
            match = pattern.search(authorization)
            if match:
                return match[1]
        return ""
    for pair in request.query_string.split("&"):
        name, _, value = pair.partition("=")
        if name == "X-Amz-Credential":
            return percent_decode(value).partition("/")[0]
        if name == "AWSAccessKeyId":
            return percent_decode(value)
    return None
