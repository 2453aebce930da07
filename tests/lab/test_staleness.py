"""Eventually consistent reads from the past: by rule, and as a fault of a schedule. What is consistent never is stale."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from condemu.core.effects import ManualClock
from condemu.lab import RaceFound, UnknownFault, explore
from condemu.testing.local import mock_aws


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


ORDERS = {
    "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "state")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-state", "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}  # fmt: skip


def put(dynamodb, state, id="1", **more):
    dynamodb.put_item(TableName="orders", Item={"id": {"S": id}, "state": {"S": state}}, **more)


def state_of(dynamodb, id="1", **more):
    return dynamodb.get_item(TableName="orders", Key={"id": {"S": id}}, **more).get("Item", {}).get("state", {}).get("S")


def by_state(dynamodb, state):
    found = dynamodb.query(
        TableName="orders", IndexName="by-state", KeyConditionExpression="#state = :state",
        ExpressionAttributeNames={"#state": "state"}, ExpressionAttributeValues={":state": {"S": state}},
    )  # fmt: skip
    return [item["id"]["S"] for item in found["Items"]]


@pytest.fixture
def dynamodb(condemu):
    client = condemu.client("dynamodb")
    client.create_table(**ORDERS)
    return client


def test_a_read_is_so_many_writes_behind_as_the_rule_says(condemu, dynamodb):
    put(dynamodb, "new")
    with condemu.stale_reads(commits=2):
        assert state_of(dynamodb) == "new"
        for state in ("paid", "sent", "lost"):
            put(dynamodb, state)
        assert state_of(dynamodb) == "paid"
        assert state_of(dynamodb, ConsistentRead=True) == "lost"
    assert state_of(dynamodb) == "lost"


def test_only_writes_to_what_is_read_count(condemu, dynamodb):
    with condemu.stale_reads(commits=1):
        put(dynamodb, "new")
        put(dynamodb, "paid")
        for number in range(5):
            put(dynamodb, "new", id=f"other {number}")
        assert state_of(dynamodb) == "new"


def test_an_index_lags_by_itself(condemu, dynamodb):
    put(dynamodb, "new")
    with condemu.stale_reads(commits=1):
        put(dynamodb, "paid")
        assert by_state(dynamodb, "new") == ["1"]
        assert by_state(dynamodb, "paid") == []
        put(dynamodb, "paid", id="2")
        assert by_state(dynamodb, "new") == ["1"]
        assert by_state(dynamodb, "paid") == ["1"]


def test_a_scan_a_batch_and_partiql_are_stale_too_but_transactions_are_not(condemu, dynamodb):
    with condemu.stale_reads(commits=1):
        put(dynamodb, "new")
        key = {"id": {"S": "1"}}
        assert dynamodb.scan(TableName="orders")["Items"] == []
        assert dynamodb.scan(TableName="orders", ConsistentRead=True)["Count"] == 1
        assert dynamodb.batch_get_item(RequestItems={"orders": {"Keys": [key]}})["Responses"] == {"orders": []}
        assert dynamodb.execute_statement(Statement="SELECT * FROM orders WHERE id = '1'")["Items"] == []
        read = dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "orders", "Key": key}}])
        assert read["Responses"][0]["Item"]["state"] == {"S": "new"}


def test_conditions_always_see_the_truth(condemu, dynamodb):
    with condemu.stale_reads(commits=1):
        put(dynamodb, "new")
        assert state_of(dynamodb) is None
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            put(dynamodb, "again", ConditionExpression="attribute_not_exists(id)")


def test_simpledb_is_stale_and_s3_is_not(condemu):
    simpledb, s3 = condemu.client("sdb"), condemu.client("s3")
    simpledb.create_domain(DomainName="domain")
    s3.create_bucket(Bucket="bucket")
    with condemu.stale_reads(commits=1):
        simpledb.put_attributes(DomainName="domain", ItemName="i", Attributes=[{"Name": "a", "Value": "1"}])
        assert "Attributes" not in simpledb.get_attributes(DomainName="domain", ItemName="i")
        assert "Items" not in simpledb.select(SelectExpression="select * from domain")
        assert simpledb.get_attributes(DomainName="domain", ItemName="i", ConsistentRead=True)["Attributes"]
        assert len(simpledb.select(SelectExpression="select * from domain", ConsistentRead=True)["Items"]) == 1
        s3.put_object(Bucket="bucket", Key="key", Body=b"1")
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"1"
        assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


def test_by_seconds_and_until_the_clock_moves_go_by_the_emulators_clock():
    clock = ManualClock(1_000_000.0)
    with mock_aws(clock=clock) as condemu:
        dynamodb = condemu.client("dynamodb")
        dynamodb.create_table(**ORDERS)
        put(dynamodb, "new")
        with condemu.stale_reads(seconds=1):
            put(dynamodb, "paid")
            clock.advance(0.5)
            assert state_of(dynamodb) == "new"
            clock.advance(1)
            assert state_of(dynamodb) == "paid"
        with condemu.stale_reads(until_time_moves=True):
            put(dynamodb, "sent")
            assert state_of(dynamodb) == "paid"
            clock.advance(0.001)
            assert state_of(dynamodb) == "sent"


def test_by_chance_a_seed_decides(condemu, dynamodb):
    def seen(seed):
        with condemu.stale_reads(commits=3, seed=seed):
            for state in "abcd":
                put(dynamodb, state)
            return [state_of(dynamodb) for _ in range(20)]

    assert seen(1) == seen(1)
    assert set(seen(1)) == set("abcd")
    assert seen(1) != seen(2)


def test_a_fault_of_schedules_is_refused_where_there_are_none(condemu):
    with pytest.raises(UnknownFault, match="stale is for explore"), condemu.fault("stale"):
        pass


# as a fault of a schedule


def orders(aws):
    aws.client("dynamodb").create_table(**ORDERS)
    put(aws.client("dynamodb"), "new")


def pays(aws):
    put(aws.client("dynamodb"), "paid")
    put(aws.client("dynamodb"), "sent")
    return state_of(aws.client("dynamodb"))


def test_every_commit_behind_that_matters_is_tried_and_none_from_before_the_race():
    run = explore(pays, setup=orders, faults=["stale"])
    assert run.outcomes == {"pays: 'sent'", "pays: 'paid'", "pays: 'new'"}
    assert run.schedules == 3


def test_consistent_reads_are_offered_no_stale_answer():
    def pays_and_looks(aws):
        put(aws.client("dynamodb"), "paid")
        return state_of(aws.client("dynamodb"), ConsistentRead=True)

    assert explore(pays_and_looks, setup=orders, faults=["stale"]).schedules == 1


def test_a_stale_read_is_drawn_and_replayed():
    def check(aws, told):
        assert told.pays == "sent"

    with pytest.raises(RaceFound) as found:
        explore(pays, setup=orders, check=check, faults=["stale"])
    assert "1 fault" in str(found.value)
    assert "fault: stale" in str(found.value)
    assert "◌" in str(found.value)
    token = "v1.pays:2.pays:stale-2"
    with pytest.raises(RaceFound, match="fault: stale-2"):
        explore(pays, setup=orders, check=check, faults=["stale"], replay=token)


@pytest.mark.long
def test_pruned_and_unpruned_agree_where_reads_may_be_stale():
    def looks(aws):
        return state_of(aws.client("dynamodb")), by_state(aws.client("dynamodb"), "sent")

    for faults in (1, 2):
        pruned, everything = (
            explore(pays, looks, setup=orders, faults=["stale"], most_faults=faults, search=search, schedules=5000)
            for search in ("fewest", "everything")
        )
        assert pruned.complete
        assert everything.complete
        assert pruned.outcomes == everything.outcomes
        assert pruned.schedules < everything.schedules
