"""A request's way through S3: route, verify, decode, authorize, receive the body, decide, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from condemu.auth.failures import AuthFailure
from condemu.core.blobs import BlobStore
from condemu.core.calls import Decide, Plan, Step, Touch
from condemu.core.effects import Clock, Ids
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response
from condemu.core.store import Txn
from condemu.s3 import site
from condemu.s3.access.authenticator import Authenticator
from condemu.s3.access.authorize import admit, authorize, authorize_entry, hidden, without_unseen
from condemu.s3.buckets import cors
from condemu.s3.errors.general import METHOD_NOT_ALLOWED, OPERATION_NOT_IMPLEMENTED
from condemu.s3.errors.signatures import refusal_of
from condemu.s3.objects import bodies
from condemu.s3.objects import post as post_object
from condemu.s3.operations import OPERATIONS
from condemu.s3.render import error_response, preflight_response, response
from condemu.s3.requests.addressing import WEBSITE, bucket_and_key, bucket_of_host, website_of_host
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.conditions import unsupported, watched
from condemu.s3.requests.copy_source import named_source
from condemu.s3.requests.members import check_presigned, members_of, parse_query
from condemu.s3.requests.operation import BLOB, FORM, XML
from condemu.s3.requests.request import S3Request
from condemu.s3.routing import route
from condemu.s3.state.buckets import GLOBAL, UNKNOWN
from condemu.s3.sweep import sweep_first

Decided = Callable[[S3Request, Txn], Any]

WATCHED: Final = {row.name: watched(row) for row in OPERATIONS}
NO_QUERY: Final[Mapping[str, str]] = {}
XML_LIMIT: Final = 4 * 1024 * 1024  # bytes of a request's document: a list of 10,000 parts with the longest checksums takes 3 MiB


class S3:
    """The service. Stateless but for what it was given."""

    def __init__(
        self,
        *,
        engine: Engine,
        blobs: BlobStore,
        clock: Clock,
        ids: Ids,
        wall: Clock | None = None,
        authenticator: Authenticator | None = None,
        region: str = "us-east-1",
        account: str = "000000000000",
        bucket_names: str = GLOBAL,
    ) -> None:
        self.name = "s3"
        self.engine = engine
        self.blobs = blobs
        self.clock = clock
        self.ids = ids
        self.wall = wall or clock
        self.authenticator = authenticator
        self.region = region
        self.account = account
        self.bucket_names = bucket_names

    def namespace(self, account: str) -> str | None:
        """Whose bucket names count for a caller of that account: see state/buckets.py."""
        return None if self.bucket_names == GLOBAL else account or self.account

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        http.call.service = self.name
        try:
            answer = await self._answer(http)
        except ServiceError as error:
            answer = error_response(error, http)
            error.__traceback__ = None  # it holds the frames that hold it: a cycle for the collector, at every refusal
        except AuthFailure as failure:
            answer = error_response(refusal_of(failure), http)
        if "origin" in http.headers and http.method != "OPTIONS":
            bucket, _ = bucket_and_key(http.headers.get("host", ""), http.raw_path)
            namespace = self.namespace(http.call.account if http.call is not None else "")
            answer.headers += self.engine.store.view(partial(cors.answered, http=http, bucket_name=bucket, namespace=namespace))
        return answer

    def refused(self, http: Request, error: ServiceError) -> Response:
        return error_response(error, http)

    async def _answer(self, http: Request) -> Response:
        headers = http.headers
        query = parse_query(http.query_string) if http.query_string else NO_QUERY
        host = headers.get("host", "")
        bucket, key = bucket_and_key(host, http.raw_path)
        if WEBSITE in host and http.method != "OPTIONS" and website_of_host(host) is not None:
            return await self._website(http, bucket, key)
        if http.method == "OPTIONS" and bucket:
            look = partial(cors.preflight, http=http, bucket_name=bucket, namespace=self.namespace(""))
            return preflight_response(self.engine.store.view(look), http)
        operation = route(http.method, bucket, key, query, headers)
        if operation is None:
            raise ServiceError(METHOD_NOT_ALLOWED, {"Method": http.method, "ResourceType": "OBJECT" if key else "BUCKET"})
        if operation.handler is None:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"condemu does not implement {operation.name}")
        members, metadata = members_of(headers, query)
        if bucket:
            members["Bucket"] = bucket
        if key:
            members["Key"] = key
        request = S3Request(http, operation, bucket, key, members, query, metadata)
        self._identify(request)
        if query:
            check_presigned(headers, query)
        store = self.engine.store
        store.view(partial(admit if operation.after_body else authorize, request))
        refusal = None if WATCHED[operation.name].isdisjoint(members) else unsupported(request)
        if refusal is not None and not operation.after_body:
            raise refusal
        check = operation.check
        if check is not None:
            check(request)
        if operation.takes == BLOB:
            await bodies.receive(request, self.blobs)
        elif operation.takes:
            await self._receive_document(request)
        if operation.after_body:
            store.view(partial(authorize, request))
            if refusal is not None:
                raise refusal
        if operation.ahead is not None:
            await operation.ahead(request, store)
        return response(request, await self.engine.run(http.call, _plan(request)))

    async def _website(self, http: Request, bucket: str, key: str) -> Response:
        """A request to a website endpoint: whatever it says of who sends it, it is everybody's."""
        row = route(http.method, bucket, "key", NO_QUERY, NO_QUERY) if http.method in ("GET", "HEAD") else None
        if row is None:
            return site.page(http, ServiceError(METHOD_NOT_ALLOWED, {"Method": http.method, "ResourceType": "OBJECT"}))
        http.headers = {name: value for name, value in http.headers.items() if name != "authorization"}
        http.query_string = ""
        members, _ = members_of(http.headers, NO_QUERY)
        request = S3Request(http, row, bucket, key, members, NO_QUERY)
        self._identify(request)
        http.call.operation = f"WEBSITE.{http.method}.OBJECT"  # as server access logs call it
        with suppress(ServiceError):
            self.engine.store.view(partial(bucket_of, request=request))
        step = Step(partial(_swept, request, site.serve), partial(_touched, request), reads=True)
        try:
            served = await self.engine.run(http.call, Plan(step))
        except ServiceError as error:
            return site.page(http, error)
        return site.answer(request, served)

    def _identify(self, request: S3Request) -> None:
        """Who asks, and what the call is for."""
        http, call = request.http, request.http.call
        shown: Any = request.members  # to a type checker a mapping with fewer keys than all texts is another one
        call.operation = request.operation.name
        call.parameters = {**shown, "Metadata": request.metadata} if request.metadata else shown
        if self.authenticator is not None:
            host_bucket = bucket_of_host(http.headers.get("host", "")) or ""
            request.authentication = self.authenticator.verify_s3(http, self.wall.now(), host_bucket)
            request.account = request.authentication.principal.account
            call.access_key = request.authentication.access_key
        call.account = request.account
        request.region = self.region
        if self.bucket_names != GLOBAL:
            request.namespace = UNKNOWN if request.operation.takes == FORM else self.namespace(request.account)

    async def _receive_document(self, request: S3Request) -> None:
        """A document of XML, or a form, which tells in its fields who posts it."""
        if request.operation.takes == XML:
            request.xml = await bodies.document(request, XML_LIMIT)
            return
        await post_object.receive(request, self.blobs, self.authenticator, self.wall.now())
        call, authentication = request.http.call, request.authentication
        request.namespace = self.namespace(request.account)
        call.account = request.account
        call.access_key = authentication.access_key if authentication is not None else ""


def _plan(request: S3Request) -> Plan | Step:
    """One decision; or one for each entry, which says nothing of the others."""
    operation = request.operation
    if operation.entries is None:
        bucket = request.found_bucket
        sweeps = (bucket is not None and bucket.sweep is not None) or operation.copies
        decide: Decide = (lambda txn: _swept(request, _decide, txn)) if sweeps else (lambda txn: _decide(request, txn))
        return Step(decide, lambda txn: _touched(request, txn), not operation.writes)
    assert operation.gather is not None
    entries = operation.entries(request)
    steps = [Step(partial(_swept, entry, _decide_entry), partial(_touched, entry)) for entry in entries]
    return Plan(*steps, join=partial(operation.gather, request, entries))


def _touched(request: S3Request, txn: Txn) -> tuple[Touch, ...]:
    """The object or the bucket, and the source of a copy."""
    operation, key = request.operation, request.key
    touched = Touch(f"s3:{request.bucket}/{key}" if key else f"s3:{request.bucket}", operation.writes)
    if not operation.copies:
        return (touched,)
    source_bucket, source_key, _ = named_source(request)
    return touched, Touch(f"s3:{source_bucket}/{source_key}", False)


def _swept(request: S3Request, decide: Decided, txn: Txn) -> Any:
    """The decision, behind what lifecycle rules have to do first."""
    bucket = request.found_bucket
    if (bucket is not None and bucket.sweep is not None) or request.operation.copies:
        sweep_first(request, decide, partial(_swept, request, decide), txn)
    return decide(request, txn)


def _decide(request: S3Request, txn: Txn) -> dict[str, Any]:
    operation, handler = request.operation, request.operation.handler
    assert handler is not None
    try:
        result = handler(txn, request)
    except ServiceError as error:
        if not operation.hides:
            raise
        raise hidden(txn, request, error) from None
    return without_unseen(txn, request, result) if operation.seen_by else result


def _decide_entry(entry: S3Request, txn: Txn) -> dict[str, Any]:
    authorize_entry(txn, entry)
    return _decide(entry, txn)
