"""ImportTable reads its files as streams: no file, however large or however small it is packed, takes more memory than lines.

Source: the Developer Guide, "Import format quotas and validation": an import takes up to 50,000 objects; each error is counted;
of an object that is malformed the rest may be skipped. The bound of a line is condemu's own, above any item's.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from hypothesis import given
from hypothesis import strategies as st

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.http import BytesBody
from condemu.dynamodb.backups import imports
from condemu.dynamodb.backups.import_files import LONGEST, WIDEST, Line, lines_of
from condemu.dynamodb.data.values import MAX_ITEM_SIZE
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.testing.transport import install, run

MIB = 1024 * 1024
SCHEMA = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def emulator() -> Emulator:
    return build(Config(auth="off"), clock=ManualClock(), ids=CountingIds())


@pytest.fixture
def session(emulator: Emulator) -> Any:
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, emulator)
    session.client("s3").create_bucket(Bucket="bucket")
    return session


def imported(session: Any, *, form: str = "DYNAMODB_JSON", packed: bool = False) -> dict[str, Any]:
    """An import of all that is in the bucket, as it has ended."""
    dynamodb = session.client("dynamodb", config=ClientConfig(retries={"total_max_attempts": 1}))
    begun = dynamodb.import_table(
        TableCreationParameters={"TableName": "table", **SCHEMA}, S3BucketSource={"S3Bucket": "bucket"}, InputFormat=form,
        InputCompressionType="GZIP" if packed else "NONE",
    )  # fmt: skip
    found: dict[str, Any] = dynamodb.describe_import(ImportArn=begun["ImportTableDescription"]["ImportArn"])
    return found["ImportTableDescription"]


def told(found: dict[str, Any]) -> tuple[str, int, int]:
    return found["ImportStatus"], found["ImportedItemCount"], found["ErrorCount"]


def keys(session: Any) -> list[str]:
    return sorted(item["pk"]["S"] for item in session.client("dynamodb").scan(TableName="table")["Items"])


def put(session: Any, key: str, content: bytes) -> None:
    session.client("s3").put_object(Bucket="bucket", Key=key, Body=content)


def line(key: str) -> bytes:
    return json.dumps({"Item": {"pk": {"S": key}}}).encode() + b"\n"


@contextmanager
def bounded() -> Iterator[None]:
    """What happens here takes no more memory than a few lines of the longest sort."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 5 * LONGEST
    finally:
        tracemalloc.stop()


ENDLESS = 256 * MIB


@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "CSV"])
def test_a_line_that_unpacks_to_more_than_any_item_is_one_error_and_takes_no_memory(session: Any, form: str) -> None:
    first = line("a") if form == "DYNAMODB_JSON" else b"pk\na\n"
    last = line("b") if form == "DYNAMODB_JSON" else b"b\n"
    bomb = gzip.compress(b"x" * ENDLESS, 1)
    assert len(bomb) < ENDLESS / 200
    put(session, "bomb", gzip.compress(first) + bomb + gzip.compress(b"\n" + last))
    with bounded():
        found = imported(session, form=form, packed=True)
    assert told(found) == ("COMPLETED", 2, 1)
    assert found["ProcessedSizeBytes"] == len(first) + ENDLESS + 1 + len(last)
    assert keys(session) == ["a", "b"]


@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "CSV"])
def test_a_file_that_is_larger_than_memory_may_be_is_read_in_pieces(session: Any, form: str) -> None:
    """Its rows have one key: what the table does not hold is not held."""
    if form == "CSV":
        row = b"a," + b"x" * 400_000 + b"\n"
        content = b"pk,v\n" + row * 100
    else:
        row = json.dumps({"Item": {"pk": {"S": "a"}, "v": {"S": "x" * 400_000}}}).encode() + b"\n"
        content = row * 100
    put(session, "large", content)
    with bounded():
        found = imported(session, form=form)
    assert told(found) == ("COMPLETED", 100, 0)
    assert keys(session) == ["a"]


def test_a_row_of_csv_that_goes_over_many_lines_is_bounded_too(session: Any) -> None:
    """A cell with a line break in each line keeps the row open; no cell is too long, nor is a line."""
    part = b'","' * 200 + b"\n"
    count = 4 * WIDEST // len(part)
    put(session, "open", gzip.compress(b'pk,v\na,1\nb,"' + part * count + b'"\n' + b"c,2\n", 1))
    with bounded():
        found = imported(session, form="CSV", packed=True)
    assert found["ImportStatus"] == "COMPLETED"
    assert found["ErrorCount"] > 0
    assert "a" in keys(session)


def test_the_wordiest_item_is_within_the_bound_of_a_line(session: Any) -> None:
    """A list of empty strings takes most for what it counts: nine bytes for one. A longer list is too large, and so an error."""
    most = MAX_ITEM_SIZE - len("pk") - len("k") - len("v") - 3
    wordy = [b'{"Item":{"pk":{"S":"k"},"v":{"L":[%s]}}}' % b",".join([b'{"S":""}'] * count) for count in (most, most + 1)]
    assert max(map(len, wordy)) < LONGEST
    put(session, "wordy", b"\n".join(wordy))
    assert told(imported(session)) == ("COMPLETED", 1, 1)


def test_what_is_not_packed_as_the_request_says_is_one_error(session: Any) -> None:
    put(session, "a", gzip.compress(line("a")))
    put(session, "b", line("b") * 3)
    put(session, "c", gzip.compress(line("c")))
    assert told(imported(session, packed=True)) == ("COMPLETED", 2, 1)
    assert keys(session) == ["a", "c"]


def test_what_comes_before_a_file_breaks_off_is_imported(session: Any) -> None:
    whole = gzip.compress(line("a") + line("b"))
    put(session, "a", whole + gzip.compress(line("x") * 1000)[:-20])
    put(session, "b", gzip.compress(line("c")))
    found = imported(session, packed=True)
    assert (found["ImportStatus"], found["ErrorCount"]) == ("COMPLETED", 1)
    assert {"a", "b", "c"} <= set(keys(session))


def test_a_header_that_is_no_row_leaves_no_item(session: Any) -> None:
    """The row behind it is not taken for the header."""
    put(session, "table.csv", b"x" * (MAX_ITEM_SIZE + 1) + b"\npk\nb\n")
    assert told(imported(session, form="CSV")) == ("COMPLETED", 0, 3)
    assert keys(session) == []


def test_more_objects_than_an_import_takes_leave_no_table(session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "MOST_OBJECTS", 3)
    for name in "abc":
        put(session, name, line(name))
    assert told(imported(session)) == ("COMPLETED", 3, 0)
    session.client("dynamodb").delete_table(TableName="table")
    put(session, "d", line("d"))
    assert imported(session)["ImportStatus"] == "FAILED"
    assert session.client("dynamodb").list_tables()["TableNames"] == []


def sent(emulator: Emulator, method: str, path: str, body: bytes, **headers: str) -> Any:
    """A request without a client, whose answer may be waited for."""
    head = {"host": "localhost", "content-length": str(len(body)), **headers}
    return emulator.answer(emulator.received(method, path, "", head, BytesBody(body)))


def test_more_objects_than_a_page_lists_are_read_in_order(session: Any, emulator: Emulator) -> None:
    for number in range(1001):
        item = json.dumps({"Item": {"pk": {"S": "k"}, "n": {"N": str(number)}}}).encode()
        assert run(sent(emulator, "PUT", f"/bucket/{number:04d}%20%C3%BC", item)).status == 200
    assert told(imported(session)) == ("COMPLETED", 1001, 0)
    assert session.client("dynamodb").scan(TableName="table")["Items"] == [{"pk": {"S": "k"}, "n": {"N": "1000"}}]


def test_others_go_first_while_a_large_file_is_read(session: Any, emulator: Emulator) -> None:
    put(session, "large", gzip.compress(b"x" * 16 * MIB, 1))

    async def asked(operation: str, **members: Any) -> Any:
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0"}
        answer = await sent(emulator, "POST", "/", json.dumps(members).encode(), **headers)
        return json.loads(answer.body)

    async def story() -> None:
        running = asyncio.create_task(asked(
            "ImportTable", TableCreationParameters={"TableName": "table", **SCHEMA}, S3BucketSource={"S3Bucket": "bucket"},
            InputFormat="CSV", InputCompressionType="GZIP",
        ))  # fmt: skip
        await asyncio.sleep(0)
        status = (await asked("DescribeTable", TableName="table"))["Table"]["TableStatus"]
        assert (running.done(), status) == (False, "CREATING")
        assert (await running)["ImportTableDescription"]["ImportStatus"] == "IN_PROGRESS"
        assert (await asked("DescribeTable", TableName="table"))["Table"]["TableStatus"] == "ACTIVE"

    asyncio.run(story())


def cut(text: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:stop] for start, stop in pairwise(bounds)]


TEXTS = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bc", b"defgh"])).map(b"".join)
PLACES = st.lists(st.integers(0, 999))


@given(TEXTS, PLACES)
def test_lines_are_the_same_however_a_file_comes(text: bytes, places: list[int]) -> None:
    assert list(lines_of(cut(text, places), 10**6)) == text.splitlines(keepends=True)


@given(TEXTS, PLACES)
def test_a_line_that_is_too_long_is_one_error_however_a_file_comes(text: bytes, places: list[int]) -> None:
    """Whether its end counts depends on the pieces, which the bound of a real file allows for."""
    found = [one for one in lines_of(cut(text, places), 4) if one is not Line.NOTHING]
    whole = text.splitlines(keepends=True)
    assert len(found) == len(whole)
    for one, line in zip(found, whole, strict=True):
        assert one == line if len(line) <= 4 else one is Line.ERROR
