"""HTTP/1.1 on a socket: uvicorn's httptools protocol, with AWS's answers to what cannot be read, and without what nobody
asks for.

It differs from uvicorn's in four points. The request target is handed on as it came: neither decoded nor normalised, and an
absolute one loses its scheme and authority. A header section is bounded while it is received, so that an endless one costs
nothing. A request that cannot be parsed gets an AWS error document. And the scope carries the connection, because a reply may
have to be lost: the connection is then cut without a byte.
"""

from __future__ import annotations

import asyncio
from typing import Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from condemu.core.errors import ErrorRow
from condemu.server.asgi import CONNECTION
from condemu.server.errors import BAD_REQUEST, HEADERS_LIMIT, HEADERS_TOO_LARGE, document
from condemu.server.system import RequestIds

_SECTION_LIMIT: Final = 4 * HEADERS_LIMIT  # request line and header section: beyond this nobody waits for their end
_LINE: Final = 4  # ": " and the line's end
_IDS: Final = RequestIds()


class Protocol(HttpToolsProtocol):
    """One connection."""

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self.section = 0

    def on_url(self, url: bytes) -> None:
        self.url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))
        self._count(len(name) + len(value) + _LINE)

    def _count(self, size: int) -> None:
        self.section += size
        if self.section > _SECTION_LIMIT:
            raise HeadersTooLarge

    def on_headers_complete(self) -> None:
        path, _, query = self.url.partition(b"?")
        if not path.startswith(b"/"):
            path = _origin_form(path)
        version = self.parser.get_http_version()
        self.scope = {
            "type": "http",
            "http_version": version,
            "method": self.parser.get_method().decode("ascii"),
            "scheme": self.scheme,
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "client": self.client,
            "server": self.server,
        }  # type: ignore[typeddict-item]
        before, self.cycle = (
            self.cycle,
            RequestResponseCycle(
                scope=self.scope,
                transport=self.transport,
                flow=self.flow,
                logger=self.logger,
                access_logger=self.access_logger,
                access_log=False,
                default_headers=self.server_state.default_headers,
                message_event=asyncio.Event(),
                expect_100_continue=self.expect_100_continue,
                keep_alive=version != "1.0" and self.parser.should_keep_alive() and not self.parser.should_upgrade(),
                on_response=self.on_response_complete,
            ),
        )
        self.scope[CONNECTION] = self.cycle  # type: ignore[typeddict-unknown-key]
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:  # pipelined: its turn comes when the one before it has been answered
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            too_large = isinstance(error.__context__, HeadersTooLarge)
            self.refuse(HEADERS_TOO_LARGE if too_large else BAD_REQUEST)
        except httptools.HttpParserUpgrade as upgrade:
            if self.cycle.more_body:
                self._receive_body(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.refuse(BAD_REQUEST)

    def on_message_complete(self) -> None:
        if self.cycle.response_complete or self._offers_upgrade():
            return
        self.cycle.more_body = False
        self.cycle.message_event.set()

    def _offers_upgrade(self) -> bool:
        """Whether the parser believes that after this head another protocol begins."""
        return bool(self.parser.should_upgrade()) and self.scope["method"] != "CONNECT"

    def _receive_body(self, rest: bytes) -> None:
        """Go on with the body of a request that offered `Upgrade`, as Java's client does: the offer is not taken up.

        The parser takes the body for the other protocol's bytes and stops; so a new one is told a head with the same framing. The
        connection ends with the answer.
        """
        framing = [b"%s: %s\r\n" % line for line in self.headers if line[0] in (b"content-length", b"transfer-encoding")]
        self.parser = httptools.HttpRequestParser(_Rest(self))
        self.data_received(b"POST / HTTP/1.1\r\n" + b"".join(framing) + b"\r\n" + rest)

    def refuse(self, row: ErrorRow) -> None:
        """Answer what never became a request, and close. With an answer still under way there is no room for another one."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(unreadable(row))
        self.transport.close()


class _Rest:
    """A parser's callbacks for a request whose head is known: only the body matters."""

    def __init__(self, protocol: Protocol) -> None:
        self.on_body = protocol.on_body
        self.on_message_complete = protocol.on_message_complete


class HeadersTooLarge(Exception):
    """The header section is longer than anybody waits for."""


def _origin_form(target: bytes) -> bytes:
    """The path of an absolute-form target. Any other form is handed on, for the application to refuse."""
    scheme, separator, rest = target.partition(b"://")
    if separator and scheme.lower() in (b"http", b"https"):
        return b"/" + rest.partition(b"/")[2]
    return target


def unreadable(row: ErrorRow) -> bytes:
    """A whole HTTP answer that closes the connection."""
    request_id, host_id = _IDS.next()
    body = document(row, {"MaxSizeAllowed": HEADERS_LIMIT}, request_id, host_id)
    head = (
        f"HTTP/1.1 {row.status} Bad Request\r\nx-amz-request-id: {request_id}\r\nx-amz-id-2: {host_id}\r\n"
        f"content-type: application/xml\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
