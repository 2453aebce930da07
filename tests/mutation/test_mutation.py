"""The suite catches an emulator that is broken: a sample; `python tests/mutation/mutation.py` runs every mutant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutation import Mutant, mutated

SAMPLE = (
    "If-Match on a missing key is 412",
    "a change during an upload is no conflict",
    "a delete does not take *",
    "several values are compared by the first",
    "<> wants both sides to be there",
    "a refused update leaves its key behind",
    "a client token serves for other parameters",
    "decisions are not isolated from each other",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_one_place_into_what_is_still_a_program(mutant: Mutant) -> None:
    compile(mutated(mutant), mutant.file, "exec")


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 60


@pytest.mark.long
def test_the_suite_catches_a_sample() -> None:
    program = (
        "import sys; from mutation import MUTANTS, judge_all\n"
        "chosen = [mutant for mutant in MUTANTS if mutant.name in sys.argv[1:]]\n"
        "sys.exit(sum(not verdict.killer for verdict in judge_all(chosen, 2)))"
    )
    here = Path(__file__).parent
    run = subprocess.run([sys.executable, "-c", program, *SAMPLE], capture_output=True, text=True, cwd=here, timeout=1800)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("caught") == len(SAMPLE)
