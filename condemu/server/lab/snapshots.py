"""Snapshots over HTTP: what an account holds, kept to be brought back, or to be another account's as well.

| call                                                     | does                                                      |
|----------------------------------------------------------|-----------------------------------------------------------|
| GET    /_condemu/snapshots                               | those that are kept                                       |
| POST   /_condemu/snapshots {"account": "111122223333"}   | keeps what the account holds now                          |
| POST   /_condemu/snapshots/s1/restore                    | the account holds that again, and nothing else            |
| POST   /_condemu/snapshots/s1/fork {"account": "444455556666"} | the other account holds the same, and nothing else  |
| DELETE /_condemu/snapshots, /_condemu/snapshots/s1       | forgets them                                              |

Records are shared with the store: a snapshot costs a reference for each of them, and the bodies that were deleted since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from condemu.core.engine import Engine
from condemu.core.spaces import NameTaken, Snapshot, Space, fork, restore, snapshot
from condemu.core.store import Txn
from condemu.server.lab.documents import TEXT, Answer, Document, Refused, account_of, check

MOST: Final = 1000


class Snapshots:
    """`busy` tells what forbids that an account's state is replaced."""

    def __init__(self, engine: Engine, spaces: Sequence[Space], account: str, busy: Callable[[str], str | None]) -> None:
        self._engine = engine
        self._spaces = spaces
        self._account = account
        self._busy = busy
        self._kept: dict[str, Snapshot] = {}
        self._numbers = count(1)

    def list(self) -> Answer:
        return Answer(200, {"snapshots": [self._shown(name) for name in self._kept]})

    def make(self, document: Document) -> Answer:
        account = account_of(check(document, "a snapshot", {"account": TEXT})) or self._account
        if len(self._kept) >= MOST:
            raise Refused(409, f"there may be {MOST} snapshots; DELETE some of them")
        name = f"s{next(self._numbers)}"
        self._kept[name] = self._engine.store.view(lambda txn: snapshot(txn, self._spaces, account))
        return Answer(201, self._shown(name), (("Location", f"/_condemu/snapshots/{name}"),))

    async def restore(self, name: str) -> Answer:
        kept = self._found(name)
        await self._change(kept.account, lambda txn: restore(txn, self._spaces, kept), "Restore")
        return Answer(200, self._shown(name))

    async def fork(self, name: str, document: Document) -> Answer:
        kept = self._found(name)
        account = account_of(check(document, "a fork", {"account": TEXT}))
        if account is None or account == kept.account:
            raise Refused(400, 'a fork names another account: {"account": "111122223333"}')
        await self._change(account, lambda txn: fork(txn, self._spaces, kept, account), "Fork")
        return Answer(200, {**self._shown(name), "account": account})

    async def _change(self, account: str, decide: Callable[[Txn], None], what: str) -> None:
        busy = self._busy(account)
        if busy is not None:
            raise Refused(409, f"{busy}: DELETE it first")
        try:
            await self._engine.administer(decide, what)
        except (NameTaken, ValueError) as error:
            raise Refused(409, str(error)) from None

    def remove(self, name: str) -> Answer:
        self._found(name)
        del self._kept[name]
        return Answer(204)

    def clear(self) -> Answer:
        self._kept.clear()
        return Answer(204)

    def _found(self, name: str) -> Snapshot:
        if name not in self._kept:
            there = f"there are {', '.join(self._kept)}" if self._kept else "there is none"
            raise Refused(404, f"there is no snapshot {name!r}; {there}")
        return self._kept[name]

    def _shown(self, name: str) -> Document:
        kept = self._kept[name]
        return {"snapshot": name, "account": kept.account, "commit": kept.index, "entries": len(kept.entries)}
