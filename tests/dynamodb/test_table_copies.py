"""Point-in-time recovery, exports to S3 and imports from it; global tables are refused."""

from __future__ import annotations

import csv
import gzip
import json
from base64 import b64encode
from hashlib import md5
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.dynamodb.errors import control as rows
from condemu.server.app import build
from condemu.testing.transport import install

OPTIONS = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
SCHEMA = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ENABLED = {"PointInTimeRecoveryEnabled": True}
ITEMS = [{"pk": {"S": key}, "v": {"N": str(number)}, "b": {"B": b"\0"}} for number, key in enumerate("abc")]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def session(clock: ManualClock) -> Any:
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, build(clock=clock, ids=CountingIds()))
    return session


@pytest.fixture
def s3(session: Any) -> Any:
    client = session.client("s3", config=OPTIONS)
    client.create_bucket(Bucket="bucket")
    return client


@pytest.fixture
def dynamodb(session: Any) -> Any:
    client = session.client("dynamodb", config=OPTIONS)
    client.create_table(TableName="table", **SCHEMA)
    for item in ITEMS:
        client.put_item(TableName="table", Item=item)
    return client


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def arn(dynamodb: Any) -> str:
    return str(dynamodb.describe_table(TableName="table")["Table"]["TableArn"])


def exported(dynamodb: Any, **parameters: Any) -> dict[str, Any]:
    """An export as it has ended."""
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    begun = dynamodb.export_table_to_point_in_time(TableArn=arn(dynamodb), S3Bucket="bucket", **parameters)["ExportDescription"]
    assert begun["ExportStatus"] == "IN_PROGRESS"
    found: dict[str, Any] = dynamodb.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    return found


def imported(dynamodb: Any, name: str = "copy", schema: Any = SCHEMA, **parameters: Any) -> dict[str, Any]:
    """An import as it has ended."""
    begun = dynamodb.import_table(TableCreationParameters={"TableName": name, **schema}, **parameters)["ImportTableDescription"]
    assert begun["ImportStatus"] == "IN_PROGRESS"
    found: dict[str, Any] = dynamodb.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    return found


# --- point-in-time recovery -------------------------------------------------------------------------------------------------


def test_point_in_time_recovery_is_kept_and_told_again(dynamodb: Any, clock: ManualClock) -> None:
    start = clock.now()
    wanted = {**ENABLED, "RecoveryPeriodInDays": 7}
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=wanted)
    clock.advance(3600)
    found = dynamodb.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    recovery = found["PointInTimeRecoveryDescription"]
    assert (found["ContinuousBackupsStatus"], recovery["PointInTimeRecoveryStatus"]) == ("ENABLED", "ENABLED")
    assert recovery["RecoveryPeriodInDays"] == 7
    assert recovery["EarliestRestorableDateTime"].timestamp() == pytest.approx(start, abs=0.001)
    assert recovery["LatestRestorableDateTime"].timestamp() == pytest.approx(start + 3300, abs=0.001)
    off = {"PointInTimeRecoveryEnabled": False}
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=off)
    found = dynamodb.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_period_of_recovery_that_is_disabled_is_refused_and_changes_nothing(dynamodb: Any) -> None:
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    wanted = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}
    row = rows.RECOVERY_DAYS_SUPERFLUOUS
    found = refused(dynamodb.update_continuous_backups, TableName="table", PointInTimeRecoverySpecification=wanted)
    assert found == (row.code, row.message)
    found = dynamodb.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_recovery_of_a_missing_table_is_refused(dynamodb: Any) -> None:
    found = refused(dynamodb.update_continuous_backups, TableName="ghost", PointInTimeRecoverySpecification=ENABLED)
    assert found == ("TableNotFoundException", "Table not found: ghost")


def test_a_period_of_more_than_35_days_is_refused_and_changes_nothing(dynamodb: Any) -> None:
    wanted = {**ENABLED, "RecoveryPeriodInDays": 36}
    code, _ = refused(dynamodb.update_continuous_backups, TableName="table", PointInTimeRecoverySpecification=wanted)
    assert code == "ValidationException"
    found = dynamodb.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_recovery_of_a_table_that_is_being_created_is_unavailable(clock: ManualClock) -> None:
    from condemu.server.config import Config

    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, build(Config(table_delay=10.0), clock=clock, ids=CountingIds()))
    dynamodb = session.client("dynamodb", config=OPTIONS)
    dynamodb.create_table(TableName="table", **SCHEMA)
    row = rows.BACKUPS_UNAVAILABLE
    found = refused(dynamodb.update_continuous_backups, TableName="table", PointInTimeRecoverySpecification=ENABLED)
    assert found[0] == row.code


# --- exports ----------------------------------------------------------------------------------------------------------------


def test_an_export_is_in_the_bucket_as_aws_writes_it(dynamodb: Any, s3: Any) -> None:
    export = exported(dynamodb, S3Prefix="some/where")
    assert (export["ExportStatus"], export["ItemCount"], export["ExportFormat"]) == ("COMPLETED", 3, "DYNAMODB_JSON")
    place = f"some/where/AWSDynamoDB/{export['ExportArn'].rpartition('/')[2]}/"
    names = [one["Key"].removeprefix(place) for one in s3.list_objects_v2(Bucket="bucket")["Contents"]]
    data = next(name for name in names if name.startswith("data/"))
    assert set(names) - {data} == {
        "_started", "manifest-files.json", "manifest-files.checksum", "manifest-summary.json", "manifest-summary.checksum",
    }  # fmt: skip
    held = {name: s3.get_object(Bucket="bucket", Key=place + name)["Body"].read() for name in names}
    lines = [json.loads(line)["Item"] for line in gzip.decompress(held[data]).splitlines()]
    assert sorted(line["pk"]["S"] for line in lines) == ["a", "b", "c"]
    assert next(line for line in lines if line["v"] == {"N": "0"})["pk"] == {"S": "a"}
    listed = json.loads(held["manifest-files.json"])
    assert (listed["itemCount"], listed["dataFileS3Key"]) == (3, place + data)
    assert listed["md5Checksum"] == b64encode(md5(held[data], usedforsecurity=False).digest()).decode()
    summary = json.loads(held["manifest-summary.json"])
    assert (summary["exportArn"], summary["itemCount"]) == (export["ExportArn"], 3)
    assert export["ExportManifest"] == place + "manifest-summary.json"
    assert dynamodb.list_exports()["ExportSummaries"] == [
        {"ExportArn": export["ExportArn"], "ExportStatus": "COMPLETED", "ExportType": "FULL_EXPORT"}
    ]


def test_an_export_without_recovery_is_refused(dynamodb: Any, s3: Any) -> None:
    row = rows.RECOVERY_UNAVAILABLE
    found = refused(dynamodb.export_table_to_point_in_time, TableArn=arn(dynamodb), S3Bucket="bucket")
    assert found == (row.code, row.message.format(table="table"))
    assert "Contents" not in s3.list_objects_v2(Bucket="bucket")
    assert dynamodb.list_exports()["ExportSummaries"] == []


@pytest.mark.parametrize("wanted", [{"ExportType": "INCREMENTAL_EXPORT"}, {"ExportFormat": "ION"}], ids=["type", "format"])
def test_what_cannot_be_exported_is_refused(dynamodb: Any, s3: Any, wanted: Any) -> None:
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    row = rows.EXPORT_UNSUPPORTED
    found = refused(dynamodb.export_table_to_point_in_time, TableArn=arn(dynamodb), S3Bucket="bucket", **wanted)
    assert found == (row.code, row.message)
    assert "Contents" not in s3.list_objects_v2(Bucket="bucket")


def test_a_table_is_exported_as_it_was(dynamodb: Any, s3: Any, clock: ManualClock) -> None:
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    clock.advance(10)
    before = clock.now()
    clock.advance(1)
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "late"}})
    dynamodb.delete_item(TableName="table", Key={"pk": {"S": "a"}})
    export = exported(dynamodb, ExportTime=before)
    assert (export["ItemCount"], export["ExportTime"].timestamp()) == (3, before)
    held = s3.list_objects_v2(Bucket="bucket", Prefix=f"AWSDynamoDB/{export['ExportArn'].rpartition('/')[2]}/data/")["Contents"]
    body = s3.get_object(Bucket="bucket", Key=held[0]["Key"])["Body"].read()
    lines = [json.loads(line)["Item"]["pk"]["S"] for line in gzip.decompress(body).splitlines()]
    assert sorted(lines) == ["a", "b", "c"]


@pytest.mark.parametrize("apart", [-1, 1], ids=["before recovery was enabled", "to come"])
def test_a_time_that_cannot_be_exported_is_refused(dynamodb: Any, s3: Any, clock: ManualClock, apart: int) -> None:
    dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    row = rows.EXPORT_TIME_OUTSIDE
    wanted = {"TableArn": arn(dynamodb), "S3Bucket": "bucket", "ExportTime": int(clock.now()) + apart}
    assert refused(dynamodb.export_table_to_point_in_time, **wanted) == (row.code, row.message)
    assert dynamodb.list_exports()["ExportSummaries"] == []


def test_a_token_begins_one_export(dynamodb: Any, s3: Any) -> None:
    first = exported(dynamodb, ClientToken="token")
    again = dynamodb.export_table_to_point_in_time(TableArn=arn(dynamodb), S3Bucket="bucket", ClientToken="token")
    assert again["ExportDescription"]["ExportArn"] == first["ExportArn"]
    assert again["ExportDescription"]["ExportStatus"] == "COMPLETED"
    found = refused(
        dynamodb.export_table_to_point_in_time, TableArn=arn(dynamodb), S3Bucket="bucket", ClientToken="token", S3Prefix="x"
    )
    row = rows.EXPORT_CONFLICT
    assert found == (row.code, row.message)


def test_an_export_into_no_bucket_fails(dynamodb: Any) -> None:
    export = exported(dynamodb)
    assert (export["ExportStatus"], export["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


# --- imports ----------------------------------------------------------------------------------------------------------------


def test_an_export_can_be_imported(dynamodb: Any, s3: Any) -> None:
    export = exported(dynamodb)
    source = {"S3Bucket": "bucket", "S3KeyPrefix": f"AWSDynamoDB/{export['ExportArn'].rpartition('/')[2]}/data/"}
    found = imported(dynamodb, S3BucketSource=source, InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP")
    assert (found["ImportStatus"], found["ImportedItemCount"], found["ErrorCount"]) == ("COMPLETED", 3, 0)
    assert dynamodb.describe_table(TableName="copy")["Table"]["TableStatus"] == "ACTIVE"
    assert dynamodb.scan(TableName="copy")["Items"] == dynamodb.scan(TableName="table")["Items"]
    assert [one["ImportArn"] for one in dynamodb.list_imports()["ImportSummaryList"]] == [found["ImportArn"]]


def test_lines_that_are_no_items_are_errors(dynamodb: Any, s3: Any) -> None:
    lines = ['{"Item":{"pk":{"S":"a"}}}', '{"Item":{"other":{"S":"a"}}}', "nonsense", '{"Item":{"pk":{"X":"a"}}}', "[]"]
    s3.put_object(Bucket="bucket", Key="lines", Body="\n".join(lines).encode())
    found = imported(dynamodb, S3BucketSource={"S3Bucket": "bucket"}, InputFormat="DYNAMODB_JSON")
    assert (found["ImportedItemCount"], found["ErrorCount"], found["ProcessedItemCount"]) == (1, 4, 5)
    assert dynamodb.scan(TableName="copy")["Items"] == [{"pk": {"S": "a"}}]


def test_a_table_is_imported_from_csv(dynamodb: Any, s3: Any) -> None:
    s3.put_object(Bucket="bucket", Key="table.csv", Body=b'pk,v,w\n1,"a,b",\n2,c,d\n')
    schema = {**SCHEMA, "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]}
    imported(dynamodb, schema=schema, S3BucketSource={"S3Bucket": "bucket"}, InputFormat="CSV")
    items = sorted(dynamodb.scan(TableName="copy")["Items"], key=lambda item: item["pk"]["N"])
    assert items == [{"pk": {"N": "1"}, "v": {"S": "a,b"}}, {"pk": {"N": "2"}, "v": {"S": "c"}, "w": {"S": "d"}}]


def test_a_cell_may_be_as_long_as_an_item_and_a_longer_one_is_an_error(dynamodb: Any, s3: Any) -> None:
    """What comes before and after it is imported, and Python's own limit is as it was."""
    usual = csv.field_size_limit()
    rows = ["pk,v", "a,1", "b," + "x" * 400_000, "c," + "x" * 410_000, "d,2"]
    s3.put_object(Bucket="bucket", Key="table.csv", Body="\n".join(rows).encode())
    found = imported(dynamodb, S3BucketSource={"S3Bucket": "bucket"}, InputFormat="CSV")
    assert (found["ImportStatus"], found["ImportedItemCount"], found["ErrorCount"]) == ("COMPLETED", 3, 1)
    assert sorted(item["pk"]["S"] for item in dynamodb.scan(TableName="copy")["Items"]) == ["a", "b", "d"]
    assert csv.field_size_limit() == usual


@pytest.mark.parametrize("delimiter", ["\n", '"', "x"])
def test_a_delimiter_that_the_api_does_not_have_is_refused(dynamodb: Any, s3: Any, delimiter: str) -> None:
    options = {"Csv": {"Delimiter": delimiter}}
    parameters = {"S3BucketSource": {"S3Bucket": "bucket"}, "InputFormat": "CSV", "InputFormatOptions": options}
    code, message = refused(dynamodb.import_table, TableCreationParameters={"TableName": "copy", **SCHEMA}, **parameters)
    assert (code, message.endswith("Member must satisfy regular expression pattern: [,;:|\\t ]")) == ("ValidationException", True)
    assert dynamodb.list_tables()["TableNames"] == ["table"]


def test_an_import_into_a_table_that_is_there_is_refused(dynamodb: Any, s3: Any) -> None:
    before = dynamodb.scan(TableName="table")["Items"]
    parameters = {"S3BucketSource": {"S3Bucket": "bucket"}, "InputFormat": "CSV"}
    found = refused(dynamodb.import_table, TableCreationParameters={"TableName": "table", **SCHEMA}, **parameters)
    assert found == ("ResourceInUseException", "Table already exists: table")
    assert dynamodb.scan(TableName="table")["Items"] == before


def test_an_import_that_cannot_read_leaves_no_table(dynamodb: Any, s3: Any) -> None:
    found = imported(dynamodb, S3BucketSource={"S3Bucket": "no-such-bucket"}, InputFormat="CSV")
    assert (found["ImportStatus"], found["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert dynamodb.list_tables()["TableNames"] == ["table"]


def test_ion_and_zstd_are_refused(dynamodb: Any) -> None:
    row = rows.IMPORT_UNSUPPORTED
    for wanted in ({"InputFormat": "ION"}, {"InputFormat": "CSV", "InputCompressionType": "ZSTD"}):
        parameters = {"TableCreationParameters": {"TableName": "copy", **SCHEMA}, "S3BucketSource": {"S3Bucket": "bucket"}}
        assert refused(dynamodb.import_table, **parameters, **wanted) == (row.code, row.message)


def test_a_token_begins_one_import(dynamodb: Any, s3: Any) -> None:
    wanted = {"S3BucketSource": {"S3Bucket": "bucket"}, "InputFormat": "CSV", "ClientToken": "token"}
    first = imported(dynamodb, **wanted)
    parameters = {"TableCreationParameters": {"TableName": "copy", **SCHEMA}, **wanted}
    assert dynamodb.import_table(**parameters)["ImportTableDescription"]["ImportArn"] == first["ImportArn"]
    row = rows.IMPORT_CONFLICT
    assert refused(dynamodb.import_table, **{**parameters, "InputFormat": "DYNAMODB_JSON"}) == (row.code, row.message)


# --- what is not emulated ---------------------------------------------------------------------------------------------------


def test_global_tables_are_refused_clearly(dynamodb: Any) -> None:
    row = rows.NO_GLOBAL_TABLES
    expected = (row.code, row.message)
    before = dynamodb.describe_table(TableName="table")["Table"]
    replica = [{"RegionName": "eu-west-1"}]
    assert refused(dynamodb.create_global_table, GlobalTableName="table", ReplicationGroup=replica) == expected
    assert refused(dynamodb.update_global_table, GlobalTableName="table", ReplicaUpdates=[]) == expected
    assert refused(dynamodb.update_table, TableName="table", ReplicaUpdates=[{"Create": replica[0]}]) == expected
    assert refused(dynamodb.create_table, TableName="other", GlobalTableSourceArn=arn(dynamodb), **SCHEMA) == expected
    assert dynamodb.describe_table(TableName="table")["Table"] == before
    assert dynamodb.list_tables()["TableNames"] == ["table"]


def test_insights_of_an_index_that_is_not_there(dynamodb: Any) -> None:
    row = rows.INSIGHTS_INDEX_NOT_FOUND
    found = refused(dynamodb.describe_contributor_insights, TableName="table", IndexName="index")
    assert found == (row.code, row.message.format(index="index", table="table"))
    assert refused(dynamodb.list_contributor_insights, TableName="ghost")[0] == "ResourceNotFoundException"


def test_the_endpoint_is_the_host_that_was_asked(session: Any) -> None:
    client = session.client("dynamodb", config=OPTIONS, endpoint_url="http://localhost:4566")
    assert client.describe_endpoints()["Endpoints"][0]["Address"] == "localhost:4566"
