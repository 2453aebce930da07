"""Snapshot files over HTTP.

| call                                           | does                                                                        |
|------------------------------------------------|-----------------------------------------------------------------------------|
| GET /_condemu/snapshot                         | all that all accounts hold, as a file                                       |
| GET /_condemu/snapshot?account=111122223333    | all that one account holds                                                  |
| PUT /_condemu/snapshot                         | the accounts hold what they held then; of a file of all accounts, no others |
| PUT /_condemu/snapshot?account=111122223333    | that account holds what it held then; the others keep what they have        |

A file is read and compared with its digests before anything changes; then all changes at once, in one commit.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import IO, Any, Final
from urllib.parse import parse_qs

from condemu.core.blobs import PIECE, Blob, BlobStore, NoRoom
from condemu.core.engine import Engine
from condemu.core.http import Body, Request, Response
from condemu.core.spaces import NameTaken, Snapshot, Spaces, accounts, load, snapshot
from condemu.core.store import Txn
from condemu.s3.state.records import BUCKETS
from condemu.server.state_files import Settings
from condemu.server.state_files.snapshot_file import Opened, Unreadable, write

KIND: Final = "application/zip"
_ACCOUNT: Final = re.compile("[0-9]{12}").fullmatch
_AT_ONCE: Final = 16  # pieces of a body that are kept before others have their turn


class Refused(Exception):
    """What is answered in place of success: a status, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class SnapshotCalls:
    """`busy` tells what forbids that an account's state is replaced."""

    def __init__(
        self, engine: Engine, blobs: BlobStore, spaces: Spaces, config: Settings, busy: Callable[[str], str | None]
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._spaces = spaces
        self._config = config
        self._busy = busy

    async def handle(self, request: Request) -> Response:
        try:
            account = account_in(request.query_string)
            if request.method == "GET":
                await self._engine.catch_up(request.call)
                return await self._save(account)
            if request.method == "PUT":
                return _told(200, await self._load(request.body, account))
            raise Refused(405, f"/_condemu/snapshot does not take {request.method}; it takes GET and PUT")
        except Refused as refused:
            return _told(refused.status, {"error": str(refused)})
        except NoRoom:
            return _told(507, {"error": "there is no room on the disk for the snapshot"})
        except OSError as problem:
            return _told(507, {"error": f"the snapshot cannot be kept on disk: {problem.strerror}"})

    def _file(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=self._config.spool_directory or None)

    async def _save(self, account: str | None) -> Response:
        """The whole file is made before the answer begins, beside the server's other work: what goes wrong is then answered."""
        kept = self._engine.store.view(lambda txn: kept_of(txn, self._spaces, account))
        file = self._file()
        try:
            await asyncio.to_thread(write, file, kept, self._spaces, account, self._config.bucket_names)
        except BaseException:
            file.close()
            raise
        size = file.tell()
        file.seek(0)
        name = f"condemu-{account}.zip" if account is not None else "condemu.zip"
        headers = [
            ("Content-Type", KIND), ("Content-Length", str(size)), ("Content-Disposition", f'attachment; filename="{name}"'),
        ]  # fmt: skip
        return Response(200, headers, _pieces(file))

    async def _load(self, body: Body, account: str | None) -> dict[str, Any]:
        with closing(self._file()) as file:
            while piece := await body.next_chunk():
                file.write(piece)
            file.seek(0)
            try:
                kept = await self.read(file, account)
            except Unreadable as problem:
                raise Refused(400, f"{problem}; nothing was changed") from None
        return await self._loaded(kept)

    async def read(self, file: IO[bytes], account: str | None) -> Loaded:
        """All of a file, its bodies already where bodies are. Raises Unreadable and Refused."""
        opened = await asyncio.to_thread(Opened, file, self._spaces)
        if account is not None and account not in opened.accounts:
            whose = ", ".join(opened.accounts) or "nobody"
            raise Refused(400, f"the snapshot holds nothing of account {account}; it is of {whose}")
        names = self._config.bucket_names
        if opened.bucket_names != names and BUCKETS in opened.spaces:
            raise Refused(409, f"the snapshot was made with --bucket-names {opened.bucket_names}, and this server has {names}")
        blobs: dict[str, Blob] = {}
        for name, pieces in opened.bodies():
            blobs[name] = await self._kept(pieces)
        kept = await asyncio.to_thread(opened.snapshots, blobs)
        only = account if account is not None else opened.account
        return Loaded([one for one in kept if account is None or one.account == account], only)

    async def _kept(self, pieces: Iterator[bytes]) -> Blob:
        writer = self._blobs.writer()
        try:
            for number, piece in enumerate(pieces, 1):
                writer.write(piece)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        except BaseException:
            writer.abandon()
            raise
        return writer.finish()

    async def _loaded(self, loaded: Loaded) -> dict[str, Any]:
        whose = [one.account for one in loaded.kept] if loaded.only is not None else self._engine.store.view(
            lambda txn: sorted({*(one.account for one in loaded.kept), *accounts(txn, self._spaces)})
        )  # fmt: skip
        for account in whose:
            busy = self._busy(account)
            if busy is not None:
                raise Refused(409, f"{busy}: DELETE it first; nothing was changed")
        try:
            await self._engine.administer(lambda txn: load(txn, self._spaces, loaded.kept, alone=loaded.only is None), "Load")
        except NameTaken as problem:
            raise Refused(409, f"{problem}; nothing was changed") from None
        return {"status": "ok", "accounts": {one.account: len(one.entries) for one in loaded.kept}}


class Loaded:
    """What a file holds of the accounts that are meant. `only` is the one account that is replaced; None: everything is."""

    def __init__(self, kept: list[Snapshot], only: str | None) -> None:
        self.kept = kept
        self.only = only


def kept_of(txn: Txn, spaces: Spaces, account: str | None) -> list[Snapshot]:
    """What one account holds, or all do, at one moment."""
    return [snapshot(txn, spaces, one) for one in (accounts(txn, spaces) if account is None else [account])]


def account_in(query_string: str) -> str | None:
    """The account that a query names. A misspelt one must not end in replacing everybody's data."""
    query = parse_qs(query_string, keep_blank_values=True)
    if set(query) - {"account"}:
        raise Refused(400, "snapshot takes account and nothing else")
    given = query.get("account")
    if given is None:
        return None
    if len(given) != 1 or not _ACCOUNT(given[0]):
        raise Refused(400, "account is twelve digits, once")
    return given[0]


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with closing(file):
        while piece := file.read(PIECE):
            yield piece


def _told(status: int, document: dict[str, Any]) -> Response:
    body = json.dumps(document).encode()
    return Response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)
