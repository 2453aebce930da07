"""Backups as they are kept: a table as it was, with its items.

    arn:aws:dynamodb:<region>:<account>:table/<table>/backup/<milliseconds since 1970, 14 digits>-<8 digits>

A backup outlives its table (asserted on AWS, October 2026). One that DynamoDB made itself, because a table with point-in-time
recovery was deleted, ends with -00000000 and expires after 35 days; nobody finds it from then on, and the next backup of its
account takes it away.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from condemu.core.store import Key, Txn, prefix_range
from condemu.dynamodb.state.past import DAY, items_at
from condemu.dynamodb.state.records import BACKUPS, SAVED, Backup, StoredItem, Table, size_of

USER: Final = "USER"
SYSTEM: Final = "SYSTEM"
SYSTEM_NAME: Final = "{table}$DeletedTableBackup"
SYSTEM_LIFE: Final = 35 * DAY
STATISTICS_EVERY: Final = 6 * 3600.0  # seconds between two counts of a table's items and bytes ("approximately", API Reference)
EXPIRED_AT_ONCE: Final = 20  # expired backups that a new one takes away


def save(txn: Txn, table: Table, name: str, kind: str = USER) -> Backup:
    """Make a backup of a table as it is now."""
    for outdated in list(islice(_expired(txn, table.account), EXPIRED_AT_ONCE)):
        forget(txn, outdated)
    moment = txn.now
    tail = "00000000" if kind == SYSTEM else txn.ids.token(4).hex()
    while txn.get(BACKUPS, (table.account, _arn(table, moment, tail))) is not None:
        moment += 0.001
    arn = _arn(table, moment, tail)
    records = items_at(txn, table.account, table.table_id)
    counted = txn.now - table.created >= STATISTICS_EVERY
    size = sum(map(size_of, records.values())) if counted else 0
    expires = moment + SYSTEM_LIFE if kind == SYSTEM else None
    backup = Backup(arn, name, kind, moment, table, len(records) if counted else 0, size, expires)
    txn.put(BACKUPS, (table.account, arn), backup)
    for where, record in records.items():
        txn.put(SAVED, (table.account, arn, *where), record)
    return backup


def forget(txn: Txn, backup: Backup) -> None:
    account = backup.table.account
    for key, _ in list(txn.scan(SAVED, *prefix_range((account, backup.arn)))):
        txn.delete(SAVED, key)
    txn.delete(BACKUPS, (account, backup.arn))


def backup_at(txn: Txn, where: Key) -> Backup | None:
    """A backup that has not expired."""
    backup: Backup | None = txn.get(BACKUPS, where)
    return None if backup is None or has_expired(backup, txn.now) else backup


def has_expired(backup: Backup, now: float) -> bool:
    return backup.expires is not None and now >= backup.expires


def items_of(txn: Txn, backup: Backup) -> Iterator[StoredItem]:
    return (record for _, record in txn.scan(SAVED, *prefix_range((backup.table.account, backup.arn))))


def _expired(txn: Txn, account: str) -> Iterator[Backup]:
    return (backup for _, backup in txn.scan(BACKUPS, *prefix_range((account,))) if has_expired(backup, txn.now))


def _arn(table: Table, moment: float, tail: str) -> str:
    return f"{table.arn}/backup/{round(moment * 1000):014d}-{tail}"
