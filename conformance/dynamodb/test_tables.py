"""What the control plane answers: how much of a table, how many tags, and which updates do not go together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from ..expect import accepted, refused, same, true, unchanged
from ..resources import Resources, remove_table, wait
from .steps import put, stored

pytestmark = pytest.mark.tier("exact")

SCHEMA: Final = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
NOTHING_TO_UPDATE: Final = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification,"
    " ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled,"
    " OnDemandThroughput, WarmThroughput or TableClass is required"
)


@pytest.fixture
def new(resources: Resources, dynamodb: Any) -> Iterator[str]:
    """The name of a table that is not there yet."""
    name = resources.name("table")
    yield name
    with suppress(ClientError):
        remove_table(dynamodb, name)


def active(dynamodb: Any, name: str) -> dict[str, Any]:
    wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    found: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    return found


def test_create_table_answers_less_than_describe_table(dynamodb: Any, new: str) -> None:
    """CreateTable's answer has no WarmThroughput and no time of the change to on-demand; DescribeTable's has both.

    Source: recorded on AWS, 2025 [recorded]
    """
    answer = accepted(dynamodb.create_table, TableName=new, **SCHEMA)["TableDescription"]
    same(answer["BillingModeSummary"], {"BillingMode": "PAY_PER_REQUEST"}, "the summary of the billing mode")
    true("WarmThroughput" not in answer, "CreateTable answers without WarmThroughput")
    table = active(dynamodb, new)
    true("WarmThroughput" in table, "DescribeTable has WarmThroughput")
    true("LastUpdateToPayPerRequestDateTime" in table["BillingModeSummary"], "DescribeTable says since when")


def test_an_index_of_a_new_table_is_being_created(dynamodb: Any, new: str) -> None:
    """In CreateTable's answer the status of a global index is CREATING.

    Source: asserted on AWS by a published suite [third-party]
    """
    index = {"IndexName": "index", "KeySchema": SCHEMA["KeySchema"], "Projection": {"ProjectionType": "ALL"}}
    answer = accepted(dynamodb.create_table, TableName=new, GlobalSecondaryIndexes=[index], **SCHEMA)["TableDescription"]
    same(answer["GlobalSecondaryIndexes"][0]["IndexStatus"], "CREATING", "the status")
    active(dynamodb, new)


def test_delete_table_answers_without_keys(dynamodb: Any, new: str) -> None:
    """DeleteTable's answer has no KeySchema, AttributeDefinitions and CreationDateTime.

    Source: recorded on AWS, 2025 [recorded]
    """
    accepted(dynamodb.create_table, TableName=new, **SCHEMA)
    active(dynamodb, new)
    answer = accepted(dynamodb.delete_table, TableName=new)["TableDescription"]
    same(answer["TableStatus"], "DELETING", "the status")
    left = {"KeySchema", "AttributeDefinitions", "CreationDateTime"} & set(answer)
    same(left, set(), "what should not be in the answer")


def test_thirty_tags_come_in_one_answer(dynamodb: Any, new: str) -> None:
    """ListTagsOfResource gives thirty tags and more at once.

    Source: asserted on AWS by a published suite [third-party]
    """
    tags = [{"Key": f"k{number}", "Value": "v"} for number in range(30)]
    arn = accepted(dynamodb.create_table, TableName=new, Tags=tags, **SCHEMA)["TableDescription"]["TableArn"]
    active(dynamodb, new)
    answer = accepted(dynamodb.list_tags_of_resource, ResourceArn=arn)
    same((len(answer["Tags"]), "NextToken" in answer), (30, False), "the number of tags, and whether there are more")


def test_an_update_of_nothing(dynamodb: Any, table: str) -> None:
    """UpdateTable with nothing to change lists what could be, and ends there.

    Source: recorded on AWS, 2026-10 [recorded]
    """
    with unchanged(lambda: dynamodb.describe_table(TableName=table)["Table"], "the table"):
        refused(dynamodb.update_table, TableName=table, status=400, code="ValidationException", message=NOTHING_TO_UPDATE)


def test_encryption_is_changed_alone(dynamodb: Any, table: str) -> None:
    """UpdateTable with SSESpecification and anything else is refused.

    Source: recorded on AWS, 2026-10 [recorded]
    """
    with unchanged(lambda: dynamodb.describe_table(TableName=table)["Table"], "the table"):
        refused(
            dynamodb.update_table, TableName=table, SSESpecification={"Enabled": True}, DeletionProtectionEnabled=True,
            status=400, code="ValidationException",
            message="One or more parameter values were invalid: Server-Side Encryption modification must be the only operation in"
            " the request",
        )  # fmt: skip


def test_a_conditional_operator_needs_a_condition(dynamodb: Any, table: str, key: str) -> None:
    """An empty Expected with ConditionalOperator is refused as ConditionalOperator alone is.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.put_item, TableName=table, Item={"pk": {"S": key}}, Expected={}, ConditionalOperator="AND", status=400,
            code="ValidationException",
        )  # fmt: skip


def test_an_attribute_update_of_a_name_that_is_too_long(dynamodb: Any, table: str, key: str) -> None:
    """A name of more than 65,535 bytes is refused in AttributeUpdates, too.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.update_item, TableName=table, Key={"pk": {"S": key}}, status=400, code="ValidationException",
            AttributeUpdates={"x" * 65536: {"Action": "PUT", "Value": {"N": "1"}}},
        )  # fmt: skip


def test_a_placeholder_for_an_empty_name(dynamodb: Any, table: str, key: str) -> None:
    """An empty name as a value of ExpressionAttributeNames is refused.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        refused(
            dynamodb.update_item, TableName=table, Key={"pk": {"S": key}}, UpdateExpression="REMOVE #n",
            ExpressionAttributeNames={"#n": ""}, status=400, code="ValidationException",
        )  # fmt: skip


def test_add_is_judged_before_set(dynamodb: Any, table: str, key: str) -> None:
    """Of an update whose SET and ADD both have operands of wrong types, ADD's is reported.

    Source: asserted on AWS by a published suite [third-party]
    """
    put(dynamodb, table, key, v={"N": "1"})
    with unchanged(lambda: stored(dynamodb, table, key), "the item"):
        found = refused(
            dynamodb.update_item, TableName=table, Key={"pk": {"S": key}}, UpdateExpression="SET v = v + :s ADD w :s",
            ExpressionAttributeValues={":s": {"S": "a"}}, status=400, code="ValidationException",
        )  # fmt: skip
    true("operator: ADD, operand type: STRING" in found.message, "the type of ADD's operand is what is wrong")


def test_a_consistent_scan_of_a_new_table_costs_four(dynamodb: Any, new: str) -> None:
    """A consistent Scan of a table on demand reads at least one item of each of its four partitions.

    Source: asserted on AWS by a published suite [third-party]
    """
    accepted(dynamodb.create_table, TableName=new, **SCHEMA)
    active(dynamodb, new)
    put(dynamodb, new, "a", v={"N": "1"})
    answer = accepted(dynamodb.scan, TableName=new, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    same(answer["ConsumedCapacity"]["CapacityUnits"], 4.0, "the units")


def test_recovery_is_told_as_it_was_set(dynamodb: Any, new: str) -> None:
    """UpdateContinuousBackups enables point-in-time recovery, and DescribeContinuousBackups tells its period.

    Source: DynamoDB API Reference, "UpdateContinuousBackups" and "PointInTimeRecoveryDescription" [documented]
    """
    accepted(dynamodb.create_table, TableName=new, **SCHEMA)
    active(dynamodb, new)
    before = accepted(dynamodb.describe_continuous_backups, TableName=new)["ContinuousBackupsDescription"]
    same(before["PointInTimeRecoveryDescription"], {"PointInTimeRecoveryStatus": "DISABLED"}, "recovery of a new table")
    wanted = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    wait(lambda: enabled(dynamodb, new, wanted))
    after = accepted(dynamodb.describe_continuous_backups, TableName=new)["ContinuousBackupsDescription"]
    found = after["PointInTimeRecoveryDescription"]
    off = {"PointInTimeRecoveryEnabled": False}  # a table that is deleted with recovery leaves a backup that nobody can delete
    accepted(dynamodb.update_continuous_backups, TableName=new, PointInTimeRecoverySpecification=off)
    same((found["PointInTimeRecoveryStatus"], found["RecoveryPeriodInDays"]), ("ENABLED", 7), "recovery")


def enabled(dynamodb: Any, name: str, wanted: dict[str, Any]) -> bool:
    """Whether recovery is enabled now: AWS needs backups of a new table to be ready first."""
    with suppress(ClientError):
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
        return True
    return False
