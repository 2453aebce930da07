"""The gallery: every bug is found within 100 schedules and shown with what it takes; no twin is accused, whatever is tried."""

from __future__ import annotations

from typing import Any

import pytest
from gallery import ENTRIES
from gallery.entry import KINDS, Entry

from condemu.lab import Explored, RaceFound, explore

MOST = 100  # schedules within which a bug is found
ALL = 200_000  # more than any twin has: it is explored to the end
UNPRUNED = 3000  # schedules of the unpruned search; programs that have more are not compared


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def explored(entry: Entry, kind: type, **more: Any) -> Explored:
    race = entry.race(kind)
    return explore(*race.actors, **{**race.arguments, **more})


every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def test_there_are_several_bugs_of_each_kind_and_all_services():
    kinds = [entry.kind for entry in ENTRIES.values()]
    assert {kind: kinds.count(kind) for kind in KINDS if kinds.count(kind) < 2} == {}
    assert set(kinds) == set(KINDS)
    services = [name.partition("_")[0] for name in ENTRIES]
    assert min(services.count(service) for service in ("s3", "dynamodb", "simpledb")) >= 4
    assert len(ENTRIES) >= 24


@every_entry
def test_every_bug_is_found_within_a_hundred_schedules(entry):
    with pytest.raises(RaceFound) as found:
        explored(entry, entry.wrong, schedules=MOST)
    assert f"CONDEMU_SCHEDULE={found.value.token}" in str(found.value)


@every_entry
def test_every_bug_is_shown_with_the_fewest_deviations(entry):
    """A bug that needs no fault is looked for without any: of two ways that cost the same, either may be found first."""
    faults = entry.race(entry.wrong).faults if "fault" in entry.takes else ()
    with pytest.raises(RaceFound) as found:
        explored(entry, entry.wrong, schedules=MOST, faults=faults)
    assert f"\nIt takes {entry.takes}. Run it again" in str(found.value)


@every_entry
def test_no_twin_is_accused_with_one_fault(entry):
    run = explored(entry, entry.right, schedules=ALL)
    assert run.complete, run


@pytest.mark.long
@every_entry
def test_no_twin_is_accused_with_two_faults(entry):
    run = explored(entry, entry.right, schedules=ALL, most_faults=2)
    assert run.complete, run


@pytest.mark.long
@every_entry
def test_the_pruned_search_finds_every_outcome_of_the_unpruned_one(entry):
    everything = explored(entry, entry.right, schedules=UNPRUNED, search="everything")
    if not everything.complete:
        pytest.skip(f"more than {UNPRUNED} schedules")
    pruned = explored(entry, entry.right, schedules=ALL)
    assert pruned.outcomes == everything.outcomes
    assert pruned.schedules <= everything.schedules
