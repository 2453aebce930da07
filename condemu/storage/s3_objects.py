"""Objects of one bucket below one prefix, over HTTP: as much of S3 as a log needs.

Where it is and who asks is said as SDKs say it: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (or `?endpoint=` in the URL), AWS_REGION,
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Requests are signed by signature version 4, with the bucket in the
path. A request whose answer is lost is not sent again here: only its caller knows whether that is harmless.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import IO, Final, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

from condemu.auth.signature_v4 import ALGORITHM, TERMINAL, UNSIGNED_PAYLOAD, Signing, claim_of
from condemu.core.effects import Clock
from condemu.core.http import BytesBody, Request
from condemu.core.log import LogUnavailable
from condemu.storage.data_directory import DataUnusable

TIMEOUT: Final = 10  # seconds that a connection may wait
PIECE: Final = 1 << 20


class Answer(NamedTuple):
    """`code` is S3's, of an error. `date` and `modified` are headers: the time there, and when the object was put."""

    status: int
    body: bytes
    code: str
    date: str = ""
    modified: str = ""


class S3Address:
    """Where a bucket is and who asks for it. Raises DataUnusable."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        split = urlsplit(url)
        self.bucket, self.prefix = split.netloc, split.path.strip("/")
        self.shown = url
        if not self.bucket:
            raise DataUnusable(f"{url} names no bucket: s3://BUCKET/PREFIX")
        self.region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        given = parse_qs(split.query).get("endpoint", [""])[0]
        endpoint = given or environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
        self.endpoint = urlsplit(endpoint or f"https://s3.{self.region}.amazonaws.com")
        if self.endpoint.scheme not in ("http", "https") or not self.endpoint.hostname:
            raise DataUnusable(f"{url}: the endpoint {endpoint} is no URL")
        try:
            self.access_key, self.secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        except KeyError as missing:
            raise DataUnusable(f"{url} needs {missing.args[0]} in the environment") from None
        self.token = environment.get("AWS_SESSION_TOKEN", "")


class Objects:
    """Requests to a bucket, one at a time. They raise LogUnavailable for what neither succeeds nor answers the question."""

    def __init__(self, address: S3Address, wall: Clock) -> None:
        self.address = address
        self._wall = wall
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def put(self, name: str, content: bytes | IO[bytes], size: int | None = None, *, new: bool = False) -> Answer:
        """`new`: only where there is none. 412 and 409 are answers then."""
        length = len(content) if isinstance(content, bytes) else size
        headers = {"content-length": str(length), **({"if-none-match": "*"} if new else {})}
        return self._asked("PUT", name, "", headers, content, (200, 409, 412) if new else (200,))

    def get(self, name: str) -> bytes | None:
        """None where there is none."""
        answer = self._asked("GET", name, "", {}, b"", (200, 404))
        return answer.body if answer.status == 200 else None

    def save(self, name: str, path: str) -> bool:
        """Write an object to a file. False where there is none."""
        content = self.get(name)
        if content is None:
            return False
        with open(path, "wb") as file:
            file.write(content)
        return True

    def has(self, name: str) -> bool:
        return self._asked("HEAD", name, "", {}, b"", (200, 404)).status == 200

    def age(self, name: str) -> float | None:
        """Seconds since an object was put, as the store's clock counts them; None where there is none."""
        answer = self._asked("HEAD", name, "", {}, b"", (200, 404))
        if answer.status == 404:
            return None
        return (self._time_of(answer.date) - self._time_of(answer.modified)).total_seconds()

    def _time_of(self, header: str) -> datetime:
        try:
            return parsedate_to_datetime(header).astimezone(UTC)
        except ValueError:
            raise LogUnavailable(f"{self.address.shown}: {header!r} is no date") from None

    def delete(self, name: str) -> None:
        self._asked("DELETE", name, "", {}, b"", (200, 204, 404))

    def names(self, below: str) -> list[str]:
        """The names that begin so, in order, without the prefix."""
        found: list[str] = []
        prefix = self._key("")
        more = ""
        while True:
            query = f"{more}list-type=2&prefix={quote(prefix + below, safe='')}"
            document = ElementTree.fromstring(self._asked("GET", None, query, {}, b"", (200,)).body)
            found += [(key.text or "").removeprefix(prefix) for key in document.iterfind(".//{*}Contents/{*}Key")]
            token = document.findtext("{*}NextContinuationToken")
            if not token:
                return found
            more = f"continuation-token={quote(token, safe='')}&"

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _key(self, name: str) -> str:
        return f"{self.address.prefix}/{name}" if self.address.prefix else name

    def _asked(
        self, method: str, name: str | None, query: str, headers: dict[str, str], content: bytes | IO[bytes],
        expected: tuple[int, ...],
    ) -> Answer:  # fmt: skip
        path = quote(f"/{self.address.bucket}" + ("" if name is None else f"/{self._key(name)}"), safe="/-_.~")
        with self._lock:
            try:
                answer = self._sent(method, path, query, headers, content)
            except (OSError, http.client.HTTPException) as problem:
                self._drop()
                raise LogUnavailable(f"{self.address.shown}: {problem or type(problem).__name__}") from problem
        if answer.status not in expected or (answer.status == 404 and answer.code == "NoSuchBucket"):
            raise LogUnavailable(f"{self.address.shown}: {method} was answered with {answer.status} {answer.code}".rstrip())
        return answer

    def _sent(self, method: str, path: str, query: str, headers: dict[str, str], content: bytes | IO[bytes]) -> Answer:
        endpoint = self.address.endpoint
        if self._connection is None:
            kind = http.client.HTTPSConnection if endpoint.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(endpoint.hostname or "", endpoint.port, timeout=TIMEOUT)
        target = f"{path}?{query}" if query else path
        self._connection.request(method, target, content or None, self._signed(method, path, query, headers, content))
        answer = self._connection.getresponse()
        body = answer.read()
        code = re.search(rb"<Code>(\w+)</Code>", body) if answer.status >= 300 else None
        said = answer.headers.get
        return Answer(
            answer.status, body, code[1].decode() if code is not None else "", said("Date", ""), said("Last-Modified", "")
        )

    def _signed(self, method: str, path: str, query: str, headers: dict[str, str], content: bytes | IO[bytes]) -> dict[str, str]:
        address = self.address
        stamp = datetime.fromtimestamp(self._wall.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        payload = sha256(content).hexdigest() if isinstance(content, bytes) else UNSIGNED_PAYLOAD
        sent = {"host": address.endpoint.netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp, **headers}
        if address.token:
            sent["x-amz-security-token"] = address.token
        scope = (address.access_key, stamp[:8], address.region, "s3", TERMINAL)
        names = ";".join(sorted(sent))
        request = Request(method, path, query, sent, BytesBody(b""))
        signature = Signing(request, claim_of(scope, names), address.secret, stamp, payload).signature()
        credential = "/".join(scope)
        sent["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        return sent

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
