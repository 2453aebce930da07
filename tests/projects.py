"""Runs pytest in a project of its own, as a user of condemu would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests import referee

OURS = ("AWS_", "PYTEST_", "CONDEMU_")  # left out of its environment
WITHOUT = ("-p", "no:hypothesispytest", "-p", "no:anyio")  # no project uses them, and loading takes them half a second
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|warning|errors?)")


def run(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> tuple[dict[str, int], str]:
    """How many tests had each outcome, and what was printed."""
    kept = {name: value for name, value in os.environ.items() if name == referee.FILE or not name.startswith(OURS)}
    command = [sys.executable, "-m", "pytest", "-q", *WITHOUT, f"--rootdir={folder}", "-o", "addopts=", *words]
    done = subprocess.run(command, cwd=folder, env={**kept, **(environment or {})}, capture_output=True, text=True, check=False)
    return {word: int(number) for number, word in COUNTED.findall(done.stdout)}, done.stdout + done.stderr


def run_file(folder: Path, text: str, *words: str) -> tuple[dict[str, int], str]:
    """The same for a project of one file."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    return run(folder, *words)
