"""Powertools' idempotency: a row is in progress, and then has the result."""

from __future__ import annotations

import time
from typing import Any

import boto3
import harness
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError


def once(cell: harness.Cell, work: Any) -> Any:
    client = boto3.client("dynamodb", endpoint_url=cell.endpoint, region_name=harness.REGION, verify=cell.certificate)
    layer = DynamoDBPersistenceLayer(table_name=cell.place, boto3_client=client)

    @idempotent_function(data_keyword_argument="order", persistence_store=layer, config=IdempotencyConfig())
    def handle(order: str) -> Any:
        return work()

    return handle


def taken(program: Any, cell: harness.Cell) -> None:
    made: list[int] = []
    handle = once(cell, lambda: made.append(1) or len(made))
    harness.same([handle(order="a"), handle(order="b")], [1, 2])


def refused(program: Any, cell: harness.Cell) -> None:
    """The second begins while the first is at work."""
    told: list[str] = []

    def inside() -> str:
        try:
            handle(order="a")
        except IdempotencyAlreadyInProgressError as error:
            told.append(type(error).__name__)
        return "done"

    handle = once(cell, inside)
    harness.same([handle(order="a"), told], ["done", ["IdempotencyAlreadyInProgressError"]])


def released(program: Any, cell: harness.Cell) -> None:
    """A failure gives the row back."""
    made: list[int] = []

    def work() -> int:
        made.append(1)
        if len(made) == 1:
            raise ValueError("fails at first")
        return len(made)

    handle = once(cell, work)
    try:
        handle(order="a")
    except ValueError:
        harness.same(handle(order="a"), 2)
    else:
        raise AssertionError("the failure was lost")


def counter(program: Any, cell: harness.Cell) -> None:
    """All workers have the same orders; each is done once."""
    done: list[str] = []

    def add() -> None:
        for number in range(harness.WORKERS * harness.TIMES):
            handle = once(cell, lambda order=f"order {number}": done.append(order))
            try:
                handle(order=f"order {number}")
            except IdempotencyAlreadyInProgressError:
                time.sleep(0.005)  # another has it

    harness.workers(add)
    harness.same(sorted(done), sorted(f"order {number}" for number in range(harness.WORKERS * harness.TIMES)))


if __name__ == "__main__":
    harness.run(None, {"taken": taken, "refused": refused, "released": released, "counter": counter, "https": taken}, {})
