"""Browser uploads: a form's signature, and the policy that it signs (S3 API Reference, "Creating a POST policy").

    fields present -> policy signed -> signature -> the policy's form -> expiration -> conditions in order -> fields not covered

Texts recorded on AWS 2026-02 for fields, signatures, expiry, conditions and sizes; the forms of broken policies as other servers
have them. `check_size` is asked when the file's size is known.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any, Final

from condemu.auth import failures, signature_v2
from condemu.auth.authentication import ANONYMOUS, POST, VERSION_2, VERSION_4, Authentication
from condemu.auth.checks import basic_date, check_token, is_region, no_token
from condemu.auth.credentials import Credential
from condemu.auth.failures import AuthFailure, hex_pairs
from condemu.auth.signature_v4 import ALGORITHM, TERMINAL, credential_parts, signing_key
from condemu.auth.verifier import Verifier
from condemu.wire.rest import parse_iso_8601

# Fields that no condition need cover.
EXEMPT: Final = frozenset({"x-amz-signature", "signature", "awsaccesskeyid", "file", "policy"})
MAX_CONDITIONS: Final = 1000
V4_FIELDS: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
V2_FIELDS: Final = ("AWSAccessKeyId", "Signature")


@dataclass(frozen=True, slots=True)
class PostPolicy:
    """What is left to check of a policy once its fields have been: the size of the file."""

    smallest: int | None = None
    largest: int | None = None

    def check_size(self, size: int) -> None:
        """Raises AuthFailure."""
        if self.largest is not None and size > self.largest:
            raise AuthFailure(failures.FORM_LARGE, {"ProposedSize": size, "MaxSizeAllowed": self.largest})
        if self.smallest is not None and size < self.smallest:
            raise AuthFailure(failures.FORM_SMALL, {"ProposedSize": size, "MinSizeAllowed": self.smallest})


def verify(verifier: Verifier, fields: Mapping[str, str], bucket: str, now: float) -> tuple[Authentication, PostPolicy | None]:
    """Who posts, and the policy; neither policy nor signature is an anonymous upload. Raises AuthFailure."""
    policy = fields.get("policy")
    by_version_4 = any(name.lower() in fields for name in V4_FIELDS)
    by_version_2 = any(name.lower() in fields for name in V2_FIELDS)
    if not by_version_4 and not by_version_2:
        if policy is None:
            return Authentication(ANONYMOUS.principal, auth_type=None), None
        raise AuthFailure(failures.FORM_DENIED)
    if policy is None:
        raise _missing("Policy")
    for name in V4_FIELDS if by_version_4 else V2_FIELDS:
        if name.lower() not in fields:
            raise _missing(name)
    if verifier.mode == "off":
        key = (fields.get("x-amz-credential", "").partition("/")[0]) or fields.get("awsaccesskeyid", "")
        who = Authentication(verifier.book.owner(key), key, POST, VERSION_4 if by_version_4 else VERSION_2)
    else:
        check = _verify_v4 if by_version_4 else _verify_v2
        who = check(verifier, fields, policy, now)
    return who, check_policy(policy, fields, bucket, now)


def _missing(name: str) -> AuthFailure:
    return AuthFailure(failures.FORM_FIELD, {"Field": name, "ArgumentName": name, "ArgumentValue": ""})


def _verify_v4(verifier: Verifier, fields: Mapping[str, str], policy: str, now: float) -> Authentication:
    shown = {"ArgumentName": "x-amz-credential", "ArgumentValue": fields["x-amz-credential"]}
    parts = credential_parts(fields["x-amz-credential"])
    if parts is None:
        raise AuthFailure(failures.CREDENTIAL["form"], shown)
    access_key, day, region, service, terminal = parts
    if service != "s3":
        raise AuthFailure(failures.SERVICE["form"], {"Got": service, "Want": "s3", **shown})
    if terminal != TERMINAL:
        raise AuthFailure(failures.TERMINAL["form"], {"Got": terminal, **shown})
    date = basic_date(fields["x-amz-date"])
    if date is None or day != fields["x-amz-date"][:8]:
        raise AuthFailure(failures.SCOPE_DATE["form"], {"Date": day, "RequestDate": fields["x-amz-date"][:8], **shown})
    credential = verifier.book.find(access_key)
    if credential is None:
        owner = verifier.stranger(access_key)
    else:
        owner = credential.principal
        if not is_region(region):
            raise AuthFailure(failures.REGION["form"], {"Got": region, "Region": verifier.region, **shown})
        token = fields.get("x-amz-security-token")
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        key = signing_key(credential.secret, day, region, service)
        expected = hmac_digest(key, policy.encode("utf-8", "surrogateescape"), "sha256").hex()
        given = fields["x-amz-signature"]
        if fields["x-amz-algorithm"] != ALGORITHM or not given.isascii() or not compare_digest(expected, given):
            raise _mismatch(credential, policy, given)
        check_token(credential, token, now)
    age = max(0.0, (now - date) * 1000)
    return Authentication(owner, access_key, POST, VERSION_4, region, age, verified=credential is not None)


def _verify_v2(verifier: Verifier, fields: Mapping[str, str], policy: str, now: float) -> Authentication:
    access_key, given = fields["awsaccesskeyid"], fields["signature"]
    credential = verifier.book.find(access_key)
    if credential is None:
        owner = verifier.stranger(access_key)
    else:
        owner = credential.principal
        token = fields.get("x-amz-security-token")
        if token is None and credential.session_token is not None:
            raise no_token(credential)
        if not signature_v2.fits(credential.secret, policy, given):
            raise _mismatch(credential, policy, given)
        check_token(credential, token, now)
    return Authentication(owner, access_key, POST, VERSION_2, verifier.region, verified=credential is not None)


def _mismatch(credential: Credential, policy: str, given: str) -> AuthFailure:
    """What is signed is the policy as it was sent, in base64."""
    shown = {"AWSAccessKeyId": credential.access_key, "StringToSign": policy, "SignatureProvided": given}
    return AuthFailure(failures.MISMATCH, {**shown, "StringToSignBytes": hex_pairs(policy.encode("utf-8", "surrogateescape"))})


def check_policy(text: str, fields: Mapping[str, str], bucket: str, now: float) -> PostPolicy:
    """Hold the fields against the policy, in base64. Raises AuthFailure."""
    document = _document(text)
    expiration = document.get("expiration")
    if expiration is None:
        raise AuthFailure(failures.FORM_NO_EXPIRATION)
    conditions = document.get("conditions")
    if conditions is None:
        raise AuthFailure(failures.FORM_NO_CONDITIONS)
    expires = parse_iso_8601(expiration) if isinstance(expiration, str) else None
    if expires is None:
        raise AuthFailure(failures.FORM_EXPIRATION, {"Value": expiration})
    if not isinstance(conditions, list):
        raise AuthFailure(failures.FORM_CONDITIONS)
    extra = next((name for name in document if name not in ("expiration", "conditions")), None)
    if extra is not None:
        raise AuthFailure(failures.FORM_MEMBER, {"Member": extra})
    if now > expires:
        raise AuthFailure(failures.FORM_EXPIRED)
    values = {**fields, "bucket": bucket}
    covered: set[str] = set()
    policy = PostPolicy()
    for condition in conditions[:MAX_CONDITIONS]:
        operation, field, wanted, written = _condition(condition)
        if operation == "content-length-range":
            policy = _range(field, wanted, written)
            continue
        name = field[1:].lower() if field.startswith("$") else None  # without the sign it names no field (recorded on AWS)
        if name is not None:
            covered.add(name)
        if not _holds(operation, name, wanted, values.get(name, "") if name is not None else ""):
            raise AuthFailure(failures.FORM_CONDITION, {"Condition": written})
    for name in values:
        if name not in covered and name not in EXEMPT and not name.startswith("x-ignore-"):
            raise AuthFailure(failures.FORM_EXTRA, {"Field": name})
    return policy


def _document(text: str) -> dict[str, Any]:
    try:
        decoded = b64decode(text.encode("ascii"), validate=True).decode()
    except ValueError:
        try:
            decoded = b64decode("".join(text.split()).encode("ascii"), validate=True).decode()
        except ValueError:
            raise AuthFailure(failures.FORM_BASE64) from None
    try:
        document = json.loads(decoded)
    except (ValueError, RecursionError):
        raise AuthFailure(failures.FORM_JSON) from None
    if not isinstance(document, dict):
        raise AuthFailure(failures.FORM_JSON)
    return document


def _condition(condition: Any) -> tuple[str, str, Any, str]:
    """Operation, field, value, and the condition as AWS writes it in its answer."""
    if isinstance(condition, dict):
        if len(condition) != 1:
            raise AuthFailure(failures.FORM_SIMPLE)
        ((name, value),) = condition.items()
        if not isinstance(value, str):
            raise AuthFailure(failures.FORM_SIMPLE_VALUE)
        return "eq", f"${name}", value, _written(["eq", f"${name}", value])
    if not isinstance(condition, list) or not condition or not isinstance(condition[0], str):
        raise AuthFailure(failures.FORM_NO_OPERATION)
    operation = condition[0].lower()
    if operation not in ("eq", "starts-with", "content-length-range"):
        raise AuthFailure(failures.FORM_OPERATION, {"Operation": condition[0]})
    if len(condition) != 3:
        raise AuthFailure(failures.FORM_ARITY, {"Operation": condition[0]})
    field = condition[1]
    if operation != "content-length-range" and not (isinstance(field, str) and isinstance(condition[2], str)):
        raise AuthFailure(failures.FORM_ARITY, {"Operation": condition[0]})
    return operation, field, condition[2], _written(condition)


def _written(condition: list[Any]) -> str:
    shown = ", ".join(f'"{value}"' for value in condition)
    return f"[{shown}]"


def _range(smallest: Any, largest: Any, written: str) -> PostPolicy:
    try:
        return PostPolicy(int(str(smallest)[:20]), int(str(largest)[:20]))
    except ValueError:
        raise AuthFailure(failures.FORM_CONDITION, {"Condition": written}) from None


def _holds(operation: str, name: str | None, wanted: str, value: str) -> bool:
    """`eq` is exact; with `starts-with` each content type of a list must begin so, and an empty text begins everything."""
    if operation == "eq":
        return value == wanted
    if name == "content-type" and "," in value:
        return all(one.strip().startswith(wanted) for one in value.split(","))
    return value.startswith(wanted)
