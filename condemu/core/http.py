"""A request as it arrived and a response as it leaves, without any framework's types.

Header names are lower-case in a `Request` and repeated lines are joined with "," and no space, which is how AWS's signature
versions read them ("separate the values for a multi-value header using commas", IAM User Guide, "Create a signed AWS API
request"). Header values are Latin-1 text, as HTTP carries them. `raw_path` and `query_string` are exactly
what the client sent, percent-encoding included: signatures are computed over them and S3 keys are never normalized.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from condemu.core.calls import Call
from condemu.core.errors import ServiceError


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
    """One HTTP request. `call` is what the emulator knows of it; the server makes it, and the service fills it in.

    `received_index` is the store's commit index at the moment when the head was complete, `received_at` that moment.
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
        call = self.call = Call()
        call.headers, call.request_id, call.arrived_index, call.arrived_at = headers, request_id, received_index, received_at
        self.scheme = scheme
        self.client_address = client_address
        self.request_id = request_id
        self.host_id = host_id


class Response:
    """Status, headers in the order they leave, and a body.

    `body` is bytes, or an iterable of byte pieces whose total size is then in the Content-Length header that the service set.
    `refusal` is the refusal that it tells, if it tells one. `close` asks for the connection to end.
    """

    __slots__ = ("body", "close", "headers", "refusal", "status")

    def __init__(
        self,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes | Iterable[bytes] = b"",
        *,
        refusal: ServiceError | None = None,
        close: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.refusal = refusal
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
