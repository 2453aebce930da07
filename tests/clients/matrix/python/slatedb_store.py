"""SlateDB: a database whose logs and manifests are created by If-None-Match: *, so that a new writer fences the one before."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import harness
import stores_calls
from slatedb.uniffi import (
    AdminBuilder,
    CheckpointOptions,
    CloseReason,
    DbBuilder,
    DbReaderBuilder,
    Error,
    KeyRange,
    ObjectStore,
    ReaderMode,
)

ALL = KeyRange(start=None, start_inclusive=False, end=None, end_inclusive=False)


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        """`resolve` reads object_store's options from the environment."""
        os.environ.update({"AWS_ENDPOINT_URL": cell.endpoint, "AWS_ALLOW_HTTP": "true"})
        self.store = ObjectStore.resolve(f"s3://{cell.place}")

    def opened(self, work: Callable[[Any], Awaitable[Any]]) -> None:
        """By a writer that is opened for it. What it puts is in the log when `flush` has returned."""

        async def run() -> None:
            db = await DbBuilder("db", self.store).build()
            try:
                await work(db)
                await db.flush()
            finally:
                with contextlib.suppress(Error.Closed):  # fenced, before or after the flush
                    await db.shutdown()

        asyncio.run(run())

    def seen(self, mode: Any = None) -> dict[int, bytes]:
        async def run() -> dict[int, bytes]:
            builder = DbReaderBuilder("db", self.store)
            builder.with_reader_mode(mode or ReaderMode.FOLLOW_LATEST())
            reader = await builder.build()
            try:
                found = {}
                rows = await reader.scan(ALL)
                while (row := await rows.next()) is not None:
                    found[int(row.key)] = row.value
                return found
            finally:
                await reader.shutdown()

        return asyncio.run(run())

    def write(self, values: list[int]) -> None:
        async def put(db: Any) -> None:
            for value in values:
                await db.put(b"%d" % value, b"there")

        self.opened(put)

    def add(self, value: int) -> None:
        """Until no other writer was opened meanwhile. Who is fenced waits longer each time, or none would ever get far enough."""
        added, seconds = False, 0.5
        while not added:
            try:
                self.write([value])
                added = True
            except Error.Closed:
                time.sleep(random.uniform(0, seconds))
                seconds = min(2 * seconds, 16)

    def rows(self) -> list[int]:
        return list(self.seen())

    def checkpoint(self) -> str:
        async def made() -> str:
            options = CheckpointOptions(lifetime_ms=None, source=None, name=None)
            return str((await AdminBuilder("db", self.store).build().create_detached_checkpoint(options)).id)

        return asyncio.run(made())

    def list(self) -> list[str]:
        return [str(value) for value in self.seen()]

    def conflict(self) -> bool:
        """Two writers of one database: the first is told that it was fenced when its log is to have what it puts."""

        async def run() -> bool:
            first = await DbBuilder("db", self.store).build()
            second = await DbBuilder("db", self.store).build()
            await second.put(b"5", b"there")
            await second.flush()
            try:
                await first.put(b"6", b"lost")
                await first.flush()
            except Error.Closed as closed:
                return bool(closed.reason == CloseReason.FENCED)
            finally:
                await second.shutdown()
            return False

        told = asyncio.run(run())
        harness.same(sorted(self.rows()), [1, 2, 5])
        return told

    def delete(self, value: int) -> None:
        self.opened(lambda db: db.delete(b"%d" % value))

    def large(self, body: bytes) -> bytes:
        self.opened(lambda db: db.put(b"0", body))
        return self.seen()[0]


def history(program: Any, cell: harness.Cell) -> None:
    """A checkpoint keeps what is there; without one the past is gone."""
    client = program(cell)
    client.write([1, 2])
    made = client.checkpoint()
    client.write([3])
    harness.same([sorted(client.seen(ReaderMode.CHECKPOINT(made))), sorted(client.rows())], [[1, 2], [1, 2, 3]])


if __name__ == "__main__":
    harness.run(Client, stores_calls.CALLS | {"history": history}, {})
