"""deltalake: a table's log grows by If-None-Match, so that of two commits of one version one fails."""

from __future__ import annotations

from typing import Any

import pytest
from client_settings import ACCESS_KEY, REGION, SECRET_KEY, client

deltalake = pytest.importorskip("deltalake")
pa = pytest.importorskip("pyarrow")


@pytest.fixture
def options(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_ALLOW_HTTP": "true",
        "AWS_CONDITIONAL_PUT": "etag",
    }


def rows(*values: int) -> Any:
    return pa.table({"x": pa.array(values, pa.int64())})


def log_of(endpoint: str, bucket: str) -> list[str]:
    listed = client(endpoint).list_objects_v2(Bucket=bucket, Prefix="table/_delta_log/")["Contents"]
    return [entry["Key"].rpartition("/")[2] for entry in listed if entry["Key"].endswith(".json")]


def test_deltalake_commits_one_version_after_the_other(endpoint: str, bucket: str, options: dict[str, str]) -> None:
    uri = f"s3://{bucket}/table"
    deltalake.write_deltalake(uri, rows(1, 2), storage_options=options)
    deltalake.write_deltalake(uri, rows(3), mode="append", storage_options=options)
    table = deltalake.DeltaTable(uri, storage_options=options)
    assert (table.version(), sorted(table.to_pyarrow_table()["x"].to_pylist())) == (1, [1, 2, 3])
    assert log_of(endpoint, bucket) == ["00000000000000000000.json", "00000000000000000001.json"]
    with pytest.raises(deltalake.exceptions.DeltaError):
        deltalake.write_deltalake(uri, rows(4), mode="error", storage_options=options)


def test_of_two_commits_to_the_same_version_one_conflicts(endpoint: str, bucket: str, options: dict[str, str]) -> None:
    uri = f"s3://{bucket}/table"
    deltalake.write_deltalake(uri, rows(1, 2), storage_options=options)
    first = deltalake.DeltaTable(uri, storage_options=options)
    second = deltalake.DeltaTable(uri, storage_options=options)
    first.delete("x = 1")
    with pytest.raises(deltalake.exceptions.CommitFailedError):
        second.delete("x = 1")
    assert deltalake.DeltaTable(uri, storage_options=options).to_pyarrow_table()["x"].to_pylist() == [2]
    assert len(log_of(endpoint, bucket)) == 2


def test_commits_that_do_not_conflict_are_both_made(endpoint: str, bucket: str, options: dict[str, str]) -> None:
    """The second append finds its version taken, by 412, and takes the next."""
    uri = f"s3://{bucket}/table"
    deltalake.write_deltalake(uri, rows(0), storage_options=options)
    stale = deltalake.DeltaTable(uri, storage_options=options)
    deltalake.write_deltalake(uri, rows(1), mode="append", storage_options=options)
    deltalake.write_deltalake(stale, rows(2), mode="append")
    table = deltalake.DeltaTable(uri, storage_options=options)
    assert (table.version(), sorted(table.to_pyarrow_table()["x"].to_pylist())) == (2, [0, 1, 2])


def test_deltalake_removes_what_it_no_longer_needs(endpoint: str, bucket: str, options: dict[str, str]) -> None:
    uri = f"s3://{bucket}/table"
    deltalake.write_deltalake(uri, rows(1), storage_options=options)
    deltalake.write_deltalake(uri, rows(2), mode="overwrite", storage_options=options)
    table = deltalake.DeltaTable(uri, storage_options=options)
    removed = table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert len(removed) == 1
    assert table.to_pyarrow_table()["x"].to_pylist() == [2]
