"""The gallery: every bug is found within 100 schedules and shown with what it takes; no twin is accused, whatever is tried."""

from __future__ import annotations

from typing import Any

import gallery_report
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
def test_every_bug_is_found_within_a_hundred_schedules_and_alone_in_its_own(entry):
    with pytest.raises(RaceFound) as found:
        explored(entry, entry.wrong, schedules=MOST)
    with pytest.raises(RaceFound) as again:
        explored(entry, entry.wrong, replay=found.value.token)
    assert str(again.value).partition(": ")[2] == str(found.value).partition(": ")[2]


@every_entry
def test_every_bug_is_shown_with_the_fewest_deviations(entry):
    """A bug that needs no fault is looked for without any: of two ways that cost the same, either may be found first."""
    faults = entry.race(entry.wrong).faults if "fault" in entry.takes else ()
    with pytest.raises(RaceFound) as found:
        explored(entry, entry.wrong, schedules=MOST, faults=faults)
    assert f"\nIt takes {entry.takes}. Run it again" in str(found.value)


@pytest.mark.long
@every_entry
def test_no_twin_is_accused_with_one_fault(entry):
    run = explored(entry, entry.right, schedules=ALL)
    assert run.complete, run


@pytest.mark.exhaustive
@every_entry
def test_no_twin_is_accused_with_two_faults(entry):
    run = explored(entry, entry.right, schedules=ALL, most_faults=2)
    assert run.complete, run


@pytest.mark.exhaustive
@every_entry
def test_the_pruned_search_finds_every_outcome_of_the_unpruned_one(entry):
    everything = explored(entry, entry.right, schedules=UNPRUNED, search="everything")
    if not everything.complete:
        pytest.skip(f"more than {UNPRUNED} schedules")
    pruned = explored(entry, entry.right, schedules=ALL)
    assert pruned.outcomes == everything.outcomes
    assert pruned.schedules <= everything.schedules


@pytest.mark.long
def test_the_page_tells_what_is_so():
    told = gallery_report.told()
    assert gallery_report.page(told) == gallery_report.PAGE.read_text(encoding="utf-8")
    readme = " ".join((gallery_report.PAGE.parent.parent / "README.md").read_text(encoding="utf-8").split())
    assert f"finds all {len(ENTRIES)} bugs there" in readme
    assert f"with {gallery_report.THREADS} threads finds {sum(map(bool, told.values()))} of them" in readme


@pytest.mark.exhaustive
def test_no_twin_fails_under_a_plain_stress_test():
    """What it finds of the bugs is told on the page and differs from machine to machine. Skewed clocks it does not have."""
    races = {name: entry.race(entry.right) for name, entry in ENTRIES.items()}
    with gallery_report.states() as states:
        assert [name for name, race in races.items() if not race.skew and gallery_report.stress(race, states)] == []
        users = ENTRIES["dynamodb_users"]
        assert gallery_report.stress(users.race(users.wrong), states) == len(states) // 2
