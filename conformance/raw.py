"""The raw lane: signed bytes, for all that an SDK hides (odd header values, malformed bodies, exact error bodies)."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .exchanges import Exchanges
from .targeting import SERVICES, Target

Lines = Sequence[tuple[str, str]]
HOSTS = {"s3": "s3.{region}.amazonaws.com", "dynamodb": "dynamodb.{region}.amazonaws.com", "simpledb": "sdb.amazonaws.com"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes as they came. `headers` are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Raw:
    """raw("PUT", "/bucket/key", {"If-None-Match": "*"}, b"…") signs with SigV4 and sends exactly that."""

    def __init__(self, target: Target, exchanges: Exchanges) -> None:
        self._target = target
        self._exchanges = exchanges

    def __call__(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: bytes = b"",
        *,
        service: str = "s3",
        sign: bool = True,
        scheme: Any = None,
        tamper: Callable[[Any], None] | None = None,
        meanwhile: Callable[[], Any] | None = None,
    ) -> Answer:
        """Send one request. `scheme` is a signer of botocore's, SigV4 if none is named; `tamper` may change what was signed.

        `headers` is a sequence of pairs where one is to be sent twice.
        `meanwhile` is called when the target has the request's head and half of its body.
        """
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers or ())
        request = AWSRequest(method, self._origin(service) + path, data=body)
        for name, value in pairs:
            request.headers.add_header(name, value)
        if sign:
            signer = scheme or (S3SigV4Auth if service == "s3" else SigV4Auth)
            signer(self._credentials(), SERVICES[service], self._target.region).add_auth(request)
        if tamper is not None:
            tamper(request)
        prepared = request.prepare()
        send = self._in_process if self._target.emulator is not None else self._over_a_socket
        twice = {name.lower() for name, count in Counter(name.lower() for name, _ in pairs).items() if count > 1}
        lines = [line for line in prepared.headers.items() if line[0].lower() not in twice]
        lines += [line for line in pairs if line[0].lower() in twice]
        answer = send(prepared, lines) if meanwhile is None else send(prepared, lines, meanwhile)
        self._exchanges.note(f"{method} {path}", {"headers": dict(pairs), "body": body}, answer.status, answer.body)
        return answer

    def presigned(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes = b"",
        *,
        seconds: int = 300,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request whose signature, and these parameters, are in its query. The headers are not signed."""
        request = AWSRequest(method, f"{self._origin('s3')}{path}?{urlencode(query, quote_via=quote)}")
        S3SigV4QueryAuth(self._credentials(), "s3", self._target.region, expires=seconds).add_auth(request)
        request.data = body  # not before: botocore would take it for a form of parameters to be signed
        prepared = request.prepare()
        send = self._in_process if self._target.emulator is not None else self._over_a_socket
        answer = send(prepared, [*prepared.headers.items(), *(headers or {}).items()])
        self._exchanges.note(f"{method} {path} presigned", {"query": dict(query), "body": body}, answer.status, answer.body)
        return answer

    def _origin(self, service: str) -> str:
        if self._target.url is not None:
            return self._target.url
        return "https://" + HOSTS[service].format(region=self._target.region)

    def _credentials(self) -> Credentials:
        if self._target.is_aws:
            found = self._target.session().get_credentials()
            if found is None:
                raise RuntimeError("no AWS credentials in the environment")
            return found.get_frozen_credentials()  # type: ignore[no-any-return]
        return Credentials(self._target.access_key, self._target.secret)

    def _in_process(self, prepared: Any, lines: Lines, meanwhile: Callable[[], Any] | None = None) -> Answer:
        from condemu.testing.transport import body_of, collected, request_from, run

        body = body_of(prepared)
        request = request_from(self._target.emulator, prepared.method, prepared.url, lines, body)
        if meanwhile is not None:
            request.body = Interrupted(body, meanwhile)
        given = run(self._target.emulator.answer(request))
        return Answer(given.status, {name.lower(): value for name, value in given.headers}, collected(given))

    def _over_a_socket(self, prepared: Any, lines: Lines, meanwhile: Callable[[], Any] | None = None) -> Answer:
        url = urlsplit(prepared.url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=30)
        try:
            target = url.path + (f"?{url.query}" if url.query else "")
            connection.putrequest(prepared.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in lines if any(name.lower() == "host" for name, _ in lines) else [("Host", url.netloc), *lines]:
                connection.putheader(name, value)
            if meanwhile is None:
                connection.endheaders(prepared.body or None)
            else:
                send_interrupted(connection, prepared.body, meanwhile)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


class Interrupted:
    """A body for a target in this process, in two halves with something between them."""

    def __init__(self, data: bytes, between: Callable[[], Any]) -> None:
        self._left = [data[: len(data) // 2], data[len(data) // 2 :]]
        self._between = between

    async def next_chunk(self) -> bytes:
        if len(self._left) == 1:
            self._between()
        return self._left.pop(0) if self._left else b""

    def take(self) -> bytes | None:
        return None


def send_interrupted(connection: http.client.HTTPConnection, body: bytes, between: Callable[[], Any]) -> None:
    """Send the head, wait until the target has it (it says 100 Continue), then half of the body, something, and the rest."""
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = connection.sock.recv(1)
        if not piece:
            raise ConnectionError("the target ended the connection")
        head += piece
    if b" 100 " not in head.partition(b"\r\n")[0]:
        raise ConnectionError(f"the target answered before it had the body: {head[:200]!r}")
    connection.send(body[: len(body) // 2])
    between()
    connection.send(body[len(body) // 2 :])
