"""GetCallerIdentity, GetSessionToken, AssumeRole, AssumeRoleWithWebIdentity: what each refuses, hands out and answers.

A role that the credentials file does not configure may be assumed by everybody but a strict emulator's callers, and may do
everything. The signature of a web identity's token is not verified; its claims and its expiry are read.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any, Final, Literal

from condemu.auth.credentials import Book
from condemu.auth.decision import decide
from condemu.auth.policy import Policy, parse
from condemu.auth.principals import ROLE, Principal, session_of, unique_id
from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.sts import errors
from condemu.sts.records import SESSIONS, Session, access_key_of
from condemu.wire.rest import iso_8601

Result = dict[str, Any]

HOUR: Final = 3600
# Seconds: the least, the most, and the default (API Reference of each operation).
ROLE_DURATION: Final = (900, 43_200, HOUR)
SESSION_DURATION: Final = (900, 129_600, 43_200)
ROOT_LIMIT: Final = HOUR  # of a root user's session
MAX_POLICY: Final = 2048  # characters
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/([\w+=,.@/-]{1,576})", re.ASCII)
_NAME: Final = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_TAG: Final = re.compile(r"Tags\.member\.(\d{1,3})\.(Key|Value)")
MAX_TAGS: Final = 50


# The parameters that are read; Tags and PolicyArns are lists, whose names have numbers in them.
Parameter = Literal["DurationSeconds", "Policy", "RoleArn", "RoleSessionName", "WebIdentityToken"]


@dataclass(frozen=True, slots=True)
class Request:
    """A call's parameters and its caller. `access_key` is what the caller signed with."""

    parameters: Mapping[str, str]
    caller: Principal
    access_key: str
    book: Book
    strict: bool

    def given(self, name: Parameter) -> str | None:
        return self.parameters.get(name)

    def required(self, name: Parameter) -> str:
        value = self.given(name)
        if value is None:
            raise ServiceError(errors.MISSING, {"member": member(name)})
        return value


def member(name: str) -> str:
    """A parameter as validation names it: its first letter small."""
    return name[:1].lower() + name[1:]


def get_caller_identity(txn: Txn, request: Request) -> Result:
    """Who signs. No policy can forbid it (API Reference, GetCallerIdentity)."""
    caller = request.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_session_token(txn: Txn, request: Request) -> Result:
    if request.caller.kind == ROLE or request.access_key.startswith("ASIA"):
        raise ServiceError(errors.SESSION_CALLS_SESSION)
    duration = duration_of(request, SESSION_DURATION)
    if request.caller.is_root:
        duration = min(duration, ROOT_LIMIT)
    return {"Credentials": hand_out(txn, request.caller.account, duration, source=request.access_key)}


def assume_role(txn: Txn, request: Request) -> Result:
    account, role = role_of(request)
    name = session_name(request)
    duration = duration_of(request, ROLE_DURATION)
    policy = policy_of(request)
    check_no_policy_arns(request.parameters)
    tags = tags_of(request.parameters)
    configured = request.book.role(account, role)
    arn = request.required("RoleArn")
    if not may_assume(request, account, role, arn):
        fields = {"user": request.caller.arn or "anonymous", "action": "sts:AssumeRole", "resource": arn}
        because = "the role does not trust the caller, or the caller's policies do not allow it"
        raise ServiceError(errors.ACCESS_DENIED, fields, because=because)
    check_longest(duration, None if configured is None else configured.longest or HOUR)
    credentials = hand_out(txn, account, duration, role=role, session=name, policy=policy, tags=tags)
    return {"AssumedRoleUser": user_of(account, role, name), "Credentials": credentials, "PackedPolicySize": packed(policy, tags)}


def assume_role_with_web_identity(txn: Txn, request: Request) -> Result:
    account, role = role_of(request)
    name = session_name(request)
    duration = duration_of(request, ROLE_DURATION)
    policy = policy_of(request)
    check_no_policy_arns(request.parameters)
    claims = claims_of(request.required("WebIdentityToken"))
    if claims.get("exp", inf) <= txn.now:
        raise ServiceError(errors.TOKEN_OVER)
    configured = request.book.role(account, role)
    provider = str(claims.get("iss", "")).removeprefix("https://")
    trusted = not request.strict if configured is None else not configured.trusted or provider in configured.trusted
    if not trusted:
        fields = {"user": "anonymous", "action": "sts:AssumeRoleWithWebIdentity", "resource": request.required("RoleArn")}
        raise ServiceError(errors.ACCESS_DENIED, fields, because=f"the role does not trust {provider or 'the provider'}")
    check_longest(duration, None if configured is None else configured.longest or HOUR)
    audience = claims.get("aud", "")
    return {
        "SubjectFromWebIdentityToken": str(claims.get("sub", "")),
        "Audience": str(audience[0] if isinstance(audience, list) and audience else audience),
        "AssumedRoleUser": user_of(account, role, name),
        "Credentials": hand_out(txn, account, duration, role=role, session=name, policy=policy),
        "Provider": str(claims.get("iss", "")),
        "PackedPolicySize": packed(policy, ()),
    }


# --- what is asked ----------------------------------------------------------------------------------------------------------


def role_of(request: Request) -> tuple[str, str]:
    arn = request.required("RoleArn")
    match = _ROLE.fullmatch(arn)
    if match is None:
        raise ServiceError(errors.ROLE_INVALID, {"arn": arn[:2048]})
    return match[1], match[2]


def session_name(request: Request) -> str:
    name = request.required("RoleSessionName")
    if _NAME.fullmatch(name) is None:
        constraint = "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        if len(name) < 2:
            constraint = "Member must have length greater than or equal to 2"
        elif len(name) > 64:
            constraint = "Member must have length less than or equal to 64"
        raise ServiceError(errors.CONSTRAINT, {"value": name, "member": "roleSessionName", "constraint": constraint})
    return name


def duration_of(request: Request, limits: tuple[int, int, int]) -> int:
    text = request.given("DurationSeconds")
    least, most, default = limits
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if not least <= number <= most:
        bound = f"greater than or equal to {least}" if number < least else f"less than or equal to {most}"
        fields = {"value": text, "member": "durationSeconds", "constraint": f"Member must have value {bound}"}
        raise ServiceError(errors.CONSTRAINT, fields)
    return number


def policy_of(request: Request) -> str:
    """The session policy's text."""
    text = request.given("Policy") or ""
    if text and (len(text) > MAX_POLICY or not isinstance(parse(text), Policy)):
        raise ServiceError(errors.MALFORMED_POLICY, because="Policy is no valid identity policy of at most 2,048 characters")
    return text


def check_no_policy_arns(parameters: Mapping[str, str]) -> None:
    """Managed policies are not known here. A session that they limit is refused: without them it could do more than it may."""
    if any(name.startswith("PolicyArns.") for name in parameters):
        raise ServiceError(errors.NOT_EMULATED, {"action": "PolicyArns"}, because="condemu knows no managed policies: use Policy")


def tags_of(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found: dict[int, dict[str, str]] = {}
    for name, value in parameters.items():
        match = _TAG.fullmatch(name)
        if match is not None:
            found.setdefault(int(match[1]), {})[match[2]] = value
    if len(found) > MAX_TAGS:
        constraint = "Member must have length less than or equal to 50"
        raise ServiceError(errors.CONSTRAINT, {"value": "[]", "member": "tags", "constraint": constraint})
    return tuple((tag.get("Key", ""), tag.get("Value", "")) for _, tag in sorted(found.items()))


def claims_of(token: str) -> Mapping[str, Any]:
    """What a JSON Web Token says. Its signature is not looked at. An expiry that is there is a number (RFC 7519, "exp")."""
    pieces = token.split(".")
    try:
        text = urlsafe_b64decode(pieces[1] + "=" * (-len(pieces[1]) % 4)) if len(pieces) == 3 else b"null"
        claims = json.loads(text, parse_constant=_no_number)
    except (ValueError, BadBase64, RecursionError):
        claims = None
    if not isinstance(claims, dict) or type(claims.get("exp", 0)) not in (int, float):
        raise ServiceError(errors.NO_JWT)
    return claims


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def may_assume(request: Request, account: str, role: str, arn: str) -> bool:
    """Whether the role trusts the caller, and the caller's own policies allow it.

    A role without `trusted` trusts its own account. A root user's own side always allows.
    """
    caller, configured = request.caller, request.book.role(account, role)
    if caller.is_anonymous or (configured is None and request.strict):
        return False
    if configured is not None:
        trusted = configured.trusted or (account,)
        if not {caller.account, caller.arn, caller.identity_arn, "*"} & set(trusted):
            return False
    return caller.is_root or decide(caller, "sts:AssumeRole", arn, {}, owner=caller.account).allowed


def check_longest(duration: int, longest: int | None) -> None:
    if longest is not None and duration > longest:
        raise ServiceError(errors.TOO_LONG)


# --- what is handed out -----------------------------------------------------------------------------------------------------


FORGOTTEN_AT_ONCE: Final = 8  # sessions that are looked at with each new one, and dropped if they ended long ago
LONG_AGO: Final = 24 * HOUR  # until then their keys are refused as expired, later as unknown


def hand_out(
    txn: Txn, account: str, duration: int, *, source: str = "", role: str = "", session: str = "", policy: str = "",
    tags: tuple[tuple[str, str], ...] = (),
) -> Result:  # fmt: skip
    access_key = access_key_of(account, txn.ids.token(8))
    while txn.get(SESSIONS, (account, access_key)) is not None:  # there are sixteen million for each account
        access_key = access_key_of(account, txn.ids.token(8))
    secret = b64encode(txn.ids.token(30)).decode()
    token = b64encode(txn.ids.token(96)).decode()
    expires = float(int(txn.now) + duration)
    _forget_some(txn, account, access_key)
    txn.put(SESSIONS, (account, access_key), Session(secret, token, txn.now, expires, source, role, session, policy, tags))
    return {"AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": iso_8601(expires)}


def _forget_some(txn: Txn, account: str, access_key: str) -> None:
    """Drop old sessions. Keys are made by chance, so the sessions that follow the new one are a random sample of all: with eight
    looked at for each one that is made, the store does not grow for ever."""
    following = txn.scan(SESSIONS, (account, access_key), prefix_range((account,))[1])
    for key, session in list(islice(following, FORGOTTEN_AT_ONCE)):
        if session.expires <= txn.now - LONG_AGO:
            txn.delete(SESSIONS, key)


def user_of(account: str, role: str, session: str) -> Result:
    principal = session_of(account, role, session)
    return {"AssumedRoleId": f"{unique_id('AROA', principal.identity_arn)}:{session}", "Arn": principal.arn}


def packed(policy: str, tags: tuple[tuple[str, str], ...]) -> int | None:
    """How much of a session's room its policy and tags take, in percent; nothing without them."""
    size = len(policy) + sum(len(key) + len(value) for key, value in tags)
    return max(1, size * 100 // MAX_POLICY) if size else None


@dataclass(frozen=True, slots=True)
class Operation:
    """`signed`: a caller must have signed the request. `writes`: credentials are handed out."""

    name: str
    decide: Callable[[Txn, Request], Result]
    signed: bool = True
    writes: bool = True


OPERATIONS: Final = {
    row.name: row
    for row in (
        Operation("GetCallerIdentity", get_caller_identity, writes=False),
        Operation("GetSessionToken", get_session_token),
        Operation("AssumeRole", assume_role),
        Operation("AssumeRoleWithWebIdentity", assume_role_with_web_identity, signed=False),
    )
}
OTHERS: Final = frozenset((
    "AssumeRoleWithSAML", "AssumeRoot", "DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetDelegatedAccessToken",
    "GetFederationToken", "GetWebIdentityToken",
))  # fmt: skip
