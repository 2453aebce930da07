"""A PostgreSQL database as the place where state is shared: four connections, each for one purpose, made when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from condemu.core.effects import Ids
from condemu.core.log import Log
from condemu.storage.postgres import Address, Database, opened
from condemu.storage.postgres_bodies import GRACE, PostgresBodies
from condemu.storage.postgres_log import PostgresBell, PostgresLog, PostgresSnapshots


class PostgresPlace:
    """The database of a URL, with condemu's tables in it. `elsewhere`: bodies are in a directory. Raises DataUnusable."""

    def __init__(self, url: str, shown: str, ids: Ids, *, elsewhere: bool = False, grace: str = GRACE) -> None:
        address = Address(url, shown)
        self.shown = shown
        self._database = Database(address)
        self.secret = opened(self._database, ids.of("shard iterators").token(32))
        self.snapshots = PostgresSnapshots(Database(address))
        self.bodies = PostgresBodies(Database(address), elsewhere=elsewhere, grace=grace)
        self.bell = PostgresBell(Database(address))

    def log(self, ship: Callable[[Sequence[Any]], None], name: Callable[[], str]) -> Log:
        return PostgresLog(self._database, lambda: name().encode(), ship)
