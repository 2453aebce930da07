"""Heads. That of an answer is safe to send: what the services say, with `Date` from the clock, a length, and whether to close.
That of a request is not larger than S3 takes it, whichever server received it.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from condemu.core.effects import Clock
from condemu.core.http import Request, Response
from condemu.server.errors import HEADERS_LIMIT

STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
BODILESS: Final = frozenset({204, 304})
DISCARD_LIMIT: Final = 64 * 1024 * 1024  # bytes of an unread body that are thrown away to keep the connection
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NAMES_HELD: Final = 2048
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Heads:
    """Makes heads. Remembers the second that it last wrote and the names that it has seen to be names."""

    __slots__ = ("_clock", "_date", "_names", "_second")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._names: set[str] = set()
        self._second = -1
        self._date = ""

    def text(self, request: Request, response: Response, close: bool) -> bytes:
        """Status line and header section as they go over the wire: in order, values in Latin-1 without control characters."""
        status = response.status
        lines = [STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n", f"Date: {self.date()}\r\n"]
        names = self._names
        sized = False
        for name, value in response.headers:
            if name not in names and not self._remembered(name):
                continue  # from a client's own metadata: HTTP cannot say it
            if name == "Content-Length":
                sized = True
            if not value.isprintable() or not value.isascii():
                value = _CONTROL.sub(" ", value).encode("latin-1", "replace").decode("latin-1")
            lines.append(f"{name}: {value}\r\n")
        if not sized and isinstance(response.body, bytes) and request.method != "HEAD" and status not in BODILESS:
            lines.append(f"Content-Length: {len(response.body)}\r\n")
        lines.append("Connection: close\r\n\r\n" if close else "\r\n")
        return "".join(lines).encode("latin-1")

    def of(self, request: Request, response: Response, close: bool) -> list[tuple[bytes, bytes]]:
        """The same header fields one by one."""
        lines = self.text(request, response, close).split(b"\r\n")[1:-2]
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]

    def _remembered(self, name: str) -> bool:
        if _NAME.fullmatch(name) is None:
            return False
        if len(self._names) >= _NAMES_HELD:
            self._names.clear()
        self._names.add(name)
        return True

    def date(self) -> str:
        second = int(self._clock.now())
        if second != self._second:
            self._second = second
            self._date = formatdate(second, usegmt=True)
        return self._date


def must_close(request: Request, started: bool) -> bool:
    """Whether a connection cannot be kept on which the request's body was not read to its end.

    A client that waits to be told to send its body may now not send it at all; and a long rest is not worth waiting for.
    """
    if not started and "expect" in request.headers:
        return True
    length = request.headers.get("content-length")
    return length is None or int(length) > DISCARD_LIMIT


def too_large(request: Request) -> bool:
    """Whether a request is refused for the size of its header section and query: S3 takes 8 KB, DynamoDB 16 KB (asserted on
    AWS by a published suite).
    """
    headers = request.headers
    size = 4 * len(headers) + sum(map(len, headers)) + sum(map(len, headers.values())) + len(request.query_string)
    return size > (2 * HEADERS_LIMIT if "x-amz-target" in headers else HEADERS_LIMIT)


def origin_form(target: str) -> str:
    """The path of an absolute-form target. Any other form is handed on, for the emulator to refuse."""
    scheme, separator, rest = target.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        return "/" + rest.partition("/")[2]
    return target
