"""PostgreSQL and a bucket for the tests of stores: one server for all of them that want one, made when the first does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import postgres_server
import pytest

from condemu.testing.server import Server

KEY, SECRET = "AKIASTORES0000000000", "a/secret+of=stores"


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A server that runs. Whoever stops it starts it again."""
    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    server = postgres_server.Server()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="session")
def store() -> Iterator[Server]:
    """A condemu with a bucket: a store that honors If-None-Match."""
    environment = {"CONDEMU_ACCESS_KEY_ID": KEY, "CONDEMU_SECRET_ACCESS_KEY": SECRET}
    with Server(environment, auth="strict", buckets=("bucket",)) as server:
        yield server


_NUMBERS = count(1)


@pytest.fixture
def bucket(store: Server) -> tuple[str, dict[str, str]]:
    """The URL of a place in it that nobody has used, and the environment that says who asks."""
    environment = {"AWS_ENDPOINT_URL": store.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    return f"s3://bucket/place-{next(_NUMBERS)}", environment
