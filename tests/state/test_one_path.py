"""There is one path through a service, whoever observes and whatever the store does: the whole suite is answered alike."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Stores and observers. A store may run decisions twice; one dictionary does all that a service asks of a store.
RUNS = [
    ("MemoryStore", "nobody"),
    ("MemoryStore", "everybody's"),
    ("MemoryStore", "an account's"),
    ("TwiceStore", "nobody"),
    ("NaiveStore", "nobody"),
    ("Durable", "nobody"),
]


def answers(run: tuple[str, str], moment: float, folder: Path) -> list[str]:
    """What the suite was answered: a line for each request. The run itself counts what observers hear of each call."""
    file = folder / "-".join(run)
    words = [sys.executable, str(HERE / "suite_run.py"), *run, str(moment), str(file)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the suite goes through sets
    done = subprocess.run(words, capture_output=True, text=True, cwd=HERE.parents[1], env=environment)
    assert done.returncode == 0, f"{run}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
    return file.read_text().splitlines()


@pytest.mark.long
def test_the_suite_is_answered_with_the_same_bytes_whoever_observes_and_on_every_store(tmp_path):
    moment = float(int(time.time()))
    with ThreadPoolExecutor(2) as pool:
        usual, *others = pool.map(lambda run: answers(run, moment, tmp_path), RUNS)
    assert len(usual) > 20_000
    for run, other in zip(RUNS[1:], others, strict=True):
        different = [(number, *lines) for number, lines in enumerate(zip(usual, other)) if lines[0] != lines[1]]
        assert different == [], f"{run}: {len(different)} answers differ, the first: {different[0]}"
        assert len(other) == len(usual)
