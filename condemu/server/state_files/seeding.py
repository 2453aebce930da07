"""A seed is applied as a whole or not at all: at the start, and after every reset.

It is applied on a copy of the state, by ordinary requests; what came of it there is one commit here. So nothing is half done when
the last of many files is at fault, and nobody sees a part of it. What is there already stays as it is: a bucket, a table or a
domain of that name; of a snapshot file, an account that holds anything. To state that outlives the process a seed is applied
once, before its first commit: what clients deleted does not come back with the next start, and of several processes that start at
once one applies it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from condemu.core.blobs import Blob, BlobStore, NoRoom
from condemu.core.engine import Engine
from condemu.core.service import Service, at_once
from condemu.core.spaces import NameTaken, Spaces, accounts, load
from condemu.core.store import Commit, Key, MemoryStore, Store, Txn
from condemu.s3.state.records import BUCKETS
from condemu.server.state_files import SeedRefused, Settings, buckets, domains, tables
from condemu.server.state_files.asking import Asker, listed
from condemu.server.state_files.snapshot_file import Opened, Unreadable

KINDS: Final[Mapping[str, ModuleType]] = {"s3": buckets, "dynamodb": tables, "simpledb": domains}
TRIES: Final = 20  # where other processes change the same state

Place = tuple[str, Key]


class _Moved(Exception):
    """Somebody changed what the seed changes, after it was copied."""


class _Used(Exception):
    """There have been commits already."""


class Seeding:
    """`services` makes services on another engine, which believe who asks. `tell` hears of what is left as it is."""

    def __init__(
        self, engine: Engine, blobs: BlobStore, spaces: Spaces, config: Settings,
        services: Callable[[Engine], Mapping[str, Service]], tell: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._blobs = blobs
        self._spaces = spaces
        self._config = config
        self._services = services
        self._tell = tell or _tell

    def apply(self, *, once: bool = False) -> None:
        """Before anybody is served; `once`: unless the state has been used before.

        Raises SeedRefused; then nothing has changed.
        """

        def work(engine: Engine) -> None:
            self._apply(engine, None, self._tell)

        try:
            at_once(in_one_commit(self._engine, work, "Seed", now=True, first=once))
        except _Used:
            self._tell(f"the state has been used before, so {self._config.seed} is not applied; POST /_condemu/reset applies it")

    async def reset(self, account: str | None, forget: Callable[[Txn], None]) -> None:
        """Forget, and apply again: all of it, or what is that account's. Raises SeedRefused; then nothing is forgotten."""

        def work(engine: Engine) -> None:
            engine.administer_now(forget)
            self._apply(engine, account, lambda line: None)

        await in_one_commit(self._engine, work, "Reset")

    def _apply(self, engine: Engine, account: str | None, tell: Callable[[str], None]) -> None:
        root = Path(self._config.seed)
        try:
            if root.is_file():
                self._apply_snapshot(engine, root, account, tell)
            elif account in (None, self._config.account):
                self._apply_directory(engine, root, tell)
        except OSError as problem:
            raise SeedRefused(f"{problem.filename or root}: {problem.strerror}") from None
        except NoRoom:
            raise SeedRefused(f"{root}: there is no room on the disk for its bodies") from None

    def _apply_directory(self, engine: Engine, root: Path, tell: Callable[[str], None]) -> None:
        asker = Asker(self._services(engine), self._config.region)
        for path in listed(root):
            if path.name not in KINDS and not path.name.startswith((".", "README")):
                raise SeedRefused(f"{path}: a seed has the folders {', '.join(KINDS)}, and nothing else")
        for folder, kind in KINDS.items():
            if not (root / folder).exists():
                continue
            for name in kind.names(root / folder):
                try:
                    new = kind.apply(asker, root / folder, name)
                except UnicodeEncodeError as problem:
                    text = problem.object[problem.start : problem.end]
                    where = f"{root / folder / ascii(name)[1:-1]}"
                    raise SeedRefused(f"{where}: {text!r} is no character, in a name or in a text") from None
                except RecursionError:
                    raise SeedRefused(f"{root / folder / name}: it nests too deeply") from None
                if not new:
                    tell(f"{root / folder / name}: {name} is there already and stays as it is")

    def _apply_snapshot(self, engine: Engine, root: Path, account: str | None, tell: Callable[[str], None]) -> None:
        try:
            with open(root, "rb") as file:
                opened = Opened(file, self._spaces)
                names = self._config.bucket_names
                if opened.bucket_names != names and BUCKETS in opened.spaces:
                    raise SeedRefused(f"{root}: it was made with --bucket-names {opened.bucket_names}, and here they are {names}")
                bodies: dict[str, Blob] = {}
                for name, pieces in opened.bodies():
                    bodies[name] = self._kept(pieces)
                kept = opened.snapshots(bodies)
        except Unreadable as problem:
            raise SeedRefused(f"{root}: {problem}") from None
        there = engine.store.view(lambda txn: accounts(txn, self._spaces))
        for one in kept:
            if one.account in there:
                tell(f"{root}: account {one.account} holds something already, which stays as it is")
        wanted = [one for one in kept if one.account not in there and account in (None, one.account)]
        try:
            engine.administer_now(lambda txn: load(txn, self._spaces, wanted))
        except NameTaken as problem:
            raise SeedRefused(f"{root}: {problem}") from None

    def _kept(self, pieces: Iterator[bytes]) -> Blob:
        writer = self._blobs.writer()
        try:
            for piece in pieces:
                writer.write(piece)
        except BaseException:
            writer.abandon()
            raise
        return writer.finish()


class _Worked:
    """What some work did to a copy of a store: what it changed, as it was before, and as it is after it."""

    def __init__(self, store: Store, work: Callable[[Engine], None]) -> None:
        assert isinstance(store, MemoryStore)
        copy = store.copy(store.clock, store.ids)
        self.before: dict[Place, Any] = {}
        copy.on_commit = self._note
        work(Engine(copy))
        self.after = copy.view(lambda txn: {place: txn.get(*place) for place in self.before})
        self.index = copy.index

    def _note(self, commit: Commit) -> None:
        for change in commit.changes:
            self.before.setdefault((change.table, change.key), change.old)

    def repeat(self, first: bool, txn: Txn) -> None:
        """Do the same here. Raises _Moved when something of it is no longer as it was, and _Used when it is to be the first
        commit and is not.
        """
        if first and txn.index > 1:
            raise _Used
        if any(txn.get(*place) != held for place, held in self.before.items()):
            raise _Moved
        txn.come_after(self.index)
        for (table, key), held in self.after.items():
            if held is None:
                txn.delete(table, key)
            else:
                txn.put(table, key, held)


async def in_one_commit(
    engine: Engine, work: Callable[[Engine], None], operation: str, *, now: bool = False, first: bool = False
) -> None:
    """What `work` does to a copy of the state is done to the state: all at once, and nothing when it raises.

    `now`: without waiting for anything else. `first`: as the first commit of all; raises _Used when there is one.
    """
    if first and engine.store.index > 0:
        raise _Used
    for _ in range(TRIES):
        worked = _Worked(engine.store, work)
        if not worked.before:
            return
        repeat = partial(worked.repeat, first)
        try:
            if now:
                engine.administer_now(repeat, operation)
            else:
                await engine.administer(repeat, operation)
            return
        except _Moved:
            continue
    raise SeedRefused(f"others changed the same state {TRIES} times meanwhile")


def _tell(line: str) -> None:
    sys.stderr.write(f"condemu: {line}\n")  # in one piece: print would mix the lines of emulators that start at once
    sys.stderr.flush()
