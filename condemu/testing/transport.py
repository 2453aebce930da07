"""A request of this process handed to an emulator, on the caller's own thread, without a socket.

A request runs to its end at once: services await nothing but a body that is already here. What the caller reads the answer from
is made by `interception.py`, for each HTTP library its own; botocore's and aiobotocore's are here.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Coroutine, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from condemu.core.engine import ReplyLost
from condemu.core.http import Body, BytesBody, Request, Response
from condemu.server.errors import TIMED_OUT, TOO_LARGE, BodyStalled
from condemu.server.heads import too_large

if TYPE_CHECKING:
    from condemu.server.app import Emulator

T = TypeVar("T")

EVENT: Final = "before-send"
UNIQUE_ID: Final = "condemu-in-process"
STALL: Final = "stall"


class WouldWait(RuntimeError):
    """The emulator wants to wait, and a call made without an event loop has nothing to wait with."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never has to wait, here and now. Where it only lets others go first, there are none."""
    try:
        while coroutine.send(None) is None:
            pass
    except StopIteration as done:
        return cast(T, done.value)
    coroutine.close()
    raise WouldWait("this call is being held by the emulator; drive it over a socket or from asyncio")


def request_from(emulator: Emulator, method: str, url: str, headers: Iterable[tuple[Any, Any]], body: bytes) -> Request:
    """A client's request as the emulator would have received it from a socket."""
    parts = urlsplit(url)
    received: dict[str, str] = {}
    for name, value in headers:
        name, value = text_of(name).lower(), text_of(value).strip(" \t")
        received[name] = f"{received[name]},{value}" if name in received else value
    received.setdefault("host", parts.netloc.rpartition("@")[2])
    if body or method in ("PUT", "POST"):
        received.setdefault("content-length", str(len(body)))
        if received.get("transfer-encoding") == "chunked":
            del received["content-length"]
    sent = body_as_said(received.get("content-length", ""), body) if hasattr(emulator, "asgi") else BytesBody(body)
    return emulator.received(method, parts.path or "/", parts.query, received, sent, scheme=parts.scheme)


def body_as_said(length: str, body: bytes) -> Body:
    """The body that a server reads which goes by Content-Length: what is beyond is no part of it, and what lacks never comes."""
    said = int(length) if length.isdecimal() else len(body)
    return BytesBody(body[:said]) if said <= len(body) else CutShort(body)


class CutShort:
    """A body that stops before its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def next_chunk(self) -> bytes:
        data, self._data = self._data, b""
        if not data:
            raise BodyStalled
        return data

    def take(self) -> bytes | None:
        return None


async def answer_to(emulator: Emulator, request: Request) -> Response:
    """The answer as it would have arrived over a socket: with its date and its length, and without what no header can carry.

    What the server itself refuses is refused here, too: a head that is too large, and a body that stops.
    """
    if not hasattr(emulator, "asgi"):  # a server elsewhere has done all that
        return await emulator.answer(request)
    try:
        response = await emulator.answer(request, TOO_LARGE if too_large(request) else None)
    except BodyStalled:
        response = await emulator.answer(request, TIMED_OUT)
    fields = emulator.asgi.heads.of(request, response, False)
    response.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]
    return response


def request_of(emulator: Emulator, prepared: Any, body: bytes) -> Request:
    """botocore's AWSPreparedRequest as the emulator would have received it from a socket."""
    return request_from(emulator, prepared.method, prepared.url, prepared.headers.items(), body)


def text_of(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def body_of(prepared: Any) -> Any:
    """The bytes to be sent, or aiobotocore's promise of them."""
    return read(prepared.body)


def read(body: Any) -> Any:
    """A file is read from where it stands; whoever sends it again rewinds it."""
    if hasattr(body, "read"):
        body = body.read()
    return as_bytes(body)


def as_bytes(body: Any) -> Any:
    if body is None:
        return b""
    if isinstance(body, (bytes, Awaitable)):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in body)


def collected(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def is_stall(lost: ReplyLost) -> bool:
    """Whether the client of a lost reply waits in vain, rather than being cut off."""
    return getattr(lost, "how", "") == STALL


def lost_reply(lost: ReplyLost, prepared: Any) -> Exception:
    """What botocore and aiobotocore raise when a server goes away without an answer, or gives none in time. Both are retried."""
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

    if is_stall(lost):
        return cast(Exception, ReadTimeoutError(endpoint_url=prepared.url, error=lost))
    return cast(Exception, ConnectionClosedError(endpoint_url=prepared.url, error=lost, request=prepared))


class RawBody(io.BytesIO):
    """What botocore reads an answer from; urllib3's response has these names too."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while piece := self.read(amt):
            yield piece

    def release_conn(self) -> None:
        """There is no connection."""


def answer(emulator: Emulator, prepared: Any, body: bytes | None = None) -> Any:
    """The emulator's answer to a prepared request, as botocore expects it from a transport."""
    from botocore.awsrequest import AWSResponse

    request = request_of(emulator, prepared, body_of(prepared) if body is None else body)
    try:
        response = run(answer_to(emulator, request))
    except ReplyLost as lost:
        raise lost_reply(lost, prepared) from lost
    headers: Any = dict(response.headers)
    return AWSResponse(prepared.url, response.status, headers, RawBody(collected(response)))


async def answer_async(emulator: Emulator, prepared: Any, body: bytes) -> Any:
    """As `answer`, for aiobotocore, whose answers are read with await."""
    from aiobotocore.awsrequest import AioAWSResponse

    try:
        response = await answer_to(emulator, request_of(emulator, prepared, body))
    except ReplyLost as lost:
        raise lost_reply(lost, prepared) from lost
    headers: Any = dict(response.headers)
    return AioAWSResponse(prepared.url, response.status, headers, AsyncRawBody(collected(response), response))


class AsyncRawBody:
    """The parts of aiohttp's response that aiobotocore uses."""

    def __init__(self, data: bytes, response: Response) -> None:
        self._data = io.BytesIO(data)
        self.content = self
        self.raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
        self.url = ""

    async def read(self, amt: int = -1) -> bytes:
        return self._data.read(amt)

    def at_eof(self) -> bool:
        return self._data.tell() == len(self._data.getvalue())

    def close(self) -> None:
        self._data.seek(0, io.SEEK_END)

    async def __aenter__(self) -> AsyncRawBody:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def install(target: Any, emulator: Emulator) -> None:
    """Let a boto3 or botocore session, resource or client talk to the emulator from now on, by botocore's `before-send` event."""

    def before_send(request: Any, **_: Any) -> Any:
        return answer(emulator, request)

    register(target, before_send)


def register(target: Any, handler: Any) -> None:
    if hasattr(target, "meta"):
        events = (target.meta.client if hasattr(target.meta, "client") else target).meta.events
    else:
        events = target.events if hasattr(target, "events") else target.get_component("event_emitter")
    events.register_first(EVENT, handler, unique_id=UNIQUE_ID)
