"""What people build on S3's conditional writes, and two things that look like locks and are none."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ..expect import Refusal, accepted, atomic, attempt, refused, same, true
from ..racing import race
from ..s3.steps import body_of, put


@pytest.mark.tier("core")
def test_leader_election_by_if_none_match(s3: Any, bucket: str, key: str) -> None:
    """Of many candidates that create one lock object per term, exactly one is elected.

    Source: S3 User Guide, "How to prevent object overwrites with conditional writes" [documented]
    """

    def stand(candidate: int) -> Any:
        return attempt(s3.put_object, Bucket=bucket, Key=f"{key}/term-1", Body=str(candidate).encode(), IfNoneMatch="*")

    answers = race(8, stand)
    elected = [number for number, answer in enumerate(answers) if not isinstance(answer, Refusal)]
    atomic(len(elected) == 1, f"exactly one candidate is elected; here {elected}")
    same(body_of(s3, bucket, f"{key}/term-1"), str(elected[0]).encode(), "the name in the lock object")
    true(all(a.status in (409, 412) for a in answers if isinstance(a, Refusal)), "the others hear 412 or 409")


@pytest.mark.tier("core")
def test_leader_election_by_if_match(s3: Any, bucket: str, key: str) -> None:
    """Of many followers that saw the same expired lease, exactly one takes it over.

    Source: S3 User Guide, "Add preconditions to S3 operations with conditional requests" [documented]
    """
    expired = put(s3, bucket, key, json.dumps({"leader": "old", "until": 0}).encode())["ETag"]

    def stand(candidate: int) -> Any:
        lease = json.dumps({"leader": candidate, "until": 60}).encode()
        return attempt(s3.put_object, Bucket=bucket, Key=key, Body=lease, IfMatch=expired)

    answers = race(8, stand)
    atomic(sum(not isinstance(answer, Refusal) for answer in answers) == 1, "exactly one follower takes the lease over")


@pytest.mark.tier("core")
def test_a_lease_with_takeover(s3: Any, bucket: str, key: str) -> None:
    """A holder whose lease was taken over can neither renew it nor release it.

    Source: S3 User Guide, conditional writes and conditional deletes [documented]
    """
    first = put(s3, bucket, key, b"holder=a epoch=1", IfNoneMatch="*")["ETag"]
    renewed = put(s3, bucket, key, b"holder=a epoch=1 beat=1", IfMatch=first)["ETag"]
    taken = put(s3, bucket, key, b"holder=b epoch=2", IfMatch=renewed)["ETag"]
    refused(
        s3.put_object, Bucket=bucket, Key=key, Body=b"holder=a epoch=1 beat=2", IfMatch=renewed,
        status=412, code="PreconditionFailed",
    )  # fmt: skip
    refused(s3.delete_object, Bucket=bucket, Key=key, IfMatch=renewed, status=412, code="PreconditionFailed")
    same(body_of(s3, bucket, key), b"holder=b epoch=2", "the lease")
    accepted(s3.delete_object, Bucket=bucket, Key=key, IfMatch=taken)
    put(s3, bucket, key, b"holder=c epoch=3", IfNoneMatch="*")


def test_an_upload_manager_uploads_each_file_once(s3: Any, bucket: str, key: str) -> None:
    """Workers that share a list of files store every file exactly once, whoever comes first.

    Source: S3 User Guide, "How to prevent object overwrites with conditional writes" [documented]
    """
    files = [f"{key}/file-{number}" for number in range(6)]

    def work(worker: int) -> list[str]:
        mine = []
        for name in files:
            answer = attempt(s3.put_object, Bucket=bucket, Key=name, Body=f"{worker}".encode(), IfNoneMatch="*")
            if not isinstance(answer, Refusal):
                mine.append(name)
        return mine

    uploaded = race(4, work)
    atomic(sorted(name for mine in uploaded for name in mine) == files, "every file is uploaded once")
    for worker, mine in enumerate(uploaded):
        for name in mine:
            same(body_of(s3, bucket, name), f"{worker}".encode(), "a file's content is its uploader's")


def test_a_sqlite_file_updated_by_compare_and_set(s3: Any, bucket: str, key: str, tmp_path: Path) -> None:
    """A SQLite file on S3, fetched, changed and put back if nobody else has, loses no row.

    Source: S3 User Guide, "Add preconditions to S3 operations with conditional requests" [documented]
    """
    seed = tmp_path / "seed.db"
    with sqlite3.connect(seed) as database:
        database.execute("create table visits (visitor integer)")
    database.close()
    put(s3, bucket, key, seed.read_bytes())

    def visit(visitor: int) -> int:
        path = tmp_path / f"{visitor}.db"
        for tries in range(1, 200):
            answer = s3.get_object(Bucket=bucket, Key=key)
            path.write_bytes(answer["Body"].read())
            with sqlite3.connect(path) as database:
                database.execute("insert into visits values (?)", (visitor,))
            database.close()
            if not isinstance(
                attempt(s3.put_object, Bucket=bucket, Key=key, Body=path.read_bytes(), IfMatch=answer["ETag"]), Refusal
            ):
                return tries
        raise AssertionError("two hundred tries and no success")

    race(5, visit)
    seed.write_bytes(body_of(s3, bucket, key))
    with sqlite3.connect(seed) as database:
        rows = [row[0] for row in database.execute("select visitor from visits order by visitor")]
    database.close()
    atomic(rows == [0, 1, 2, 3, 4], f"every visitor's row is there; here {rows}")


@pytest.mark.needs("s3.versioning")
def test_versions_keep_what_a_lost_update_overwrote(s3: Any, versioned_bucket: str, key: str) -> None:
    """With S3 Versioning two unconditional writers overwrite each other, and both writes are kept.

    Source: S3 User Guide, "Retaining multiple versions of objects with S3 Versioning" [documented]
    """
    first = put(s3, versioned_bucket, key, b"a")["VersionId"]
    second = put(s3, versioned_bucket, key, b"b")["VersionId"]
    same(body_of(s3, versioned_bucket, key), b"b", "the current version")
    old = accepted(s3.get_object, Bucket=versioned_bucket, Key=key, VersionId=first)["Body"].read()
    same(old, b"a", "the older version")
    listed = s3.list_object_versions(Bucket=versioned_bucket, Prefix=key)["Versions"]
    same([version["VersionId"] for version in listed], [second, first], "the versions, newest first")


def test_tags_mark_but_do_not_lock(s3: Any, bucket: str, key: str) -> None:
    """Tags take no condition and leave the ETag alone: two workers can both claim an object by tagging it.

    Source: recorded on AWS 2026-02-21: tags change neither ETag nor LastModified [recorded]
    """
    etag = put(s3, bucket, key, b"job")["ETag"]
    for worker in ("a", "b"):
        tags = {t["Key"]: t["Value"] for t in s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}
        true(worker == "b" or not tags, "a new object has no tags")
        accepted(s3.put_object_tagging, Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "owner", "Value": worker}]})
    same(s3.head_object(Bucket=bucket, Key=key)["ETag"], etag, "the ETag after tagging")
    put(s3, bucket, key, b"job done", IfMatch=etag)


def test_a_metadata_rewrite_is_no_lock(s3: Any, bucket: str, key: str) -> None:
    """Rewriting an object onto itself to change its metadata keeps its ETag, so that If-Match cannot tell who holds the "lock".

    Source: recorded on AWS 2026-02-21: an in-place copy of the same bytes has the same ETag under SSE-S3 [recorded]
    """
    etag = put(s3, bucket, key, b"resource")["ETag"]
    claim = {"Bucket": bucket, "Key": key, "CopySource": {"Bucket": bucket, "Key": key}, "MetadataDirective": "REPLACE"}
    for worker in ("a", "b"):
        accepted(s3.copy_object, **claim, Metadata={"owner": worker}, IfMatch=etag)
    found = s3.head_object(Bucket=bucket, Key=key)
    same((found["ETag"], found["Metadata"]), (etag, {"owner": "b"}), "ETag and metadata: both claims were accepted")
