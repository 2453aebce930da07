"""Told versus truth, and what programs do to each other's writes: of real clients, on the emulator."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from recorded_calls import Race, once, race

from condemu.core.calls import Call
from condemu.lab import findings
from condemu.lab.checker import Report, check

LEADER = {"Bucket": "locks", "Key": "leader"}


def told(one: Race) -> Report:
    return check(one.entries())


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def puts(call: Call) -> bool:
    return call.operation == "PutObject"


def clients(one: Race, *actors: str) -> list[Any]:
    made = [one.client("s3", actor) for actor in actors]
    made[0].create_bucket(Bucket="locks")
    return made


def create(client: Any, body: bytes = b"x") -> bool:
    with contextlib.suppress(ClientError, HTTPClientError):
        client.put_object(**LEADER, Body=body, IfNoneMatch="*")
        return True
    return False


def test_who_is_told_412_by_its_own_earlier_attempt_is_misled_and_nobody_holds_the_lock():
    with race() as one:
        _, ben = clients(one, "ann", "ben")
        one.faults.lose = once(puts)
        assert not create(ben)
        report = told(one)
        assert kinds(report) == [findings.ORPHAN, findings.MISLED]
        assert report.findings[1].sentence == (
            "ben was told 412 PreconditionFailed for PutObject locks/leader (call 3); its own attempt 1 ms earlier (call 2)"
            " had committed (commit 2)."
        )
        assert report.findings[0].sentence == (
            "Nobody holds locks/leader: ben's PutObject created it (call 2, commit 2), ben was told 412 PreconditionFailed, and"
            " nothing changed it since."
        )


@pytest.mark.parametrize(
    "condition",
    ["attribute_not_exists(id)", "NOT(attribute_exists(id) AND attribute_exists(#o))", "attribute_not_exists(#o) OR #o = :me"],
)
def test_nobody_holds_an_item_whatever_the_condition_under_which_it_was_created(condition):
    with race() as one:
        ann = one.client("dynamodb", "ann")
        ann.create_table(**TABLE)
        one.faults.lose = once(lambda call: call.operation == "PutItem")
        more = {"ExpressionAttributeNames": {"#o": "owner"}} if "#o" in condition else {}
        if ":me" in condition:
            more["ExpressionAttributeValues"] = {":me": {"S": "nobody"}}
        with pytest.raises(ClientError):
            ann.put_item(
                TableName=TABLE["TableName"], Item={"id": {"S": "x"}, "owner": {"S": "ann"}},
                ConditionExpression=condition, **more,
            )  # fmt: skip
        assert kinds(told(one)) == [findings.ORPHAN, findings.MISLED]


def test_nobody_is_missing_at_an_item_that_was_there_before():
    with race() as one:
        ann = one.client("dynamodb", "ann")
        ann.create_table(**TABLE)
        ann.put_item(TableName=TABLE["TableName"], Item={"id": {"S": "x"}, "v": {"N": "1"}})
        one.faults.lose = once(lambda call: call.operation == "PutItem")
        with pytest.raises(ClientError):
            ann.put_item(
                TableName=TABLE["TableName"], Item={"id": {"S": "x"}, "v": {"N": "2"}}, ConditionExpression="v = :v",
                ExpressionAttributeValues={":v": {"N": "1"}},
            )  # fmt: skip
        assert findings.ORPHAN not in kinds(told(one))
        assert findings.MISLED in kinds(told(one))


def test_who_is_told_412_by_somebody_else_is_told_the_truth():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        assert create(ann)
        assert not create(ben)
        assert told(one).ok


def test_who_lost_a_reply_of_a_write_that_did_not_commit_is_told_the_truth():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        assert create(ann)
        one.faults.lose = once(puts)
        assert not create(ben)
        assert told(one).ok


def test_who_lost_a_reply_and_heard_success_from_the_retry_is_told_the_truth():
    with race() as one:
        [ann] = clients(one, "ann")
        one.faults.lose = once(puts)
        ann.put_object(**LEADER, Body=b"x")
        assert told(one).ok


def test_who_hears_nothing_of_a_write_that_committed_is_named():
    with race() as one:
        _, ben = clients(one, "ann", "ben")
        one.faults.lose = puts
        assert not create(ben)
        report = told(one)
        assert findings.UNHEARD in kinds(report)
        assert {finding.actor for finding in report.findings} == {"ben"}


def test_a_second_call_that_meets_the_first_one_of_which_nothing_was_heard_is_misled():
    with race() as one:
        clients(one, "ann")
        ben = one.client("s3", "ben", attempts=1)
        one.faults.lose = once(puts)
        assert not create(ben)
        assert not create(ben)
        [sentence] = [finding.sentence for finding in told(one).findings if finding.kind == findings.MISLED]
        assert "its own PutObject (call 2, commit 2), of which it was told no reply" in sentence


def test_who_reads_its_own_content_afterwards_holds_the_lock():
    with race() as one:
        [ann] = clients(one, "ann")
        one.faults.lose = once(puts)
        assert not create(ann)
        ann.get_object(**LEADER)
        assert kinds(told(one)) == [findings.MISLED]


@pytest.mark.parametrize("writes_again", [True, False])
def test_a_conflict_is_no_answer_and_whoever_writes_again_knows(writes_again):
    with race() as one:
        [ann] = clients(one, "ann")
        one.faults.conflict = once(puts)
        assert not create(ann)
        with pytest.raises(ClientError):
            ann.get_object(**LEADER)
        if writes_again:
            assert create(ann)
        assert kinds(told(one)) == ([] if writes_again else [findings.CONFLICT])


def test_a_deletion_of_what_somebody_else_wrote_meanwhile_is_a_lost_update():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        create(ann, b"ann")
        seen = ben.get_object(**LEADER)["ETag"]
        ben.put_object(**LEADER, Body=b"ben", IfMatch=seen)
        ann.delete_object(**LEADER)
        [finding] = told(one).findings
        assert finding.kind == findings.LOST_UPDATE
        assert finding.sentence == (
            "ann's DeleteObject locks/leader (call 5) without a condition deleted what ben had written (call 4, commit 3);"
            " ann had last seen commit 2 (call 2)."
        )


def test_a_lock_that_its_holder_deletes_is_no_lost_update():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        for client in (ann, ben, ann):
            assert create(client)
            client.delete_object(**LEADER)
        assert told(one).ok


TABLE = {
    "TableName": "counters", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}  # fmt: skip
HITS = {"TableName": "counters", "Key": {"id": {"S": "hits"}}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("SET n = :n", [findings.LOST_UPDATE]), ("ADD n :n", []), ("SET n = n + :n", []), ("SET m = :n", [])],
)
def test_an_update_is_lost_where_a_constant_replaces_an_attribute_that_changed_since_it_was_read(expression, expected):
    with race() as one:
        ann, ben = one.client("dynamodb", "ann"), one.client("dynamodb", "ben")
        ann.create_table(**TABLE)
        ann.put_item(TableName="counters", Item={"id": {"S": "hits"}, "n": {"N": "1"}})
        ann.get_item(**HITS)
        ben.get_item(**HITS)
        for client, chosen in ((ben, "SET n = :n"), (ann, expression)):
            client.update_item(**HITS, UpdateExpression=chosen, ExpressionAttributeValues={":n": {"N": "2"}})
        assert kinds(told(one)) == expected


def test_an_increment_that_an_sdk_repeats_counts_twice():
    with race() as one:
        ann = one.client("dynamodb", "ann")
        ann.create_table(**TABLE)
        one.faults.lose = once(lambda call: call.operation == "UpdateItem")
        ann.update_item(**HITS, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}})
        assert kinds(told(one)) == [findings.TWICE]


def test_a_transaction_that_an_sdk_repeats_counts_once():
    with race() as one:
        ann = one.client("dynamodb", "ann")
        ann.create_table(**TABLE)
        one.faults.lose = once(lambda call: call.operation == "TransactWriteItems")
        update = {**HITS, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
        ann.transact_write_items(TransactItems=[{"Update": update}])
        assert told(one).ok


def test_a_retry_that_replaces_what_somebody_wrote_in_between_is_named():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")

        def lose(call: Call) -> bool:
            if call.operation != "PutObject" or call.actor != "ann" or ben_wrote:
                return False
            ben_wrote.append(True)
            ben.put_object(**LEADER, Body=b"ben")
            return True

        ben_wrote: list[bool] = []
        one.faults.lose = lose
        ann.put_object(**LEADER, Body=b"ann")
        assert kinds(told(one)) == [findings.TWICE]


def test_content_that_came_back_meets_a_condition_on_it():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        create(ann, b"free")
        seen = ann.get_object(**LEADER)["ETag"]
        for body in (b"held", b"free"):
            etag = ben.get_object(**LEADER)["ETag"]
            ben.put_object(**LEADER, Body=body, IfMatch=etag)
        ann.put_object(**LEADER, Body=b"ann", IfMatch=seen)
        assert kinds(told(one)) == [findings.ABA]


def test_content_that_others_wrote_again_without_a_change_is_nothing_to_notice():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        create(ann, b"same")
        seen = ann.get_object(**LEADER)["ETag"]
        for _ in range(2):
            ben.put_object(**LEADER, Body=b"same", IfMatch=seen)
            ben.put_object_tagging(**LEADER, Tagging={"TagSet": [{"Key": "by", "Value": "ben"}]})
        ann.put_object(**LEADER, Body=b"same")
        ann.put_object(**LEADER, Body=b"ann", IfMatch=seen)
        assert told(one).ok


def test_tags_are_no_other_version_of_an_object():
    with race() as one:
        ann, ben = clients(one, "ann", "ben")
        create(ann)
        ben.put_object_tagging(**LEADER, Tagging={"TagSet": [{"Key": "by", "Value": "ben"}]})
        ben.get_object(**LEADER)
        tagging, read = one.entries()[-2:]
        assert (tagging.effects[0].left, read.effects[0].found_actor) == (None, "ann")


def test_a_copy_that_its_source_refuses_tells_nothing_of_what_it_would_have_written():
    with race() as one:
        [ann] = clients(one, "ann")
        create(ann)
        copy = {"Bucket": "locks", "Key": "copy", "CopySource": "locks/leader", "IfNoneMatch": "*"}
        with pytest.raises(ClientError):
            ann.copy_object(**copy, CopySourceIfMatch='"0"')
        ann.copy_object(**copy)
        assert told(one).ok


def test_a_writer_without_a_condition_among_those_with_one_is_named():
    with race() as one:
        ann, carl = clients(one, "ann", "carl")
        create(ann)
        carl.put_object(**LEADER, Body=b"carl")
        [finding] = told(one).findings
        assert finding.sentence == (
            "ann writes locks/leader under a condition (1 time so far); carl's PutObject locks/leader (call 3) replaced it"
            " without one."
        )


def test_versions_of_a_bucket_are_told_apart():
    with race() as one:
        [ann] = clients(one, "ann")
        ann.put_bucket_versioning(Bucket="locks", VersioningConfiguration={"Status": "Enabled"})
        first = ann.put_object(**LEADER, Body=b"1")["VersionId"]
        ann.put_object(**LEADER, Body=b"2")
        ann.get_object(**LEADER, VersionId=first)
        ann.delete_object(**LEADER)
        ann.delete_object(**LEADER, VersionId=first)
        with pytest.raises(ClientError):
            ann.get_object(**LEADER)
        assert told(one).ok
        assert len({effect.left for entry in one.entries() for effect in entry.effects if effect.left}) == 3
