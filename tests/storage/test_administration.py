"""What the administration commits by way of a log holds up nobody: the loop goes on while the disk is waited for."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_shared import sent

from condemu.server.app import Emulator, build
from condemu.server.config import Config


class Gate:
    """Appends wait here until they are let through."""

    def __init__(self, emulator: Emulator) -> None:
        log = emulator._kept.committer.log  # type: ignore[union-attr]
        self.came, self.open, self.in_time = threading.Event(), threading.Event(), True
        append = log.append

        def gated(*arguments: Any) -> bool:
            self.came.set()
            self.in_time = self.open.wait(30) and self.in_time
            return append(*arguments)

        log.append = gated  # type: ignore[method-assign]


@pytest.fixture
def seed(tmp_path: Path) -> str:
    (tmp_path / "seed" / "s3").mkdir(parents=True)
    (tmp_path / "seed" / "s3" / "seeded.json").write_text("{}")
    return str(tmp_path / "seed")


@pytest.fixture
def emulator(tmp_path: Path, seed: str, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    settings = {"seed": seed} if request.node.get_closest_marker("parametrize") and "seed" in request.node.name else {}
    emulator = build(Config(data=str(tmp_path / "data"), auth="off", **settings))
    yield emulator
    emulator.close()


async def held(emulator: Emulator, method: str, path: str, body: bytes = b"") -> int:
    """The status of an answer that is waited for while the disk hangs, and others are answered meanwhile."""
    gate = Gate(emulator)
    asking = asyncio.ensure_future(sent(emulator, method, path, body))
    assert await asyncio.to_thread(gate.came.wait, 30)
    assert (await sent(emulator, "GET", "/bucket/key"))[0] == 200
    assert not asking.done()
    gate.open.set()
    status, _ = await asking
    assert gate.in_time
    return status


async def prepared(emulator: Emulator) -> None:
    await sent(emulator, "PUT", "/bucket")
    await sent(emulator, "PUT", "/bucket/key", b"text")


async def made(emulator: Emulator, path: str, document: dict[str, Any]) -> Any:
    status, body = await sent(emulator, "POST", f"/_condemu/{path}", json.dumps(document).encode())
    assert status == 201, body
    return json.loads(body)


@pytest.mark.parametrize("_", ["plain", "with a seed"])
def test_a_reset_holds_up_nobody(emulator: Emulator, _: str) -> None:
    async def story() -> None:
        await prepared(emulator)
        assert await held(emulator, "POST", "/_condemu/reset") == 200
        assert (await sent(emulator, "GET", "/bucket/key"))[0] == 404
        assert (await sent(emulator, "HEAD", "/seeded"))[0] == (200 if emulator.config.seed else 404)

    asyncio.run(story())


def test_loading_a_snapshot_file_holds_up_nobody(emulator: Emulator) -> None:
    async def story() -> None:
        await prepared(emulator)
        _, file = await sent(emulator, "GET", "/_condemu/snapshot")
        await sent(emulator, "PUT", "/bucket/later", b"text")
        assert await held(emulator, "PUT", "/_condemu/snapshot", file) == 200
        assert (await sent(emulator, "GET", "/bucket/later"))[0] == 404

    asyncio.run(story())


def test_restoring_and_forking_a_snapshot_holds_up_nobody(emulator: Emulator) -> None:
    async def story() -> None:
        await prepared(emulator)
        name = (await made(emulator, "snapshots", {}))["snapshot"]
        await sent(emulator, "PUT", "/bucket/later", b"text")
        assert await held(emulator, "POST", f"/_condemu/snapshots/{name}/restore") == 200
        assert (await sent(emulator, "GET", "/bucket/later"))[0] == 404

    asyncio.run(story())


def test_a_races_next_schedule_and_its_end_hold_up_nobody(emulator: Emulator) -> None:
    async def story() -> None:
        await prepared(emulator)
        race = (await made(emulator, "races", {"actors": ["a", "b"]}))["race"]
        await sent(emulator, "PUT", "/bucket/other", b"text")
        assert await held(emulator, "POST", f"/_condemu/races/{race}/next") == 200
        assert (await sent(emulator, "GET", "/bucket/other"))[0] == 404
        await sent(emulator, "PUT", "/bucket/other", b"text")
        assert await held(emulator, "DELETE", f"/_condemu/races/{race}") == 204
        assert (await sent(emulator, "GET", "/bucket/other"))[0] == 404

    asyncio.run(story())


def test_two_who_ask_for_a_races_next_schedule_at_once_get_one(emulator: Emulator) -> None:
    async def story() -> None:
        await prepared(emulator)
        race = (await made(emulator, "races", {"actors": ["a", "b"]}))["race"]
        await sent(emulator, "PUT", "/bucket/other", b"text")
        answers = await asyncio.gather(*(sent(emulator, "POST", f"/_condemu/races/{race}/next") for _ in range(2)))
        assert sorted(status for status, _ in answers) == [200, 409]
        await sent(emulator, "DELETE", f"/_condemu/races/{race}")

    asyncio.run(story())
