"""What exports and imports of tables have in common: where files are, one call for each token, and pages of them.

A transfer runs to its end before the call that began it is answered; the answer says IN_PROGRESS all the same, as AWS's does,
because code that waits reads it. Where files are kept is not this service's business: `Files` puts them into a bucket and reads
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

from condemu.core.engine import Engine
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.log import LogUnavailable
from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.errors.statements import NEXT_TOKEN_INVALID
from condemu.dynamodb.requests.members import Members, plain
from condemu.dynamodb.requests.request import DynamoRequest, Result
from condemu.dynamodb.state.records import Transfer

RUNNING: Final = "IN_PROGRESS"
DONE: Final = "COMPLETED"
FAILED: Final = "FAILED"
TOKEN_LIFE: Final = 8 * 3600.0  # seconds (API Reference, ExportTableToPointInTime and ImportTable)
MOST: Final = 25  # of one page


class Files(Protocol):
    """Objects of a bucket, put and read on behalf of an account. `request` has s3Bucket, and perhaps s3BucketOwner, s3Sse…."""

    async def __call__(self, account: str, key: str, body: bytes, request: Mapping[str, str]) -> str | None:
        """Put an object; the code of a failure, if it fails."""

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


def is_under_way(transfer: Transfer) -> bool:
    return transfer.ended is None


def marked(transfer: Transfer) -> Transfer:
    return replace(transfer, beats=transfer.beats + 1)


def by_token(txn: Txn, space: str, request: DynamoRequest, asked: Mapping[str, Any], conflict: ErrorRow) -> Transfer | None:
    """The transfer that the same token began within eight hours. Refuses the token with another request."""
    token = asked.get("ClientToken")
    if token is None:
        return None
    for _, transfer in txn.scan(space, *prefix_range((request.account,))):
        if transfer.request.get("ClientToken") == token and txn.now - transfer.started < TOKEN_LIFE:
            if transfer.request != asked:
                raise ServiceError(conflict, because=f"the token began {transfer.arn} with other parameters")
            found: Transfer = transfer
            return found
    return None


def number(txn: Txn) -> str:
    """The last part of a transfer's ARN: the milliseconds since 1970 in fourteen digits, and eight digits of chance."""
    return f"{int(txn.now * 1000):014d}-{txn.ids.token(4).hex()}"


def asked_for(members: Members) -> dict[str, Any]:
    """The request as it is kept."""
    return {name: value for name, value in plain(members).items() if value is not None}


def page(txn: Txn, space: str, request: DynamoRequest, most: float | None) -> tuple[list[Transfer], Result]:
    """Transfers in this region, of one table or of all, the latest first; and the NextToken, if there are more."""
    members = request.members
    after, only = members.get("NextToken"), members.get("TableArn")
    mine = f":{request.region}:{request.account}:"
    found = [
        transfer
        for _, transfer in txn.scan(space, *prefix_range((request.account,)), reverse=True)
        if mine in transfer.arn and only in (None, transfer.table)
    ]
    found.sort(key=_latest_first)
    if after is not None:
        arns = [transfer.arn for transfer in found]
        if after not in arns:
            raise ServiceError(NEXT_TOKEN_INVALID, because=f"{after!r} was not handed out")
        found = found[arns.index(after) + 1 :]
    limit = int(most or MOST)
    return found[:limit], {"NextToken": found[limit - 1].arn} if len(found) > limit else {}


def _latest_first(transfer: Transfer) -> tuple[float, str]:
    return -transfer.started, transfer.arn
