"""Access keys: whose they are, and their secrets.

A key that is configured belongs to whom the configuration says. Any other of twelve digits is the root user of that account, and
all the rest are the root user of the default account. The file is TOML, one table per key:

    [[credential]]
    access_key = "AKIAIOSFODNN7EXAMPLE"
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    account = "111122223333"
    user = "Alice"               # or role = "App" and session = "s1"; with neither it is the account's root user
    session_token = "…"          # for temporary credentials
    expires = 2030-01-01T00:00:00Z
    policy = '''{"Version": …}'''   # identity policies: JSON text, a table, or a list of them
    boundary = …                 # a permissions boundary
    session_policy = …
    tags = {team = "blue"}

Roles that STS may be asked for have tables of their own:

    [[role]]
    account = "111122223333"     # the default account, if it is not there
    name = "App"
    policy = …                   # identity policies
    boundary = …
    trusted = ["111122223333", "arn:aws:iam::444455556666:user/Bob"]   # who may assume it: accounts, ARNs, issuers of tokens
    longest = 7200               # seconds of a session at most: MaxSessionDuration
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from condemu.auth.policy import Policy, parse
from condemu.auth.policy_grammar import Problem
from condemu.auth.principals import Limits, Principal, root_of, session_of, user_of
from condemu.wire.rest import parse_iso_8601

DEFAULT_ACCOUNT: Final = "000000000000"
# The environment's one credential, by the names of the file's members.
ENVIRONMENT: Final = {
    "CONDEMU_ACCESS_KEY_ID": "access_key",
    "CONDEMU_SECRET_ACCESS_KEY": "secret",
    "CONDEMU_SESSION_TOKEN": "session_token",
    "CONDEMU_ACCESS_KEY_ACCOUNT": "account",
    "CONDEMU_ACCESS_KEY_USER": "user",
    "CONDEMU_ACCESS_KEY_ROLE": "role",
    "CONDEMU_ACCESS_KEY_POLICY": "policy",
}
MEMBERS: Final = frozenset(
    {
        "access_key", "secret", "account", "user", "role", "session", "session_token", "expires", "policy", "boundary",
        "session_policy", "tags",
    }
)  # fmt: skip


ROLE_MEMBERS: Final = frozenset({"account", "name", "policy", "boundary", "trusted", "longest"})


class UnusableCredentials(ValueError):
    """Credentials that cannot be used: said to the person who configured them."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One access key. `session_token` is what its requests must carry; `expires` when they stop to count."""

    access_key: str
    secret: str
    principal: Principal
    session_token: str | None = None
    expires: float | None = None

    def until(self, expires: float | None) -> Credential:
        """The same with another end."""
        return replace(self, expires=expires)


@dataclass(frozen=True, slots=True)
class Role:
    """A role to assume. Without `trusted` it trusts its own account; `longest` is in seconds, None for AWS's default."""

    account: str
    name: str
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    trusted: tuple[str, ...] = ()
    longest: int | None = None


class Book(Protocol):
    """Knows access keys and roles."""

    @property
    def account(self) -> str:
        """The default account."""
        ...

    def find(self, access_key: str) -> Credential | None:
        """The key's credential, if it has a secret that is known."""
        ...

    def role(self, account: str, name: str) -> Role | None:
        """The role, if it is configured."""
        ...

    def owner(self, access_key: str) -> Principal:
        """Who uses this key, known or not."""
        ...


class CredentialBook:
    """The configured keys, and whose all others are."""

    def __init__(
        self, credentials: Iterable[Credential] = (), account: str = DEFAULT_ACCOUNT, roles: Iterable[Role] = ()
    ) -> None:
        self.account = account
        self._roles = {(role.account, role.name): role for role in roles}
        self._by_key = {credential.access_key: credential for credential in credentials}

    def find(self, access_key: str) -> Credential | None:
        """The credential, if it is configured."""
        return self._by_key.get(access_key)

    def lend(self, credential: Credential) -> None:
        """Let a key count until it is taken back."""
        self._by_key[credential.access_key] = credential

    def take_back(self, access_key: str) -> None:
        """A key that was lent counts no more. One that was not lent is not known."""
        self._by_key.pop(access_key, None)

    def role(self, account: str, name: str) -> Role | None:
        """The role, if it is configured."""
        return self._roles.get((account, name))

    def owner(self, access_key: str) -> Principal:
        """Who uses this key, configured or not."""
        credential = self._by_key.get(access_key)
        if credential is not None:
            return credential.principal
        return root_of(access_key if is_account(access_key) else self.account)

    def __len__(self) -> int:
        return len(self._by_key)


def is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdecimal()


def read_credentials(
    text: str = "", environment: Mapping[str, str] | None = None, account: str = DEFAULT_ACCOUNT
) -> CredentialBook:
    """The book of a TOML text and of an environment's variables. Raises UnusableCredentials."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableCredentials(f"the credentials are no TOML: {error}") from None
    listed, roles = tables.pop("credential", []), tables.pop("role", [])
    if tables or not isinstance(listed, list) or not isinstance(roles, list):
        raise UnusableCredentials("credentials are [[credential]] tables and [[role]] tables, and nothing else")
    members = {member: environment[name] for name, member in ENVIRONMENT.items() if name in (environment or {})}  # type: ignore[index]
    if members:
        listed = [*listed, members]
    credentials = [credential_of(members, account) for members in listed]
    keys = [credential.access_key for credential in credentials]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise UnusableCredentials(f"{', '.join(twice)} is there twice")
    return CredentialBook(credentials, account, [role_of(members, account) for members in roles])


def role_of(members: Mapping[str, Any], account: str = DEFAULT_ACCOUNT) -> Role:
    """One role from its members. Raises UnusableCredentials."""
    if not isinstance(members, Mapping):
        raise UnusableCredentials("a role is a table")
    unknown = sorted(set(members) - ROLE_MEMBERS)
    if unknown:
        raise UnusableCredentials(f"a role has no {', '.join(unknown)}; it can have {', '.join(sorted(ROLE_MEMBERS))}")
    name, owner, trusted = _word(members, "name"), _word(members, "account") or account, members.get("trusted", [])
    if not name or not is_account(owner):
        raise UnusableCredentials("a role needs a name, and its account is twelve digits")
    if not isinstance(trusted, list) or not all(isinstance(one, str) for one in trusted):
        raise UnusableCredentials(f"{name}: trusted is a list of accounts, ARNs and issuers")
    longest = members.get("longest")
    if longest is not None and not (type(longest) is int and 3600 <= longest <= 43_200):
        raise UnusableCredentials(f"{name}: longest is {longest!r}; it is a number of seconds from 3600 to 43200")
    policies = tuple(_policy(name, source) for source in _listed(members.get("policy")))
    return Role(owner, name, policies, _only(name, members.get("boundary")), tuple(trusted), longest)


def credential_of(members: Mapping[str, Any], account: str = DEFAULT_ACCOUNT) -> Credential:
    """One credential from its members. Raises UnusableCredentials."""
    if not isinstance(members, Mapping):
        raise UnusableCredentials("a credential is a table")
    unknown = sorted(set(members) - MEMBERS)
    if unknown:
        raise UnusableCredentials(f"a credential has no {', '.join(unknown)}; it can have {', '.join(sorted(MEMBERS))}")
    access_key = _word(members, "access_key")
    if not access_key or not _word(members, "secret"):
        raise UnusableCredentials("a credential needs access_key and secret")
    owner = _word(members, "account") or (access_key if is_account(access_key) else account)
    if not is_account(owner):
        raise UnusableCredentials(f"{access_key}: account is {owner!r}; an account is twelve digits")
    return Credential(
        access_key,
        _word(members, "secret"),
        _principal(access_key, owner, members),
        _word(members, "session_token") or None,
        _moment(access_key, members.get("expires")),
    )


def _principal(access_key: str, account: str, members: Mapping[str, Any]) -> Principal:
    user, role, session = (_word(members, name) for name in ("user", "role", "session"))
    limits: Limits = {
        "policies": tuple(_policy(access_key, source) for source in _listed(members.get("policy"))),
        "boundary": _only(access_key, members.get("boundary")),
        "session_policy": _only(access_key, members.get("session_policy")),
        "tags": {str(name): str(value) for name, value in members.get("tags", {}).items()},
    }
    if user and role:
        raise UnusableCredentials(f"{access_key}: it is a user's or a role's, not both")
    if user:
        return user_of(account, user, **limits)
    if role:
        return session_of(account, role, session or "session", **limits)
    if any(limits.values()) or session:
        raise UnusableCredentials(f"{access_key}: nothing limits the root user; give it a user or a role")
    return root_of(account)


def _word(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise UnusableCredentials(f"{name} is {value!r}; it is a text")
    return value


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _only(access_key: str, value: Any) -> Policy | None:
    return None if value is None else _policy(access_key, value)


def _policy(access_key: str, source: Any) -> Policy:
    text = source if isinstance(source, str) else json.dumps(source)
    policy = parse(text.strip())
    if isinstance(policy, Problem):
        found = policy.found or ", ".join(policy.fields.values())
        raise UnusableCredentials(f"{access_key}: its policy is not valid: {policy.kind}" + (f" ({found})" if found else ""))
    return policy


def _moment(access_key: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    moment = parse_iso_8601(value) if isinstance(value, str) else None
    if moment is None:
        raise UnusableCredentials(f"{access_key}: expires is {value!r}; it is a time such as 2030-01-01T00:00:00Z")
    return moment
