"""The lab of a running server, as the command line asks it: JSON out, JSON or text back, a sentence for whatever goes wrong."""

from __future__ import annotations

import json
import os
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from condemu.server.config import port_named

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
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets, or a port that is none
        good = False
    if not good:
        raise Unusable(f"--url is http://HOST:PORT, unlike {url!r}")
    return parts


class Door:
    """Each call has a connection of its own: some are answered only when a schedule says so."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        parts = parts_of(self.url)
        self._secure, self._netloc, self._path = parts.scheme == "https", parts.netloc, parts.path
        self._headers = {"X-Condemu-Token": token} if token else {}

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
        if answer.status >= 400:
            raise Unusable(why_of(text) or f"{self.url} answers {method} /_condemu/{path} with {answer.status}")
        return text


def why_of(text: str) -> str:
    """The sentence with which the server refuses."""
    try:
        answer = json.loads(text)
    except ValueError:
        return ""
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""
