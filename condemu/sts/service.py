"""A request's way through STS: read the form, verify, decide, render. The query protocol, signature version 4."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from xml.sax.saxutils import escape

from condemu.auth.authenticate import STRICT, Authenticator
from condemu.auth.credentials import Book, CredentialBook
from condemu.auth.failures import AuthFailure
from condemu.auth.principals import NOBODY, Principal, root_of
from condemu.core.calls import Plan, Step, Touch
from condemu.core.effects import Clock
from condemu.core.engine import Engine
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response, read_body
from condemu.core.store import Txn
from condemu.sts import errors, operations
from condemu.sts.operations import OPERATIONS, OTHERS
from condemu.wire import query

VERSION: Final = "2011-06-15"
NAMESPACE: Final = f"https://sts.amazonaws.com/doc/{VERSION}/"
BODY_LIMIT: Final = 256 * 1024  # bytes of a form: a web identity's token has at most 20,000 characters


class STS:
    """The service. Stateless but for what it was given."""

    name = "sts"

    def __init__(
        self, *, engine: Engine, wall: Clock, authenticator: Authenticator | None = None, account: str = "000000000000"
    ) -> None:
        self.engine = engine
        self.wall = wall
        self.authenticator = authenticator
        self.account = account

    async def handle(self, http: Request) -> Response:
        """Answer: every refusal becomes an error document."""
        http.call.service = self.name
        try:
            body = await read_body(http.body, BODY_LIMIT) if http.method == "POST" else b""
            try:
                parameters = query.parameters(http.query_string, (body or b"").decode("latin-1"))
            except query.Malformed:
                parameters = query.Parameters()
            return await self._answer(http, parameters, body or b"")
        except ServiceError as error:
            error.__traceback__ = None
            return _refusal(http, error)

    def refused(self, http: Request, error: ServiceError) -> Response:
        return _refusal(http, error)

    async def _answer(self, http: Request, parameters: query.Parameters, body: bytes) -> Response:
        action = parameters.get("Action", "")
        operation = OPERATIONS.get(action)
        caller, access_key = NOBODY, ""
        if operation is None or operation.signed:
            caller, access_key = self._caller(http, body)
        if operation is None:
            if action in OTHERS:
                raise ServiceError(errors.NOT_EMULATED, {"action": action}, because=f"condemu does not implement {action}")
            version = parameters.get("Version", VERSION)
            raise ServiceError(errors.NO_OPERATION, {"action": action, "version": version})
        call = http.call
        call.operation, call.account, call.access_key = action, caller.account, access_key
        call.parameters = {name: value for name, value in parameters.items() if name not in ("Action", "Version")}
        book: Book = self.authenticator.book if self.authenticator is not None else CredentialBook((), self.account)
        strict = self.authenticator is not None and self.authenticator.mode == STRICT
        request = operations.Request(parameters, caller, access_key, book, strict)
        step = Step(partial(_decide, operation, request), _touched, reads=not operation.writes)
        return _success(http, action, await self.engine.run(call, Plan(step)))

    def _caller(self, http: Request, body: bytes) -> tuple[Principal, str]:
        if self.authenticator is None:
            return root_of(self.account), ""
        try:
            found = self.authenticator.verify_json(http, body, self.wall.now(), service="sts")
        except AuthFailure as failure:
            raise ServiceError(errors.AUTH_ROWS.get(failure.kind, errors.INCOMPLETE), because=failure.because) from None
        return found.principal, found.access_key


def _decide(operation: operations.Operation, request: operations.Request, txn: Txn) -> dict[str, Any]:
    return operation.decide(txn, request)


def _touched(txn: Txn) -> tuple[Touch, ...]:
    """Credentials are new each time: nobody else touches them."""
    return ()


# --- answers ----------------------------------------------------------------------------------------------------------------


def _success(http: Request, action: str, result: dict[str, Any]) -> Response:
    text = (
        f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{_elements(result)}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id(http)}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Response(200, _headers(http, text), text.encode())


def _refusal(http: Request, error: ServiceError) -> Response:
    kind = "Sender" if error.row.status < 500 else "Receiver"
    text = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{error.row.code}</Code><Message>'
        f"{escape(_visible(error.message))}</Message></Error><RequestId>{request_id(http)}</RequestId></ErrorResponse>"
    )
    headers = _headers(http, text)
    if error.because:
        headers.append(("x-condemu-because", error.because.encode("ascii", "backslashreplace").decode()))
    return Response(error.row.status, headers, text.encode(), refusal=error)


def _elements(result: dict[str, Any]) -> str:
    pieces = []
    for name, value in result.items():
        if value is None:
            continue
        inner = _elements(value) if isinstance(value, dict) else escape(_visible(str(value)))
        pieces.append(f"<{name}>{inner}</{name}>")
    return "".join(pieces)


def _visible(text: str) -> str:
    """A text without what XML cannot carry."""
    return (
        "".join(character if character >= " " or character in "\t\n" else "�" for character in text)
        .encode("utf-8", "replace")
        .decode()
    )


def _headers(http: Request, text: str) -> list[tuple[str, str]]:
    return [
        ("x-amzn-RequestId", request_id(http)),
        ("Content-Type", "text/xml"),
        ("Content-Length", str(len(text.encode()))),
    ]


def request_id(http: Request) -> str:
    """The request's id in the shape of a UUID."""
    digits = http.request_id.encode().hex().ljust(32, "0")[-32:]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
