"""The recorder tells resources of one name apart, follows what nobody asked for, and is right about threads."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from recorded_calls import Race, race

from condemu.core.calls import Call
from condemu.core.store import Commit, MemoryTxn, Txn
from condemu.lab import findings
from condemu.lab.checker import check
from condemu.lab.history import ABSENT
from condemu.lab.linearizability import witnessed
from condemu.lab.registers import operations_of
from condemu.testing import mock_aws
from condemu.testing.recorder import recording

TABLE = {
    "TableName": "locks", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip
KEY = {"TableName": "locks", "Key": {"id": {"S": "leader"}}}
REGIONS = ("us-east-1", "eu-west-1")


def test_two_regions_have_tables_and_domains_of_one_name():
    with mock_aws() as condemu, recording(condemu) as recorder:
        for region in REGIONS:
            dynamodb, simpledb = (boto3.client(name, region_name=region) for name in ("dynamodb", "sdb"))
            dynamodb.create_table(**TABLE)
            dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}, "in": {"S": region}})
            simpledb.create_domain(DomainName="locks")
            attribute = {"Name": "in", "Value": region}
            simpledb.put_attributes(DomainName="locks", ItemName="leader", Attributes=[attribute])
        for region in REGIONS:
            boto3.client("dynamodb", region_name=region).get_item(**KEY, ConsistentRead=True)
            boto3.client("sdb", region_name=region).get_attributes(DomainName="locks", ItemName="leader", ConsistentRead=True)
        entries = recorder.entries()
    assert check(entries).ok
    read = [effect for entry in entries for effect in entry.effects if not effect.written]
    assert [(effect.home.partition("/")[2], effect.found_by is not None) for effect in read] == [
        (region, True) for region in REGIONS for _ in range(2)
    ]  # fmt: skip


def test_a_bucket_of_one_account_is_the_same_for_another():
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*",'
        ' "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]}]}'
    )
    with mock_aws() as condemu, recording(condemu) as recorder:
        owner, guest = condemu.client("s3"), condemu.client("s3", account="111122223333")
        owner.create_bucket(Bucket="shared")
        owner.put_bucket_policy(Bucket="shared", Policy=policy)
        for body in (b"1", b"2"):
            owner.put_object(Bucket="shared", Key="key", Body=body)
            guest.get_object(Bucket="shared", Key="key")
        entries = recorder.entries()
    assert check(entries).ok
    assert {effect.home for entry in entries for effect in entry.effects} == {condemu.account}


def test_what_goes_with_its_table_or_with_a_reset_is_followed():
    with mock_aws() as condemu, recording(condemu) as recorder:
        dynamodb = boto3.client("dynamodb")
        for forget in (lambda: dynamodb.delete_table(TableName="locks"), condemu.reset):
            dynamodb.create_table(**TABLE)
            dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}})
            forget()
        dynamodb.create_table(**TABLE)
        dynamodb.get_item(**KEY, ConsistentRead=True)
        entries = recorder.entries()
    assert check(entries).ok
    gone = [(entry.cause, entry.operation) for entry in entries for effect in entry.effects if effect.left == ABSENT]
    assert gone == [("client", "DeleteTable"), ("administration", "Reset")]


def test_an_item_that_expires_is_deleted_by_nobody_and_accuses_nobody():
    with race() as one:
        dynamodb = one.client("dynamodb", "ann")
        dynamodb.create_table(**TABLE)
        specification = {"Enabled": True, "AttributeName": "until"}
        dynamodb.update_time_to_live(TableName="locks", TimeToLiveSpecification=specification)
        until = str(int(one.clock.now()) + 60)
        dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}, "until": {"N": until}})
        one.clock.advance(7 * 86_400)
        dynamodb.get_item(**KEY, ConsistentRead=True)
        entries = one.entries()
    [swept] = [entry for entry in entries if entry.cause == "sweep"]
    assert (swept.actor, swept.effects[0].resource, swept.effects[0].left) == ("sweep", "dynamodb:locks/leader", ABSENT)
    [read] = [entry for entry in entries if entry.operation == "GetItem"]
    assert (read.effects[0].found, read.effects[0].found_actor) == (ABSENT, "sweep")
    assert check(entries).ok


class Behind:
    """Answers reads that may be answered from the past as if the last commit had not been."""

    def __init__(self, race: Race) -> None:
        self.store: Any = race.emulator.engine.store
        self.store.on_commit = self.note
        self.last: Commit | None = None

    def note(self, commit: Commit) -> None:
        self.last = commit

    def view(self, call: Call, decide: Callable[[Txn], Any]) -> Any:
        txn = MemoryTxn(self.store._tables, self.store.clock.now(), self.store.index, self.store.ids)
        assert self.last is not None
        for change in self.last.changes:
            txn._writes.setdefault(change.table, {})[change.key] = change.old
        return decide(txn)


@pytest.mark.parametrize("consistent", [True, False])
def test_a_read_from_the_past_is_seen_as_one_and_is_no_fault_of_the_store(consistent):
    with race() as one:
        dynamodb = one.client("dynamodb", "ann")
        dynamodb.create_table(**TABLE)
        one.emulator.engine.stale_reads = Behind(one)
        for number in "12":
            dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}, "n": {"N": number}})
        found = dynamodb.get_item(**KEY, ConsistentRead=consistent)["Item"]["n"]["N"]
        entries = one.entries()
    [read] = entries[-1].effects
    report = check(entries)
    assert found == ("2" if consistent else "1")
    assert read.because == ("" if consistent else "commit 3 had replaced it")
    assert [finding.kind for finding in report.findings] == ([] if consistent else [findings.WENT_BACK])
    assert consistent or "it did not ask for a consistent read" in report.findings[0].sentence
    assert consistent or "◌" in str(report)


# --- threads ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns a hundred times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 500)
    yield
    sys.setswitchinterval(before)


def contend(one: Race, actor: str, rounds: int) -> None:
    """Read a key of each service, and write it under a condition on what was read."""
    chance = random.Random(actor)
    s3, dynamodb, simpledb = (one.client(name, actor) for name in ("s3", "dynamodb", "sdb"))

    def with_etags(body: bytes) -> None:
        try:
            etag = s3.get_object(Bucket="locks", Key="leader")["ETag"]
        except ClientError:
            s3.put_object(Bucket="locks", Key="leader", Body=body, IfNoneMatch="*")
        else:
            if chance.random() < 0.3:
                s3.delete_object(Bucket="locks", Key="leader", IfMatch=etag)
            else:
                s3.put_object(Bucket="locks", Key="leader", Body=body, IfMatch=etag)

    def with_versions(body: bytes) -> None:
        item = dynamodb.get_item(**KEY, ConsistentRead=True).get("Item", {"n": {"N": "0"}})
        following = {"id": {"S": "leader"}, "n": {"N": str(int(item["n"]["N"]) + 1)}, "by": {"B": body}}
        dynamodb.put_item(TableName="locks", Item=following, ConditionExpression="attribute_not_exists(id) OR n = :n",
                          ExpressionAttributeValues={":n": item["n"]})  # fmt: skip

    def with_expectations(body: bytes) -> None:
        item = {"DomainName": "locks", "ItemName": "leader"}
        found = simpledb.get_attributes(**item, ConsistentRead=True).get("Attributes")
        expected = {"Name": "by", "Value": found[0]["Value"]} if found else {"Name": "by", "Exists": False}
        simpledb.put_attributes(**item, Attributes=[{"Name": "by", "Value": body.decode(), "Replace": True}], Expected=expected)

    for number in range(rounds):
        with contextlib.suppress(ClientError):
            chance.choice([with_etags, with_versions, with_expectations])(f"{actor} {number}".encode())


def test_a_race_of_threads_accuses_nobody(hasty):
    with race() as one:
        first = one.client("s3", "first")
        first.create_bucket(Bucket="locks")
        one.client("dynamodb", "first").create_table(**TABLE)
        one.client("sdb", "first").create_domain(DomainName="locks")
        threads = [threading.Thread(target=contend, args=(one, f"actor{number}", 40)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = one.entries()
    assert str(check(entries)) == f"{len(entries)} attempts on 3 keys: nothing found."
    assert all(witnessed(operations) for operations in operations_of(entries).values())
    assert len(entries) > 300
