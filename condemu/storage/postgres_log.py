"""The log in PostgreSQL, and the snapshots beside it.

    batch           after (primary key), last (unique), writer, at, content: the commits `after + 1` to `last`
    snapshot        index, parts: a snapshot that is there whole
    snapshot_part   index, number, content: up to 4 MiB of it

A batch is appended by one statement: it inserts a row behind the row that the writer knows as the last one, if nobody else did.
The row before it is locked by that, so it cannot be deleted meanwhile; and it must be the very row that the writer has read, not
only one of that number, so a database that went back in time (a failover that lost commits) is noticed, and its replicas begin
anew. Each batch has a token of its own as `writer`. So when a connection breaks and nobody knows what came of it, the same
statement is sent once more: a row with this token is ours.

Rows are deleted once two snapshots were taken behind them: a replica that has not read them by then begins anew, from a snapshot.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final

import psycopg

from condemu.core.log import LogUnavailable, Missed
from condemu.storage.postgres import Database

PART: Final = 4 * 1024 * 1024  # bytes of a row of a snapshot or a body
TRIES: Final = 2  # of a statement whose connection broke
CHANNEL: Final = "condemu_"  # and the schema's name: where a writer tells of each batch

_APPEND: Final = """
WITH place AS (SELECT 1 FROM {schema}.batch WHERE last = %s AND (%s::bytea IS NULL OR writer = %s) FOR KEY SHARE)
INSERT INTO {schema}.batch (after, last, writer, content) SELECT %s, %s, %s, %s FROM place
ON CONFLICT DO NOTHING RETURNING {notify}
"""
_READ: Final = """
SELECT after, last, writer, CASE WHEN last > %s THEN content END FROM {schema}.batch WHERE last >= %s ORDER BY last
"""
_NEWEST: Final = "SELECT index, parts FROM {schema}.snapshot ORDER BY index DESC LIMIT 1"


class PostgresLog:
    """The log, as one process uses it, from one thread. `token` makes names that nobody ever made before.

    `ship` puts the bodies that a batch names into the database, where they are not there yet, before the batch is.
    """

    alone: Final = False

    def __init__(
        self, database: Database, token: Callable[[], bytes], ship: Callable[[Sequence[Any]], None], *, notifies: bool = True
    ) -> None:
        self.database = database
        self._token = token()
        self._numbers = count(1)
        self._ship = ship
        self._last = -1  # the last row that was read or appended here, and who wrote it
        self._writer: bytes | None = None
        told = f"pg_notify('{CHANNEL}{database.schema}', last::text)" if notifies else "1"
        self._append = database.sql(_APPEND.replace("{notify}", told))
        self._read = database.sql(_READ)

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        if bodies:
            self._ship(bodies)
        writer = self._token + next(self._numbers).to_bytes(8, "big")
        known = self._writer if self._last == after else None

        def insert(connection: psycopg.Connection[Any]) -> bool:
            values = (after, known, known, after, last, writer, batch)
            if connection.execute(self._append, values).rowcount == 1:
                return True
            if not unsure:
                return False
            row = connection.execute(self.database.sql("SELECT writer FROM {schema}.batch WHERE after = %s"), (after,)).fetchone()
            return row is not None and bytes(row[0]) == writer

        unsure = False
        try:
            appended = self.database.run(insert)
        except LogUnavailable as failure:
            if not isinstance(failure.__cause__, psycopg.OperationalError):
                raise
            unsure = True  # the row may be there, or still come
            appended = self.database.run(insert)
        if appended:
            self._last, self._writer = last, writer
        return appended

    def read(self, after: int) -> list[tuple[int, bytes]]:
        def select(connection: psycopg.Connection[Any]) -> list[Any]:
            return connection.execute(self._read, (after, after), binary=True).fetchall()

        rows = self.database.run(select, tries=TRIES)
        if not rows or rows[0][1] != after or (self._last == after and rows[0][2] != self._writer):
            self._last, self._writer = -1, None
            raise Missed
        self._last, self._writer = rows[-1][1], rows[-1][2]
        return [(last, content) for _, last, _, content in rows[1:]]

    def close(self) -> None:
        self.database.close()


class PostgresSnapshots:
    """The snapshots of a database. One thread at a time uses it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def newest(self) -> int:
        """The commit of the newest snapshot; -1 where there is none."""
        row = self.database.run(self._newest, tries=TRIES)
        return -1 if row is None else int(row[0])

    def fetch(self, path: str) -> bool:
        """Write the newest snapshot to a file. False where there is none."""

        def read(connection: psycopg.Connection[Any]) -> bool:
            row = self._newest(connection)
            if row is None:
                return False
            index, parts = row
            one = self.database.sql("SELECT content FROM {schema}.snapshot_part WHERE index = %s AND number = %s")
            with open(path, "wb") as file:
                for number in range(parts):
                    part = connection.execute(one, (index, number), binary=True).fetchone()
                    if part is None:  # a newer one came, and this one went
                        return read(connection)
                    file.write(part[0])
            return True

        return self.database.run(read, tries=TRIES)

    def put(self, index: int, path: str) -> None:
        """Keep a file as the snapshot of commit `index`, and delete what two snapshots replace."""

        def write(connection: psycopg.Connection[Any]) -> None:
            sql = self.database.sql
            if not _lone(connection, f"condemu snapshot {self.database.schema}"):
                return
            try:
                newest = self._newest(connection)
                if newest is not None and newest[0] >= index:
                    return
                connection.execute(sql(_UNFINISHED))
                with open(path, "rb") as file:
                    parts = 0
                    while content := file.read(PART):
                        insert = sql("INSERT INTO {schema}.snapshot_part VALUES (%s, %s, %s)")
                        connection.execute(insert, (index, parts, content))
                        parts += 1
                connection.execute(sql("INSERT INTO {schema}.snapshot (index, parts) VALUES (%s, %s)"), (index, parts))
                if newest is not None:
                    for statement in _FORGET:
                        while connection.execute(sql(statement), (newest[0],)).rowcount:
                            pass
            finally:
                connection.execute("SELECT pg_advisory_unlock_all()")

        self.database.run(write, tries=TRIES)

    def _newest(self, connection: psycopg.Connection[Any]) -> tuple[int, int] | None:
        return connection.execute(self.database.sql(_NEWEST)).fetchone()

    def close(self) -> None:
        self.database.close()


_UNFINISHED: Final = "DELETE FROM {schema}.snapshot_part WHERE index NOT IN (SELECT index FROM {schema}.snapshot)"
# What lies before a commit, some of it at a time; of batches the first ones first, so that the list never has a gap.
_FORGET: Final = (
    "DELETE FROM {schema}.batch WHERE after IN (SELECT after FROM {schema}.batch WHERE last < %s ORDER BY after LIMIT 2000)",
    "DELETE FROM {schema}.snapshot WHERE index < %s",
    "DELETE FROM {schema}.snapshot_part WHERE index < %s",
)


class PostgresBell:
    """Rings when somebody appended. One thread uses it; `interrupt` may come from any."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._listening: psycopg.Connection[Any] | None = None
        self._polls = threading.Event()  # set where the database has no LISTEN: then the wait is all there is
        self._ended = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Whether somebody may have appended since the last time. Raises LogUnavailable."""

        if self._polls.is_set():
            return not self._ended.wait(seconds)

        def listen(connection: psycopg.Connection[Any]) -> bool:
            if connection is not self._listening:
                try:
                    connection.execute(self.database.sql(f"LISTEN {CHANNEL}{{schema}}"))
                except (psycopg.NotSupportedError, psycopg.errors.SyntaxError):
                    self._polls.set()
                self._listening = connection
                return True
            for _ in connection.notifies(timeout=seconds, stop_after=1):
                return True
            connection.execute("SELECT 1")
            return False

        return self.database.run(listen)

    def interrupt(self) -> None:
        self._ended.set()
        self.database.interrupt()

    def close(self) -> None:
        self.database.close()


def _lone(connection: psycopg.Connection[Any], what: str) -> bool:
    """Whether nobody else does this now: until the locks of the connection are given back, nobody will."""
    return connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (what,)).fetchone() == (True,)
