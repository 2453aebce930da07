"""The signatures of the query protocol, as SimpleDB has it: parameters, signed by version 2, 1 or 0 (SimpleDB Developer Guide,
"HMAC-SHA signature"). It never took version 4 (recorded).

The order: credentials present, the version, the time, the key, the signature (inferred).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from condemu.auth import failures
from condemu.auth.authentication import HEADER, VERSION_2, Authentication
from condemu.auth.checks import MAX_SKEW, check_token, no_token
from condemu.auth.credentials import Credential
from condemu.auth.failures import AuthFailure, hex_pairs
from condemu.auth.signature_v2 import (
    HASHES,
    canonical_parameters,
    fits,
    hosts,
    query_string_to_sign,
    version_0_string,
    version_1_string,
)
from condemu.auth.verifier import Verifier
from condemu.core.http import Request
from condemu.wire.rest import parse_iso_8601

VERSIONS: Final = ("0", "1", "2")


def verify(verifier: Verifier, request: Request, parameters: Mapping[str, str], now: float, sent: str = "") -> Authentication:
    """Who sent this request. `sent` is the text that the parameters were read from, if it is known. Raises AuthFailure."""
    access_key, signature = parameters.get("AWSAccessKeyId"), parameters.get("Signature")
    if not access_key or not signature:
        raise AuthFailure(failures.NO_CREDENTIALS)
    version = parameters.get("SignatureVersion", "0")
    if version not in VERSIONS:
        raise AuthFailure(failures.QUERY_VERSION, {"Value": version})
    credential = verifier.book.find(access_key)
    known = credential is not None
    _check_time(parameters, now, known)
    if credential is None:
        owner = verifier.stranger(access_key)
    else:
        owner = credential.principal
        token = parameters.get("SecurityToken")
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        hash_name = _hash_name(parameters, version)
        _check_signature(_strings_to_sign(request, parameters, version, sent), hash_name, signature, credential)
        check_token(credential, token, now)
    return Authentication(owner, access_key, HEADER, VERSION_2, verifier.region, verified=known)


def _check_time(parameters: Mapping[str, str], now: float, known: bool) -> None:
    """A Timestamp counts for 15 minutes, checked where there is a secret; Expires counts for itself. One of them is needed."""
    timestamp, expires = parameters.get("Timestamp"), parameters.get("Expires")
    if timestamp is None and expires is None:
        raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": "Timestamp"})
    if expires is not None and now > _moment("Expires", expires):
        raise AuthFailure(failures.QUERY_EXPIRED, {"Parameter": "Expires", "Date": expires})
    if timestamp is not None and now > _moment("Timestamp", timestamp) + MAX_SKEW and known:
        raise AuthFailure(failures.QUERY_EXPIRED, {"Parameter": "Timestamp", "Date": timestamp})


def _moment(name: str, text: str) -> float:
    moment = parse_iso_8601(text)
    if moment is None:
        raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": name})
    return moment


def _hash_name(parameters: Mapping[str, str], version: str) -> str:
    method = parameters.get("SignatureMethod", "HmacSHA1")
    if version != "2":
        return "sha1"
    if method not in HASHES:
        raise AuthFailure(failures.QUERY_INCOMPLETE, {"Parameter": "SignatureMethod"})
    return HASHES[method]


def _strings_to_sign(request: Request, parameters: Mapping[str, str], version: str, sent: str) -> Iterator[str]:
    """What may have been signed, the usual form first; the others are made only when somebody asks for them."""
    if version == "0":
        yield version_0_string(parameters)
    elif version == "1":
        yield version_1_string(parameters)
    else:
        header, canonical = request.headers.get("host", ""), canonical_parameters(parameters, sent)
        yield query_string_to_sign(request.method, header, request.raw_path, canonical)
        for host in hosts(header)[1:]:
            yield query_string_to_sign(request.method, host, request.raw_path, canonical)


def _check_signature(texts: Iterator[str], hash_name: str, signature: str, credential: Credential) -> None:
    secret = credential.secret
    usual = next(texts)
    if not fits(secret, usual, signature, hash_name) and not any(fits(secret, text, signature, hash_name) for text in texts):
        raise AuthFailure(
            failures.MISMATCH,
            {
                "AWSAccessKeyId": credential.access_key,
                "StringToSign": usual,
                "SignatureProvided": signature,
                "StringToSignBytes": hex_pairs(usual.encode("utf-8", "surrogateescape")),
            },
            f"the text to sign is {usual!r}",
        )
