"""Items that have expired and are not deleted yet: a fault of a schedule, because DynamoDB takes its time."""

from __future__ import annotations

import pytest

from condemu.lab import explore


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def table(aws):
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"})
    dynamodb.put_item(TableName="table", Item={"k": {"S": "a"}, "e": {"N": str(int(aws.time()) + 30)}})


def is_there(aws):
    return "Item" in aws.client("dynamodb").get_item(TableName="table", Key={"k": {"S": "a"}}, ConsistentRead=True)


def looks_twice(aws):
    began = aws.time()
    return is_there(aws), is_there(aws), aws.time() - began


def other(aws):
    aws.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "b"}})


def test_what_has_expired_may_be_there_from_then_on():
    def check(aws, told):
        assert is_there(aws) == told.looks_twice[1]

    run = explore(looks_twice, setup=table, check=check, faults=["late"], time_passes=[31])
    assert run.complete
    assert run.outcomes == {
        f"looks_twice: {outcome}"
        for outcome in ((True, True, 0.0), (False, False, 31.0), (True, False, 31.0), (True, True, 31.0), (False, False, 0.0))
    }


def test_it_is_offered_only_where_something_has_expired():
    assert explore(looks_twice, setup=table, faults=["late"]).schedules == 1


@pytest.mark.long
def test_pruned_and_unpruned_agree_where_deletion_is_late():
    pruned, everything = (
        explore(looks_twice, other, setup=table, faults=["late", "lost"], time_passes=[31], search=search, schedules=5000)
        for search in ("fewest", "everything")
    )
    assert pruned.complete
    assert everything.complete
    assert pruned.outcomes == everything.outcomes
    assert pruned.schedules < everything.schedules
