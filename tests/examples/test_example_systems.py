"""The systems of `examples/` with several workers, late workers and lost replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from example_programs import KEY, SECRET, Twice, load

leader_election, sqlite_on_s3, fenced_lock = map(load, ("leader_election", "sqlite_on_s3", "fenced_lock"))
enforced_by_policy, upload_once, presigned_put = map(load, ("enforced_by_policy", "upload_once", "presigned_put"))
versions_as_history, simpledb_optimistic, no_locks = map(load, ("versions_as_history", "simpledb_optimistic", "no_locks"))


def together(workers: int, work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(workers)))


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_of_many_candidates_leads(s3: Any, bucket: str) -> None:
    candidates = [leader_election.Election(s3, bucket, "leader", f"candidate {number}") for number in range(8)]
    leases = together(8, lambda number: candidates[number].lead())
    assert len([lease for lease in leases if lease is not None]) == 1


def test_a_lease_that_ended_is_taken_over_and_its_holder_cannot_renew_it(s3: Any, bucket: str) -> None:
    time = Time()
    alice, bob = (leader_election.Election(s3, bucket, "leader", name, clock=time) for name in ("alice", "bob"))
    first = alice.lead()
    assert bob.lead() is None
    time.now += 31
    second = bob.lead()
    assert (first.term, second.term) == (1, 2)
    assert alice.lead() is None
    alice.resign(first)  # of a lease that is not hers any more
    assert bob.lead().term == 2


@pytest.mark.parametrize("again", [False, True])
def test_a_leader_whose_reply_was_lost_knows_that_it_leads(s3: Any, bucket: str, again: bool) -> None:
    if again:  # a renewal
        leader_election.Election(s3, bucket, "leader", "alice").lead()
    lease = leader_election.Election(Twice(s3, "put_object"), bucket, "leader", "alice").lead()
    assert lease.term == 1
    assert s3.head_object(Bucket=bucket, Key="leader")["ETag"] == lease.etag


def test_no_visitor_is_lost_and_none_is_counted_twice(s3: Any, bucket: str) -> None:
    def visit(number: int) -> None:
        def work(database: Any) -> None:
            database.execute("create table if not exists visits (visitor integer)")
            database.execute("insert into visits values (?)", (number,))

        sqlite_on_s3.change(Twice(s3, "put_object") if number == 0 else s3, bucket, "visits.db", work)

    together(5, visit)
    assert sqlite_on_s3.read(s3, bucket, "visits.db", "select visitor from visits order by visitor") == [(n,) for n in range(5)]


def test_the_policy_refuses_a_form_of_unconditional_write_each(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="old", Body=b"1")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(enforced_by_policy.only_conditional_writes(bucket)))
    upload = s3.create_multipart_upload(Bucket=bucket, Key="new")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="new", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    for write in (
        lambda: s3.put_object(Bucket=bucket, Key="old", Body=b"2"),
        lambda: s3.copy_object(Bucket=bucket, Key="new", CopySource={"Bucket": bucket, "Key": "old"}),
        lambda: s3.complete_multipart_upload(Bucket=bucket, Key="new", UploadId=upload, MultipartUpload=parts),
    ):
        with pytest.raises(ClientError, match="explicit deny"):
            write()
    assert s3.get_object(Bucket=bucket, Key="old")["Body"].read() == b"1"


def test_holders_of_a_lock_lose_no_increment(s3: Any, dynamodb: Any, bucket: str, table: Callable[[str], str]) -> None:
    locks = fenced_lock.LockTable(dynamodb, table("name"), clock=Time())

    def increment(_: int) -> None:
        held = None
        while held is None:
            held = locks.acquire("counter")
        fenced_lock.guarded_write(s3, bucket, "counter", held.fence, lambda value: (value or 0) + 1)
        locks.release(held)

    together(4, increment)
    assert json.load(s3.get_object(Bucket=bucket, Key="counter")["Body"])["value"] == 4


@pytest.mark.parametrize("when", ["before its read", "between its read and its write"])
def test_a_late_holder_is_fenced_off(s3: Any, dynamodb: Any, bucket: str, table: Callable[[str], str], when: str) -> None:
    time = Time()
    locks = fenced_lock.LockTable(dynamodb, table("name"), clock=time)
    late = locks.acquire("report")
    fenced_lock.guarded_write(s3, bucket, "report", late.fence, lambda _: "first")
    assert locks.acquire("report") is None

    def meanwhile(_: Any = None) -> str:
        time.now += 31
        other = locks.acquire("report")
        if other is not None:
            fenced_lock.guarded_write(s3, bucket, "report", other.fence, lambda _: "second")
        return "late"

    if when == "before its read":
        meanwhile()
    with pytest.raises(fenced_lock.FencedOff):
        fenced_lock.guarded_write(s3, bucket, "report", late.fence, meanwhile)
    locks.release(late)  # is not its own any more
    assert json.load(s3.get_object(Bucket=bucket, Key="report")["Body"])["value"] == "second"
    assert late.fence == 1


def test_the_number_goes_on_growing_after_a_release(dynamodb: Any, table: Callable[[str], str]) -> None:
    locks = fenced_lock.LockTable(dynamodb, table("name"))
    fences = []
    for _ in range(3):
        held = locks.acquire("a")
        fences.append(held.fence)
        locks.release(held)
    assert fences == [1, 2, 3]


def test_a_lost_reply_costs_neither_the_lock_nor_a_second_write(
    s3: Any, dynamodb: Any, bucket: str, table: Callable[[str], str]
) -> None:
    held = fenced_lock.LockTable(Twice(dynamodb, "update_item"), table("name")).acquire("a")
    assert held.fence == 1
    fenced_lock.guarded_write(Twice(s3, "put_object"), bucket, "a", held.fence, lambda value: (value or 0) + 1)
    assert json.load(s3.get_object(Bucket=bucket, Key="a")["Body"])["value"] == 1


FILES = [(f"file-{number}", b"content") for number in range(6)]


def test_each_file_is_uploaded_by_one_worker(s3: Any, dynamodb: Any, bucket: str, table: Callable[[str], str]) -> None:
    uploads = upload_once.Uploads(dynamodb, table("file"))
    done = together(4, lambda _: upload_once.upload_all(s3, uploads, bucket, FILES))
    assert sorted(name for names in done for name in names) == [name for name, _ in FILES]


def test_a_claim_that_ended_is_taken_over_by_one_worker(s3: Any, dynamodb: Any, bucket: str, table: Callable[[str], str]) -> None:
    time = Time()
    uploads = upload_once.Uploads(dynamodb, table("file"), clock=time)
    late = uploads.claim("file-0")
    assert uploads.claim("file-0") is None
    time.now += 301
    claims = [claim for claim in together(4, lambda _: uploads.claim("file-0")) if claim is not None]
    assert len(claims) == 1
    s3.put_object(Bucket=bucket, Key="file-0", Body=b"late")
    assert not uploads.finish("file-0", late)
    assert uploads.finish("file-0", claims[0])
    time.now += 301
    assert uploads.claim("file-0") is None  # it is done


def test_a_worker_whose_reply_was_lost_keeps_its_claim(dynamodb: Any, table: Callable[[str], str]) -> None:
    assert upload_once.Uploads(Twice(dynamodb, "put_item"), table("file")).claim("file-0") is not None


def test_boto_2_uploads_each_file_once(
    endpoint: str, s3: Any, bucket: str, table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("boto.dynamodb2.layer1", reason="boto 2 is not installed", exc_type=ImportError)
    program = load("upload_once_boto2")
    for variable, value in {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}.items():
        monkeypatch.setenv(variable, value)
    name = table("file")

    def work(_: int) -> list[str]:
        old_s3, old_dynamodb = program.connections()
        names: list[str] = program.upload_all(old_s3, program.Uploads(old_dynamodb, name), bucket, FILES)
        return names

    done = together(3, work)
    assert sorted(name for names in done for name in names) == [name for name, _ in FILES]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [name for name, _ in FILES]


def test_a_presigned_url_binds_its_condition(client: Any, bucket: str) -> None:
    from boto3 import client as boto3_client
    from botocore.config import Config

    s3 = client("s3")
    signer = boto3_client(
        "s3", endpoint_url=s3.meta.endpoint_url, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4"),
    )  # fmt: skip
    url = presigned_put.url_to_create(signer, bucket, "a")
    assert "if-none-match" in urlsplit(url).query
    assert presigned_put.upload(url, b"1", {}) == 403
    assert presigned_put.upload(url, b"1", {"If-None-Match": '"another"'}) == 403
    assert presigned_put.upload(url, b"1", {"If-None-Match": "*"}) == 200
    assert presigned_put.upload(url, b"2", {"If-None-Match": "*"}) == 412
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_bringing_an_old_version_back_does_not_overwrite_a_newer_one(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="page", Body=b"1")["VersionId"]
    s3.put_object(Bucket=bucket, Key="page", Body=b"2")

    class Interrupted:
        def head_object(self, **arguments: Any) -> Any:
            found = s3.head_object(**arguments)
            s3.put_object(Bucket=bucket, Key="page", Body=b"3")
            return found

        copy_object = s3.copy_object

    with pytest.raises(ClientError, match="PreconditionFailed"):
        versions_as_history.bring_back(Interrupted(), bucket, "page", old)
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"3"


def test_simpledb_loses_no_hit_and_creates_once(sdb: Any, name: str) -> None:
    together(4, lambda _: simpledb_optimistic.count(sdb, "MyDomain", name))
    assert simpledb_optimistic.attributes_of(sdb, "MyDomain", name) == {"PageHits": "4"}
    created = together(4, lambda number: simpledb_optimistic.create(sdb, "MyDomain", f"{name}-new", by=number, VersionNumber=1))
    assert created.count(True) == 1
    together(4, lambda number: simpledb_optimistic.update(sdb, "MyDomain", f"{name}-new", lambda found: {f"by{number}": "x"}))
    assert simpledb_optimistic.attributes_of(sdb, "MyDomain", f"{name}-new")["VersionNumber"] == "5"


def test_only_the_lock_is_a_lock(s3: Any, bucket: str) -> None:
    assert together(6, lambda number: no_locks.claim(s3, bucket, "lock", str(number))).count(True) == 1


def test_the_examples_need_nothing_but_their_sdk() -> None:
    folder = Path(leader_election.__file__).parent
    assert {path.name for path in folder.iterdir() if path.suffix not in (".py", ".md")} <= {"__pycache__", "races"}
