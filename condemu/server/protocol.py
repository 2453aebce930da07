"""HTTP/1.1 on a socket, straight to the emulator: httptools parses, uvicorn starts and stops the server, ASGI is left out.

What surprises:

- A request whose body is already here is answered before the next byte is looked at, without a task; nothing in its way waits.
  Only when it has to wait (for its body, for a slow reader) does it become a task. With observers it is one from the start.
- The request target is handed on as it came: neither decoded nor normalised. An absolute one loses its scheme and authority.
- The body is taken from the socket only as fast as the service reads it. A client that sent `Expect: 100-continue` is told to go
  on when the service first asks for the body, and not at all when it never does.
- An answer given before the body was read must not leave a connection on which its rest would be taken for the next request. A
  short rest is thrown away; otherwise the connection closes, but not before a client that is still sending can read the answer.
- A client that sends requests and does not read the answers is read no further; those of its requests that are here wait.
  A client that stops in the middle of a body, or never reads, is given up after a time (`stalls.py`).
- A long body does not go through the parser: what the socket gives is what the service gets, not a copy of it.
- What cannot be parsed gets an AWS error document. A header section is bounded while it is received.
- A reply that is to be lost (`ReplyLost`) cuts the connection without a byte, as a broken network would; or with half of its
  body; or not before the client gives up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, cast

import httptools

from condemu.core.errors import ErrorRow
from condemu.core.http import Request
from condemu.server.connection import Answering
from condemu.server.errors import BAD_REQUEST, HEADERS_LIMIT, HEADERS_TOO_LARGE, document
from condemu.server.exchange import Exchange, resumed
from condemu.server.heads import DISCARD_LIMIT, STATUS_LINES, Heads, origin_form, too_large
from condemu.server.stalls import StallGuard
from condemu.server.system import RequestIds, SystemIds

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn.server import ServerState


_SECTION_LIMIT: Final = 4 * HEADERS_LIMIT  # request line and header section: beyond this nobody waits for their end
_HIGH_WATER: Final = 512 * 1024  # bytes of a body that wait here before the socket is left alone
_TURN: Final = 64  # answers to one client that come in a row before others have their turn
_LINGER: Final = 2.0  # seconds that a client which is still sending has to read its answer
_NAMES: Final[dict[bytes, str]] = {}
_NAMES_HELD: Final = 2048
_UNNAMED: Final = RequestIds(SystemIds())  # for what never became a request


class Protocol(asyncio.Protocol):
    """One connection. Made by uvicorn, whose keyword arguments these are."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self.emulator: Answering = config.loaded_app.emulator
        self.loop = _loop or asyncio.get_running_loop()
        self.transport: asyncio.Transport = cast(asyncio.Transport, None)
        self.scheme = "http"
        self.lost = False
        self.writable: asyncio.Future[None] | None = None  # while the client does not take what it is sent
        self._state = server_state
        self._idle_limit: float = config.timeout_keep_alive
        self.watch = StallGuard(self, self.emulator.config.request_timeout)
        self.heads: Heads = config.loaded_app.heads
        self._parser = self._new_parser(self)
        self._waiting: deque[Exchange] = deque()  # whose turn has not come
        self.answering: Exchange | None = None
        self._receiving: Exchange | None = None  # whose body is being received
        self._starting = False
        self._closing = False
        self._paused = False
        self._discarded = 0
        self._rest = 0  # bytes of a long body that are still to come, past the parser
        self._length = 0  # of a long body
        self._received = 0  # of it, through the parser
        self._piece = 0  # bytes of the piece that is being parsed
        self._url = b""
        self._headers: dict[str, str] = {}
        self._in_head = False
        self._head_is_new = False  # it began in the piece that is being parsed
        self._head_size = 0  # the bytes of its pieces, but for a first one that it shares with the request before it
        self._shared = False  # a request ended in the piece that is being parsed

    @staticmethod
    def _new_parser(callbacks: Any) -> Any:
        parser = httptools.HttpRequestParser(callbacks)
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    # connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._state.connections.add(self)  # type: ignore[arg-type]
        peer = transport.get_extra_info("peername")
        self._client = peer[0] if isinstance(peer, tuple) else ""
        self._idle_since = self.loop.time()
        self._timer = self.loop.call_later(self._idle_limit, self._check_idle)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self._state.connections.discard(self)
        self._timer.cancel()
        self.watch.end()
        self._waiting.clear()
        if self.answering is not None:
            self.answering.wake()
        self.resume_writing()
        self._parser = None

    def eof_received(self) -> bool:
        """The client will send no more. What it asked for is still answered, unless it is without a part of its body."""
        last = self._waiting[-1] if self._waiting else self.answering
        if last is None or not last.complete or last.stalls:
            return False
        last.keep_alive = False
        return True

    def shutdown(self) -> None:
        """Called by uvicorn: the server is about to end."""
        if self.answering is None:
            self.transport.close()
        elif self.answering.stalls:
            self.answering.wake()
        else:
            self.answering.keep_alive = False

    def cut(self, sent: bool = False) -> None:
        """End the connection without another byte; with `sent`, not before what was written is sent."""
        self.lost = True
        if sent:
            self.transport.close()
        else:
            self.transport.abort()

    def _check_idle(self) -> None:
        """One timer for the connection's life, not one for each request."""
        rest = self._idle_since + self._idle_limit - self.loop.time()
        if self.answering is None and rest <= 0:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(max(rest, 1.0), self._check_idle)

    # flow

    def pause_writing(self) -> None:
        if self.writable is None:
            self.writable = self.loop.create_future()
            self.watch.begin(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        if self.writable is not None:
            if not self.writable.done():
                self.writable.set_result(None)
            self.writable = None
            self._go_on()

    def resume_reading(self) -> None:
        if self._paused and not self.lost:
            self._paused = False
            self.transport.resume_reading()

    def _pause_reading(self) -> None:
        if not self._paused and not self.lost:
            self._paused = True
            self.transport.pause_reading()

    # receiving

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return self._discard(len(data))
        if self._rest:
            data = self._receive_rest(data)
            if not data:
                return None
        self._piece = len(data)
        self._shared = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._receiving is not None:
                self._receive_body(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            return self._refuse(BAD_REQUEST)
        if self._in_head:
            self._head_size += 0 if self._head_is_new and self._shared else len(data)
            self._head_is_new = False
            if self._head_size > _SECTION_LIMIT:
                return self._refuse(HEADERS_TOO_LARGE)
        elif self._length and self._receiving is not None:
            self._bypass_parser()
        if self.answering is None:
            self._start()
        if self._waiting:
            self._pause_reading()
        return None

    def _bypass_parser(self) -> None:
        """Take the rest of a long body as it comes. The parser is left in the middle of it; the next request gets another one."""
        self._rest, self._length = self._length - self._received, 0
        self._parser = self._new_parser(self)

    def _receive_rest(self, data: bytes) -> bytes:
        """Take a piece of a long body; what is behind its end is returned."""
        rest = self._rest
        if len(data) < rest:
            self._rest = rest - len(data)
            self.on_body(data)
            return b""
        self._rest = 0
        self.on_body(data if len(data) == rest else data[:rest])
        self.on_message_complete()
        return data[rest:]

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = {}
        self._in_head = self._head_is_new = True
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        key = _NAMES.get(name) or _name_of(name)
        headers = self._headers
        if value.endswith((b" ", b"\t")):  # no part of the value (RFC 9110 §5.5); what is in front of it, the parser drops
            value = value.rstrip(b" \t")
        if key in headers:
            headers[key] = f"{headers[key]},{value.decode('latin-1')}"
        else:
            headers[key] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        parser, headers = self._parser, self._headers
        path, _, query = self._url.decode("latin-1").partition("?")
        if path[:1] != "/":
            path = origin_form(path)
        method = parser.get_method().decode("ascii")
        keep_alive = parser.should_keep_alive() and not parser.should_upgrade()
        if keep_alive and "connection" in headers:  # an older client, which would have to be told that it is kept
            keep_alive = parser.get_http_version() == "1.1"
        expects = "expect" in headers and headers["expect"].lower() == "100-continue"
        exchange = Exchange(self, method, keep_alive, expects)
        exchange.request = request = Request(
            method, path, query, headers, exchange, scheme=self.scheme, client_address=self._client
        )
        if self._piece > HEADERS_LIMIT or not self._head_is_new:
            exchange.too_large = too_large(request)
        self._in_head = False
        self._receiving = exchange
        self._waiting.append(exchange)
        self._received = 0
        length = headers.get("content-length")
        self._length = int(length) if length is not None and len(length) > 5 else 0

    def on_body(self, body: bytes) -> None:
        exchange = self._receiving
        self._received += len(body)
        if exchange is None:
            return self._discard(len(body))
        exchange.pieces.append(body)
        exchange.held += len(body)
        if exchange.held > _HIGH_WATER:
            self._pause_reading()
        if exchange.started:  # somebody may be waiting for it
            exchange.wake()
        return None

    def on_message_complete(self) -> None:
        exchange = self._receiving
        self._shared = True
        if exchange is None:
            self._discarded = 0
        elif not self._parser.should_upgrade() or exchange.method == "CONNECT":
            exchange.complete = True
            self._receiving = None
            if exchange.started:
                exchange.wake()

    def _receive_body(self, rest: bytes) -> None:
        """Go on with the body of a request that offered `Upgrade`, as Java's client does: the offer is not taken up.

        The parser takes the body for the other protocol's bytes and stops; so a new one is told a head with the same framing. The
        connection ends with the answer.
        """
        framing = [f"{n}: {v}\r\n" for n, v in self._headers.items() if n in ("content-length", "transfer-encoding")]
        self._parser = self._new_parser(_Rest(self))
        self._parser.feed_data(f"POST / HTTP/1.1\r\n{''.join(framing)}\r\n".encode("latin-1"))
        self._parser.feed_data(rest)

    def _discard(self, size: int) -> None:
        self._discarded += size
        if self._discarded > DISCARD_LIMIT:
            self.transport.close()

    def _refuse(self, row: ErrorRow) -> None:
        """Answer what never became a request, and close. With an answer still under way there is no room for another one."""
        if self.answering is None:
            self.transport.write(unreadable(row, self.heads.date()))
        self.transport.close()

    # answering

    def _go_on(self) -> None:
        """Answer whoever still waits, unless that is under way."""
        if self._waiting and self.answering is None and not self._starting:
            self._start()

    def _start(self) -> None:
        """Answer whoever waits, one after the other, until one of them has to wait himself or the client does not read."""
        self._starting = True
        waiting, emulator = self._waiting, self.emulator
        turn = 0
        while waiting and self.answering is None and self.writable is None and not self.lost:
            turn += 1
            if turn > _TURN:
                self.loop.call_soon(self._go_on)
                break
            exchange = self.answering = waiting.popleft()
            emulator.arrived(exchange.request)
            if emulator.engine.observed:
                self._spawn(exchange.run())
            else:
                coroutine = exchange.run()
                try:
                    awaited = coroutine.send(None)
                except StopIteration:
                    continue
                self._spawn(resumed(coroutine, awaited))
        self._starting = False
        if self._paused and not waiting and self._receiving is None:
            self.resume_reading()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(coroutine)
        self._state.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._state.tasks.discard(task)
        if task.cancelled() or task.exception() is not None:  # cancelled at the end of the server's patience
            self.cut()

    def answered(self, exchange: Exchange) -> None:
        """The answer is written. Go on with the next request, or end."""
        self.answering = None
        self._state.total_requests += 1
        if not exchange.keep_alive:
            self._close(exchange)
            return
        if not exchange.complete:  # the rest of its body is thrown away as it comes
            self._discarded = 0
            self._receiving = None
        self._idle_since = self.loop.time()
        if not self._waiting:
            self.resume_reading()
        elif not self._starting:
            self._start()

    def _close(self, exchange: Exchange) -> None:
        self._waiting.clear()
        if exchange.complete or exchange.expects:
            self.transport.close()
            return
        # Closing on a client that is still sending would reset the connection, and it might never read the answer.
        self._closing = True
        self.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)


def _name_of(name: bytes) -> str:
    """A header's name as it is known here: in lower case. Remembered, while not too many are."""
    text = name.decode("latin-1").lower()
    if len(_NAMES) < _NAMES_HELD:
        _NAMES[name] = text
    return text


class _Rest:
    """A parser's callbacks for a request whose head is known: only the body matters."""

    def __init__(self, protocol: Protocol) -> None:
        self.on_body = protocol.on_body
        self.on_message_complete = protocol.on_message_complete


def unreadable(row: ErrorRow, date: str) -> bytes:
    """A whole HTTP answer that closes the connection."""
    request_id, host_id = _UNNAMED.next()
    body = document(row, {"MaxSizeAllowed": HEADERS_LIMIT}, request_id, host_id)
    head = (
        f"{STATUS_LINES[row.status]}Date: {date}\r\nx-amz-request-id: {request_id}\r\nx-amz-id-2: {host_id}\r\n"
        f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
