"""One account of two is forgotten, kept, brought back: the other's state stays as it was, byte for byte, and the state is whole
after each step, whatever either of them did to whichever service."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import partial
from typing import Any

import invariants
import pytest
from accounts import World
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from condemu.core.codec import MemoryBodies
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.spaces import NameTaken, Snapshot, accounts, documents, forget, fork, load, read_snapshot, restore, snapshot
from condemu.core.store import MemoryStore
from condemu.dynamodb.state.records import EXPIRING, ITEMS
from condemu.s3.state.records import NAMES
from condemu.server.state import SPACES

FIRST, SECOND = "111111111111", "222222222222"
ACCOUNTS = st.sampled_from([FIRST, SECOND])
KEYS = st.sampled_from(["a", "b"])
LARGE = b"x" * 6000  # a body that the spool counts
ATTRIBUTES = ["pk", "team", "at"]
BY_TEAM = {
    "IndexName": "by_team",
    "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
BY_TIME = {
    "IndexName": "by_time",
    "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v"]},
}
TABLE = {
    "TableName": "items",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "N" if name == "at" else "S"} for name in ATTRIBUTES],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [BY_TEAM, BY_TIME],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
ITEMS_OF = st.fixed_dictionaries(
    {"pk": KEYS.map(lambda key: {"S": key})},
    optional={
        "team": st.sampled_from([{"S": "x"}, {"S": "y"}]),
        "at": st.sampled_from([{"N": "1767225700"}, {"N": "1767999999"}, {"N": "1E125"}, {"N": "-1"}, {"N": "0.5"}]),
        "v": st.sampled_from([{"N": "1.50"}, {"B": "AAE="}, {"SS": ["b", "a"]}, {"M": {"l": {"L": [{"NULL": True}]}}}]),
    },
)


class Accounts(RuleBasedStateMachine):
    @initialize(names=st.sampled_from(["global", "per-account"]))
    def begin(self, names: str) -> None:
        self.world = World(bucket_names=names)
        self.names = names
        self.kept: dict[str, tuple[Snapshot, list[str]]] = {}
        for account in (FIRST, SECOND):
            self.world.dynamodb(account, "CreateTable", **TABLE)
            ttl = {"Enabled": True, "AttributeName": "at"}
            self.world.dynamodb(account, "UpdateTimeToLive", TableName="items", TimeToLiveSpecification=ttl)
            self.world.simpledb(account, "CreateDomain", DomainName="domain")

    def bucket(self, account: str) -> str:
        return "the-bucket" if self.names == "per-account" else f"bucket-{account}"

    @rule(account=ACCOUNTS, how=st.sampled_from(["PUT", "DELETE", "Enabled", "Suspended"]))
    def buckets(self, account: str, how: str) -> None:
        path = "/" + self.bucket(account)
        if how in ("PUT", "DELETE"):
            self.world.s3(account, how, path)
        else:
            body = f"<VersioningConfiguration><Status>{how}</Status></VersioningConfiguration>".encode()
            self.world.s3(account, "PUT", path, body, "versioning")

    @rule(account=ACCOUNTS, key=KEYS, body=st.sampled_from([b"", b"1", LARGE]), fresh=st.booleans())
    def put_object(self, account: str, key: str, body: bytes, fresh: bool) -> None:
        headers = {"if_none_match": "*"} if fresh else {}
        self.world.s3(account, "PUT", f"/{self.bucket(account)}/{key}", body, **headers)

    @rule(account=ACCOUNTS, key=KEYS, order=st.none() | st.integers(0, 3))
    def delete_object(self, account: str, key: str, order: int | None) -> None:
        query = ""
        if order is not None:
            listing = self.world.s3(account, "GET", f"/{self.bucket(account)}", query="versions").body
            ids = re.findall(rb"<Key>(.)</Key><VersionId>(.*?)<", listing if isinstance(listing, bytes) else b"")
            if order < len(ids):
                key, query = ids[order][0].decode(), f"versionId={ids[order][1].decode()}"
        self.world.s3(account, "DELETE", f"/{self.bucket(account)}/{key}", query=query)

    @rule(account=ACCOUNTS, key=KEYS, ending=st.sampled_from(["complete", "abort", "stay", "delete first"]))
    def upload(self, account: str, key: str, ending: str) -> None:
        path = f"/{self.bucket(account)}/{key}"
        begun = self.world.s3(account, "POST", path, query="uploads")
        if begun.status != 200:
            return
        upload = re.findall(rb"<UploadId>(.*)</UploadId>", begun.body)[0].decode()  # type: ignore[arg-type]
        part = self.world.s3(account, "PUT", path, LARGE, f"partNumber=1&uploadId={upload}")
        etag = dict(part.headers)["ETag"]
        if ending == "delete first":
            self.world.s3(account, "DELETE", path)
        if ending in ("complete", "delete first"):
            listed = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
            document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
            self.world.s3(account, "POST", path, document, f"uploadId={upload}", if_none_match="*")
        elif ending == "abort":
            self.world.s3(account, "DELETE", path, query=f"uploadId={upload}")

    @rule(account=ACCOUNTS, item=ITEMS_OF)
    def put_item(self, account: str, item: Any) -> None:
        self.world.dynamodb(account, "PutItem", TableName="items", Item=item)

    @rule(account=ACCOUNTS, first=ITEMS_OF, key=KEYS, token=KEYS)
    def write_in_a_transaction(self, account: str, first: Any, key: str, token: str) -> None:
        actions = [
            {"Put": {"TableName": "items", "Item": first}}, {"Delete": {"TableName": "items", "Key": {"pk": {"S": key}}}},
        ]  # fmt: skip
        self.world.dynamodb(account, "TransactWriteItems", TransactItems=actions, ClientRequestToken=token)

    @rule(account=ACCOUNTS, how=st.sampled_from(["delete", "create", "drop index", "add index", "no stream", "stream"]))
    def tables(self, account: str, how: str) -> None:
        changes: dict[str, Any] = {
            "drop index": {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_team"}}]},
            "add index": {
                "AttributeDefinitions": TABLE["AttributeDefinitions"], "GlobalSecondaryIndexUpdates": [{"Create": BY_TEAM}],
            },
            "no stream": {"StreamSpecification": {"StreamEnabled": False}},
            "stream": {"StreamSpecification": TABLE["StreamSpecification"]},
        }  # fmt: skip
        if how == "delete":
            self.world.dynamodb(account, "DeleteTable", TableName="items")
        elif how == "create":
            self.world.dynamodb(account, "CreateTable", **TABLE)
        else:
            self.world.dynamodb(account, "UpdateTable", TableName="items", **changes[how])

    @rule(account=ACCOUNTS, how=st.sampled_from(["recovery", "no recovery", "backup", "delete", "restore", "restore the past"]))
    def backups(self, account: str, how: str) -> None:
        ask = partial(self.world.dynamodb, account)
        made = ask("ListBackups")[1]["BackupSummaries"]
        if how in ("recovery", "no recovery"):
            wanted = {"PointInTimeRecoveryEnabled": how == "recovery"}
            ask("UpdateContinuousBackups", TableName="items", PointInTimeRecoverySpecification=wanted)
        elif how == "backup":
            ask("CreateBackup", TableName="items", BackupName="backup")
        elif how == "restore the past":
            ask("RestoreTableToPointInTime", SourceTableName="items", TargetTableName="past", UseLatestRestorableTime=True)
        elif made and how == "delete":
            ask("DeleteBackup", BackupArn=made[0]["BackupArn"])
        elif made:
            ask("RestoreTableFromBackup", BackupArn=made[-1]["BackupArn"], TargetTableName="restored")

    @rule(account=ACCOUNTS, item=KEYS, value=st.sampled_from(["1", "2"]), replaces=st.booleans())
    def put_attributes(self, account: str, item: str, value: str, replaces: bool) -> None:
        sent = {"Attribute__1__Name": "v", "Attribute__1__Value": value, "Attribute__1__Replace": str(replaces).lower()}
        self.world.simpledb(account, "PutAttributes", DomainName="domain", ItemName=item, **sent)

    @rule(account=ACCOUNTS, how=st.sampled_from(["DeleteDomain", "CreateDomain", "a", "b"]))
    def domains(self, account: str, how: str) -> None:
        if how in ("a", "b"):
            self.world.simpledb(account, "DeleteAttributes", DomainName="domain", ItemName=how)
        else:
            self.world.simpledb(account, how, DomainName="domain")

    @rule(seconds=st.sampled_from([1, 200, 4000, 100_000]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    # --- what must leave the other account alone

    def alone(self, account: str, change: Any) -> None:
        other = FIRST if account == SECOND else SECOND
        before = self.world.written_down(other)
        change()
        assert self.world.written_down(other) == before

    @rule(account=ACCOUNTS)
    def reset(self, account: str) -> None:
        self.alone(account, lambda: self.world.emulator.reset_now(account))
        assert self.world.written_down(account) == []
        assert all(key[0] != account for _, key, _ in self.world.everything())

    @rule(account=ACCOUNTS)
    def keep(self, account: str) -> None:
        kept = self.world.store.view(lambda txn: snapshot(txn, SPACES, account))
        self.kept[account] = kept, self.world.written_down(account)

    @rule(account=ACCOUNTS, written=st.booleans())
    def bring_back(self, account: str, written: bool) -> None:
        """As it was kept in memory, or after it was written down and read again."""
        if account not in self.kept:
            return
        kept, as_it_was = self.kept[account]
        if written:
            bodies = MemoryBodies()
            kept = read_snapshot(account, kept.index, documents(kept, SPACES, bodies), SPACES, bodies)
        self.alone(account, lambda: self.world.store.transact(lambda txn: restore(txn, SPACES, kept)))
        assert self.world.written_down(account) == as_it_was

    @rule(account=ACCOUNTS)
    def continue_what_the_other_kept(self, account: str) -> None:
        other = FIRST if account == SECOND else SECOND
        if other not in self.kept:
            return
        kept, _ = self.kept[other]
        names = [key for name, key, _ in kept.entries if name == NAMES]
        shared = self.world.store.view(lambda txn: any(txn.get(NAMES, key) is not None for key in names))
        before = self.world.everything()
        try:
            self.alone(account, lambda: self.world.store.transact(lambda txn: fork(txn, SPACES, kept, account)))
        except NameTaken:
            assert shared
            assert self.world.everything() == before
        else:
            written = "".join(self.world.written_down(account))
            assert other not in written.replace(f"bucket-{other}", "")
            assert written.count('"space"') == len(kept.entries)

    @invariant()
    def the_state_is_whole(self) -> None:
        if hasattr(self, "world"):
            invariants.check(self.world.store)
            if not self.kept:
                assert invariants.orphaned_bytes(self.world.store, self.world.emulator.blobs) == 0

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.emulator.close()


Accounts.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAccounts = Accounts.TestCase


# --- one by one -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> Any:
    made = World()
    yield made
    made.emulator.close()


def test_the_rules_of_the_machine_reach_every_space_but_exports_and_sessions(world: World) -> None:
    """So that what holds of all spaces is no empty saying."""
    machine: Any = Accounts()
    machine.begin(names="global")
    try:
        machine.buckets(account=FIRST, how="PUT")
        machine.put_object(account=FIRST, key="a", body=LARGE, fresh=True)
        machine.delete_object(account=FIRST, key="a", order=None)
        machine.upload(account=FIRST, key="b", ending="stay")
        machine.buckets(account=FIRST, how="Enabled")
        machine.put_object(account=FIRST, key="b", body=b"1", fresh=True)
        machine.put_object(account=FIRST, key="b", body=b"", fresh=False)
        item = {"pk": {"S": "a"}, "team": {"S": "x"}, "at": {"N": "1767999999"}}
        machine.backups(account=FIRST, how="recovery")
        machine.write_in_a_transaction(account=FIRST, first=item, key="b", token="a")
        machine.backups(account=FIRST, how="backup")
        machine.put_attributes(account=FIRST, item="a", value="1", replaces=False)
        machine.the_state_is_whole()
        held = set(machine.world.store.view(lambda txn: txn.tables()))
        left = {space.name for space in SPACES} - held
        assert left == {
            "dynamodb.export", "dynamodb.import", "simpledb.exports", "simpledb.export_tokens", "sts.session",
        }  # fmt: skip
    finally:
        machine.teardown()


def put_table(world: World, account: str) -> None:
    world.dynamodb(account, "CreateTable", **TABLE)
    ttl = {"Enabled": True, "AttributeName": "at"}
    world.dynamodb(account, "UpdateTimeToLive", TableName="items", TimeToLiveSpecification=ttl)


def streams(world: World, account: str) -> list[Any]:
    status, answer = world.dynamodb(account, "ListStreams", api="DynamoDBStreams_20120810")
    assert status == 200, answer
    return answer["Streams"]  # type: ignore[no-any-return]


def test_after_a_reset_an_account_has_no_streams_and_the_other_has_its_own(world: World) -> None:
    put_table(world, FIRST)
    put_table(world, SECOND)
    world.emulator.reset_now(FIRST)
    assert streams(world, FIRST) == []
    assert [stream["TableName"] for stream in streams(world, SECOND)] == ["items"]


def test_what_expires_is_deleted_when_its_own_account_calls(world: World) -> None:
    item = {"pk": {"S": "a"}, "at": {"N": "1767225700"}}
    for account in (FIRST, SECOND):
        put_table(world, account)
        world.dynamodb(account, "PutItem", TableName="items", Item=item)
    world.clock.advance(1000)
    world.dynamodb(FIRST, "ListTables")
    assert [key[0] for table, key, _ in world.everything() if table == ITEMS] == [SECOND]


def test_what_expires_is_deleted_when_another_account_names_its_table_by_arn(world: World) -> None:
    put_table(world, FIRST)
    world.dynamodb(FIRST, "PutItem", TableName="items", Item={"pk": {"S": "a"}, "at": {"N": "1767225700"}})
    world.clock.advance(1000)
    arn = f"arn:aws:dynamodb:us-east-1:{FIRST}:table/items"
    world.dynamodb(SECOND, "GetItem", TableName=arn, Key={"pk": {"S": "a"}})
    assert not [key for table, key, _ in world.everything() if table == ITEMS]


@pytest.mark.parametrize("number", ["1E125", "-1E125", "9007199254740994", "-1", "1E-130"])
def test_a_time_that_no_clock_reaches_never_expires(world: World, number: str) -> None:
    put_table(world, FIRST)
    status, answer = world.dynamodb(FIRST, "PutItem", TableName="items", Item={"pk": {"S": "a"}, "at": {"N": number}})
    assert status == 200, answer
    world.clock.advance(10**9)
    assert world.dynamodb(FIRST, "GetItem", TableName="items", Key={"pk": {"S": "a"}})[1]["Item"]["pk"] == {"S": "a"}
    assert all(key[1] < 1 << 54 for table, key, _ in world.everything() if table == EXPIRING)


def test_a_bucket_created_again_holds_nothing_of_the_former_one(world: World) -> None:
    for _ in range(2):
        assert world.s3(FIRST, "PUT", "/again").status == 200
        assert world.s3(FIRST, "PUT", "/again/k", b"1", if_none_match="*").status == 200
        assert world.s3(FIRST, "POST", "/again/k", query="uploads").status == 200
        world.s3(FIRST, "DELETE", "/again/k")
        assert world.s3(FIRST, "DELETE", "/again").status == 204
    assert world.everything() == []


def test_a_snapshot_comes_back_only_when_its_names_are_free(world: World) -> None:
    world.s3(FIRST, "PUT", "/wanted")
    kept = world.store.view(lambda txn: snapshot(txn, SPACES, FIRST))
    world.s3(FIRST, "DELETE", "/wanted")
    world.s3(SECOND, "PUT", "/wanted")
    before = world.everything()
    with pytest.raises(NameTaken, match="wanted belongs to 222222222222"):
        world.store.transact(lambda txn: restore(txn, SPACES, kept))
    assert world.everything() == before


def test_a_snapshot_of_the_future_is_refused(world: World) -> None:
    """Its records would say that they were written after requests that have yet to come."""
    world.s3(FIRST, "PUT", "/wanted")
    kept = world.store.view(lambda txn: snapshot(txn, SPACES, FIRST))
    with pytest.raises(ValueError, match="made at commit 1, and this store is at 0"):
        MemoryStore(ManualClock(), CountingIds()).transact(lambda txn: restore(txn, SPACES, kept))


def test_who_holds_something_is_known_without_walking_over_what_they_hold(world: World) -> None:
    for account in (FIRST, SECOND):
        world.s3(account, "PUT", f"/bucket-{account}")
        for number in range(50):
            world.s3(account, "PUT", f"/bucket-{account}/{number}", b"1")

    def decide(txn: Any) -> tuple[list[str], int]:
        counted = Counting(txn)
        return accounts(counted, SPACES), counted.read

    assert world.store.view(decide)[0] == [FIRST, SECOND]
    assert world.store.view(decide)[1] == 4  # a bucket and an object of each


class Counting:
    """A transaction that counts the entries that are read."""

    def __init__(self, txn: Any) -> None:
        self.txn, self.read = txn, 0

    def scan(self, *bounds: Any) -> Any:
        for entry in self.txn.scan(*bounds):
            self.read += 1
            yield entry


def test_what_was_kept_in_an_older_store_is_of_the_past_where_it_is_loaded(world: World) -> None:
    """Version ids and sequence numbers are what they were; nothing that was loaded is a conflict, and what comes is newer."""
    older = World()
    put_table(older, SECOND)
    for _ in range(20):
        older.dynamodb(SECOND, "PutItem", TableName="items", Item={"pk": {"S": "a"}})
    older.s3(SECOND, "PUT", "/wanted")
    etag = dict(older.s3(SECOND, "PUT", "/wanted/k", b"1").headers)["ETag"]
    kept = older.store.view(lambda txn: snapshot(txn, SPACES, SECOND))
    world.s3(FIRST, "PUT", "/other")
    world.store.transact(lambda txn: load(txn, SPACES, [kept]))
    assert world.store.index > older.store.index
    assert world.written_down(SECOND) == older.written_down(SECOND)
    assert world.s3(SECOND, "PUT", "/wanted/k", b"2", if_match=etag).status == 200
    world.store.transact(lambda txn: load(txn, SPACES, [kept], alone=True))
    assert world.written_down(FIRST) == []
    older.emulator.close()


def test_the_buckets_of_others_are_not_walked_for_a_list(world: World) -> None:
    for number in range(300):
        world.s3(SECOND, "PUT", f"/bucket-{number}")
    world.s3(FIRST, "PUT", "/mine")
    assert re.findall(rb"<Name>(.*?)</Name>", world.s3(FIRST, "GET", "/").body) == [b"mine"]  # type: ignore[arg-type]
    walked = world.store.view(lambda txn: list(txn.scan("s3.bucket", (FIRST,), (FIRST + "\0",))))
    assert len(walked) == 1


def test_forgetting_an_account_that_holds_nothing_is_no_commit(world: World) -> None:
    before = world.store.index
    world.store.transact(lambda txn: forget(txn, SPACES, FIRST))
    assert world.store.index == before


def test_another_account_goes_on_with_what_was_kept() -> None:
    world = World(bucket_names="per-account")
    world.s3(FIRST, "PUT", "/data")
    world.s3(FIRST, "PUT", "/data/k", b"1")
    put_table(world, FIRST)
    world.dynamodb(FIRST, "PutItem", TableName="items", Item={"pk": {"S": "a"}})
    kept = world.store.view(lambda txn: snapshot(txn, SPACES, FIRST))
    world.store.transact(lambda txn: fork(txn, SPACES, kept, SECOND))
    assert world.s3(SECOND, "GET", "/data/k").body == b"1"
    etag = dict(world.s3(SECOND, "HEAD", "/data/k").headers)["ETag"]
    assert world.s3(SECOND, "PUT", "/data/k", b"2", if_match=etag).status == 200
    assert world.s3(FIRST, "GET", "/data/k").body == b"1"
    assert world.dynamodb(SECOND, "GetItem", TableName="items", Key={"pk": {"S": "a"}})[1] == {"Item": {"pk": {"S": "a"}}}
    (theirs,) = streams(world, SECOND)
    assert f":{SECOND}:" in theirs["StreamArn"]
    described = world.dynamodb(SECOND, "DescribeTable", TableName="items")[1]["Table"]
    assert described["LatestStreamArn"] == theirs["StreamArn"]
    world.emulator.close()


# --- names ------------------------------------------------------------------------------------------------------------------


def test_with_names_per_account_two_accounts_have_a_bucket_of_one_name() -> None:
    world = World(bucket_names="per-account")
    for account, body in ((FIRST, b"1"), (SECOND, b"2")):
        assert world.s3(account, "PUT", "/data").status == 200
        assert world.s3(account, "PUT", "/data/k", body, if_none_match="*").status == 200
    assert [world.s3(account, "GET", "/data/k").body for account in (FIRST, SECOND)] == [b"1", b"2"]
    assert world.s3(SECOND, "DELETE", "/data/k").status == 204
    assert world.s3(SECOND, "DELETE", "/data").status == 204
    assert world.s3(SECOND, "GET", "/data/k").status == 404
    assert world.s3(FIRST, "HEAD", "/data/k").status == 200
    world.emulator.close()


def test_with_names_per_account_a_copy_reads_from_the_callers_own_bucket() -> None:
    world = World(bucket_names="per-account")
    world.s3(FIRST, "PUT", "/data")
    world.s3(FIRST, "PUT", "/data/k", b"1")
    world.s3(SECOND, "PUT", "/other")
    assert world.s3(SECOND, "PUT", "/other/k", x_amz_copy_source="data/k").status == 404
    assert world.s3(FIRST, "PUT", "/data/c", x_amz_copy_source="data/k").status == 200
    world.emulator.close()


def test_with_names_per_account_a_form_means_a_bucket_of_whoever_signed_it() -> None:
    world = World(bucket_names="per-account")
    world.s3(FIRST, "PUT", "/data")
    conditions = [["starts-with", f"${name}", ""] for name in ("key", "x-amz-algorithm", "x-amz-date", "x-amz-credential")]
    policy = json.dumps({"expiration": "2030-01-01T00:00:00Z", "conditions": [{"bucket": "data"}, *conditions]})
    fields = {
        "key": "k", "policy": b64encode(policy.encode()).decode(),
        "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": "20260101T000000Z", "x-amz-signature": "0" * 64,
    }  # fmt: skip
    for account, status in ((FIRST, 204), (SECOND, 404)):
        signed = {**fields, "x-amz-credential": f"{account}/20260101/us-east-1/s3/aws4_request"}
        parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in signed.items()]
        form = "".join(parts) + '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n1\r\n--b--\r\n'
        answer = world.send("POST", "/data", "", {"content-type": "multipart/form-data; boundary=b"}, form.encode())
        assert answer.status == status, answer.body
    world.emulator.close()


def test_with_names_per_account_anonymous_callers_see_the_emulators_own_account() -> None:
    world = World(bucket_names="per-account", buckets=("data",))
    headers = {"origin": "https://example.com", "access-control-request-method": "GET"}
    assert world.send("GET", "/data", "", {}, b"").status == 403  # it is there, and not theirs to list
    assert b"AccessForbidden" in world.send("OPTIONS", "/data/k", "", headers, b"").body  # type: ignore[operator]
    assert world.s3(FIRST, "GET", "/data").status == 404
    world.emulator.close()


def test_names_are_global_unless_the_setting_says_otherwise(world: World) -> None:
    assert world.s3(FIRST, "PUT", "/data").status == 200
    taken = world.s3(SECOND, "PUT", "/data")
    assert taken.status == 409
    assert b"BucketAlreadyExists" in taken.body  # type: ignore[operator]
