"""icechunk: a repository of arrays whose branches are swapped by If-Match."""

from __future__ import annotations

from typing import Any

import harness
import icechunk
import numpy as np
import stores_calls
import zarr


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        storage = icechunk.s3_storage(
            bucket=cell.place,
            prefix="repository",
            region=harness.REGION,
            endpoint_url=cell.endpoint,
            allow_http=True,
            force_path_style=True,
            access_key_id=harness.ACCESS_KEY,
            secret_access_key=harness.SECRET_KEY,
        )
        self.repository = icechunk.Repository.open_or_create(storage)

    def session(self) -> Any:
        return self.repository.writable_session("main")

    def put(self, session: Any, name: str, value: Any) -> None:
        zarr.open_group(session.store, mode="a").create_array(name, data=value, chunks=value.shape)

    def write(self, values: list[int]) -> None:
        session = self.session()
        for value in values:
            self.put(session, f"v{value}", np.array([value]))
        session.commit("written")

    def add(self, value: int) -> None:
        session = self.session()
        self.put(session, f"v{value}", np.array([value]))
        session.commit("added", rebase_with=icechunk.ConflictDetector(), rebase_tries=1000)

    def group(self, **state: str) -> Any:
        return zarr.open_group(self.repository.readonly_session(**(state or {"branch": "main"})).store, mode="r")

    def numbers(self, group: Any) -> list[int]:
        return [int(group[name][0]) for name in group.array_keys()]

    def rows(self) -> list[int]:
        return self.numbers(self.group())

    def older(self) -> list[int]:
        snapshots = [entry.id for entry in self.repository.ancestry(branch="main")]
        return self.numbers(self.group(snapshot_id=snapshots[1]))

    def list(self) -> list[str]:
        return sorted(self.group().array_keys())

    def conflict(self) -> bool:
        first, second = self.session(), self.session()
        for session in (first, second):
            self.put(session, "same", np.array([1]))
        first.commit("first")
        try:
            second.commit("second")
        except icechunk.ConflictError:
            return True
        return False

    def delete(self, value: int) -> None:
        session = self.session()
        del zarr.open_group(session.store, mode="a")[f"v{value}"]
        session.commit("deleted")

    def large(self, body: bytes) -> bytes:
        session = self.session()
        self.put(session, "large", np.frombuffer(body, dtype=np.uint8))
        session.commit("large")
        return self.group()["large"][:].tobytes()


if __name__ == "__main__":
    stores_calls.main(Client)
