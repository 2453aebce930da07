"""Who makes a request: an account's root user, an IAM user, a role's session, or nobody known."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final, Protocol, TypedDict, Unpack

from condemu.auth.patterns import Context
from condemu.auth.verdicts import Verdict

ANONYMOUS: Final = "anonymous"
ANONYMOUS_ID: Final = "65a011a29cdf8ec533ec3d1ccaae921c"
ROOT: Final = "root"
USER: Final = "user"
ROLE: Final = "assumed-role"  # a session of a role: nobody is a role, one has a session of it
SERVICE: Final = "service"

# aws:PrincipalType by kind (IAM User Guide, "Global condition keys").
PRINCIPAL_TYPES: Final = {ANONYMOUS: "Anonymous", ROOT: "Account", USER: "User", ROLE: "AssumedRole", SERVICE: "AWSService"}


class Rights(Protocol):
    """A policy, as far as whoever has it is concerned."""

    def evaluate(self, caller: Principal, action: str, resource: str, context: Context) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Principal:
    """`arn` is what AccessDenied shows, for a role's session the session's own. `identity_arn` is aws:PrincipalArn: the role's.

    `policies` are the identity policies; `boundary` and `session_policy` limit what they allow.
    """

    kind: str
    account: str = ""
    arn: str = ""
    name: str = ""
    identity_arn: str = ""
    user_id: str = ""
    policies: tuple[Rights, ...] = ()
    boundary: Rights | None = None
    session_policy: Rights | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    issued: float | None = None  # when a session's credentials were made

    @property
    def is_root(self) -> bool:
        return self.kind == ROOT

    @property
    def is_anonymous(self) -> bool:
        return self.kind == ANONYMOUS


NOBODY: Final = Principal(ANONYMOUS, user_id="anonymous")


@lru_cache(maxsize=4096)
def root_of(account: str) -> Principal:
    """The account's root user."""
    arn = f"arn:aws:iam::{account}:root"
    return Principal(ROOT, account, arn, identity_arn=arn, user_id=account)


class Limits(TypedDict, total=False):
    """What a user or a session has beside its name."""

    policies: tuple[Rights, ...]
    boundary: Rights | None
    session_policy: Rights | None
    tags: Mapping[str, str]
    issued: float | None


def user_of(account: str, name: str, **more: Unpack[Limits]) -> Principal:
    """An IAM user. `name` may have a path before it: `division/Alice`."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    return Principal(USER, account, arn, name.rpartition("/")[2], identity_arn=arn, user_id=unique_id("AIDA", arn), **more)


def session_of(account: str, role: str, session: str, **more: Unpack[Limits]) -> Principal:
    """A session of a role. The session's ARN leaves out the role's path; the role's ARN keeps it."""
    role_arn = f"arn:aws:iam::{account}:role/{role}"
    arn = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    user_id = f"{unique_id('AROA', role_arn)}:{session}"
    return Principal(ROLE, account, arn, session, identity_arn=role_arn, user_id=user_id, **more)


def unique_id(prefix: str, arn: str) -> str:
    """An identifier of IAM's shape, always the same for the same ARN: 4 letters and 17 letters or digits."""
    return prefix + b32encode(sha256(arn.encode()).digest()).decode()[:17]


@lru_cache(maxsize=4096)
def canonical_id(account: str) -> str:
    """The account's canonical user id: 64 hexadecimal digits, always the same for the same account. Anonymous uploads belong to
    S3's own id for nobody (S3 User Guide, "Access control list overview")."""
    if not account:
        return ANONYMOUS_ID
    return sha256(f"canonical/{account}".encode()).hexdigest()
