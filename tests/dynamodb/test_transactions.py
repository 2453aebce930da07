"""Transactions: every reason in order, nothing unless all hold, tokens for ten minutes, and conflicts of those that overlap."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import recorded
from recorded import Answer, Local

from condemu.core.calls import Call, Step
from condemu.core.engine import Watch

CANCELED = "TransactionCanceledException"


@pytest.fixture
def local() -> Local:
    held = Local()
    held.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    held.ok("CreateTable", {"TableName": "pair", **recorded._simple(pk="S", sk="N")})
    return held


def put(name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "tab", "Item": {"pk": {"S": name}, "v": {"N": "1"}}, **more}}


def update(name: str, **more: Any) -> dict[str, Any]:
    members = {"TableName": "tab", "Key": {"pk": {"S": name}}, "UpdateExpression": "SET v = v + :one"}
    return {"Update": {**members, "ExpressionAttributeValues": {":one": {"N": "1"}}, **more}}


def delete(name: str, **more: Any) -> dict[str, Any]:
    return {"Delete": {"TableName": "tab", "Key": {"pk": {"S": name}}, **more}}


def check(name: str, condition: str = "attribute_exists(pk)", **more: Any) -> dict[str, Any]:
    return {"ConditionCheck": {"TableName": "tab", "Key": {"pk": {"S": name}}, "ConditionExpression": condition, **more}}


def codes(answer: Answer) -> list[str]:
    return [reason["Code"] for reason in answer.body["CancellationReasons"]]


def transact(local: Local, *actions: dict[str, Any], **more: Any) -> Answer:
    return local.call("TransactWriteItems", {"TransactItems": list(actions), **more})


def value(local: Local, name: str) -> str | None:
    item = local.ok("GetItem", {"TableName": "tab", "Key": {"pk": {"S": name}}}).get("Item")
    return None if item is None else item["v"]["N"]


def test_all_four_actions_take_effect_together(local):
    assert transact(local, put("a"), put("b"), put("c")).status == 200
    answer = transact(local, update("a"), delete("b"), check("c"), put("d"))
    assert (answer.status, answer.body) == (200, {})
    assert [value(local, name) for name in "abcd"] == ["2", None, "1", "1"]


def test_every_condition_that_fails_is_a_reason_and_nothing_is_written(local):
    transact(local, put("a"))
    before = local.state()
    answer = transact(
        local,
        put("a", ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        put("b"),
        check("c", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        update("a2", ConditionExpression="attribute_exists(pk)"),
    )
    assert answer.type == "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert answer.body["CancellationReasons"] == [
        {**failed, "Item": {"pk": {"S": "a"}, "v": {"N": "1"}}},
        {"Code": "None"},
        failed,
        failed,
    ]
    assert answer.body["Message"].endswith("[ConditionalCheckFailed, None, ConditionalCheckFailed, ConditionalCheckFailed]")
    assert local.state() == before


def test_an_update_that_cannot_be_evaluated_is_the_one_reason(local):
    before = local.state()
    answer = transact(local, put("a"), update("b"), update("c"))
    assert codes(answer) == ["None", "ValidationError", "None"]
    assert answer.body["CancellationReasons"][1]["Message"] == (
        "The provided expression refers to an attribute that does not exist in the item"
    )
    assert local.state() == before


@pytest.mark.parametrize(
    ("actions", "code", "message"),
    [
        ([put("a"), delete("a")], "ValidationException", "Transaction request cannot include multiple operations on one item"),
        ([check("a"), update("a")], "ValidationException", "Transaction request cannot include multiple operations on one item"),
        ([{**put("a"), **delete("b")}], "ValidationException",
         "TransactItems can only contain one of Check, Put, Update or Delete"),
        ([{}], "ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete"),
        ([put(""), put("b")], "ValidationException",
         "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string"
         " value. Key: pk"),
        ([{"Delete": {"TableName": "gone", "Key": {"pk": {"S": "a"}}}}], "ResourceNotFoundException",
         "Requested resource not found"),
        ([put("a", Item={"pk": {"S": "a"}, "x": {"S": "y" * 410_000}})], "ValidationException",
         "Item size has exceeded the maximum allowed size"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_request_is_no_reason(local, actions, code, message):
    before = local.state()
    answer = transact(local, *actions)
    assert (answer.code, answer.message) == (code, message)
    assert local.state() == before


def test_more_than_four_megabytes_are_too_much(local):
    large = [put(f"k{number}", Item={"pk": {"S": f"k{number}"}, "x": {"S": "y" * 400_000}}) for number in range(11)]
    answer = transact(local, *large)
    assert answer.code == "ValidationException"
    assert "size cannot exceed" in answer.message
    assert transact(local, *large[:10]).status == 200


def test_the_same_number_written_twice_is_one_item(local):
    keys = ({"pk": {"S": "a"}, "sk": {"N": text}} for text in ("1", "1.0"))
    answer = local.call("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "pair", "Key": key}} for key in keys]})
    assert answer.message == "Transaction request cannot include multiple operations on one item"


# --- tokens -----------------------------------------------------------------------------------------------------------------


def test_a_token_is_remembered_for_ten_minutes_of_the_emulators_clock(local):
    transact(local, put("a"))
    for _ in range(3):
        assert transact(local, update("a"), ClientRequestToken="t").status == 200
    assert value(local, "a") == "2"
    local.clock.advance(599)
    assert transact(local, update("a"), ClientRequestToken="t").status == 200
    assert value(local, "a") == "2"
    local.clock.advance(2)
    assert transact(local, update("a"), ClientRequestToken="t").status == 200
    assert value(local, "a") == "3"


def test_a_token_with_other_parameters_is_refused_however_little_they_differ(local):
    transact(local, put("a"), ClientRequestToken="t")
    before = local.state()
    other = {"TableName": "tab", "Item": {"pk": {"S": "a"}, "v": {"N": "2"}}}
    answer = local.call("TransactWriteItems", {"TransactItems": [{"Put": other}], "ClientRequestToken": "t"})
    assert answer.code == "IdempotentParameterMismatchException"
    assert "Message" in answer.body
    assert local.state() == before
    same = {"Item": {"v": {"N": "1.0"}, "pk": {"S": "a"}}, "TableName": "tab"}
    again = {"TransactItems": [{"Put": same}], "ClientRequestToken": "t", "ReturnConsumedCapacity": "TOTAL"}
    assert local.ok("TransactWriteItems", again) == {
        "ConsumedCapacity": [{"TableName": "tab", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]
    }


def test_a_transaction_that_was_cancelled_does_not_use_up_its_token(local):
    assert codes(transact(local, check("a"), ClientRequestToken="t")) == ["ConditionalCheckFailed"]
    transact(local, put("a"))
    assert transact(local, check("a"), ClientRequestToken="t").status == 200


def test_old_tokens_are_forgotten(local):
    for number in range(20):
        transact(local, put("a"), ClientRequestToken=f"t{number}")
    local.clock.advance(601)
    for number in range(5):
        transact(local, put("a"), ClientRequestToken=f"u{number}")
    assert len(local.state()["dynamodb.token"]) == len(local.state()["dynamodb.expiry"]) == 5


# --- reads ------------------------------------------------------------------------------------------------------------------


def test_a_transactional_read_answers_in_order_and_omits_what_is_not_there(local):
    transact(local, put("a"))
    gets = [
        {"Get": {"TableName": "tab", "Key": {"pk": {"S": "b"}}}},
        {"Get": {"TableName": "tab", "Key": {"pk": {"S": "a"}}, "ProjectionExpression": "v"}},
        {"Get": {"TableName": "tab", "Key": {"pk": {"S": "c"}}, "ProjectionExpression": "v"}},
    ]
    answer = local.ok("TransactGetItems", {"TransactItems": gets, "ReturnConsumedCapacity": "TOTAL"})
    assert answer["Responses"] == [{}, {"Item": {"v": {"N": "1"}}}, {}]
    assert answer["ConsumedCapacity"] == [{"TableName": "tab", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]


def test_a_transactional_read_is_cancelled_by_a_key_that_does_not_fit(local):
    gets = [{"Get": {"TableName": "tab", "Key": {name: {"S": "a"}}}} for name in ("pk", "other")]
    assert codes(local.call("TransactGetItems", {"TransactItems": gets})) == ["None", "ValidationError"]


# --- overlaps ---------------------------------------------------------------------------------------------------------------


class Gate(Watch):
    """Keeps calls waiting at READY until it is told which to let go. Transactions reserve their items meanwhile."""

    def __init__(self, reserving: bool = True) -> None:
        self.waiting: list[tuple[str, asyncio.Event]] = []
        self.reserving = reserving

    async def ready(self, call: Call, step: Step) -> None:
        if call.operation == "CreateTable":
            return
        if self.reserving:
            step.reserve()
        event = asyncio.Event()
        self.waiting.append((call.operation, event))
        await event.wait()


async def overlapping(*requests: tuple[str, Any], order: tuple[int, ...], reserving: bool = True) -> list[Answer]:
    """Send all, wait until each is at READY, let them go in the order given."""
    gate = Gate(reserving)
    local = Local(observers=(gate,))
    local.ok("CreateTable", {"TableName": "tab", **recorded._simple(pk="S")})
    tasks = []
    for operation, members in requests:
        http = local.request(f"DynamoDB_20120810.{operation}", json.dumps(members).encode())
        tasks.append(asyncio.ensure_future(local.service.handle(http)))
        for _ in range(10):
            await asyncio.sleep(0)
    assert len(gate.waiting) == len(requests)
    for number in order:
        gate.waiting[number][1].set()
        await tasks[number]
    responses = [task.result() for task in tasks]
    assert not local.service.reservations, "something is still reserved"
    return [Answer(response.status, response.body, response.headers) for response in responses]


T = ("TransactWriteItems", {"TransactItems": [put("a"), put("b")]})
U = ("TransactWriteItems", {"TransactItems": [put("c"), check("b", "attribute_not_exists(pk)")]})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_transactions_on_one_item_the_one_that_came_first_wins(order):
    first, second = asyncio.run(overlapping(T, U, order=order))
    assert first.status == 200
    if order == (0, 1):
        assert codes(second) == ["None", "ConditionalCheckFailed"]  # the first was done by then
    else:
        assert second.body["CancellationReasons"] == [
            {"Code": "None"}, {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
        ]  # fmt: skip


WRITES = [
    ("PutItem", {"TableName": "tab", "Item": {"pk": {"S": "b"}}}),
    ("UpdateItem", {"TableName": "tab", "Key": {"pk": {"S": "b"}}}),
    ("DeleteItem", {"TableName": "tab", "Key": {"pk": {"S": "b"}}}),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write[0])
def test_a_write_of_one_item_conflicts_with_a_transaction_that_holds_it(write):
    first, second = asyncio.run(overlapping(T, write, order=(1, 0)))
    assert first.status == 200
    assert (second.code, second.message) == ("TransactionConflictException", "Transaction is ongoing for the item")


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write[0])
def test_a_write_that_comes_after_the_transaction_was_decided_does_not(write):
    first, second = asyncio.run(overlapping(T, write, order=(0, 1)))
    assert (first.status, second.status) == (200, 200)


def test_a_transaction_that_waits_reserves_nothing_unless_it_is_asked_to():
    for request in (*WRITES, T):
        answers = asyncio.run(overlapping(T, request, order=(1, 0), reserving=False))
        assert [answer.status for answer in answers] == [200, 200], request


def test_a_read_of_one_item_never_conflicts_and_a_transactional_read_does():
    get = ("GetItem", {"TableName": "tab", "Key": {"pk": {"S": "a"}}})
    assert [answer.status for answer in asyncio.run(overlapping(T, get, order=(1, 0)))] == [200, 200]
    read = ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "tab", "Key": {"pk": {"S": "a"}}}}]})
    _, second = asyncio.run(overlapping(T, read, order=(1, 0)))
    assert codes(second) == ["TransactionConflict"]


def test_what_a_transaction_holds_a_batch_leaves_unprocessed():
    requests = [{"PutRequest": {"Item": {"pk": {"S": name}}}} for name in ("b",)]
    batch = ("BatchWriteItem", {"RequestItems": {"tab": requests}})
    _, second = asyncio.run(overlapping(T, batch, order=(1, 0)))
    assert second.body == {"UnprocessedItems": {"tab": requests}}


def test_the_same_token_in_flight_twice_is_in_progress():
    same = (T[0], {**T[1], "ClientRequestToken": "t"})
    first, second = asyncio.run(overlapping(same, same, order=(1, 0)))
    assert first.status == 200
    assert second.code == "TransactionInProgressException"
    first, second = asyncio.run(overlapping(same, same, order=(0, 1)))
    assert (first.status, second.status) == (200, 200)
