"""Signature version 2 on S3's requests, in a header or in a query. It still works in the older regions and is accepted everywhere
here; it takes no part in aws-chunked."""

from __future__ import annotations

from typing import Final

from condemu.auth import failures, signature_v2
from condemu.auth.authentication import HEADER, QUERY, VERSION_2, Authentication
from condemu.auth.checks import MAX_SKEW, check_token, iso_text, no_token, skewed
from condemu.auth.failures import AuthFailure, hex_pairs
from condemu.auth.principals import Principal
from condemu.auth.verifier import Verifier
from condemu.core.http import Request

V2_PARAMETERS: Final = ("Signature", "Expires", "AWSAccessKeyId")


def verify_header(verifier: Verifier, request: Request, rest: str, date: float, now: float, host_bucket: str) -> Authentication:
    access_key, colon, signature = rest.rpartition(":")
    if not colon or not access_key:
        raise AuthFailure(failures.SCHEME, {"ArgumentName": "Authorization", "ArgumentValue": f"AWS {rest}"})
    credential = verifier.book.find(access_key)
    if credential is None:
        owner = verifier.stranger(access_key)
    else:
        owner = credential.principal
        if abs(now - date) > MAX_SKEW:
            raise skewed(request.headers.get("x-amz-date") or request.headers.get("date", ""), date, now)
        token = request.headers.get("x-amz-security-token")
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        query = signature_v2.decoded_parameters(request.query_string)
        texts = signature_v2.rest_strings_to_sign(request, host_bucket, query)
        if not any(signature_v2.fits(credential.secret, text, signature) for text in texts):
            raise mismatch(access_key, signature, texts[0])
        check_token(credential, token, now)
    return _authentication(verifier, request, access_key, HEADER, owner, credential is not None)


def verify_query(verifier: Verifier, request: Request, now: float, host_bucket: str) -> Authentication:
    query = signature_v2.decoded_parameters(request.query_string)
    given = dict(reversed(query))
    if any(not given.get(name) for name in V2_PARAMETERS):
        raise AuthFailure(failures.V2_PARAMETERS)
    expires = given["Expires"]
    if not (expires.isascii() and expires.isdecimal() and len(expires) <= 11):
        raise AuthFailure(failures.V2_EXPIRES_FORM, {"Expires": expires})
    access_key, signature = given["AWSAccessKeyId"], given["Signature"]
    credential = verifier.book.find(access_key)
    if credential is None:
        owner = verifier.stranger(access_key)
    else:
        owner = credential.principal
        token = given.get("x-amz-security-token", request.headers.get("x-amz-security-token"))
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        texts = signature_v2.rest_strings_to_sign(request, host_bucket, query, expires)
        if not any(signature_v2.fits(credential.secret, text, signature) for text in texts):
            raise mismatch(access_key, signature, texts[0])
        check_token(credential, token, now)
    moment = verifier.state_time(now)
    if moment > int(expires):
        raise AuthFailure(failures.EXPIRED, {"Expires": iso_text(int(expires)), "ServerTime": iso_text(moment)})
    return _authentication(verifier, request, access_key, QUERY, owner, credential is not None)


def _authentication(
    verifier: Verifier, request: Request, access_key: str, auth_type: str, owner: Principal, verified: bool
) -> Authentication:
    return Authentication(
        owner,
        access_key,
        auth_type,
        VERSION_2,
        verifier.region,
        payload=request.headers.get("x-amz-content-sha256"),
        verified=verified,
    )


def mismatch(access_key: str, given: str, text: str) -> AuthFailure:
    return AuthFailure(
        failures.MISMATCH,
        {
            "AWSAccessKeyId": access_key,
            "StringToSign": text,
            "SignatureProvided": given,
            "StringToSignBytes": hex_pairs(text.encode("utf-8", "surrogateescape")),
        },
    )
