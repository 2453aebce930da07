"""Clients that people use, each with the conditional write that people do with it, as they come: no setting but who and where.

A client runs against a `Place`: this process, where boto3 and aiobotocore are answered without a socket, or a server, for clients
that are written in Rust. It does one thing, and is told something; what is stored is looked at by somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ANN: Final = "md/actor#ann"  # in the User-Agent: who it is
ABSENT: Final = "nothing"
AT_ONCE: Final = {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=4), "base": 2}


@dataclass(frozen=True)
class Place:
    """Where clients find their services. `url` is None in this process."""

    url: str | None

    def client(self, service: str, mode: str = "legacy") -> Any:
        return boto3.client(service, config=Config(user_agent_extra=ANN, retries={"mode": mode}), **self.options)

    @property
    def options(self) -> dict[str, Any]:
        if self.url is None:
            return {"region_name": "us-east-1"}
        return {
            "region_name": "us-east-1", "endpoint_url": self.url, "aws_access_key_id": "ann", "aws_secret_access_key": "secret"
        }  # fmt: skip


@dataclass(frozen=True)
class Client:
    """`begin` makes what is there before, and what `act` is given; `act` does the one thing; `stored` says what is there."""

    operation: str  # which of its requests a fault strikes
    begin: Callable[[Place], Any]
    act: Callable[[Any], Any]
    stored: Callable[[Place], str]
    target: str = "locks/leader"  # what it writes
    socket: bool = False


def told(client: Client, given: Any) -> str:
    """What it returns or raises, in a word or two."""
    try:
        return str(client.act(given))
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    except Exception as error:
        code = getattr(error, "cause_response_code", None) or getattr(error, "code", None)
        return f"{type(error).__name__}{f' {code}' if code else ''}"


# --- S3 ---------------------------------------------------------------------------------------------------------------------


def bucket(place: Place) -> Any:
    s3 = place.client("s3")
    s3.create_bucket(Bucket="locks")
    return s3


def held(place: Place) -> str:
    try:
        return str(place.client("s3").get_object(Bucket="locks", Key="leader")["Body"].read().decode())
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return ABSENT


def create_by_boto3(mode: str) -> Client:
    def begin(place: Place) -> Any:
        bucket(place)
        return place.client("s3", mode)

    def act(s3: Any) -> str:
        s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")
        return "created"

    return Client("PutObject", begin, act, held)


def create_by_aiobotocore(place: Place) -> str:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    async def create() -> None:
        async with get_session().create_client("s3", config=AioConfig(user_agent_extra=ANN), **place.options) as s3:
            await s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")

    asyncio.run(create())
    return "created"


def s3fs_files(place: Place) -> Any:
    import s3fs

    bucket(place)
    return s3fs.S3FileSystem(config_kwargs={"user_agent_extra": ANN}, skip_instance_cache=True, use_listings_cache=False)


def create_by_s3fs(files: Any) -> str:
    files.pipe_file("locks/leader", b"ann", mode="create")
    return "created"


def begun(place: Place) -> Place:
    bucket(place)
    return place


def obstore_store(place: Place) -> Any:
    from obstore.store import S3Store

    bucket(place)
    return S3Store(
        "locks", endpoint=place.url, access_key_id="ann", secret_access_key="secret", region="us-east-1",
        virtual_hosted_style_request=False, client_options={"allow_http": True, "user_agent": f"obstore {ANN}"},
        retry_config={"backoff": AT_ONCE},
    )  # fmt: skip


def create_by_obstore(store: Any) -> str:
    import obstore

    obstore.put(store, "leader", b"ann", mode="create")
    return "created"


def create_or_read_by_obstore(store: Any) -> str:
    """As a lock does it: who does not get it looks who has it."""
    import obstore

    try:
        return create_by_obstore(store)
    except obstore.exceptions.AlreadyExistsError:
        return f"held by {bytes(obstore.get(store, 'leader').bytes()).decode()}"


def obstore_version(place: Place) -> Any:
    import obstore

    store = obstore_store(place)
    return store, obstore.put(store, "leader", b"before")["e_tag"]


def update_by_obstore(given: Any) -> str:
    import obstore

    store, etag = given
    obstore.put(store, "leader", b"ann", mode={"e_tag": etag})
    return "updated"


# --- a table's log, as deltalake writes it ----------------------------------------------------------------------------------


VERSION_2: Final = "locks/table/_delta_log/00000000000000000002.json"


def delta_options(place: Place) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": str(place.url), "AWS_ACCESS_KEY_ID": "ann", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true", "user_agent": f"deltalake {ANN}",
        "backoff_config.init_backoff": "1ms", "backoff_config.max_backoff": "4ms", "backoff_config.base": "2",
    }  # fmt: skip


def rows(*values: int) -> Any:
    import pyarrow

    return pyarrow.table({"x": pyarrow.array(values, pyarrow.int64())})


def delta_table(place: Place) -> Any:
    """A table that ann has open, of which somebody else has written the next version since."""
    import deltalake

    bucket(place)
    options = delta_options(place)
    deltalake.write_deltalake("s3://locks/table", rows(1), storage_options=options)
    table = deltalake.DeltaTable("s3://locks/table", storage_options=options)
    deltalake.write_deltalake("s3://locks/table", rows(2), mode="append", storage_options=options)
    return table


def delta_open(place: Place) -> Any:
    import deltalake

    delta_table(place)
    return deltalake.DeltaTable("s3://locks/table", storage_options=delta_options(place))


def append_by_deltalake(table: Any) -> str:
    import deltalake

    deltalake.write_deltalake(table, rows(3), mode="append")
    return "committed"


def delete_by_deltalake(table: Any) -> str:
    table.delete("x = 1")
    return "committed"


def delta_rows(place: Place) -> str:
    import deltalake

    table = deltalake.DeltaTable("s3://locks/table", storage_options=delta_options(place))
    return f"version {table.version()}, rows {' '.join(map(str, sorted(table.to_pyarrow_table()['x'].to_pylist())))}"


# --- DynamoDB ---------------------------------------------------------------------------------------------------------------


def table(place: Place, mode: str = "legacy") -> Any:
    dynamodb = place.client("dynamodb", mode)
    dynamodb.create_table(
        TableName="locks", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    return dynamodb


def item(place: Place) -> str:
    found = place.client("dynamodb").get_item(TableName="locks", Key={"id": {"S": "leader"}}, ConsistentRead=True)
    return str(found["Item"]["owner"]["S"]) if "Item" in found else ABSENT


def put_by_boto3(mode: str) -> Client:
    def act(dynamodb: Any) -> str:
        dynamodb.put_item(
            TableName="locks", Item={"id": {"S": "leader"}, "owner": {"S": "ann"}},
            ConditionExpression="attribute_not_exists(id)",
        )  # fmt: skip
        return "created"

    return Client("PutItem", lambda place: table(place, mode), act, item)


def lock_client(place: Place) -> Any:
    from python_dynamodb_lock.python_dynamodb_lock import DynamoDBLockClient

    resource = boto3.resource("dynamodb", config=Config(user_agent_extra=ANN), **place.options)
    DynamoDBLockClient.create_dynamodb_table(
        dynamodb_client=resource.meta.client, table_name="locks", read_capacity=1, write_capacity=1
    )
    # Its heartbeats come from a thread of its own, in which it sleeps: none comes while a test is running.
    return DynamoDBLockClient(
        resource, table_name="locks", owner_name="ann", heartbeat_period=timedelta(hours=1), safe_period=timedelta(hours=2),
        lease_duration=timedelta(hours=3), expiry_period=timedelta(hours=4),
    )  # fmt: skip


def acquire_a_lock(client: Any) -> str:
    from python_dynamodb_lock.python_dynamodb_lock import DynamoDBLockError

    try:
        return f"acquired by {client.acquire_lock('leader', retry_timeout=timedelta(milliseconds=1)).owner_name}"
    except DynamoDBLockError as error:
        return f"DynamoDBLockError {error.code}"


def lock_held(place: Place) -> tuple[Any, Any]:
    client = lock_client(place)
    return client, client.acquire_lock("leader", retry_timeout=timedelta(milliseconds=1))


def release_a_lock(given: Any) -> str:
    given[1].release(best_effort=False)
    return "released"


def lock_item(place: Place) -> str:
    key = {"lock_key": {"S": "leader"}, "sort_key": {"S": "-"}}
    found = place.client("dynamodb").get_item(TableName="locks", Key=key, ConsistentRead=True)
    return str(found["Item"]["owner_name"]["S"]) if "Item" in found else ABSENT


def model(place: Place) -> Any:
    from pynamodb.attributes import UnicodeAttribute, VersionAttribute
    from pynamodb.models import Model

    class Lock(Model):
        class Meta:
            table_name = "locks"
            region = "us-east-1"
            billing_mode = "PAY_PER_REQUEST"
            extra_headers = {"x-condemu-actor": "ann"}  # noqa: RUF012

        id = UnicodeAttribute(hash_key=True)
        owner = UnicodeAttribute()
        version = VersionAttribute()

    Lock.create_table(wait=True)
    return Lock


def save_by_pynamodb(lock: Any) -> str:
    lock("leader", owner="ann").save()
    return "saved"


def pynamodb_version(place: Place) -> Any:
    lock = model(place)
    lock("leader", owner="before").save()
    return lock.get("leader", consistent_read=True)


def save_a_version(held: Any) -> str:
    held.owner = "ann"
    held.save()
    return f"saved version {held.version}"


CLIENTS: Final = {
    "boto3 S3, legacy": create_by_boto3("legacy"),
    "boto3 S3, standard": create_by_boto3("standard"),
    "boto3 S3, adaptive": create_by_boto3("adaptive"),
    "aiobotocore": Client("PutObject", begun, create_by_aiobotocore, held),
    "s3fs": Client("PutObject", s3fs_files, create_by_s3fs, held),
    "obstore, create": Client("PutObject", obstore_store, create_by_obstore, held, socket=True),
    "obstore, create, else read": Client("PutObject", obstore_store, create_or_read_by_obstore, held, socket=True),
    "obstore, update": Client("PutObject", obstore_version, update_by_obstore, held, socket=True),
    "deltalake, delete": Client("PutObject", delta_open, delete_by_deltalake, delta_rows, target=VERSION_2, socket=True),
    "deltalake, append": Client("PutObject", delta_table, append_by_deltalake, delta_rows, target=VERSION_2, socket=True),
    "boto3 DynamoDB, legacy": put_by_boto3("legacy"),
    "boto3 DynamoDB, standard": put_by_boto3("standard"),
    "boto3 DynamoDB, adaptive": put_by_boto3("adaptive"),
    "python-dynamodb-lock, acquire": Client("PutItem", lock_client, acquire_a_lock, lock_item, "locks/leader/-"),
    "python-dynamodb-lock, release": Client("DeleteItem", lock_held, release_a_lock, lock_item, "locks/leader/-"),
    "PynamoDB, a new item": Client("PutItem", model, save_by_pynamodb, item),
    "PynamoDB, a version": Client("PutItem", pynamodb_version, save_a_version, item),
}
