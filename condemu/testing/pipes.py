"""Connections that lead to an emulator in this process, for clients that write HTTP/1.1 themselves: aiohttp and http.client.

One request, one answer, then the connection closes: the next request may be for another emulator.
"""

from __future__ import annotations

import io
from http.client import RemoteDisconnected, responses
from typing import Any, cast
from urllib.parse import urlsplit

import httptools

from condemu.core.engine import ReplyLost
from condemu.core.http import Request, Response
from condemu.testing.activation import Head, emulator_for
from condemu.testing.transport import answer_to, collected, is_stall, request_from, run, text_of

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Incoming:
    """One request, read from bytes as they come. Its methods are those that httptools calls."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self.expects = False
        self.complete = False

    def receive(self, data: Any) -> None:
        self._parser.feed_data(bytes(data))

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.expects = any(name.lower() == b"expect" and value.lower() == b"100-continue" for name, value in self._headers)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.complete = True

    def request(self) -> tuple[Any, Request]:
        """The emulator that is asked, and what it is asked."""
        target = text_of(self._target)
        parts = urlsplit(self._head.url)
        url = target if "://" in target.partition("?")[0] else f"{parts.scheme}://{parts.netloc}{target}"
        headers = [(name, value) for name, value in self._headers if name.lower() != b"expect"]
        authorization = next((text_of(value) for name, value in headers if name.lower() == b"authorization"), "")
        body = b"".join(self._body)
        method = text_of(self._parser.get_method())
        emulator = emulator_for(Head(method, url, authorization), body)
        headers = [(name, value) for name, value in headers if name.lower() != b"transfer-encoding"]
        return emulator, request_from(emulator, method, url, headers, body)

    def reply(self, response: Response) -> bytes:
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}"]
        lines += [f"{name}: {value}" for name, value in response.headers if name.lower() != "connection"]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        return head if self._parser.get_method() == b"HEAD" else head + collected(response)


class SyncPipe:
    """The parts of a socket that http.client uses."""

    def __init__(self, head: Head) -> None:
        self._incoming = Incoming(head)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._incoming.receive(data)

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        """The answer, as soon as somebody wants to read it."""
        if not self._incoming.complete:
            return io.BytesIO()
        emulator, request = self._incoming.request()
        try:
            return io.BytesIO(self._incoming.reply(run(answer_to(emulator, request))))
        except ReplyLost as lost:
            if is_stall(lost):
                raise TimeoutError("timed out") from lost
            raise RemoteDisconnected("Remote end closed connection without response") from lost

    def settimeout(self, _: float | None) -> None: ...

    def setsockopt(self, *_: Any) -> None: ...

    def shutdown(self, _: int) -> None: ...

    def close(self) -> None: ...


class AsyncPipe:
    """A transport of asyncio, as far as aiohttp uses one; `client` is aiohttp's own end of it."""

    def __init__(self, loop: Any, head: Head) -> None:
        from aiohttp.client_proto import ResponseHandler

        self._loop = loop
        self._incoming = Incoming(head)
        self._closing = False
        self._task: Any = None
        self.client: Any = ResponseHandler(loop)
        client = self.client
        client.connection_made(cast(Any, self))
        self.client.force_close()  # once it is answered

    def write(self, data: Any) -> None:
        incoming = self._incoming
        incoming.receive(data)
        if incoming.complete and self._task is None:
            self._task = self._loop.create_task(self._answer())
        elif incoming.expects:
            incoming.expects = False
            self._loop.call_soon(self.client.data_received, GO_ON)

    def writelines(self, pieces: Any) -> None:
        self.write(b"".join(pieces))

    async def _answer(self) -> None:
        from aiohttp import ServerDisconnectedError, SocketTimeoutError

        try:
            emulator, request = self._incoming.request()
            reply = self._incoming.reply(await answer_to(emulator, request))
        except ReplyLost as lost:
            error = SocketTimeoutError("Timeout on reading data from socket") if is_stall(lost) else ServerDisconnectedError()
            self.client.set_exception(error, lost)
        except Exception as mistake:  # the caller's to see
            self.client.set_exception(mistake)
        else:
            if not self._closing:
                self.client.data_received(reply)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self.client.connection_lost, None)

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def is_reading(self) -> bool:
        return not self._closing

    def get_write_buffer_size(self) -> int:
        return 0
