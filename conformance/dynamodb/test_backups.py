"""Backups of tables: what one tells, how it is named and listed, how it goes, and what is restored from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ..expect import accepted, refused, same, true, unchanged
from ..resources import Resources, remove_table, wait
from ..tables import truth_table
from .steps import put

pytestmark = [pytest.mark.tier("exact"), pytest.mark.needs("dynamodb.backups")]

NONE = "backup/01489602797149-73d8d5bc"
Make = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def source(resources: Resources, dynamodb: Any) -> str:
    """A table with one item, whose backups AWS has got ready for: that takes some seconds after it is active."""
    name = resources.table()
    put(dynamodb, name, "a", v={"N": "1"})
    made: list[str] = []

    def ready() -> bool:
        with suppress(ClientError):
            made.append(dynamodb.create_backup(TableName=name, BackupName="first")["BackupDetails"]["BackupArn"])
        return bool(made)

    wait(ready)
    dynamodb.delete_backup(BackupArn=made[0])
    return name


@pytest.fixture
def backup(dynamodb: Any, source: str) -> Iterator[Make]:
    """Makes backups of the table; they are deleted when the case ends."""
    made: list[str] = []

    def make(name: str = "backup") -> dict[str, Any]:
        details: dict[str, Any] = accepted(dynamodb.create_backup, TableName=source, BackupName=name)["BackupDetails"]
        made.append(details["BackupArn"])
        return details

    yield make
    for arn in made:
        with suppress(ClientError):
            dynamodb.delete_backup(BackupArn=arn)


def listed(dynamodb: Any, source: str, **given: Any) -> list[str]:
    found = accepted(dynamodb.list_backups, TableName=source, **given)["BackupSummaries"]
    return [one["BackupArn"] for one in found]


def test_a_backup_is_being_created_in_the_answer_alone(dynamodb: Any, backup: Make) -> None:
    """CreateBackup answers with CREATING, and a read with AVAILABLE and what the table was.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    made = backup()
    same((made["BackupStatus"], made["BackupType"]), ("CREATING", "USER"), "the answer")
    true("BackupExpiryDateTime" not in made, "a user's backup does not expire")
    wait(lambda: told(dynamodb, made)["BackupDetails"]["BackupStatus"] != "CREATING")
    found = told(dynamodb, made)
    same(found["BackupDetails"], {**made, "BackupStatus": "AVAILABLE"}, "the backup")
    same(found["SourceTableFeatureDetails"], {}, "the features of a plain table")
    source = found["SourceTableDetails"]
    same((source["BillingMode"], source["ItemCount"]), ("PAY_PER_REQUEST", 0), "the table; its items were not counted yet")
    same(source["ProvisionedThroughput"], {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "its capacity")


def told(dynamodb: Any, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = accepted(dynamodb.describe_backup, BackupArn=made["BackupArn"])["BackupDescription"]
    return found


def test_a_name_belongs_to_as_many_backups_as_one_likes(dynamodb: Any, source: str, backup: Make) -> None:
    """Backups of one name are told apart by their ARNs, and listed as they were made.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arns = [backup("same")["BackupArn"] for _ in range(3)]
    same(len(set(arns)), 3, "the ARNs")
    same(sorted(listed(dynamodb, source)), sorted(arns), "the list")


def test_pages_of_backups(dynamodb: Any, source: str, backup: Make) -> None:
    """A page goes on behind an ARN; one that holds the last backup names none to go on from.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arns = {backup()["BackupArn"] for _ in range(2)}
    first = accepted(dynamodb.list_backups, TableName=source, Limit=1)
    second = accepted(dynamodb.list_backups, TableName=source, Limit=1, ExclusiveStartBackupArn=first["LastEvaluatedBackupArn"])
    same({one["BackupArn"] for page in (first, second) for one in page["BackupSummaries"]}, arns, "both pages")
    true("LastEvaluatedBackupArn" not in second, "the last page ends the list")


@truth_table("""
    | lower | upper | found |
    |-------|-------|-------|
    | 0     | -     | yes   |
    | 1     | -     | no    |
    | -     | 0     | no    |
    | -     | 1     | yes   |
""")
def test_bounds_in_time(dynamodb: Any, source: str, backup: Make, row: dict[str, str]) -> None:
    """A range of time has its lower bound and not its upper one, to the millisecond.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    made = backup()
    moment = made["BackupCreationDateTime"].timestamp()
    names = {"lower": "TimeRangeLowerBound", "upper": "TimeRangeUpperBound"}
    given = {names[bound]: round(moment + int(row[bound]) / 1000, 3) for bound in ("lower", "upper") if bound in row}
    same(made["BackupArn"] in listed(dynamodb, source, **given), row["found"] == "yes", "whether it is listed")


def test_a_range_of_time_that_ends_before_it_begins(dynamodb: Any, source: str, backup: Make) -> None:
    """A lower bound above the upper one is refused.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    backup()
    with unchanged(lambda: listed(dynamodb, source), "the backups"):
        refused(
            dynamodb.list_backups, TableName=source, TimeRangeLowerBound=2, TimeRangeUpperBound=1, status=400,
            code="ValidationException",
            message="One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound",
        )  # fmt: skip


def test_a_table_that_is_not_there(dynamodb: Any, source: str, backup: Make) -> None:
    """A table that is not there has no backup made of it, and an empty list.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    backup()
    with unchanged(lambda: listed(dynamodb, source), "the backups"):
        refused(
            dynamodb.create_backup, TableName=f"{source}-none", BackupName="backup", status=400,
            code="TableNotFoundException", message=f"Table not found: {source}-none",
        )  # fmt: skip
    same(listed(dynamodb, f"{source}-none"), [], "its backups")


def test_a_deleted_backup(dynamodb: Any, source: str, backup: Make) -> None:
    """DeleteBackup tells the backup once more, as DELETED; then nobody finds it.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arn = backup()["BackupArn"]
    answer = accepted(dynamodb.delete_backup, BackupArn=arn)["BackupDescription"]
    same(answer["BackupDetails"]["BackupStatus"], "DELETED", "the status")
    true(arn not in listed(dynamodb, source), "it is not listed")
    for call in (dynamodb.describe_backup, dynamodb.delete_backup):
        refused(call, BackupArn=arn, status=400, code="BackupNotFoundException", message=f"Backup not found: {arn}")


@truth_table("""
    | ARN              | code                    | message                                 |
    |------------------|-------------------------|-----------------------------------------|
    | of no backup     | BackupNotFoundException | Backup not found: {arn}                 |
    | the table's      | ValidationException     | Invalid Backup ARN                      |
    | of another kind  | ValidationException     | Invalid Request: BackupArn is not valid |
    | another account  | AccessDeniedException   | Access is denied                        |
""")
def test_what_names_no_backup(dynamodb: Any, source: str, backup: Make, row: dict[str, str]) -> None:
    """What is no ARN of a backup is told from one that is another's, and that from one that is not there.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    backup()
    table = dynamodb.describe_table(TableName=source)["Table"]["TableArn"]
    account = table.split(":")[4]
    other = "111122223333" if account != "111122223333" else "444455556666"
    arn = {
        "of no backup": f"{table}/{NONE}",
        "the table's": table,
        "of another kind": f"{table}/{NONE}".replace(":dynamodb:", ":rds:"),
        "another account": f"{table}/{NONE}".replace(account, other),
    }[row["ARN"]]
    with unchanged(lambda: listed(dynamodb, source), "the backups"):
        for call in (dynamodb.describe_backup, dynamodb.delete_backup):
            refused(call, BackupArn=arn, status=400, code=row["code"], message=row["message"].format(arn=arn))


def test_the_region_in_an_arn_does_not_count(dynamodb: Any, backup: Make) -> None:
    """A backup is described by its ARN with another region in it, and the answer repeats that.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arn = backup()["BackupArn"]
    region = arn.split(":")[3]
    elsewhere = arn.replace(region, "eu-west-1" if region != "eu-west-1" else "us-east-1")
    found = accepted(dynamodb.describe_backup, BackupArn=elsewhere)["BackupDescription"]["BackupDetails"]
    same(found["BackupArn"], elsewhere, "the ARN")


def test_backups_have_no_tags(dynamodb: Any, backup: Make) -> None:
    """The ARN of a backup is no resource that can be tagged.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arn = backup()["BackupArn"]
    refused(
        dynamodb.list_tags_of_resource, ResourceArn=arn, status=400, code="ValidationException",
        message=f"One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: {arn}",
    )  # fmt: skip


@truth_table("""
    | given                               | code                        | message                                                                                       |
    |-------------------------------------|-----------------------------|-----------------------------------------------------------------------------------------------|
    | a table that is there               | TableAlreadyExistsException | Table already exists: {table}                                                                 |
    | capacity                            | ValidationException         | Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED      |
    | capacity and PAY_PER_REQUEST        | ValidationException         | Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST |
    | PROVISIONED                         | ValidationException         | Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED |
    | maxima of 0                         | ValidationException         | Invalid Request: Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range |
    | an index                            | ValidationException         | Invalid Request: Index none does not match a secondary index that existed in the source table and cannot be created during the restore operation |
""")  # noqa: E501
def test_restores_that_are_refused(dynamodb: Any, source: str, backup: Make, resources: Resources, row: dict[str, str]) -> None:
    """A restore over a table, or with settings that do not fit what is restored, is refused at once and makes no table.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    index = {
        "IndexName": "none", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
    }  # fmt: skip
    given: dict[str, Any] = {
        "a table that is there": {"TargetTableName": source},
        "capacity": {"ProvisionedThroughputOverride": units},
        "capacity and PAY_PER_REQUEST": {"ProvisionedThroughputOverride": units, "BillingModeOverride": "PAY_PER_REQUEST"},
        "PROVISIONED": {"BillingModeOverride": "PROVISIONED"},
        "maxima of 0": {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
        "an index": {"GlobalSecondaryIndexOverride": [index]},
    }[row["given"]]
    given = {"TargetTableName": f"{source}-copy", **given}
    arn = backup()["BackupArn"]
    with unchanged(lambda: accepted(dynamodb.scan, TableName=source)["Items"], "the items of the source"):
        refused(
            dynamodb.restore_table_from_backup, BackupArn=arn, **given, status=400, code=row["code"],
            message=row["message"].format(table=source),
        )  # fmt: skip
    refused(dynamodb.describe_table, TableName=f"{source}-copy", status=400, code="ResourceNotFoundException")


def test_a_restored_table(dynamodb: Any, source: str, backup: Make, resources: Resources) -> None:
    """A table is restored with its items; that it is being restored is told until it is there, and never afterwards.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    made, name = backup(), resources.name("table")
    answer = accepted(dynamodb.restore_table_from_backup, BackupArn=made["BackupArn"], TargetTableName=name)["TableDescription"]
    summary = answer["RestoreSummary"]
    same((answer["TableStatus"], summary["SourceBackupArn"]), ("CREATING", made["BackupArn"]), "the answer")
    same((summary["RestoreDateTime"], summary["RestoreInProgress"]), (made["BackupCreationDateTime"], True), "what is restored")
    wait(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE", attempts=2400)
    try:
        true("RestoreSummary" not in dynamodb.describe_table(TableName=name)["Table"], "nothing tells of the restore")
        same(accepted(dynamodb.scan, TableName=name)["Items"], [{"pk": {"S": "a"}, "v": {"N": "1"}}], "its items")
    finally:
        remove_table(dynamodb, name)


@truth_table("""
    | given          | code                                   | message                                                                                                   |
    |----------------|----------------------------------------|-----------------------------------------------------------------------------------------------------------|
    | no recovery    | PointInTimeRecoveryUnavailableException | Point in time recovery is not enabled for table '{table}'                                                |
    | another source | TableNotFoundException                 | Table not found: {table}-none                                                                             |
    | no time        | ValidationException                    | Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both |
    | two sources    | ValidationException                    | Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName                             |
""")  # noqa: E501
def test_restores_to_a_point_in_time_that_are_refused(dynamodb: Any, source: str, row: dict[str, str]) -> None:
    """A restore to a point in time needs one source, one time, and recovery that is enabled; else there is no new table.

    Source: recorded on AWS by the authors of a controller, 2026-10 [third-party]
    """
    arn = dynamodb.describe_table(TableName=source)["Table"]["TableArn"]
    latest = {"UseLatestRestorableTime": True}
    given: dict[str, Any] = {
        "no recovery": {"SourceTableName": source, **latest},
        "another source": {"SourceTableName": f"{source}-none", **latest},
        "no time": {"SourceTableName": source},
        "two sources": {"SourceTableName": source, "SourceTableArn": arn, **latest},
    }[row["given"]]
    with unchanged(lambda: accepted(dynamodb.scan, TableName=source)["Items"], "the items of the source"):
        refused(
            dynamodb.restore_table_to_point_in_time, TargetTableName=f"{source}-past", **given, status=400, code=row["code"],
            message=row["message"].format(table=source),
        )  # fmt: skip
    refused(dynamodb.describe_table, TableName=f"{source}-past", status=400, code="ResourceNotFoundException")
