"""No observed case is lost on the way: each is run, tried elsewhere, or marked as one that does not hold."""

from __future__ import annotations

from pathlib import Path

from conformance.plugin import GRADES, HERE
from conformance.s3.observed import CASES, ELSEWHERE, RUNNABLE


def test_every_case_is_run_or_accounted_for() -> None:
    left = {case["id"] for case in CASES} - {case["id"] for case in RUNNABLE} - set(ELSEWHERE)
    marked = {case["id"] for case in CASES if case.get("superseded") or case.get("contested") or "bucket" in case}
    assert left == marked
    assert set(ELSEWHERE) <= {case["id"] for case in CASES}
    assert len({case["id"] for case in CASES}) == len(CASES) == 159


def test_every_case_has_a_grade_and_every_place_exists() -> None:
    assert {case["evidence"] for case in CASES} <= set(GRADES)
    files = {place for place in ELSEWHERE.values() if place.endswith(".py")}
    assert all(Path(HERE, file).is_file() for file in files)
