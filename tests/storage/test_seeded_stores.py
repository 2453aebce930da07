"""A seed is applied once to a state that outlives the process, before its first commit (docs/seeds.md)."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fleet import Fleet, together
from test_shared import made, send  # noqa: F401

from condemu.server.app import Emulator, build
from condemu.server.config import Config
from condemu.server.state_files import SeedRefused

AGAIN = "the state has been used before, so {} is not applied; POST /_condemu/reset applies it"


@pytest.fixture
def seed(tmp_path: Path) -> str:
    folder = tmp_path / "seed"
    (folder / "s3" / "seeded").mkdir(parents=True)
    (folder / "s3" / "seeded" / "key").write_bytes(b"text" * 100_000)
    return str(folder)


@pytest.fixture
def processes() -> Iterator[list[Fleet]]:
    fleets: list[Fleet] = []
    yield fleets
    for fleet in fleets:
        fleet.stop()


def status(port: int, method: str, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path)
        return connection.getresponse().status


def test_of_processes_that_start_at_once_one_applies_and_nothing_comes_back(
    postgres: Any, processes: list[Fleet], seed: str
) -> None:
    store = postgres.url()
    batches = f"SELECT count(*) FROM {store.rpartition('=')[2]}.batch WHERE last > 0"
    processes.append(Fleet(store, 3, "--seed", seed))
    processes[0].start()
    ports = [process.port for process in processes[0].processes]
    assert postgres.psql(batches) == "1"
    assert [status(port, "HEAD", "/seeded/key") for port in ports] == [200] * 3
    assert [status(ports[0], "DELETE", path) for path in ("/seeded/key", "/seeded")] == [204, 204]
    processes[0].kill(processes[0].processes[1])
    assert processes[0].processes[1].serves.wait(120)
    assert [status(port, "HEAD", "/seeded") for port in ports] == [404] * 3
    assert status(ports[2], "POST", "/_condemu/reset") == 200
    assert [status(port, "HEAD", "/seeded/key") for port in ports] == [200] * 3


def test_of_emulators_that_start_at_once_in_a_bucket_one_applies_it(
    bucket: tuple[str, dict[str, str]], seed: str, capfd: Any
) -> None:
    start = partial(build, Config(store=bucket[0], auth="off", seed=seed), environment=bucket[1])
    emulators: list[Emulator] = together([start] * 3)
    said = capfd.readouterr().err.splitlines()
    assert said == [f"condemu: {AGAIN.format(seed)}"] * 2
    for emulator in emulators:
        assert send(emulator, "GET", "/seeded/key") == (200, b"text" * 100_000)
        assert emulator.engine.store.index == emulators[0].engine.store.index
        emulator.close()


def test_a_data_directory_is_applied_at_its_first_start(tmp_path: Path, seed: str, capfd: Any) -> None:
    config = Config(data=str(tmp_path / "data"), auth="off", seed=seed)
    first = build(config)
    assert send(first, "GET", "/seeded/key")[0] == 200
    assert send(first, "DELETE", "/seeded/key")[0] == 204
    first.close()
    assert capfd.readouterr().err == ""
    again = build(config)
    assert capfd.readouterr().err == f"condemu: {AGAIN.format(seed)}\n"
    assert send(again, "GET", "/seeded/key")[0] == 404
    again.reset_now()
    assert send(again, "GET", "/seeded/key")[0] == 200
    again.close()


def test_a_state_that_was_begun_without_a_seed_is_left_as_it_is(postgres: Any, made: Any, seed: str, capfd: Any) -> None:  # noqa: F811
    store = postgres.url()
    one = made(store, buckets=("mine",))
    other = made(store, seed=seed)
    assert capfd.readouterr().err == f"condemu: {AGAIN.format(seed)}\n"
    assert send(other, "HEAD", "/seeded")[0] == 404
    assert other.engine.store.index == one.engine.store.index == 1


def test_a_seed_that_is_refused_leaves_the_state_unused(tmp_path: Path, seed: str) -> None:
    config = Config(data=str(tmp_path / "data"), auth="off", seed=seed)
    wrong = Path(seed) / "s3" / "other.json"
    wrong.write_text('{"Policy": 7}')
    with pytest.raises(SeedRefused):
        build(config)
    wrong.unlink()
    assert list((tmp_path / "data" / "bodies").iterdir()) == []
    emulator = build(config)
    assert send(emulator, "GET", "/seeded/key")[0] == 200
    emulator.close()
