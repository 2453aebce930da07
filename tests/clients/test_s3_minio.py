"""MinIO's client for Python. It has no argument for a condition on a put; its presigned URLs take one as a header."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from client_settings import ACCESS_KEY, PART, REGION, SECRET_KEY

minio = pytest.importorskip("minio")


@pytest.fixture
def s3(endpoint: str) -> Any:
    host = endpoint.removeprefix("http://")
    return minio.Minio(host, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False, region=REGION)


def content(s3: Any, bucket: str, key: str) -> bytes:
    answer = s3.get_object(bucket, key)
    try:
        return bytes(answer.data)
    finally:
        answer.close()
        answer.release_conn()


def test_minio_puts_reads_and_deletes(s3: Any, bucket: str) -> None:
    put = s3.put_object(bucket, "a b/ü", io.BytesIO(b"data"), 4, metadata={"color": "blue"})
    stat = s3.stat_object(bucket, "a b/ü")
    assert (stat.size, stat.etag, stat.metadata["x-amz-meta-color"]) == (4, put.etag, "blue")
    assert content(s3, bucket, "a b/ü") == b"data"
    s3.remove_object(bucket, "a b/ü")
    with pytest.raises(minio.error.S3Error) as refused:
        s3.stat_object(bucket, "a b/ü")
    assert refused.value.code == "NoSuchKey"


def test_minio_puts_with_conditions(s3: Any, bucket: str) -> None:
    url = s3.presigned_put_object(bucket, "key", expires=timedelta(minutes=5))
    pool = urllib3.PoolManager(retries=False)
    made = pool.request("PUT", url, body=b"1", headers={"If-None-Match": "*"})
    assert made.status == 200
    assert pool.request("PUT", url, body=b"2", headers={"If-None-Match": "*"}).status == 412
    assert pool.request("PUT", url, body=b"3", headers={"If-Match": made.headers["ETag"]}).status == 200
    assert pool.request("PUT", url, body=b"4", headers={"If-Match": made.headers["ETag"]}).status == 412
    assert content(s3, bucket, "key") == b"3"


def test_minio_copies_under_a_condition(s3: Any, bucket: str) -> None:
    etag = s3.put_object(bucket, "from", io.BytesIO(b"1"), 1).etag
    s3.copy_object(bucket, "to", minio.commonconfig.CopySource(bucket, "from", match_etag=etag))
    with pytest.raises(minio.error.S3Error) as refused:
        s3.copy_object(bucket, "other", minio.commonconfig.CopySource(bucket, "from", not_match_etag=etag))
    assert refused.value.code == "PreconditionFailed"
    assert content(s3, bucket, "to") == b"1"


def test_minio_uploads_in_parts(s3: Any, bucket: str) -> None:
    done = s3.put_object(bucket, "large", io.BytesIO(PART + PART + b"end"), -1, part_size=len(PART))
    assert done.etag.endswith("-3")
    assert s3.stat_object(bucket, "large").size == 2 * len(PART) + 3


def test_minio_lists_and_deletes_many(s3: Any, bucket: str) -> None:
    for key in ("a/1", "a/2", "b"):
        s3.put_object(bucket, key, io.BytesIO(b"x"), 1)
    assert {entry.object_name for entry in s3.list_objects(bucket)} == {"a/", "b"}
    assert [entry.object_name for entry in s3.list_objects(bucket, recursive=True)] == ["a/1", "a/2", "b"]
    gone = s3.remove_objects(bucket, [minio.deleteobjects.DeleteObject(key) for key in ("a/1", "a/2", "b")])
    assert list(gone) == []
    assert list(s3.list_objects(bucket)) == []
    s3.remove_bucket(bucket)
    assert not s3.bucket_exists(bucket)
