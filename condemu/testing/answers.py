"""How each HTTP library is answered in this process. A function per entry of the table in `interception.py`.

Each is given the original and returns what takes its place: a call of ours (`activation.is_ours`) is answered by an emulator,
any other goes the original's way. A reply that an observer loses is raised as the library's own error of a connection that was
cut, or timed out.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterable, Awaitable
from typing import Any

from condemu.core.engine import ReplyLost
from condemu.core.http import Response
from condemu.testing import activation
from condemu.testing.activation import Activation, Head, NoMetadata, emulator_for, is_ours
from condemu.testing.credentials import ACCESS_KEY, SECRET
from condemu.testing.pipes import AsyncPipe, SyncPipe
from condemu.testing.transport import (
    RawBody,
    answer,
    answer_async,
    answer_to,
    as_bytes,
    body_of,
    collected,
    is_stall,
    read,
    request_from,
    run,
    text_of,
)  # fmt: skip

BOUND = "_condemu_activation"
NETWORK = ("httpx", "httpcore", "ssl", "anyio")  # modules whose errors are a network's


def prepared_is_ours(request: Any) -> bool:
    """Whether an AWSPreparedRequest is answered here. A search for a machine's credentials finds nobody."""
    head = head_of(request)
    try:
        return is_ours(head)
    except NoMetadata as refusal:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url=request.url, error=refusal) from None


def head_of(request: Any) -> Head:
    return Head(request.method, request.url, text_of(request.headers.get("Authorization", "")), from_sdk=True)


def botocore_init(original: Any) -> Any:
    @functools.wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        original(self, *args, **kwargs)
        setattr(self, BOUND, activation.current())

    return __init__


def botocore_send(original: Any) -> Any:
    @functools.wraps(original)
    def send(self: Any, request: Any) -> Any:
        if not prepared_is_ours(request):
            return original(self, request)
        body = body_of(request)
        return answer(emulator_for(head_of(request), body, bound_to(self)), request, body)

    return send


def botocore_sign(original: Any) -> Any:
    """A client that was made when there were no credentials signs with ours."""

    @functools.wraps(original)
    def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._credentials is not None or activation.current() is None:
            return original(self, *args, **kwargs)
        self._credentials = handed_out()
        try:
            return original(self, *args, **kwargs)
        finally:
            self._credentials = None

    return get_auth_instance


def aiobotocore_sign(original: Any) -> Any:
    @functools.wraps(original)
    async def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._credentials is not None or activation.current() is None:
            return await original(self, *args, **kwargs)
        self._credentials = aiobotocore_credentials()
        try:
            return await original(self, *args, **kwargs)
        finally:
            self._credentials = None

    return get_auth_instance


def handed_out() -> Any:
    from botocore.credentials import Credentials

    return Credentials(ACCESS_KEY, SECRET)


def aiobotocore_credentials() -> Any:
    from aiobotocore.credentials import AioCredentials

    return AioCredentials(ACCESS_KEY, SECRET)


def bound_to(session: Any) -> Activation | None:
    bound: Activation | None = getattr(session, BOUND, None)
    return bound


def aiobotocore_send(original: Any) -> Any:
    @functools.wraps(original)
    async def send(self: Any, request: Any) -> Any:
        if not prepared_is_ours(request):
            return await original(self, request)
        body = await async_bytes(body_of(request))
        return await answer_async(emulator_for(head_of(request), body, bound_to(self)), request, body)

    return send


def aiobotocore_httpx_send(original: Any) -> Any:
    """httpx is answered as such; what its session takes for a network's error and is none is raised as it was."""

    @functools.wraps(original)
    async def send(self: Any, request: Any) -> Any:
        from botocore.exceptions import HTTPClientError

        prepared_is_ours(request)
        try:
            return await original(self, request)
        except HTTPClientError as error:
            inner = error.kwargs.get("error")
            if isinstance(inner, Exception) and type(inner).__module__.partition(".")[0] not in NETWORK:
                raise inner from None
            raise

    return send


async def async_bytes(body: Any) -> bytes:
    while isinstance(body, Awaitable):
        body = as_bytes(await body)
    if isinstance(body, AsyncIterable):
        return b"".join([piece async for piece in body])
    return bytes(body)


def answered(head: Head, headers: Any, body: bytes) -> Response:
    """The answer to a request of ours. Raises ReplyLost."""
    emulator = emulator_for(head, body)
    return run(answer_to(emulator, request_from(emulator, head.method, head.url, headers, body)))


def urllib3_urlopen(original: Any) -> Any:
    @functools.wraps(original)
    def urlopen(self: Any, method: str, url: str, body: Any = None, headers: Any = None, *args: Any, **kwargs: Any) -> Any:
        whole = url if "://" in url else f"{self.scheme}://{netloc_of(self.host, self.port, self.scheme)}{url}"
        sent = self.headers if headers is None else headers
        head = Head(method.upper(), whole, text_of(sent.get("Authorization", "") if sent else ""))
        if not is_ours(head):
            return original(self, method, url, body, headers, *args, **kwargs)
        from urllib3 import HTTPHeaderDict, HTTPResponse
        from urllib3.exceptions import ProtocolError, ReadTimeoutError

        try:
            response = answered(head, sent.items() if sent else (), read(body))
        except ReplyLost as lost:
            if is_stall(lost):
                raise ReadTimeoutError(self, url, "Read timed out.") from lost
            raise ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer")) from lost
        content = b"" if head.method == "HEAD" else collected(response)
        return HTTPResponse(
            RawBody(content), HTTPHeaderDict(response.headers), response.status, version=11, reason=reason_of(response.status),
            preload_content=kwargs.get("preload_content", True), decode_content=kwargs.get("decode_content", True),
            request_method=head.method, request_url=url, pool=self,
        )  # fmt: skip

    return urlopen


def netloc_of(host: str, port: int | None, scheme: str) -> str:
    """A host and its port, as they stand in a URL and in a Host header."""
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return name if port in (None, 443 if scheme == "https" else 80) else f"{name}:{port}"


def reason_of(status: int) -> str:
    from http.client import responses

    return responses.get(status, "")


def httpx_handle(original: Any) -> Any:
    @functools.wraps(original)
    def handle_request(self: Any, request: Any) -> Any:
        head = httpx_head(request)
        if not is_ours(head):
            return original(self, request)
        try:
            response = answered(head, request.headers.raw, request.read())
        except ReplyLost as lost:
            raise httpx_lost(lost, request) from lost
        return httpx_response(response, request)

    return handle_request


def httpx_handle_async(original: Any) -> Any:
    @functools.wraps(original)
    async def handle_async_request(self: Any, request: Any) -> Any:
        head = httpx_head(request)
        if not is_ours(head):
            return await original(self, request)
        body = await request.aread()
        emulator = emulator_for(head, body)
        try:
            response = await answer_to(emulator, request_from(emulator, head.method, head.url, request.headers.raw, body))
        except ReplyLost as lost:
            raise httpx_lost(lost, request) from lost
        return httpx_response(response, request)

    return handle_async_request


def httpx_head(request: Any) -> Head:
    """aiobotocore gives the exact target apart, since httpx would normalize it."""
    target = request.extensions.get("target", b"").decode("latin-1")
    return Head(request.method, target if "://" in target else str(request.url), request.headers.get("Authorization", ""))


def httpx_response(response: Response, request: Any) -> Any:
    import httpx

    content = b"" if request.method == "HEAD" else collected(response)
    return httpx.Response(response.status, headers=response.headers, stream=httpx.ByteStream(content), request=request)


def httpx_lost(lost: ReplyLost, request: Any) -> Any:
    import httpx

    if is_stall(lost):
        return httpx.ReadTimeout("The read operation timed out", request=request)
    return httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)


def aiohttp_connect(original: Any) -> Any:
    @functools.wraps(original)
    async def connect(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        head = Head(req.method, str(req.url), req.headers.get("Authorization", ""))
        if not is_ours(head):
            return await original(self, req, *args, **kwargs)
        from aiohttp.connector import Connection

        pipe = AsyncPipe(self._loop, head)
        self._acquired.add(pipe.client)
        return Connection(self, req.connection_key, pipe.client, self._loop)

    return connect


def http_client_connect(original: Any) -> Any:
    @functools.wraps(original)
    def connect(self: Any) -> None:
        secure = hasattr(self, "_context")
        scheme = "https" if secure else "http"
        host, port = (self._tunnel_host, self._tunnel_port) if self._tunnel_host else (self.host, self.port)
        head = Head("GET", f"{scheme}://{netloc_of(host, port, scheme)}/", "")
        if is_ours(head):
            self.sock = SyncPipe(head)
        else:
            original(self)

    return connect


def socket_getaddrinfo(original: Any) -> Any:
    @functools.wraps(original)
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        activation.refuse_name(host)
        return original(host, *args, **kwargs)

    return getaddrinfo


def thread_start(original: Any) -> Any:
    @functools.wraps(original)
    def start(self: Any) -> None:
        activation.inherited(self)
        original(self)

    return start
