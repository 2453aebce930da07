"""A request as it arrived and a response as it leaves, without any framework's types.

Header names are lower-case in a `Request` and repeated lines are joined with ", " (RFC 9110 §5.3), which is also how AWS's
signature versions read them. Header values are Latin-1 text, as HTTP carries them. `raw_path` and `query_string` are exactly
what the client sent, percent-encoding included: signatures are computed over them and S3 keys are never normalized.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from condemu.core.engine import Call


class ClientDisconnected(Exception):
    """The client went away before its request was complete; nobody is left to answer."""


class Body(Protocol):
    """The bytes of a request, received piece by piece and at most once."""

    async def next_chunk(self) -> bytes:
        """The next piece as it came from the transport; b"" at the end, and ever after.

        Raises ClientDisconnected when the client goes away first.
        """
        ...

    def take(self) -> bytes | None:
        """All that is left of it, if that is here already and in one piece; then nothing is left. None: it must be waited for."""
        ...


class BytesBody:
    """A body that is already here: the in-process transport's, and every unit test's."""

    __slots__ = ("_rest",)

    def __init__(self, data: bytes = b"") -> None:
        self._rest = data

    async def next_chunk(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest

    def take(self) -> bytes | None:
        rest, self._rest = self._rest, b""
        return rest


class Request:
    """One HTTP request. `received_index` is the store's commit index at the moment its head was complete.

    `call` is set by the service once it knows what is asked, so that the server can announce REPLIED for a refusal, too.
    """

    __slots__ = (
        "body",
        "call",
        "client_address",
        "headers",
        "host_id",
        "method",
        "query_string",
        "raw_path",
        "received_at",
        "received_index",
        "request_id",
        "scheme",
    )

    def __init__(
        self,
        method: str,
        raw_path: str,
        query_string: str,
        headers: dict[str, str],
        body: Body,
        *,
        scheme: str = "http",
        client_address: str = "127.0.0.1",
        received_index: int = 0,
        received_at: float = 0.0,
        request_id: str = "",
        host_id: str = "",
    ) -> None:
        self.method = method
        self.raw_path = raw_path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.call: Call | None = None
        self.scheme = scheme
        self.client_address = client_address
        self.received_index = received_index
        self.received_at = received_at
        self.request_id = request_id
        self.host_id = host_id


class Response:
    """Status, headers in the order they leave, and a body.

    `body` is bytes, or an iterable of byte pieces whose total size is then in the Content-Length header that the service set.
    `call` lets the server announce REPLIED for the call that this response answers. `close` asks for the connection to end.
    """

    __slots__ = ("body", "call", "close", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes | Iterable[bytes] = b"",
        *,
        call: Call | None = None,
        close: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.call = call
        self.close = close


async def read_body(body: Body, limit: int) -> bytes | None:
    """The whole body in one piece, or None as soon as more than `limit` bytes have come."""
    whole = body.take()
    if whole is not None:
        return whole if len(whole) <= limit else None
    first = await body.next_chunk()
    if not first:
        return b""
    if len(first) > limit:
        return None
    second = await body.next_chunk()
    if not second:
        return first
    pieces, size = [first], len(first)
    while second:
        size += len(second)
        if size > limit:
            return None
        pieces.append(second)
        second = await body.next_chunk()
    return b"".join(pieces)
