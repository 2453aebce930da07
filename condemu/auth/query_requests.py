"""The signatures of the query protocol, as SimpleDB has it: parameters, signed by version 2, 1 or 0 (SimpleDB Developer Guide,
"HMAC-SHA signature"). It never took version 4 (recorded).

The order: credentials present, the version, the time, the key, the signature (inferred).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from condemu.auth import failures
from condemu.auth.authentication import HEADER, VERSION_2, Authentication
from condemu.auth.checks import MAX_SKEW, check_token, check_token_given
from condemu.auth.credentials import Credential
from condemu.auth.failures import AuthFailure, hex_pairs
from condemu.auth.signature_v2 import (
    HASHES,
    fits,
    hosts,
    query_string_to_sign,
    version_0_string,
    version_1_string,
)
from condemu.core.http import Request
from condemu.wire.rest import parse_iso_8601

if TYPE_CHECKING:
    from condemu.auth.authenticate import Authenticator

VERSIONS: Final = ("0", "1", "2")


def verify(
    authenticator: Authenticator, request: Request, parameters: Sequence[tuple[str, str]], now: float
) -> Authentication:
    """Who sent this request. Raises AuthFailure."""
    given = dict(parameters)
    access_key, signature = given.get("AWSAccessKeyId"), given.get("Signature")
    if not access_key or not signature:
        raise AuthFailure(failures.NO_CREDENTIALS)
    version = given.get("SignatureVersion", "0")
    if version not in VERSIONS:
        raise AuthFailure(failures.QUERY_VERSION, {"Value": version})
    credential = authenticator.book.find(access_key)
    _check_time(given, now, credential is not None)
    if credential is None:
        authenticator.refuse_unknown(access_key)
    else:
        check_token_given(credential, given.get("SecurityToken"))
        _check_signature(request, parameters, version, signature, credential)
        check_token(credential, given.get("SecurityToken"), now)
    owner = authenticator.book.owner(access_key)
    known = credential is not None
    return Authentication(owner, access_key, HEADER, VERSION_2, authenticator.region, verified=known)


def _check_time(given: dict[str, str], now: float, known: bool) -> None:
    """A Timestamp counts for 15 minutes, checked where there is a secret; Expires counts for itself. One of them is needed."""
    timestamp, expires = given.get("Timestamp"), given.get("Expires")
    if timestamp is None and expires is None:
        raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": "Timestamp"})
    for name, text, allowed in (("Expires", expires, 0), ("Timestamp", timestamp, MAX_SKEW)):
        if text is None:
            continue
        moment = parse_iso_8601(text)
        if moment is None:
            raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": name})
        if now > moment + allowed and (known or name == "Expires"):
            raise AuthFailure(failures.QUERY_EXPIRED, {"Parameter": name, "Date": text})


def _check_signature(
    request: Request, parameters: Sequence[tuple[str, str]], version: str, signature: str, credential: Credential
) -> None:
    signed = [(name, value) for name, value in parameters if name != "Signature"]
    if version == "0":
        candidates: tuple[str, ...] = (version_0_string(signed),)
    elif version == "1":
        candidates = (version_1_string(signed),)
    else:
        first, *others = hosts(request.headers.get("host", ""))
        text = query_string_to_sign(request.method, first, request.raw_path, signed)
        after_host = text[len(request.method) + 1 + len(first) :]
        candidates = (text, *[f"{request.method}\n{host}{after_host}" for host in others])
    method = dict(signed).get("SignatureMethod", "HmacSHA1")
    if version == "2" and method not in HASHES:
        raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": "SignatureMethod"})
    hash_name = HASHES[method] if version == "2" else "sha1"
    if not any(fits(credential.secret, text, signature, hash_name) for text in candidates):
        raise AuthFailure(
            failures.MISMATCH,
            {
                "AWSAccessKeyId": credential.access_key,
                "StringToSign": candidates[0],
                "SignatureProvided": signature,
                "StringToSignBytes": hex_pairs(candidates[0].encode("utf-8", "surrogateescape")),
            },
            f"the text to sign is {candidates[0]!r}",
        )
