"""A snapshot file becomes a seed directory, and what is applied from that becomes the same directory again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig

from condemu.testing import Server
from tests.server.test_cli import run
from tests.server.test_seeds import GOOD, written

KEYS = ("plain.txt", "deep/er/ünï code", "a", "a/b", "x//y", "../up", "folder/", ".gitkeep", "n" * 300)


def client(server: Server, service: str, account: str = "test") -> Any:
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=server.url, config=ClientConfig(s3={"addressing_style": "path"}), **keys)


def saved(server: Server, file: Path) -> Path:
    assert run("data", "save", str(file), "--url", server.url).returncode == 0
    return file


def unpacked(file: Path, directory: Path, *more: str) -> dict[str, bytes]:
    """The files of the directory, by path."""
    done = run("data", "unpack", str(file), str(directory), *more)
    assert (done.returncode, done.stderr) == (0, "")
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def filled(server: Server) -> None:
    s3, dynamodb, sdb = (client(server, service) for service in ("s3", "dynamodb", "sdb"))
    s3.create_bucket(Bucket="plain")
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    for key in KEYS:
        s3.put_object(Bucket="plain", Key=key, Body=b"text", ContentType="text/plain")
    s3.put_object(Bucket="locked", Key="k", Body=b"old")
    s3.put_object(
        Bucket="locked", Key="k", Body=b"\xff\0", Metadata={"a": "b"}, Tagging="x=1&y=a%20b", CacheControl="no-store",
        StorageClass="STANDARD_IA",
    )  # fmt: skip
    s3.put_object(Bucket="locked", Key="deleted", Body=b"")
    s3.delete_object(Bucket="locked", Key="deleted")
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket="plain", LifecycleConfiguration={"Rules": [rule]})
    s3.put_bucket_tagging(Bucket="plain", Tagging={"TagSet": [{"Key": "team", "Value": "true"}]})
    dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "team")],
        Tags=[{"Key": "team", "Value": "a"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_team", "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    )  # fmt: skip
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
    for number in range(40):  # of more than a page
        item = {"id": {"S": str(number)}, "b": {"B": b"\0" * 40_000}, "s": {"NS": ["1", "2"]}}
        dynamodb.put_item(TableName="orders", Item=item)
    sdb.create_domain(DomainName="users")
    attributes = [{"Name": "role", "Value": "a"}, {"Name": "role", "Value": "b"}, {"Name": "mail", "Value": "\t<&"}]
    sdb.put_attributes(DomainName="users", ItemName="ann", Attributes=attributes)


def test_what_is_unpacked_and_applied_is_unpacked_as_the_same_files(tmp_path: Path) -> None:
    with Server() as server:
        filled(server)
        file = saved(server, tmp_path / "first.zip")
    files = unpacked(file, tmp_path / "first")
    with Server(seed=str(tmp_path / "first")) as server:
        assert unpacked(saved(server, tmp_path / "second.zip"), tmp_path / "second") == files
        s3 = client(server, "s3")
        assert {one["Key"] for one in s3.list_objects_v2(Bucket="plain")["Contents"]} == set(KEYS)
        kept = s3.get_object(Bucket="locked", Key="k")
        assert (kept["Body"].read(), kept["Metadata"], kept["CacheControl"]) == (b"\xff\0", {"a": "b"}, "no-store")
        tags = s3.get_object_tagging(Bucket="locked", Key="k")["TagSet"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == {"x": "1", "y": "a b"}
        lock = s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]
        assert lock == {"ObjectLockEnabled": "Enabled"}
        assert s3.get_bucket_lifecycle_configuration(Bucket="plain")["Rules"][0]["Expiration"] == {"Days": 3}
        assert client(server, "dynamodb").describe_table(TableName="orders")["Table"]["ItemCount"] in (0, 40)
    assert files["s3/plain/plain.txt"] == b"text"
    assert files["s3/locked/k"] == b"\xff\0"
    assert len(files["dynamodb/orders.items.jsonl"].splitlines()) == 40
    assert json.loads(files["simpledb/users.json"]) == {"Items": {"ann": {"role": ["a", "b"], "mail": "\t<&"}}}
    assert not any(".." in path for path in files)


def test_a_bucket_without_anything_special_has_an_empty_object_in_its_file(tmp_path: Path) -> None:
    with Server(seed=str(written(tmp_path / "seed", GOOD))) as server:
        file = saved(server, tmp_path / "state.zip")
    assert json.loads(unpacked(file, tmp_path / "out")["s3/a-bucket.json"]) == {}


def test_what_a_seed_cannot_say_is_told_and_stays_behind(tmp_path: Path) -> None:
    with Server() as server:
        s3 = client(server, "s3")
        s3.create_bucket(Bucket="plain")
        s3.put_object(Bucket="plain", Key="../up", Body=b"\xff")
        file = saved(server, tmp_path / "state.zip")
    done = run("data", "unpack", str(file), str(tmp_path / "out"))
    assert done.returncode == 0
    assert done.stderr == "condemu: s3/plain: '../up' is no name of a file, and its body is no text: it stays behind\n"


@pytest.mark.parametrize("what", ["not empty", "no file", "damaged", "two accounts"])
def test_what_cannot_be_unpacked_is_said_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    file, out = tmp_path / "state.zip", tmp_path / "out"
    with Server() as server:
        for account in ("111111111111", "222222222222"):
            client(server, "s3", account).create_bucket(Bucket=f"b-{account}")
        saved(server, file)
    if what == "not empty":
        out.mkdir()
        (out / "mine").write_text("mine")
    elif what == "no file":
        file.unlink()
    elif what == "damaged":
        file.write_bytes(file.read_bytes()[:100])
    before = sorted(path.name for path in tmp_path.rglob("*"))
    done = run("data", "unpack", str(file), str(out))
    sentence = {
        "not empty": "out is there and not empty", "no file": "state.zip: No such file", "damaged": "this is no snapshot file",
        "two accounts": "is of 111111111111, 222222222222: --account says whose state is meant",
    }[what]  # fmt: skip
    assert (done.returncode, done.stderr.count("\n"), sentence in done.stderr) == (1, 1, True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    if what == "two accounts":
        assert list(unpacked(file, out, "--account", "222222222222")) == ["s3/b-222222222222.json"]


@pytest.mark.parametrize("directory", [".", "out"])
def test_an_empty_directory_that_is_there_is_filled_and_stays_the_one_that_it_is(tmp_path: Path, directory: str) -> None:
    """Somebody is in it, or it is mounted."""
    file, out = tmp_path / "state.zip", tmp_path / "out"
    with Server() as server:
        client(server, "s3").create_bucket(Bucket="a-bucket")
        saved(server, file)
    out.mkdir()
    before = out.stat().st_ino
    done = run("data", "unpack", str(file), directory, cwd=out if directory == "." else tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.relative_to(out).as_posix() for path in out.rglob("*")] == ["s3", "s3/a-bucket.json"]
    assert out.stat().st_ino == before


def test_what_another_unpacking_has_begun_is_left_alone(tmp_path: Path) -> None:
    file, other = tmp_path / "state.zip", tmp_path / "out.unfinished"
    with Server() as server:
        client(server, "s3").create_bucket(Bucket="a-bucket")
        saved(server, file)
    other.mkdir()
    (other / "file").write_text("half")
    done = run("data", "unpack", str(file), str(tmp_path / "out"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "out.unfinished is there: another unpacking is at work" in done.stderr
    assert (other / "file").read_text() == "half"
    assert not (tmp_path / "out").exists()
