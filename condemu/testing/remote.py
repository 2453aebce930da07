"""A server elsewhere in the place of an emulator in this process: `--condemu-url`.

Requests for AWS's hosts are sent to the server instead, with their own Host header, so that buckets in host names are
understood. An access key that is not twelve digits, or that an earlier test left in a session, becomes the key of the present
test's account: its signature fits no longer, which a server notices only for keys whose secrets it knows.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as UrlRequest
from warnings import warn

from condemu.core.http import BytesBody, Request, Response
from condemu.server.config import server_url

TIMEOUT: Final = 60.0
TOKEN: Final = "CONDEMU_ADMIN_TOKEN"
_IN_HEADER: Final = re.compile(r"(Credential=|^AWS )([^/,:\s]+)")
_IN_QUERY: Final = re.compile(r"(X-Amz-Credential=|AWSAccessKeyId=)([^&%/]+)")
_HOP: Final = frozenset({"connection", "transfer-encoding", "keep-alive", "expect"})


class Unusable(ValueError):
    """A URL at which no test can be run."""


# Every account that a test of this process was given: its sessions may outlive it.
_issued: set[str] = set()


class Remote:
    """Takes requests and gives answers as an Emulator does."""

    def __init__(self, url: str, account: str) -> None:
        self.url = url.rstrip("/")
        self.account = account
        parts = urlsplit(self.url)
        self.netloc = parts.netloc.lower()
        self._path = parts.path
        self._connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        _issued.add(account)

    def received(
        self, method: str, raw_path: str, query_string: str, headers: dict[str, str], body: BytesBody, *, scheme: str = "http"
    ) -> Request:
        return Request(method, raw_path, query_string, headers, body, scheme=scheme)

    async def answer(self, request: Request) -> Response:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._forwarded(request)
        return await asyncio.to_thread(self._forwarded, request)

    def key_for(self, access_key: str) -> str:
        """The key that the server shall see."""
        foreign = len(access_key) != 12 or not access_key.isdecimal() or access_key in _issued
        return self.account if foreign else access_key

    def _forwarded(self, request: Request) -> Response:
        body = request.body.take() or b""
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        if "authorization" in headers:
            headers["authorization"] = self._renamed(_IN_HEADER, headers["authorization"])
        elif headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = self._renamed(_IN_QUERY, body.decode("latin-1")).encode("latin-1")
        headers["content-length"] = str(len(body))
        query = self._renamed(_IN_QUERY, request.query_string)
        target = self._path + request.raw_path + (f"?{query}" if query else "")
        connection = self._connection(self.netloc, timeout=TIMEOUT)
        try:
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return Response(answer.status, [pair for pair in answer.getheaders() if pair[0].lower() not in _HOP], content)

    def _renamed(self, pattern: re.Pattern[str], text: str) -> str:
        return pattern.sub(lambda match: match[1] + self.key_for(match[2]), text)


def check(url: str) -> None:
    """Raises Unusable when the URL is none, or nothing answers there."""
    if server_url(url) is None:
        raise Unusable(f"--condemu-url is http://HOST:PORT, unlike {url!r}")
    try:
        asked(f"{url.rstrip('/')}/_condemu/health").close()
    except HTTPError:
        return  # another store
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise Unusable(f"nothing answers at {url}: {reason}") from None


def reset(url: str, account: str) -> None:
    """Forget all that the account holds there. Another store has no such door, and keeps it."""
    try:
        asked(f"{url}/_condemu/reset?account={account}", "POST").close()
    except HTTPError as error:
        if error.code == 401:
            raise Unusable(f"the administration of {url} asks for its token: set {TOKEN}") from None
        warn(f"{url} answers {error.code} to POST /_condemu/reset: what the tests made stays there", stacklevel=2)


def settings_of(url: str) -> dict[str, Any]:
    """The server's settings, {} when it does not tell."""
    try:
        with asked(f"{url.rstrip('/')}/_condemu/config") as answer:
            settings = json.load(answer)
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        return {}
    return settings if isinstance(settings, dict) else {}


def asked(url: str, method: str = "GET") -> Any:
    """The answer of the administration. No proxy of the environment is asked, as none is for the requests of tests."""
    token = os.environ.get(TOKEN, "")
    request = UrlRequest(url, method=method, headers={"X-Condemu-Token": token} if token else {})
    return build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT)
