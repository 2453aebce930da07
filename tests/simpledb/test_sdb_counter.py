"""Sixty-four writers on one counter, a hundred rounds, each in an order of its own: the sum is exact."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator

import pytest
from sdb_wire import Wire, fresh

WRITERS = 64
ROUNDS = 100


def increment(sdb: Wire, item: str, chance: random.Random, refusals: list[str]) -> Iterator[int]:
    """Read, let others go first, put on condition; yields after how many of their steps to go on."""
    while True:
        held = sdb.get(item).get("n", [])
        yield chance.randrange(1, 4)
        value = str(int(held[0]) + 1) if held else "1"
        condition = {"Expected.Value": held[0]} if held else {"Expected.Exists": "false"}
        reply = sdb.put(item, {"n": value}, replace=True, **{"Expected.Name": "n", **condition})
        if reply.status == 200:
            return
        refusals.append(reply.code or "")
        yield chance.randrange(1, WRITERS)


@pytest.mark.long
def test_no_increment_is_lost_in_any_order() -> None:
    chance = random.Random(20100401)
    sdb = fresh()
    refusals: list[str] = []
    for number in range(ROUNDS):
        item = f"counter{number}"
        waiting = [(0, chance.random(), increment(sdb, item, chance, refusals)) for _ in range(WRITERS)]
        heapq.heapify(waiting)
        while waiting:
            step, _, writer = heapq.heappop(waiting)
            for pause in writer:
                heapq.heappush(waiting, (step + pause, chance.random(), writer))
                break
        assert sdb.get(item) == {"n": [str(WRITERS)]}
    assert len(refusals) > WRITERS * ROUNDS / 4
    assert set(refusals) == {"ConditionalCheckFailed"}
