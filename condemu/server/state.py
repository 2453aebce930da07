"""What a store holds, and where it is kept when that is more than memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from condemu.core.blobs import Blob
from condemu.core.effects import Clock, Ids
from condemu.core.store import MemoryStore, Txn
from condemu.dynamodb.backups import exports as dynamodb_exports
from condemu.dynamodb.backups import imports as dynamodb_imports
from condemu.dynamodb.state import records as dynamodb_records
from condemu.s3.state import records as s3_records
from condemu.server.config import Config
from condemu.server.system import unique_name
from condemu.simpledb import exports as simpledb_exports
from condemu.simpledb import records as simpledb_records
from condemu.sts import records as sts_records

if TYPE_CHECKING:
    from condemu.storage.committer import Committer
    from condemu.storage.file_blobs import FileBlobs

# All that a store holds.
SPACES: Final = (*s3_records.SPACES, *dynamodb_records.SPACES, *simpledb_records.SPACES, *sts_records.SPACES)
# Of that, what an eventually consistent read may show as it was.
REPLICATED: Final = frozenset(space.name for space in SPACES if space.replicated)


class Kept(Protocol):
    """State that is kept outside of this process: the replica here, and how it is committed.

    `seal` is a secret of all processes that ever have this state. `trouble` says why it can be neither read nor written now.
    """

    @property
    def store(self) -> MemoryStore: ...

    @property
    def blobs(self) -> FileBlobs: ...

    @property
    def committer(self) -> Committer: ...

    @property
    def seal(self) -> bytes: ...

    @property
    def trouble(self) -> str: ...

    async def bring(self, blob: Blob) -> None:
        """Have a body here that is to be read. Raises LogUnavailable."""
        ...

    def close(self) -> None: ...


def kept_state(config: Config, clock: Clock, wall: Clock, ids: Ids, environment: Mapping[str, str]) -> Kept | None:
    """What keeps the state, where it is more than memory. Raises DataUnusable."""
    if config.data:
        from condemu.storage.durable import Durable

        return Durable(config.data, SPACES, clock, ids, name=unique_name, budget=config.spool_budget, grown=config.snapshot_after)
    if config.store:
        from condemu.storage.places import place_of
        from condemu.storage.shared import Shared

        place = place_of(config.store, ids, wall, environment, elsewhere=bool(config.bodies))
        return Shared(
            place, SPACES, clock, ids, name=unique_name, budget=config.spool_budget, directory=config.bodies,
            grown=config.snapshot_after,
        )  # fmt: skip
    return None


# What goes on beyond its call.
WORKS: Final = (simpledb_exports.WORK, dynamodb_exports.WORK, dynamodb_imports.WORK)


def cut_off(txn: Txn) -> None:
    """What the process before this one had begun and nobody goes on with."""
    for work in WORKS:
        for key, held in list(txn.scan(work.space)):
            if work.is_under_way(held):
                work.cut_off(txn, key, held)
