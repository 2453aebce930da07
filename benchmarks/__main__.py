"""The comparison: `python -m benchmarks [--seconds 3] [--targets bare,condemu,moto,ministack] [--only TEXT]`.

Raw requests, signed before the clock starts, over keep-alive connections, from this process; the server is another one. Both are
pinned to a core of their own. Every status is checked: a target that answers otherwise gets no figure. Beside the rate stands the
processor time that the server used for each request: on a machine that has other work, too, it is the steadier figure. Peers are
installed in environments of their own (`--home`) on first use. Prints a table; `benchmarks/results/` gets the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import targets
from benchmarks.load import Measured, drive
from benchmarks.scenarios import BUCKET, SCENARIOS, Client, Scenario
from benchmarks.signing import Signer

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure (3)")
    parser.add_argument("--targets", default="bare,condemu,moto,ministack")
    parser.add_argument("--only", default="", help="only scenarios whose name contains this")
    parser.add_argument(
        "--home", type=Path, default=Path(tempfile.gettempdir()) / "condemu-peers", help="where peers are installed"
    )
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    credentials = Path(tempfile.mkdtemp()) / "credentials.toml"
    credentials.write_text(targets.CREDENTIALS)
    known = {
        t.name: t
        for t in (
            targets.BARE,
            targets.condemu(credentials),
            targets.MOTO,
            targets.MINISTACK,
            targets.DYNALITE,
            targets.DYNAMODB_LOCAL,
        )
    }
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    results: dict[str, dict[str, Any]] = {}
    for name in options.targets.split(","):
        results[name] = measure_target(known[name], chosen, options.seconds, cores[0], options.home)
    print(table(chosen, results))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    about = {"machine": platform.processor() or platform.machine(), "cores": len(cores), "python": platform.python_version()}
    path.write_text(json.dumps({"about": about, "seconds": options.seconds, "results": results}, indent=1))
    print(f"\n{path}")


def measure_target(target: targets.Target, chosen: list[Scenario], seconds: float, core: int, home: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with targets.running(target, core, home) as (port, process, started):
        figures["start to first answer, s"] = round(started, 3)
        figures["idle memory, MiB"] = round(targets.resident(process) / 2**20, 1)
        signer = Signer(f"127.0.0.1:{port}")
        Client(port).send(signer.request("PUT", f"/{BUCKET}"))
        if target.warm:
            warming = next(scenario for scenario in SCENARIOS if scenario.name.startswith(target.only))
            measure(warming, False, port, process, target.warm)
        for scenario in chosen:
            if (target.name == "bare" and not scenario.bare) or not scenario.name.startswith(target.only):
                continue
            figures[scenario.name] = measure(scenario, target.name == "bare", port, process, seconds)
            print(f"{target.name}: {scenario.name}: {cell(scenario, figures[scenario.name], None)}", flush=True)
    return figures


def measure(scenario: Scenario, bare: bool, port: int, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    signer = Signer(f"127.0.0.1:{port}")
    requests = scenario.prepare(signer, Client(port))
    before = targets.processor_time(process)
    measured = drive("127.0.0.1", port, requests, scenario.connections, seconds)
    expected = 200 if bare else scenario.status
    used = (targets.processor_time(process) - before) / max(measured.requests, 1) * 1e6
    figure = {
        **asdict(measured),
        "rate": measured.rate,
        "mb_per_second": measured.rate * scenario.moved / 1e6,
        "processor_us": used,
    }
    if set(measured.statuses) != {expected} and not raced_rightly(scenario, measured):
        figure["wrong"] = f"answered {measured.statuses}, not {expected}"
    return figure


def raced_rightly(scenario: Scenario, measured: Measured) -> bool:
    """Every round has one winner: as many successes as keys were reached by all racers, or one more for each unfinished round."""
    wins, losses = measured.statuses.get(200, 0), measured.statuses.get(412, 0)
    rounds = -(-measured.requests // scenario.connections)
    return scenario.connections == 64 and wins + losses == measured.requests and rounds <= wins <= rounds + 64


def table(chosen: list[Scenario], results: dict[str, dict[str, Any]]) -> str:
    names = list(results)
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for row in ("start to first answer, s", "idle memory, MiB"):
        lines.append(f"| {row} | " + " | ".join(str(results[name][row]) for name in names) + " |")
    for scenario in chosen:
        cells = [cell(scenario, results[name].get(scenario.name), results.get("bare", {}).get(scenario.name)) for name in names]
        lines.append(f"| {scenario.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cell(scenario: Scenario, figure: dict[str, Any] | None, bare: dict[str, Any] | None) -> str:
    if figure is None:
        return ""
    if "wrong" in figure:
        return figure["wrong"]  # type: ignore[no-any-return]
    amount = f"{figure['mb_per_second']:.0f} MB/s" if scenario.moved else f"{figure['rate']:.0f}/s"
    share = ""
    if bare and bare is not figure and bare["rate"] and figure["processor_us"]:
        share = f", {figure['rate'] / bare['rate']:.0%} ({bare['processor_us'] / figure['processor_us']:.0%} by processor)"
    return f"{amount}{share}, {figure['processor_us']:.0f} µs, p50 {figure['median']:.2f} ms, p99 {figure['p99']:.2f} ms"


if __name__ == "__main__":
    main()
