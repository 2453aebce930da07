"""pyiceberg: a table whose files are on S3 and whose catalog is in SQLite. `MATRIX_VARIANT` is who reads and writes the files."""

from __future__ import annotations

import os
from typing import Any

import harness
import pyarrow as pa
import stores_calls
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException, TableAlreadyExistsError, ValidationException

IMPLEMENTATION = {
    "pyarrow": "pyiceberg.io.pyarrow.PyArrowFileIO",
    "fsspec": "pyiceberg.io.fsspec.FsspecFileIO",
}[os.environ["MATRIX_VARIANT"]]
RETRIES = {"commit.retry.num-retries": "1000", "commit.retry.min-wait-ms": "1", "commit.retry.max-wait-ms": "50"}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.catalog = SqlCatalog(
            "matrix",
            **{
                "uri": f"sqlite:///{cell.call}.db",
                "warehouse": f"s3://{cell.place}/warehouse",
                "py-io-impl": IMPLEMENTATION,
                "s3.endpoint": cell.endpoint,
                "s3.access-key-id": harness.ACCESS_KEY,
                "s3.secret-access-key": harness.SECRET_KEY,
                "s3.region": harness.REGION,
            },
        )
        self.catalog.create_namespace_if_not_exists("n")

    def table(self, name: str = "t") -> Any:
        return self.catalog.load_table(f"n.{name}")

    def made(self, name: str, schema: Any) -> Any:
        """Whether SQLite had no such table is looked at first, so that it is made once."""
        try:
            return self.catalog.create_table(f"n.{name}", schema, properties=RETRIES)
        except TableAlreadyExistsError:
            return self.table(name)

    def write(self, values: list[int]) -> None:
        rows = pa.table({"x": pa.array(values, pa.int64())})
        self.made("t", rows.schema).append(rows)

    def add(self, value: int) -> None:
        self.table().append(pa.table({"x": pa.array([value], pa.int64())}))

    def rows(self) -> list[int]:
        return list(self.table().scan().to_arrow()["x"].to_pylist())

    def older(self) -> list[int]:
        table = self.table()
        first = table.history()[0].snapshot_id
        return list(table.scan(snapshot_id=first).to_arrow()["x"].to_pylist())

    def list(self) -> list[str]:
        return [".".join(name) for name in self.catalog.list_tables("n")]

    def conflict(self) -> bool:
        first, second = self.table(), self.table()
        first.delete("x = 1")
        try:
            second.delete("x = 1")
        except (CommitFailedException, ValidationException):  # the latter when it was repeated on the newer state
            return True
        return False

    def delete(self, value: int) -> None:
        self.table().delete(f"x = {value}")

    def large(self, body: bytes) -> bytes:
        rows = pa.table({"b": pa.array([body], pa.large_binary())})
        self.made("large", rows.schema).append(rows)
        return bytes(self.table("large").scan().to_arrow()["b"][0].as_py())


if __name__ == "__main__":
    stores_calls.main(Client)
