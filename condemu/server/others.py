"""Services that condemu does not emulate, answered in their own protocol: an SDK raises an error that says so.

Which protocol a request speaks is seen from it: `X-Amz-Target` with a JSON content type, a form with an Action, or a REST path.
Without this a request for SQS would be S3's: a 405, or a bucket that is not there.
"""

from __future__ import annotations

import json
from typing import Final

from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.http import Request, Response

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

# Signing names of services whose SDK may be pointed at condemu. One that is not here is taken for a mistake in S3's signature.
NAMES: Final = frozenset({
    "acm", "apigateway", "appsync", "athena", "autoscaling", "backup", "batch", "bedrock", "cloudformation", "cloudfront",
    "cloudtrail", "codebuild", "cognito-identity", "cognito-idp", "config", "dax", "ec2", "ecr", "ecs", "eks", "elasticache",
    "elasticfilesystem", "elasticloadbalancing", "elasticmapreduce", "es", "events", "execute-api", "firehose", "glue", "iam",
    "kafka", "kinesis", "kms", "lakeformation", "lambda", "logs", "monitoring", "organizations", "pipes", "rds", "redshift",
    "resource-groups", "route53", "s3tables", "sagemaker", "scheduler", "secretsmanager", "servicediscovery", "ses", "sns", "sqs",
    "ssm", "sso", "states", "tagging", "textract", "transfer", "xray", *TARGETS.values(),
})  # fmt: skip


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
    headers = [("x-amzn-RequestId", request.request_id), ("x-condemu-because", error.because.encode("ascii", "replace").decode())]
    media_type = request.headers.get("content-type", "")
    if target or "json" in media_type or request.raw_path != "/":
        document = {"__type": error.row.code, "message": error.message}
        headers += [("Content-Type", media_type if "amz-json" in media_type else "application/json")]
        headers += [("x-amzn-ErrorType", error.row.code)]
        return Response(501, headers, json.dumps(document).encode(), refusal=error)
    text = (
        f"<ErrorResponse><Error><Type>Receiver</Type><Code>{error.row.code}</Code><Message>{error.message}</Message></Error>"
        f"<RequestId>{request.request_id}</RequestId></ErrorResponse>"
    )
    return Response(501, [*headers, ("Content-Type", "text/xml")], text.encode(), refusal=error)
