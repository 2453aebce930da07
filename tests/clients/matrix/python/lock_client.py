"""python-dynamodb-lock: leases of a row, with a heartbeat. It makes its own table."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import boto3
import harness
from python_dynamodb_lock.python_dynamodb_lock import DynamoDBLockClient, DynamoDBLockError


class Client:
    def __init__(self, cell: harness.Cell, owner: str = "one") -> None:
        resource = boto3.session.Session(region_name=harness.REGION).resource(
            "dynamodb", endpoint_url=cell.endpoint, verify=cell.certificate
        )
        if owner == "one":
            DynamoDBLockClient.create_dynamodb_table(
                dynamodb_client=resource.meta.client, table_name=cell.place, read_capacity=1, write_capacity=1
            )
        self.locks = DynamoDBLockClient(
            resource,
            table_name=cell.place,
            owner_name=owner,
            heartbeat_period=timedelta(seconds=2),
            safe_period=timedelta(seconds=20),
            lease_duration=timedelta(seconds=30),
            expiry_period=timedelta(hours=1),
        )

    def take(self, patience: float) -> Any:
        return self.locks.acquire_lock("key", retry_period=timedelta(milliseconds=50), retry_timeout=timedelta(seconds=patience))


def taken(program: Any, cell: harness.Cell) -> None:
    Client(cell).take(1).release()


def refused(program: Any, cell: harness.Cell) -> None:
    one, two = Client(cell), Client(cell, "two")
    held = one.take(1)
    try:
        two.take(0.2)
    except DynamoDBLockError as error:
        harness.same(error.code, DynamoDBLockError.ACQUIRE_TIMEOUT)
    else:
        raise AssertionError("taken by two")
    held.release()


def released(program: Any, cell: harness.Cell) -> None:
    one, two = Client(cell), Client(cell, "two")
    one.take(1).release()
    two.take(1).release()


def counter(program: Any, cell: harness.Cell) -> None:
    Client(cell)
    owners = iter(f"worker {number}" for number in range(harness.WORKERS))
    total = [0]

    def add() -> None:
        mine = Client(cell, next(owners))
        for _ in range(harness.TIMES):
            with mine.take(120):
                value = total[0]
                time.sleep(0.005)  # so that another who has the lock, too, would be noticed
                total[0] = value + 1

    harness.workers(add)
    harness.same(total[0], harness.WORKERS * harness.TIMES)


if __name__ == "__main__":
    harness.run(Client, {"taken": taken, "refused": refused, "released": released, "counter": counter, "https": taken}, {})
