"""What a table's stream keeps: one record for each change of an item.

Records are written in the decision that changes the items, so a refused call, or a write that changes nothing (an equal item put
again), leaves none, and a transaction leaves one for each item that it changed (recorded on AWS by Alternator's suite).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from condemu.core.store import Key, Txn
from condemu.dynamodb.state.records import RECORDS, STREAMS, StoredItem, Stream, StreamRecord, Table

RETENTION: Final = 86400.0  # seconds (Developer Guide, "Change data capture for DynamoDB Streams")
WIDTH: Final = 1000  # sequence numbers of one commit: a transaction has 100 items at most
BASE: Final = 100_000_000_000_000_000_000  # so that a sequence number has the 21 digits that AWS's have
TRIMMED_AT_ONCE: Final = 20  # old records that a new one takes away


def enable(txn: Txn, table: Table, view: str) -> Table:
    """The table with a new stream. Every enabling makes another one, with a label of its own."""
    moment = txn.now
    while txn.get(STREAMS, (table.account, _arn(table, moment))) is not None:
        moment += 0.001
    arn = _arn(table, moment)
    stream = Stream(arn, _label(moment), view, table.account, table.name, table.keys, moment, BASE + txn.index * WIDTH)
    txn.put(STREAMS, (table.account, arn), stream)
    return replace(table, stream=stream, last_stream=arn)


def disable(txn: Txn, table: Table) -> Table:
    """The table without its stream, which closes and stays to be read."""
    stream = table.stream
    assert stream is not None
    txn.put(STREAMS, (stream.account, stream.arn), replace(stream, last=BASE + txn.index * WIDTH - 1))
    return replace(table, stream=None)


def note(txn: Txn, table: Table, old: StoredItem | None, new: StoredItem | None, *, expired: bool = False) -> None:
    """Tell the stream of a change."""
    assert table.stream is not None
    account, arn = table.account, table.stream.arn
    sequence = BASE + txn.index * WIDTH
    while txn.get(RECORDS, (account, arn, sequence)) is not None:
        sequence += 1
    outdated = [key for key, _ in _outdated(txn, account, arn)]
    for key in outdated:
        txn.delete(RECORDS, key)
    txn.put(RECORDS, (account, arn, sequence), StreamRecord(txn.now, old, new, expired))


def _outdated(txn: Txn, account: str, arn: str) -> Iterator[tuple[Key, StreamRecord]]:
    for count, (key, record) in enumerate(txn.scan(RECORDS, (account, arn, 0), (account, arn, BASE * 10))):
        if count == TRIMMED_AT_ONCE or record.at >= txn.now - RETENTION:
            return
        yield key, record


def _label(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(moment * 1000) % 1000:03d}"


def _arn(table: Table, moment: float) -> str:
    return f"{table.arn}/stream/{_label(moment)}"
