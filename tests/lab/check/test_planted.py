"""The checker finds what is planted in long histories, names whom it is about, and accuses nobody else of it."""

from __future__ import annotations

import pytest
from histories import BY_TOLD, PLANTS, history

from condemu.lab.checker import check
from condemu.lab.findings import NOT_LINEARIZABLE

VIOLATIONS = [(name, known) for known in (True, False) for name in (PLANTS if known else BY_TOLD)]


def missed(seeds: range) -> list[tuple[int, str, bool]]:
    """Planted scenarios that were not found, one for each seed."""
    found = []
    for seed in seeds:
        name, known = VIOLATIONS[seed % len(VIOLATIONS)]
        entries, planted = history(seed, plant=name, known=known)
        if planted not in {(finding.kind, finding.accused) for finding in check(entries).findings}:
            found.append((seed, name, known))
    return found


def accused(seeds: range) -> list[tuple[int, str]]:
    """Findings in clean histories; and keys without a verdict."""
    found = []
    for seed in seeds:
        report = check(history(seed, known=seed % 2 == 0)[0])
        found += [(seed, finding.sentence) for finding in report.findings] + [(seed, name) for name in report.unknown]
    return found


def unexplained(seeds: range) -> list[tuple[int, str]]:
    """Accusations of the store by histories with many lost replies: whoever was told nothing may have written or not."""
    found = []
    for seed in seeds:
        entries, _ = history(seed, lost=0.15, known=seed % 2 == 0, actors=3 + seed % 6)
        found += [(seed, finding.sentence) for finding in check(entries).findings if finding.kind == NOT_LINEARIZABLE]
    return found


def test_what_is_planted_is_found():
    assert missed(range(3 * len(VIOLATIONS))) == []


def test_a_clean_history_accuses_nobody():
    assert accused(range(40)) == []


def test_lost_replies_accuse_no_store():
    assert unexplained(range(30)) == []


@pytest.mark.long
def test_a_thousand_planted_violations_are_found():
    assert missed(range(1000)) == []


@pytest.mark.long
def test_a_thousand_clean_histories_accuse_nobody():
    assert accused(range(1000)) == []
    assert unexplained(range(1000)) == []


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_whoever_is_planted_is_the_only_one_accused_of_that(name):
    entries, planted = history(7, plant=name)
    assert planted is not None
    kind, number = planted
    assert [finding.accused for finding in check(entries).findings if finding.kind == kind] == [number]
