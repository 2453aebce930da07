"""What tools read before they change anything: the answers about a table that was just created."""

from __future__ import annotations

from typing import Any

import pytest

from ..expect import Refusal, accepted, attempt, refused, same, true, unchanged
from ..resources import Resources, remove_table, wait
from ..tables import truth_table

pytestmark = pytest.mark.tier("exact")

SCHEMA = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def asked(dynamodb: Any, operation: str, table: str) -> Any:
    """The answer about a table, without its metadata and the table's name."""
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    of_arn = operation in ("list_exports", "list_imports")
    given = {"ResourceArn": arn} if operation in ("list_tags_of_resource", "get_resource_policy") else {"TableName": table}
    call = vars(type(dynamodb))[operation].__get__(dynamodb)
    answer = attempt(call, **({"TableArn": arn} if of_arn else given))
    if isinstance(answer, Refusal):
        return answer.code
    return {name: value for name, value in answer.items() if name not in ("ResponseMetadata", "TableName")}


@pytest.mark.needs("dynamodb.fresh_reads")
@truth_table("""
    | read                                    | answer                                                   | evidence   |
    |-----------------------------------------|----------------------------------------------------------|------------|
    | list_backups                            | {'BackupSummaries': []}                                  | documented |
    | list_exports                            | {'ExportSummaries': []}                                  | documented |
    | list_imports                            | {'ImportSummaryList': []}                                | documented |
    | list_contributor_insights               | {'ContributorInsightsSummaries': []}                     | documented |
    | describe_contributor_insights           | {'ContributorInsightsStatus': 'DISABLED'}                | documented |
    | describe_kinesis_streaming_destination  | {'KinesisDataStreamDestinations': []}                    | documented |
    | describe_time_to_live                   | {'TimeToLiveDescription': {'TimeToLiveStatus': 'DISABLED'}} | documented |
    | list_tags_of_resource                   | {'Tags': []}                                             | documented |
    | get_resource_policy                     | PolicyNotFoundException                                  | documented |
""")
def test_a_read_of_a_table_that_has_nothing(dynamodb: Any, table: str, row: dict[str, str]) -> None:
    """A table that was just created has no copies, insights, streams to Kinesis, expiry, tags or policy, and every read says so.

    Source: DynamoDB API Reference, the page of each operation [documented]
    """
    same(str(asked(dynamodb, row["read"], table)), row["answer"], "the answer")


@pytest.mark.needs("dynamodb.fresh_reads")
def test_what_the_account_may_have(dynamodb: Any) -> None:
    """DescribeLimits tells the capacity that an account and a table may have.

    Source: DynamoDB API Reference, "DescribeLimits" [documented]
    """
    found = accepted(dynamodb.describe_limits)
    names = [f"{whose}Max{kind}CapacityUnits" for whose in ("Account", "Table") for kind in ("Read", "Write")]
    true(all(found.get(name, 0) > 0 for name in names), f"there are four limits: {found}")


@pytest.mark.needs("dynamodb.fresh_reads")
def test_where_the_endpoint_is(dynamodb: Any) -> None:
    """DescribeEndpoints names one host, for a day.

    Source: DynamoDB API Reference, "DescribeEndpoints" [documented]
    """
    (found,) = accepted(dynamodb.describe_endpoints)["Endpoints"]
    host = dynamodb.meta.endpoint_url.partition("://")[2]
    same(found, {"Address": host, "CachePeriodInMinutes": 1440}, "the endpoint")


@pytest.mark.needs("dynamodb.fresh_reads")
def test_a_global_table_that_is_not_there(dynamodb: Any, table: str) -> None:
    """A table that is no global table of 2017 is not found as one.

    Source: DynamoDB API Reference, "DescribeGlobalTable" [documented]
    """
    true(table not in str(accepted(dynamodb.list_global_tables).get("GlobalTables")), "no global table has its name")
    refused(dynamodb.describe_global_table, GlobalTableName=table, status=400, code="GlobalTableNotFoundException")


def test_the_expiry_of_a_table_that_is_being_created(dynamodb: Any, resources: Resources) -> None:
    """DescribeTimeToLive is refused while the table is CREATING, with the state in its text.

    Source: recorded on AWS, 2026-10 [recorded]
    """
    name = resources.name("table")
    accepted(dynamodb.create_table, TableName=name, **SCHEMA)
    try:
        answer = attempt(dynamodb.describe_time_to_live, TableName=name)
        if isinstance(answer, Refusal):
            text = "Cannot describe time to live while table is in CREATING state: Current table state is CREATING"
            same((answer.status, answer.code, answer.message), (400, "ValidationException", text), "the refusal")
        else:
            found = dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]
            same(found, "ACTIVE", "the status of a table whose expiry is described")
    finally:
        wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
        remove_table(dynamodb, name)


def test_tags_of_a_table_that_is_not_there(dynamodb: Any, table: str) -> None:
    """TagResource of an unknown table is ResourceNotFoundException, where ListTagsOfResource is AccessDeniedException.

    Source: asserted on AWS by a published suite [third-party]
    """
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"] + "-none"
    tags = [{"Key": "k", "Value": "v"}]
    with unchanged(lambda: asked(dynamodb, "list_tags_of_resource", table), "the tags of the table that is there"):
        refused(dynamodb.tag_resource, ResourceArn=arn, Tags=tags, status=400, code="ResourceNotFoundException")
        refused(dynamodb.list_tags_of_resource, ResourceArn=arn, status=400, code="AccessDeniedException")


@pytest.mark.needs("dynamodb.exports")
def test_an_export_needs_recovery(dynamodb: Any, table: str, bucket: str) -> None:
    """ExportTableToPointInTime of a table without point-in-time recovery is refused, and there is no export.

    Source: DynamoDB API Reference, "ExportTableToPointInTime"; its text as others recorded it, 2026-10 [third-party]
    """
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    with unchanged(lambda: asked(dynamodb, "list_exports", table), "the exports"):
        refused(
            dynamodb.export_table_to_point_in_time, TableArn=arn, S3Bucket=bucket,
            status=400, code="PointInTimeRecoveryUnavailableException",
            message=f"Point in time recovery is not enabled for table '{table}'",
        )  # fmt: skip


@pytest.mark.needs("dynamodb.exports")
def test_an_import_into_a_table_that_is_there(dynamodb: Any, table: str, bucket: str) -> None:
    """ImportTable into a table that exists is refused, and its items stay.

    Source: DynamoDB API Reference, "ImportTable" [documented]
    """
    parameters = {"TableName": table, **SCHEMA}
    with unchanged(lambda: asked(dynamodb, "list_imports", table), "the imports"):
        refused(
            dynamodb.import_table, TableCreationParameters=parameters, S3BucketSource={"S3Bucket": bucket}, InputFormat="CSV",
            status=400, code="ResourceInUseException",
        )  # fmt: skip
