"""Services that condemu does not emulate, answered in their own protocol: an SDK raises an error that says so.

Which protocol a request speaks is seen from it: `X-Amz-Target` with a JSON content type, a form with an Action, CBOR, or REST.
Without this a request for SQS would be S3's: a 405, or a bucket that is not there.
"""

from __future__ import annotations

import json
from typing import Final

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Request, Response

CBOR: Final = "rpc-v2-cbor"  # Smithy's protocol, by the header that names it
NOT_EMULATED: Final = ErrorRow(
    "NotImplemented", 501, "condemu does not emulate {service}: it emulates S3, DynamoDB, SimpleDB and STS."
)

# Signing names of services by the prefix of their X-Amz-Target, for requests that are not signed.
TARGETS: Final = {
    "AmazonSQS": "sqs", "AWSLambda": "lambda", "TrentService": "kms", "Logs_20140328": "logs", "AmazonSSM": "ssm",
    "secretsmanager": "secretsmanager", "CryoControllerUserManager": "backup", "AWSEvents": "events",
    "Kinesis_20131202": "kinesis",
    "AmazonEC2ContainerServiceV20141113": "ecs", "AWSStepFunctions": "states", "AmazonEC2ContainerRegistry_V20150921": "ecr",
}  # fmt: skip

REST_XML: Final = frozenset({"cloudfront", "route53"})  # whose paths look like REST-JSON's; S3's are not answered here


def service_of_target(target: str) -> str | None:
    """The service that an X-Amz-Target names; None for one that is not known."""
    return TARGETS.get(target.partition(".")[0])


def answer(request: Request, service: str) -> Response:
    """501, in the protocol that the request speaks."""
    call = request.call
    call.service = service
    target = request.headers.get("x-amz-target", "")
    call.operation = target.rpartition(".")[2]
    error = ServiceError(NOT_EMULATED, {"service": service}, because=f"condemu does not emulate {service}")
    headers = [("x-amzn-RequestId", request.request_id), ("x-condemu-because", error.because)]
    media_type = request.headers.get("content-type", "")
    if request.headers.get("smithy-protocol") == CBOR:
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", CBOR)]
        body = cbor({"__type": error.row.code, "message": error.message})
    elif service not in REST_XML and (target or "json" in media_type or request.raw_path != "/"):
        headers += [("Content-Type", media_type if "amz-json" in media_type else "application/json")]
        headers += [("x-amzn-ErrorType", error.row.code)]
        body = json.dumps({"__type": error.row.code, "message": error.message}).encode()
    else:
        headers += [("Content-Type", "text/xml")]
        body = (
            f"<ErrorResponse><Error><Type>Receiver</Type><Code>{error.row.code}</Code><Message>{error.message}</Message></Error>"
            f"<RequestId>{request.request_id}</RequestId></ErrorResponse>"
        ).encode()
    return Response(501, headers, body, refusal=error)


def cbor(members: dict[str, str]) -> bytes:
    """A map of a few short texts in CBOR (RFC 8949, sections 3.1 and 3.3)."""
    return bytes([0xA0 | len(members)]) + b"".join(_text(name) + _text(value) for name, value in members.items())


def _text(text: str) -> bytes:
    data = text.encode()
    return b"\x79" + len(data).to_bytes(2, "big") + data
