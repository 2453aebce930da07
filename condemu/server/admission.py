"""Who may use the administration: not every web page that the developer's browser shows, and under `--auth strict` not everybody.

- A page of another origin: browsers name it in `Origin` with every POST, and in `Sec-Fetch-Site`. It is refused.
- A page that makes its own name point here (DNS rebinding) is of the same origin, but its name stands in `Host`. So a Host must
  be one that no stranger can own: an address, a name without a dot (as containers call each other), one below a suffix that is
  private by definition, the name that the emulator listens on, or one of the setting `admin_hosts`. A program that sends none is
  no browser.
- With a token, all but health and readiness asks for it: `X-Condemu-Token: TOKEN` or `Authorization: Bearer TOKEN`. Under
  `--auth strict` there is always one; `condemu serve` makes and prints it where none is set.
"""

from __future__ import annotations

import ipaddress
from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from condemu.core.http import Request
from condemu.server.config import Config

# RFC 6761 and 6762, RFC 8375; ICANN's resolution of 2024-07-29 for .internal (host.docker.internal, host.containers.internal).
PRIVATE_SUFFIXES: Final = (".localhost", ".internal", ".local", ".test", ".home.arpa")
TOKEN_HEADER: Final = "x-condemu-token"


def refusal(request: Request, config: Config, open_to_all: bool) -> tuple[int, str] | None:
    """Status and reason of a refusal, or None. `open_to_all` is an action that needs no token."""
    host = request.headers.get("host", "")
    if not is_ours(host, config):
        return 403, f"{host!r} is no name of this server that the administration answers to; the setting admin_hosts adds names"
    origin = request.headers.get("origin")
    if origin is not None and not is_own_origin(origin, host, config):
        return 403, f"a page of {origin!r} may not use the administration; the setting admin_hosts adds names"
    if origin is None and is_embedded(request):
        return 403, "a page of another site may not use the administration"
    if open_to_all or is_trusted(request, config) or not (config.admin_token or config.auth == "strict"):
        return None
    if not config.admin_token:
        return 401, "under --auth strict the administration asks for a token, and none is set: --admin-token"
    return 401, "the administration asks for its token: the header X-Condemu-Token"


def is_trusted(request: Request, config: Config) -> bool:
    """Whether the request carries the token."""
    if not config.admin_token:
        return False
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = request.headers.get(TOKEN_HEADER) or (bearer if scheme.lower() == "bearer" else "")
    return compare_digest(given.encode("latin-1", "replace"), config.admin_token.encode())


def is_ours(host: str, config: Config) -> bool:
    """Whether a Host header can only mean a server of one's own."""
    name = name_of(host)
    if not name or "." not in name or name == config.host or is_address(name):
        return True
    return name.endswith(PRIVATE_SUFFIXES) or is_listed(name, config)


def is_own_origin(origin: str, host: str, config: Config) -> bool:
    """Whether a page is the emulator's own, or of a name that the settings list."""
    try:
        parts = urlsplit(origin)
        return parts.netloc.lower() == host.lower() or is_listed(parts.hostname or "", config)
    except ValueError:
        return False


def is_embedded(request: Request) -> bool:
    """Whether a page of another site makes its browser ask. Following a link from there is nobody's attack."""
    headers = request.headers
    if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    return request.method != "GET" or headers.get("sec-fetch-mode") != "navigate"


def is_listed(name: str, config: Config) -> bool:
    """Whether the settings list a name: itself, `*.` and a suffix of it, or `*`."""
    for listed in config.admin_hosts:
        if listed in ("*", name) or (listed.startswith("*.") and name.endswith(listed[1:])):
            return name != ""
    return False


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def name_of(host: str) -> str:
    """The name in a Host header: without the port, in lower case, without the dot of the root."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")
