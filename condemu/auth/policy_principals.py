"""The Principal and NotPrincipal elements (IAM User Guide, "AWS JSON policy elements: Principal").

How closely an element names the root user of account 111122223333, its user Alice, the session s1 of its role App, the root user
of another account, and nobody known:

| element                                                  | root    | Alice   | s1      | other  | anonymous |
|----------------------------------------------------------|---------|---------|---------|--------|-----------|
| "*"                                                      | ANYONE  | ANYONE  | ANYONE  | ANYONE | ANYONE    |
| {"AWS": "*"}                                             | ANYONE  | ANYONE  | ANYONE  | ANYONE | ANYONE    |
| {"AWS": "111122223333"}                                  | ACCOUNT | ACCOUNT | ACCOUNT | -      | -         |
| {"AWS": "arn:aws:iam::111122223333:root"}                | ACCOUNT | ACCOUNT | ACCOUNT | -      | -         |
| {"AWS": "arn:aws:iam::111122223333:user/Alice"}          | -       | NAME    | -       | -      | -         |
| {"AWS": "arn:aws:iam::111122223333:role/App"}            | -       | -       | ROLE    | -      | -         |
| {"AWS": "arn:aws:sts::111122223333:assumed-role/App/s1"} | -       | -       | NAME    | -      | -         |
| {"Service": "s3.amazonaws.com"}                          | -       | -       | -       | -      | -         |
| {"Federated": "accounts.google.com"}                     | -       | -       | -       | -      | -         |

An account is a delegation to its own policies; {"CanonicalUser": …} names the account with that canonical id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from condemu.auth.principals import ROLE, SERVICE, Principal, canonical_id
from condemu.auth.verdicts import BY_ACCOUNT, BY_ANYONE, BY_NAME, BY_ROLE, NOT_AT_ALL

_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)
_ACCOUNT_ROOT: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)
_NAME: Final = r"[\w+=,.@-]{1,512}"
_NAMED: Final = re.compile(
    rf"arn:aws[a-z-]*:(?:iam::\d{{12}}:(?:user|role)/(?:{_NAME}/){{0,40}}{_NAME}"
    rf"|sts::\d{{12}}:(?:assumed-role/{_NAME}/{_NAME}|federated-user/{_NAME}))"
    r"|arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]{1,32}",
    re.ASCII,
)
_CANONICAL: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
KINDS: Final = frozenset({"AWS", "CanonicalUser", "Federated", "Service"})


class BadPrincipal(Exception):
    """An element that names nobody: empty, mixed, with a wildcard inside a name, or not of these forms."""


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom the element names."""

    anyone: bool = False
    accounts: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()  # ARNs of users, roles and sessions
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    canonical: frozenset[str] = frozenset()

    def names(self, caller: Principal) -> int:
        """How closely it names the caller."""
        if caller.is_anonymous:
            return BY_ANYONE if self.anyone else NOT_AT_ALL
        if caller.kind == SERVICE:
            return BY_NAME if caller.name in self.services or self.anyone else NOT_AT_ALL
        if caller.arn in self.named:
            return BY_NAME
        if self.anyone:
            return BY_ANYONE
        if caller.kind == ROLE and caller.identity_arn in self.named:
            return BY_ROLE
        return BY_ACCOUNT if self._has_account(caller.account) else NOT_AT_ALL

    def exempts(self, caller: Principal) -> bool:
        """Whether NotPrincipal leaves the caller alone: only when each level of its identity is listed."""
        if caller.is_anonymous:
            return False
        if self.anyone:
            return True
        if caller.kind == SERVICE:
            return caller.name in self.services
        if not self._has_account(caller.account):
            return False
        return caller.is_root or (caller.arn in self.named and (caller.kind != ROLE or caller.identity_arn in self.named))

    def _has_account(self, account: str) -> bool:
        return account in self.accounts or (bool(self.canonical) and canonical_id(account) in self.canonical)


def parse_principals(element: Any) -> Principals:
    """Raises BadPrincipal."""
    if element == "*":
        return Principals(anyone=True)
    if not isinstance(element, dict) or not element or not element.keys() <= KINDS:
        raise BadPrincipal
    found: dict[str, list[str]] = {}
    for kind, values in element.items():
        found[kind] = [values] if isinstance(values, str) else values
        if not isinstance(found[kind], list) or not found[kind]:
            raise BadPrincipal
        if not all(isinstance(value, str) and value for value in found[kind]):
            raise BadPrincipal
    anyone = "*" in found.get("AWS", ())
    accounts, named = set(), set()
    for value in found.get("AWS", ()):
        root = _ACCOUNT_ROOT.fullmatch(value)
        if _ACCOUNT.fullmatch(value):
            accounts.add(value)
        elif root:
            accounts.add(root[1])
        elif _NAMED.fullmatch(value):
            named.add(value)
        elif value != "*":
            raise BadPrincipal
    if not all(_CANONICAL.fullmatch(value) for value in found.get("CanonicalUser", ())):
        raise BadPrincipal
    return Principals(
        anyone,
        frozenset(accounts),
        frozenset(named),
        frozenset(found.get("Service", ())),
        frozenset(found.get("Federated", ())),
        frozenset(found.get("CanonicalUser", ())),
    )
