"""Races on one key: whatever meets whatever, the count of winners is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..expect import Refusal, accepted, atomic, attempt, supported
from ..racing import race
from ..s3.steps import body_of, put, writers

ROUNDS = 5
CLIENTS = 12


def winners(answers: list[Any]) -> int:
    return sum(not isinstance(answer, Refusal) for answer in answers)


@pytest.mark.tier("core")
@pytest.mark.parametrize("versioned", [False, True], ids=["unversioned", "versioned"])
@pytest.mark.parametrize("write", writers, ids=lambda write: write.__name__)
def test_create_once(s3: Any, bucket: str, versioned_bucket: str, key: str, write: Callable[..., Any], versioned: bool) -> None:
    """Of many If-None-Match: * writes of one key, exactly one succeeds, and the object is the winner's.

    Source: S3 User Guide, "How to prevent object overwrites with conditional writes", concurrent requests [documented]
    """
    home = versioned_bucket if versioned else bucket
    for round_ in range(ROUNDS):
        name = f"{key}-{round_}"
        ready = [write(s3, home, name, f"{client}".encode()) for client in range(CLIENTS)]
        answers = race(CLIENTS, lambda client, ready=ready: attempt(ready[client], IfNoneMatch="*"))
        atomic(winners(answers) == 1, f"round {round_}: {winners(answers)} of {CLIENTS} creates were accepted")
        winner = next(number for number, answer in enumerate(answers) if not isinstance(answer, Refusal))
        atomic(body_of(s3, home, name) == f"{winner}".encode(), f"round {round_}: the object is not the winner's")


@pytest.mark.tier("core")
@pytest.mark.parametrize("versioned", [False, True], ids=["unversioned", "versioned"])
def test_etag_counter(s3: Any, bucket: str, versioned_bucket: str, key: str, versioned: bool) -> None:
    """A counter in an object, incremented by If-Match and tried again, counts every increment.

    Source: S3 User Guide, "Add preconditions to S3 operations with conditional requests" [documented]
    """
    home = versioned_bucket if versioned else bucket
    put(s3, home, key, b"0")

    def increment(client: int) -> int:
        for _ in range(1000):
            found = s3.get_object(Bucket=home, Key=key)
            value = int(found["Body"].read()) + 1
            if not isinstance(attempt(s3.put_object, Bucket=home, Key=key, Body=b"%d" % value, IfMatch=found["ETag"]), Refusal):
                return value
        raise AssertionError("a thousand tries and no success")

    seen = race(CLIENTS, increment)
    atomic(sorted(seen) == list(range(1, CLIENTS + 1)), f"every value from 1 to {CLIENTS} is written once; here {sorted(seen)}")


@pytest.mark.tier("core")
@pytest.mark.needs("s3.delete_if_match")
def test_conditional_deletes_of_one_etag(s3: Any, bucket: str, key: str) -> None:
    """Of many deletes with the current ETag, exactly one deletes.

    Source: S3 User Guide, "How to perform conditional deletes" [documented]
    """
    for round_ in range(ROUNDS):
        name = f"{key}-{round_}"
        etag = put(s3, bucket, name, b"x")["ETag"]
        answers = race(CLIENTS, lambda _, name=name, etag=etag: attempt(s3.delete_object, Bucket=bucket, Key=name, IfMatch=etag))
        atomic(winners(supported(answers)) == 1, f"round {round_}: {winners(answers)} deletes were accepted")


@pytest.mark.tier("core")
@pytest.mark.needs("dynamodb")
def test_version_counter(dynamodb: Any, table: str, key: str) -> None:
    """A counter in an item, changed by SET v = :new if v = :old and tried again, counts every increment.

    Source: DynamoDB Developer Guide, "Optimistic locking with version number" [documented]
    """
    where = {"TableName": table, "Key": {"pk": {"S": key}}}
    accepted(dynamodb.put_item, TableName=table, Item={"pk": {"S": key}, "v": {"N": "0"}})

    def increment(client: int) -> int:
        for _ in range(1000):
            old = int(dynamodb.get_item(**where, ConsistentRead=True)["Item"]["v"]["N"])
            answer = attempt(
                dynamodb.update_item, **where, UpdateExpression="SET v = :new", ConditionExpression="v = :old",
                ExpressionAttributeValues={":old": {"N": str(old)}, ":new": {"N": str(old + 1)}},
            )  # fmt: skip
            if not isinstance(answer, Refusal):
                return old + 1
        raise AssertionError("a thousand tries and no success")

    seen = race(CLIENTS, increment)
    atomic(sorted(seen) == list(range(1, CLIENTS + 1)), f"every value from 1 to {CLIENTS} is written once; here {sorted(seen)}")


@pytest.mark.tier("core")
@pytest.mark.needs("dynamodb", "dynamodb.transactions")
def test_bank_transfer(dynamodb: Any, table: str, key: str) -> None:
    """Transfers between two items in transactions, tried again when cancelled, never change the sum that a transaction reads.

    Source: DynamoDB Developer Guide, "Amazon DynamoDB Transactions: How it works" [documented]
    """
    accounts = [{"pk": {"S": f"{key}-{name}"}} for name in "ab"]
    for account in accounts:
        accepted(dynamodb.put_item, TableName=table, Item={**account, "n": {"N": "100"}})

    def change(account: dict[str, Any], amount: int) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": table,
                "Key": account,
                "UpdateExpression": "ADD n :amount",
                "ConditionExpression": "n >= :least",
                "ExpressionAttributeValues": {":amount": {"N": str(amount)}, ":least": {"N": str(-min(amount, 0))}},
            }
        }

    def total() -> int:
        for _ in range(100):
            answer = attempt(
                dynamodb.transact_get_items, TransactItems=[{"Get": {"TableName": table, "Key": account}} for account in accounts]
            )
            if not isinstance(answer, Refusal):
                return sum(int(entry["Item"]["n"]["N"]) for entry in answer["Responses"])
        raise AssertionError("a hundred reads and none went through")

    def work(client: int) -> list[int]:
        seen = []
        for step in range(5):
            attempt(
                dynamodb.transact_write_items,
                TransactItems=[change(accounts[client % 2], -step), change(accounts[1 - client % 2], step)],
            )
            seen.append(total())
        return seen

    totals = {value for seen in race(6, work) for value in seen}
    atomic(totals == {200}, f"every transactional read sees 200 in all; here {sorted(totals)}")
