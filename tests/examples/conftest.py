"""One strict server for all examples: it knows one key, so every signature is verified, presigned ones included."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from example_programs import KEY, SECRET

from condemu.testing.server import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("examples") / "credentials.toml"
    file.write_text(f'[[credential]]\naccess_key = "{KEY}"\nsecret = "{SECRET}"\n')
    with Server(auth="strict", credentials=str(file)) as server:
        yield server.url


@pytest.fixture
def client(endpoint: str) -> Callable[[str], Any]:
    """Makes clients that do not repeat a request on their own."""

    def make(service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=20)
        return boto3.client(
            service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
            config=config,
        )  # fmt: skip

    return make


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


@pytest.fixture
def dynamodb(client: Callable[[str], Any]) -> Any:
    return client("dynamodb")


@pytest.fixture
def sdb(client: Callable[[str], Any]) -> Any:
    made = client("sdb")
    made.create_domain(DomainName="MyDomain")
    return made


@pytest.fixture
def name() -> str:
    """Of a bucket, a table or an item that no other test uses."""
    return f"tests-{next(_numbers)}"


@pytest.fixture
def bucket(s3: Any, name: str) -> str:
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def table(dynamodb: Any, name: str) -> Callable[[str], str]:
    """Makes a table with this partition key."""

    def make(key: str) -> str:
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    return make
