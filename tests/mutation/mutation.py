"""Runs the suite against condemu broken on purpose.

    python tests/mutation/mutation.py                 every mutant; prints the list and who survived
    python tests/mutation/mutation.py --only "AND is OR"

Each mutant has a process of its own, in which the changed file is imported in place of the true one, and runs the suite in
process up to the first case that differs. A mutant that no case notices survives; so does none that cannot be imported.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from mutants import MUTANTS, Mutant  # noqa: E402


class Verdict(NamedTuple):
    mutant: Mutant
    killer: str  # the case that noticed; "" for a survivor
    seconds: float


def mutated(mutant: Mutant) -> str:
    """The file's changed text. The text to be changed must stand there exactly once."""
    text = (ROOT / "condemu" / mutant.file).read_text()
    if text.count(mutant.old) != 1:
        raise LookupError(f"{mutant.name!r}: {mutant.file} has its text {text.count(mutant.old)} times")
    return text.replace(mutant.old, mutant.new)


class Changed(importlib.abc.SourceLoader):
    """Loads a module from a changed text."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = str(path), text

    def get_data(self, path: str) -> bytes:
        return self.text.encode()

    def get_filename(self, fullname: str) -> str:
        return self.path

    def path_stats(self, path: str) -> dict[str, Any]:
        raise OSError("never cached")


class Switch(importlib.abc.MetaPathFinder):
    """Breaks one module of condemu."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = "condemu." + mutant.file.removesuffix(".py").replace("/", ".")
        self.loader = Changed(ROOT / "condemu" / mutant.file, mutated(mutant))

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.loader.path, loader=self.loader)


def judge(mutant: Mutant) -> Verdict:
    """Break condemu in this process, for good, and run the suite."""
    began = time.monotonic()
    for name in [name for name in sys.modules if name == "condemu" or name.startswith("condemu.")]:
        del sys.modules[name]
    switch = Switch(mutant)
    sys.meta_path.insert(0, switch)
    sys.path.insert(0, str(ROOT))
    importlib.import_module("condemu.server.app")  # now: pytest would import condemu by itself, its plugin being condemu's
    if importlib.import_module(switch.name).__loader__ is not switch.loader:
        raise RuntimeError(f"{mutant.name!r} did not take effect")
    import pytest

    noted = FirstDifference()
    words = [
        str(ROOT / "conformance"), "-q", "-x", "-p", "no:cacheprovider", "-p", "no:condemu", "-p", "conformance.plugin",
        "--rootdir", str(ROOT / "conformance"), "-c", os.devnull, "--noconftest", "--import-mode=importlib",
        "-o", "python_files=test_*.py", "--services", mutant.parts, "--target", "inprocess",
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+") as hidden:
        out = os.dup(1), os.dup(2)
        os.dup2(hidden.fileno(), 1)
        os.dup2(hidden.fileno(), 2)
        try:
            status = pytest.main(words, plugins=[noted])
        finally:
            sys.stdout.flush()
            os.dup2(out[0], 1)
            os.dup2(out[1], 2)
        if status not in (0, 1):
            hidden.seek(0)
            raise RuntimeError(f"{mutant.name!r}: the suite did not run: {hidden.read()[-2000:]}")
    return Verdict(mutant, noted.case, time.monotonic() - began)


class FirstDifference:
    """The pytest plugin that keeps the first failing case's name."""

    def __init__(self) -> None:
        self.case = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.case:
            self.case = report.nodeid


def judge_all(mutants: list[Mutant], workers: int) -> list[Verdict]:
    verdicts = []
    import boto3  # noqa: F401 - before the fork, so that each process need not
    import pytest  # noqa: F401

    with multiprocessing.get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
        for verdict in pool.imap_unordered(judge, mutants, chunksize=1):
            verdicts.append(verdict)
            print(f"{'caught' if verdict.killer else 'SURVIVED':8} {verdict.mutant.name}  ({verdict.mutant.file})"
                  f"  {verdict.killer.rpartition('/')[2]}  {verdict.seconds:.1f} s", flush=True)  # fmt: skip
    return verdicts


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--only", default="", metavar="TEXT", help="mutants whose name contains this")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    chosen = [mutant for mutant in MUTANTS if given.only.lower() in mutant.name.lower()]
    verdicts = judge_all(chosen, given.workers)
    survivors = [verdict.mutant for verdict in verdicts if not verdict.killer]
    print(f"\n{len(chosen) - len(survivors)} of {len(chosen)} caught")
    for mutant in survivors:
        print(f"survived: {mutant.name}  ({mutant.file})")
    return 0 if len(survivors) * 20 <= len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
