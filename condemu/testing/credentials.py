"""The access keys that the fixtures hand out, and whose they are.

| access key             | where it is used                                    | whose it is                              |
|------------------------|-----------------------------------------------------|------------------------------------------|
| condemu                | AWS_ACCESS_KEY_ID while a fixture or mock is active | the active account, whichever that is    |
| condemu-home-<account> | condemu.client(…), s3_client and so on              | the active account, whichever that is    |
| condemu-<account>      | condemu.client(…, account=…)                        | that account, chosen on purpose          |
| twelve digits          | a key given by hand                                 | that account, chosen on purpose          |
| any other              | `testing`, `test`, or what a session found before   | the active account, unless auth="strict" |

The first three are known with their secret, so that a wrong secret is noticed and auth="strict" lets them in.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache
from typing import Final

from condemu.auth.credentials import Credential, CredentialBook, is_account
from condemu.auth.principals import Principal, root_of

__all__ = ["ACCESS_KEY", "SECRET", "LocalBook", "chosen_key", "fresh_account", "home_key", "home_of", "is_account"]

ACCESS_KEY: Final = "condemu"
SECRET: Final = "condemu"
_OURS: Final = re.compile(r"condemu(?:-(?P<home>home-)?(?P<account>\d{12}))?", re.ASCII)

_chance = random.SystemRandom()


def fresh_account() -> str:
    """A 12-digit account that nobody else uses: of chance, since process ids are equal in containers."""
    return str(_chance.randrange(100_000_000_000, 1_000_000_000_000))


def home_key(account: str) -> str:
    return f"{ACCESS_KEY}-home-{account}"


def chosen_key(account: str) -> str:
    return f"{ACCESS_KEY}-{account}"


def home_of(access_key: str) -> str:
    """The account whose ready-made client has this key, or that the key itself is; "" when it is neither."""
    match = _OURS.fullmatch(access_key)
    if match is not None:
        return match["account"] if match["home"] else ""
    return access_key if is_account(access_key) else ""


class LocalBook(CredentialBook):
    """The keys of the table above, over those that a file configures."""

    def __init__(self, configured: CredentialBook) -> None:
        super().__init__((), configured.account)
        self._by_key = configured._by_key
        self._roles = configured._roles

    def find(self, access_key: str) -> Credential | None:
        configured = super().find(access_key)
        return configured if configured is not None else _handed_out(access_key, self.account)

    def owner(self, access_key: str) -> Principal:
        credential = self.find(access_key)
        if credential is not None:
            return credential.principal
        return root_of(access_key if is_account(access_key) else self.account)


@lru_cache(maxsize=256)
def _handed_out(access_key: str, home: str) -> Credential | None:
    match = _OURS.fullmatch(access_key)
    if match is None:
        return None
    account = home if match["home"] or not match["account"] else match["account"]
    return Credential(access_key, SECRET, root_of(account))
