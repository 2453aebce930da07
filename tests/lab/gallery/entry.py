"""What an entry of the gallery is: an implementation with a bug, its corrected twin, and the race in which they differ.

An implementation is a class whose instances are made with a client of their actor, as users write them. `race` says for either of
the two who acts on it, what there is before, what must hold afterwards, and what may go wrong meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

KINDS = (
    "order", "lease", "lost reply", "lost call", "409", "throttled batch", "stale read", "skewed clock", "crash", "TTL deletion",
    "list then put", "wrong key",
)  # fmt: skip


@dataclass(frozen=True)
class Race:
    """The arguments of `explore`, but for how much is explored."""

    actors: tuple[Callable[..., Any], ...]
    setup: Callable[..., Any]
    check: Callable[..., Any]
    faults: tuple[str, ...] = ()
    time_passes: tuple[float, ...] = ()
    skew: Mapping[str, float] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "setup": self.setup, "check": self.check, "faults": self.faults, "time_passes": self.time_passes,
            "skew": dict(self.skew),
        }  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """`takes` is what the bug needs to show itself, in the words of the explorer."""

    kind: str
    wrong: type
    right: type
    race: Callable[[Any], Race]
    takes: str

    @property
    def name(self) -> str:
        return self.race.__module__.rpartition(".")[2]


def code_of(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def bucket(aws: Any, name: str) -> Any:
    """A client of S3, and a bucket of that name."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    return s3


def text(s3: Any, bucket: str, key: str) -> str | None:
    """What an object holds; None if there is none."""
    try:
        return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
    except ClientError as error:
        if code_of(error) != "NoSuchKey":
            raise
        return None


def table(aws: Any, name: str, key: str, sort: str = "", **more: Any) -> Any:
    """A client of DynamoDB, and a table of that name whose keys are strings."""
    dynamodb = aws.client("dynamodb")
    names = [key, sort] if sort else [key]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": each, "KeyType": kind} for each, kind in zip(names, ("HASH", "RANGE"), strict=False)],
        **{"AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in names], **more},
    )
    return dynamodb


def item_of(dynamodb: Any, name: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """An item as it is now; None if there is none."""
    found: dict[str, Any] = dynamodb.get_item(TableName=name, Key=key, ConsistentRead=True)
    return found.get("Item")


def domain(aws: Any, name: str) -> Any:
    """A client of SimpleDB, and a domain of that name."""
    simpledb = aws.client("sdb")
    simpledb.create_domain(DomainName=name)
    return simpledb


def attributes(simpledb: Any, domain: str, item: str, *, consistent: bool = True) -> dict[str, str]:
    """The attributes of a SimpleDB item that has one value for each."""
    found = simpledb.get_attributes(DomainName=domain, ItemName=item, ConsistentRead=consistent)
    return {each["Name"]: each["Value"] for each in found.get("Attributes", [])}


def replaced(**values: str) -> list[dict[str, Any]]:
    """Attributes of a SimpleDB item, each in place of what was there."""
    return [{"Name": name, "Value": value, "Replace": True} for name, value in values.items()]
