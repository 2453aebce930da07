"""pyiceberg's catalog in DynamoDB: an item for each namespace and table, put and deleted under a condition.

Its tables' metadata are on S3. A table of Iceberg is the item here, and a property of it the number; pk is a namespace's name.
"""

from __future__ import annotations

from typing import Any

import boto3
import dynamodb_calls
import harness
from pyiceberg.catalog.dynamodb import DynamoDbCatalog
from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

_NO_COMMIT = "commit_table is not implemented in this catalog"
WITHOUT = {
    "swap": _NO_COMMIT, "swap-refused": _NO_COMMIT, "counter": _NO_COMMIT,
    "met": "ReturnValuesOnConditionCheckFailure is not asked for",
    "transaction": "an item at a time; rename_table puts one and deletes the other",
    "batch": "an item at a time",
}  # fmt: skip
SCHEMA = Schema(NestedField(1, "x", LongType(), required=False))


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        session = boto3.session.Session(region_name=harness.REGION)
        at = {"endpoint_url": cell.endpoint, "verify": cell.certificate}
        session.client("s3", **at).create_bucket(Bucket=cell.place)
        self.catalog = DynamoDbCatalog(
            "matrix",
            client=session.client("dynamodb", **at),
            **{
                "table-name": cell.place,
                "warehouse": f"s3://{cell.place}/warehouse",
                "py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO",
                "s3.endpoint": cell.endpoint,
                "s3.access-key-id": harness.ACCESS_KEY,
                "s3.secret-access-key": harness.SECRET_KEY,
                "s3.region": harness.REGION,
            },
        )

    def refused(self, error: Exception) -> bool:
        return isinstance(error, TableAlreadyExistsError | NoSuchTableError)

    def put(self, pk: str, sk: str, n: int) -> None:
        if not self.catalog.namespace_exists(pk):
            self.catalog.create_namespace(pk)
        self.catalog.create_table(f"{pk}.{sk}", SCHEMA, properties={"n": str(n)})

    def create(self, pk: str, n: int) -> None:
        self.put(pk, "t", n)

    def get(self, pk: str) -> int:
        return int(self.catalog.load_table(f"{pk}.t").properties["n"])

    def query(self, pk: str) -> list[str]:
        return [name for _, name in self.catalog.list_tables(pk)]


def delete(program: Any, cell: harness.Cell) -> None:
    """The condition is that the table is there. It is asked of the item itself: drop_table looks at nothing before."""
    client = program(cell)
    client.create("id", 1)
    harness.refused(client, lambda: client.catalog.drop_table("id.other"))
    client.catalog.drop_table("id.t")
    harness.same(client.query("id"), [])


if __name__ == "__main__":
    harness.run(Client, dynamodb_calls.CALLS | {"delete": delete}, WITHOUT)
