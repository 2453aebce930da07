"""The environment variables of AWS's SDKs and boto3's default session: while something is active, and as they were when it ends.

Activations may begin and end in any order, in several threads. Each remembers what it found; one that ends while a later one is
still there leaves the variables alone and hands its memory on to the next later one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

# What the SDKs find in their place could be a real account's, or lead elsewhere. AWS_ENDPOINT_URL_<SERVICE> goes with them.
REMOVED: Final = frozenset({"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"})
ENDPOINT: Final = "AWS_ENDPOINT_URL"
REGIONS: Final = ("AWS_DEFAULT_REGION", "AWS_REGION")
CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
IGNORE_ENDPOINTS: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"  # of configuration files, too (AWS SDKs Reference Guide)
NO_METADATA: Final = "AWS_EC2_METADATA_DISABLED"
NO_PROXY: Final = "no_proxy"

Saved = dict[str, str | None]


def variables_of(access_key: str, secret: str, region: str, url: str | None = None) -> dict[str, str]:
    """What is set: credentials, a region, and either no configured endpoint at all or the one of a server elsewhere."""
    chosen = dict(zip((*CREDENTIALS, *REGIONS), (access_key, secret, "", "", region, region), strict=True))
    chosen[NO_METADATA] = "true"
    if url is None:
        return chosen | {IGNORE_ENDPOINTS: "true"}
    return chosen | {ENDPOINT: url, NO_PROXY: ",".join(filter(None, (unproxied(), urlsplit(url).hostname)))}


def unproxied(environ: Mapping[str, str] = os.environ) -> str:
    """The hosts to which no proxy of the environment leads; the name in small letters counts before the other."""
    return environ.get(NO_PROXY) or environ.get(NO_PROXY.upper()) or ""


def enter(chosen: Mapping[str, str], environ: MutableMapping[str, str] = os.environ) -> Saved:
    """Set what is chosen and remove what misleads. Returns what was there."""
    there = set(environ)
    saved = {name: environ[name] if name in there else None for name in chosen}
    for name in there:
        if name.startswith(ENDPOINT) or name in REMOVED:
            saved[name] = environ.pop(name)
    environ.update(chosen)
    return saved


def leave(saved: Saved, environ: MutableMapping[str, str] = os.environ) -> None:
    for name, value in saved.items():
        if value is None:
            environ.pop(name, None)
        else:
            environ[name] = value


def configured_hosts(saved: Saved) -> frozenset[str]:
    """The hosts, with their ports, that the environment named as endpoints: clients made before may still go there."""
    urls = (value for name, value in saved.items() if name.startswith(ENDPOINT) and value)
    return frozenset(urlsplit(url).netloc.lower() for url in urls)


def set_session_aside() -> Any:
    """boto3 makes a new default session when it is next asked for one. Returns the one that was there, None without one."""
    boto3: Any = sys.modules.get("boto3")
    session = getattr(boto3, "DEFAULT_SESSION", None)
    if session is not None:
        boto3.DEFAULT_SESSION = None
    return session


def put_session_back(session: Any) -> None:
    """What boto3 made since has our credentials, and is forgotten."""
    boto3: Any = sys.modules.get("boto3")
    if boto3 is not None:
        boto3.DEFAULT_SESSION = session
