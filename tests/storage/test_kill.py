"""Nothing that was acknowledged is lost when the process is killed, whenever that is."""

from __future__ import annotations

import os

import pytest

from tests.storage.crashes import Trial


def lives(trial: Trial, number: int, requests: int) -> None:
    for _ in range(number):
        trial.life(requests)
    trial.last_look()
    assert sum(client.told for client in trial.clients) > number
    assert sum(client.refused for client in trial.clients) > 0
    named = sum(len(content) > 64 * 1024 for client in trial.clients for content, _ in client.held.values())
    assert trial.bodies() >= min(named, 1)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_process_has_lost_nothing_that_was_acknowledged(tmp_path, seed):
    lives(Trial(tmp_path / "data", seed), 4, 200)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 104))
def test_a_hundred_kills_lose_nothing(tmp_path, seed):
    lives(Trial(tmp_path / "data", seed), 25, 300)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(1000, 1020))
def test_a_thousand_kills_lose_nothing(tmp_path, seed):
    lives(Trial(tmp_path / "data", seed), 50, 400)


def test_bodies_that_nobody_names_are_removed_at_the_start(tmp_path):
    trial = Trial(tmp_path / "data", 7)
    trial.life(300)
    (tmp_path / "data" / "bodies" / ("0" * 32 + ".body")).write_bytes(b"left behind")
    trial.last_look()
    assert "0" * 32 + ".body" not in os.listdir(tmp_path / "data" / "bodies")
    assert "that no record names are removed" in trial.said
