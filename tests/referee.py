"""No socket of the test suite leaves this machine: a hook of the interpreter blocks each that would, and remembers it.

It sits in the process of the tests and in each Python that they start (`refereed/sitecustomize.py`). All write to one file what
would have left, so that it is known even where something swallowed the error.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

FILE = "CONDEMU_REFEREE"  # names the file, for the processes that tests start
ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
NAMED = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


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
    if event in ADDRESSED:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in NAMED:
        host = arguments[0]
    else:
        return
    if not is_here(host):
        note(f"{event} {host}")
        raise Left(f"{event} to {host}: a test must not leave this machine")


def note(what: str) -> None:
    if FILE in os.environ:
        with open(os.environ[FILE], "a", encoding="utf-8") as file:
            file.write(what + "\n")


def left() -> list[str]:
    """What would have left since this was last asked."""
    path = Path(os.environ[FILE])
    if not path.stat().st_size:
        return []
    found = path.read_text(encoding="utf-8").splitlines()
    path.write_text("")
    return found


def start() -> None:
    sys.addaudithook(watch)


def start_everywhere() -> None:
    """Here, and in each Python that is started from here."""
    handle, os.environ[FILE] = tempfile.mkstemp(prefix="condemu-referee-")
    os.close(handle)
    folders = [str(Path(__file__).parent / "refereed"), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)
    start()


def stop() -> None:
    Path(os.environ.pop(FILE)).unlink()
