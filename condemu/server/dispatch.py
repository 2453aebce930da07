"""Which service a request is for. One port serves them all, so the request itself has to say.

In order: the paths of the administration; the protocol that names itself (`X-Amz-Target`); the credential scope of a
signature; the Host name; SimpleDB's query protocol, which an unsigned or SigV2-signed request shows only by its parameters,
in the query string or in a form body. Everything else is S3's.
"""

from __future__ import annotations

import re
from typing import Final

from condemu.core.http import Body, BytesBody, Request
from condemu.s3.requests.addressing import bucket_of_host
from condemu.server import others
from condemu.server.service_names import SIGNING_NAMES as OTHERS

ADMIN: Final = "admin"
S3: Final = "s3"
DYNAMODB: Final = "dynamodb"
SIMPLEDB: Final = "simpledb"
STS: Final = "sts"

# Paths that people's tooling already calls. No bucket of S3 has a name like the first two; the others lose to a signed request.
ADMIN_PREFIXES: Final = ("/_condemu", "/_localstack/")
ADMIN_PATHS: Final = frozenset({"/moto-api/reset", "/minio/health/live", "/minio/health/ready"})

SIMPLEDB_VERSION: Final = "Version=2009-04-15"
STS_VERSION: Final = "2011-06-15"
FORM: Final = "application/x-www-form-urlencoded"
_PEEK_LIMIT: Final = 1024 * 1024  # bytes of a form that are read to see whose it is; SimpleDB's requests are no longer

# Signing name -> service. Of a signature's scope "<date>/<region>/<name>/aws4_request".
SIGNING_NAMES: Final = {"s3": S3, "dynamodb": DYNAMODB, "sdb": SIMPLEDB, "s3express": S3, "sts": STS}


# A host that names S3, with a bucket in front or not. What is signed there for another service is a mistake, which S3 answers.
_S3_HOST: Final = re.compile(r"(?:.+\.)?s3(?:-fips|-accelerate|-(?:[a-z]+-)+\d)?\..+", re.IGNORECASE).fullmatch


class Peeked:
    """A body of which the first bytes were already looked at."""

    __slots__ = ("_held", "_rest")

    def __init__(self, held: list[bytes], rest: Body) -> None:
        self._held = held[::-1]
        self._rest = rest

    async def next_chunk(self) -> bytes:
        return self._held.pop() if self._held else await self._rest.next_chunk()

    def take(self) -> bytes | None:
        return None


def named_service(request: Request) -> str | None:
    """The service that a request names; None when only its parameters can tell."""
    headers = request.headers
    path = request.raw_path
    ours = path.startswith(ADMIN_PREFIXES) or (path in ADMIN_PATHS and "authorization" not in headers)
    if ours and bucket_of_host(headers.get("host", "")) is None:
        return ADMIN
    target = headers.get("x-amz-target")
    if target is not None and target.startswith("DynamoDB"):
        return DYNAMODB
    if request.method == "OPTIONS" and "x-amz-target" in headers.get("access-control-request-headers", "").lower():
        return DYNAMODB  # a browser asks whether its page may send that
    authorization = headers.get("authorization", "")
    if target is None and "/s3/aws4_request" in authorization:
        return S3
    host = headers.get("host", "")
    signed = signing_name(authorization, request.query_string)
    if signed is not None:
        service = SIGNING_NAMES.get(signed)
        if service is not None and target is None:
            return service
        if signed in OTHERS and not _S3_HOST(host):
            return signed
    if target is not None:
        return others.service_of_target(target) or DYNAMODB
    if host.startswith(("dynamodb.", "dynamodb-fips.", "streams.dynamodb.")):
        return DYNAMODB
    if host.startswith("sdb."):
        return SIMPLEDB
    if host.startswith("sts."):
        return STS
    return None if path == "/" and bucket_of_host(host) is None else S3


async def spoken_service(request: Request) -> str:
    """The service of a request that names none. May replace `request.body` by one that was looked at."""
    return await spoken_by_form(request) or S3


def signing_name(authorization: str, query: str) -> str | None:
    """The signing name in the scope of a SigV4 signature, in the header or in a presigned URL; None without one."""
    start = authorization.find("Credential=")
    if start >= 0 and authorization.startswith("AWS4-"):
        stop = authorization.find("/aws4_request", start)
        return authorization[authorization.rfind("/", start, stop) + 1 : stop] if stop >= 0 else None
    start = query.find("X-Amz-Credential=")
    if start < 0:
        return None
    scope = query[start:].partition("&")[0].replace("%2F", "/").replace("%2f", "/").split("/")
    return scope[-2] if len(scope) >= 2 else None


async def spoken_by_form(request: Request) -> str | None:
    """The service whose query protocol a request to "/" speaks, in its query string or its form."""
    spoken = service_of_text(request.query_string)
    if spoken is not None:
        return spoken
    if request.method != "POST" or not request.headers.get("content-type", FORM).lower().startswith(FORM):
        return None
    whole = request.body.take()
    if whole is not None:
        request.body = BytesBody(whole)
        return service_of_text(whole.decode("latin-1"))
    held: list[bytes] = []
    size = 0
    while size <= _PEEK_LIMIT:
        piece = await request.body.next_chunk()
        if not piece:
            break
        held.append(piece)
        size += len(piece)
    request.body = Peeked(held, request.body)
    return service_of_text(b"".join(held).decode("latin-1"))


def service_of_text(text: str) -> str | None:
    """SimpleDB's is an Action with its Version or none; STS's an Action with its Version.

    With SimpleDB's own signature versions any Version will do, so that SimpleDB can say which it does not know.
    """
    text = f"&{text}&"
    if "&Action=" not in text:
        return None
    if f"&Version={STS_VERSION}&" in text:
        return STS
    return SIMPLEDB if f"&{SIMPLEDB_VERSION}&" in text or "&Version=" not in text or "&SignatureVersion=" in text else None
