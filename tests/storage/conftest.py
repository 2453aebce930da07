"""PostgreSQL for the tests of stores: one server for all of them that want one, made when the first does."""

from __future__ import annotations

from collections.abc import Iterator

import postgres_server
import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A server that runs. Whoever stops it starts it again."""
    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    server = postgres_server.Server()
    server.start()
    yield server
    server.end()
