"""PynamoDB: models. The table is the command's own; the model describes it."""

from __future__ import annotations

from typing import Any

import dynamodb_calls
import harness
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite


def model_of(cell: harness.Cell) -> Any:
    class Thing(Model):
        class Meta:
            table_name = cell.place
            host = cell.endpoint
            region = harness.REGION

        pk = UnicodeAttribute(hash_key=True)
        sk = UnicodeAttribute(range_key=True)
        n = NumberAttribute()

    return Thing


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.thing = model_of(cell)
        self.connection = Connection(region=harness.REGION, host=cell.endpoint)

    def refused(self, error: Exception) -> bool:
        codes = ("ConditionalCheckFailedException", "TransactionCanceledException")
        return isinstance(error, PutError | UpdateError | DeleteError | TransactWriteError) and error.cause_response_code in codes

    def create(self, pk: str, n: int) -> None:
        self.thing(pk, "-", n=n).save(condition=self.thing.pk.does_not_exist())

    def put(self, pk: str, sk: str, n: int) -> None:
        self.thing(pk, sk, n=n).save()

    def swap(self, pk: str, old: int, new: int) -> None:
        self.thing(pk, "-").update(actions=[self.thing.n.set(new)], condition=self.thing.n == old)

    def get(self, pk: str) -> int:
        try:
            return int(self.thing.get(pk, "-", consistent_read=True).n)
        except DoesNotExist:
            return -1

    def query(self, pk: str) -> list[str]:
        return [item.sk for item in self.thing.query(pk)]

    def met(self, pk: str, old: int) -> int:
        try:
            with TransactWrite(connection=self.connection) as write:
                write.save(self.thing(pk, "-", n=0), condition=self.thing.n == old, return_values="ALL_OLD")
        except TransactWriteError as error:
            return int(self.thing.from_raw_data(error.cancellation_reasons[0].raw_item).n)
        return -1

    def delete_if(self, pk: str, n: int) -> None:
        self.thing(pk, "-").delete(condition=self.thing.n == n)

    def together(self, items: list[tuple[str, int]]) -> None:
        with TransactWrite(connection=self.connection) as write:
            for pk, n in items:
                write.save(self.thing(pk, "-", n=n), condition=self.thing.pk.does_not_exist())

    def reasons(self, error: Any) -> list[str]:
        return [reason.code if reason else "None" for reason in error.cancellation_reasons]

    def batch(self, names: list[str]) -> None:
        with self.thing.batch_write() as batch:
            for number, pk in enumerate(names):
                batch.save(self.thing(pk, "-", n=number))


if __name__ == "__main__":
    dynamodb_calls.main(Client)
