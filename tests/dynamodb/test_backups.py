"""Backups on demand, and those that DynamoDB makes of deleted tables: CreateBackup, DescribeBackup, DeleteBackup, ListBackups.

API Reference, Developer Guide "Using on-demand backup and restore", and what was recorded on AWS in October 2026.
"""

from __future__ import annotations

from typing import Any

import pytest
from copies import ACCOUNT, ENABLED, NO_BACKUP, ON_DEMAND, PROVISIONED, TABLE_ARN, World
from recorded import Local

from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.state.backups import EXPIRED_AT_ONCE


@pytest.fixture
def world() -> Any:
    made = World()
    made.dynamodb.create_table(**PROVISIONED)
    made.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "sk": {"S": "b"}, "g": {"S": "x"}})
    yield made
    made.emulator.close()


def names(found: dict[str, Any]) -> list[str]:
    return [one["BackupName"] for one in found["BackupSummaries"]]


# --- one backup -------------------------------------------------------------------------------------------------------------


def test_a_backup_is_being_created_in_the_answer_and_available_in_every_read(world: World) -> None:
    made = world.dynamodb.create_backup(TableName="table", BackupName="backup")["BackupDetails"]
    assert set(made) == {
        "BackupArn", "BackupName", "BackupSizeBytes", "BackupStatus", "BackupType", "BackupCreationDateTime",
    }  # fmt: skip
    assert (made["BackupName"], made["BackupStatus"], made["BackupType"]) == ("backup", "CREATING", "USER")
    assert made["BackupArn"].startswith(f"{TABLE_ARN}/backup/{int(world.clock.now() * 1000):014d}-")
    assert made["BackupCreationDateTime"].timestamp() == world.clock.now()
    found = world.dynamodb.describe_backup(BackupArn=made["BackupArn"])["BackupDescription"]
    assert found["BackupDetails"] == {**made, "BackupStatus": "AVAILABLE"}


def test_a_backup_tells_what_the_table_was(world: World) -> None:
    table = world.described("table")
    arn = world.backup()
    more = {"ReadCapacityUnits": 30, "WriteCapacityUnits": 40}
    world.dynamodb.update_table(TableName="table", ProvisionedThroughput=more)
    found = world.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    assert found["SourceTableDetails"] == {
        "TableName": "table", "TableId": table["TableId"], "TableArn": TABLE_ARN, "TableSizeBytes": 0, "ItemCount": 0,
        "KeySchema": PROVISIONED["KeySchema"], "TableCreationDateTime": table["CreationDateTime"],
        "ProvisionedThroughput": PROVISIONED["ProvisionedThroughput"], "BillingMode": "PROVISIONED",
    }  # fmt: skip
    assert found["SourceTableFeatureDetails"] == {
        "GlobalSecondaryIndexes": PROVISIONED["GlobalSecondaryIndexes"],
        "LocalSecondaryIndexes": PROVISIONED["LocalSecondaryIndexes"],
    }


def test_features_are_told_where_they_are_enabled(world: World) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    ttl = {"Enabled": True, "AttributeName": "at"}
    world.dynamodb.update_table(TableName="table", StreamSpecification=stream)
    world.dynamodb.update_table(TableName="table", SSESpecification={"Enabled": True})
    world.dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification=ttl)
    features = world.dynamodb.describe_backup(BackupArn=world.backup())["BackupDescription"]["SourceTableFeatureDetails"]
    assert features["StreamDescription"] == stream
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "at"}
    assert features["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS"}


def test_a_plain_table_on_demand_has_no_features(world: World) -> None:
    world.dynamodb.create_table(**{**ON_DEMAND, "TableName": "plain"})
    made = world.dynamodb.create_backup(TableName="plain", BackupName="backup")["BackupDetails"]
    found = world.dynamodb.describe_backup(BackupArn=made["BackupArn"])["BackupDescription"]
    assert found["SourceTableFeatureDetails"] == {}
    assert found["SourceTableDetails"]["BillingMode"] == "PAY_PER_REQUEST"
    assert found["SourceTableDetails"]["OnDemandThroughput"] == ON_DEMAND["OnDemandThroughput"]
    assert found["SourceTableDetails"]["ProvisionedThroughput"] == {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def test_sizes_are_counted_when_six_hours_have_passed(world: World) -> None:
    """A table's statistics are renewed about every six hours; a backup of a new table says 0."""
    world.clock.advance(6 * 3600)
    found = world.dynamodb.describe_backup(BackupArn=world.backup())["BackupDescription"]
    assert (found["SourceTableDetails"]["ItemCount"], found["SourceTableDetails"]["TableSizeBytes"]) == (1, 8)
    assert found["BackupDetails"]["BackupSizeBytes"] == 8


def test_a_table_can_be_named_by_its_arn(world: World) -> None:
    made = world.dynamodb.create_backup(TableName=TABLE_ARN, BackupName="backup")["BackupDetails"]
    assert made["BackupArn"].startswith(f"{TABLE_ARN}/backup/")


def test_a_table_that_is_not_there_has_no_backup(world: World) -> None:
    named = {"TableName": "ghost", "BackupName": "backup"}
    world.refused(rows.BACKUP_TABLE_NOT_FOUND, world.dynamodb.create_backup, {"table": "ghost"}, **named)


@pytest.mark.parametrize("status", ["CREATING", "DELETING"])
def test_a_table_that_is_not_yet_or_no_more_there_has_no_backup(status: str) -> None:
    world = World(delay=10.0)
    world.dynamodb.create_table(**ON_DEMAND)
    if status == "DELETING":
        world.clock.advance(10)
        world.dynamodb.delete_table(TableName="table")
    assert world.described("table")["TableStatus"] == status
    named = {"TableName": "table", "BackupName": "backup"}
    world.refused(rows.BACKUP_TABLE_NOT_FOUND, world.dynamodb.create_backup, {"table": "table"}, **named)


def test_a_table_that_is_being_updated_has_a_backup() -> None:
    world = World(delay=10.0)
    world.dynamodb.create_table(**ON_DEMAND)
    world.clock.advance(10)
    world.dynamodb.update_table(TableName="table", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert world.described("table")["TableStatus"] == "UPDATING"
    assert world.backup()


@pytest.mark.parametrize("name", ["ab", "a" * 256, "a b", ""])
def test_a_name_has_three_to_255_characters_of_a_few_kinds(world: World, name: str) -> None:
    before = world.everything()
    with pytest.raises(world.dynamodb.exceptions.ClientError, match=r"validation error.* 'backupName' failed to satisfy"):
        world.dynamodb.create_backup(TableName="table", BackupName=name)
    assert world.everything() == before


# --- deletion ---------------------------------------------------------------------------------------------------------------


def test_a_deleted_backup_is_told_once_more_and_gone(world: World) -> None:
    arn = world.backup()
    before = world.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    gone = world.dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]
    assert gone == {**before, "BackupDetails": {**before["BackupDetails"], "BackupStatus": "DELETED"}}
    world.refused(rows.BACKUP_NOT_FOUND, world.dynamodb.describe_backup, {"arn": arn}, BackupArn=arn)
    world.refused(rows.BACKUP_NOT_FOUND, world.dynamodb.delete_backup, {"arn": arn}, BackupArn=arn)
    assert names(world.dynamodb.list_backups()) == []
    assert {entry[0] for entry in world.everything()} & {"dynamodb.backup", "dynamodb.saved"} == set()


def test_a_backup_outlives_its_table_and_tells_it_from_the_next(world: World) -> None:
    first = world.described("table")["TableId"]
    arn = world.backup("first")
    world.dynamodb.delete_table(TableName="table")
    assert names(world.dynamodb.list_backups(TableName="table")) == ["first"]
    world.clock.advance(1)
    world.dynamodb.create_table(**ON_DEMAND)
    world.backup("second")
    found = world.dynamodb.list_backups(TableName="table")["BackupSummaries"]
    assert [one["BackupName"] for one in found] == ["first", "second"]
    assert {one["TableArn"] for one in found} == {TABLE_ARN}
    assert found[0]["TableId"] == first != found[1]["TableId"]
    assert world.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["SourceTableDetails"]["TableId"] == first


# --- ARNs -------------------------------------------------------------------------------------------------------------------

NAMED_WRONGLY = [
    ("arn:aws:dynamodb:us-east-1:000000000000:table/table", rows.BACKUP_ARN_NONE),
    ("neither an ARN nor anything that is like one", rows.BACKUP_ARN_NONE),
    (NO_BACKUP.replace("us-east-1", "moon"), rows.BACKUP_ARN_INVALID),
    (NO_BACKUP.replace("arn:aws:", "arn:azure:"), rows.BACKUP_ARN_INVALID),
    (NO_BACKUP.replace(":dynamodb:", ":s3:"), rows.BACKUP_ARN_INVALID),
    (NO_BACKUP.replace(ACCOUNT, "111111111111"), rows.BACKUP_OF_ANOTHER),
    (NO_BACKUP.replace("us-east-1", ""), rows.BACKUP_OF_ANOTHER),
    (NO_BACKUP, rows.BACKUP_NOT_FOUND),
]


@pytest.mark.parametrize(("arn", "row"), NAMED_WRONGLY, ids=[arn for arn, _ in NAMED_WRONGLY])
def test_an_arn_that_names_no_backup_of_the_caller_is_refused(world: World, arn: str, row: Any) -> None:
    for call in (world.dynamodb.describe_backup, world.dynamodb.delete_backup):
        world.refused(row, call, {"arn": arn}, BackupArn=arn)
    restore = world.dynamodb.restore_table_from_backup
    world.refused(row, restore, {"arn": arn}, BackupArn=arn, TargetTableName="copy", SSESpecificationOverride={})


def test_the_region_of_an_arn_does_not_count_and_is_told_again(world: World) -> None:
    arn = world.backup()
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    found = world.dynamodb.describe_backup(BackupArn=elsewhere)["BackupDescription"]["BackupDetails"]
    assert found["BackupArn"] == elsewhere
    world.refused(rows.BACKUP_NOT_FOUND, world.client("eu-west-1").describe_backup, {"arn": arn}, BackupArn=arn)
    world.dynamodb.delete_backup(BackupArn=elsewhere)
    assert names(world.dynamodb.list_backups()) == []


def test_a_backup_has_no_tags(world: World) -> None:
    arn = world.backup()
    tag, untag = [{"Key": "k", "Value": "v"}], ["k"]
    world.refused(rows.ARN_NOT_TAGGABLE, world.dynamodb.tag_resource, {"arn": arn}, ResourceArn=arn, Tags=tag)
    world.refused(rows.ARN_NOT_TAGGABLE, world.dynamodb.untag_resource, {"arn": arn}, ResourceArn=arn, TagKeys=untag)
    world.refused(rows.ARN_NOT_TAGGABLE, world.dynamodb.list_tags_of_resource, {"arn": arn}, ResourceArn=arn)


# --- lists ------------------------------------------------------------------------------------------------------------------


def test_a_name_may_be_given_to_several_backups(world: World) -> None:
    arns = {world.backup("same") for _ in range(3)}
    assert len(arns) == 3
    found = world.dynamodb.list_backups(TableName="table")["BackupSummaries"]
    assert {one["BackupArn"] for one in found} == arns
    assert set(found[0]) == {
        "BackupArn", "BackupCreationDateTime", "BackupName", "BackupSizeBytes", "BackupStatus", "BackupType", "TableArn",
        "TableId", "TableName",
    }  # fmt: skip


def test_backups_are_listed_by_table_and_by_time(world: World) -> None:
    world.dynamodb.create_table(**{**ON_DEMAND, "TableName": "table2"})
    for name in ("one", "two", "three"):
        world.backup(name)
        world.clock.advance(1)
    world.dynamodb.create_backup(TableName="table2", BackupName="other")
    assert names(world.dynamodb.list_backups()) == ["one", "two", "three", "other"]
    assert names(world.dynamodb.list_backups(TableName="table")) == ["one", "two", "three"]
    assert names(world.dynamodb.list_backups(TableName=TABLE_ARN + "2")) == ["other"]
    assert names(world.dynamodb.list_backups(TableName="ghost")) == []
    assert names(world.client("eu-west-1").list_backups()) == []


def test_pages_end_with_the_last_backup_that_there_is(world: World) -> None:
    for name in ("one", "two", "three", "four"):
        world.backup(name)
        world.clock.advance(1)
    first = world.dynamodb.list_backups(Limit=2)
    second = world.dynamodb.list_backups(Limit=2, ExclusiveStartBackupArn=first["LastEvaluatedBackupArn"])
    assert (names(first), names(second)) == (["one", "two"], ["three", "four"])
    assert "LastEvaluatedBackupArn" not in second
    assert "LastEvaluatedBackupArn" not in world.dynamodb.list_backups(Limit=4)


def test_a_page_begins_after_any_arn_be_it_there_or_not(world: World) -> None:
    arns = []
    for name in ("one", "two", "three"):
        arns.append(world.backup(name))
        world.clock.advance(1)
    world.dynamodb.delete_backup(BackupArn=arns[1])
    assert names(world.dynamodb.list_backups(ExclusiveStartBackupArn=arns[1])) == ["three"]
    assert names(world.dynamodb.list_backups(ExclusiveStartBackupArn=NO_BACKUP)) == ["one", "three"]
    before_all = NO_BACKUP.replace("table/table", "table/other")
    assert names(world.dynamodb.list_backups(TableName="table", ExclusiveStartBackupArn=before_all)) == ["one", "three"]


def test_a_page_does_not_begin_in_another_region(world: World) -> None:
    arn = world.backup().replace("us-east-1", "eu-west-1")
    world.refused(rows.BACKUPS_START_REGION, world.dynamodb.list_backups, ExclusiveStartBackupArn=arn)


@pytest.mark.parametrize(("lower", "upper", "found"), [(0, None, 1), (0.001, None, 0), (None, 0, 0), (None, 0.001, 1)])
def test_a_time_range_has_its_lower_bound_and_not_its_upper_to_the_millisecond(
    world: World, lower: float | None, upper: float | None, found: int
) -> None:
    moment = world.clock.now()
    world.backup()
    bounds = {"TimeRangeLowerBound": lower, "TimeRangeUpperBound": upper}
    given = {name: moment + apart for name, apart in bounds.items() if apart is not None}
    assert len(world.dynamodb.list_backups(**given)["BackupSummaries"]) == found


@pytest.mark.parametrize("far", [1e300, 10**400], ids=["float", "integer"])
def test_a_time_range_may_reach_beyond_all_time(far: float) -> None:
    local = Local()
    local.ok("CreateTable", ON_DEMAND)
    local.ok("CreateBackup", {"TableName": "table", "BackupName": "backup"})
    assert len(local.ok("ListBackups", {"TimeRangeLowerBound": -far, "TimeRangeUpperBound": far})["BackupSummaries"]) == 1
    assert local.ok("ListBackups", {"TimeRangeLowerBound": far})["BackupSummaries"] == []


def test_a_time_range_that_ends_before_it_begins_is_refused(world: World) -> None:
    world.refused(rows.BACKUPS_TIME_RANGE, world.dynamodb.list_backups, TimeRangeLowerBound=2, TimeRangeUpperBound=1)


# --- backups that DynamoDB makes --------------------------------------------------------------------------------------------


def deleted_with_recovery(world: World) -> str:
    """The ARN of the backup that the deletion leaves."""
    world.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    world.dynamodb.delete_table(TableName="table")
    found = world.dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert [one["BackupName"] for one in found] == ["table$DeletedTableBackup"]
    return str(found[0]["BackupArn"])


def test_a_deleted_table_with_recovery_leaves_a_backup_for_35_days(world: World) -> None:
    user = world.backup()
    arn = deleted_with_recovery(world)
    assert arn.endswith("-00000000")
    found = world.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    assert (found["BackupDetails"]["BackupType"], found["SourceTableFeatureDetails"]) == ("SYSTEM", {})
    assert found["BackupDetails"]["BackupExpiryDateTime"].timestamp() == world.clock.now() + 35 * 86400
    assert names(world.dynamodb.list_backups()) == ["backup"]
    assert len(names(world.dynamodb.list_backups(BackupType="ALL"))) == 2
    assert names(world.dynamodb.list_backups(BackupType="AWS_BACKUP")) == []
    world.clock.advance(35 * 86400 - 0.001)
    assert len(names(world.dynamodb.list_backups(BackupType="SYSTEM"))) == 1
    world.clock.advance(0.001)
    assert names(world.dynamodb.list_backups(BackupType="ALL")) == ["backup"]
    world.refused(rows.BACKUP_NOT_FOUND, world.dynamodb.describe_backup, {"arn": arn}, BackupArn=arn)
    assert world.dynamodb.describe_backup(BackupArn=user)


def test_a_deleted_table_without_recovery_leaves_none(world: World) -> None:
    world.dynamodb.delete_table(TableName="table")
    assert names(world.dynamodb.list_backups(BackupType="ALL")) == []


def test_nobody_deletes_such_a_backup(world: World) -> None:
    arn = deleted_with_recovery(world)
    fields = {"arn": arn, "expires": "2026-02-05T00:00:00.000Z"}
    world.refused(rows.BACKUP_SYSTEM, world.dynamodb.delete_backup, fields, BackupArn=arn)


def test_tables_deleted_at_the_same_moment_leave_a_backup_each(world: World) -> None:
    deleted_with_recovery(world)
    world.dynamodb.create_table(**ON_DEMAND)
    world.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    world.dynamodb.delete_table(TableName="table")
    assert len(names(world.dynamodb.list_backups(BackupType="SYSTEM"))) == 2


def test_what_has_expired_is_taken_away_by_the_next_backup_a_few_at_once(world: World) -> None:
    deleted_with_recovery(world)
    for _ in range(EXPIRED_AT_ONCE):
        world.dynamodb.create_table(**ON_DEMAND)
        world.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
        world.dynamodb.delete_table(TableName="table")
    world.clock.advance(36 * 86400)
    world.dynamodb.create_table(**ON_DEMAND)
    left = []
    for name in ("one", "two"):
        world.backup(name)
        left.append(sum(entry[0] == "dynamodb.backup" for entry in world.everything()))
    assert left == [2, 2]  # the first took twenty of twenty-one away, the second the last
