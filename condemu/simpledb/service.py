"""A request's way through SimpleDB: read the parameters, verify, find the operation, validate, authorize, decide, render."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from condemu.auth.authenticate import Authenticator
from condemu.core.calls import Step, Touch
from condemu.core.effects import Clock, Ids
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.core.store import Txn
from condemu.simpledb.authorize import authorize, verified
from condemu.simpledb.errors import (
    INVALID_ACTION,
    INVALID_HTTP_REQUEST,
    INVALID_URI,
    MISSING_ACTION,
    NO_SUCH_VERSION,
    UNSUPPORTED_HTTP_VERB,
)
from condemu.simpledb.export_service import PATH, Exports, ExportSink
from condemu.simpledb.operations import OLDER, OPERATIONS, VERSION, Operation
from condemu.simpledb.records import Scope
from condemu.simpledb.render import error_response, header_text, response
from condemu.simpledb.requests import Request as SimpleDBRequest
from condemu.wire import query

BODY_LIMIT: Final = 4 * 1024 * 1024  # octets of a form: 256 attributes of 1,024 octets, all percent-encoded, and some air
BATCH_LIMIT: Final = 1024 * 1024  # octets of a batch's form (Developer Guide, "Limits"); AWS's answer to more is not known

_VERSIONS: Final = (VERSION, OLDER)
_HOST: Final = re.compile(r"sdb(?:\.([a-z0-9-]+))?\.amazonaws\.com(?::\d+)?", re.IGNORECASE)


class SimpleDB:
    """The service. Stateless but for what it was given."""

    name = "simpledb"

    def __init__(
        self, *, engine: Engine, clock: Clock, ids: Ids, wall: Clock | None = None,
        authenticator: Authenticator | None = None,
        region: str = "us-east-1", account: str = "000000000000", export_sink: ExportSink | None = None,
        export_delay: float = 0.0,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.clock = clock
        self.ids = ids
        self.wall = wall or clock
        self.authenticator = authenticator
        self.region = region
        self.account = account
        self.exports = Exports(
            engine=engine, wall=self.wall, authenticator=authenticator, account=account, sink=export_sink, delay=export_delay
        )

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        if http.raw_path.startswith(PATH):
            return await self.exports.handle(http, self._region_of(http))
        call = http.call
        call.service = self.name
        try:
            parameters, size = await _parameters(http)
            caller = verified(self.authenticator, http, parameters, self.wall, self.account)
            call.account, call.access_key = caller.account, caller.access_key
            operation = _operation(parameters)
            call.operation = operation.name
        except ServiceError as error:
            return error_response(http, error, None)
        try:
            request = operation.prepare(parameters)
            if size > BATCH_LIMIT and operation.batch:
                raise ServiceError(INVALID_HTTP_REQUEST, {"Reason": "The request is larger than 1 MB"})
            call.parameters = _shown(request)
            call.consistent = request.get("ConsistentRead", True)
            region = self._region_of(http)
            authorize(caller, operation, request, region)
            step = Step(
                partial(_decide, operation, (caller.account, region), request),
                partial(_touched, operation, request),
                reads=not operation.writes,
            )
            result = await self.engine.run(call, step)
        except ServiceError as error:
            return error_response(http, error, operation.refused)
        answer = response(http, operation.name, parameters.get("Version", VERSION), result, operation.result)
        if "Because" in request:
            answer.headers.append(("x-condemu-because", header_text(request["Because"])))
        return answer

    def refused(self, http: Request, error: ServiceError) -> Response:
        return error_response(http, error, None)

    def _region_of(self, http: Request) -> str:
        """Every endpoint has data of its own; a host that is no endpoint of AWS stands for the configured region."""
        match = _HOST.fullmatch(http.headers.get("host", ""))
        return self.region if match is None else (match.group(1) or "us-east-1").lower()


def _decide(operation: Operation, scope: Scope, request: SimpleDBRequest, txn: Txn) -> dict[str, Any]:
    result, box = operation.decide(txn, scope, request)
    return {**result, "BoxUsage": box}


def _shown(request: SimpleDBRequest) -> Mapping[str, Any]:
    """The request without what only the service understands."""
    return {name: value for name, value in request.items() if name not in ("Plan", "After")} if "Plan" in request else request


async def _parameters(http: Request) -> tuple[query.Parameters, int]:
    """The parameters of the query string, then those of the form, and the form's size."""
    if http.method not in ("GET", "POST"):
        raise ServiceError(UNSUPPORTED_HTTP_VERB, {"Verb": http.method})
    if http.raw_path not in ("/", ""):
        raise ServiceError(INVALID_URI, {"URI": http.raw_path})
    form = await read_body(http.body, BODY_LIMIT) if http.method == "POST" else b""
    if form is None:
        raise ServiceError(INVALID_HTTP_REQUEST, {"Reason": f"The form is larger than {BODY_LIMIT} bytes"})
    try:
        return query.parameters(http.query_string, form.decode("latin-1")), len(form)
    except query.Malformed as error:
        raise ServiceError(INVALID_HTTP_REQUEST, {"Reason": str(error)}) from None


def _operation(parameters: query.Parameters) -> Operation:
    """Action, then Version; a Version that is not there means the present one (inferred)."""
    action = parameters.get("Action")
    if not action:
        raise ServiceError(MISSING_ACTION)
    operation = OPERATIONS.get(action)
    if operation is None:
        raise ServiceError(INVALID_ACTION, {"Action": action})
    version = parameters.get("Version", VERSION)
    if version not in _VERSIONS:
        raise ServiceError(NO_SUCH_VERSION, {"Version": version})
    return operation


def _touched(operation: Operation, request: SimpleDBRequest, txn: Txn) -> tuple[Touch, ...]:
    """The items; or the domain, for all of it."""
    if "DomainName" not in request:
        return ()
    domain, writes = request["DomainName"], operation.writes
    if "Items" in request:
        return tuple(Touch(f"simpledb:{domain}/{item['Name']}", writes) for item in request["Items"])
    return (Touch(f"simpledb:{domain}/{request['ItemName']}" if "ItemName" in request else f"simpledb:{domain}", writes),)
