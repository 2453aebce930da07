"""The recorder, at boto3 clients of the three services."""

from __future__ import annotations

import contextlib
import io

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from recorded_calls import Race, once, race

from condemu.core.calls import Call, Outcome
from condemu.lab.checker import check
from condemu.lab.history import ABSENT, CONDITION, FAIL, INFO, OK, Entry, read, write
from condemu.server.recorder import Recorder
from condemu.testing.recorder import recording
from condemu.testing.server import Server

TABLE = {
    "TableName": "locks", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip


def last(one: Race) -> Entry:
    return one.entries()[-1]


def test_a_write_says_what_it_demanded_found_and_left():
    with race() as one:
        s3 = one.client("s3", "ann")
        s3.create_bucket(Bucket="locks")
        etag = s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")["ETag"].strip('"')
        entry = last(one)
        [effect] = entry.effects
        assert (entry.actor, entry.service, entry.operation, entry.told) == ("ann", "s3", "PutObject", OK)
        assert (effect.resource, effect.expects, effect.found, effect.left, effect.index) == (
            "s3:locks/leader", ABSENT, ABSENT, etag, 2,
        )  # fmt: skip
        assert entry.condition == {"IfNoneMatch": "*"}
        assert entry.parameters["Body"] == {"size": 3}
        assert list(entry.marks) == ["received", "ready", "decided", "replied"]
        assert [place for place, _ in entry.marks.values()] == [5, 6, 7, 8]
        assert entry.invocation
        assert entry.attempt == 1


def test_a_refusal_and_a_read_say_who_had_written_what_they_found():
    with race() as one:
        ann, ben = one.client("s3", "ann"), one.client("s3", "ben")
        ann.create_bucket(Bucket="locks")
        etag = ann.put_object(Bucket="locks", Key="leader", Body=b"ann")["ETag"].strip('"')
        with pytest.raises(ClientError):
            ben.put_object(Bucket="locks", Key="leader", Body=b"ben", IfNoneMatch="*")
        refused = last(one)
        ben.get_object(Bucket="locks", Key="leader")
        seen = last(one)
        assert (refused.told, refused.status, refused.code) == (FAIL, 412, "PreconditionFailed")
        for entry in (refused, seen):
            [effect] = entry.effects
            assert (effect.found, effect.found_by, effect.found_actor, effect.found_number, effect.left) == (
                etag, 2, "ann", 2, None,
            )  # fmt: skip
        assert etag in refused.effects[0].because


def test_a_call_that_is_refused_before_any_decision_is_recorded():
    with race() as one:
        with pytest.raises(ClientError):
            one.client("dynamodb", "ann").put_item(TableName="locks", Item={}, ConditionExpression="((")
        entry = last(one)
        assert (entry.operation, entry.told, entry.code, entry.effects) == ("PutItem", FAIL, "ValidationException", ())


def test_items_of_dynamodb_have_digests_and_attributes():
    with race() as one:
        dynamodb = one.client("dynamodb", "ann")
        dynamodb.create_table(**TABLE)
        item = {"id": {"S": "leader"}, "n": {"N": "1.0"}, "tags": {"SS": ["b", "a"]}}
        dynamodb.put_item(TableName="locks", Item=item, ConditionExpression="attribute_not_exists(#k)",
                          ExpressionAttributeNames={"#k": "id"})  # fmt: skip
        [put] = last(one).effects
        dynamodb.get_item(TableName="locks", Key={"id": {"S": "leader"}}, ConsistentRead=True)
        [get] = last(one).effects
        names = {"#n": "n"}
        dynamodb.update_item(TableName="locks", Key={"id": {"S": "leader"}}, UpdateExpression="SET #n = :two REMOVE tags",
                             ConditionExpression="#n = :one", ExpressionAttributeNames=names,
                             ExpressionAttributeValues={":one": {"N": "1"}, ":two": {"N": "2"}})  # fmt: skip
        [update] = last(one).effects
        dynamodb.delete_item(TableName="locks", Key={"id": {"S": "leader"}})
        [delete] = last(one).effects
        assert (put.expects, put.found, get.found) == (ABSENT, ABSENT, put.left)
        assert (update.expects, update.found, update.changes, update.overwrites) == (
            CONDITION, put.left, ("n", "tags"), ("n", "tags"),
        )  # fmt: skip
        assert (delete.found, delete.left) == (update.left, ABSENT)


def test_a_transaction_has_an_effect_for_each_item_with_its_own_condition():
    with race() as one:
        dynamodb = one.client("dynamodb", "ann")
        dynamodb.create_table(**TABLE)
        dynamodb.transact_write_items(TransactItems=[
            {"Put": {"TableName": "locks", "Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}},
            {"Put": {"TableName": "locks", "Item": {"id": {"S": "b"}}}},
        ])  # fmt: skip
        effects = last(one).effects
        assert [(effect.resource, effect.expects, effect.index) for effect in effects] == [
            ("dynamodb:locks/a", ABSENT, 2), ("dynamodb:locks/b", "", 2),
        ]  # fmt: skip


def test_attributes_of_simpledb_are_readable():
    with race() as one:
        simpledb = one.client("sdb", "ann")
        simpledb.create_domain(DomainName="locks")
        attribute = {"Name": "owner", "Value": "ann", "Replace": True}
        simpledb.put_attributes(DomainName="locks", ItemName="leader", Attributes=[attribute],
                                Expected={"Name": "owner", "Exists": False})  # fmt: skip
        [put] = last(one).effects
        simpledb.get_attributes(DomainName="locks", ItemName="leader", ConsistentRead=True)
        [get] = last(one).effects
        assert (put.resource, put.left, put.overwrites) == ("simpledb:locks/leader", '{"owner": ["ann"]}', ("owner",))
        assert (get.found, get.found_by) == (put.left, put.index)


def test_a_lost_reply_is_information_for_nobody_and_its_retry_another_attempt_of_the_same_call():
    with race() as one:
        s3 = one.client("s3", "ann")
        s3.create_bucket(Bucket="locks")
        one.faults.lose = once(lambda call: call.operation == "PutObject")
        with pytest.raises(ClientError):
            s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")
        _, first, second = one.entries()
        assert (first.told, first.effects[0].committed, second.told, second.status) == (INFO, True, FAIL, 412)
        assert first.invocation == second.invocation
        assert (first.attempt, second.attempt) == (1, 2)


@pytest.mark.parametrize("first", ["the recorder", "the fault"])
def test_a_reply_that_a_fixtures_fault_took_is_told_to_nobody_whoever_began_first(condemu, first):
    """A fixture's faults belong to its account, and an account's observers hear of a reply behind those of all accounts."""
    s3 = condemu.client("s3", config=Config(retries={"total_max_attempts": 1}))
    s3.create_bucket(Bucket="locks")
    with contextlib.ExitStack() as block:
        if first == "the fault":
            block.enter_context(condemu.fault("lost", operation="PutObject"))
        recorder = block.enter_context(recording(condemu))
        if first == "the recorder":
            block.enter_context(condemu.fault("lost", operation="PutObject"))
        with pytest.raises(ConnectionClosedError):
            s3.put_object(Bucket="locks", Key="leader", Body=b"ann", IfNoneMatch="*")
        entries = recorder.entries()
    assert [(entry.told, entry.how, entry.status) for entry in entries] == [(INFO, "lost", 0)]


def test_a_reply_that_was_lost_after_it_had_passed_is_told_to_the_recorder():
    with race() as one:
        seen = []
        s3 = one.client("s3", "ann", attempts=1)
        one.emulator.engine.observe(Late(one.recorder, seen))
        with pytest.raises(HTTPClientError):
            s3.create_bucket(Bucket="locks")
        assert (last(one).told, last(one).how, last(one).status) == (INFO, "reset", 0)


class Late:
    """Loses every reply after the recorder has seen it, and says so."""

    def __init__(self, recorder: Recorder, seen: list[int]) -> None:
        self.recorder, self.seen = recorder, seen

    def received(self, call):
        self.seen.append(call.number)

    async def ready(self, call, step):
        return None

    def decided(self, call, outcome):
        self.seen.append(outcome.index)

    async def replying(self, call, reply):
        from condemu.core.engine import ReplyLost

        self.recorder.lost(call, "reset")
        raise ReplyLost


def test_what_the_store_held_before_is_known():
    with race() as one:
        s3 = one.client("s3", "ann")
        s3.create_bucket(Bucket="locks")
        etag = s3.put_object(Bucket="locks", Key="leader", Body=b"ann")["ETag"].strip('"')
        late = Recorder(one.emulator.engine.store)
        one.emulator.engine.observe(late)
        with pytest.raises(ClientError):
            s3.put_object(Bucket="locks", Key="leader", Body=b"ben", IfNoneMatch="*")
        assert late.entries()[0].effects[0].found == etag


def test_a_history_of_a_socket_comes_back_from_its_file_as_it_was():
    with Server() as server:
        recorder = Recorder(server.emulator.engine.store)
        server.emulator.engine.observe(recorder)
        session = boto3.Session("test", "test", region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=server.url)
        s3.create_bucket(Bucket="locks")
        for key in ("a", "b", "a"):
            with contextlib.suppress(ClientError):
                s3.put_object(Bucket="locks", Key=key, Body=b"", IfNoneMatch="*")
        s3.delete_objects(Bucket="locks", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
        entries = recorder.entries()
    file = io.StringIO()
    write(entries, file)
    assert list(read(io.StringIO(file.getvalue()))) == entries
    assert [len(entry.effects) for entry in entries] == [1, 1, 1, 1, 2]
    assert check(entries).ok


def test_a_recorder_that_is_full_keeps_the_beginning_and_accuses_nobody():
    """A call that was under way when it became full stays unknown: it may find what a later call has written."""
    with race() as one:
        recorder = Recorder(one.emulator.engine.store, most=3)
        forget = one.emulator.engine.observe(recorder)
        s3 = one.client("s3", "ann")
        s3.create_bucket(Bucket="locks")
        slow = Call("s3", "GetObject", number=99, account="000000000000", access_key="ben")
        recorder.received(slow)
        for body in (b"1", b"2", b"3"):
            s3.put_object(Bucket="locks", Key="leader", Body=body)
        recorder.decided(slow, Outcome(slow, None, {}, index=4))
        s3.get_object(Bucket="locks", Key="leader")
        forget()
    entries = recorder.entries()
    assert [entry.operation for entry in entries] == ["CreateBucket", "GetObject", "PutObject", "HistoryIsFull"]
    assert [(entry.told, entry.how) for entry in entries[1:3]] == [(INFO, "lost"), (OK, "")]
    assert entries[-1].parameters == {"missed": 3}
    assert check(entries).ok
    assert [entry.operation for entry in read(entry.to_json() for entry in entries)][-1] == "HistoryIsFull"
