"""A request's way through the export API: rest-json, signature version 4 with the signing name `sdb`.

An export runs to its end before StartDomainExport answers. It changes state three times, so a GetExport or a DeleteDomain
that comes in between sees it PENDING or IN_PROGRESS; with a delay (the setting `export_delay`) IN_PROGRESS lasts until the clock
has passed it. Where it writes is not this service's business: `sink` puts an object
into a bucket and says whether that failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from condemu.auth import failures
from condemu.auth.authenticate import Authenticator
from condemu.auth.decision import decide
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import Principal
from condemu.core.calls import EXPORT, Plan, Step, Touch
from condemu.core.effects import Clock
from condemu.core.engine import Engine
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.core.log import LogUnavailable
from condemu.core.store import Txn
from condemu.simpledb import export_errors, exports
from condemu.simpledb.export_validation import GET, LIST, START, ExportRequest, Rule, checked
from condemu.simpledb.records import Export, Scope
from condemu.simpledb.render import header_text, uuid_of

BODY_LIMIT: Final = 64 * 1024  # octets; the longest legal request has some 4,000
PATH: Final = "/v2/"
AUTH_ROWS: Final[Mapping[str, ErrorRow]] = {
    failures.NO_CREDENTIALS: export_errors.MISSING_TOKEN,
    failures.UNKNOWN_KEY: export_errors.UNRECOGNIZED_CLIENT,
    failures.TOKEN_INVALID: export_errors.UNRECOGNIZED_CLIENT,
    failures.TOKEN_EXPIRED: export_errors.EXPIRED_TOKEN,
}


class ExportSink(Protocol):
    """Puts one object of an export into its bucket, on behalf of an account.

    `request` holds the members of StartDomainExport: the bucket's owner, encryption. The answer is None or a key of FAILURES. The
    object is put only if the export `goes_on` as that is committed.
    """

    async def __call__(
        self, account: str, key: str, body: bytes, request: Mapping[str, str], goes_on: Callable[[Txn], bool]
    ) -> str | None: ...


class Operation(NamedTuple):
    """`rules` are its members, `resource` is what policies are asked about, given the domain's ARN without its name."""

    name: str
    rules: tuple[Rule, ...]
    decide: Callable[[Txn, Scope, ExportRequest], Any]
    resource: Callable[[ExportRequest, str], str]
    writes: bool = False


def _domain(request: ExportRequest, domains: str) -> str:
    return domains + request.get("domainName", "*")


def _export(request: ExportRequest, domains: str) -> str:
    return request["exportArn"]


OPERATIONS: Final[Mapping[str, Operation]] = {
    row.name: row
    for row in (
        Operation("StartDomainExport", START, exports.start, _domain, writes=True),
        Operation("GetExport", GET, exports.get, _export),
        Operation("ListExports", LIST, exports.list_exports, _domain),
    )
}


class Exports:
    """The three operations."""

    def __init__(
        self, *, engine: Engine, wall: Clock, authenticator: Authenticator | None, account: str, sink: ExportSink | None,
        delay: float = 0.0,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.wall = wall
        self.authenticator = authenticator
        self.account = account
        self.sink = sink
        self.delay = delay  # seconds that an export takes

    async def handle(self, http: Request, region: str) -> Response:
        """Answer: every refusal becomes a document with a message."""
        try:
            return await self._answer(http, region)
        except ServiceError as error:
            return _refusal(http, error)

    async def _answer(self, http: Request, region: str) -> Response:
        operation = OPERATIONS.get(http.raw_path[len(PATH) :])
        if operation is None or http.method != "POST":
            raise ServiceError(export_errors.UNKNOWN_OPERATION)
        call = http.call
        call.service, call.operation = "simpledb", operation.name
        body = await read_body(http.body, BODY_LIMIT)
        if body is None:
            raise ServiceError(export_errors.SERIALIZATION, because=f"the body is longer than {BODY_LIMIT} bytes")
        principal, call.access_key = self._caller(http, body)
        account = call.account = self.account if principal is None else principal.account or self.account
        request = checked(operation.rules, _members(body))
        call.parameters = request
        _authorize(principal, operation.name, operation.resource(request, f"arn:aws:sdb:{region}:{account}:domain/"))
        step = Step(
            partial(_decide, operation, (account, region), request),
            partial(_touched, request, operation.writes),
            reads=not operation.writes,
        )
        result = await self.engine.run(call, Plan(step))
        if not operation.writes:
            return _response(http, result)
        export: Export = result
        if export.status == "PENDING":
            await self._export(account, export)
        token = export.request["clientToken"]
        return _response(http, {"clientToken": token, "exportArn": export.arn, "requestedAt": export.requested})

    async def _export(self, account: str, export: Export) -> None:
        """Write the files and say how it ended. The changes are the service's own: no caller asked for them.

        A log that fails ends it here; others see that it stands still, and end it.
        """
        work = (exports.WORK.space, exports.key_of(export.arn))
        self.engine.at_work.add(work)
        try:
            with suppress(LogUnavailable):
                await self._carried_out(account, export)
        finally:
            self.engine.at_work.discard(work)

    async def _carried_out(self, account: str, export: Export) -> None:
        if not await self.engine.administer(partial(_begin, export.arn), "StartDomainExport", EXPORT):
            return
        items, cutoff = self.engine.store.view(partial(_moment, export.arn))
        failure: str | None = export_errors.CUT_OFF
        try:
            failure = await self._write(account, export, items, cutoff)
        finally:
            manifest = exports.folder(export) + "manifest-summary.json"
            finish = partial(_finish, export.arn, len(items), manifest, failure, self.delay)
            await self.engine.administer(finish, "StartDomainExport", EXPORT)

    async def _write(self, account: str, export: Export, items: exports.Items, cutoff: float) -> str | None:
        """Write the files one after the other; why not, if not."""
        if self.sink is None:
            return export_errors.OTHERWISE
        goes_on = partial(exports.WORK.goes_on, exports.key_of(export.arn))
        for key, content in exports.files(export, items, cutoff):
            failure = await self.sink(account, key, content, export.request, goes_on)
            if failure is not None:
                return failure
        return None

    def _caller(self, http: Request, body: bytes) -> tuple[Principal | None, str]:
        if self.authenticator is None:
            return None, ""
        try:
            found = self.authenticator.verify_json(http, body, self.wall.now(), service="sdb")
        except AuthFailure as failure:
            row = AUTH_ROWS.get(failure.kind, export_errors.INVALID_SIGNATURE)
            raise ServiceError(row, because=failure.because) from None
        return found.principal, found.access_key


def _touched(request: ExportRequest, writes: bool, txn: Txn) -> tuple[Touch, ...]:
    return (Touch(f"simpledb:{request['domainName']}", writes),) if "domainName" in request else ()


def _begin(arn: str, txn: Txn) -> bool:
    return exports.begin(txn, arn)


def _moment(arn: str, txn: Txn) -> tuple[exports.Items, float]:
    return exports.items_of(txn, arn), txn.now


def _finish(arn: str, items: int, manifest: str, failure: str | None, delay: float, txn: Txn) -> None:
    exports.finish(txn, arn, items, manifest, failure, delay)


def _decide(operation: Operation, scope: Scope, request: ExportRequest, txn: Txn) -> Any:
    return operation.decide(txn, scope, request)


def _members(body: bytes) -> Mapping[str, Any]:
    """The document's members; nothing at all is none."""
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise ServiceError(export_errors.SERIALIZATION, because="the body is no JSON") from None
    if not isinstance(found, dict):
        raise ServiceError(export_errors.SERIALIZATION, because="the body is no JSON object")
    return found


def _authorize(principal: Principal | None, action: str, resource: str) -> None:
    if principal is None or principal.is_root or principal.is_anonymous:
        return
    ruling = decide(principal, f"sdb:{action}", resource, {}, owner=principal.account)
    if not ruling.allowed:
        fields = {"Caller": principal.arn, "Action": action, "Resource": resource}
        raise ServiceError(export_errors.ACCESS_DENIED, fields, because=ruling.because)


def _response(http: Request, result: Mapping[str, Any]) -> Response:
    body = json.dumps(result, separators=(",", ":")).encode()
    return Response(200, _headers(http, body), body)


def _refusal(http: Request, error: ServiceError) -> Response:
    """rest-json: the code in a header, the message in the body (the protocol's default; no recording is known)."""
    message = error.message
    body = json.dumps({"message": message} if message else {}, separators=(",", ":")).encode()
    headers = [*_headers(http, body), ("x-amzn-ErrorType", error.row.code)]
    if error.because:
        headers.append(("x-condemu-because", header_text(error.because)))
    return Response(error.row.status, headers, body, refusal=error)


def _headers(http: Request, body: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Type", exports.JSON_TYPE),
        ("x-amzn-RequestId", uuid_of(http.request_id)),
        ("Content-Length", str(len(body))),
    ]
