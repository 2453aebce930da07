"""s3fs, on aiobotocore: exclusive creation is If-None-Match."""

from __future__ import annotations

from typing import Any

import pytest
from client_settings import ACCESS_KEY, PART, REGION, SECRET_KEY

s3fs = pytest.importorskip("s3fs")


@pytest.fixture
def files(endpoint: str) -> Any:
    return s3fs.S3FileSystem(
        key=ACCESS_KEY,
        secret=SECRET_KEY,
        endpoint_url=endpoint,
        client_kwargs={"region_name": REGION},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def test_s3fs_creates_a_file_once(files: Any, bucket: str) -> None:
    path = f"{bucket}/dir/file"
    files.pipe_file(path, b"1", mode="create")
    with pytest.raises(FileExistsError):
        files.pipe_file(path, b"2", mode="create")
    with pytest.raises(FileExistsError), files.open(path, "xb") as file:
        file.write(b"3")
    assert files.cat_file(path) == b"1"
    files.pipe_file(path, b"4")
    assert files.cat_file(path) == b"4"


def test_s3fs_swaps_by_etag(files: Any, bucket: str) -> None:
    etag = files.call_s3("put_object", Bucket=bucket, Key="key", Body=b"1")["ETag"]
    files.call_s3("put_object", Bucket=bucket, Key="key", Body=b"2", IfMatch=etag)
    with pytest.raises(OSError, match="pre-condition"):
        files.call_s3("put_object", Bucket=bucket, Key="key", Body=b"3", IfMatch=etag)
    assert files.cat_file(f"{bucket}/key") == b"2"


def test_s3fs_uploads_in_parts_once(files: Any, bucket: str) -> None:
    path = f"{bucket}/large"
    with files.open(path, "xb", block_size=len(PART)) as file:
        file.write(PART)
        file.write(PART + b"end")
    assert files.info(path)["size"] == 2 * len(PART) + 3
    assert "-" in files.info(path)["ETag"]
    with pytest.raises(FileExistsError), files.open(path, "xb", block_size=len(PART)) as file:
        file.write(PART)
        file.write(PART)
    assert files.cat_file(path, start=-3) == b"end"


def test_s3fs_lists_and_deletes(files: Any, bucket: str) -> None:
    for name in ("a/1", "a/2", "b"):
        files.pipe_file(f"{bucket}/{name}", b"x")
    assert sorted(files.ls(bucket, detail=False)) == [f"{bucket}/a", f"{bucket}/b"]
    assert sorted(files.find(bucket)) == [f"{bucket}/a/1", f"{bucket}/a/2", f"{bucket}/b"]
    files.rm(f"{bucket}/a", recursive=True)
    assert files.find(bucket) == [f"{bucket}/b"]
