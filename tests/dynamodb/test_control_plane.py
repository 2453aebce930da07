"""Tags, time to live, resource policies, streams and UpdateTable, asked by a real client in process on a clock that obeys."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from condemu.core.effects import CountingIds, ManualClock
from condemu.server.app import Emulator, build
from condemu.testing.transport import install

OPTIONS = ClientConfig(parameter_validation=False, retries={"total_max_attempts": 1})
HASH = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
DEFINED = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},'
    '"Action":"dynamodb:GetItem","Resource":"*"}]}'
)
OTHER_POLICY = POLICY.replace("GetItem", "Query")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def emulator(clock: ManualClock) -> Emulator:
    return build(clock=clock, ids=CountingIds())


@pytest.fixture
def session(emulator: Emulator) -> Any:
    session = boto3.Session("test", "test", region_name="us-east-1")
    install(session, emulator)
    return session


@pytest.fixture
def dynamodb(session: Any) -> Any:
    client = session.client("dynamodb", config=OPTIONS)
    client.create_table(TableName="table", BillingMode="PAY_PER_REQUEST", **HASH, **DEFINED)
    return client


@pytest.fixture
def streams(session: Any) -> Any:
    return session.client("dynamodbstreams", config=OPTIONS)


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def arn_of(dynamodb: Any, table: str = "table") -> str:
    return str(dynamodb.describe_table(TableName=table)["Table"]["TableArn"])


# --- tags -------------------------------------------------------------------------------------------------------------------


def test_tags_are_added_replaced_listed_and_removed(dynamodb: Any) -> None:
    arn = arn_of(dynamodb)
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}, {"Key": "b", "Value": "2"}]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a", "never"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_all_tags_come_in_one_answer(dynamodb: Any) -> None:
    arn = arn_of(dynamodb)
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{number:02}", "Value": ""} for number in range(50)])
    answer = dynamodb.list_tags_of_resource(ResourceArn=arn)
    assert (len(answer["Tags"]), "NextToken" in answer) == (50, False)


@pytest.mark.parametrize("token", ["", "x", "0", "7", "010", "50", "１０"], ids=str)
def test_a_token_for_tags_that_was_not_handed_out_is_refused(dynamodb: Any, token: str) -> None:
    arn = arn_of(dynamodb)
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{number:02}", "Value": ""} for number in range(12)])
    wrong = refused(dynamodb.list_tags_of_resource, ResourceArn=arn, NextToken=token)
    assert wrong == ("ValidationException", "The provided NextToken is invalid")
    code, _ = refused(dynamodb.list_tags_of_resource, ResourceArn=arn + "-not-there", NextToken=token)
    assert code == "AccessDeniedException"  # who may not look is told nothing about his token


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([], "Atleast one Tag needs to be provided as Input."),
        ([{"Key": "aws:x", "Value": ""}], "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        ([{"Key": "k!", "Value": ""}], "The Tag Key provided is invalid, Key: k!"),
        ([{"Key": "k", "Value": "v!"}], "The Tag Value provided is invalid, Value: v!"),
        ([{"Key": "k", "Value": ""}] * 2, "Duplicate Tag Keys provided as input: Duplicate Tag Key found k"),
        (
            [{"Key": f"k{n}", "Value": ""} for n in range(51)],
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
    ids=["none", "reserved", "bad key", "bad value", "twice", "51"],
)
def test_bad_tags_are_refused_and_change_nothing(dynamodb: Any, tags: Any, message: str) -> None:
    arn = arn_of(dynamodb)
    assert refused(dynamodb.tag_resource, ResourceArn=arn, Tags=tags) == ("ValidationException", message)
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([{"Key": "aws:x", "Value": ""}], "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        ([{"Key": "k", "Value": ""}] * 2, "Duplicate Tag Keys provided as input: Duplicate Tag Key found k"),
        (
            [{"Key": f"k{number}", "Value": ""} for number in range(51)],
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
)
def test_no_table_is_created_with_bad_tags(dynamodb: Any, tags: Any, message: str) -> None:
    before = dynamodb.list_tables()["TableNames"]
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}]
    definitions = [{"AttributeName": "pk", "AttributeType": "S"}]
    answer = refused(
        dynamodb.create_table,
        TableName="tagged",
        KeySchema=schema,
        AttributeDefinitions=definitions,
        BillingMode="PAY_PER_REQUEST",
        Tags=tags,
    )
    assert answer == ("ValidationException", message)
    assert dynamodb.list_tables()["TableNames"] == before


def test_untagging_needs_a_key(dynamodb: Any) -> None:
    answer = refused(dynamodb.untag_resource, ResourceArn=arn_of(dynamodb), TagKeys=[])
    assert answer == ("ValidationException", "Atleast one Tag Key needs to be provided as Input.")


def test_a_resource_that_is_no_table_is_refused(dynamodb: Any) -> None:
    assert refused(dynamodb.untag_resource)[1] == "Invalid TableArn"
    assert refused(dynamodb.tag_resource, ResourceArn="arn:b:c:d:e:f/g", Tags=[])[1] == (
        "Invalid TableArn: Invalid ResourceArn provided as input arn:b:c:d:e:f/g"
    )


def test_tags_of_a_missing_table(dynamodb: Any) -> None:
    arn = arn_of(dynamodb).replace("table/table", "table/ghost")
    assert refused(dynamodb.tag_resource, ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}]) == (
        "ResourceNotFoundException",
        f"Requested resource not found: ResourceArn: {arn} not found",
    )
    assert refused(dynamodb.untag_resource, ResourceArn=arn, TagKeys=["k"]) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )
    assert refused(dynamodb.list_tags_of_resource, ResourceArn=arn)[0] == "AccessDeniedException"


# --- time to live -----------------------------------------------------------------------------------------------------------


def expiring(dynamodb: Any, name: str, **attributes: Any) -> None:
    dynamodb.put_item(TableName="table", Item={"pk": {"S": name}, **attributes})


def set_ttl(dynamodb: Any, enabled: bool, name: str = "until") -> Any:
    return dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification={"Enabled": enabled, "AttributeName": name})[
        "TimeToLiveSpecification"
    ]


def keys(dynamodb: Any) -> list[str]:
    return sorted(item["pk"]["S"] for item in dynamodb.scan(TableName="table")["Items"])


def test_an_item_is_deleted_when_the_clock_has_passed_its_time(dynamodb: Any, clock: ManualClock) -> None:
    now = int(clock.now())
    assert set_ttl(dynamodb, True) == {"Enabled": True, "AttributeName": "until"}
    expiring(dynamodb, "soon", until={"N": str(now + 10)})
    expiring(dynamodb, "later", until={"N": str(now + 100)})
    expiring(dynamodb, "renewed", until={"N": str(now + 10)})
    expiring(dynamodb, "renewed", until={"N": str(now + 100)})
    clock.advance(10)
    assert keys(dynamodb) == ["later", "renewed"]
    clock.advance(90)
    assert keys(dynamodb) == []


def test_only_numbers_of_the_last_five_years_expire(dynamodb: Any, clock: ManualClock) -> None:
    now = int(clock.now())
    set_ttl(dynamodb, True)
    expiring(dynamodb, "text", until={"S": str(now - 1)})
    expiring(dynamodb, "ancient", until={"N": str(now - 6 * 365 * 86400)})
    expiring(dynamodb, "none")
    clock.advance(5)
    assert keys(dynamodb) == ["ancient", "none", "text"]


def test_items_that_were_there_before_expire_too_and_stop_when_it_is_disabled(dynamodb: Any, clock: ManualClock) -> None:
    until = {"N": str(int(clock.now()) + 10)}
    expiring(dynamodb, "before", until=until)
    set_ttl(dynamodb, True)
    set_ttl(dynamodb, False)
    clock.advance(20)
    assert keys(dynamodb) == ["before"]
    set_ttl(dynamodb, True)
    assert keys(dynamodb) == []


def test_time_to_live_is_set_once(dynamodb: Any) -> None:
    assert refused(set_ttl, dynamodb=dynamodb, enabled=False) == ("ValidationException", "TimeToLive is already disabled")
    set_ttl(dynamodb, True)
    assert refused(set_ttl, dynamodb=dynamodb, enabled=True) == ("ValidationException", "TimeToLive is already enabled")
    other = "TimeToLive is active on a different AttributeName: current AttributeName is until"
    assert refused(set_ttl, dynamodb=dynamodb, enabled=True, name="other") == ("ValidationException", other)
    assert dynamodb.describe_time_to_live(TableName="table")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "until",
    }


# --- resource policies ------------------------------------------------------------------------------------------------------


def test_a_policy_is_replaced_only_by_who_knows_its_revision(dynamodb: Any) -> None:
    arn = arn_of(dynamodb)
    first = dynamodb.put_resource_policy(ResourceArn=arn, Policy=POLICY, ExpectedRevisionId="NO_POLICY")["RevisionId"]
    assert dynamodb.get_resource_policy(ResourceArn=arn)["RevisionId"] == first
    code, message = refused(dynamodb.put_resource_policy, ResourceArn=arn, Policy=OTHER_POLICY, ExpectedRevisionId="NO_POLICY")
    assert code == "PolicyNotFoundException"
    assert message.endswith(
        f"Requested policy update expecting none to be present for table table, but a policy exists with revision id {first}."
    )
    code, message = refused(dynamodb.put_resource_policy, ResourceArn=arn, Policy=OTHER_POLICY, ExpectedRevisionId="17")
    assert message.endswith(
        "Requested update for policy with revision id 17, but the policy associated to target table table"
        f" has revision id {first}."
    )
    assert dynamodb.get_resource_policy(ResourceArn=arn)["Policy"] == POLICY
    second = dynamodb.put_resource_policy(ResourceArn=arn, Policy=OTHER_POLICY, ExpectedRevisionId=first)["RevisionId"]
    assert second != first


def test_the_same_policy_keeps_its_revision(dynamodb: Any) -> None:
    arn = arn_of(dynamodb)
    revisions = {dynamodb.put_resource_policy(ResourceArn=arn, Policy=POLICY)["RevisionId"] for _ in range(2)}
    assert len(revisions) == 1


def test_a_policy_is_deleted_by_its_revision_and_is_gone(dynamodb: Any) -> None:
    arn = arn_of(dynamodb)
    revision = dynamodb.put_resource_policy(ResourceArn=arn, Policy=POLICY)["RevisionId"]
    assert refused(dynamodb.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="1")[0] == "PolicyNotFoundException"
    dynamodb.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)
    assert refused(dynamodb.get_resource_policy, ResourceArn=arn) == (
        "PolicyNotFoundException",
        f"Resource-based policy not found for the provided ResourceArn: {arn}",
    )
    assert refused(dynamodb.put_resource_policy, ResourceArn=arn, Policy=OTHER_POLICY, ExpectedRevisionId=revision)[0] == (
        "PolicyNotFoundException"
    )
    dynamodb.delete_resource_policy(ResourceArn=arn)


# --- streams ----------------------------------------------------------------------------------------------------------------


def with_stream(dynamodb: Any, view: str = "NEW_AND_OLD_IMAGES") -> str:
    dynamodb.update_table(TableName="table", StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    return str(dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"])


def iterator(streams: Any, arn: str, kind: str = "TRIM_HORIZON", **options: Any) -> str:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    return str(streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **options)["ShardIterator"])


def records(streams: Any, arn: str, **options: Any) -> list[Any]:
    return list(streams.get_records(ShardIterator=iterator(streams, arn), **options)["Records"])


def test_a_stream_tells_of_every_change_and_of_nothing_else(dynamodb: Any, streams: Any) -> None:
    arn = with_stream(dynamodb)
    expiring(dynamodb, "a", n={"N": "1"})
    expiring(dynamodb, "a", n={"N": "1.0"})
    expiring(dynamodb, "a", n={"N": "2"})
    assert refused(dynamodb.put_item, TableName="table", Item={"pk": {"S": "a"}}, ConditionExpression="attribute_not_exists(pk)")[
        0
    ] == ("ConditionalCheckFailedException")
    dynamodb.delete_item(TableName="table", Key={"pk": {"S": "a"}})
    dynamodb.delete_item(TableName="table", Key={"pk": {"S": "a"}})
    found = records(streams, arn)
    assert [record["eventName"] for record in found] == ["INSERT", "MODIFY", "REMOVE"]
    assert [record["dynamodb"].get("OldImage", {}).get("n") for record in found] == [None, {"N": "1"}, {"N": "2"}]
    assert [record["dynamodb"].get("NewImage", {}).get("n") for record in found] == [{"N": "1"}, {"N": "2"}, None]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in found]
    assert numbers == sorted(numbers)
    assert all(len(number) >= 21 for number in numbers)


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_the_view_type_says_which_images_there_are(dynamodb: Any, streams: Any, view: str, images: set[str]) -> None:
    expiring(dynamodb, "a", n={"N": "1"})
    arn = with_stream(dynamodb, view)
    expiring(dynamodb, "a", n={"N": "2"})
    (record,) = records(streams, arn)
    assert set(record["dynamodb"]) & {"NewImage", "OldImage"} == images
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "a"}}


def test_a_transaction_leaves_one_record_for_each_item(dynamodb: Any, streams: Any) -> None:
    arn = with_stream(dynamodb)
    puts = [{"Put": {"TableName": "table", "Item": {"pk": {"S": name}}}} for name in "abc"]
    dynamodb.transact_write_items(TransactItems=puts)
    never = {"ConditionCheck": {"TableName": "table", "Key": {"pk": {"S": "z"}}, "ConditionExpression": "attribute_exists(pk)"}}
    assert refused(dynamodb.transact_write_items, TransactItems=[*puts, never])[0] == "TransactionCanceledException"
    assert sorted(record["dynamodb"]["Keys"]["pk"]["S"] for record in records(streams, arn)) == ["a", "b", "c"]


def test_an_expired_item_is_removed_by_the_service(dynamodb: Any, streams: Any, clock: ManualClock) -> None:
    arn = with_stream(dynamodb)
    set_ttl(dynamodb, True)
    expiring(dynamodb, "a", until={"N": str(int(clock.now()) + 5)})
    clock.advance(6)
    assert keys(dynamodb) == []
    last = records(streams, arn)[-1]
    assert last["eventName"] == "REMOVE"
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_iterators_begin_where_they_are_told_to(dynamodb: Any, streams: Any, clock: ManualClock) -> None:
    arn = with_stream(dynamodb)
    for name in "abc":
        clock.advance(10)
        expiring(dynamodb, name)
    then = iterator(streams, arn, "AT_TIMESTAMP", Timestamp=clock.now() - 12)
    latest = iterator(streams, arn, "LATEST")
    second = records(streams, arn)[1]["dynamodb"]["SequenceNumber"]
    at = iterator(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=second)
    after = iterator(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second)
    expiring(dynamodb, "d")

    def names(given: str) -> str:
        found = streams.get_records(ShardIterator=given)["Records"]
        return "".join(record["dynamodb"]["Keys"]["pk"]["S"] for record in found)

    assert (names(latest), names(at), names(after), names(then)) == ("d", "bcd", "cd", "bcd")
    assert names(iterator(streams, arn, "AT_TIMESTAMP", Timestamp=clock.now() + 9)) == ""


def test_records_come_in_pages_without_a_gap(dynamodb: Any, streams: Any) -> None:
    arn = with_stream(dynamodb)
    for name in "abcde":
        expiring(dynamodb, name)
    given, seen = iterator(streams, arn), ""
    for _ in range(3):
        page = streams.get_records(ShardIterator=given, Limit=2)
        seen += "".join(record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"])
        given = page["NextShardIterator"]
    assert seen == "abcde"


def test_an_iterator_expires_and_records_are_forgotten_after_a_day(dynamodb: Any, streams: Any, clock: ManualClock) -> None:
    arn = with_stream(dynamodb)
    expiring(dynamodb, "a")
    given = iterator(streams, arn)
    clock.advance(901)
    assert refused(streams.get_records, ShardIterator=given)[0] == "ExpiredIteratorException"
    clock.advance(86400)
    expiring(dynamodb, "b")
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records(streams, arn)] == ["b"]


def test_a_disabled_stream_is_read_to_its_end_and_a_new_one_has_a_new_name(dynamodb: Any, streams: Any) -> None:
    first = with_stream(dynamodb)
    expiring(dynamodb, "a")
    dynamodb.update_table(TableName="table", StreamSpecification={"StreamEnabled": False})
    expiring(dynamodb, "b")
    page = streams.get_records(ShardIterator=iterator(streams, first))
    assert len(page["Records"]) == 1
    assert "NextShardIterator" not in page
    assert streams.describe_stream(StreamArn=first)["StreamDescription"]["StreamStatus"] == "DISABLED"
    assert with_stream(dynamodb) != first
    assert len(streams.list_streams(TableName="table")["Streams"]) == 2


@pytest.mark.parametrize("text", ["nonsense", "YXxifGM=", "é"])
def test_an_iterator_that_nobody_gave_is_refused(streams: Any, text: str) -> None:
    assert refused(streams.get_records, ShardIterator=text)[0] == "ValidationException"


def test_an_unknown_stream(streams: Any) -> None:
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/2026-01-01T00:00:00.000"
    message = f"Requested resource not found: Stream: {arn} not found"
    assert refused(streams.describe_stream, StreamArn=arn) == ("ResourceNotFoundException", message)


# --- UpdateTable ------------------------------------------------------------------------------------------------------------


def creating(name: str, attribute: str = "g", **options: Any) -> dict[str, Any]:
    keys = [{"AttributeName": attribute, "KeyType": "HASH"}]
    return {"Create": {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}, **options}}


G = {"AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}]}


def test_a_new_index_is_filled_from_the_items_that_have_its_keys(dynamodb: Any) -> None:
    expiring(dynamodb, "a", g={"S": "x"})
    expiring(dynamodb, "b", g={"N": "1"})
    expiring(dynamodb, "c")
    answer = dynamodb.update_table(TableName="table", GlobalSecondaryIndexUpdates=[creating("index")], **G)["TableDescription"]
    assert (answer["TableStatus"], answer["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("UPDATING", "CREATING")
    found = dynamodb.query(
        TableName="table", IndexName="index", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "x"}}
    )
    assert [item["pk"]["S"] for item in found["Items"]] == ["a"]
    described = dynamodb.describe_table(TableName="table")["Table"]
    assert described["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    dynamodb.update_table(TableName="table", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "index"}}])
    described = dynamodb.describe_table(TableName="table")["Table"]
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == DEFINED["AttributeDefinitions"]


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({}, "ValidationException", "At least one of ProvisionedThroughput"),
        ({"GlobalSecondaryIndexUpdates": [{}]}, "ValidationException", "One of GlobalSecondaryIndexUpdate.Update"),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "abc"}}] * 2},
            "ValidationException",
            "Only one global secondary index update per index is allowed simultaneously. Index: abc",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [creating("one"), creating("two")], **G},
            "LimitExceededException",
            "Only 1 online index can be created or deleted simultaneously per table",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [creating("index")]},
            "ValidationException",
            "AttributeDefinitions is not specified for index: index",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ghost"}}]},
            "ResourceNotFoundException",
            "Requested resource not found: Index ghost for table table",
        ),
        ({"StreamSpecification": {"StreamEnabled": False}}, "ValidationException", "Table has no stream to disable"),
        ({"StreamSpecification": {"StreamEnabled": True}}, "ValidationException", "UpdateViewType is required"),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            "ValidationException",
            "If stream is being disabled, then UpdateViewType must not be specified",
        ),
        ({"BillingMode": "PROVISIONED"}, "ValidationException", "ProvisionedThroughput must be specified"),
        (
            {
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
                "GlobalSecondaryIndexUpdates": [creating("i-1", "pk")],
            },
            "ValidationException",
            "redefined",
        ),
    ],
)
def test_what_cannot_be_updated_is_refused_and_changes_nothing(dynamodb: Any, parameters: Any, code: str, text: str) -> None:
    before = dynamodb.describe_table(TableName="table")["Table"]
    found = refused(dynamodb.update_table, TableName="table", **parameters)
    assert found[0] == code
    assert text in found[1]
    assert dynamodb.describe_table(TableName="table")["Table"] == before


def test_capacity_that_does_not_change_is_refused(dynamodb: Any) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    dynamodb.update_table(TableName="table", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    code, message = refused(dynamodb.update_table, TableName="table", ProvisionedThroughput=units)
    assert code == "ValidationException"
    assert "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5." in message


def test_deletion_protection_is_switched_on_and_off(dynamodb: Any) -> None:
    dynamodb.update_table(TableName="table", DeletionProtectionEnabled=True)
    assert refused(dynamodb.delete_table, TableName="table")[0] == "ValidationException"
    dynamodb.update_table(TableName="table", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="table")
    assert dynamodb.list_tables()["TableNames"] == []


# --- answers that clients ask for before they begin -------------------------------------------------------------------------


def test_limits_endpoints_and_backups(dynamodb: Any) -> None:
    assert dynamodb.describe_limits()["TableMaxWriteCapacityUnits"] == 40000
    assert dynamodb.describe_endpoints()["Endpoints"][0]["CachePeriodInMinutes"] == 1440
    assert (
        dynamodb.describe_continuous_backups(TableName="table")["ContinuousBackupsDescription"]["ContinuousBackupsStatus"]
        == "ENABLED"
    )
    assert refused(dynamodb.describe_continuous_backups, TableName="ghost") == (
        "TableNotFoundException",
        "Table not found: ghost",
    )
