"""The whole conformance suite is answered with the same bytes where the state is shared, as in memory."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_one_path import answers


@pytest.mark.long
def test_the_suite_is_answered_with_the_same_bytes_on_postgresql(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("SUITE_STORE", postgres.url())
    moment = float(int(time.time()))
    with ThreadPoolExecutor(2) as pool:
        usual, shared = pool.map(lambda store: answers((store, "nobody"), moment, tmp_path), ("MemoryStore", "Shared"))
    assert len(usual) > 20_000
    different = [lines for lines in zip(usual, shared) if lines[0] != lines[1]]
    assert different == [], f"{len(different)} answers differ, the first: {different[0]}"
    assert len(shared) == len(usual)
