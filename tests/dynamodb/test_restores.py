"""RestoreTableFromBackup and RestoreTableToPointInTime: what a restored table has, and what is refused in which order.

API Reference, Developer Guide "Restoring a table", and what was recorded on AWS in October 2026.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from copies import ACCOUNT, ENABLED, GSI, LSI, NO_BACKUP, ON_DEMAND, PROVISIONED, TABLE_ARN, World
from recorded import Local

from condemu.dynamodb.backups.restores import AT_ONCE
from condemu.dynamodb.errors import control as rows
from condemu.dynamodb.errors import general as errors
from condemu.dynamodb.errors import tables as table_rows
from condemu.dynamodb.state.past import FORGOTTEN_AT_ONCE
from condemu.dynamodb.tables.table_checks import MAX_GLOBAL, MAX_LOCAL

ITEMS = [
    {"pk": {"S": "a"}, "sk": {"S": "1"}, "g": {"S": "x"}, "l": {"S": "z"}, "v": {"N": "1"}},
    {"pk": {"S": "b"}, "sk": {"S": "2"}, "b": {"B": b"\0"}},
]
MAXIMA = {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8}
UNITS = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 11}


@pytest.fixture
def world() -> Any:
    """A table with provisioned capacity, two indexes and two items."""
    made = World()
    made.dynamodb.create_table(**PROVISIONED)
    for item in ITEMS:
        made.dynamodb.put_item(TableName="table", Item=item)
    yield made
    made.emulator.close()


@pytest.fixture
def demanded() -> Any:
    """A table on demand."""
    made = World()
    made.dynamodb.create_table(**ON_DEMAND)
    yield made
    made.emulator.close()


def restored(world: World, **overrides: Any) -> dict[str, Any]:
    """A table "copy" from a new backup, as it is when it is ready."""
    world.dynamodb.restore_table_from_backup(BackupArn=world.backup(), TargetTableName="copy", **overrides)
    return world.described("copy")


def refused(world: World, row: Any, fields: dict[str, Any] | None = None, **overrides: Any) -> None:
    """The restore of a new backup is refused, and there is no new table."""
    arn = world.backup()
    world.refused(row, world.dynamodb.restore_table_from_backup, fields, BackupArn=arn, TargetTableName="copy", **overrides)


# --- what a restored table has ----------------------------------------------------------------------------------------------


def test_a_restored_table_has_the_items_of_the_backup_and_its_indexes(world: World) -> None:
    arn = world.backup()
    world.dynamodb.delete_item(TableName="table", Key={"pk": {"S": "a"}, "sk": {"S": "1"}})
    world.dynamodb.put_item(TableName="table", Item={"pk": {"S": "c"}, "sk": {"S": "3"}})
    world.dynamodb.restore_table_from_backup(BackupArn=arn, TargetTableName="copy")
    assert world.items("copy") == ITEMS
    shown = {name: ITEMS[0][name] for name in ("pk", "sk", "g", "v")}
    assert world.items("copy", IndexName="gsi") == [shown]
    assert [item["pk"] for item in world.items("copy", IndexName="lsi")] == [{"S": "a"}]
    world.dynamodb.delete_item(TableName="copy", Key={"pk": {"S": "b"}, "sk": {"S": "2"}})
    assert [item["pk"]["S"] for item in world.items("copy")] == ["a"]
    assert [item["pk"]["S"] for item in world.items("table")] == ["b", "c"]


def test_the_answer_says_what_is_restored_and_no_read_does_afterwards(world: World) -> None:
    arn = world.backup()
    moment = world.clock.now()
    world.clock.advance(100)
    made = world.dynamodb.restore_table_from_backup(BackupArn=arn, TargetTableName="copy")["TableDescription"]
    summary = made.pop("RestoreSummary")
    assert summary.pop("RestoreDateTime").timestamp() == moment
    assert summary == {"SourceBackupArn": arn, "SourceTableArn": TABLE_ARN, "RestoreInProgress": True}
    assert (made["TableStatus"], made["BillingModeSummary"]) == ("CREATING", {"BillingMode": "PROVISIONED"})
    assert "IndexStatus" not in made["GlobalSecondaryIndexes"][0]
    assert made["CreationDateTime"].timestamp() == world.clock.now()
    found = world.described("copy")
    assert found["TableStatus"] == "ACTIVE"
    assert "RestoreSummary" not in found
    assert found["TableId"] != world.described("table")["TableId"]
    assert found["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"


def test_streams_expiry_recovery_tags_protection_policy_and_class_are_not_restored(world: World) -> None:
    call = world.dynamodb
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    call.update_table(TableName="table", StreamSpecification=stream)
    call.update_table(TableName="table", DeletionProtectionEnabled=True)
    call.update_table(TableName="table", TableClass="STANDARD_INFREQUENT_ACCESS")
    call.update_table(TableName="table", SSESpecification={"Enabled": True})
    call.update_time_to_live(TableName="table", TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
    call.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=ENABLED)
    call.tag_resource(ResourceArn=TABLE_ARN, Tags=[{"Key": "k", "Value": "v"}])
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "dynamodb:GetItem", "Resource": TABLE_ARN}
    call.put_resource_policy(ResourceArn=TABLE_ARN, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    found = restored(world)
    assert not {"StreamSpecification", "LatestStreamArn", "TableClassSummary"} & set(found)
    assert found["DeletionProtectionEnabled"] is False
    assert found["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS"}
    assert call.describe_time_to_live(TableName="copy")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    recovery = call.describe_continuous_backups(TableName="copy")["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert call.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"] == []
    with pytest.raises(call.exceptions.PolicyNotFoundException):
        call.get_resource_policy(ResourceArn=found["TableArn"])


def test_capacity_is_that_of_the_backup(world: World) -> None:
    arn = world.backup()
    world.dynamodb.update_table(TableName="table", ProvisionedThroughput=UNITS)
    update = {"Update": {"IndexName": "gsi", "ProvisionedThroughput": UNITS}}
    world.dynamodb.update_table(TableName="table", GlobalSecondaryIndexUpdates=[update])
    world.dynamodb.restore_table_from_backup(BackupArn=arn, TargetTableName="copy")
    found = world.described("copy")
    assert units(found) == (3, 4)
    assert units(found["GlobalSecondaryIndexes"][0]) == (5, 6)


def test_the_maxima_of_a_table_on_demand_are_restored(demanded: World) -> None:
    found = restored(demanded)
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert found["OnDemandThroughput"] == ON_DEMAND["OnDemandThroughput"]


def units(described: dict[str, Any]) -> tuple[int, int]:
    throughput = described["ProvisionedThroughput"]
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


# --- overrides --------------------------------------------------------------------------------------------------------------


def test_capacity_is_overridden_for_the_table_alone(world: World) -> None:
    found = restored(world, ProvisionedThroughputOverride=UNITS)
    assert (units(found), units(found["GlobalSecondaryIndexes"][0])) == ((10, 11), (5, 6))


def test_a_table_becomes_one_on_demand_with_its_indexes(world: World) -> None:
    found = restored(world, BillingModeOverride="PAY_PER_REQUEST", OnDemandThroughputOverride=MAXIMA)
    assert (units(found), units(found["GlobalSecondaryIndexes"][0])) == ((0, 0), (0, 0))
    assert found["OnDemandThroughput"] == MAXIMA


def test_a_table_on_demand_becomes_one_with_capacity(demanded: World) -> None:
    found = restored(demanded, BillingModeOverride="PROVISIONED", ProvisionedThroughputOverride=UNITS)
    assert units(found) == (10, 11)
    assert "OnDemandThroughput" not in found


def test_encryption_is_overridden(world: World) -> None:
    world.dynamodb.update_table(TableName="table", SSESpecification={"Enabled": True})
    assert "SSEDescription" not in restored(world, SSESpecificationOverride={"Enabled": False})


def test_an_empty_list_restores_no_indexes(world: World) -> None:
    found = restored(world, GlobalSecondaryIndexOverride=[], LocalSecondaryIndexOverride=[])
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} & set(found)
    assert {one["AttributeName"] for one in found["AttributeDefinitions"]} == {"pk", "sk"}


def test_indexes_can_be_renamed(world: World) -> None:
    gsi = {**GSI, "IndexName": "other", "ProvisionedThroughput": UNITS}
    gsi["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v", "w"]}
    found = restored(world, GlobalSecondaryIndexOverride=[gsi], LocalSecondaryIndexOverride=[{**LSI, "IndexName": "another"}])
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["other"]
    assert units(found["GlobalSecondaryIndexes"][0]) == (10, 11)
    assert [index["IndexName"] for index in found["LocalSecondaryIndexes"]] == ["another"]
    assert len(world.items("copy", IndexName="other")) == len(world.items("copy", IndexName="another")) == 1


OTHERS = [
    ("GlobalSecondaryIndexOverride", {**GSI, "KeySchema": [{"AttributeName": "new", "KeyType": "HASH"}]}),
    ("GlobalSecondaryIndexOverride", {**GSI, "Projection": {"ProjectionType": "ALL"}}),
    ("GlobalSecondaryIndexOverride", {**GSI, "Projection": {}}),
    ("LocalSecondaryIndexOverride", {**LSI, "Projection": {"ProjectionType": "ALL"}}),
    ("LocalSecondaryIndexOverride", {**LSI, "KeySchema": GSI["KeySchema"]}),
]


@pytest.mark.parametrize(("member", "index"), OTHERS)
def test_an_index_that_the_source_has_not_is_refused(world: World, member: str, index: Any) -> None:
    refused(world, rows.RESTORE_INDEX_UNKNOWN, {"index": index["IndexName"]}, **{member: [index]})


@pytest.mark.parametrize(
    ("member", "index", "most", "row"),
    [
        ("GlobalSecondaryIndexOverride", GSI, MAX_GLOBAL, table_rows.GLOBAL_TOO_MANY),
        ("LocalSecondaryIndexOverride", LSI, MAX_LOCAL, table_rows.LOCAL_TOO_MANY),
    ],
)
def test_more_indexes_than_a_table_can_have_are_refused(world: World, member: str, index: Any, most: int, row: Any) -> None:
    """With the code and the text of CreateTable (inferred)."""
    refused(world, row, **{member: [{**index, "IndexName": f"index-{number}"} for number in range(most + 1)]})


def test_an_index_name_given_twice_is_refused(world: World) -> None:
    twice = {"GlobalSecondaryIndexOverride": [GSI, GSI]}
    refused(world, table_rows.INDEX_NAME_REPEATED, {"index": "gsi"}, **twice)


def test_capacity_has_to_fit_the_billing_mode(world: World) -> None:
    mode = {"BillingModeOverride": "PAY_PER_REQUEST"}
    refused(world, rows.RESTORE_UNITS_ON_DEMAND, {"index": ""}, **mode, ProvisionedThroughputOverride=UNITS)
    refused(world, rows.RESTORE_UNITS_ON_DEMAND, {"index": " for index gsi"}, **mode, GlobalSecondaryIndexOverride=[GSI])
    refused(world, rows.RESTORE_UNITS_REQUIRED, BillingModeOverride="PROVISIONED")
    bare = {name: value for name, value in GSI.items() if name != "ProvisionedThroughput"}
    refused(world, rows.RESTORE_INDEX_UNITS_REQUIRED, {"index": "gsi"}, GlobalSecondaryIndexOverride=[bare])
    refused(world, rows.RESTORE_MAXIMA_SUPERFLUOUS, {"member": "MaxReadRequestUnits"}, OnDemandThroughputOverride=MAXIMA)


def test_capacity_of_a_table_on_demand_cannot_be_overridden(demanded: World) -> None:
    refused(demanded, rows.RESTORE_UNITS_SUPERFLUOUS, ProvisionedThroughputOverride=UNITS)
    none = {"MaxReadRequestUnits": 0, "MaxWriteRequestUnits": 0}
    refused(demanded, rows.RESTORE_MAXIMA_OUTSIDE, {"member": "MaxReadRequestUnits"}, OnDemandThroughputOverride=none)


def test_an_index_of_a_table_that_was_on_demand_needs_capacity(world: World) -> None:
    world.dynamodb.update_table(TableName="table", BillingMode="PAY_PER_REQUEST")
    world.dynamodb.restore_table_from_backup(
        BackupArn=world.backup(), TargetTableName="demanded", BillingModeOverride="PAY_PER_REQUEST"
    )
    arn = world.dynamodb.create_backup(TableName="demanded", BackupName="backup")["BackupDetails"]["BackupArn"]
    given = {"BackupArn": arn, "TargetTableName": "copy", "BillingModeOverride": "PROVISIONED"}
    given["ProvisionedThroughputOverride"] = UNITS
    world.refused(rows.RESTORE_INDEX_UNITS_REQUIRED, world.dynamodb.restore_table_from_backup, {"index": "gsi"}, **given)


@pytest.mark.parametrize("maxima", [{}, {"Other": "text"}, {"MaxReadRequestUnits": None}], ids=str)
def test_maxima_that_say_nothing_are_none(maxima: Any) -> None:
    """What is null or no member of the structure is as if it were not there, in a restore, a creation and an update."""
    local = Local()
    local.ok("CreateTable", {**ON_DEMAND, "OnDemandThroughput": maxima})
    assert "OnDemandThroughput" not in local.ok("DescribeTable", {"TableName": "table"})["Table"]
    arn = local.ok("CreateBackup", {"TableName": "table", "BackupName": "backup"})["BackupDetails"]["BackupArn"]
    local.ok("RestoreTableFromBackup", {"BackupArn": arn, "TargetTableName": "copy", "OnDemandThroughputOverride": maxima})
    assert "OnDemandThroughput" not in local.ok("DescribeTable", {"TableName": "copy"})["Table"]
    local.ok("UpdateTable", {"TableName": "table", "OnDemandThroughput": maxima})
    assert "OnDemandThroughput" not in local.ok("DescribeTable", {"TableName": "table"})["Table"]


# --- the target, and what takes a while -------------------------------------------------------------------------------------


def test_a_table_that_is_there_is_not_restored_over(world: World) -> None:
    arn = world.backup()
    restore = world.dynamodb.restore_table_from_backup
    world.refused(rows.RESTORE_TARGET_EXISTS, restore, {"table": "table"}, BackupArn=arn, TargetTableName="table")


@pytest.fixture
def slow() -> Any:
    """Tables take ten seconds; one is ready."""
    made = World(delay=10.0)
    made.dynamodb.create_table(**ON_DEMAND)
    made.clock.advance(10)
    made.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
    yield made
    made.emulator.close()


def test_a_table_that_is_being_deleted_or_created_is_in_the_way(slow: World) -> None:
    arn, restore = slow.backup(), slow.dynamodb.restore_table_from_backup
    slow.dynamodb.create_table(**{**ON_DEMAND, "TableName": "new"})
    slow.refused(rows.RESTORE_TARGET_CREATING, restore, {"table": "new"}, BackupArn=arn, TargetTableName="new")
    slow.dynamodb.delete_table(TableName="table")
    slow.refused(rows.RESTORE_TARGET_EXISTS, restore, {"table": "table"}, BackupArn=arn, TargetTableName="table")
    slow.clock.advance(10)
    restore(BackupArn=arn, TargetTableName="table")
    slow.clock.advance(10)
    assert slow.items() == [{"pk": {"S": "a"}}]


def test_while_it_is_restored_a_table_is_described_and_else_not_there(slow: World) -> None:
    arn, call = slow.backup(), slow.dynamodb
    call.restore_table_from_backup(BackupArn=arn, TargetTableName="copy")
    found = slow.described("copy")
    assert (found["TableStatus"], found["RestoreSummary"]["RestoreInProgress"]) == ("CREATING", True)
    copy, named = found["TableArn"], {"table": "copy"}
    ttl, tag = {"Enabled": True, "AttributeName": "at"}, [{"Key": "k", "Value": "v"}]
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.tag_resource, named, ResourceArn=copy, Tags=tag)
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.untag_resource, named, ResourceArn=copy, TagKeys=["k"])
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.list_tags_of_resource, named, ResourceArn=copy)
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.describe_time_to_live, named, TableName="copy")
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.update_time_to_live, named, TableName="copy", TimeToLiveSpecification=ttl)
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.update_table, named, TableName="copy", DeletionProtectionEnabled=True)
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.get_resource_policy, named, ResourceArn=copy)
    slow.refused(errors.TABLE_NAMED_NOT_FOUND, call.describe_contributor_insights, named, TableName="copy")
    slow.refused(rows.BACKUP_TABLE_NOT_FOUND, call.describe_continuous_backups, named, TableName="copy")
    slow.refused(rows.BACKUP_TABLE_NOT_FOUND, call.create_backup, named, TableName="copy", BackupName="backup")
    slow.refused(table_rows.TABLE_RESTORING, call.create_table, named, **{**ON_DEMAND, "TableName": "copy"})
    slow.refused(table_rows.TABLE_CREATING, call.delete_table, named, TableName="copy")
    slow.refused(
        rows.RESTORE_TARGET_RESTORING, call.restore_table_from_backup, {**named, "source": arn},
        BackupArn=arn, TargetTableName="copy",
    )  # fmt: skip
    slow.clock.advance(10)
    assert slow.items("copy") == [{"pk": {"S": "a"}}]
    assert "RestoreSummary" not in slow.described("copy")
    call.tag_resource(ResourceArn=copy, Tags=tag)


def test_a_backup_restores_one_table_at_a_time_and_is_not_deleted_meanwhile(slow: World) -> None:
    arn, call = slow.backup(), slow.dynamodb
    call.restore_table_from_backup(BackupArn=arn, TargetTableName="copy")
    again = {"BackupArn": arn, "TargetTableName": "another"}
    slow.refused(rows.BACKUP_RESTORING_ANOTHER, call.restore_table_from_backup, {"arn": arn}, **again)
    slow.refused(rows.BACKUP_RESTORING, call.delete_backup, {"arn": arn}, BackupArn=arn)
    assert call.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    slow.clock.advance(10)
    call.restore_table_from_backup(**again)
    slow.clock.advance(10)
    call.delete_backup(BackupArn=arn)
    assert slow.items("another") == [{"pk": {"S": "a"}}]


def test_fifty_tables_are_restored_at_the_same_time(slow: World) -> None:
    restore = slow.dynamodb.restore_table_from_backup
    arns = [slow.backup() for _ in range(AT_ONCE + 1)]
    for number, arn in enumerate(arns[:-1]):
        restore(BackupArn=arn, TargetTableName=f"copy{number}")
    slow.refused(rows.RESTORES_TOO_MANY, restore, BackupArn=arns[-1], TargetTableName="last")
    slow.clock.advance(10)
    restore(BackupArn=arns[-1], TargetTableName="last")


def test_a_table_is_restored_into_another_region_if_encryption_is_given(world: World) -> None:
    arn, there = world.backup(), world.client("eu-west-1")
    world.refused(rows.RESTORE_NEEDS_ENCRYPTION, there.restore_table_from_backup, BackupArn=arn, TargetTableName="copy")
    given = {"TargetTableName": "copy", "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"}}
    made = there.restore_table_from_backup(BackupArn=arn, **given)["TableDescription"]
    assert made["TableArn"] == f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/copy"
    assert len(there.scan(TableName="copy")["Items"]) == 2
    assert world.dynamodb.list_tables()["TableNames"] == ["table"]


# --- to a point in time -----------------------------------------------------------------------------------------------------


def past(world: World, **given: Any) -> list[str]:
    """The keys of the items of a table that is restored as it was."""
    world.dynamodb.restore_table_to_point_in_time(SourceTableName="table", TargetTableName="past", **given)
    found = sorted(item["pk"]["S"] for item in world.items("past"))
    world.dynamodb.delete_table(TableName="past")
    return found


def recovering(world: World, days: int = 35) -> float:
    wanted = {**ENABLED, "RecoveryPeriodInDays": days}
    world.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=wanted)
    return world.clock.now()


def test_a_table_is_restored_as_it_was_at_any_second(demanded: World) -> None:
    call = demanded.dynamodb
    call.put_item(TableName="table", Item={"pk": {"S": "old"}})
    start = recovering(demanded)
    demanded.clock.advance(10)
    call.put_item(TableName="table", Item={"pk": {"S": "a"}, "v": {"N": "1"}})
    demanded.clock.advance(10)
    call.put_item(TableName="table", Item={"pk": {"S": "a"}, "v": {"N": "2"}})
    call.delete_item(TableName="table", Key={"pk": {"S": "old"}})
    demanded.clock.advance(1000)
    assert past(demanded, RestoreDateTime=start) == ["old"]
    assert past(demanded, RestoreDateTime=start + 9) == ["old"]
    assert past(demanded, RestoreDateTime=start + 10) == ["a", "old"]
    assert past(demanded, RestoreDateTime=start + 20) == ["a"]
    call.restore_table_to_point_in_time(SourceTableName="table", TargetTableName="past", RestoreDateTime=start + 19)
    assert demanded.items("past")[0]["v"] == {"N": "1"}
    assert demanded.items("table") == [{"pk": {"S": "a"}, "v": {"N": "2"}}]


def test_the_latest_time_is_five_minutes_ago_but_not_before_recovery(demanded: World) -> None:
    recovering(demanded)
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
    demanded.clock.advance(299)
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "b"}})
    demanded.clock.advance(1)
    assert past(demanded, UseLatestRestorableTime=True) == ["a"]
    demanded.clock.advance(300)
    assert past(demanded, UseLatestRestorableTime=True) == ["a", "b"]


def test_the_answer_names_the_source_and_the_time(demanded: World) -> None:
    start = recovering(demanded)
    made = demanded.dynamodb.restore_table_to_point_in_time(
        SourceTableArn=TABLE_ARN, TargetTableName="past", RestoreDateTime=start
    )["TableDescription"]
    summary = made["RestoreSummary"]
    assert summary.pop("RestoreDateTime").timestamp() == start
    assert summary == {"SourceTableArn": TABLE_ARN, "RestoreInProgress": True}
    assert made["OnDemandThroughput"] == ON_DEMAND["OnDemandThroughput"]


def test_settings_come_from_the_source_as_it_is_now_unless_they_are_overridden(world: World) -> None:
    recovering(world)
    world.dynamodb.update_table(TableName="table", ProvisionedThroughput=UNITS)
    given = {"SourceTableName": "table", "TargetTableName": "past", "UseLatestRestorableTime": True}
    world.dynamodb.restore_table_to_point_in_time(**given, GlobalSecondaryIndexOverride=[])
    found = world.described("past")
    assert units(found) == (10, 11)
    assert "GlobalSecondaryIndexes" not in found
    assert len(found["LocalSecondaryIndexes"]) == 1


def test_expired_items_are_there_again_before_they_expired(demanded: World) -> None:
    ttl = {"Enabled": True, "AttributeName": "at"}
    demanded.dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification=ttl)
    start = recovering(demanded)
    at = {"N": str(int(demanded.clock.now()) + 100)}
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "at": at})
    demanded.clock.advance(1000)
    assert demanded.items("table") == []
    assert past(demanded, RestoreDateTime=start + 50) == ["a"]
    demanded.clock.advance(300)
    assert past(demanded, UseLatestRestorableTime=True) == []


def test_disabling_recovery_forgets_the_past(demanded: World) -> None:
    start = recovering(demanded)
    demanded.clock.advance(10)
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
    off = {"PointInTimeRecoveryEnabled": False}
    demanded.dynamodb.update_continuous_backups(TableName="table", PointInTimeRecoverySpecification=off)
    assert not [entry for entry in demanded.everything() if entry[0] == "dynamodb.past"]
    given = {"SourceTableName": "table", "TargetTableName": "past", "RestoreDateTime": start}
    call = demanded.dynamodb.restore_table_to_point_in_time
    demanded.refused(rows.RECOVERY_UNAVAILABLE, call, {"table": "table"}, **given)
    recovering(demanded)
    assert past(demanded, UseLatestRestorableTime=True) == ["a"]


def test_a_deleted_table_has_no_past(demanded: World) -> None:
    recovering(demanded)
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
    demanded.dynamodb.delete_table(TableName="table")
    assert not [entry for entry in demanded.everything() if entry[0] == "dynamodb.past"]


def test_changes_older_than_the_period_are_forgotten_a_few_at_once(demanded: World) -> None:
    recovering(demanded, days=1)
    for number in range(FORGOTTEN_AT_ONCE + 2):
        demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": str(number)}})
    demanded.clock.advance(86401)
    left = []
    for number in range(2):
        demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": f"new {number}"}})
        left.append(sum(entry[0] == "dynamodb.past" for entry in demanded.everything()))
    assert left == [3, 2]  # two old changes and a new one, then two new ones


def test_a_longer_period_does_not_reach_what_the_shorter_one_before_it_forgot(demanded: World) -> None:
    """Else a table would be restored to a time as it never was (inferred)."""
    call, start = demanded.dynamodb, recovering(demanded)
    call.put_item(TableName="table", Item={"pk": {"S": "a"}})
    demanded.clock.advance(3 * 86400)
    recovering(demanded, days=1)
    call.put_item(TableName="table", Item={"pk": {"S": "b"}})  # takes away what was before the first item
    recovering(demanded, days=35)
    described = call.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]
    earliest = described["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"].timestamp()
    assert earliest == pytest.approx(start + 2 * 86400, abs=0.001)
    before = demanded.everything()
    with pytest.raises(ClientError, match="InvalidRestoreTimeException"):
        call.restore_table_to_point_in_time(SourceTableName="table", TargetTableName="past", RestoreDateTime=start)
    assert demanded.everything() == before
    assert past(demanded, RestoreDateTime=earliest) == ["a"]


def test_requests_without_one_source_and_one_time_are_refused(demanded: World) -> None:
    recovering(demanded)
    call, source = demanded.dynamodb.restore_table_to_point_in_time, {"SourceTableName": "table"}
    latest = {"UseLatestRestorableTime": True, "TargetTableName": "past"}
    demanded.refused(rows.RESTORE_SOURCES, call, **source, SourceTableArn=TABLE_ARN, **latest)
    demanded.refused(errors.TABLE_NAME_REQUIRED, call, **latest)
    demanded.refused(rows.ARN_NOT_ONE, call, {"arn": "table"}, SourceTableArn="table", **latest)
    demanded.refused(rows.RESTORE_SOURCE_ARN, call, SourceTableArn=NO_BACKUP, **latest)
    other = TABLE_ARN.replace(ACCOUNT, "111111111111")
    demanded.refused(rows.RESTORE_SOURCE_OF_ANOTHER, call, SourceTableArn=other, **latest)
    demanded.refused(rows.RESTORE_TIMES, call, **source, **latest, RestoreDateTime=1)
    demanded.refused(rows.RESTORE_TIME_MISSING, call, **source, TargetTableName="past")
    demanded.refused(rows.RESTORE_TIME_MISSING, call, **source, TargetTableName="past", UseLatestRestorableTime=False)


def test_refusals_come_in_the_order_source_recovery_time_target(demanded: World) -> None:
    call, bad = demanded.dynamodb.restore_table_to_point_in_time, {"TargetTableName": "table", "RestoreDateTime": 0}
    demanded.refused(rows.BACKUP_TABLE_NOT_FOUND, call, {"table": "ghost"}, SourceTableName="ghost", **bad)
    demanded.refused(rows.RECOVERY_UNAVAILABLE, call, {"table": "table"}, SourceTableName="table", **bad)
    recovering(demanded)
    start = "2026-01-01T00:00:00Z"
    told = {"asked": "1970-01-01T00:00:00Z", "earliest": start, "latest": start}
    demanded.refused(rows.RESTORE_TIME_OUTSIDE, call, told, SourceTableName="table", **bad)
    good = {**bad, "RestoreDateTime": demanded.clock.now()}
    demanded.refused(rows.RESTORE_TARGET_EXISTS, call, {"table": "table"}, SourceTableName="table", **good)


def test_a_table_is_restored_to_a_time_into_another_region_by_its_arn(demanded: World) -> None:
    recovering(demanded)
    demanded.dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
    demanded.clock.advance(600)
    there, latest = demanded.client("eu-west-1"), {"UseLatestRestorableTime": True, "TargetTableName": "past"}
    call = there.restore_table_to_point_in_time
    demanded.refused(rows.BACKUP_TABLE_NOT_FOUND, call, {"table": "table"}, SourceTableName="table", **latest)
    demanded.refused(rows.RESTORE_NEEDS_ENCRYPTION, call, SourceTableArn=TABLE_ARN, **latest)
    call(SourceTableArn=TABLE_ARN, SSESpecificationOverride={"Enabled": True}, **latest)
    assert there.scan(TableName="past")["Items"] == [{"pk": {"S": "a"}}]


@pytest.mark.parametrize("far", [1e300, -1e300, 10**400, -(10**400)])
def test_a_time_beyond_all_time_is_outside_of_the_window(far: float) -> None:
    local = Local()
    local.ok("CreateTable", ON_DEMAND)
    local.ok("UpdateContinuousBackups", {"TableName": "table", "PointInTimeRecoverySpecification": ENABLED})
    members = {"SourceTableName": "table", "TargetTableName": "past", "RestoreDateTime": far}
    answer = local.call("RestoreTableToPointInTime", members)
    assert (answer.status, answer.body["__type"].rpartition("#")[2]) == (400, "InvalidRestoreTimeException")
    assert local.ok("ListTables", {})["TableNames"] == ["table"]
