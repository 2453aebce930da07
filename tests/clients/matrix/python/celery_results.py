"""celery's result backends in DynamoDB and in S3 (`MATRIX_VARIANT`). A number is the result of a task of its own."""

from __future__ import annotations

import os
import threading
from typing import Any

import harness
import stores_calls
from celery import Celery

DYNAMODB = os.environ["MATRIX_VARIANT"] == "dynamodb"
WITHOUT = {
    "conflict": "that a task has succeeded is looked at before its result is put, without a condition",
    "history": "a result has no history",
    "list": "a result is asked for by its task's id",
} | ({"large": "a result is one item, of 400 KB at most"} if DYNAMODB else {})
ASKED = range(harness.WORKERS + 1)  # the numbers that programs write are of these
MAKING = threading.Lock()


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        app = Celery("matrix", set_as_current=False)
        if DYNAMODB:
            app.conf.dynamodb_endpoint_url = cell.endpoint
            secret = harness.SECRET_KEY.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
            app.conf.result_backend = f"dynamodb://{harness.ACCESS_KEY}:{secret}@{harness.REGION}/{cell.place}"
        else:
            app.conf.update(
                result_backend="s3", s3_bucket=cell.place, s3_base_path="results/", s3_region=harness.REGION,
                s3_access_key_id=harness.ACCESS_KEY, s3_secret_access_key=harness.SECRET_KEY, s3_endpoint_url=cell.endpoint,
            )  # fmt: skip
        with MAKING:  # boto3's default session, which celery uses, is made by one thread at a time
            self.backend = app.backend

    def write(self, values: list[int]) -> None:
        for value in values:
            self.backend.store_result(f"task-{value}", value, "SUCCESS")

    def add(self, value: int) -> None:
        self.write([value])

    def rows(self) -> list[int]:
        found = [self.backend.get_task_meta(f"task-{value}", cache=False) for value in ASKED]
        return [meta["result"] for meta in found if meta["status"] == "SUCCESS"]

    def delete(self, value: int) -> None:
        self.backend.forget(f"task-{value}")

    def large(self, body: bytes) -> bytes:
        self.backend.store_result("large", body.decode("latin-1"), "SUCCESS")
        return self.backend.get_task_meta("large", cache=False)["result"].encode("latin-1")


def counter(program: Any, cell: harness.Cell) -> None:
    """Results of 16 at once; in DynamoDB each counts a part of a chord as done, too: by an update, which must be exact."""
    client = program(cell)
    stores_calls.counter(program, cell)
    if DYNAMODB:
        backend = client.backend
        backend.client.put_item(**backend._prepare_init_count_request("chord"))  # as apply_chord does
        harness.workers(lambda: [program(cell).backend.incr("chord") for _ in range(harness.TIMES)])
        harness.same(backend.incr("chord"), harness.WORKERS * harness.TIMES + 1)


if __name__ == "__main__":
    harness.run(Client, stores_calls.CALLS | {"counter": counter}, WITHOUT)
