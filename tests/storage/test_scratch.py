"""Directories of one process: removed by the next one, if it was killed, and never while somebody uses them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from condemu.storage.scratch import scratch_directory

KILLED = """
import os, signal
from condemu.storage.scratch import scratch_directory
print(scratch_directory("condemu-test-")[0], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_what_a_killed_process_left_the_next_one_removes(tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    left = done.stdout.strip()
    assert os.path.isdir(left), done.stderr
    path, lock = scratch_directory("condemu-test-")
    assert [entry.path for entry in os.scandir(tmp_path)] == [path]
    os.close(lock)


def test_what_somebody_uses_and_what_is_not_ours_stays(tmp_path):
    used, lock = scratch_directory("condemu-test-")
    (tmp_path / "condemu-test-strange").mkdir()
    other, another = scratch_directory("condemu-test-")
    assert os.path.isdir(used)
    assert os.path.isdir(other)
    assert (tmp_path / "condemu-test-strange").is_dir()
    assert used != other
    os.close(lock)
    os.close(another)
