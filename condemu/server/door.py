"""HTTP and HTTPS on one port: the first byte of a connection decides. 0x16 opens a TLS handshake, and no HTTP request.

Plain HTTP is handed to its protocol with the first bytes and costs nothing from then on. TLS is decrypted here, between the
socket and the same protocol; for that the standard library's `MemoryBIO` does, under any event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from condemu.server.protocol import Protocol

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn.server import ServerState

HANDSHAKE: Final = 0x16  # the content type of a TLS record that begins one
_PIECE: Final = 256 * 1024


def doors(context: ssl.SSLContext) -> Callable[..., asyncio.Protocol]:
    """What makes the protocol of a connection, for uvicorn."""

    def door(config: Config, server_state: ServerState, app_state: dict[str, Any], **more: Any) -> Door:
        return Door(context, server_state, config.timeout_keep_alive, lambda: Protocol(config, server_state, app_state, **more))

    return door


class Door(asyncio.Protocol):
    """A connection until it is known what it speaks; then, if that is TLS, a transport to the protocol inside."""

    def __init__(self, context: ssl.SSLContext, state: ServerState, patience: float, make: Callable[[], Protocol]) -> None:
        self._context = context
        self._state = state
        self._patience = patience  # seconds that a client has for its first byte, and for the handshake
        self._make = make
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._inside: Protocol | None = None  # from the end of the handshake on
        self._closing = False

    # as the protocol of a socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._state.connections.add(self)  # type: ignore[arg-type]
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._transport.abort)

    def connection_lost(self, error: Exception | None) -> None:
        self._opened()
        self._closing = True
        inside, self._inside, self._tls = self._inside, None, None
        if inside is not None:
            inside.connection_lost(error)

    def shutdown(self) -> None:
        """Called by uvicorn: the server is about to end, and nobody has asked anything here."""
        self._transport.close()

    def pause_writing(self) -> None:
        if self._inside is not None:
            self._inside.pause_writing()

    def resume_writing(self) -> None:
        if self._inside is not None:
            self._inside.resume_writing()

    def eof_received(self) -> bool:
        """Without the closing alert an end may be an attacker's: nothing is answered any more."""
        return False

    def data_received(self, data: bytes) -> None:
        if self._tls is None:
            if data[0] != HANDSHAKE:
                self._hand_over(data)
                return
            self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._incoming.write(data)
        try:
            self._receive(self._tls)
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError:  # no handshake, or a client that does not trust the certificate: the alert says so
            self._flush()
            self._transport.close()

    def _hand_over(self, data: bytes) -> None:
        self._opened()
        inside = self._make()
        self._transport.set_protocol(inside)
        inside.connection_made(self._transport)
        inside.data_received(data)

    def _opened(self) -> None:
        self._timer.cancel()
        self._state.connections.discard(self)

    def _receive(self, tls: ssl.SSLObject) -> None:
        """All that is there, decrypted, to the protocol inside. Raises SSLWantReadError when there is no more."""
        if self._inside is None:
            tls.do_handshake()
            self._flush()
            self._opened()
            self._inside = self._make()
            self._inside.scheme = "https"
            self._inside.connection_made(cast(asyncio.BaseTransport, self))
        while not self._closing:
            piece = tls.read(_PIECE)
            if self._inside is None:
                return
            if not piece:  # the client's closing alert
                if not self._inside.eof_received():
                    self.close()
                return
            self._inside.data_received(piece)

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._transport.write(self._outgoing.read())

    # as the transport of the protocol inside

    def write(self, data: bytes) -> None:
        tls = self._tls
        if self._closing or tls is None:
            return
        rest = memoryview(data)
        while rest:
            rest = rest[tls.write(rest) :]
        self._flush()

    def writelines(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self._tls is not None:
            with contextlib.suppress(ssl.SSLError):  # the client's own alert is not waited for
                self._tls.unwrap()
            self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._closing = True
        self._transport.abort()

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._closing or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._tls if name == "ssl_object" else self._transport.get_extra_info(name, default)
