"""deltalake: a table whose log grows by If-None-Match: *."""

from __future__ import annotations

from typing import Any

import harness
import pyarrow as pa
import stores_calls
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

WITHOUT = {"list": "a table has files, and the column is about names"}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.uri = f"s3://{cell.place}/table"
        self.options = {
            "AWS_ENDPOINT_URL": cell.endpoint,
            "AWS_ACCESS_KEY_ID": harness.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": harness.SECRET_KEY,
            "AWS_REGION": harness.REGION,
            "AWS_ALLOW_HTTP": "true",
            "AWS_CONDITIONAL_PUT": "etag",
        }

    def table(self, version: int | None = None) -> Any:
        return DeltaTable(self.uri, version=version, storage_options=self.options)

    def append(self, rows: Any) -> None:
        write_deltalake(self.uri, rows, mode="append", storage_options=self.options)

    def write(self, values: list[int]) -> None:
        self.append(pa.table({"x": pa.array(values, pa.int64())}))

    def add(self, value: int) -> None:
        self.write([value])

    def rows(self) -> list[int]:
        return list(pa.table(self.table().to_pyarrow_table())["x"].to_pylist())

    def older(self) -> list[int]:
        return list(self.table(0).to_pyarrow_table()["x"].to_pylist())

    def conflict(self) -> bool:
        first, second = self.table(), self.table()
        first.delete("x = 1")
        try:
            second.delete("x = 1")
        except CommitFailedError:
            return True
        return False

    def delete(self, value: int) -> None:
        self.table().delete(f"x = {value}")

    def large(self, body: bytes) -> bytes:
        self.append(pa.table({"b": pa.array([body], pa.large_binary())}))
        return bytes(self.table().to_pyarrow_table()["b"][0].as_py())


if __name__ == "__main__":
    stores_calls.main(Client, WITHOUT)
