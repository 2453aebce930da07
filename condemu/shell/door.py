"""The lab of a running server, as the command line asks it: JSON out, JSON or text back, a sentence for whatever goes wrong.

Before anything else is asked, the server has to say that it is condemu, within PATIENCE and in few bytes: whoever answers at a
mistaken URL may answer with anything, or never. What is asked afterwards may take its time.
"""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

from condemu.server.config import port_named, server_url

if TYPE_CHECKING:
    from ssl import SSLContext
    from urllib.parse import SplitResult

PATIENCE: Final = 10.0  # seconds that a server has to say what it is
MOST: Final = 64 * 1024  # bytes that it may use for that
DEFAULT_URL: Final = "http://127.0.0.1:4566"
Document = dict[str, Any]


class Unusable(Exception):
    """What was asked for cannot be done, and why."""


def url_of(given: str | None) -> str:
    """Where the server is: as given, else CONDEMU_URL, else this machine's CONDEMU_PORT, else the default. Raises Unusable."""
    port = port_named(os.environ)
    url = given or os.environ.get("CONDEMU_URL") or (f"http://127.0.0.1:{port}" if port else DEFAULT_URL)
    parts_of(url)
    return url


def parts_of(url: str) -> SplitResult:
    """A URL of a server. Raises Unusable."""
    parts = server_url(url)
    if parts is None:
        raise Unusable(f"--url is http://HOST:PORT, unlike {url!r}")
    return parts


def said(
    url: str, path: str, headers: dict[str, str], seconds: float, *, port: int | None = None, context: SSLContext | None = None
) -> tuple[int, str]:
    """Status and body of a short answer of a server that need not be condemu. Raises Unusable, after `seconds` at the latest.

    `port` is that of a URL without one, `context` how a certificate is looked at.
    """
    import socket
    import threading
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    parts = parts_of(url)
    host, number = parts.hostname or "", parts.port or port
    connection = HTTPConnection(host, number, timeout=seconds)
    if parts.scheme == "https":
        connection = HTTPSConnection(host, number, timeout=seconds, context=context)
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    try:
        with closing(connection):
            connection.connect()
            sock = connection.sock
            timer = threading.Timer(seconds, give_up)  # each piece of an answer may come in time, and the whole never
            timer.daemon = True
            timer.start()
            try:
                target = f"{parts.path.rstrip('/')}/_condemu/{path}"
                connection.request("GET", target, headers={"Accept": "application/json", **headers})
                answer = connection.getresponse()
                body = answer.read(MOST)
            finally:
                timer.cancel()
    except (OSError, HTTPException) as problem:
        if isinstance(problem, HTTPException) and not isinstance(problem, OSError):
            raise Unusable(f"what answers at {url} is no condemu: it does not speak HTTP") from None
        if late.is_set() or isinstance(problem, TimeoutError):
            raise Unusable(f"what answers at {url} does not say within {seconds:g} seconds that it is condemu") from None
        raise Unusable(f"nothing answers at {url}: {problem}") from None
    except ValueError as problem:  # no header: the token; or a host or a path in the URL that is none
        raise Unusable(f"the URL or the token cannot be sent: {problem}") from None
    return answer.status, body.decode("utf-8", "replace")


def sure(url: str, headers: dict[str, str]) -> None:
    """Raises Unusable where it is no emulator that answers, or nothing does."""
    known(url, *said(url, "health", headers, PATIENCE))


def known(url: str, status: int, text: str) -> None:
    """Raises Unusable for an answer to GET /_condemu/health that is none of an emulator's."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if status == 200 and isinstance(document, dict) and document.get("edition") == "condemu":
        return
    why = why_of(text)
    if status >= 400 and why:
        raise Unusable(f"{url} answers GET /_condemu/health with {status}: {why}")
    raise Unusable(f"what answers at {url} is no condemu, or an older one")


class Door:
    """Each call has a connection of its own: some are answered only when a schedule says so."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        parts = parts_of(self.url)
        self._secure, self._netloc, self._path = parts.scheme == "https", parts.netloc, parts.path
        self._headers = {"X-Condemu-Token": token} if token else {}
        self._sure = False

    def ask(self, method: str, path: str, document: Document | None = None) -> Document | None:
        """The document of an answer; None when it has none."""
        text = self.text(method, path, document, "application/json")
        if not text:
            return None
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unusable(f"{self.url} is no condemu: it does not answer {method} /_condemu/{path} with JSON")
        return answer

    def text(self, method: str, path: str, document: Document | None = None, accept: str = "text/plain") -> str:
        """The body of an answer. Raises Unusable for what is refused, and where nothing answers."""
        from http.client import HTTPConnection, HTTPException, HTTPSConnection

        if not self._sure:
            sure(self.url, self._headers)
            self._sure = True
        connection = HTTPSConnection(self._netloc) if self._secure else HTTPConnection(self._netloc)
        body = None if document is None else json.dumps(document)
        try:
            connection.request(method, f"{self._path}/_condemu/{path}", body, {"Accept": accept, **self._headers})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as problem:
            raise Unusable(f"nothing answers at {self.url}: {problem}") from None
        except ValueError as problem:  # no header: the token; or a path in the URL that is none
            raise Unusable(f"the URL or the token cannot be sent: {problem}") from None
        finally:
            connection.close()
        if answer.status >= 300:
            raise Unusable(why_of(text) or f"{self.url} answers {method} /_condemu/{path} with {answer.status}")
        return text


def why_of(text: str) -> str:
    """The sentence with which the server refuses."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    why = answer.get("error") if isinstance(answer, dict) else None
    return why if isinstance(why, str) else ""
