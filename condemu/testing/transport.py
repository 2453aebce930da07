"""boto3 without a socket: botocore's public `before-send` event, answered by an emulator in this process.

A request is handed to the emulator on the caller's own thread and runs to its end there: services await nothing but a body
that is already here. Installed once and lazily, on a session, on a client, or for all sessions made from then on; a process that
never uses the fixtures never pays for them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Awaitable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import botocore.awsrequest

from condemu.core.http import BytesBody, Request, Response

if TYPE_CHECKING:
    from condemu.server.app import Emulator

T = TypeVar("T")

EVENT: Final = "before-send"
UNIQUE_ID: Final = "condemu-in-process"


class Held(RuntimeError):
    """The emulator wants to wait, and a call made without an event loop has nothing to wait with."""


class Choose(Protocol):
    """Which emulator answers a request; None lets it go out to the network."""

    def __call__(self, request: Any) -> Emulator | None: ...


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never has to wait, here and now. Where it only lets others go first, there are none."""
    try:
        while coroutine.send(None) is None:
            pass
    except StopIteration as done:
        return cast(T, done.value)
    coroutine.close()
    raise Held("this call is being held by the emulator; drive it over a socket or from asyncio")


def request_of(emulator: Emulator, prepared: Any, body: bytes) -> Request:
    """An AWSPreparedRequest as the emulator would have received it from a socket."""
    url = urlsplit(prepared.url)
    headers: dict[str, str] = {}
    for name, value in prepared.headers.items():
        name = name.lower()
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    headers.setdefault("host", url.netloc)
    if body or prepared.method in ("PUT", "POST"):
        headers.setdefault("content-length", str(len(body)))
        if headers.get("transfer-encoding") == "chunked":
            del headers["content-length"]
    return emulator.received(prepared.method, url.path or "/", url.query, headers, BytesBody(body), scheme=url.scheme)


def body_of(prepared: Any) -> Any:
    """The bytes to be sent, or aiobotocore's promise of them. A file is read from where it stands; botocore rewinds it."""
    body = prepared.body
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
    return b"".join(body)


class RawBody(io.BytesIO):
    """What botocore reads an answer from; urllib3's response has these names too."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while piece := self.read(amt):
            yield piece

    def release_conn(self) -> None:
        """There is no connection."""


def collected(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def answer(emulator: Emulator, prepared: Any) -> botocore.awsrequest.AWSResponse:
    """The emulator's answer to a prepared request, as botocore expects it from a transport."""
    response = run(emulator.answer(request_of(emulator, prepared, body_of(prepared))))
    headers: Any = dict(response.headers)
    return botocore.awsrequest.AWSResponse(prepared.url, response.status, headers, RawBody(collected(response)))


async def answer_async(emulator: Emulator, prepared: Any) -> Any:
    """As `answer`, for aiobotocore, whose answers are read with await."""
    from aiobotocore.awsrequest import AioAWSResponse

    body = body_of(prepared)
    if isinstance(body, Awaitable):
        body = as_bytes(await body)
    response = await emulator.answer(request_of(emulator, prepared, body))
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


def handler_for(choose: Choose) -> Any:
    """A before-send handler, for botocore and aiobotocore alike."""

    def before_send(request: Any, **_: Any) -> Any:
        emulator = choose(request)
        if emulator is None:
            return None
        return answer_async(emulator, request) if asked_by_aiobotocore() else answer(emulator, request)

    return before_send


def asked_by_aiobotocore() -> bool:
    """Whether aiobotocore emits the event that is being handled: its requests are botocore's own, only its emitter is not."""
    if "aiobotocore.hooks" not in sys.modules:
        return False
    frame = sys._getframe(2)  # of the emitter, two calls up: this function, then the handler
    return frame.f_globals.get("__name__") == "aiobotocore.hooks"


def install(target: Any, emulator: Emulator) -> None:
    """Let a boto3 or botocore session, resource or client talk to the emulator from now on."""
    if hasattr(target, "meta"):
        events = (target.meta.client if hasattr(target.meta, "client") else target).meta.events
    else:
        events = target.events if hasattr(target, "events") else target.get_component("event_emitter")
    events.register_first(EVENT, handler_for(lambda _: emulator), unique_id=UNIQUE_ID)
