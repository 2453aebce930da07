"""One connection to a PostgreSQL database: how it is made, how long it may take, and what is said when it fails.

A connection is made when it is needed, and made anew after it broke. A database that does not answer must not hold anybody for
long: connecting, each statement and each wait have an end, and whatever ends before its time is LogUnavailable. The last of these
ends is kept on this side, by a thread that shuts the socket of a connection which has waited too long: a database that hangs
keeps no promise.

A URL is libpq's, with one word more: `?schema=NAME` says in which schema condemu keeps its tables (condemu). What is shown of it
is never its password.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, LiteralString, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from condemu import __version__
from condemu.core.log import LogUnavailable
from condemu.storage.data_directory import DataUnusable

T = TypeVar("T")
SCHEMA: Final = "condemu"
FORMAT: Final = 1
CONNECT: Final = 4  # seconds until a connection is there
STATEMENT: Final = 8  # seconds that a statement may take, as the database keeps them
TICKS: Final = 10  # seconds, about, until a connection that waits is shut on this side
_NO_URL: Final = "is no URL of a database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
_SETTINGS: Final = (
    f"SET statement_timeout = '{STATEMENT}s'; SET idle_in_transaction_session_timeout = '{STATEMENT}s';"
    " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_TABLES: Final = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {schema}.about (format integer NOT NULL, made_by text NOT NULL, secret bytea NOT NULL);
CREATE TABLE {schema}.batch (
    after bigint PRIMARY KEY, last bigint NOT NULL UNIQUE, writer bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), content bytea NOT NULL
);
ALTER TABLE {schema}.batch ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE {schema}.snapshot (index bigint PRIMARY KEY, parts integer NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE {schema}.snapshot_part (
    index bigint NOT NULL, number integer NOT NULL, content bytea NOT NULL, PRIMARY KEY (index, number)
);
CREATE TABLE {schema}.body (
    name text PRIMARY KEY, size bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), dead timestamptz
);
CREATE TABLE {schema}.body_part (
    name text NOT NULL, number integer NOT NULL, content bytea NOT NULL, PRIMARY KEY (name, number)
);
ALTER TABLE {schema}.body_part ALTER COLUMN content SET STORAGE EXTERNAL;
INSERT INTO {schema}.batch (after, last, writer, content) VALUES (-1, 0, '', '');
"""


class Address:
    """Where a database is, as a URL says; `shown` is what is said of it. Raises DataUnusable."""

    def __init__(self, url: str, shown: str) -> None:
        self.shown = shown
        try:
            split = urlsplit(url)
        except ValueError:
            raise DataUnusable(f"{shown} {_NO_URL}") from None
        words = dict(parse_qsl(split.query))
        self.schema = words.pop("schema", SCHEMA)
        if not re.fullmatch("[a-z_][a-z0-9_]{0,62}", self.schema):
            raise DataUnusable(f"{self.shown}: a schema has a name of letters, digits and underscores")
        bare = split._replace(query=urlencode(words, quote_via=quote)).geturl()
        try:
            self.parameters: dict[str, Any] = conninfo_to_dict(bare)
            self.secret = unquote(split.password or "")
        except (psycopg.Error, ValueError):  # libpq's words may repeat the URL
            raise DataUnusable(f"{shown} {_NO_URL}") from None

    def said(self, problem: BaseException) -> str:
        """One line about what went wrong, without the password."""
        words = str(problem).strip().partition("\n")[0] or type(problem).__name__
        return words.replace(self.secret, "***") if len(self.secret) > 2 else words


class Database:
    """A connection that is made when it is needed, and used by one thread at a time: others wait."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.schema = address.schema
        self._connection: psycopg.Connection[Any] | None = None
        self._guard = Guard()
        self._lock = threading.Lock()

    def sql(self, text: str) -> LiteralString:
        """A statement of ours, with the schema's name in it."""
        return text.replace("{schema}", self.schema)

    def connect(self) -> psycopg.Connection[Any]:
        """The connection. Raises psycopg's errors."""
        connection = self._connection
        if connection is None or connection.closed:
            given = {"connect_timeout": CONNECT, "application_name": "condemu", **self.address.parameters}
            connection = psycopg.connect(**given, autocommit=True)
            self._connection = connection
            with self._guard.watching(connection):
                connection.execute(_SETTINGS)
        return connection

    def run(self, work: Callable[[psycopg.Connection[Any]], T], *, tries: int = 1) -> T:
        """What `work` comes to. It is begun anew, up to so many times, where that is harmless. Raises LogUnavailable."""
        with self._lock:
            while True:
                tries -= 1
                try:
                    connection = self.connect()
                    with self._guard.watching(connection):
                        return work(connection)
                except psycopg.Error as problem:
                    self._drop()
                    if tries <= 0 or not isinstance(problem, psycopg.OperationalError):
                        raise LogUnavailable(f"{self.address.shown}: {self.address.said(problem)}") from problem

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def interrupt(self) -> None:
        """Let whoever waits for the database wait no longer."""
        self._guard.shut()

    def close(self) -> None:
        with self._lock:
            self._drop()


class Guard:
    """Shuts the socket of a connection on which one operation has waited for too long. It counts ticks and reads no clock."""

    def __init__(self) -> None:
        self._operation = 0
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        _GUARDS.add(self)

    @contextmanager
    def watching(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        self._operation += 1
        self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def seen(self) -> int:
        """The number of the operation under way; 0 when there is none."""
        return self._operation if self._connection is not None else 0

    def shut(self, operation: int | None = None) -> None:
        with self._lock:
            connection = self._connection
            if connection is None or (operation is not None and operation != self._operation):
                return
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as copy:
                copy.shutdown(socket.SHUT_RDWR)


class _Guards:
    """All guards of the process, and the thread that looks at them."""

    def __init__(self) -> None:
        self._all: weakref.WeakSet[Guard] = weakref.WeakSet()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, guard: Guard) -> None:
        with self._lock:
            self._all.add(guard)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="condemu-guard", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        ages: dict[Guard, tuple[int, int]] = {}
        tick = threading.Event()
        while not tick.wait(1):
            with self._lock:
                guards = list(self._all)
            before, ages = ages, {}
            for guard in guards:
                operation = guard.seen()
                if operation:
                    known, age = before.get(guard, (operation, 0))
                    ages[guard] = operation, age + 1 if known == operation else 0
                    if ages[guard][1] >= TICKS:
                        guard.shut(operation)


_GUARDS: Final = _Guards()


def opened(database: Database, secret: bytes) -> bytes:
    """Make condemu's tables where they are not there, and see that this version can use them: the secret that all who use them
    share, which is `secret` where they are new. Raises DataUnusable.
    """
    shown, schema = database.address.shown, database.schema

    def look(connection: psycopg.Connection[Any]) -> bytes:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"condemu {schema}",))
            if connection.execute("SELECT to_regclass(%s)", (f"{schema}.about",)).fetchone() == (None,):
                connection.execute(database.sql(_TABLES))
                connection.execute(database.sql("INSERT INTO {schema}.about VALUES (%s, %s, %s)"), (FORMAT, __version__, secret))
            row = connection.execute(database.sql("SELECT format, made_by, secret FROM {schema}.about")).fetchone()
            if row is None or row[0] != FORMAT:
                made, by = row[:2] if row is not None else ("none", "nobody")
                raise DataUnusable(
                    f"schema {schema} of {shown} has format {made}, made by condemu {by}; condemu {__version__} reads format"
                    f" {FORMAT}. Start it with another schema (?schema=NAME), or delete this one"
                )
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                held = connection.execute("SELECT has_table_privilege(%s, %s)", (f"{schema}.batch", right)).fetchone()
                if held != (True,):
                    raise DataUnusable(f"{shown}: this user has no right to {right} in schema {schema}")
            return bytes(row[2])

    try:
        return database.run(look)
    except LogUnavailable as failure:
        problem = failure.__cause__
        if isinstance(problem, psycopg.errors.InsufficientPrivilege):
            raise DataUnusable(
                f"{shown}: {database.address.said(problem)}; this user needs a schema {schema} of its own,"
                " or the right to make it"
            ) from None
        raise DataUnusable(str(failure)) from None
