"""What STS keeps, and under which keys.

| space       | key                 | record                                              |
|-------------|---------------------|-----------------------------------------------------|
| sts.session | account, access key | Session: temporary credentials that were handed out |

An access key of a session begins with ASIA, as AWS's do, and says whose it is: it holds the account's
number, and a digest by which it is told from a key that somebody brought from elsewhere.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from hashlib import blake2b
from typing import Final

from condemu.core.records import record
from condemu.core.spaces import space

SESSIONS: Final = "sts.session"
PREFIX: Final = "ASIA"
_ACCOUNT, _CHANCE, _CHECK = 5, 3, 2  # bytes of an access key behind its prefix


@record
class Session:
    """Temporary credentials. With `role` they are a role's; else they are those of the access key `source`.

    `policy` is the session policy's text, "" without one. Times are epoch seconds of the state's clock.
    """

    secret: str
    token: str
    issued: float
    expires: float
    source: str = ""
    role: str = ""
    session: str = ""
    policy: str = ""
    tags: tuple[tuple[str, str], ...] = ()


SPACES: Final = (space(SESSIONS, Session, ("access key", str)),)


def access_key_of(account: str, chance: bytes) -> str:
    head = int(account).to_bytes(_ACCOUNT, "big") + chance[:_CHANCE]
    return PREFIX + b32encode(head + _check(head)).decode()


def account_of(access_key: str) -> str | None:
    """The account that the access key of a session says, whether or not the session is still there; None for any other key."""
    if len(access_key) != 20 or not access_key.startswith(PREFIX):
        return None
    try:
        raw = b32decode(access_key[len(PREFIX) :])
    except ValueError:
        return None
    head, check = raw[:-_CHECK], raw[-_CHECK:]
    number = int.from_bytes(head[:_ACCOUNT], "big")
    return f"{number:012d}" if number < 10**12 and check == _check(head) else None


def _check(head: bytes) -> bytes:
    return blake2b(head, digest_size=_CHECK, person=b"condemu session").digest()
