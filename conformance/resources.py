"""What a run may create, and how it takes it away again.

Every name begins with PREFIX, the minute of the run and six letters, so that a sweeper can find what a killed run has left. Each
kind has a bound; reaching it ends the run rather than the budget.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

PREFIX: Final = "condemu-conf-"
BOUNDS: Final = {"bucket": 400, "table": 80, "domain": 10}


@dataclass
class Resources:
    """Creates and removes; `client` gives the client of a service. A patient one waits for the end of what keeps versions."""

    client: Callable[[str], Any]
    region: str = "us-east-1"
    patient: bool = False
    run: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%d%H%M}-{uuid4().hex[:6]}")
    created: Counter[str] = field(default_factory=Counter)
    _undo: list[Callable[[], None]] = field(default_factory=list)

    def name(self, kind: str) -> str:
        """A name that nobody has, within the bound of its kind."""
        self.created[kind] += 1
        if self.created[kind] > BOUNDS[kind]:
            raise RuntimeError(f"a run may create {BOUNDS[kind]} {kind}s at most")
        return f"{PREFIX}{self.run}-{self.created[kind]}"

    def bucket(self, **options: Any) -> str:
        """A new bucket, versioned if asked to by Versioning=True."""
        s3, name = self.client("s3"), self.name("bucket")
        versioning = options.pop("Versioning", None)
        if self.region != "us-east-1":
            options.setdefault("CreateBucketConfiguration", {"LocationConstraint": self.region})
        s3.create_bucket(Bucket=name, **options)
        self._undo.append(lambda: remove_bucket(s3, name, patient=self.patient))
        if versioning:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def table(self, **description: Any) -> str:
        """A new table, active; with the hash key `pk` of type S unless described otherwise."""
        dynamodb, name = self.client("dynamodb"), self.name("table")
        description.setdefault("AttributeDefinitions", [{"AttributeName": "pk", "AttributeType": "S"}])
        description.setdefault("KeySchema", [{"AttributeName": "pk", "KeyType": "HASH"}])
        description.setdefault("BillingMode", "PAY_PER_REQUEST")
        dynamodb.create_table(TableName=name, **description)
        self._undo.append(lambda: remove_table(dynamodb, name))
        wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
        return name

    def domain(self) -> str:
        """A new SimpleDB domain."""
        sdb, name = self.client("simpledb"), self.name("domain")
        sdb.create_domain(DomainName=name)
        self._undo.append(lambda: sdb.delete_domain(DomainName=name))
        return name

    def remove_all(self) -> None:
        """Take away all that was created, newest first; what resists does not keep the rest."""
        while self._undo:
            with suppress(ClientError, BotoCoreError, TimeoutError):
                self._undo.pop()()


def wait(holds: Callable[[], bool], *, attempts: int = 240, pause: float = 0.5) -> None:
    """Ask until it holds: what AWS does in the background. A target that holds at once costs one question."""
    for _ in range(attempts):
        if holds():
            return
        time.sleep(pause)
    raise TimeoutError(f"the target did not get there in {attempts * pause:.0f} seconds")


def remove_bucket(s3: Any, name: str, *, patient: bool = False) -> None:
    """Empty a bucket, policies, versions, locks and uploads included, and delete it."""
    with suppress(ClientError):
        s3.delete_bucket_policy(Bucket=name)
    for page in listed(s3.list_object_versions, Bucket=name):
        for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            version = {"Bucket": name, "Key": entry["Key"], "VersionId": entry["VersionId"]}
            if not removed(s3, version) and patient:
                wait(partial(removed, s3, version), attempts=40)  # a case's COMPLIANCE lasts fifteen seconds
    with suppress(ClientError):
        for entry in s3.list_objects_v2(Bucket=name).get("Contents", ()):
            s3.delete_object(Bucket=name, Key=entry["Key"])
    with suppress(ClientError):
        for upload in s3.list_multipart_uploads(Bucket=name).get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    s3.delete_bucket(Bucket=name)


def removed(s3: Any, version: dict[str, str]) -> bool:
    """Whether one version is deleted now. If it resists, what protects it is lifted, as far as that can be."""
    try:
        s3.delete_object(**version)
    except ClientError:
        with suppress(ClientError):
            s3.put_object_legal_hold(**version, LegalHold={"Status": "OFF"})
        try:
            s3.delete_object(**version, BypassGovernanceRetention=True)
        except ClientError:
            return False
    return True


def remove_table(dynamodb: Any, name: str) -> None:
    with suppress(ClientError):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=name)


def listed(call: Callable[..., Any], *, pages: int = 100, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The pages of ListObjectVersions, a bounded number of them; none where the target has no such call."""
    try:
        for _ in range(pages):
            page = call(**parameters)
            yield page
            if not page.get("IsTruncated"):
                return
            parameters |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}
    except ClientError:
        return


def sweep(client: Callable[[str], Any], *, older_than_minutes: int = 60) -> list[str]:
    """Remove what earlier runs have left: everything with our prefix whose minute is long past. The names that went."""
    limit = datetime.now(UTC).timestamp() - older_than_minutes * 60
    removals: list[tuple[str, Callable[[], Any]]] = []
    with suppress(ClientError, BotoCoreError):
        s3 = client("s3")
        removals += [
            (bucket["Name"], lambda n=bucket["Name"]: remove_bucket(s3, n)) for bucket in s3.list_buckets().get("Buckets", ())
        ]
    with suppress(ClientError, BotoCoreError):
        dynamodb = client("dynamodb")
        removals += [(name, lambda n=name: remove_table(dynamodb, n)) for name in dynamodb.list_tables().get("TableNames", ())]
    with suppress(ClientError, BotoCoreError):
        sdb = client("simpledb")
        removals += [(name, lambda n=name: sdb.delete_domain(DomainName=n)) for name in sdb.list_domains().get("DomainNames", ())]
    gone = []
    for name, remove in removals:
        if is_left_over(name, limit):
            with suppress(ClientError, BotoCoreError):
                remove()
                gone.append(name)
    return gone


def is_left_over(name: str, limit: float) -> bool:
    if not name.startswith(PREFIX):
        return False
    minute = name[len(PREFIX) :].partition("-")[0]
    try:
        began = datetime.strptime(minute, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return False
    return began.timestamp() < limit
