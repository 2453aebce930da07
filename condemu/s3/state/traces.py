"""Traces of deleted keys: what 409 needs to know about a key that holds nothing.

A conditional write that finds nothing under its key still has to know whether something was deleted there after it began. So a
key that loses its last version leaves a `Gone`. A trace is of use to requests under way and to multipart uploads of its key that
began before it. So that traces stay few:

    a trace is forgotten when it is older than AGE or more than COMMITS ago, unless an open upload of its key began before it;
    in that case it goes with the upload.

A request that takes longer than that is not told of the conflict, and succeeds as if it had begun after the deletion; 404 and 412
need no trace.
"""

from __future__ import annotations

from typing import Final

from condemu.core.store import Key, Txn, prefix_range
from condemu.s3.state.records import GOING, GONE, UPLOADS, Bucket, Going, Gone, Where

AGE: Final = 3600.0  # seconds; a request that takes longer would outlive every client's patience
COMMITS: Final = 1_000_000  # bounds the memory that a storm of deletions takes, to some 300 bytes each
PER_TRACE: Final = 2  # traces looked at for each one left: more than one, so that the backlog shrinks


def leave_trace(txn: Txn, where: Where) -> None:
    """The key's last version goes with this commit. A key that holds a version has no trace."""
    account, *place = where
    _prune(txn, account)
    txn.put(GONE, where, Gone(txn.index))
    txn.put(GOING, (account, txn.index, *place), Going(txn.now))


def clear_trace(txn: Txn, where: Where, gone: Gone) -> None:
    """The key holds a version from this commit on, which carries its own `changed`."""
    txn.delete(GONE, where)
    txn.delete(GOING, _in_order(where, gone))


def forget_traces(txn: Txn, bucket: Bucket) -> None:
    """The bucket goes, or all that is in it."""
    for where, gone in list(txn.scan(GONE, *prefix_range(bucket.place))):
        txn.delete(GONE, where)
        txn.delete(GOING, _in_order(where, gone))


def upload_closed(txn: Txn, where: Where, upload_id: str) -> None:
    """The upload is completed or aborted: a trace that was only kept for it goes, too."""
    gone: Gone | None = txn.get(GONE, where)
    if gone is None or txn.get(GOING, _in_order(where, gone)) is not None:
        return
    if not _awaited(txn, where, gone.changed, except_for=upload_id):
        txn.delete(GONE, where)


def _in_order(where: Key, gone: Gone) -> Key:
    account, incarnation, key = where
    return account, gone.changed, incarnation, key


def _prune(txn: Txn, account: str) -> None:
    oldest: list[Key] = []
    for place, going in txn.scan(GOING, *prefix_range((account,))):
        changed = place[1]
        if len(oldest) == PER_TRACE or (txn.now - going.at <= AGE and txn.index - changed <= COMMITS):
            break
        oldest.append(place)
    for place in oldest:
        _, changed, incarnation, key = place
        txn.delete(GOING, place)
        where = account, incarnation, key
        gone: Gone | None = txn.get(GONE, where)
        if gone is not None and gone.changed == changed and not _awaited(txn, where, changed):
            txn.delete(GONE, where)


def _awaited(txn: Txn, where: Where, changed: int, except_for: str = "") -> bool:
    """Whether an open upload of the key began before the trace. Upload ids order by creation, so the first one tells."""
    for (*_, upload_id), upload in txn.scan(UPLOADS, *prefix_range(where)):
        if upload_id != except_for:
            return bool(upload.began < changed)
    return False
