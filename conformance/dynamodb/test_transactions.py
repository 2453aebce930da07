"""TransactWriteItems and TransactGetItems: all or nothing, every reason in its place, tokens."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ..expect import accepted, refused, same, unchanged
from ..tables import truth_table
from .steps import place, put, stored

pytestmark = pytest.mark.needs("dynamodb.transactions")

CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "
NEVER = {"ConditionExpression": "attribute_exists(nothing_like_it)"}


def writing(table: str, key: str) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"pk": {"S": key}, "new": {"BOOL": True}}}}


def failing(table: str, key: str, kind: str, **options: Any) -> dict[str, Any]:
    """An action of each kind whose condition fails."""
    if kind == "Put":
        return {"Put": {"TableName": table, "Item": {"pk": {"S": key}}, **NEVER, **options}}
    action = {**place(table, key), **NEVER, **options}
    if kind == "Update":
        action |= {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    return {kind: action}


@pytest.mark.tier("core")
@pytest.mark.parametrize("kind", ["Put", "Update", "Delete", "ConditionCheck"])
def test_one_failing_action_undoes_all(dynamodb: Any, table: str, key: str, kind: str) -> None:
    """When one action's condition fails, nothing is written, and every action has its reason in its place.

    Source: DynamoDB API reference, TransactWriteItems; asserted against AWS by published suites [documented]
    """
    put(dynamodb, table, f"{key}-b", v={"N": "1"})
    items = [writing(table, f"{key}-a"), failing(table, f"{key}-b", kind), writing(table, f"{key}-c")]
    with unchanged(lambda: [stored(dynamodb, table, f"{key}-{name}") for name in "abc"], "the items"):
        refusal = refused(
            dynamodb.transact_write_items, TransactItems=items,
            status=400, code="TransactionCanceledException", message=CANCELLED + "[None, ConditionalCheckFailed, None]",
        )  # fmt: skip
    reasons = refusal.body.get("CancellationReasons")
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    same(reasons, [{"Code": "None"}, failed, {"Code": "None"}], "the reasons")


@pytest.mark.tier("core")
def test_all_failing_conditions_are_reported(dynamodb: Any, table: str, key: str) -> None:
    """Every action whose condition fails is reported, not only the first, with its item where it was asked for.

    Source: DynamoDB API reference, TransactionCanceledException [documented]
    """
    put(dynamodb, table, f"{key}-a", v={"N": "1"})
    items = [
        failing(table, f"{key}-a", "Delete", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        writing(table, f"{key}-b"),
        failing(table, f"{key}-c", "Update", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
    ]
    refusal = refused(
        dynamodb.transact_write_items, TransactItems=items,
        status=400, code="TransactionCanceledException",
        message=CANCELLED + "[ConditionalCheckFailed, None, ConditionalCheckFailed]",
    )  # fmt: skip
    reasons = refusal.body["CancellationReasons"]
    same(reasons[0].get("Item"), {"pk": {"S": f"{key}-a"}, "v": {"N": "1"}}, "the item of the first reason")
    same("Item" in reasons[2], False, "an item in the reason of an action on nothing")


@pytest.mark.tier("core")
def test_a_transaction_whose_conditions_hold_writes_everything(dynamodb: Any, table: str, key: str) -> None:
    """A transaction of all four kinds whose conditions hold is applied whole.

    Source: DynamoDB API reference, TransactWriteItems [documented]
    """
    for name in "bcd":
        put(dynamodb, table, f"{key}-{name}", v={"N": "1"})
    holds = {"ConditionExpression": "v = :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    update = {**place(table, f"{key}-b"), **holds, "UpdateExpression": "SET v = v + :one"}
    accepted(
        dynamodb.transact_write_items,
        TransactItems=[
            writing(table, f"{key}-a"),
            {"Update": update},
            {"Delete": {**place(table, f"{key}-c"), **holds}},
            {"ConditionCheck": {**place(table, f"{key}-d"), **holds}},
        ],
    )
    found = [stored(dynamodb, table, f"{key}-{name}") for name in "abcd"]
    same([item and item.get("v") for item in found], [None, {"N": "2"}, None, {"N": "1"}], "the values")
    same(found[0], {"pk": {"S": f"{key}-a"}, "new": {"BOOL": True}}, "the new item")


@pytest.mark.tier("core")
def test_the_same_item_twice_is_refused(dynamodb: Any, table: str, key: str) -> None:
    """Two actions on one item are refused before anything is judged.

    Source: DynamoDB API reference, TransactWriteItems; recorded by published suites [third-party]
    """
    check = {"ConditionCheck": {**place(table, key), "ConditionExpression": "attribute_not_exists(pk)"}}
    refused(
        dynamodb.transact_write_items, TransactItems=[writing(table, key), check],
        status=400, code="ValidationException",
        message="Transaction request cannot include multiple operations on one item",
    )  # fmt: skip
    same(stored(dynamodb, table, key), None, "the item")


@pytest.mark.tier("core")
def test_a_token_makes_a_retry_harmless(dynamodb: Any, table: str, key: str) -> None:
    """The same request with the same ClientRequestToken succeeds again and is not applied again.

    Source: DynamoDB Developer Guide, "Amazon DynamoDB Transactions: How it works", idempotency [documented]
    """
    put(dynamodb, table, key, n={"N": "0"})
    add = {"Update": {**place(table, key), "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}
    token = uuid4().hex
    for _ in range(2):
        accepted(dynamodb.transact_write_items, TransactItems=[add], ClientRequestToken=token)
    same(stored(dynamodb, table, key)["n"], {"N": "1"}, "the counter")


@pytest.mark.tier("core")
def test_a_token_with_other_parameters_is_refused(dynamodb: Any, table: str, key: str) -> None:
    """Another request with a token that was used is refused with IdempotentParameterMismatchException.

    Source: DynamoDB API reference, TransactWriteItems [documented]
    """
    token = uuid4().hex
    accepted(dynamodb.transact_write_items, TransactItems=[writing(table, f"{key}-a")], ClientRequestToken=token)
    refused(
        dynamodb.transact_write_items, TransactItems=[writing(table, f"{key}-b")], ClientRequestToken=token,
        status=400, code="IdempotentParameterMismatchException",
    )  # fmt: skip
    same(stored(dynamodb, table, f"{key}-b"), None, "the second item")


@truth_table("""
    | actions | code                | message                                                                                                                       |
    |---------|---------------------|-------------------------------------------------------------------------------------------------------------------------------|
    | 0       | ValidationException | 1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1 |
    | 101     | ValidationException | -                                                                                                                             |
""")  # noqa: E501
def test_a_transaction_has_1_to_100_actions(dynamodb: Any, table: str, key: str, row: dict[str, str]) -> None:
    """A transaction of no action, or of more than a hundred, is refused.

    Source: DynamoDB API reference, TransactWriteItems; recorded by published suites [third-party]
    """
    items = [writing(table, f"{key}-{number}") for number in range(int(row["actions"]))]
    refused(dynamodb.transact_write_items, TransactItems=items, status=400, code=row["code"], message=row.get("message"))
    same(stored(dynamodb, table, f"{key}-0"), None, "the first item")


def test_transact_get_returns_a_place_for_every_item(dynamodb: Any, table: str, key: str) -> None:
    """TransactGetItems answers one entry for each item asked for, in order, an empty one for a missing item.

    Source: DynamoDB API reference, TransactGetItems [documented]
    """
    put(dynamodb, table, f"{key}-a")
    answer = accepted(dynamodb.transact_get_items, TransactItems=[{"Get": place(table, f"{key}-{name}")} for name in "xay"])
    same(answer["Responses"], [{}, {"Item": {"pk": {"S": f"{key}-a"}}}, {}], "the responses")
