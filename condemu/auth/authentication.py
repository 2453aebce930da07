"""What is known about a request once its signature has been looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from condemu.auth.principals import NOBODY, Principal, root_of
from condemu.auth.signature_v4 import Chain

# s3:authType
HEADER: Final = "REST-HEADER"
QUERY: Final = "REST-QUERY-STRING"
POST: Final = "POST"

# s3:signatureversion
VERSION_2: Final = "AWS"
VERSION_4: Final = "AWS4-HMAC-SHA256"


@dataclass(slots=True)
class Authentication:
    """Who asks, and how they proved it. `verified` is False for a key without a known secret.

    `signature_age` is milliseconds since the signature's date, always 0 under version 2. `payload` is what the request declares
    its body to be: a SHA-256, UNSIGNED-PAYLOAD, one of the STREAMING- forms, or None. `chain` verifies the chunks of a signed
    stream; it is None where nothing can or need be verified.
    """

    principal: Principal
    access_key: str = ""
    auth_type: str | None = None
    signature_version: str | None = None
    region: str = ""
    signature_age: float = 0.0
    payload: str | None = None
    chain: Chain | None = None
    verified: bool = False


ANONYMOUS: Final = Authentication(NOBODY)


def trusted(account: str) -> Authentication:
    """A request that needs no proof: the account's root user."""
    return Authentication(root_of(account), auth_type=HEADER, signature_version=VERSION_4)
