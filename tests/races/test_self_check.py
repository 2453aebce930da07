"""condemu under races of threads, as the checker sees it."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from self_check import races

from condemu.lab.findings import NOT_LINEARIZABLE
from condemu.s3.objects import put as puts

OUTCOMES = {
    "s3 read 200", "s3 read 404", "s3 write 200", "s3 write 412", "s3 delete 204", "s3 delete 412", "dynamodb read 200",
    "dynamodb write 200", "dynamodb write 400", "dynamodb delete 200", "dynamodb delete 400", "simpledb read 200",
    "simpledb write 200", "simpledb write 409", "simpledb delete 200", "simpledb delete 409",
}  # fmt: skip


def nothing_is_found_in(operations: int) -> None:
    attempts, total = 0, Counter[str]()
    for report, statuses in races(operations):
        assert report.ok, report
        attempts += report.attempts
        total += statuses
    assert attempts == sum(total.values()) >= operations
    assert total.keys() >= OUTCOMES, OUTCOMES - total.keys()


def test_the_checker_finds_nothing_in_races_of_threads():
    nothing_is_found_in(8192)


@pytest.mark.exhaustive
def test_the_checker_finds_nothing_in_a_million_operations():
    nothing_is_found_in(1_000_000)


def test_the_checker_finds_a_condition_that_is_not_always_judged(monkeypatch):
    """It would find a bug, if there was one: here every seventh write of S3 is let through."""
    judged, calls = puts.write_refusal, itertools.count(1)

    def forgetful(*given):
        return None if next(calls) % 7 == 0 else judged(*given)

    monkeypatch.setattr(puts, "write_refusal", forgetful)
    found = [finding for report, _ in races(2000) for finding in report.findings]
    assert NOT_LINEARIZABLE in {finding.kind for finding in found}
    assert {finding.resource[:10] for finding in found} == {"s3:bucket/"}
