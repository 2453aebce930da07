"""The comparison: `python -m benchmarks [--seconds 3] [--rounds 3] [--targets bare,condemu,moto,ministack] [--only TEXT]`.

Raw requests, signed before the clock starts, over keep-alive connections, from this process; each server is another one. This
process has a core of its own, which it keeps busy (`load.py` says why); all servers share another one, where those that are asked
nothing cost nothing. Every scenario is measured on all targets before the next one is: first a warm-up of each that is thrown
away, then the rounds, in each of which every target has its turn, so that a noisy minute hits all alike. Figures are the median
of the rounds; ratios are computed within each round, and then the median is taken.

Every status is checked: a target that answers otherwise gets no figure. Beside the rate stands the processor time that the server
used for each request: on a machine that has other work, too, it is the steadier figure. Peers are installed in environments of
their own (`--home`) on first use. Prints a table; `benchmarks/results/` gets the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import targets
from benchmarks.load import Measured, drive
from benchmarks.scenarios import BUCKET, SCENARIOS, Client, Scenario
from benchmarks.signing import Signer
from benchmarks.table import Figure, Figures, cell, table

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    options = parser().parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        parser().error("two processor cores are needed: one for the servers, one for the client, which never rests")
    os.sched_setaffinity(0, {cores[-1]})
    names = options.targets.split(",")
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    if options.connections:
        chosen = [replace(scenario, connections=options.connections) for scenario in chosen]
    known = known_targets(options.data, options.store)
    with ExitStack() as running:
        servers = [running.enter_context(targets.running(known[name], cores[0], options.home)) for name in names]
        starts = {server.target.name: (round(server.started, 3), round(server.idle / 2**20, 1)) for server in servers}
        figures = measure_all(servers, chosen, options.rounds, options.seconds)
    print("\n" + table([scenario.name for scenario in chosen], names, starts, figures))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    about = {"machine": platform.processor() or platform.machine(), "cores": len(cores), "python": platform.python_version()}
    told = {"about": about, "seconds": options.seconds, "starts": starts, "rounds": figures}
    path.write_text(json.dumps(told, indent=1))
    print(f"\n{path}")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    top.add_argument("--seconds", type=float, default=3.0, help="for each figure of a round (3)")
    top.add_argument("--rounds", type=int, default=3, help="in each of which every target is measured once (3)")
    more = "also condemu-data, condemu-store, dynalite and dynamodb-local"
    top.add_argument("--targets", default="bare,condemu,moto,ministack", help=more)
    top.add_argument("--connections", type=int, help="in place of as many as each scenario has")
    top.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()), help="where condemu-data has its directory")
    top.add_argument("--store", default="", help="URL of the database of condemu-store, a schema of which nothing is known")
    top.add_argument("--only", default="", help="only scenarios whose name contains this")
    home = Path(tempfile.gettempdir()) / "condemu-peers"
    top.add_argument("--home", type=Path, default=home, help="where peers are installed")
    return top


def known_targets(data: Path, store: str = "") -> dict[str, targets.Target]:
    credentials = Path(tempfile.mkdtemp()) / "credentials.toml"
    credentials.write_text(targets.CREDENTIALS)
    directory = Path(tempfile.mkdtemp(dir=data))
    ours = (targets.condemu(credentials), targets.condemu(credentials, directory), targets.condemu_store(credentials, store))
    others = (targets.MOTO, targets.MINISTACK, targets.DYNALITE, targets.DYNAMODB_LOCAL)
    return {target.name: target for target in (targets.BARE, *ours, *others)}


def measure_all(servers: list[targets.Server], chosen: list[Scenario], rounds: int, seconds: float) -> Figures:
    """The figures of every scenario, target and round."""
    for server in servers:
        Client(server.port).send(Signer(f"127.0.0.1:{server.port}").request("PUT", f"/{BUCKET}"))
    figures: Figures = {}
    for scenario in chosen:
        able = [server for server in servers if can(server.target, scenario)]
        for server in able:
            measure(scenario, 0, server, server.target.warm)
        found: dict[str, list[Figure]] = {server.target.name: [] for server in able}
        for lot in range(1, rounds + 1):
            for server in able:
                found[server.target.name].append(measure(scenario, lot, server, seconds))
        figures[scenario.name] = found
        for name in found:
            print(f"{scenario.name}: {name}: {cell(found, name)}", flush=True)
    return figures


def can(target: targets.Target, scenario: Scenario) -> bool:
    return scenario.name.startswith(target.only) and (target.name != "bare" or scenario.bare)


def measure(scenario: Scenario, lot: int, server: targets.Server, seconds: float) -> Figure:
    """One figure, of requests that are prepared for it: a signature holds for a quarter of an hour."""
    requests = scenario.prepare(Signer(f"127.0.0.1:{server.port}"), Client(server.port), lot)
    before = targets.processor_time(server.process)
    measured = drive("127.0.0.1", server.port, requests, scenario.connections, seconds)
    used = (targets.processor_time(server.process) - before) / max(measured.requests, 1) * 1e6
    moved = measured.rate * scenario.moved / 1e6
    figure = {**asdict(measured), "rate": measured.rate, "mb_per_second": moved, "processor_us": used}
    expected = 200 if server.target.name == "bare" else scenario.status
    if set(measured.statuses) != {expected} and not raced_rightly(scenario, measured):
        figure["wrong"] = f"answered {measured.statuses}, not {expected}"
    return figure


def raced_rightly(scenario: Scenario, measured: Measured) -> bool:
    """Every round has one winner: as many successes as keys were reached by all racers, or one more for each unfinished round."""
    wins, losses = measured.statuses.get(200, 0), measured.statuses.get(412, 0)
    rounds = -(-measured.requests // scenario.connections)
    return scenario.connections == 64 and wins + losses == measured.requests and rounds <= wins <= rounds + 64


if __name__ == "__main__":
    main()
