"""Bodies in PostgreSQL: put there by name before a commit names them, fetched by other processes when they are first read.

    body            name, size, at, dead: since when no record seemed to name it
    body_part       name, number, content: up to 4 MiB of it

A batch that names bodies first makes sure that each of them is there and not given up. Whoever sees that no record names a body
any more marks it as dead; each process now and then takes back the marks of what it still refers to, an answer under way or a
snapshot of the lab; and what stayed marked for an hour is deleted. So a body is deleted only when no process missed it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg

from condemu.core.log import LogUnavailable
from condemu.storage.postgres import Database
from condemu.storage.postgres_log import PART, TRIES

SOME: Final = 10_000  # names that are asked for at once
GRACE: Final = "1 hour"  # between a body's last record and its end


class PostgresBodies:
    """The bodies of a database. One thread at a time uses it.

    With `elsewhere` the database keeps only what bodies there are: their bytes are in a directory that all processes share.
    """

    def __init__(self, database: Database, *, elsewhere: bool = False, grace: str = GRACE) -> None:
        self.database = database
        self._elsewhere = elsewhere
        self.grace = grace

    def put(self, name: str, path: str) -> None:
        """Keep a file as a body. Raises LogUnavailable."""

        def write(connection: psycopg.Connection[Any]) -> None:
            sql = self.database.sql
            size, number = os.path.getsize(path), 0
            if not self._elsewhere:
                with open(path, "rb") as file:
                    while content := file.read(PART):
                        insert = sql("INSERT INTO {schema}.body_part VALUES (%s, %s, %s) ON CONFLICT DO NOTHING")
                        connection.execute(insert, (name, number, content))
                        number += 1
            named = sql("INSERT INTO {schema}.body (name, size) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET dead = NULL")
            connection.execute(named, (name, size))

        self.database.run(write, tries=TRIES)

    def claim(self, names: Sequence[str]) -> list[str]:
        """Take these back if they were given up; and which of them are not there."""

        def look(connection: psycopg.Connection[Any]) -> list[str]:
            update = self.database.sql("UPDATE {schema}.body SET dead = NULL WHERE name = ANY(%s) AND dead IS NOT NULL")
            connection.execute(update, (list(names),))
            select = self.database.sql("SELECT name FROM {schema}.body WHERE name = ANY(%s) AND dead IS NULL")
            there = {row[0] for row in connection.execute(select, (list(names),))}
            return [name for name in names if name not in there]

        return self.database.run(look, tries=TRIES)

    def fetch(self, name: str, path: str) -> None:
        """Write a body to a file. Raises LogUnavailable."""

        def read(connection: psycopg.Connection[Any]) -> None:
            sql = self.database.sql
            row = connection.execute(sql("SELECT size FROM {schema}.body WHERE name = %s"), (name,)).fetchone()
            if row is None or self._elsewhere:
                raise LogUnavailable(f"{self.database.address.shown}: the body {name} is not there")
            part = f"{path}.{id(connection)}.part"
            select = sql("SELECT content FROM {schema}.body_part WHERE name = %s AND number = %s")
            try:
                with open(part, "wb") as file:
                    for number in range((row[0] + PART - 1) // PART):
                        content = connection.execute(select, (name, number), binary=True).fetchone()
                        if content is None:
                            raise LogUnavailable(f"{self.database.address.shown}: the body {name} is not whole")
                        file.write(content[0])
                os.replace(part, path)
            finally:
                if os.path.exists(part):
                    os.unlink(part)

        self.database.run(read, tries=TRIES)

    def tend(self, dead: Sequence[str], held: Callable[[str], bool]) -> list[str]:
        """Mark what has died, take back the marks of what is `held`, and delete what stayed marked: the names of that."""

        def write(connection: psycopg.Connection[Any]) -> list[str]:
            sql = self.database.sql
            if dead:
                if self._elsewhere:  # files of which the database has never heard
                    told = "INSERT INTO {schema}.body (name, size) SELECT unnest(%s::text[]), 0 ON CONFLICT DO NOTHING"
                    connection.execute(sql(told), ([name for name in dead if not held(name)],))
                mark = sql("UPDATE {schema}.body SET dead = now() WHERE name = ANY(%s) AND dead IS NULL")
                connection.execute(mark, ([name for name in dead if not held(name)],))
            marked = [row[0] for row in connection.execute(sql("SELECT name FROM {schema}.body WHERE dead IS NOT NULL"))]
            back = [name for name in marked if held(name)]
            if back:
                connection.execute(sql("UPDATE {schema}.body SET dead = NULL WHERE name = ANY(%s)"), (back,))
            gone = sql("DELETE FROM {schema}.body WHERE dead < now() - %s::interval RETURNING name")
            names = [row[0] for row in connection.execute(gone, (self.grace,))]
            if names:
                connection.execute(sql("DELETE FROM {schema}.body_part WHERE name = ANY(%s)"), (names,))
            return names

        return self.database.run(write, tries=TRIES)

    def forgotten(self, held: Callable[[str], bool]) -> list[str]:
        """What is not marked, older than the time of grace, and not `held`: what an ended process left."""

        select = self.database.sql(
            "SELECT name FROM {schema}.body WHERE name > %s AND dead IS NULL AND at < now() - %s::interval ORDER BY name LIMIT %s"
        )
        found: list[str] = []
        last = ""
        while True:

            def read(connection: psycopg.Connection[Any], after: str = last) -> list[str]:
                return [row[0] for row in connection.execute(select, (after, self.grace, SOME))]

            names = self.database.run(read, tries=TRIES)
            found += [name for name in names if not held(name)]
            if len(names) < SOME:
                return found
            last = names[-1]

    def close(self) -> None:
        self.database.close()
