"""lancedb: a table whose manifests are created once."""

from __future__ import annotations

from typing import Any

import harness
import lancedb
import pyarrow as pa
import stores_calls

WITHOUT = {"conflict": "writes of one row are repeated by itself, and there is no transaction to hold open"}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.db = lancedb.connect(
            f"s3://{cell.place}/db",
            storage_options={
                "endpoint": cell.endpoint,
                "aws_access_key_id": harness.ACCESS_KEY,
                "aws_secret_access_key": harness.SECRET_KEY,
                "region": harness.REGION,
                "allow_http": "true",
                "virtual_hosted_style_request": "false",
            },
        )

    def table(self) -> Any:
        return self.db.open_table("t")

    def write(self, values: list[int]) -> None:
        rows = pa.table({"x": pa.array(values, pa.int64())})
        if "t" in self.db.table_names():
            self.table().add(rows)
        else:
            self.db.create_table("t", rows)

    def add(self, value: int) -> None:
        self.table().add(pa.table({"x": pa.array([value], pa.int64())}))

    def rows(self) -> list[int]:
        return list(self.table().to_arrow()["x"].to_pylist())

    def older(self) -> list[int]:
        table = self.table()
        table.checkout(1)
        return list(table.to_arrow()["x"].to_pylist())

    def list(self) -> list[str]:
        return list(self.db.table_names())

    def delete(self, value: int) -> None:
        self.table().delete(f"x = {value}")

    def large(self, body: bytes) -> bytes:
        self.db.create_table("large", pa.table({"b": pa.array([body], pa.large_binary())}))
        return bytes(self.db.open_table("large").to_arrow()["b"][0].as_py())


if __name__ == "__main__":
    stores_calls.main(Client, WITHOUT)
