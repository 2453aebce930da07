"""What every Get*, List* and Describe* of the models of DynamoDB, its streams, SimpleDB and its exports answers of what is new.

Tools read all of these before they change anything. The table has AWS's documented answer to each (API Reference, the page of the
operation); "found" stands for what is not the same twice: times, identifiers, ARNs. A member that is not in the table must not be
in the answer.
"""

from __future__ import annotations

from typing import Any, Final

import boto3
import botocore.session
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.server.app import build
from condemu.testing.transport import install

OPTIONS: Final = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
MODELS: Final = ("dynamodb", "dynamodbstreams", "sdb", "simpledbv2")
READS: Final = ("Get", "List", "Describe")
FOUND: Final = "found"
TABLE: Final = {"TableName": "table"}
GHOST: Final = "arn:aws:dynamodb:us-east-1:000000000000:table/table/"

KEYS: Final = [{"AttributeName": "pk", "KeyType": "HASH"}]
DEFINED: Final = [{"AttributeName": "pk", "AttributeType": "S"}]
STREAM: Final = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}

DESCRIBED: Final[dict[str, Any]] = {
    "AttributeDefinitions": DEFINED, "TableName": "table", "KeySchema": KEYS, "TableStatus": "ACTIVE", "CreationDateTime": FOUND,
    "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "TableSizeBytes": 0,
    "ItemCount": 0, "TableArn": FOUND, "TableId": FOUND,
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": FOUND},
    "StreamSpecification": STREAM, "LatestStreamLabel": FOUND, "LatestStreamArn": FOUND, "DeletionProtectionEnabled": False,
    "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
}  # fmt: skip
LIMITS: Final = {
    "AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000, "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}  # fmt: skip
SHARD: Final = {"ShardId": FOUND, "SequenceNumberRange": {"StartingSequenceNumber": FOUND}}
DESCRIBED_STREAM: Final = {
    "StreamArn": FOUND, "StreamLabel": FOUND, "StreamStatus": "ENABLED", "StreamViewType": "NEW_IMAGE",
    "CreationRequestDateTime": FOUND, "TableName": "table", "KeySchema": KEYS, "Shards": [SHARD],
}  # fmt: skip
BACKUPS: Final = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}
METADATA: Final = {
    "ItemCount": 0, "ItemNamesSizeBytes": 0, "AttributeNameCount": 0, "AttributeNamesSizeBytes": 0, "AttributeValueCount": 0,
    "AttributeValuesSizeBytes": 0, "Timestamp": FOUND,
}  # fmt: skip

# (model, operation) -> its parameters, and the answer: a document, or the code of a refusal
ANSWERS: Final[dict[tuple[str, str], tuple[dict[str, Any], Any]]] = {
    ("dynamodb", "DescribeBackup"): ({"BackupArn": GHOST + "backup/01489602797149-73d8d5bc"}, "BackupNotFoundException"),
    ("dynamodb", "DescribeContinuousBackups"): (TABLE, {"ContinuousBackupsDescription": BACKUPS}),
    ("dynamodb", "DescribeContributorInsights"): (TABLE, {"TableName": "table", "ContributorInsightsStatus": "DISABLED"}),
    ("dynamodb", "DescribeEndpoints"): (
        {},
        {"Endpoints": [{"Address": "dynamodb.us-east-1.amazonaws.com", "CachePeriodInMinutes": 1440}]},
    ),
    ("dynamodb", "DescribeExport"): ({"ExportArn": GHOST + "export/01234567890123-a1b2c3d4"}, "ExportNotFoundException"),
    ("dynamodb", "DescribeGlobalTable"): ({"GlobalTableName": "table"}, "GlobalTableNotFoundException"),
    ("dynamodb", "DescribeGlobalTableSettings"): ({"GlobalTableName": "table"}, "GlobalTableNotFoundException"),
    ("dynamodb", "DescribeImport"): ({"ImportArn": GHOST + "import/01234567890123-a1b2c3d4"}, "ImportNotFoundException"),
    ("dynamodb", "DescribeKinesisStreamingDestination"): (
        TABLE,
        {"TableName": "table", "KinesisDataStreamDestinations": []},
    ),
    ("dynamodb", "DescribeLimits"): ({}, LIMITS),
    ("dynamodb", "DescribeTable"): (TABLE, {"Table": DESCRIBED}),
    ("dynamodb", "DescribeTableReplicaAutoScaling"): (
        TABLE,
        {"TableAutoScalingDescription": {"TableName": "table", "TableStatus": "ACTIVE", "Replicas": []}},
    ),
    ("dynamodb", "DescribeTimeToLive"): (TABLE, {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}),
    ("dynamodb", "GetItem"): ({**TABLE, "Key": {"pk": {"S": "a"}}}, {}),
    ("dynamodb", "GetResourcePolicy"): ({"ResourceArn": GHOST[:-1]}, "PolicyNotFoundException"),
    ("dynamodb", "ListBackups"): ({}, {"BackupSummaries": []}),
    ("dynamodb", "ListContributorInsights"): ({}, {"ContributorInsightsSummaries": []}),
    ("dynamodb", "ListExports"): ({}, {"ExportSummaries": []}),
    ("dynamodb", "ListGlobalTables"): ({}, {"GlobalTables": []}),
    ("dynamodb", "ListImports"): ({}, {"ImportSummaryList": []}),
    ("dynamodb", "ListTables"): ({}, {"TableNames": ["table"]}),
    ("dynamodb", "ListTagsOfResource"): ({"ResourceArn": GHOST[:-1]}, {"Tags": []}),
    ("dynamodbstreams", "DescribeStream"): ({"StreamArn": "the stream"}, {"StreamDescription": DESCRIBED_STREAM}),
    ("dynamodbstreams", "GetRecords"): ({"ShardIterator": "of the shard"}, {"Records": [], "NextShardIterator": FOUND}),
    ("dynamodbstreams", "GetShardIterator"): (
        {"StreamArn": "the stream", "ShardId": "the shard", "ShardIteratorType": "TRIM_HORIZON"},
        {"ShardIterator": FOUND},
    ),
    ("dynamodbstreams", "ListStreams"): (
        {},
        {"Streams": [{"StreamArn": FOUND, "TableName": "table", "StreamLabel": FOUND}]},
    ),
    ("simpledbv2", "GetExport"): (
        {"exportArn": "arn:aws:sdb:us-east-1:000000000000:domain/domain/export/00000000-0000-0000-0000-000000000000"},
        "NoSuchExportException",
    ),
    ("simpledbv2", "ListExports"): ({}, {"exportSummaries": []}),
    ("sdb", "DomainMetadata"): ({"DomainName": "domain"}, METADATA),
    ("sdb", "GetAttributes"): ({"DomainName": "domain", "ItemName": "a"}, {}),
    ("sdb", "ListDomains"): ({}, {"DomainNames": ["domain"]}),
    ("sdb", "Select"): ({"SelectExpression": "select * from domain"}, {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    """A client of each service, of an account with one table and one domain."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, build(clock=ManualClock(), ids=CountingIds()))
    found = {name: session.client(name, config=OPTIONS) for name in MODELS}
    found["dynamodb"].create_table(
        TableName="table", KeySchema=KEYS, AttributeDefinitions=DEFINED, BillingMode="PAY_PER_REQUEST", StreamSpecification=STREAM
    )
    found["sdb"].create_domain(DomainName="domain")
    return found


def test_every_read_of_the_models_is_in_the_table() -> None:
    session = botocore.session.get_session()
    reads = {
        (name, operation)
        for name in MODELS
        for operation in session.get_service_model(name).operation_names
        if operation.startswith(READS)
    }
    assert reads <= set(ANSWERS)


@pytest.mark.parametrize(("model", "operation"), ANSWERS, ids=lambda text: text)
def test_a_read_of_what_was_just_created_is_answered_as_aws_documents(clients: Any, model: str, operation: str) -> None:
    given, expected = ANSWERS[model, operation]
    parameters = {name: filled(clients, value) for name, value in given.items()}
    assert agreed(answer_of(clients[model], operation, parameters), expected) == expected


def answer_of(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    """The answer without its metadata, or the code of the refusal."""
    try:
        answer = client._make_api_call(operation, parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    answer.pop("ResponseMetadata")
    return answer


def filled(clients: Any, value: Any) -> Any:
    """The stream, the shard and an iterator of the table."""
    arn = clients["dynamodb"].describe_table(TableName="table")["Table"]["LatestStreamArn"]
    shard = clients["dynamodbstreams"].describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    if value == "of the shard":
        how = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        return clients["dynamodbstreams"].get_shard_iterator(**how)["ShardIterator"]
    return {"the stream": arn, "the shard": shard}.get(value, value) if isinstance(value, str) else value


def agreed(answer: Any, expected: Any) -> Any:
    """The answer, with "found" where the table has it and something is there."""
    if expected == FOUND:
        return FOUND if answer else answer
    if isinstance(expected, dict) and isinstance(answer, dict):
        return {name: agreed(value, expected.get(name)) for name, value in answer.items()}
    if isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        return [agreed(one, other) for one, other in zip(answer, expected, strict=True)]
    return answer
