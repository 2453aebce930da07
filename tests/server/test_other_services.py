"""Services that are not emulated say so, in the protocol of each of botocore's models, at this address and at their own."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config as Settings
from botocore.exceptions import ClientError

from condemu.server.app import build
from condemu.server.service_names import SIGNING_NAMES
from condemu.testing.transport import install

OURS = {"s3", "s3control", "dynamodb", "dynamodbstreams", "sts", "sdb", "simpledbv2"}
WITHOUT_SCOPE = {"codecatalyst", "importexport"}  # a bearer token, and signature version 2: neither names a service
SESSION = boto3.Session("key", "secret", region_name="us-east-1")
SERVICES = sorted(set(SESSION.get_available_services()) - OURS - WITHOUT_SCOPE)
SOME = ["acm", "athena", "cloudfront", "cloudwatch", "config", "ec2", "firehose", "glue", "iam", "kms", "lambda", "logs",
        "organizations", "route53", "sagemaker", "secretsmanager", "sns", "sqs", "ssm", "backup"]  # fmt: skip


def operation_without_input(client: Any) -> str | None:
    """An operation that can be called with nothing."""
    model = client.meta.service_model
    for name in model.operation_names:
        operation = model.operation_model(name)
        needs = operation.input_shape is not None and operation.input_shape.required_members
        unsigned = operation.auth_type in ("none", "bearer") or operation.has_event_stream_output
        if not needs and not unsigned and name.startswith(("List", "Describe", "Get")):
            return str(xform_name(name))
    return None


def check(service: str, url: str | None) -> None:
    emulator = build()
    client = SESSION.client(service, endpoint_url=url, config=Settings(retries={"total_max_attempts": 1}))
    operation = operation_without_input(client)
    if operation is None:
        return
    install(client, emulator)
    before = emulator.engine.store.index
    with pytest.raises(ClientError, match="condemu does not emulate") as caught:
        getattr(client, operation)()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert emulator.engine.store.index == before
    emulator.close()


@pytest.mark.parametrize("url", ["http://localhost:4566", None], ids=["here", "at its own host"])
@pytest.mark.parametrize("service", SOME)
def test_a_service_that_is_not_emulated_says_so(service: str, url: str | None) -> None:
    check(service, url)


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
def test_every_service_of_botocore_says_so(service: str) -> None:
    for url in ("http://localhost:4566", None):
        check(service, url)


@pytest.mark.long
def test_the_names_are_those_of_botocores_models() -> None:
    session = botocore.session.get_session()
    metadata = [session.get_service_model(service).metadata for service in session.get_available_services()]
    names = {one.get("signingName") or one.get("endpointPrefix") for one in metadata}
    ours = {"s3", "s3express", "dynamodb", "sdb", "sts"}
    assert names - ours <= SIGNING_NAMES
    assert not SIGNING_NAMES & ours
