"""The harness: who is measured when, with which requests, and how rounds become figures."""

from __future__ import annotations

import asyncio
import subprocess
from typing import Any, cast

import pytest

from benchmarks import __main__ as harness
from benchmarks import dynamodb, scenarios
from benchmarks.load import _drive
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.signing import Signer
from benchmarks.table import against_peers, cell, table
from benchmarks.targets import BARE, DYNALITE, MOTO, Server, Target


def server_of(target: Target) -> Server:
    return Server(target, 1, cast("subprocess.Popen[bytes]", None), 0.5, 2**20)


def rounds(*rates: float, **more: Any) -> list[dict[str, Any]]:
    common = {"mb_per_second": 0.0, "processor_us": 20.0, "median": 1.0, "p99": 2.0}
    return [{**common, "rate": rate, **more} for rate in rates]


class Silent:
    """Takes what is sent before the clock starts."""

    def __init__(self, *_: int) -> None:
        self.sent: list[bytes] = []

    def send(self, request: bytes) -> tuple[int, bytes]:
        self.sent.append(request)
        return 200, b"<UploadId>u</UploadId>"


# --- the client


async def answered_late(requests: list[bytes], later: float) -> Any:
    """A run against a server that thinks about each request for a while."""

    class Slow(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.Transport, transport)

        def data_received(self, data: bytes) -> None:
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            asyncio.get_running_loop().call_later(later, self.transport.write, answer)

    server = await asyncio.get_running_loop().create_server(Slow, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await _drive("127.0.0.1", port, [iter(requests)] * 2, 10)


def test_the_client_looks_at_its_sockets_without_sleeping() -> None:
    measured = asyncio.run(answered_late([b"GET / HTTP/1.1\r\n\r\n"] * 6, 0.02))
    assert (measured.requests, measured.statuses) == (6, {200: 6})
    assert measured.looks > 100  # one that sleeps looks about a dozen times


# --- who when


def test_every_target_has_its_turn_in_every_round_before_the_next_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[str, int, str, float]] = []

    def measure(scenario: Scenario, lot: int, server: Server, seconds: float) -> dict[str, Any]:
        turns.append((scenario.name, lot, server.target.name, seconds))
        return rounds(float(lot))[0]

    monkeypatch.setattr(harness, "measure", measure)
    monkeypatch.setattr(harness, "Client", Silent)
    chosen = [scenario for scenario in SCENARIOS if scenario.name in ("GET 1 KiB", "DynamoDB Query, 100 items")]
    found = harness.measure_all([server_of(target) for target in (BARE, MOTO, DYNALITE)], chosen, 2, 7.0)
    first = [("GET 1 KiB", lot, name, 7.0 if lot else 0.5) for lot in (0, 1, 2) for name in ("bare", "moto")]
    warm = [("moto", 0.5), ("dynalite", 1)]  # the bare server has no queries
    second = [("DynamoDB Query, 100 items", lot, name, 7.0 if lot else s) for lot in (0, 1, 2) for name, s in warm]
    assert turns == first + second
    assert [figure["rate"] for figure in found["GET 1 KiB"]["moto"]] == [1.0, 2.0]  # the warm-up is no figure


@pytest.mark.parametrize("name", ["PUT 1 KiB, If-None-Match: *, fresh keys", "CompleteMultipartUpload, If-None-Match: *",
                                  "64 racers create one key", "DynamoDB PutItem, attribute_not_exists"])  # fmt: skip
def test_what_can_be_done_once_is_done_to_other_keys_in_each_lot(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(scenarios, "FRESH", 3)
    monkeypatch.setattr(dynamodb, "FRESH", 3)
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    signer = Signer("127.0.0.1:1")
    lots = [list(scenario.prepare(signer, cast(scenarios.Client, Silent()), lot)) for lot in (0, 1, 2)]
    flat = [[one for source in lot for one in ([source] if isinstance(source, bytes) else source)] for lot in lots]
    assert all(flat)
    assert not set(flat[0]) & set(flat[1]) | set(flat[1]) & set(flat[2])


@pytest.mark.parametrize("name", ["ListObjectsV2, 1,000 of 10,000 keys", "Select, 100 of 10,000 items"])
def test_what_has_to_be_there_is_put_there_once(name: str) -> None:
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    clients = [Silent(), Silent()]
    for lot, client in enumerate(clients):
        scenario.prepare(Signer("127.0.0.1:1"), cast(scenarios.Client, client), lot)
    assert len(clients[0].sent) > 100
    assert len(clients[1].sent) <= 1


# --- what it comes to


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    found = {"condemu": rounds(100, 10, 90), "moto": rounds(1, 1, 1), "ministack": rounds(50, 5, 90)}  # round 2 was noisy
    assert against_peers(found) == "2.00 (ministack)"
    found["bare"] = rounds(400, 20, 450, processor_us=5.0)
    assert cell(found, "condemu") == "90/s, 25% (25% by processor), 20 µs, p50 1.00 ms, p99 2.00 ms"


def test_who_answers_wrongly_is_compared_with_nobody() -> None:
    found = {"condemu": rounds(100), "moto": rounds(500, wrong="answered {500: 9}, not 200"), "ministack": rounds(50)}
    assert against_peers(found) == "2.00 (ministack)"
    assert cell(found, "moto") == "answered {500: 9}, not 200"
    assert against_peers({"condemu": rounds(100), "bare": rounds(200)}) == ""
    assert against_peers({"condemu": rounds(100, wrong="x"), "moto": rounds(200)}) == ""


def test_a_round_too_short_for_the_processors_clock_has_no_ratio() -> None:
    found = {"condemu": rounds(100, 50, processor_us=0.0), "bare": rounds(200, 100)}
    assert cell(found, "condemu").startswith("75/s, 50% (nan% by processor), 0 µs")


def test_the_table_has_a_line_for_each_scenario_and_a_column_for_each_target() -> None:
    lines = table(["A", "B"], ["condemu", "moto"], {"condemu": (0.1, 30.0), "moto": (0.8, 75.0)},
                  {"A": {"condemu": rounds(6), "moto": rounds(2)}, "B": {"condemu": rounds(6)}}).splitlines()  # fmt: skip
    assert lines[0] == "| | condemu | moto | condemu / best peer |"
    assert lines[2:4] == ["| start to first answer, s | 0.1 | 0.8 | |", "| idle memory, MiB | 30.0 | 75.0 | |"]
    assert lines[4].endswith("| 3.00 (moto) |")
    assert lines[5].endswith("|  |  |")
