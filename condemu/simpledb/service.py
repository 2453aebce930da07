"""A request's way through SimpleDB: read the parameters, verify, find the operation, validate, authorize, decide, render."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from condemu.core.effects import Clock, Ids
from condemu.core.engine import Call, Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.core.store import Txn
from condemu.simpledb.authorize import Caller, authorize, verified
from condemu.simpledb.errors import (
    INVALID_ACTION,
    INVALID_HTTP_REQUEST,
    INVALID_URI,
    MISSING_ACTION,
    NO_SUCH_VERSION,
    UNSUPPORTED_HTTP_VERB,
)
from condemu.simpledb.export_service import PATH, Exports, ExportSink
from condemu.simpledb.operations import OLDER, OPERATIONS, VERSION, Operation, Prepared
from condemu.simpledb.records import Scope
from condemu.simpledb.render import error_response, header_text, response
from condemu.wire import query

BODY_LIMIT: Final = 4 * 1024 * 1024  # octets of a form: 256 attributes of 1,024 octets, all percent-encoded, and some air
BATCH_LIMIT: Final = 1024 * 1024  # octets of a batch's form (Developer Guide, "Limits"); AWS's answer to more is not known

_VERSIONS: Final = (VERSION, OLDER)
_HOST: Final = re.compile(r"sdb(?:\.([a-z0-9-]+))?\.amazonaws\.com(?::\d+)?", re.IGNORECASE)


class SimpleDB:
    """The service. Stateless but for what it was given."""

    name = "simpledb"

    def __init__(
        self, *, engine: Engine, clock: Clock, ids: Ids, authenticator: Any = None, region: str = "us-east-1",
        account: str = "000000000000", export_sink: ExportSink | None = None,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.clock = clock
        self.ids = ids
        self.authenticator = authenticator
        self.region = region
        self.account = account
        self.exports = Exports(engine=engine, clock=clock, authenticator=authenticator, account=account, sink=export_sink)

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        if http.raw_path.startswith(PATH):
            return await self.exports.handle(http, self._region_of(http))
        try:
            parameters, size = await _parameters(http)
            caller = verified(self.authenticator, http, parameters, self.clock, self.account)
            operation = _operation(parameters)
        except ServiceError as error:
            return error_response(http, error, None)
        call: Call | None = None
        try:
            request = operation.prepare(parameters)
            if size > BATCH_LIMIT and "Items" in request:
                raise ServiceError(INVALID_HTTP_REQUEST, {"Reason": "The request is larger than 1 MB"})
            region = self._region_of(http)
            call = http.call = self._call(http, operation, request, caller)
            authorize(caller, operation, request, region)
            decide = partial(_decide, operation, (caller.account, region), request)
            if operation.writes:
                result, box = await self.engine.run(call, decide)
            else:
                result, box = await self.engine.read(call, decide)
        except ServiceError as error:
            return error_response(http, error, operation.refused, call)
        answer = response(http, operation.name, parameters.get("Version", VERSION), result, box, call)
        if "Because" in request:
            answer.headers.append(("x-condemu-because", header_text(request["Because"])))
        return answer

    def _region_of(self, http: Request) -> str:
        """Every endpoint has data of its own; a host that is no endpoint of AWS stands for the configured region."""
        match = _HOST.fullmatch(http.headers.get("host", ""))
        return self.region if match is None else (match.group(1) or "us-east-1").lower()

    def _call(self, http: Request, operation: Operation, request: Prepared, caller: Caller) -> Call:
        shown = request
        if "Plan" in request:
            shown = {name: value for name, value in request.items() if name not in ("Plan", "After")}
        return Call(
            self.name,
            operation.name,
            account=caller.account,
            access_key=caller.access_key,
            resources=_resources(request),
            parameters=shown,
            request_id=http.request_id,
            received_index=http.received_index,
            received_at=http.received_at,
            writes=operation.writes,
            consistent=request.get("ConsistentRead", True),
        )


def _decide(operation: Operation, scope: Scope, request: Prepared, txn: Txn) -> tuple[dict[str, Any], int]:
    return operation.decide(txn, scope, request)


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


def _resources(request: Prepared) -> tuple[str, ...]:
    """What a call touches: "domain/item", or "domain" for all of it."""
    domain = request.get("DomainName")
    if domain is None:
        return ()
    if "Items" in request:
        return tuple(f"{domain}/{item['Name']}" for item in request["Items"])
    return (f"{domain}/{request['ItemName']}",) if "ItemName" in request else (domain,)
