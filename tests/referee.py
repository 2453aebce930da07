"""No socket of the test suite leaves this machine: a hook of the interpreter blocks each that would, and remembers it."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

left: list[str] = []  # what would have left, since a test last looked


class Left(AssertionError):
    """A test tried to leave this machine."""


def is_here(host: Any) -> bool:
    """Whether an address, or a name that is to be looked up, is this machine's."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" or event == "socket.sendto":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = arguments[0]
    else:
        return
    if not is_here(host):
        left.append(f"{event} {host}")
        raise Left(f"{event} to {host}: a test must not leave this machine")


def start() -> None:
    sys.addaudithook(watch)
