"""Exports and imports of a process that was killed: another one ends them, once, as failed.

Source: docs/shared.md. That AWS shows such an export as FAILED is inferred from the codes that exports have for it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fleet import Process
from test_shared import made, sent  # noqa: F401

from condemu.core.calls import Outcome
from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Watch
from condemu.core.log import LogUnavailable
from condemu.core.store import MemoryStore
from condemu.dynamodb.backups import exports, imports
from condemu.dynamodb.state.records import Transfer
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.under_way import STILL

JSON_1_0 = "application/x-amz-json-1.0"
KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}  # fmt: skip
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/table"
SDB = {
    "content_type": "application/json",
    "authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sdb/aws4_request, SignedHeaders=host, "
    f"Signature={'0' * 64}",
}


async def dynamodb(emulator: Emulator, operation: str, **members: Any) -> Any:
    target = {"x_amz_target": f"DynamoDB_20120810.{operation}", "content_type": JSON_1_0}
    status, body = await sent(emulator, "POST", "/", json.dumps(members).encode(), **target)
    assert status == 200, body
    return json.loads(body)


async def exports_api(emulator: Emulator, operation: str, **members: Any) -> Any:
    status, body = await sent(emulator, "POST", f"/v2/{operation}", json.dumps(members).encode(), **SDB)
    assert status == 200, body
    return json.loads(body)


async def furnished(emulator: Emulator) -> None:
    """A bucket, a domain, and a table that can be exported."""
    await sent(emulator, "PUT", "/bucket")
    form = b"Action=CreateDomain&Version=2009-04-15&DomainName=domain"
    await sent(emulator, "POST", "/", form, content_type="application/x-www-form-urlencoded")
    await dynamodb(emulator, "CreateTable", TableName="table", **KEYS)
    recovery = {"PointInTimeRecoveryEnabled": True}
    await dynamodb(emulator, "UpdateContinuousBackups", TableName="table", PointInTimeRecoverySpecification=recovery)


async def begun(emulator: Emulator) -> None:
    """One work of each kind, carried out to its end."""
    await furnished(emulator)
    await exports_api(emulator, "StartDomainExport", domainName="domain", s3Bucket="bucket")
    await dynamodb(emulator, "ExportTableToPointInTime", TableArn=TABLE, S3Bucket="bucket")
    await dynamodb(
        emulator, "ImportTable", InputFormat="DYNAMODB_JSON", S3BucketSource={"S3Bucket": "bucket"},
        TableCreationParameters={"TableName": "other", **KEYS},
    )  # fmt: skip


def cut_short(emulator: Emulator) -> None:
    """Leave them as a process does that is killed meanwhile."""

    def decide(txn: Any) -> None:
        for space in ("simpledb.exports", "dynamodb.export", "dynamodb.import"):
            [(key, held)] = list(txn.scan(space))
            begun = {} if space == "simpledb.exports" else {"begun": True, "ended": None}
            txn.put(space, key, replace(held, status="IN_PROGRESS", failure=None, **begun))

    emulator.engine.administer_now(decide)


async def states(emulator: Emulator) -> list[str]:
    domain = (await exports_api(emulator, "ListExports"))["exportSummaries"]
    table = (await dynamodb(emulator, "ListExports"))["ExportSummaries"]
    new = (await dynamodb(emulator, "ListImports"))["ImportSummaryList"]
    assert [len(domain), len(table), len(new)] == [1, 1, 1]
    return [domain[0]["exportStatus"], table[0]["ExportStatus"], new[0]["ImportStatus"]]


UNDER_WAY = ["IN_PROGRESS"] * 3
OVER = ["FAILED"] * 3


def test_what_stands_still_for_a_minute_is_ended_once(postgres, made):  # noqa: F811
    store = postgres.url()
    one, first, second = (made(store) for _ in range(3))

    async def story() -> None:
        await begun(one)
        cut_short(one)
        for _ in range(STILL):
            for other in (first, second):
                assert await states(other) == UNDER_WAY
                await other.watchman.look()
        before = first.engine.store.index
        assert await states(first) == UNDER_WAY
        await asyncio.gather(first.watchman.look(), second.watchman.look())
        for emulator in (one, first, second):
            assert await states(emulator) == OVER
            assert emulator.engine.store.index == before + 3
        tables = (await dynamodb(second, "ListTables"))["TableNames"]
        assert tables == ["table"]

    asyncio.run(story())


def test_what_is_carried_out_is_marked_and_not_ended(postgres, made):  # noqa: F811
    store = postgres.url()
    one, other = made(store), made(store)

    async def story() -> None:
        await begun(one)
        cut_short(one)
        one.engine.at_work |= {(work.space, key) for work, key, _ in one.engine.store.view(one.watchman._under_way)}
        for _ in range(3 * STILL):
            await one.watchman.look()
            assert await states(other) == UNDER_WAY
            await other.watchman.look()
        assert await states(other) == UNDER_WAY

    asyncio.run(story())


class EndsMeanwhile(Watch):
    """At the first file of an export or import, another process takes its own for dead."""

    def __init__(self, other: Emulator) -> None:
        self.other = other
        self.done = 0

    async def ready(self, call: Any, step: Any) -> None:
        if call.cause == "export" and not self.done:
            self.done += 1
            for _ in range(STILL + 1):
                await self.other.engine.catch_up(call)
                await self.other.watchman.look()


def test_who_was_only_slow_leaves_it_at_the_end_that_another_made(postgres, made):  # noqa: F811
    store = postgres.url()
    one, other = made(store), made(store)

    async def story() -> None:
        await furnished(one)
        forget = one.engine.observe(EndsMeanwhile(other))
        await exports_api(one, "StartDomainExport", domainName="domain", s3Bucket="bucket")
        forget()
        forget = one.engine.observe(EndsMeanwhile(other))
        await dynamodb(one, "ExportTableToPointInTime", TableArn=TABLE, S3Bucket="bucket")
        forget()
        forget = one.engine.observe(EndsMeanwhile(other))
        await dynamodb(
            one, "ImportTable", InputFormat="DYNAMODB_JSON", S3BucketSource={"S3Bucket": "bucket"},
            TableCreationParameters={"TableName": "other", **KEYS},
        )  # fmt: skip
        forget()
        for emulator in (one, other):
            assert await states(emulator) == OVER
            assert (await dynamodb(emulator, "ListTables"))["TableNames"] == ["table"]
            assert await keys(emulator) == []
        assert one.engine.at_work == set()

    asyncio.run(story())


async def keys(emulator: Emulator) -> list[str]:
    """What is in the bucket."""
    status, body = await sent(emulator, "GET", "/bucket?list-type=2")
    assert status == 200
    return [part.partition(b"</Key>")[0].decode() for part in body.split(b"<Key>")[1:]]


class EndsBeforeTheLastFile(Watch):
    """When all files but the last have been written, another process takes the export for dead."""

    def __init__(self, other: Emulator) -> None:
        self.other = other
        self.done = False

    async def ready(self, call: Any, step: Any) -> None:
        if call.operation == "PutObject" and call.parameters["Key"].endswith(LAST) and not self.done:
            self.done = True
            for _ in range(STILL + 1):
                await self.other.engine.catch_up(call)
                await self.other.watchman.look()


LAST = ("manifest-summary.json", "manifest-summary.checksum")


def test_an_export_that_another_has_ended_is_not_completed_behind_that(postgres, made):  # noqa: F811
    """Whoever finds manifest-summary.json may take the export for complete."""
    store = postgres.url()
    one, other = made(store), made(store)

    async def story() -> None:
        await furnished(one)
        one.engine.observe(EndsBeforeTheLastFile(other))
        await dynamodb(one, "ExportTableToPointInTime", TableArn=TABLE, S3Bucket="bucket")
        one.engine.observe(EndsBeforeTheLastFile(other))
        await exports_api(one, "StartDomainExport", domainName="domain", s3Bucket="bucket")
        for emulator in (one, other):
            assert (await dynamodb(emulator, "ListExports"))["ExportSummaries"][0]["ExportStatus"] == "FAILED"
            assert (await exports_api(emulator, "ListExports"))["exportSummaries"][0]["exportStatus"] == "FAILED"
            written = await keys(emulator)
            assert len([key for key in written if key.endswith("_started")]) == 2
            assert [key for key in written if key.endswith(LAST)] == []

    asyncio.run(story())


@pytest.mark.parametrize("kind", [exports.KIND, imports.KIND], ids=["export", "import"])
def test_who_was_stopped_before_the_first_step_does_not_begin_what_another_has_ended(kind: Any) -> None:
    arn = f"{TABLE}/{kind.name}/1"
    ended = Transfer(arn, {}, TABLE, "id", "FAILED", 0.0, ended=60.0, failure=("UNKNOWN", "It was cut off"))
    store = MemoryStore(ManualClock(), CountingIds())
    store.transact(lambda txn: txn.put(kind.space, ("000000000000", arn), ended))
    assert store.transact(partial(kind.taken, ("000000000000", arn))).result is None
    assert store.view(lambda txn: txn.get(kind.space, ("000000000000", arn))) == ended


def test_an_import_whose_table_is_gone_ends_too(postgres, made):  # noqa: F811
    one = made(postgres.url())

    async def story() -> None:
        await begun(one)
        cut_short(one)
        await dynamodb(one, "DeleteTable", TableName="other")
        for _ in range(STILL + 1):
            await one.watchman.look()
        assert await states(one) == OVER

    asyncio.run(story())


class Unwritten(Watch):
    """The log fails when the first file has been written."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def decided(self, call: Any, outcome: Outcome) -> None:
        if call.cause == "export" and call.operation == "PutObject":
            log = self.emulator._kept.committer.log  # type: ignore[union-attr]

            def fails(*_: Any) -> Any:
                raise LogUnavailable("the database is away")

            log.append = log.read = fails  # type: ignore[method-assign]


def test_an_export_whose_log_fails_meanwhile_is_answered_and_ended_by_another(postgres, made, capfd):  # noqa: F811
    store = postgres.url()
    one, other = made(store), made(store)

    async def story() -> None:
        await furnished(one)
        one.engine.observe(Unwritten(one))
        answer = await dynamodb(one, "ExportTableToPointInTime", TableArn=TABLE, S3Bucket="bucket")
        assert answer["ExportDescription"]["ExportStatus"] == "IN_PROGRESS"
        for _ in range(STILL + 1):
            assert (await dynamodb(other, "ListExports"))["ExportSummaries"][0]["ExportStatus"] == "IN_PROGRESS"
            await other.watchman.look()
        assert (await dynamodb(other, "ListExports"))["ExportSummaries"][0]["ExportStatus"] == "FAILED"

    asyncio.run(story())
    assert "Traceback" not in capfd.readouterr().err


def test_nobody_looks_for_dead_work_where_there_is_one_process(tmp_path):
    """So one that was stopped and goes on finds its work as it was, however long that took (docs/storage.md)."""
    emulator = build(Config(data=str(tmp_path / "data"), auth="off"))

    async def story() -> None:
        emulator.begin()
        assert "watchman" not in emulator.__dict__

    try:
        asyncio.run(story())
    finally:
        emulator.close()


@pytest.fixture
def process(postgres: Any) -> Iterator[Callable[[str], Process]]:
    running: list[Process] = []

    def start(store: str) -> Process:
        running.append(Process(store))
        running[0].start()
        assert running[0].serves.wait(120)
        return running[0]

    yield start
    for one in running:
        one.kill()


def asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return json.loads(connection.getresponse().read() or b"{}")


def test_the_export_of_a_process_that_was_killed_is_ended_by_another(postgres, made, process):  # noqa: F811
    store = postgres.url()
    other = made(store)
    asyncio.run(furnished(other))
    one = process(store)
    hold = asked(one.port, "POST", "/_condemu/holds", json.dumps({"operation": "PutObject"}).encode())["hold"]
    export = json.dumps({"TableArn": TABLE, "S3Bucket": "bucket"}).encode()
    target = {"x_amz_target": "DynamoDB_20120810.ExportTableToPointInTime", "content_type": JSON_1_0}

    def export_it() -> None:
        with pytest.raises((OSError, http.client.HTTPException)):
            asked(one.port, "POST", "/", export, **target)

    client = threading.Thread(target=export_it)
    client.start()
    assert asked(one.port, "GET", f"/_condemu/holds/{hold}?wait=60")["waiting"]
    one.kill()
    client.join()

    async def story() -> None:
        for _ in range(STILL + 1):
            exports = (await dynamodb(other, "ListExports"))["ExportSummaries"]
            assert [export["ExportStatus"] for export in exports] == ["IN_PROGRESS"]
            await other.watchman.look()
        exports = (await dynamodb(other, "ListExports"))["ExportSummaries"]
        assert [export["ExportStatus"] for export in exports] == ["FAILED"]

    asyncio.run(story())
