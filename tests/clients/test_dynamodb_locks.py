"""Libraries that lock and remember by conditional writes: python-dynamodb-lock, Powertools' idempotency, PyIceberg's catalog."""

from __future__ import annotations

import itertools
import time
from datetime import timedelta

import boto3
import pytest
from client_settings import ACCESS_KEY, REGION, SECRET_KEY

_numbers = itertools.count(1)


@pytest.fixture
def session():
    return boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)


@pytest.fixture
def environment(endpoint, monkeypatch):
    """For libraries that make their own clients."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


# --- python-dynamodb-lock ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lock_clients(endpoint, session):
    locks = pytest.importorskip("python_dynamodb_lock.python_dynamodb_lock", reason="python-dynamodb-lock is not installed")
    resource = session.resource("dynamodb", endpoint_url=endpoint)
    name = f"locks-{next(_numbers)}"
    locks.DynamoDBLockClient.create_dynamodb_table(
        dynamodb_client=resource.meta.client, table_name=name, read_capacity=1, write_capacity=1
    )
    made = [
        locks.DynamoDBLockClient(
            resource, table_name=name, owner_name=owner, heartbeat_period=timedelta(milliseconds=200),
            safe_period=timedelta(seconds=1), lease_duration=timedelta(seconds=1.5), expiry_period=timedelta(hours=1),
        )
        for owner in ("one", "two")
    ]  # fmt: skip
    yield locks, made
    for client in made:
        client.close(release_locks=True)


def test_a_lock_is_held_by_one_beats_and_is_taken_over_when_released(lock_clients):
    locks, (one, two) = lock_clients
    held = one.acquire_lock("key", retry_timeout=timedelta(milliseconds=1))
    with pytest.raises(locks.DynamoDBLockError) as refused:
        two.acquire_lock("key", retry_period=timedelta(milliseconds=50), retry_timeout=timedelta(milliseconds=150))
    assert refused.value.code == locks.DynamoDBLockError.ACQUIRE_TIMEOUT
    number = held.record_version_number
    deadline = time.monotonic() + 1800
    while held.record_version_number == number and time.monotonic() < deadline:
        time.sleep(0.02)
    assert held.record_version_number != number, "no heartbeat was accepted"
    held.release(best_effort=False)
    taken = two.acquire_lock("key", retry_timeout=timedelta(milliseconds=1))
    assert taken.owner_name == "two"


def test_a_lock_whose_owner_died_is_taken_over_after_its_lease(lock_clients):
    _, (one, two) = lock_clients
    held = one.acquire_lock("key", retry_timeout=timedelta(milliseconds=1))
    with held.thread_lock:  # nothing beats any more
        taken = two.acquire_lock("key", retry_period=timedelta(milliseconds=100), retry_timeout=timedelta(seconds=8))
    assert taken.owner_name == "two"


# --- Powertools -------------------------------------------------------------------------------------------------------------


def test_an_idempotent_function_runs_once_for_one_payload(endpoint, session, environment):
    pytest.importorskip("aws_lambda_powertools", reason="Powertools is not installed")
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
    from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

    name = f"idempotency-{next(_numbers)}"
    client = session.client("dynamodb", endpoint_url=endpoint)
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    layer = DynamoDBPersistenceLayer(table_name=name, boto3_client=client)
    ran = []

    @idempotent_function(data_keyword_argument="order", persistence_store=layer, config=IdempotencyConfig())
    def pay(order):
        ran.append(order)
        if order["amount"] == 7:
            with pytest.raises(IdempotencyAlreadyInProgressError):
                pay(order=order)
        return {"paid": order["amount"]}

    for amount in (1, 1, 2, 1, 7, 7):
        assert pay(order={"amount": amount}) == {"paid": amount}
    assert [order["amount"] for order in ran] == [1, 2, 7]
    assert {item["status"]["S"] for item in client.scan(TableName=name)["Items"]} == {"COMPLETED"}


# --- PyIceberg --------------------------------------------------------------------------------------------------------------


def test_a_catalog_creates_renames_and_drops_tables_by_conditions(endpoint, environment):
    pytest.importorskip("pyiceberg", reason="PyIceberg is not installed")
    pytest.importorskip("pyarrow", reason="PyIceberg without PyArrow cannot write")
    import pyarrow
    from pyiceberg.catalog.dynamodb import DynamoDbCatalog
    from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError, TableAlreadyExistsError

    s3 = boto3.client("s3", endpoint_url=endpoint)
    bucket = f"iceberg-{next(_numbers)}"
    s3.create_bucket(Bucket=bucket)
    properties = {
        "table-name": f"iceberg-{next(_numbers)}", "warehouse": f"s3://{bucket}", "dynamodb.endpoint": endpoint,
        "s3.endpoint": endpoint, "s3.access-key-id": ACCESS_KEY, "s3.secret-access-key": SECRET_KEY, "s3.region": REGION,
    }  # fmt: skip
    catalog = DynamoDbCatalog("test", **properties)
    catalog.create_namespace("space")
    with pytest.raises(NamespaceAlreadyExistsError):
        catalog.create_namespace("space")
    rows = pyarrow.table({"n": pyarrow.array([1, 2, 3])})
    table = catalog.create_table("space.t", schema=rows.schema)
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table("space.t", schema=rows.schema)
    assert catalog.load_table("space.t").schema() == table.schema()
    assert catalog.list_tables("space") == [("space", "t")]
    renamed = catalog.rename_table("space.t", "space.u")
    assert renamed.metadata_location == table.metadata_location
    catalog.drop_table("space.u")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("space.u")
