"""Which emulator answers the boto3 calls of this process, while a fixture or `mock_aws` is active.

Requests to AWS's own host names are answered here and never leave; requests to any other endpoint were sent there on purpose and
pass. The access key picks the emulator: each activation has a 12-digit account of its own as its key, so that threads, coroutines
and nested activations do not meet. A key that nobody has belongs to the latest activation.
"""

from __future__ import annotations

import itertools
import os
import re
import threading
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from condemu.testing.transport import EVENT, handler_for

if TYPE_CHECKING:
    from condemu.server.app import Emulator

AWS_HOST: Final = re.compile(r"(?:.*\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws|aws\.dev)", re.IGNORECASE)
CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/[^/,\s]+/([^/,\s]+)/|^AWS ([^:\s]+):")
EMULATED: Final = frozenset({"s3", "s3express", "dynamodb", "sdb", "simpledbv2"})

VARIABLES: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_DEFAULT_REGION")
MISLEADING: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB",
                     "AWS_ENDPOINT_URL_SDB", "AWS_REGION")  # fmt: skip

_lock = threading.Lock()
_active: list[tuple[str, Emulator]] = []
_registered = False
_accounts = itertools.count(os.getpid() * 100_000 + 1)


class NotEmulated(RuntimeError):
    """A request for a service that condemu does not emulate, kept from reaching AWS."""


def fresh_account() -> str:
    """A 12-digit account that nobody else in this process, nor another test worker on this machine, uses."""
    return f"{next(_accounts) % 900_000_000_000 + 100_000_000_000:012d}"


def environment(account: str, region: str) -> dict[str, str]:
    """The five variables that keep a test away from any real account."""
    return dict(zip(VARIABLES, (account, "condemu", "", "", region), strict=True))


def activate(account: str, emulator: Emulator) -> None:
    with _lock:
        _register()
        _active.append((account, emulator))


def deactivate(account: str) -> None:
    with _lock:
        _active[:] = [entry for entry in _active if entry[0] != account]


def _register() -> None:
    """Listen to every session made from now on, and to the default one if there is one."""
    global _registered
    if _registered:
        return
    import boto3
    import botocore.handlers

    handler = handler_for(choose)
    botocore.handlers.BUILTIN_HANDLERS.append((EVENT, handler))
    if boto3.DEFAULT_SESSION is not None:
        boto3.DEFAULT_SESSION.events.register(EVENT, handler)
    _registered = True


def choose(request: Any) -> Emulator | None:
    """The emulator that answers a prepared request; None lets it pass."""
    active = _active[-1] if _active else None
    if active is None:
        return None
    host = urlsplit(request.url).hostname or ""
    if AWS_HOST.fullmatch(host) is None:
        return None
    key, service = credential_of(request)
    if service and service not in EMULATED:
        raise NotEmulated(f"condemu emulates S3, DynamoDB and SimpleDB; this request is for {service} ({host})")
    for account, emulator in reversed(_active):
        if account == key:
            return emulator
    return active[1]


def credential_of(request: Any) -> tuple[str, str]:
    """The access key and the service that a request was signed for, "" where it does not say."""
    header = request.headers.get("Authorization", "")
    match = CREDENTIAL.search(header.decode("latin-1") if isinstance(header, bytes) else header)
    if match is not None:
        return match[1] or match[3], match[2] or ""
    query = parse_qs(urlsplit(request.url).query)
    if "X-Amz-Credential" in query:
        parts = query["X-Amz-Credential"][0].split("/")
        return parts[0], parts[3] if len(parts) > 3 else ""
    if "AWSAccessKeyId" in query:
        return query["AWSAccessKeyId"][0], ""
    body = request.body
    if isinstance(body, (str, bytes)):  # SimpleDB signs in its form
        text = body if isinstance(body, str) else body[:4096].decode("latin-1")
        found = re.search(r"(?:^|&)AWSAccessKeyId=([^&]+)", text[:4096])
        if found is not None:
            return found[1], ""
    return "", ""
