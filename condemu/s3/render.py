"""A decision's result as HTTP: members that belong to the operation's document as XML, all others as headers."""

from __future__ import annotations

import re
from typing import Any, Final

from condemu.core.blobs import SMALL, Blob
from condemu.core.errors import ServiceError
from condemu.core.http import Request, Response
from condemu.s3.requests.members import RESPONSE_HEADERS
from condemu.s3.requests.request import S3Request
from condemu.wire.rest import http_date
from condemu.wire.xml import DECLARATION, elements, escape, render

_LINE_ENDS: Final = re.compile(r"[\x00-\x1f\x7f]+")
NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"


def response(request: S3Request, result: dict[str, Any]) -> Response:
    """Status, headers and body of a success."""
    http, operation = request.http, request.operation
    headers = [("x-amz-id-2", http.host_id), ("x-amz-request-id", http.request_id), ("Server", "AmazonS3")]
    status = operation.status if operation.status_of is None else operation.status_of(request, result)
    root, inside = operation.root, operation.members
    body: Any = b""
    document: dict[str, Any] = {}
    for member, value in result.items():
        if value is None:
            continue
        if root and (not inside or member in inside):
            document[member] = value
        elif member in RESPONSE_HEADERS:
            headers.append((RESPONSE_HEADERS[member], value if type(value) is str else header_text(value)))
        elif member == "Body":
            body = value
        else:  # Metadata, which is a mapping
            headers.extend((f"x-amz-meta-{name}", text) for name, text in value.items())
    if root:
        body = render(root, document, namespace=NAMESPACE)
        headers.append(("Content-Type", "application/xml"))
    if isinstance(body, Blob):
        body = b"" if http.method == "HEAD" else body if body.size > SMALL or not body.at_hand else body.bytes()
    elif status != 204:
        headers.append(("Content-Length", str(len(body))))
    return Response(status, headers, body)


def preflight_response(allowed: list[tuple[str, str]], http: Request) -> Response:
    """What a browser is told before it asks: headers and nothing else."""
    headers = [("x-amz-id-2", http.host_id), ("x-amz-request-id", http.request_id), ("Server", "AmazonS3"), *allowed]
    return Response(200, [*headers, ("Content-Length", "0")])


def header_text(value: Any) -> str:
    """A member's value as a header carries it: dates as IMF-fixdate, booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return http_date(value)
    return str(value)


def one_line(text: str) -> str:
    """A text as a header can carry it."""
    if text.isascii() and text.isprintable():
        return text
    return _LINE_ENDS.sub(" ", text).encode("latin-1", "replace").decode("latin-1")


def error_response(error: ServiceError, http: Request) -> Response:
    """The error document; no body for HEAD and 304."""
    headers = [("x-amz-id-2", http.host_id), ("x-amz-request-id", http.request_id), ("Server", "AmazonS3"), *error.headers]
    if error.because:
        headers.append(("x-condemu-because", one_line(error.because)))
    status = error.row.status
    if http.method == "HEAD" or status == 304:
        return Response(status, headers, refusal=error)
    body = (
        f"{DECLARATION}<Error><Code>{error.row.code}</Code><Message>{escape(error.message)}</Message>{elements(error.elements)}"
        f"<RequestId>{http.request_id}</RequestId><HostId>{http.host_id}</HostId></Error>"
    ).encode("utf-8", "replace")
    headers += [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    return Response(status, headers, body, refusal=error)
