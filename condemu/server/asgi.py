"""The emulator as an ASGI application, for any ASGI server. Its own server does without (`protocol.py`).

A server that is not ours cannot be told to cut a connection without an answer: where a reply is to be lost, or the client left,
the application raises, and the server gives up in its own way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from condemu.core.http import ClientDisconnected
from condemu.server.connection import Answering
from condemu.server.errors import TIMED_OUT, TOO_LARGE, BodyStalled
from condemu.server.heads import BODILESS, Heads, must_close, too_large

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """The ASGI application around an emulator."""

    def __init__(self, emulator: Answering) -> None:
        self.emulator = emulator
        self.heads = Heads(emulator.wall)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1")
            text = value.strip(b" \t").decode("latin-1")
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        body = ReceivedBody(receive, self.emulator.config.request_timeout)
        client = scope.get("client")
        request = self.emulator.received(
            scope["method"],
            (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            scheme=scope.get("scheme", "http"),
            client_address=client[0] if client else "",
        )
        try:
            response = await self.emulator.answer(request, TOO_LARGE if too_large(request) else None)
        except BodyStalled:
            response = await self.emulator.answer(request, TIMED_OUT)
        empty = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        close = response.close or (not body.done and not empty and must_close(request, body.started))
        fields = [(name.lower(), value) for name, value in self.heads.of(request, response, close)]
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        if request.method == "HEAD" or response.status in BODILESS:
            await send({"type": "http.response.body"})
        elif isinstance(response.body, bytes):
            await send({"type": "http.response.body", "body": response.body})
        else:
            for piece in response.body:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})


class ReceivedBody:
    """A request's body as an ASGI server delivers it."""

    __slots__ = ("_patience", "_receive", "done", "started")

    def __init__(self, receive: Receive, patience: float) -> None:
        self._receive = receive
        self._patience = patience or None  # seconds that a piece may take
        self.done = False
        self.started = False

    async def next_chunk(self) -> bytes:
        while not self.done:
            self.started = True
            try:
                async with asyncio.timeout(self._patience):
                    message = await self._receive()
            except TimeoutError:
                raise BodyStalled from None
            if message["type"] != "http.request":
                self.done = True
                raise ClientDisconnected
            self.done = not message.get("more_body", False)
            piece: bytes = message.get("body", b"")
            if piece:
                return piece
        return b""

    def take(self) -> bytes | None:
        return None


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
