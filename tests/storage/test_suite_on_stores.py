"""The whole conformance suite is answered with the same bytes where the state is shared, as in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import postgres_server
import pytest
from test_one_path import answers


@pytest.fixture
def hasty() -> Iterator[postgres_server.Server]:
    """A server that does not wait for its disk: here it is about answers."""
    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    server = postgres_server.Server(fsync="off", synchronous_commit="on")
    server.start()
    yield server
    server.end()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["postgresql", "s3"])
def test_the_suite_is_answered_with_the_same_bytes_on_every_shared_store(kind, request, tmp_path, monkeypatch):
    if kind == "postgresql":
        monkeypatch.setenv("SUITE_STORE", request.getfixturevalue("hasty").url())
    else:
        url, environment = request.getfixturevalue("bucket")
        for name, value in {**environment, "SUITE_STORE": url}.items():
            monkeypatch.setenv(name, value)
    moment = float(int(time.time()))
    with ThreadPoolExecutor(2) as pool:
        usual, shared = pool.map(lambda store: answers((store, "nobody"), moment, tmp_path), ("MemoryStore", "Shared"))
    assert len(usual) > 20_000
    different = [lines for lines in zip(usual, shared) if lines[0] != lines[1]]
    assert different == [], f"{len(different)} answers differ, the first: {different[0]}"
    assert len(shared) == len(usual)
