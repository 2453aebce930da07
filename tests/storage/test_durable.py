"""A data directory over many starts: what is kept, and that its log does not grow without bounds."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condemu.core.store import Commit
from condemu.storage import file_log, snapshots
from condemu.storage.durable import Durable
from tests.state.accounts import World
from tests.storage.crashes import Trial
from tests.storage.test_damage import ACCOUNT, body_of

OTHER = "111122223333"
VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def durable_of(world: World) -> Durable:
    kept = world.emulator._kept
    assert kept is not None
    return kept


def sizes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.glob("*.cdm"))


def test_everything_is_as_it_was_after_a_restart(tmp_path):
    world = World(data=str(tmp_path))
    for account in (ACCOUNT, OTHER):
        world.s3(account, "PUT", f"/bucket-{account}")
        world.s3(account, "PUT", f"/bucket-{account}", VERSIONED, "versioning")
        for size in (0, 10, 5_000, 70_000, 300_000):
            for _ in range(2):
                answer = world.s3(account, "PUT", f"/bucket-{account}/é {size}", bytes([size % 251]) * size, x_amz_meta_a="b")
                assert answer.status == 200
        world.s3(account, "DELETE", f"/bucket-{account}/é 10")
        world.dynamodb(
            account, "CreateTable", TableName="table", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "B"}], BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )  # fmt: skip
        for n in ("1", "1E-130", "-9.9E+125"):
            status, _ = world.dynamodb(account, "PutItem", TableName="table", Item={"pk": {"B": "AAEC"}, "n": {"N": n}})
            assert status == 200
        world.simpledb(account, "CreateDomain", DomainName="domain")
        attribute = {"Attribute__1__Name": "a", "Attribute__1__Value": "ü"}
        world.simpledb(account, "PutAttributes", DomainName="domain", ItemName="i", **attribute)
    before = {account: world.written_down(account) for account in (ACCOUNT, OTHER)}
    index = world.store.index
    world.emulator.close()
    again = World(data=str(tmp_path))
    assert {account: again.written_down(account) for account in (ACCOUNT, OTHER)} == before
    assert again.store.index == index
    again.emulator.close()


def test_a_snapshot_replaces_the_log_before_it(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    for number in range(300):
        world.s3(ACCOUNT, "PUT", f"/bucket/{number % 10}", bytes(3000))
    before, size = world.written_down(ACCOUNT), sizes(tmp_path)
    asyncio.run(durable_of(world).write_snapshot())
    assert sizes(tmp_path) < size / 10
    assert len(file_log.segments(str(tmp_path))) == len(snapshots.snapshots(str(tmp_path))) == 1
    world.s3(ACCOUNT, "PUT", "/bucket/after", b"after")
    asyncio.run(durable_of(world).write_snapshot())
    assert len(snapshots.snapshots(str(tmp_path))) == 1
    world.s3(ACCOUNT, "DELETE", "/bucket/after")
    before = world.written_down(ACCOUNT)
    world.emulator.close()
    again = World(data=str(tmp_path))
    assert again.written_down(ACCOUNT) == before
    again.emulator.close()


@given(
    before=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=30),
    meanwhile=st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=4), max_size=8),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_a_snapshot_that_is_written_while_things_change_reads_as_they_became(tmp_path_factory, before, meanwhile):
    """Entries are a key each, 0 deletes it; with one entry to a frame, changes fall between any two of them."""
    path = tmp_path_factory.mktemp("fuzzy")
    world = World(data=str(path))
    world.s3(ACCOUNT, "PUT", "/bucket")

    def act(key: int, what: int) -> None:
        if what == 0:
            world.s3(ACCOUNT, "DELETE", f"/bucket/{key}")
        else:
            world.s3(ACCOUNT, "PUT", f"/bucket/{key}", b"x" * what)

    for key, what in before:
        act(key, what)
    kept = durable_of(world)
    world_index = world.store.index
    patched, snapshots.ENTRIES = snapshots.ENTRIES, 1
    try:
        kept._log.roll()
        writer = snapshots.SnapshotWriter(str(path), world.store, kept._batches, world.store.index)
        rounds = iter(meanwhile)
        while writer.step():
            for key, what in next(rounds, ()):
                act(key, what)
        writer.finish(kept.blobs.sync)
        kept._forget_before(writer.index)
    finally:
        snapshots.ENTRIES = patched
    shown = world.written_down(ACCOUNT)
    world.emulator.close()
    assert [index for index, _ in snapshots.snapshots(str(path))] == [world_index]
    again = World(data=str(path))
    assert again.written_down(ACCOUNT) == shown
    again.emulator.close()


@pytest.mark.parametrize("seed", range(20, 22))
def test_snapshots_in_the_middle_of_the_work_lose_nothing_when_it_is_killed(tmp_path, seed):
    trial = Trial(tmp_path / "data", seed, "--snapshot-after", "100000")
    for _ in range(3):
        trial.life(300)
    trial.last_look()
    assert snapshots.snapshots(str(tmp_path / "data"))


def test_a_snapshot_that_was_not_finished_is_forgotten(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    kept = durable_of(world)
    writer = snapshots.SnapshotWriter(str(tmp_path), world.store, kept._batches, world.store.index)
    writer.step()
    before = world.written_down(ACCOUNT)
    world.emulator.close()
    again = World(data=str(tmp_path))
    assert not list(tmp_path.glob("*.part"))
    assert again.written_down(ACCOUNT) == before
    again.emulator.close()


def test_the_log_can_be_read_by_a_person(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    world.s3(ACCOUNT, "PUT", "/bucket/key", b"hello")
    world.emulator.close()
    lines = [json.loads(frame.content) for frame in file_log.LogReader(str(tmp_path), 0)]
    assert [line["commit"] for line in lines] == [1, 2]
    assert "s3.object" in [change[0] for change in lines[1]["changes"]]


def test_a_reset_is_kept_too(tmp_path):
    world = World(data=str(tmp_path), buckets=("always",))
    world.s3(ACCOUNT, "PUT", "/bucket")
    world.s3(ACCOUNT, "PUT", "/bucket/large", bytes(100_000))
    world.emulator.reset_now()
    assert world.s3(ACCOUNT, "GET", "/bucket/large").status == 404
    world.emulator.close()
    assert not list((tmp_path / "bodies").iterdir())
    again = World(data=str(tmp_path), buckets=("always",))
    assert again.s3(ACCOUNT, "HEAD", "/bucket").status == 404
    assert again.s3(ACCOUNT, "HEAD", "/always").status == 200
    again.emulator.close()


def test_an_upload_goes_on_after_a_restart(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    begun = body_of(world.s3(ACCOUNT, "POST", "/bucket/key", query="uploads")).decode()
    name = begun.partition("<UploadId>")[2].partition("<")[0]
    first = world.s3(ACCOUNT, "PUT", "/bucket/key", bytes(6_000_000), f"partNumber=1&uploadId={name}")
    world.emulator.close()
    again = World(data=str(tmp_path))
    second = again.s3(ACCOUNT, "PUT", "/bucket/key", b"end", f"partNumber=2&uploadId={name}")
    tags = [dict(answer.headers)["ETag"] for answer in (first, second)]
    parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>" for n, tag in enumerate(tags, 1))
    document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    assert again.s3(ACCOUNT, "POST", "/bucket/key", document, f"uploadId={name}").status == 200
    assert body_of(again.s3(ACCOUNT, "GET", "/bucket/key")) == bytes(6_000_000) + b"end"
    again.emulator.close()


def test_observers_and_the_lab_hear_of_commits_with_what_they_replaced(tmp_path):
    world = World(data=str(tmp_path))
    heard: list[Commit] = []
    world.store.on_commit = heard.append
    world.s3(ACCOUNT, "PUT", "/bucket")
    world.s3(ACCOUNT, "PUT", "/bucket/key", b"one")
    world.s3(ACCOUNT, "PUT", "/bucket/key", b"two")
    changes = [change for change in heard[-1].changes if change.table == "s3.object"]
    assert [(change.old.size, change.new.size) for change in changes] == [(3, 3)]
    assert [commit.index for commit in heard] == [1, 2, 3]
    world.emulator.close()


def cut_short(world: World, space: str, **fields: object) -> None:
    """What a process leaves that is killed while it writes an export's files, or reads an import's."""
    [(key, transfer)] = world.store.view(lambda txn: list(txn.scan(space)))
    world.emulator.engine.administer_now(lambda txn: txn.put(space, key, replace(transfer, **fields)))


def test_exports_and_imports_that_were_interrupted_are_failed_at_the_start(tmp_path):
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    world.simpledb(ACCOUNT, "CreateDomain", DomainName="domain")
    signed = {"authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sdb/aws4_request, "
              f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}", "content-type": "application/json"}  # fmt: skip
    started = world.send("POST", "/v2/StartDomainExport", "", signed, b'{"domainName": "domain", "s3Bucket": "bucket"}')
    arn = json.loads(body_of(started))["exportArn"]
    keys = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}  # fmt: skip
    world.dynamodb(ACCOUNT, "CreateTable", TableName="table", **keys)
    recovery = {"PointInTimeRecoveryEnabled": True}
    world.dynamodb(ACCOUNT, "UpdateContinuousBackups", TableName="table", PointInTimeRecoverySpecification=recovery)
    table = "arn:aws:dynamodb:us-east-1:000000000000:table/table"
    status, _ = world.dynamodb(ACCOUNT, "ExportTableToPointInTime", TableArn=table, S3Bucket="bucket")
    assert status == 200
    status, imported = world.dynamodb(
        ACCOUNT, "ImportTable", InputFormat="DYNAMODB_JSON", S3BucketSource={"S3Bucket": "bucket"},
        TableCreationParameters={"TableName": "other", **keys},
    )  # fmt: skip
    assert status == 200, imported
    cut_short(world, "simpledb.exports", status="IN_PROGRESS", failure=None)
    cut_short(world, "dynamodb.export", status="IN_PROGRESS", begun=True, ended=None, failure=None)
    cut_short(world, "dynamodb.import", status="IN_PROGRESS", begun=True, ended=None, failure=None)
    world.emulator.close()
    again = World(data=str(tmp_path))
    export = json.loads(body_of(again.send("POST", "/v2/GetExport", "", signed, json.dumps({"exportArn": arn}).encode())))
    assert (export["exportStatus"], export["failureCode"]) == ("FAILED", "ExportTimedOut")
    assert again.simpledb(ACCOUNT, "DeleteDomain", DomainName="domain").status == 200
    exports = again.dynamodb(ACCOUNT, "ListExports", TableArn=table)[1]["ExportSummaries"]
    imports = again.dynamodb(ACCOUNT, "ListImports")[1]["ImportSummaryList"]
    assert [export["ExportStatus"] for export in exports] == [one["ImportStatus"] for one in imports] == ["FAILED"]
    assert again.dynamodb(ACCOUNT, "ListTables")[1]["TableNames"] == ["table"]
    index = again.store.index
    again.emulator.close()
    third = World(data=str(tmp_path))
    assert third.store.index == index
    third.emulator.close()


def test_an_iterator_of_a_stream_goes_on_after_a_restart(tmp_path):
    world = World(data=str(tmp_path))
    _, made = world.dynamodb(
        ACCOUNT, "CreateTable", TableName="table", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )  # fmt: skip
    stream, api = made["TableDescription"]["LatestStreamArn"], "DynamoDBStreams_20120810"
    described = world.dynamodb(ACCOUNT, "DescribeStream", api, StreamArn=stream)[1]["StreamDescription"]
    shard = described["Shards"][0]["ShardId"]
    asked = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = world.dynamodb(ACCOUNT, "GetShardIterator", api, **asked)[1]["ShardIterator"]
    world.dynamodb(ACCOUNT, "PutItem", TableName="table", Item={"pk": {"S": "a"}})
    world.emulator.close()
    again = World(data=str(tmp_path))
    status, records = again.dynamodb(ACCOUNT, "GetRecords", api, ShardIterator=iterator)
    assert (status, len(records.get("Records", ()))) == (200, 1)
    again.emulator.close()


def test_what_a_read_finds_due_goes_by_way_of_the_log(tmp_path):
    """A read of an object whose lifecycle rule is due deletes it first: a commit as any other, in the log and there to stay."""
    world = World(data=str(tmp_path))
    world.s3(ACCOUNT, "PUT", "/bucket")
    rule = b"<Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
    document = b"<LifecycleConfiguration>" + rule + b"</LifecycleConfiguration>"
    assert world.s3(ACCOUNT, "PUT", "/bucket", document, "lifecycle").status == 200
    assert world.s3(ACCOUNT, "PUT", "/bucket/key", b"content").status == 200
    index = world.store.index
    world.clock.advance(3 * 86400)
    answer = world.s3(ACCOUNT, "GET", "/bucket/key")
    assert answer.status == 404
    assert durable_of(world)._log.last == world.store.index > index
    assert world.s3(ACCOUNT, "PUT", "/bucket/other", b"content").status == 200
    held = world.written_down(ACCOUNT)
    world.emulator.close()
    again = World(data=str(tmp_path))
    again.clock.advance(3 * 86400)
    assert again.written_down(ACCOUNT) == held
    again.emulator.close()
