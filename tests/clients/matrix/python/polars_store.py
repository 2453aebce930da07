"""polars: Parquet files, written and scanned by its own Rust. A frame is a file; a scan reads all of a folder."""

from __future__ import annotations

import harness
import polars as pl
import stores_calls

WITHOUT = {
    "conflict": "a file replaces another; storage_options have no condition for it",
    "history": "files have no history",
    "list": "it scans files, and lists none",
    "delete": "it deletes nothing",
}


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.at = f"s3://{cell.place}/frames"
        self.options = {
            "aws_endpoint_url": cell.endpoint,
            "aws_access_key_id": harness.ACCESS_KEY,
            "aws_secret_access_key": harness.SECRET_KEY,
            "aws_region": harness.REGION,
            "aws_allow_http": "true",
        }

    def write(self, values: list[int]) -> None:
        name = "-".join(map(str, values))
        pl.DataFrame({"x": values}).write_parquet(f"{self.at}/{name}.parquet", storage_options=self.options)

    def add(self, value: int) -> None:
        """A lazy frame, which is streamed to its file."""
        pl.LazyFrame({"x": [value]}).sink_parquet(f"{self.at}/{value}.parquet", storage_options=self.options)

    def rows(self) -> list[int]:
        return pl.scan_parquet(f"{self.at}/*.parquet", storage_options=self.options).collect()["x"].to_list()

    def large(self, body: bytes) -> bytes:
        file = f"{self.at}/large.parquet"
        pl.DataFrame({"b": [body]}).write_parquet(file, compression="uncompressed", storage_options=self.options)
        return bytes(pl.read_parquet(file, storage_options=self.options)["b"][0])


if __name__ == "__main__":
    stores_calls.main(Client, WITHOUT)
