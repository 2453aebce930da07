"""dyntastic: pydantic models over boto3."""

from __future__ import annotations

from typing import Any

import dynamodb_calls
import harness
from botocore.exceptions import ClientError
from dyntastic import A, Dyntastic, transaction

WITHOUT = {"met": "a refusal's item is not asked for"}


def model_of(cell: harness.Cell) -> Any:
    class Thing(Dyntastic):
        __table_name__ = cell.place
        __hash_key__ = "pk"
        __range_key__ = "sk"
        __table_region__ = harness.REGION
        __table_host__ = cell.endpoint
        pk: str
        sk: str
        n: int

    return Thing


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.thing = model_of(cell)

    def refused(self, error: Exception) -> bool:
        return isinstance(error, ClientError) and error.response["Error"]["Code"] in (
            "ConditionalCheckFailedException",
            "TransactionCanceledException",
        )

    def create(self, pk: str, n: int) -> None:
        self.thing(pk=pk, sk="-", n=n).save(condition=A.pk.not_exists())

    def put(self, pk: str, sk: str, n: int) -> None:
        self.thing(pk=pk, sk=sk, n=n).save()

    def swap(self, pk: str, old: int, new: int) -> None:
        self.thing(pk=pk, sk="-", n=old).update(A.n.set(new), condition=A.n == old, require_condition=True)

    def get(self, pk: str) -> int:
        return int(self.thing.get(pk, "-", consistent_read=True).n)

    def query(self, pk: str) -> list[str]:
        return [item.sk for item in self.thing.query(pk)]

    def delete_if(self, pk: str, n: int) -> None:
        self.thing(pk=pk, sk="-", n=n).delete(condition=A.n == n)

    def together(self, items: list[tuple[str, int]]) -> None:
        with transaction():
            for pk, n in items:
                self.create(pk, n)

    def reasons(self, error: Any) -> list[str]:
        return [reason["Code"] for reason in error.response["CancellationReasons"]]

    def batch(self, names: list[str]) -> None:
        with self.thing.batch_writer():
            for number, pk in enumerate(names):
                self.put(pk, "-", number)


if __name__ == "__main__":
    dynamodb_calls.main(Client, WITHOUT)
