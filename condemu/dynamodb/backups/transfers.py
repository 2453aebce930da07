"""What exports and imports of tables have in common: where files are, one call for each token, and pages of them.

What has ended is shown for 90 days ("Lists completed exports within the past 90 days", API Reference; "export task metadata
expires after 90 days", Developer Guide); nobody finds it from then on, and the next transfer of its account takes it away. That
an import is not described any more either is inferred.

A transfer runs to its end before the call that began it is answered; the answer says IN_PROGRESS all the same, as AWS's does,
because code that waits reads it. Where files are kept is not this service's business: `Files` puts them into a bucket and reads
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from condemu.core.engine import Engine
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.log import LogUnavailable
from condemu.core.store import Key, Txn, prefix_range
from condemu.core.under_way import Work
from condemu.dynamodb.errors.statements import NEXT_TOKEN_INVALID
from condemu.dynamodb.requests.members import Members, plain
from condemu.dynamodb.requests.request import DynamoRequest, Result
from condemu.dynamodb.state.past import DAY
from condemu.dynamodb.state.records import Table, Transfer

RUNNING: Final = "IN_PROGRESS"
DONE: Final = "COMPLETED"
FAILED: Final = "FAILED"
TOKEN_LIFE: Final = 8 * 3600.0  # seconds (API Reference, ExportTableToPointInTime and ImportTable)
HISTORY: Final = 90 * DAY
OUTDATED_AT_ONCE: Final = 20  # outdated transfers that a new one takes away
MOST: Final = 25  # of one page


class Files(Protocol):
    """Objects of a bucket, put and read on behalf of an account. `request` has s3Bucket, and perhaps s3BucketOwner, s3Sse…."""

    async def __call__(
        self, account: str, key: str, body: bytes, request: Mapping[str, str], goes_on: Callable[[Txn], bool]
    ) -> str | None:
        """Put an object, if the export goes on as it is committed; the code of a failure, if it fails."""

    async def find(self, account: str, prefix: str, request: Mapping[str, str], most: int) -> list[str] | str:
        """The keys that begin so, in order and at most so many; or the code of a failure."""

    async def open(self, account: str, key: str, request: Mapping[str, str]) -> Iterable[bytes] | str:
        """What is in an object, in pieces of bounded size; or the code of a failure."""

    async def pause(self) -> None:
        """Let others go first, who wait meanwhile."""


class Transfers(NamedTuple):
    """What a transfer needs when its call has been decided."""

    engine: Engine
    files: Files | None

    @contextmanager
    def at_work(self, space: str, key: Key) -> Iterator[None]:
        """While a transfer is carried out. A log that fails ends it here; others see that it stands still, and end it."""
        self.engine.at_work.add((space, key))
        try:
            with suppress(LogUnavailable):
                yield
        finally:
            self.engine.at_work.discard((space, key))


class Kind(NamedTuple):
    """Exports or imports: where their records are, and how one is refused."""

    space: str
    name: str  # as it stands in an ARN
    not_found: ErrorRow
    conflict: ErrorRow

    def known(self, txn: Txn, request: DynamoRequest, asked: Mapping[str, Any]) -> Transfer | None:
        """The transfer that the same token began within eight hours. Refuses the token with another request."""
        token = asked.get("ClientToken")
        if token is None:
            return None
        for transfer in self._shown(txn, request.account):
            if transfer.request.get("ClientToken") == token and txn.now - transfer.started < TOKEN_LIFE:
                if transfer.request != asked:
                    raise ServiceError(self.conflict, because=f"the token began {transfer.arn} with other parameters")
                return transfer
        return None

    def begun(self, txn: Txn, request: DynamoRequest, asked: Mapping[str, Any], table: Table) -> Transfer:
        """A new transfer. It takes a few away that nobody finds any more."""
        of_account = txn.scan(self.space, *prefix_range((request.account,)))
        for key in list(islice((key for key, one in of_account if _is_outdated(one, txn.now)), OUTDATED_AT_ONCE)):
            txn.delete(self.space, key)
        number = f"{int(txn.now * 1000):014d}-{txn.ids.token(4).hex()}"  # the milliseconds since 1970, and eight digits of chance
        transfer = Transfer(f"{table.arn}/{self.name}/{number}", asked, table.arn, table.table_id, RUNNING, txn.now)
        txn.put(self.space, (request.account, transfer.arn), transfer)
        return transfer

    def found(self, txn: Txn, account: str, arn: str) -> Transfer:
        transfer: Transfer | None = txn.get(self.space, (account, arn))
        if transfer is None or _is_outdated(transfer, txn.now):
            raise ServiceError(self.not_found, {"arn": arn})
        return transfer

    def page(self, txn: Txn, request: DynamoRequest, most: float | None) -> tuple[list[Transfer], Result]:
        """Transfers in this region, of one table or of all, the latest first; and the NextToken, if there are more."""
        after, only = request.members.get("NextToken"), request.members.get("TableArn")
        mine = f":{request.region}:{request.account}:"
        found = [one for one in self._shown(txn, request.account) if mine in one.arn and only in (None, one.table)]
        found.sort(key=_latest_first)
        if after is not None:
            arns = [transfer.arn for transfer in found]
            if after not in arns:
                raise ServiceError(NEXT_TOKEN_INVALID, because=f"{after!r} was not handed out")
            found = found[arns.index(after) + 1 :]
        limit = int(most or MOST)
        return found[:limit], {"NextToken": found[limit - 1].arn} if len(found) > limit else {}

    def taken(self, key: Key, txn: Txn) -> Transfer | None:
        """The transfer, for who carries it out; None if somebody has begun with it or ended it, or it is gone."""
        transfer: Transfer | None = txn.get(self.space, key)
        if transfer is None or transfer.begun or not _is_under_way(transfer):
            return None
        transfer = replace(transfer, begun=True)
        txn.put(self.space, key, transfer)
        return transfer

    def work(self, cut_off: Callable[[Txn, Key, Any], None]) -> Work:
        return Work(self.space, _is_under_way, _marked, cut_off)

    def _shown(self, txn: Txn, account: str) -> Iterator[Transfer]:
        return (one for _, one in txn.scan(self.space, *prefix_range((account,))) if not _is_outdated(one, txn.now))


def _is_under_way(transfer: Transfer) -> bool:
    return transfer.ended is None


def _is_outdated(transfer: Transfer, now: float) -> bool:
    return transfer.ended is not None and now - transfer.ended >= HISTORY


def _marked(transfer: Transfer) -> Transfer:
    return replace(transfer, beats=transfer.beats + 1)


def asked_for(members: Members) -> dict[str, Any]:
    """The request as it is kept."""
    return {name: value for name, value in plain(members).items() if value is not None}


def _latest_first(transfer: Transfer) -> tuple[float, str]:
    return -transfer.started, transfer.arn
