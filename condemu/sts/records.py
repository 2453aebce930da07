"""What STS keeps, and under which keys.

    sts.session   (account, access key)   Session: temporary credentials that were handed out

An access key of a session begins with ASIA, as AWS's do, and says whose it is: eight characters are the account's number.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from typing import Final

from condemu.core.records import record
from condemu.core.spaces import space

SESSIONS: Final = "sts.session"
PREFIX: Final = "ASIA"
_ACCOUNT, _CHANCE = 5, 5  # bytes of an access key behind its prefix: eight characters each


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
    return PREFIX + b32encode(int(account).to_bytes(_ACCOUNT, "big") + chance[:_CHANCE]).decode()


def account_of(access_key: str) -> str | None:
    """The account that a session's access key says; None for any other key."""
    if len(access_key) != 20 or not access_key.startswith(PREFIX):
        return None
    try:
        number = int.from_bytes(b32decode(access_key[len(PREFIX) :])[:_ACCOUNT], "big")
    except ValueError:
        return None
    return f"{number:012d}" if number < 10**12 else None
