"""A request's way through DynamoDB: unpack, parse, route, verify, validate, decide, render.

In AWS's order: the body's size, whether it is JSON, the target, the signature, the types of all members, their constraints, what
else can be said without a table, and then the decision. A wrong type anywhere comes before every other refusal of the content.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from zlib import crc32

from condemu.auth.authenticate import Authenticator
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import Principal, root_of
from condemu.core.calls import Call, Plan, Step
from condemu.core.effects import Clock, Ids
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.dynamodb.access.authorization import authorized
from condemu.dynamodb.backups.transfers import Files, Transfers
from condemu.dynamodb.data.rendering import document
from condemu.dynamodb.data.values import Malformed
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors.signatures import refusal_of
from condemu.dynamodb.operations import TARGETS, Operation
from condemu.dynamodb.requests.request import DynamoRequest, Reservations
from condemu.dynamodb.requests.validation import check, check_values, wrong_type
from condemu.dynamodb.requests.wording import MODERN, worded
from condemu.dynamodb.tables.ttl import unexpired
from condemu.wire import json_1_0
from condemu.wire.json_1_0 import NotJson

BODY_LIMIT: Final = 16 * 1024 * 1024  # bytes (Developer Guide, "Service quotas")
PACKED_FROM: Final = 4096  # bytes of an answer that is sent without an encoding (asserted on AWS by a published suite)
USUAL_TYPE: Final = "application/x-amz-json-1.0"
_UNKNOWN_HTTP: Final = b"<UnknownOperationException/>\n"
_ID_TAIL: Final = "VV4KQNSO5AEMVJF66Q9ASUAAJG"  # request ids of DynamoDB have 52 characters and always end so


class DynamoDB:
    """The service. Apart from what waiting transactions have reserved, it holds nothing of its own."""

    name = "dynamodb"

    def __init__(
        self,
        *,
        engine: Engine,
        clock: Clock,
        ids: Ids,
        wall: Clock | None = None,
        authenticator: Authenticator | None = None,
        region: str = "us-east-1",
        account: str = "000000000000",
        message_profile: str = MODERN,
        table_delay: float = 0.0,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.ids = ids
        self.wall = wall or clock
        self.authenticator = authenticator
        self.region = region
        self.account = account
        self.message_profile = message_profile
        self.table_delay = table_delay
        self.seal = ids.of("shard iterators").token(32)
        self.files: Files | None = None  # where exports go, and imports come from
        self.reservations = Reservations(engine.store.view)

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        call, headers = http.call, http.headers
        call.service = self.name
        if http.method != "POST":
            return self._other_method(http)
        media_type = json_1_0.content_type(headers.get("content-type", ""))
        if media_type is None and headers.get("content-length", "0") != "0":
            return _plain(404, _UNKNOWN_HTTP, http)
        body = await read_body(http.body, BODY_LIMIT)
        if body is None:
            return _plain(413, b"", http)
        if media_type is None:
            if body:
                return _plain(404, _UNKNOWN_HTTP, http)
            media_type = USUAL_TYPE  # an empty body has no type that counts (asserted on AWS)
        sent = body  # what is signed
        encoding = headers.get("content-encoding")
        if encoding is not None and encoding in json_1_0.ENCODINGS:
            try:
                body = json_1_0.unpack(body, encoding, BODY_LIMIT)
            except json_1_0.TooLarge:
                return _plain(413, b"", http)
            except json_1_0.BadEncoding:  # asserted on AWS by a published suite
                return _refusal(ServiceError(errors.BROKEN_BODY), http, media_type)
        try:
            members = json_1_0.parse(body) if body else {}  # an empty body is not bad JSON (asserted on AWS)
        except NotJson:
            return _refusal(ServiceError(errors.SERIALIZATION), http, media_type)
        operation = TARGETS.get(headers.get("x-amz-target", ""))
        if operation is None:
            return _refusal(ServiceError(errors.UNKNOWN_OPERATION), http, media_type)
        call.operation, call.parameters = operation.name, members
        try:
            return await self._answer(http, operation, members, sent, media_type)
        except ServiceError as error:
            return _refusal(error, http, media_type)

    def refused(self, http: Request, error: ServiceError) -> Response:
        return _refusal(error, http, json_1_0.content_type(http.headers.get("content-type", "")) or "application/x-amz-json-1.0")

    async def _answer(
        self, http: Request, operation: Operation, members: dict[str, Any], body: bytes, media_type: str
    ) -> Response:
        call = http.call
        caller, call.access_key, region = self._caller(http, body)
        call.account = caller.account
        request = DynamoRequest(
            operation.name, members, caller.account, region, http.request_id, self.reservations, self.table_delay, self.seal,
            operation.writes, http.headers,
        )  # fmt: skip
        plan = self._prepare(operation, request, members)
        _make_ready(plan, call, operation, request, caller)
        try:
            result = await self.engine.run(call, plan)
        except ServiceError as error:
            refused = worded(error, operation.wording, operation.name, self.message_profile, request_level=False)
            return _refusal(refused, http, media_type)
        if operation.follow is not None:
            await operation.follow(Transfers(self.engine, self.files), request, result)
        return _response(200, json_1_0.render(document(result)) if result else operation.nothing, http, media_type)

    def _caller(self, http: Request, body: bytes) -> tuple[Principal, str, str]:
        """Who asks, with which access key, and in which region: that of the signature, since every region is at this address."""
        if self.authenticator is None:
            return root_of(self.account), "", self.region
        try:
            authentication = self.authenticator.verify_json(http, body, self.wall.now())
        except AuthFailure as failure:
            raise refusal_of(failure) from None
        return authentication.principal, authentication.access_key, authentication.region or self.region

    def _prepare(self, operation: Operation, request: DynamoRequest, members: dict[str, Any]) -> Plan | Step:
        """All that needs no table. Types first, whatever else is wrong."""
        try:
            if operation.first is not None:
                operation.first(request, self.message_profile == MODERN)
            if not operation.in_order(members):
                check(operation.shape, members)
            return operation.prepare(request)
        except Malformed:
            check_values(operation.shape, members)
            raise wrong_type(errors.VALUE_UNEXPECTED) from None
        except ServiceError as error:
            if error.row is not errors.SERIALIZATION:
                check_values(operation.shape, members)
            raise worded(error, operation.wording, operation.name, self.message_profile, request_level=True) from None

    def _other_method(self, http: Request) -> Response:
        """GET is a health check; nothing else is spoken here but POST."""
        if http.method == "GET":
            return _plain(200, f"healthy: dynamodb.{self.region}.amazonaws.com ".encode(), http)
        if http.method == "OPTIONS" and "origin" in http.headers:
            return _preflight(http)
        return _plain(404, _UNKNOWN_HTTP, http)


def _make_ready(plan: Plan | Step, call: Call, operation: Operation, request: DynamoRequest, caller: Principal) -> None:
    """Put each decision behind the questions whether anything has expired, and whether the caller may do this.

    What has expired is deleted before anything is decided. A batch is authorized as a whole, before its first step. The call is
    told whether it may be answered from the past.
    """
    if isinstance(plan, Step):
        step = plan
    else:
        call.consistent = plan.consistent
        if plan.join is not None:
            plan.check = partial(authorized, request, caller, operation.accesses, operation.mends, plan.check)
            for step in plan.steps:
                step.decide = partial(unexpired, request, step.decide)
            return
        step = plan.steps[0]
    allowed = partial(authorized, request, caller, operation.accesses, operation.mends, step.decide)
    step.decide = partial(unexpired, request, allowed)


# --- answers ----------------------------------------------------------------------------------------------------------------


_SERVER: Final = ("Server", "Server")
_CONTENT_TYPES: Final = {name: ("Content-Type", name) for name in json_1_0.CONTENT_TYPES}


def _response(status: int, body: bytes, http: Request, media_type: str) -> Response:
    number, asked = http.request_id, http.headers
    encoding = ""
    if len(body) > PACKED_FROM and "accept-encoding" in asked:
        body, encoding = json_1_0.pack(body, asked["accept-encoding"])
    headers = [
        _SERVER,
        _CONTENT_TYPES[media_type],
        ("x-amzn-RequestId", number + number[:10] + _ID_TAIL),
        ("x-amz-crc32", str(crc32(body))),  # of what is sent: the SDKs that look at it do so before they unpack it
    ]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    if "origin" in asked:
        headers.append(("Access-Control-Allow-Origin", "*"))
        headers.append(("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,Date"))
    return Response(status, headers, body)


def _plain(status: int, body: bytes, http: Request) -> Response:
    headers = [
        ("Server", "Server"),
        ("x-amzn-RequestId", http.request_id + http.request_id[:10] + _ID_TAIL),
        ("x-amz-crc32", str(crc32(body))),
    ]
    return Response(status, headers, body)


def _preflight(http: Request) -> Response:
    response = _plain(200, b"", http)
    response.headers += [("Access-Control-Allow-Origin", "*"), ("Access-Control-Max-Age", "172800")]
    for asked, answered in (
        ("access-control-request-headers", "Access-Control-Allow-Headers"),
        ("access-control-request-method", "Access-Control-Allow-Methods"),
    ):
        if asked in http.headers:
            response.headers.append((answered, http.headers[asked]))
    return response


def _refusal(error: ServiceError, http: Request, media_type: str) -> Response:
    code = error.row.code
    document: dict[str, Any] = {"__type": errors.TYPES.get(code) or errors.NAMESPACE + code}
    reason = error.fields.get("reason", "") if error.row is errors.SERIALIZATION else error.message
    document.update(error.elements)
    if reason:
        document["Message" if code in errors.CAPITAL_MESSAGE else "message"] = reason
    response = _response(error.row.status, json_1_0.render(document), http, media_type)
    if error.because:
        response.headers.append(("x-condemu-because", error.because.encode("ascii", "backslashreplace").decode()))
    response.headers.extend(error.headers)
    response.refusal = error
    error.__traceback__ = None  # it holds the frames that hold it: a cycle for the collector, at every refusal
    return response
