"""A request's way through S3: route, verify, decode, authorise, receive the body, decide, render."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from condemu.core.blobs import BlobStore
from condemu.core.effects import Clock, Ids
from condemu.core.engine import Call, Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.core.store import Txn, prefix_range
from condemu.s3 import bodies
from condemu.s3.addressing import bucket_and_key, decode
from condemu.s3.errors import METHOD_NOT_ALLOWED, OPERATION_NOT_IMPLEMENTED
from condemu.s3.members import HEADERS, METADATA_PREFIX, QUERY
from condemu.s3.operations import route
from condemu.s3.records import BUCKETS, GONE, OBJECTS, PARTS, UPLOADS, VERSIONS
from condemu.s3.render import error_response, response
from condemu.s3.request import S3Request

XML_LIMIT: Final = 4 * 1024 * 1024  # bytes of a request's document: a list of 10,000 parts with the longest checksums takes 3 MiB


class S3:
    """The service. Stateless but for what it was given."""

    name = "s3"

    def __init__(
        self, *, engine: Engine, blobs: BlobStore, clock: Clock, ids: Ids, authenticator: Any = None, region: str = "us-east-1"
    ) -> None:
        self.engine = engine
        self.blobs = blobs
        self.clock = clock
        self.ids = ids
        self.authenticator = authenticator
        self.region = region

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        try:
            return await self._answer(http)
        except ServiceError as error:
            return error_response(error, http)

    async def _answer(self, http: Request) -> Response:
        query = parse_query(http.query_string)
        bucket, key = bucket_and_key(http.headers.get("host", ""), http.raw_path)
        operation = route(http.method, bucket, key, query, http.headers)
        if operation is None:
            raise ServiceError(METHOD_NOT_ALLOWED, {"Method": http.method, "ResourceType": "OBJECT" if key else "BUCKET"})
        if operation.handler is None:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"condemu does not implement {operation.name}")
        request = S3Request(http, operation, bucket, key, members_of(http.headers, query), query)
        if self.authenticator is not None:
            request.authentication = self.authenticator.verify_s3(http, self.clock.now())
            request.account = request.authentication.principal.account
        if operation.takes == "blob":
            await bodies.receive(request, self.blobs)
        elif operation.takes == "xml":
            request.xml = await read_body(http.body, XML_LIMIT)
        call = Call(
            "s3",
            operation.name,
            account=request.account,
            resources=(f"{bucket}/{key}" if key else bucket,),
            parameters=request.members,
            request_id=http.request_id,
            received_index=http.received_index,
            received_at=http.received_at,
            writes=operation.writes,
        )
        decide = partial(_decide, request)
        if operation.writes:
            result = await self.engine.run(call, decide)
        else:
            result = await self.engine.read(call, decide)
        return response(request, result, call)

    def forget_account(self, txn: Txn, account: str) -> None:
        """Delete the account's buckets with all that is in them."""
        for (name,), bucket in list(txn.scan(BUCKETS)):
            if bucket.owner != account:
                continue
            start, stop = prefix_range((name,))
            for (_, _, upload), _record in list(txn.scan(UPLOADS, start, stop)):
                for place, _part in list(txn.scan(PARTS, *prefix_range((upload,)))):
                    txn.delete(PARTS, place)
            for table in (OBJECTS, VERSIONS, GONE, UPLOADS):
                for place, _record in list(txn.scan(table, start, stop)):
                    txn.delete(table, place)
            txn.delete(BUCKETS, (name,))


def _decide(request: S3Request, txn: Txn) -> dict[str, Any]:
    assert request.operation.handler is not None
    return request.operation.handler(txn, request)


def parse_query(text: str) -> dict[str, str]:
    """Parameter -> value, the first of each name, percent-decoded; `?acl` and `?acl=` are the same."""
    if not text:
        return {}
    query: dict[str, str] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if name:
            query.setdefault(decode(name), decode(value.replace("+", " ")))
    return query


def members_of(headers: dict[str, str], query: dict[str, str]) -> dict[str, Any]:
    """The request's members by AWS's names; user metadata as one mapping under Metadata."""
    members: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    for name, value in headers.items():
        member = HEADERS.get(name)
        if member is not None:
            members[member] = value
        elif name.startswith(METADATA_PREFIX):
            metadata[name[len(METADATA_PREFIX) :]] = value
    for name, value in query.items():
        member = QUERY.get(name)
        if member is not None:
            members[member] = value
    if metadata:
        members["Metadata"] = metadata
    return members
