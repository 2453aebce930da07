"""Answers that no service gives: HTTP that could not be read, and our own mistakes. S3's wording, as the commonest client's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import ClientDisconnected, Request, Response
from condemu.core.store import Txn

# S3 answers this to a request line or header that its parser refuses. Documented code; the wording is inferred.
BAD_REQUEST: Final = ErrorRow("BadRequest", 400, "An error occurred when parsing the HTTP request.")

# Recorded on AWS for a header section of 9,000 bytes.
HEADERS_TOO_LARGE: Final = ErrorRow(
    "RequestHeaderSectionTooLarge",
    400,
    "Your request header section exceeds the maximum allowed size.",
    ("MaxSizeAllowed",),
)
HEADERS_LIMIT: Final = 8192  # bytes of a header section, as that answer's MaxSizeAllowed says

# S3's answer to a client that stops in the middle of its body; recorded. It waits 20 seconds (AWS's Knowledge Center).
REQUEST_TIMEOUT: Final = ErrorRow(
    "RequestTimeout",
    400,
    "Your socket connection to the server was not read from or written to within the timeout period. "
    "Idle connections will be closed.",
)

INTERNAL_ERROR: Final = ErrorRow(
    "InternalError",
    500,
    "We encountered an internal error. Please try again.",
    unprovoked="only a mistake of ours leads here",
)


class BodyStalled(ClientDisconnected):
    """No byte of the body came for too long. To a service the client has gone; the server still has an answer for it."""


def document(row: ErrorRow, fields: Mapping[str, Any], request_id: str, host_id: str) -> bytes:
    """The error as S3 writes it."""
    extra = "".join(f"<{name}>{fields[name]}</{name}>" for name in row.fields)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{row.code}</Code><Message>{row.message}</Message>{extra}"
        f"<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>"
    ).encode()


def message_of(response: Response) -> str:
    """What S3's answer says to a person; "" if it refuses nothing."""
    text = response.body if isinstance(response.body, bytes) else b""
    return ElementTree.fromstring(text).findtext("Message", "") if text else ""


def refusal(row: ErrorRow, request: Request) -> Response:
    """The error as the answer to a request that reached no service."""
    body = document(row, {"MaxSizeAllowed": HEADERS_LIMIT}, request.request_id, request.host_id)
    headers = [
        ("x-amz-request-id", request.request_id),
        ("x-amz-id-2", request.host_id),
        ("Content-Type", "application/xml"),
        ("Server", "AmazonS3"),
    ]
    return Response(row.status, headers, body, refusal=ServiceError(row, {"MaxSizeAllowed": HEADERS_LIMIT}))


class Refusing:
    """A service that refuses whatever it is asked: for the server's own refusals, so that observers hear of them, too."""

    name = ""

    def __init__(self, row: ErrorRow, *, close: bool = False) -> None:
        self._row = row
        self._close = close

    async def handle(self, request: Request) -> Response:
        response = refusal(self._row, request)
        response.close = self._close
        return response

    def refused(self, http: Request, error: ServiceError) -> Response:
        return refusal(error.row, http)

    def forget_account(self, txn: Txn, account: str) -> None:
        """It holds nothing."""


TOO_LARGE: Final = Refusing(HEADERS_TOO_LARGE)
TIMED_OUT: Final = Refusing(REQUEST_TIMEOUT, close=True)
