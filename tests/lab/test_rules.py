"""Fault rules at work: what they strike, what they count, and what the client hears."""

from __future__ import annotations

import asyncio

import pytest

from condemu.core.calls import Call, Step, Touch
from condemu.core.engine import ReplyLost
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.lab.faults import fault
from condemu.lab.rules import Rules
from condemu.server.app import FAULTS

PUT = (Touch("s3:locks/a/leader", True),)


def step_of(*touches: Touch, reads: bool = False) -> Step:
    step = Step(lambda txn: None, lambda txn: touches, reads=reads)
    step.footprint = touches
    return step


def put(**more: object) -> Call:
    return Call("s3", "PutObject", access_key="ann", **more)  # type: ignore[arg-type]


async def nothing(seconds: float) -> None:
    """No delay."""


def ready(rules: Rules, call: Call, step: Step | None = None) -> str:
    """The code of the error that a call meets; "" for none."""
    try:
        assert asyncio.run(rules.ready(call, step or step_of(*PUT))) is None
    except ServiceError as error:
        return error.row.code
    return ""


def reply(rules: Rules, call: Call) -> str:
    """How its reply is lost, or its status."""
    response = Response(200, [])
    try:
        return str((asyncio.run(rules.replying(call, response)) or response).status)
    except ReplyLost as lost:
        return lost.how


def test_a_rule_answers_with_the_services_own_error_and_counts():
    rules = Rules(FAULTS, nothing)
    counted = rules.add(fault("throttle"))
    assert ready(rules, put()) == "SlowDown"
    assert ready(rules, Call("dynamodb", "PutItem")) == "ProvisionedThroughputExceededException"
    assert (counted.seen, counted.hits) == (2, 2)


def test_only_the_nth_or_the_first_calls_are_struck():
    rules = Rules(FAULTS, nothing)
    rules.add(fault("throttle", nth=2))
    rules.add(fault("unavailable", first=1))
    assert [ready(rules, put()) for _ in range(4)] == ["ServiceUnavailable", "SlowDown", "", ""]


def test_a_rule_that_aws_would_not_answer_so_neither_strikes_nor_counts():
    rules = Rules(FAULTS, nothing)
    conflict = rules.add(fault("s3:conflict", first=1))
    assert ready(rules, put()) == ""
    assert (conflict.seen, rules.idle()) == (0, [conflict])
    assert ready(rules, put(parameters={"IfNoneMatch": "*", "Key": "a/leader"})) == "ConditionalRequestConflict"
    assert rules.idle() == []


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        ({"key": "locks/*"}, True), ({"key": "a/*"}, True), ({"key": "b"}, False), ({"actor": "an*"}, True),
        ({"actor": "ben"}, False), ({"operation": "Put*"}, True), ({"operation": "Get*"}, False),
        ({"service": "dynamodb"}, False),
    ],
)  # fmt: skip
def test_a_rule_picks_by_service_operation_key_and_actor(pattern, struck):
    rules = Rules(FAULTS, nothing)
    rules.add(fault("throttle", **pattern))
    assert ready(rules, put()) == ("SlowDown" if struck else "")


def test_a_call_that_arrives_again_is_not_counted_again():
    rules = Rules(FAULTS, nothing)
    rules.add(fault("throttle", nth=2))
    call = put()
    assert ready(rules, call) == ""
    call.arrivals += 1
    assert ready(rules, call) == ""
    assert ready(rules, put()) == "SlowDown"


def test_each_part_of_a_batch_is_judged_by_itself():
    rules = Rules(FAULTS, nothing)
    rules.add(fault("throttle", nth=2))
    batch = Call("dynamodb", "BatchWriteItem")
    assert [ready(rules, batch) for _ in range(3)] == ["", "ProvisionedThroughputExceededException", ""]


@pytest.mark.parametrize(
    ("word", "heard"), [("lost", "reset"), ("lost-call", "reset"), ("stall", "stall"), ("cut", "cut"), ("error-after", "500")]
)
def test_what_strikes_a_reply_lets_the_write_stand(word, heard):
    rules = Rules(FAULTS, nothing)
    rules.add(fault(word, first=1))
    first, second = put(), put()
    assert [ready(rules, first), ready(rules, second)] == ["", ""]
    assert [reply(rules, first), reply(rules, second)] == [heard, "200"]


def test_the_reply_to_a_read_is_lost_only_where_the_operation_is_named():
    rules = Rules(FAULTS, nothing)
    read = Call("s3", "GetObject")
    rules.add(fault("lost"))
    assert ready(rules, read, step_of(Touch("s3:locks/a", False), reads=True)) == ""
    assert reply(rules, read) == "200"
    rules.replace([fault("cut", operation="GetObject")])
    assert ready(rules, read, step_of(Touch("s3:locks/a", False), reads=True)) == ""
    assert reply(rules, read) == "cut"


def test_all_attempts_of_one_call_lose_their_replies_and_no_other_call_does():
    rules = Rules(FAULTS, nothing)
    counted = rules.add(fault("lost-call", first=1))

    def attempt(invocation: str, number: int) -> Call:
        return put(headers={"amz-sdk-invocation-id": invocation, "amz-sdk-request": f"attempt={number}; max=3"})

    calls = [attempt("one", 1), attempt("one", 2), attempt("two", 1)]
    assert [ready(rules, call) for call in calls] == ["", "", ""]
    assert [reply(rules, call) for call in calls] == ["reset", "reset", "200"]
    assert counted.hits == 1


def test_a_delay_lets_the_rules_behind_it_have_their_turn():
    waited = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    rules = Rules(FAULTS, wait)
    rules.add(fault("delay", seconds=3))
    rules.add(fault("throttle"))
    assert ready(rules, put()) == "SlowDown"
    assert waited == [3]


def test_chance_is_seeded_and_a_rule_that_is_removed_strikes_no_more():
    def struck(seed: int) -> list[str]:
        rules = Rules(FAULTS, nothing, seed)
        rules.add(fault("throttle", probability=0.5))
        return [ready(rules, put()) for _ in range(40)]

    assert struck(1) == struck(1) != struck(2)
    assert {"", "SlowDown"} == set(struck(1))
    rules = Rules(FAULTS, nothing)
    rules.remove(rules.add(fault("throttle")))
    assert ready(rules, put()) == ""


def test_calls_that_are_never_answered_are_not_remembered_for_ever(monkeypatch):
    monkeypatch.setattr("condemu.lab.rules.MOST_KEPT", 3)
    rules = Rules(FAULTS, nothing)
    rules.add(fault("lost"))
    calls = [put() for _ in range(4)]
    for call in calls:
        ready(rules, call)
    assert [reply(rules, call) for call in calls] == ["200", "reset", "reset", "reset"]
