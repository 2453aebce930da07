"""The conformance suite in this process on other stores than the usual one, everything that is written looked at.

A decision that may be run again gives the same answers when it is; what a service asks of a store is what one dictionary can do.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Runs in a process of its own: the suite on a store, with every commit checked, and the state after every case.
PROGRAM = """
import os, sys
import pytest
sys.path.insert(0, sys.argv[1])
import invariants, stores
from condemu.server import app
from conformance.cli import HERE

made = []

class Watched(getattr(stores, sys.argv[2])):
    def __init__(self, clock, ids):
        super().__init__(clock, ids)
        self.on_commit = stores.check_commit
        made.append(self)

class Whole:
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item):
        for store in made:
            invariants.check(store)

app.MemoryStore = Watched
words = [str(HERE), "-q", "-x", "-p", "no:cacheprovider", "-p", "conformance.plugin", "--rootdir", str(HERE), "-c", os.devnull,
         "--noconftest", "--import-mode=importlib", "--tier", "exact"]
status = pytest.main(words, plugins=[Whole()])
assert made and made[0].index > 1000, "the suite ran on another store"
sys.exit(int(status))
"""


@pytest.mark.parametrize("store", ["TwiceStore", "NaiveStore"])
def test_the_suite_holds_on_a_store_that(store: str) -> None:
    words = [sys.executable, "-c", PROGRAM, str(HERE), store]
    done = subprocess.run(words, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
