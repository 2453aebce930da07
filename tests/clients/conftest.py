"""One emulator on a real socket for all clients; each test has a bucket of its own. Unknown keys are refused and signatures are
verified, so a client that is let in has signed what it sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from client_settings import ACCESS_KEY, SECRET_KEY, client

from condemu.testing.server import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("clients") / "credentials.toml"
    file.write_text(f'[[credential]]\naccess_key = "{ACCESS_KEY}"\nsecret = "{SECRET_KEY}"\n')
    with Server(auth="strict", credentials=str(file)) as server:
        yield server.url


@pytest.fixture
def bucket(endpoint: str) -> str:
    """A new bucket. It is left behind: the server ends with the tests."""
    name = f"clients-{next(_numbers)}"
    client(endpoint).create_bucket(Bucket=name)
    return name
