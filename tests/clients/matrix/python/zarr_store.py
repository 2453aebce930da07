"""zarr: arrays in a group, whose store is s3fs, or obstore with `MATRIX_VARIANT=obstore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import harness
import numpy as np
import stores_calls
import zarr
from obstore.store import S3Store
from s3fs import S3FileSystem
from zarr.storage import FsspecStore, ObjectStore

WITHOUT = {
    "conflict": "an array's document is written without a condition, after a look whether it is there",
    "history": "a group has no history",
}


def obstore(cell: harness.Cell) -> Any:
    options: dict[str, object] = {"allow_http": True}
    if cell.certificate:
        options["root_certificate"] = Path(cell.certificate).read_bytes()
    store = S3Store(
        cell.place, prefix="group", endpoint=cell.endpoint, access_key_id=harness.ACCESS_KEY,
        secret_access_key=harness.SECRET_KEY, region=harness.REGION, virtual_hosted_style_request=False, client_options=options,
    )  # fmt: skip
    return ObjectStore(store)


def s3fs(cell: harness.Cell) -> Any:
    fs = S3FileSystem(
        endpoint_url=cell.endpoint, client_kwargs={"region_name": harness.REGION, "verify": cell.certificate},
        config_kwargs={"s3": {"addressing_style": "path"}}, asynchronous=True, skip_instance_cache=True,
    )  # fmt: skip
    return FsspecStore(fs, path=f"{cell.place}/group")


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        store = obstore(cell) if os.environ["MATRIX_VARIANT"] == "obstore" else s3fs(cell)
        self.group = zarr.open_group(store, mode="a")

    def put(self, name: str, value: Any) -> None:
        self.group.create_array(name, data=value, chunks=value.shape, compressors=None)

    def write(self, values: list[int]) -> None:
        for value in values:
            self.add(value)

    def add(self, value: int) -> None:
        self.put(f"v{value}", np.array([value]))

    def rows(self) -> list[int]:
        return [int(self.group[name][0]) for name in self.group.array_keys()]

    def list(self) -> list[str]:
        return sorted(self.group.array_keys())

    def delete(self, value: int) -> None:
        del self.group[f"v{value}"]

    def large(self, body: bytes) -> bytes:
        self.put("large", np.frombuffer(body, dtype=np.uint8))
        return self.group["large"][:].tobytes()


if __name__ == "__main__":
    stores_calls.main(Client, WITHOUT)
