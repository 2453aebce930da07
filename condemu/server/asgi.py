"""ASGI in, ASGI out: a scope becomes a `Request`, a `Response` becomes messages. Nothing here knows a service.

Three things surprise. A request's body is read only when a service asks for it; that is also the moment at which a client
that sent `Expect: 100-continue` is told to go on. An answer given before the body was read must not leave a connection on
which the rest of the body would be taken for the next request: what is left is thrown away while it is short, else the
connection closes, and a client that was never told to go on may not send its body at all, so its connection closes too. And a
reply that an observer loses (`ReplyLost`) cuts the connection without a byte, as a broken network would.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

from condemu.core.engine import ReplyLost
from condemu.core.http import ClientDisconnected, Request, Response

if TYPE_CHECKING:
    from condemu.server.app import Emulator

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CONNECTION: Final = "condemu.connection"  # where our own protocol leaves a scope's connection
_DISCARD_LIMIT: Final = 64 * 1024 * 1024  # bytes of an unread body that are thrown away to keep the connection
_BODILESS: Final = frozenset({204, 304})
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NAMES_HELD: Final = 2048
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class StreamBody:
    """A request's body as the transport delivers it."""

    __slots__ = ("_receive", "done", "started")

    def __init__(self, receive: Receive, done: bool) -> None:
        self._receive = receive
        self.done = done
        self.started = False

    async def next_chunk(self) -> bytes:
        while not self.done:
            self.started = True
            message = await self._receive()
            if message["type"] != "http.request":
                self.done = True
                raise ClientDisconnected
            if not message.get("more_body", False):
                self.done = True
            piece: bytes = message.get("body", b"")
            if piece:
                return piece
        return b""


class App:
    """The ASGI application around an emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._names: dict[str, bytes] = {}
        self._second = -1
        self._date = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await _lifespan(receive, send)
            return
        emulator = self._emulator
        headers: dict[str, str] = {}
        for raw, value in scope["headers"]:
            name = raw.decode("latin-1")
            if name in headers:
                headers[name] += ", " + value.decode("latin-1")
            else:
                headers[name] = value.decode("latin-1")
        body = StreamBody(receive, "transfer-encoding" not in headers and headers.get("content-length", "0") == "0")
        client = scope.get("client")
        request = emulator.received(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            scheme=scope.get("scheme", "http"),
            client_address=client[0] if client else "",
        )
        try:
            response = await emulator.answer(request)
        except (ClientDisconnected, ReplyLost):
            _cut(scope)
            return
        await self._reply(scope, request, body, response, send)

    async def _reply(self, scope: Scope, request: Request, unread: StreamBody, response: Response, send: Send) -> None:
        body = response.body
        headers, sized = self._encoded(response.headers)
        status = response.status
        if isinstance(body, bytes) and not sized and request.method != "HEAD" and status not in _BODILESS:
            headers.append((b"content-length", b"%d" % len(body)))
        close = response.close
        if not unread.done and not close:
            close = _must_close(request, unread)
        if close:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if request.method == "HEAD" or status in _BODILESS:
            body = b""
        if not isinstance(body, bytes):
            await _stream(scope, body, send)
            body = b""
        if close and not unread.done and unread.started:
            # Closing on a client that is still sending would reset the connection, and it might never read the answer.
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await _discard(unread)
            body = b""
        await send({"type": "http.response.body", "body": body})

    def _encoded(self, headers: Iterable[tuple[str, str]]) -> tuple[list[tuple[bytes, bytes]], bool]:
        """The headers as bytes, `date` first; and whether a length is among them."""
        encoded = [(b"date", self._http_date())]
        names = self._names
        sized = False
        for name, value in headers:
            key = names.get(name)
            if key is None:
                if _NAME.fullmatch(name) is None:
                    continue  # from a client's own metadata: cannot be said in HTTP
                if len(names) >= _NAMES_HELD:
                    names.clear()
                key = names[name] = name.lower().encode("ascii")
            if key == b"content-length":
                sized = True
            if value.isascii() and value.isprintable():
                encoded.append((key, value.encode("ascii")))
            else:
                encoded.append((key, _CONTROL.sub(b" ", value.encode("latin-1", "replace"))))
        return encoded, sized

    def _http_date(self) -> bytes:
        second = int(self._emulator.clock.now())
        if second != self._second:
            self._second = second
            self._date = formatdate(second, usegmt=True).encode("ascii")
        return self._date


def _must_close(request: Request, unread: StreamBody) -> bool:
    """Whether the connection cannot be kept although the answer is complete."""
    if not unread.started and "expect" in request.headers:
        return True
    length = request.headers.get("content-length")
    return length is None or int(length) > _DISCARD_LIMIT


async def _discard(body: StreamBody) -> None:
    size = 0
    try:
        while size < _DISCARD_LIMIT:
            piece = await body.next_chunk()
            if not piece:
                return
            size += len(piece)
    except ClientDisconnected:
        pass


async def _stream(scope: Scope, pieces: Iterable[bytes], send: Send) -> None:
    """Piece by piece, as fast as the client takes them and no longer than it is there."""
    connection = scope.get(CONNECTION)
    for piece in pieces:
        if connection is not None and connection.disconnected:
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def _cut(scope: Scope) -> None:
    """End the connection without an answer."""
    connection = scope.get(CONNECTION)
    if connection is None:
        raise ReplyLost  # another ASGI server: it notices the exception and has its own way to give up
    connection.disconnected = True
    connection.transport.abort()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
