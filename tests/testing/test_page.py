"""docs/testing.md is right: each block of Python is a test file that passes, here and against a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from condemu.testing.server import Server

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run(folder: Path, *words: str) -> tuple[dict[str, int], str]:
    """Runs pytest in a fresh project; how many tests had each outcome, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    environment["AWS_EC2_METADATA_DISABLED"] = "true"  # as the page says
    command = [sys.executable, "-m", "pytest", "-q", "-rs", f"--rootdir={folder}", "-o", "addopts=", *words, str(folder)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", done.stdout)}
    return counts, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"test_block_{number}.py").write_text(block)
    return tmp_path


def test_the_examples_pass(project):
    counts, output = run(project)
    assert counts == {"passed": 7}, output


def test_the_examples_pass_against_a_server_and_in_parallel(project):
    with Server(bucket_names="per-account") as server:
        counts, output = run(project, "--condemu-url", server.url, "-n", "2")
    assert counts == {"passed": 4, "skipped": 3}, output


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ('auht="strict"', "condemu has no setting 'auht'; did you mean 'auth'?"),
        ('auth="lenientt"', "auth"),
        ('"strict"', "takes settings by name, not 'strict'"),
    ],
)
def test_a_mistake_in_the_marker_is_told_in_a_sentence(tmp_path, marker, said):
    (tmp_path / "test_it.py").write_text(f"import pytest\n\n@pytest.mark.condemu({marker})\ndef test_it(s3_client):\n    pass\n")
    counts, output = run(tmp_path)
    assert "passed" not in counts
    assert said in output
