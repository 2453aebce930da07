"""Requests that are under way while others go on: transactions hold their items, S3 answers 409 for a key that was changed."""

from __future__ import annotations

from itertools import permutations

import pytest
from botocore.exceptions import ClientError

from condemu.lab import RaceFound, explore

TABLE = {
    "TableName": "accounts", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def setup(aws):
    aws.client("dynamodb").create_table(**TABLE)
    for name in ("ann", "ben", "cid"):
        aws.client("dynamodb").put_item(TableName="accounts", Item={"id": {"S": name}, "n": {"N": "0"}})


def told(call):
    """ok, or the code of the refusal; of a cancelled transaction its reasons."""
    try:
        call()
    except ClientError as error:
        reasons = error.response.get("CancellationReasons")
        return " ".join(reason["Code"] for reason in reasons) if reasons else error.response["Error"]["Code"]
    return "ok"


def add(name, condition=None):
    update = {
        "TableName": "accounts", "Key": {"id": {"S": name}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }  # fmt: skip
    if condition is not None:
        update |= {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":one": {"N": "1"}, ":n": {"N": condition}}}
    return update


def transfer(aws):
    dynamodb = aws.client("dynamodb")
    return told(lambda: dynamodb.transact_write_items(TransactItems=[{"Update": add("ann")}, {"Update": add("ben")}]))


def checked(aws):
    check = {"TableName": "accounts", "Key": {"id": {"S": "ben"}}, "ConditionExpression": "n = :n"}
    check["ExpressionAttributeValues"] = {":n": {"N": "0"}}
    dynamodb = aws.client("dynamodb")
    return told(lambda: dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": check}, {"Update": add("cid")}]))


def once(aws):
    return told(lambda: aws.client("dynamodb").update_item(**add("ben", "0")))


def both(aws):
    gets = [{"Get": {"TableName": "accounts", "Key": {"id": {"S": name}}}} for name in ("ann", "ben")]
    return told(lambda: aws.client("dynamodb").transact_get_items(TransactItems=gets))


def batch(aws):
    requests = [{"PutRequest": {"Item": {"id": {"S": name}, "n": {"N": "7"}}}} for name in ("ben", "cid")]
    answer = aws.client("dynamodb").batch_write_item(RequestItems={"accounts": requests})
    return " ".join(each["PutRequest"]["Item"]["id"]["S"] for each in answer["UnprocessedItems"].get("accounts", []))


def outcomes(*actors, **settings):
    """What the actors are told, and what is there in the end."""
    found = set()

    def check(aws, told):
        items = aws.client("dynamodb").scan(TableName="accounts", ConsistentRead=True)["Items"]
        there = sorted((item["id"]["S"], item["n"]["N"]) for item in items)
        found.add((*(told[actor.__name__] for actor in sorted(actors, key=lambda actor: actor.__name__)), *there))

    run = explore(*actors, setup=setup, check=check, faults=["overlap"], schedules=5000, **settings)
    assert run.complete
    return found, run


def test_a_write_meets_the_transaction_that_holds_its_item_and_nothing_of_it_is_written():
    found, _ = outcomes(once, transfer)
    held = (("ann", "1"), ("ben", "1"), ("cid", "0"))
    assert found == {
        ("ConditionalCheckFailedException", "ok", *held),
        ("TransactionConflictException", "ok", *held),
        ("ok", "ok", ("ann", "1"), ("ben", "2"), ("cid", "0")),
    }


def test_without_an_overlap_no_transaction_conflicts():
    assert explore(once, transfer, setup=setup).outcomes == {
        "once: 'ok', transfer: 'ok'", "once: 'ConditionalCheckFailedException', transfer: 'ok'",
    }  # fmt: skip


def test_of_two_transactions_the_later_is_cancelled_with_a_reason_for_each_item():
    found, _ = outcomes(checked, transfer)
    assert {found[:2] for found in found} == {
        ("ok", "ok"), ("ConditionalCheckFailed None", "ok"), ("TransactionConflict None", "ok"),
        ("ok", "None TransactionConflict"),
    }  # fmt: skip


def test_reads_in_a_transaction_conflict_and_parts_of_a_batch_come_back():
    read = {found[:2] for found in outcomes(both, transfer)[0]}
    assert read == {("ok", "ok"), ("TransactionConflict TransactionConflict", "ok")}
    assert {found[0] for found in outcomes(batch, transfer)[0]} == {"", "ben"}


@pytest.mark.parametrize("actors", [(once, transfer), (checked, transfer), (both, transfer), (batch, transfer), (once, checked)])
def test_every_order_of_the_actors_leads_to_what_the_unpruned_search_finds(actors):
    everything, unpruned = outcomes(*actors, search="everything")
    for order in permutations(actors):
        found, run = outcomes(*order)
        assert found == everything
        assert run.schedules <= unpruned.schedules


@pytest.mark.long
def test_three_of_them_with_two_overlaps():
    everything, unpruned = outcomes(once, checked, transfer, search="everything", most_faults=1)
    found, pruned = outcomes(transfer, once, checked, most_faults=1)
    assert found == everything
    assert pruned.schedules < unpruned.schedules


def create(aws):
    return told(lambda: aws.client("s3").put_object(Bucket="locks", Key="k", Body=b"", IfNoneMatch="*"))


def passing(aws):
    aws.client("s3").put_object(Bucket="locks", Key="k", Body=b"")
    aws.client("s3").delete_object(Bucket="locks", Key="k")


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="locks")


def test_s3_answers_409_whichever_of_the_actors_is_named_first():
    for actors in permutations((create, passing)):
        runs = [explore(*actors, setup=bucket, faults=["overlap"], search=search) for search in ("fewest", "everything")]
        assert runs[0].outcomes == runs[1].outcomes
        assert any("ConditionalRequestConflict" in outcome for outcome in runs[0].outcomes)


def test_a_conflict_is_drawn_and_run_again_and_takes_one_fault():
    def check(aws, told):
        assert told.once != "TransactionConflictException", "nobody tries again"

    with pytest.raises(RaceFound) as found:
        explore(transfer, once, setup=setup, check=check, faults=["overlap"])
    text = str(found.value)
    assert "It takes 1 fault." in text
    assert found.value.token == "v1.transfer:0.transfer:overlap.once:1.transfer:1"
    lines = [line for line in text.splitlines() if line[:3].strip().isdigit()]
    assert ["UpdateItem accounts/ben" in line for line in lines] == [True, False]
    assert "400 TransactionConflictException" in lines[0]
    assert "fault: overlap" in lines[1]
    with pytest.raises(RaceFound) as again:
        explore(transfer, once, setup=setup, check=check, faults=["overlap"], replay=found.value.token)
    assert str(again.value).partition("\n\n")[2] == text.partition("\n\n")[2]
