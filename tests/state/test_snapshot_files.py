"""What is saved to a file and loaded elsewhere answers as before, whatever was done to whichever service; what is no whole
snapshot file of this version changes nothing."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
import zipfile
from typing import Any

import invariants
import pytest
import test_accounts
from accounts import World
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from test_accounts import FIRST, SECOND, put_table

from condemu.core.blobs import Blob, MemoryBlobs
from condemu.core.spaces import Snapshot, accounts, load, snapshot
from condemu.s3.state.records import OBJECTS, Version
from condemu.server.state import SPACES
from condemu.server.state_files.snapshot_file import DOCUMENTS, MANIFEST, Opened, Unreadable, write

TRANSIENT = re.compile(rb"<(?:RequestId|RequestID|HostId|BoxUsage)>[^<]*</\w+>")
FORGOTTEN = {"ShardIterator", "NextShardIterator", "ResponseMetadata"}


def saved(world: World, account: str | None = None) -> bytes:
    whose = world.store.view(lambda txn: accounts(txn, SPACES)) if account is None else [account]
    kept = [world.store.view(lambda txn, one=one: snapshot(txn, SPACES, one)) for one in whose]
    file = io.BytesIO()
    write(file, kept, SPACES, account, world.emulator.config.bucket_names)
    return file.getvalue()


def read(file: bytes) -> list[Snapshot]:
    opened, blobs = Opened(io.BytesIO(file), SPACES), {}
    for name, pieces in opened.bodies():
        writer = MemoryBlobs().writer()
        for piece in pieces:
            writer.write(piece)
        blobs[name] = writer.finish()
    return opened.snapshots(blobs)


def loaded(world: World, file: bytes) -> None:
    kept = read(file)
    world.store.transact(lambda txn: load(txn, SPACES, kept, alone=True))


# --- the same answers -------------------------------------------------------------------------------------------------------


def s3_answer(world: World, account: str, *asked: str, **headers: str) -> tuple[int, bytes]:
    response = world.s3(account, *asked, **headers)
    body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    return response.status, TRANSIENT.sub(b"", body)


def reads(world: World, account: str, bucket: str) -> list[Any]:
    """What clients see of all that an account has."""
    answers: list[Any] = []
    for query in ("", "versions", "uploads", "versioning", "list-type=2"):
        answers.append(s3_answer(world, account, "GET", f"/{bucket}", b"", query))
    for version in re.findall(rb"<Key>(.)</Key><VersionId>(.*?)</VersionId>", answers[1][1]):
        key, version_id = (part.decode() for part in version)
        answers.append(s3_answer(world, account, "GET", f"/{bucket}/{key}", b"", f"versionId={version_id}"))
    for key, upload in re.findall(rb"<Key>(.)</Key><UploadId>(.*?)</UploadId>", answers[2][1]):
        answers.append(s3_answer(world, account, "GET", f"/{bucket}/{key.decode()}", b"", f"uploadId={upload.decode()}"))
    for operation in ("DescribeTable", "Scan", "DescribeTimeToLive"):
        answers.append(world.dynamodb(account, operation, TableName="items"))
    by_team = {"KeyConditionExpression": "team = :x", "ExpressionAttributeValues": {":x": {"S": "x"}}}
    answers.append(world.dynamodb(account, "Query", TableName="items", IndexName="by_team", **by_team))
    for stream in test_accounts.streams(world, account):
        answers += records(world, account, stream["StreamArn"])
    for statement in ("select * from domain", "select count(*) from domain where v = '1'"):
        answers.append(TRANSIENT.sub(b"", world.simpledb(account, "Select", SelectExpression=statement).body))  # type: ignore[arg-type]
    answers.append(TRANSIENT.sub(b"", world.simpledb(account, "ListDomains").body))  # type: ignore[arg-type]
    return answers


def records(world: World, account: str, arn: str) -> list[Any]:
    api = "DynamoDBStreams_20120810"
    described = world.dynamodb(account, "DescribeStream", api, StreamArn=arn)
    shard = described[1]["StreamDescription"]["Shards"][0]["ShardId"]
    asked = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = world.dynamodb(account, "GetShardIterator", api, **asked)[1]["ShardIterator"]
    return [described, world.dynamodb(account, "GetRecords", api, ShardIterator=iterator)[1]["Records"]]


def writes(world: World, account: str, bucket: str) -> list[Any]:
    """What clients are told that go on: conditions hold and fail as before, and nothing that was loaded is a conflict."""
    answers: list[Any] = []
    for key in ("a", "b"):
        etag = dict(world.s3(account, "HEAD", f"/{bucket}/{key}").headers).get("ETag", '"none"')
        for condition in ({"if_none_match": "*"}, {"if_match": etag}, {"if_match": etag}):
            answers.append(world.s3(account, "PUT", f"/{bucket}/{key}", b"next", **condition).status)
        uploads = world.s3(account, "GET", f"/{bucket}", query=f"uploads&prefix={key}").body
        for upload in re.findall(rb"<UploadId>(.*?)</UploadId>", uploads):  # type: ignore[arg-type]
            listed = f"uploadId={upload.decode()}"
            tag = re.findall(rb"<ETag>(.*?)</ETag>", world.s3(account, "GET", f"/{bucket}/{key}", query=listed).body)  # type: ignore[arg-type]
            part = f"<Part><PartNumber>1</PartNumber><ETag>{tag[0].decode() if tag else 'none'}</ETag></Part>"
            document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
            answers.append(world.s3(account, "POST", f"/{bucket}/{key}", document, listed, if_none_match="*").status)
    put = {"Put": {"TableName": "items", "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)"}}
    for token in ("a", "b", "c"):
        status, answer = world.dynamodb(account, "TransactWriteItems", TransactItems=[put], ClientRequestToken=token)
        answers.append((status, answer.get("message")))
    condition = {"Expected__1__Name": "v", "Expected__1__Value": "1"}
    attribute = {"Attribute__1__Name": "v", "Attribute__1__Value": "9"}
    answers.append(world.simpledb(account, "PutAttributes", DomainName="domain", ItemName="a", **condition, **attribute).status)
    return answers


class Saved(test_accounts.Accounts):
    """As the machine of accounts, and now and then the state goes on in another emulator: a new one, or one that is ahead."""

    @rule(ahead=st.booleans())
    def goes_on_elsewhere(self, ahead: bool) -> None:
        other = World(bucket_names=self.names)
        other.clock.set(self.world.clock.now())
        try:
            if ahead:
                put_table(other, FIRST)
                while other.store.index <= self.world.store.index:
                    other.dynamodb(FIRST, "PutItem", TableName="items", Item={"pk": {"S": "z"}})
            for account in (FIRST, SECOND):  # what is due is deleted here: a commit whose number shows in streams
                reads(self.world, account, self.bucket(account))
            file = saved(self.world)
            loaded(other, file)
            for account in (FIRST, SECOND):
                assert other.written_down(account) == self.world.written_down(account)
                assert reads(other, account, self.bucket(account)) == reads(self.world, account, self.bucket(account))
            invariants.check(other.store)
            for account in (FIRST, SECOND):
                assert writes(other, account, self.bucket(account)) == writes(self.world, account, self.bucket(account))
            invariants.check(other.store)
        finally:
            other.emulator.close()


Saved.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestSaved = Saved.TestCase


# --- files ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> Any:
    made = World()
    made.s3(FIRST, "PUT", "/bucket")
    made.s3(FIRST, "PUT", "/bucket/k", b"x" * 5000)
    made.s3(FIRST, "PUT", "/bucket/copy", b"x" * 5000)
    put_table(made, FIRST)
    made.dynamodb(FIRST, "PutItem", TableName="items", Item={"pk": {"S": "a"}})
    yield made
    made.emulator.close()


def rewritten(file: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The file with other members, whose checksums are right: what an editor makes of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in (*old.namelist(), *(name for name in changes if name not in old.namelist())):
            held = changes[name] if name in changes else old.read(name)
            if held is not None:
                new.writestr(name, held)
    return out.getvalue()


def manifest_of(file: bytes, **changes: Any) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        held = json.loads(archive.read(MANIFEST))
    return json.dumps({**held, **changes}).encode()


def test_equal_states_make_equal_files_and_equal_bodies_are_kept_once(world: World) -> None:
    file = saved(world)
    assert saved(world) == file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert sum(name.startswith("bodies/") for name in archive.namelist()) == 1
        lines = archive.read(f"{DOCUMENTS}dynamodb.item.jsonl").decode().splitlines()
    assert [json.loads(line)["record"]["Item"] for line in lines] == [{"pk": {"S": "a"}}]
    elsewhere = World()
    loaded(elsewhere, file)
    assert rewritten(saved(elsewhere), {MANIFEST: None}) == rewritten(file, {MANIFEST: None})
    elsewhere.emulator.close()


def test_a_file_of_one_account_holds_that_account_alone(world: World) -> None:
    world.s3(SECOND, "PUT", "/other")
    opened = Opened(io.BytesIO(saved(world, SECOND)), SPACES)
    assert (opened.account, opened.accounts) == (SECOND, (SECOND,))
    assert [one.account for one in read(saved(world, SECOND))] == [SECOND]


def test_a_file_that_was_cut_anywhere_is_refused(world: World) -> None:
    file = saved(world)
    for size in (0, 1, 100, *range(200, len(file), 97), len(file) - 1):
        with pytest.raises(Unreadable):
            read(file[:size])


def test_a_flipped_bit_is_found_wherever_it_is_or_changes_nothing_that_is_read(world: World) -> None:
    """Names of members and their sizes stand twice in a zip, and some of its fields say nothing: there a bit may do no harm."""
    file = saved(world)
    whole = [(one.account, one.index, len(one.entries)) for one in read(file)]
    harmless = 0
    for place in range(0, len(file), 13):
        changed = bytearray(file)
        changed[place] ^= 4
        try:
            assert [(one.account, one.index, len(one.entries)) for one in read(bytes(changed))] == whole
            harmless += 1
        except Unreadable:
            pass
    assert harmless < len(file) / 13 / 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({f"{DOCUMENTS}dynamodb.item.jsonl": b""}, "what it holds is not what its digest was made of"),
        ({f"{DOCUMENTS}dynamodb.item.jsonl": b"{\n"}, "dynamodb.item.jsonl, line 1"),
        ({f"{DOCUMENTS}dynamodb.item.jsonl": b'{"key": 1, "record": {}}\n'}, "dynamodb.item.jsonl, line 1"),
        ({f"{DOCUMENTS}dynamodb.item.jsonl": None}, "dynamodb.item.jsonl, line 0"),
        ({MANIFEST: None}, "no manifest.json"),
        ({MANIFEST: b"[]"}, "says no format"),
        ({MANIFEST: b"{"}, "no JSON"),
        ({MANIFEST: b'{"format": 1}'}, "not as it was written"),
        ({"bodies/" + "0" * 64: b"other"}, "holds another body"),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_that_somebody_changed_is_refused_with_one_sentence(world: World, changes: Any, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence) as refused:
        read(rewritten(saved(world), changes))
    assert "\n" not in str(refused.value)


def places_in(document: Any) -> list[tuple[Any, Any]]:
    """Each object or list in a document, with each of its keys."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    found = []
    for key, value in list(pairs):
        found += [(document, key), *places_in(value)]
    return found


@pytest.mark.parametrize("junk", [[], {}], ids=["list", "object"])
def test_a_document_that_is_none_of_its_space_is_refused_wherever_it_is_wrong(world: World, junk: Any) -> None:
    """Whatever is at any place of it: never with an error of the service whose record it would be."""
    file = saved(world)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name.startswith(DOCUMENTS)}
    for name, content in members.items():
        document = json.loads(content.splitlines()[0])
        for holder, key in places_in(document):
            was, holder[key] = holder[key], junk
            if was != junk:
                with pytest.raises(Unreadable, match="is damaged"):
                    read(rewritten(file, {name: json.dumps(document).encode() + b"\n"}))
            holder[key] = was


def test_a_file_without_one_of_its_bodies_is_refused(world: World) -> None:
    file = saved(world)
    [body] = [name for name in zipfile.ZipFile(io.BytesIO(file)).namelist() if name.startswith("bodies/")]
    with pytest.raises(Unreadable, match="is missing"):
        read(rewritten(file, {body: None}))


def test_a_file_of_another_format_or_of_another_version_of_a_space_says_who_wrote_it(world: World) -> None:
    file = saved(world)
    newer = rewritten(file, {MANIFEST: manifest_of(file, format=2, condemu="9.0")})
    with pytest.raises(Unreadable, match=r"condemu 9.0 wrote this snapshot in format 2; condemu .* reads format 1"):
        Opened(io.BytesIO(newer), SPACES)
    spaces = {"s3.object": {"version": 7, "entries": 1}}
    with pytest.raises(Unreadable, match=r"wrote s3.object of this snapshot in version 7; condemu .* has version 1 of it"):
        Opened(io.BytesIO(rewritten(file, {MANIFEST: manifest_of(file, spaces=spaces)})), SPACES)
    spaces = {"s3.dreams": {"version": 1, "entries": 1}}
    with pytest.raises(Unreadable, match="no such space"):
        Opened(io.BytesIO(rewritten(file, {MANIFEST: manifest_of(file, spaces=spaces)})), SPACES)


class Zeros:
    """A leaf that is as large as one likes."""

    def read(self, start: int, stop: int) -> bytes:
        return bytes(stop - start)


class Sink(io.RawIOBase):
    """Takes all and keeps nothing."""

    def __init__(self) -> None:
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


def of_one_object(size: int) -> Snapshot:
    version = Version("null", 1, 1, 0.0, FIRST, size=size, body=Blob(((Zeros(), 0, size),)))
    return Snapshot(FIRST, 1, ((OBJECTS, (FIRST, 1, "k"), version),))


def test_a_large_body_goes_out_and_comes_in_piece_by_piece(tmp_path: Any) -> None:
    size = 48 * 1024 * 1024
    with open(tmp_path / "s.zip", "w+b") as file:
        tracemalloc.start()
        write(file, [of_one_object(size)], SPACES, None, "global")
        read_back = sum(len(piece) for _, pieces in Opened(file, SPACES).bodies() for piece in pieces)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert read_back == size
    assert peak < 8 * 1024 * 1024


@pytest.mark.long
def test_a_body_of_five_gibibytes_fits_into_a_file() -> None:
    sink = Sink()
    write(sink, [of_one_object(5 * 1024**3)], SPACES, None, "global")  # type: ignore[arg-type]
    assert sink.size > 5 * 1024**3
