"""What the signatures of all services are checked for besides the signature itself: time and session tokens."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from condemu.auth import failures
from condemu.auth.credentials import Credential
from condemu.auth.failures import AuthFailure, hex_pairs
from condemu.auth.signature_v4 import Signing

MAX_SKEW: Final = 15 * 60  # seconds either way
LAST_SECOND: Final = 253_402_300_799  # 9999-12-31T23:59:59Z

_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


@lru_cache(maxsize=4096)
def basic_date(text: str) -> float | None:
    """YYYYMMDDTHHMMSSZ as seconds; None when it is no such date."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def basic_text(seconds: float) -> str:
    """Seconds as YYYYMMDDTHHMMSSZ."""
    return _basic_text(min(seconds // 1, LAST_SECOND))


@lru_cache(maxsize=1024)
def _basic_text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def iso_text(seconds: float) -> str:
    """As AWS shows times in these errors: `2021-08-11T21:48:05Z`."""
    return datetime.fromtimestamp(min(seconds // 1, LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=256)
def is_region(name: str) -> bool:
    """Whether a scope names a region as AWS does: `us-east-1`, `us-gov-west-1`."""
    return _REGION.fullmatch(name) is not None


def skewed(sent: str, date: float, now: float) -> AuthFailure:
    """A request whose date is more than MAX_SKEW from now."""
    return AuthFailure(
        failures.SKEWED,
        {"RequestTime": sent, "ServerTime": iso_text(now), "MaxAllowedSkewMilliseconds": MAX_SKEW * 1000},
        f"the request's date is {abs(now - date):.0f} seconds off",
    )


def no_token(credential: Credential) -> AuthFailure:
    """A request with the key of a session and without its token."""
    return AuthFailure(
        failures.UNKNOWN_KEY, {"AWSAccessKeyId": credential.access_key}, "the key is a session's, and no token came with it"
    )


def check_token(credential: Credential, token: str | None, now: float) -> None:
    """The token is the key's, and the session has not ended. Keys that last, sent without a token, have nothing to check."""
    if token is not None and token != credential.session_token:
        raise AuthFailure(failures.TOKEN_INVALID, {"Token-0": token})
    if credential.expires is not None and now >= credential.expires:
        raise AuthFailure(failures.TOKEN_EXPIRED, {"Token-0": token})


def mismatch(access_key: str, given: str, signing: Signing) -> AuthFailure:
    """All that AWS's answer shows, so that a client can compare line by line."""
    text, canonical = signing.string_to_sign, signing.canonical
    return AuthFailure(
        failures.MISMATCH,
        {
            "AWSAccessKeyId": access_key,
            "StringToSign": text,
            "SignatureProvided": given,
            "StringToSignBytes": hex_pairs(text.encode("latin-1", "replace")),
            "CanonicalRequest": canonical,
            "CanonicalRequestBytes": hex_pairs(canonical.encode("latin-1", "replace")),
        },
    )
