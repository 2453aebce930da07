"""What is there at the start: directories of files, snapshot files, and what is wrong with them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Engine
from condemu.core.http import BytesBody
from condemu.core.store import MemoryStore
from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.state import SPACES
from condemu.server.state_files import SeedRefused
from condemu.server.state_files.seeding import Seeding
from condemu.storage.spool import SpoolBlobs
from condemu.testing import mock_aws
from tests.server.test_cli import ask, run, served

TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    return tmp_path / "seed"


def written(root: Path, files: dict[str, Any]) -> Path:
    """Files of text, of bytes, or of what is written as JSON."""
    for name, held in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(held, bytes):
            path.write_bytes(held)
        else:
            path.write_text(held if isinstance(held, str) else json.dumps(held))
    return root


# --- buckets ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_an_object_under_its_path_with_the_content_type_of_its_name(seed: Path) -> None:
    files = {"a/b.json": "{}", "no-type": b"\0", "ünï code.html": "x", ".gitkeep": "", "a/.DS_Store": ""}
    written(seed, {"README.md": "", **{f"s3/data/{key}": held for key, held in files.items()}})
    with mock_aws(seed=str(seed)):
        s3 = boto3.client("s3")
        assert [one["Key"] for one in s3.list_objects_v2(Bucket="data")["Contents"]] == ["a/b.json", "no-type", "ünï code.html"]
        kinds = [s3.head_object(Bucket="data", Key=key)["ContentType"] for key in ("a/b.json", "no-type", "ünï code.html")]
        assert kinds == ["application/json", "binary/octet-stream", "text/html"]
        assert s3.get_object(Bucket="data", Key="a/b.json")["Body"].read() == b"{}"


def test_a_buckets_file_says_what_the_bucket_is_in_the_words_of_the_sdk(seed: Path) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    said = {
        "VersioningConfiguration": {"Status": "Enabled"},
        "Tagging": {"TagSet": [{"Key": "team", "Value": "a"}, {"Key": "env", "Value": "b"}]},
        "CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": True,
        },
        "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        "Policy": policy,
        "Objects": [
            {"Key": "k", "Metadata": {"By": "me"}, "CacheControl": "no-store", "ContentType": "text/x"},
            {"Key": "folder/", "Body": "", "Tagging": "a=1"},
        ],
    }  # fmt: skip
    with mock_aws(seed=str(written(seed, {"s3/data.json": said, "s3/data/k": "v"}))):
        s3 = boto3.client("s3")
        assert s3.get_bucket_versioning(Bucket="data")["Status"] == "Enabled"
        assert s3.get_bucket_tagging(Bucket="data")["TagSet"] == said["Tagging"]["TagSet"]  # type: ignore[index]
        assert s3.get_bucket_cors(Bucket="data")["CORSRules"] == said["CORSConfiguration"]["CORSRules"]  # type: ignore[index]
        assert s3.get_bucket_ownership_controls(Bucket="data")["OwnershipControls"] == said["OwnershipControls"]
        blocks = s3.get_public_access_block(Bucket="data")["PublicAccessBlockConfiguration"]
        assert blocks == said["PublicAccessBlockConfiguration"]
        [rule] = s3.get_bucket_encryption(Bucket="data")["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert json.loads(s3.get_bucket_policy(Bucket="data")["Policy"]) == policy
        head = s3.head_object(Bucket="data", Key="k")
        assert (head["Metadata"], head["CacheControl"], head["ContentType"]) == ({"by": "me"}, "no-store", "text/x")
        assert head["VersionId"] != "null"
        assert s3.get_object_tagging(Bucket="data", Key="folder/")["TagSet"] == [{"Key": "a", "Value": "1"}]


def test_object_lock_and_a_region_are_given_when_the_bucket_is_created(seed: Path) -> None:
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    said = {"ObjectLockEnabledForBucket": True, "ObjectLockConfiguration": lock}
    with mock_aws(seed=str(written(seed, {"s3/locked.json": said})), region="eu-west-1"):
        s3 = boto3.client("s3", region_name="eu-west-1")
        assert s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"] == lock
        assert s3.get_bucket_location(Bucket="locked")["LocationConstraint"] == "eu-west-1"


# --- tables -----------------------------------------------------------------------------------------------------------------


def scanned(name: str = "orders") -> list[Any]:
    items = boto3.client("dynamodb", region_name="us-east-1").scan(TableName=name)["Items"]
    return sorted(items, key=lambda item: str(item["id"]["S"]))


def test_items_are_dynamodb_json_or_plain_json_one_by_one(seed: Path) -> None:
    plain = {"id": "b", "n": 1.5, "whole": 12345678901234567890, "yes": True, "no": None, "l": [1, "x", []], "m": {"S": "a"}}
    items = [{"id": {"S": "a"}, "set": {"SS": ["x", "y"]}, "bytes": {"B": "AAE="}}, plain]
    with mock_aws(seed=str(written(seed, {"dynamodb/orders.json": {**TABLE, "Items": items}}))):
        first, second = scanned()
        assert (sorted(first["set"]["SS"]), first["bytes"]) == (["x", "y"], {"B": b"\0\1"})
        assert second == {
            "id": {"S": "b"}, "n": {"N": "1.5"}, "whole": {"N": "12345678901234567890"}, "yes": {"BOOL": True},
            "no": {"NULL": True}, "l": {"L": [{"N": "1"}, {"S": "x"}, {"L": []}]}, "m": {"M": {"S": {"S": "a"}}},
        }  # fmt: skip


def test_what_describe_table_and_scan_print_is_a_table_with_its_items(seed: Path) -> None:
    index = {"IndexName": "by_team", "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}]}
    projection = {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]}}
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    local = {
        "IndexName": "by_n", "Projection": {"ProjectionType": "ALL"},
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    }  # fmt: skip
    given = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "team", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in (("id", "S"), ("team", "S"), ("n", "N"))
        ],
        "GlobalSecondaryIndexes": [{**index, **projection, "ProvisionedThroughput": units}],
        "LocalSecondaryIndexes": [local], "ProvisionedThroughput": units, "DeletionProtectionEnabled": True,
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}, "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "SSESpecification": {"Enabled": True},
    }  # fmt: skip
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(**given)
        client.put_item(TableName="orders", Item={"id": {"S": "a"}, "team": {"S": "x"}, "n": {"N": "1"}})
        printed, items = client.describe_table(TableName="orders"), client.scan(TableName="orders")
    for answer in (printed, items):
        del answer["ResponseMetadata"]
    files = {"dynamodb/orders.json": json.dumps(printed, default=str), "dynamodb/orders.items.json": items}
    with mock_aws(seed=str(written(seed, files))):
        again = boto3.client("dynamodb", region_name="us-east-1").describe_table(TableName="orders")["Table"]
        assert lasting(again) == lasting(printed["Table"])
        assert scanned() == items["Items"]


def lasting(described: Any) -> Any:
    """What is not of one table's life: no times, ids and ARNs."""
    if isinstance(described, list):
        return [lasting(element) for element in described]
    if not isinstance(described, dict):
        return described
    passing = ("DateTime", "Arn", "TableId", "Label", "ItemCount", "SizeBytes")
    return {name: lasting(held) for name, held in described.items() if not name.endswith(passing)}


def test_what_is_printed_of_a_table_on_demand_is_a_table_on_demand(seed: Path) -> None:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(TableName="orders", **TABLE)
        printed = client.describe_table(TableName="orders")
    del printed["ResponseMetadata"]
    with mock_aws(seed=str(written(seed, {"dynamodb/orders.json": json.dumps(printed, default=str)}))):
        again = boto3.client("dynamodb", region_name="us-east-1").describe_table(TableName="orders")["Table"]
        assert lasting(again) == lasting(printed["Table"])


def test_lines_of_items_a_time_to_live_and_a_table_delay(seed: Path) -> None:
    """Lines may be those of an export. A table is ACTIVE at once, whatever the delay of tables is."""
    lines = '{"Item": {"id": {"S": "a"}}}\n\n{"id": "b"}\n'
    ttl = {"Enabled": True, "AttributeName": "at"}
    files = {"dynamodb/orders.json": {**TABLE, "TimeToLiveSpecification": ttl}, "dynamodb/orders.items.jsonl": lines}
    with mock_aws(seed=str(written(seed, files)), table_delay=60.0):
        assert scanned() == [{"id": {"S": "a"}}, {"id": {"S": "b"}}]
        client = boto3.client("dynamodb", region_name="us-east-1")
        assert client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]["AttributeName"] == "at"


# --- domains ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "items",
    [
        {"ann": {"mail": "a@x", "role": ["admin", "dev"]}, "bob": {"mail": "b@x"}},
        [
            {"Name": "ann", "Attributes": [{"Name": "role", "Value": value} for value in ("admin", "dev")]},
            {"Name": "bob", "Attributes": [{"Name": "mail", "Value": "b@x"}]},
        ],
    ],
    ids=["an object", "what select prints"],
)  # fmt: skip
def test_a_domain_has_its_items(seed: Path, items: Any) -> None:
    with mock_aws(seed=str(written(seed, {"simpledb/users.json": {"Items": items}}))):
        sdb = boto3.client("sdb", region_name="us-east-1")
        found = {item["Name"]: item["Attributes"] for item in sdb.select(SelectExpression="select * from users")["Items"]}
        assert {pair["Value"] for pair in found["ann"] if pair["Name"] == "role"} == {"admin", "dev"}
        assert found["bob"] == [{"Name": "mail", "Value": "b@x"}]


# --- as a whole or not at all -----------------------------------------------------------------------------------------------

GOOD = {"s3/a-bucket/k": "v", "dynamodb/a-table.json": {**TABLE, "Items": [{"id": "a"}]}, "simpledb/a-domain.json": {}}


def emulator_of(seed: Path, store: MemoryStore, **config: Any) -> Emulator:
    return build(Config(seed=str(seed), **config), store=store, clock=store.clock, ids=store.ids)


def new_store() -> MemoryStore:
    return MemoryStore(ManualClock(), CountingIds())


def everything(store: MemoryStore) -> list[Any]:
    return store.view(lambda txn: [(table, *entry) for table in txn.tables() for entry in txn.scan(table)])


def test_all_of_a_seed_is_one_commit(seed: Path) -> None:
    store, told = new_store(), []
    store.on_commit = told.append
    emulator_of(written(seed, GOOD), store).close()
    assert len(told) == 1
    assert {table.partition(".")[0] for table, *_ in everything(store)} == {"s3", "dynamodb", "simpledb"}


def test_what_is_there_already_stays_as_it_is_and_the_rest_is_applied(seed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = new_store()
    emulator_of(written(seed, GOOD), store).close()
    before = everything(store)
    written(seed, {"s3/a-bucket/later": "v", "s3/new-bucket/k": "v"})
    capsys.readouterr()
    emulator_of(seed, store).close()
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].rpartition("/")[2] for line in told] == [
        f"{name}: {name} is there already and stays as it is" for name in ("a-bucket", "a-table", "a-domain")
    ]
    after = everything(store)
    assert [entry for entry in after if entry in before] == before
    assert {table for table, *_ in after if table not in {table for table, *_ in before}} == set()
    assert [key[0] for table, key, _ in after if table == "s3.name"] == ["a-bucket", "new-bucket"]


def test_a_reset_applies_again_in_one_commit_and_a_seed_that_is_broken_by_then_forgets_nothing(seed: Path) -> None:
    store = new_store()
    emulator = emulator_of(written(seed, GOOD), store)
    written(seed, {"s3/b-bucket/k": "v"})
    told: list[Any] = []
    store.on_commit = told.append
    emulator.reset_now()
    assert len(told) == 1
    assert [key[0] for table, key, _ in everything(store) if table == "s3.name"] == ["a-bucket", "b-bucket"]
    written(seed, {"simpledb/a-domain.json": {"Items": 5}})
    before = everything(store)
    with pytest.raises(SeedRefused):
        emulator.reset_now()
    assert everything(store) == before
    emulator.close()


def test_a_reset_of_another_account_applies_nothing(seed: Path) -> None:
    store = new_store()
    emulator = emulator_of(written(seed, GOOD), store)
    written(seed, {"s3/b-bucket/k": "v"})
    emulator.reset_now("111111111111")
    assert [key[0] for table, key, _ in everything(store) if table == "s3.name"] == ["a-bucket"]
    emulator.close()


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no JSON": ({"dynamodb/t.json": "{"}, "dynamodb/t.json: line 1, column 2: Expecting property name"),
    "no object": ({"dynamodb/t.json": []}, "dynamodb/t.json: a table is an object of JSON, not a list"),
    "no number": ({"dynamodb/t.json": '{"Items": [NaN]}'}, "dynamodb/t.json: NaN is no number of JSON"),
    "a number too long": ({"dynamodb/t.json": "9" * 5000}, "dynamodb/t.json: it has a number that is too long to be read"),
    "an exponent too long": (
        {"dynamodb/orders.json": TABLE, "dynamodb/orders.items.jsonl": "\n[1e99999999999999999999]"},
        "dynamodb/orders.items.jsonl: line 2: it has a number that is too long to be read",
    ),
    "half a character": (
        {"s3/data.json": '{"Objects": [{"Key": "\\ud800", "Body": ""}]}'},
        "s3/data: '\\ud800' is no character, in a name or in a text",
    ),
    "deep documents": (
        {"s3/data.json": '{"CORSConfiguration": ' + '{"a": ' * 900 + "1" + "}" * 901}, "s3/data: it nests too deeply",
    ),
    "deep items": (
        {"dynamodb/orders.json": TABLE, "dynamodb/orders.items.jsonl": '{"id": "a", "v": ' + "[" * 900 + "]" * 900 + "}"},
        "dynamodb/orders: it nests too deeply",
    ),
    "no UTF-8": ({"dynamodb/t.json": b'{"\xff"'}, "dynamodb/t.json: byte 2 is no UTF-8"),
    "a misspelt member": ({"dynamodb/t.json": {"KeySchemas": []}}, "dynamodb/t.json: a table has no KeySchemas; it can have"),
    "a wrong type": ({"dynamodb/orders.json": {**TABLE, "KeySchema": 5}}, "dynamodb/orders.json: SerializationException"),
    "a wrong key": (
        {"dynamodb/orders.json": {**TABLE, "Items": [{"id": "a"}, {"id": 5}]}},
        "dynamodb/orders.json: item 2: ValidationException: One or more parameter values were invalid: Type mismatch for key id",
    ),
    "no item": ({"dynamodb/orders.json": {**TABLE, "Items": [5]}}, "item 1: an item is an object, not a number"),
    "no items": ({"dynamodb/orders.json": {**TABLE, "Items": {}}}, "orders.json: Items is a list of items, not an object"),
    "another name": ({"dynamodb/orders.json": {**TABLE, "TableName": "x"}}, "TableName is 'x'; the file's name says 'orders'"),
    "a name of two letters": ({"dynamodb/ab.json": TABLE}, "dynamodb/ab.json: ValidationException: 1 validation error detected"),
    "nothing described": ({"dynamodb/orders.json": {"Table": {"BillingModeSummary": 5}}}, "Table is not what `aws dynamodb"),
    "items of no table": ({"dynamodb/orders.items.json": []}, "there is no orders.json that says what it is"),
    "a bad line": ({"dynamodb/orders.json": TABLE, "dynamodb/orders.items.jsonl": "{}\n{"}, "items.jsonl: line 2, column 2"),
    "a folder among tables": ({"dynamodb/x/y": ""}, "dynamodb/x: here are TABLE.json, TABLE.items.json"),
    "a bucket's name": ({"s3/A/k": ""}, "s3/A: InvalidBucketName: The specified bucket is not valid."),
    "a bucket's member": ({"s3/data.json": {"Versioning": "on"}}, "s3/data.json: a bucket has no Versioning; it can have ACL, "),
    "a bucket's document": ({"s3/data.json": {"Tagging": 5}}, "s3/data.json: Tagging is an object, not a number"),
    "a bucket's list": ({"s3/data.json": {"Tagging": {"TagList": []}}}, "s3/data.json: Tagging has no list TagList"),
    "what AWS refuses": (
        {"s3/data.json": {"VersioningConfiguration": {"Status": "on"}}}, "s3/data.json: VersioningConfiguration: MalformedXML",
    ),
    "a policy": ({"s3/data.json": {"Policy": {"Version": "1"}}}, "s3/data.json: Policy: MalformedPolicy: "),
    "an object of no file": ({"s3/data.json": {"Objects": [{"Key": "k"}]}}, "k: there is neither a Body nor a file"),
    "an object's member": ({"s3/data.json": {"Objects": [{"Key": "k", "Type": 1}]}}, "object 1: an object has no Type"),
    "a long key": ({"s3/data.json": {"Objects": [{"Key": "k" * 1025, "Body": ""}]}}, "KeyTooLongError: Your key is too long"),
    "a file among buckets": ({"s3/k.txt": ""}, "s3/k.txt: here are folders of buckets, and BUCKET.json"),
    "a number in a domain": ({"simpledb/users.json": {"Items": {"a": {"b": 5}}}}, "a: names and values of SimpleDB are"),
    "a domain's items": ({"simpledb/users.json": {"Items": 5}}, "users.json: Items is an object or a list, not a number"),
    "a domain's item": ({"simpledb/users.json": {"Items": [{"Id": 1}]}}, "item 1: an item has a Name, and Attributes"),
    "a domain's name": ({"simpledb/a b.json": {}}, "a b.json: InvalidParameterValue: Value (a b) for parameter Domain"),
    "another service": ({"sqs/queue.json": {}}, "sqs: a seed has the folders s3, dynamodb, simpledb, and nothing else"),
    "a file at the top": ({"orders.json": {}}, "orders.json: a seed has the folders"),
}  # fmt: skip


def test_what_is_neither_a_file_nor_a_folder_is_refused(seed: Path) -> None:
    """It was waited for without end."""
    written(seed, GOOD)
    (seed / "s3" / "a-bucket").mkdir(parents=True, exist_ok=True)
    os.mkfifo(seed / "s3" / "a-bucket" / "pipe")
    store = new_store()
    with pytest.raises(SeedRefused, match="pipe: it is neither a file nor a folder"):
        emulator_of(seed, store)
    assert everything(store) == []


@pytest.mark.parametrize("name", ["s3/pipe.json", "dynamodb/pipe.json", "dynamodb/pipes.items.jsonl", "simpledb/pipe.json"])
def test_a_pipe_where_a_document_is_read_is_refused(seed: Path, name: str) -> None:
    """It was waited for without end."""
    written(seed, {**GOOD, "dynamodb/pipes.json": TABLE})
    (seed / name).parent.mkdir(exist_ok=True)
    os.mkfifo(seed / name)
    store = new_store()
    with pytest.raises(SeedRefused, match="it is neither a file nor a folder"):
        emulator_of(seed, store)
    assert everything(store) == []


def test_a_folder_whose_name_is_no_text_is_refused(seed: Path) -> None:
    written(seed, GOOD)
    os.mkdir(os.fsencode(seed / "s3") + b"/b-\xff")
    store = new_store()
    with pytest.raises(SeedRefused, match="is no character") as refused:
        emulator_of(seed, store)
    str(refused.value).encode()
    assert everything(store) == []


def test_a_snapshot_that_is_refused_leaves_no_room_taken(seed: Path, tmp_path: Path) -> None:
    """Not even by the body at whose end the damage was found."""
    with mock_aws() as held:
        boto3.client("s3").create_bucket(Bucket="data")
        boto3.client("s3").put_object(Bucket="data", Key="k", Body=b"body" * 4096)
        seed = tmp_path / "damaged.zip"
        calls = held.emulator
        answer = asyncio.run(calls.answer(calls.received("GET", "/_condemu/snapshot", "", {"host": "localhost"}, BytesBody(b""))))
        seed.write_bytes(b"".join(answer.body))
    text = seed.read_bytes()
    seed.write_bytes(text.replace(b"bodybodybody", b"bodyxxxxbody", 1))
    blobs = SpoolBlobs(str(tmp_path))
    seeding = Seeding(Engine(new_store()), blobs, SPACES, Config(seed=str(seed)), lambda engine: {})
    with pytest.raises(SeedRefused, match="damaged"):
        seeding.apply()
    blobs.settle()
    assert blobs.in_memory == 0


@pytest.fixture
def usual_depth() -> Iterator[None]:
    """Calls nest as deeply as Python lets them by itself: another test of this process may have raised the limit."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(raised)


@pytest.mark.usefixtures("usual_depth")
@pytest.mark.parametrize("name", BAD)
def test_a_mistake_in_one_file_is_one_sentence_and_nothing_is_applied(seed: Path, name: str) -> None:
    files, sentence = BAD[name]
    store = new_store()
    with pytest.raises(SeedRefused) as refused:
        emulator_of(written(seed, {**GOOD, **files}), store)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(str(seed))
    assert "\n" not in str(refused.value)
    assert everything(store) == []
    assert store.index == 0


def test_the_process_ends_with_1_and_the_sentence(seed: Path) -> None:
    done = run("serve", "--port", "0", "--seed", str(written(seed, {**GOOD, **BAD["a wrong key"][0]})))
    assert (done.returncode, done.stdout) == (1, "")
    assert BAD["a wrong key"][1] in done.stderr
    assert done.stderr.count("\n") == 1
    assert "there is no such directory" in run("serve", "--seed", str(seed / "nothing")).stderr


def test_a_server_says_ready_when_the_seed_is_there(seed: Path) -> None:
    with served("--auth", "strict", "--admin-token", "t", CONDEMU_SEED=str(written(seed, GOOD))) as (_, url):
        assert ask(url, "GET", "/a-bucket/k")[0] == 403
    with served(CONDEMU_SEED=str(seed)) as (_, url):
        assert ask(url, "GET", "/a-bucket/k") == (200, b"v")
        assert ask(url, "DELETE", "/a-bucket/k")[0] == 204
        assert ask(url, "POST", "/_condemu/reset") == (200, b'{"status": "ok"}')
        assert ask(url, "GET", "/a-bucket/k") == (200, b"v")
        written(seed, {"s3/x.txt": ""})
        status, body = ask(url, "POST", "/_condemu/reset")
        assert (status, b"nothing was forgotten" in body) == (409, True)
        assert ask(url, "GET", "/_condemu/config")[1].count(str(seed).encode()) == 0


def test_what_is_there_at_the_start_is_the_default_accounts_whoever_that_is(seed: Path) -> None:
    with mock_aws(seed=str(written(seed, GOOD)), buckets=("c-bucket",)):
        assert [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]] == ["a-bucket", "c-bucket"]
        assert boto3.client("s3").list_objects_v2(Bucket="c-bucket")["KeyCount"] == 0


# --- snapshot files ---------------------------------------------------------------------------------------------------------


def test_a_snapshot_file_is_a_seed_for_accounts_that_hold_nothing(seed: Path, tmp_path: Path) -> None:
    file = tmp_path / "state.zip"
    with served("--seed", str(written(seed, GOOD))) as (_, url):
        assert run("data", "save", str(file), "--url", url).returncode == 0
    store = new_store()
    emulator_of(file, store).close()
    before = everything(store)
    assert {table.partition(".")[0] for table, *_ in before} == {"s3", "dynamodb", "simpledb"}
    emulator_of(file, store).close()
    assert everything(store) == before


def test_a_snapshot_file_that_is_damaged_or_of_other_names_is_refused(seed: Path, tmp_path: Path) -> None:
    file, damaged = tmp_path / "state.zip", tmp_path / "damaged.zip"
    with served("--seed", str(written(seed, GOOD))) as (_, url):
        assert run("data", "save", str(file), "--url", url).returncode == 0
    damaged.write_bytes(file.read_bytes()[:-40])
    store = new_store()
    with pytest.raises(SeedRefused, match=r"damaged.zip: this is no snapshot file"):
        emulator_of(damaged, store)
    with pytest.raises(SeedRefused, match="made with --bucket-names global, and here they are per-account"):
        emulator_of(file, store, bucket_names="per-account")
    assert everything(store) == []


# --- with a data directory --------------------------------------------------------------------------------------------------


def test_a_seed_that_is_refused_leaves_a_data_directory_as_it_was(seed: Path, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    done = run("serve", "--port", "0", "--data", data, "--seed", str(written(seed, {**GOOD, **BAD["a domain's name"][0]})))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    with served("--data", data) as (_, url):
        assert ask(url, "HEAD", "/a-bucket")[0] == 404


def test_what_was_loaded_from_a_file_is_there_after_a_restart(seed: Path, tmp_path: Path) -> None:
    """The commits of the emulator that wrote the file are more than those of the one that reads it."""
    file, data, large = tmp_path / "state.zip", str(tmp_path / "data"), b"x" * 200_000
    with served("--seed", str(written(seed, {**GOOD, "s3/a-bucket/large": large}))) as (_, url):
        for number in range(20):
            assert ask(url, "PUT", "/a-bucket/k", str(number).encode())[0] == 200
        assert run("data", "save", str(file), "--url", url).returncode == 0
    with served("--data", data) as (_, url):
        assert run("data", "load", str(file), "--url", url).returncode == 0
    for body in (b"19", b"next"):
        with served("--data", data) as (_, url):
            assert ask(url, "GET", "/a-bucket/k") == (200, body)
            assert ask(url, "GET", "/a-bucket/large") == (200, large)
            assert ask(url, "PUT", "/a-bucket/k", b"next")[0] == 200
