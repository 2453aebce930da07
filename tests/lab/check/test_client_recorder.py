"""The recorder at a client says the same as the one in the emulator, as far as a client can know."""

from __future__ import annotations

import contextlib
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from recorded_calls import once, race

from condemu.lab import findings
from condemu.lab.checker import check
from condemu.lab.history import ABSENT, FAIL, INFO, OK, Entry, read
from condemu.testing.recorder import History, record

TABLE = {
    "TableName": "locks", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip
LEADER = {"Bucket": "locks", "Key": "leader"}


def use_s3(s3: Any) -> None:
    s3.create_bucket(Bucket="locks")
    etag = s3.put_object(**LEADER, Body=b"1", IfNoneMatch="*")["ETag"]
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": '"0"'}):
        with contextlib.suppress(ClientError):
            s3.put_object(**LEADER, Body=b"2", **condition)
    s3.put_object(**LEADER, Body="3", IfMatch=etag)
    s3.get_object(**LEADER)
    s3.copy_object(Bucket="locks", Key="copy", CopySource="locks/leader")
    with contextlib.suppress(ClientError):
        s3.get_object(**LEADER, IfNoneMatch=s3.head_object(**LEADER)["ETag"])
    s3.delete_objects(Bucket="locks", Delete={"Objects": [{"Key": "leader"}, {"Key": "copy"}]})
    with contextlib.suppress(ClientError):
        s3.get_object(**LEADER)


def use_dynamodb(dynamodb: Any) -> None:
    key = {"TableName": "locks", "Key": {"id": {"S": "leader"}}}
    dynamodb.create_table(**TABLE)
    dynamodb.get_item(**key, ConsistentRead=True)
    for _ in range(2):
        with contextlib.suppress(ClientError):
            dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}, "n": {"N": "1.0"}, "b": {"B": b"\0"}},
                              ConditionExpression="attribute_not_exists(id)")  # fmt: skip
    dynamodb.get_item(**key, ConsistentRead=True)
    dynamodb.update_item(**key, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}}, ReturnValues="ALL_NEW")
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "locks", "Item": {"id": {"S": "other"}}}}])
    dynamodb.batch_write_item(RequestItems={"locks": [{"DeleteRequest": {"Key": {"id": {"S": "other"}}}}]})
    dynamodb.delete_item(**key, ReturnValues="ALL_OLD")
    dynamodb.get_item(**key, ConsistentRead=True)


def use_simpledb(simpledb: Any) -> None:
    item = {"DomainName": "locks", "ItemName": "leader"}
    simpledb.create_domain(DomainName="locks")
    simpledb.put_attributes(**item, Attributes=[{"Name": "owner", "Value": "ann", "Replace": True}])
    simpledb.get_attributes(**item, ConsistentRead=True)
    simpledb.delete_attributes(**item)
    simpledb.get_attributes(**item, ConsistentRead=True)


@pytest.mark.parametrize(("service", "use"), [("s3", use_s3), ("dynamodb", use_dynamodb), ("sdb", use_simpledb)])
def test_a_client_is_told_what_happened(service, use):
    with race() as one:
        history = History()
        client = one.client(service, "ann")
        record(client, history, actor="ann")
        use(client)
        truth, told = one.entries(), history.entries
    assert [(entry.operation, entry.told) for entry in told] == [(entry.operation, entry.told) for entry in truth]
    for known, heard in zip(truth, told):
        assert known.condition == heard.condition
        assert known.actor == heard.actor
        truly = {effect.resource: effect for effect in known.effects}
        for said in heard.effects:
            happened = truly[said.resource]
            assert (happened.written, happened.outcome) == (said.written, said.outcome)
            if said.left is not None:
                assert said.left == happened.left
            if said.found is not None:
                assert said.found == happened.found
    assert check(truth).ok
    assert check(told).ok
    known = [said for entry in told for said in entry.effects if said.found is not None or said.left is not None]
    assert len(known) >= {"s3": 9, "dynamodb": 7, "sdb": 3}[service]


def lost(one: Any) -> list[Entry]:
    """A create-once whose reply is lost, met by its own retry, and read by somebody else."""
    history = History()
    ann, ben = one.client("s3", "ann"), one.client("s3", "ben")
    record(ann, history, actor="ann")
    record(ben, history, actor="ben")
    ann.create_bucket(Bucket="locks")
    ann.put_object(Bucket="locks", Key="other", Body=b"x")
    one.faults.lose = once(lambda call: call.operation == "PutObject")
    with pytest.raises(ClientError):
        ann.put_object(**LEADER, Body=b"ann", IfNoneMatch="*")
    ben.get_object(**LEADER)
    return history.entries


def test_attempts_of_an_sdk_are_entries_of_one_call():
    with race() as one:
        entries = lost(one)
    _, _, first, second, _ = entries
    assert [(entry.told, entry.attempt) for entry in (first, second)] == [(INFO, 1), (FAIL, 2)]
    assert first.invocation == second.invocation
    assert first.how == "ConnectionClosedError"


def test_a_lost_reply_is_seen_by_what_somebody_read():
    with race() as one:
        report = check(lost(one))
    assert [finding.kind for finding in report.findings] == [findings.ORPHAN, findings.MISLED]
    assert "ann was told 412 PreconditionFailed" in report.findings[1].sentence


def test_what_may_have_been_there_before_accuses_nobody():
    """Somebody else may have written the same content, before the history began."""
    with race() as one:
        entries = [entry for entry in lost(one) if entry.operation != "CreateBucket"]
    assert check(entries).ok


def test_a_table_whose_keys_are_not_known_is_named_and_its_keys_can_be_told():
    for keys, resource in ((None, "dynamodb:locks"), ({"locks": ("id",)}, "dynamodb:locks/leader")):
        with race() as one:
            history = History()
            dynamodb = one.client("dynamodb", "ann")
            dynamodb.create_table(**TABLE)
            record(dynamodb, history, keys=keys)
            dynamodb.put_item(TableName="locks", Item={"id": {"S": "leader"}})
        assert [effect.resource for effect in history.entries[0].effects] == [resource]


def test_a_resource_of_boto3_is_recorded_as_its_client_is():
    with race() as one:
        history = History()
        client = one.client("dynamodb", "ann")
        client.create_table(**TABLE)
        resource = boto3.Session("test", "test", region_name="us-east-1").resource("dynamodb")
        from condemu.testing.transport import install

        install(resource.meta.client, one.emulator)
        record(resource.meta.client, history, keys={"locks": ("id",)})
        resource.Table("locks").put_item(Item={"id": "leader", "n": 1})
        resource.Table("locks").get_item(Key={"id": "leader"}, ConsistentRead=True)
        put, get = history.entries
        assert put.told == get.told == OK
        assert put.effects[0].left == get.effects[0].found != ABSENT


def test_a_history_is_saved_as_lines(tmp_path):
    with race() as one:
        history = History()
        s3 = one.client("s3", "ann")
        record(s3, history, actor="ann")
        use_s3(s3)
    history.save(str(tmp_path / "ann.jsonl"))
    with open(tmp_path / "ann.jsonl", encoding="utf-8") as file:
        assert list(read(file)) == sorted(history.entries, key=lambda entry: entry.began)


def test_a_client_of_another_service_is_refused():
    client = boto3.Session("test", "test", region_name="us-east-1").client("sqs")
    with pytest.raises(ValueError, match="clients of sqs are not recorded"):
        record(client, History())
