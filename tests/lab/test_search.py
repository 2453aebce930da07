"""The pruned search finds every outcome that the unpruned one finds, in no more runs, and never one twice for nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from synthetic import Program, programs

from condemu.core.calls import Touch
from condemu.lab.schedules import EVERYTHING, TICK, Event, Option, events_of, meet, orders, token
from condemu.lab.search import Chance, Everything, Fewest, Misfit, Replay

MOST = 3000  # runs of the unpruned search; larger programs are not compared


def outcomes(program: Program, search: Fewest | Everything) -> tuple[set[str], int, int]:
    """All outcomes, how many runs were whole, and how many were given up."""
    found: set[str] = set()
    whole = redundant = 0
    for path in search.paths():
        outcome = program.run(path)
        if outcome is None:
            redundant += 1
        else:
            whole += 1
            found.add(outcome)
        if whole > MOST:
            break
    return found, whole, redundant


def compare(program: Program, faults: int) -> None:
    everything, every_run, _ = outcomes(program, Everything(faults))
    if every_run > MOST:
        return
    search = Fewest(faults)
    pruned, runs, redundant = outcomes(program, search)
    assert pruned == everything
    assert search.complete
    assert runs + redundant <= every_run


@settings(max_examples=150, deadline=None)
@given(programs())
def test_orders_are_pruned_without_losing_an_outcome(program):
    compare(program, 0)


@settings(max_examples=60, deadline=None)
@given(programs(1, most=2))
def test_so_they_are_where_time_may_pass(program):
    compare(program, 0)


@settings(max_examples=60, deadline=None)
@given(programs(faulty=True))
def test_so_they_are_where_one_fault_may_strike(program):
    compare(program, 1)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(programs(1, faulty=True, most=2))
def test_so_they_are_with_two_faults_and_time(program):
    compare(program, 2)


@settings(max_examples=100, deadline=None)
@given(programs(overlaps=True, most=2))
def test_so_they_are_where_requests_overlap_and_transactions_hold_what_they_touch(program):
    compare(program, 1)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(programs(overlaps=True, faulty=True, most=2))
def test_so_they_are_where_two_overlap_or_one_and_a_fault(program):
    compare(program, 2)


@pytest.mark.exhaustive
@settings(max_examples=3000, deadline=None)
@given(programs(overlaps=True))
def test_thousands_of_programs_with_transactions_that_overlap(program):
    compare(program, 1)


@pytest.mark.exhaustive
@settings(max_examples=5000, deadline=None)
@given(programs(faulty=True))
def test_thousands_of_programs_with_one_fault(program):
    compare(program, 1)


@pytest.mark.exhaustive
@settings(max_examples=3000, deadline=None)
@given(programs(2, most=2))
def test_thousands_of_programs_in_which_time_passes_twice(program):
    compare(program, 0)


def test_actors_that_never_meet_are_run_once():
    program = Program({name: [(f"own-{name}", "w")] * 4 for name in "abc"})
    search = Fewest()
    _, runs, redundant = outcomes(program, search)
    assert (runs, redundant, search.complete) == (1, 0, True)


def test_a_run_says_how_many_orders_it_stands_for():
    events = [Event("a", 0), Event("a", 1), Event("b", 0), Event("b", 1)]
    apart = [(Touch("x", True),), (Touch("x", True),), (Touch("y", True),), (Touch("y", True),)]
    together = [(Touch("x", True),)] * 4
    assert orders(events, apart) == 6
    assert orders(events, together) == 1


def test_fewest_deviations_come_first():
    program = Program({"a": [("x", "r"), ("x", "w")], "b": [("x", "r"), ("x", "w")]})
    costs = []
    for path in Fewest().paths():
        program.run(path)
        costs.append(sum(option.deviation for option in path.chosen))
    assert costs == sorted(costs)
    assert costs[0] == 0


def test_a_schedule_is_replayed_from_its_token():
    program = Program({"a": [("x", "r"), ("x", "c")], "b": [("x", "w")]}, ticks=1)
    for path in Everything().paths():
        outcome = program.run(path)
        text = token(option.event for option in path.chosen)
        (again,) = Replay(path.chosen and [option.event for option in path.chosen]).paths()
        assert program.run(again) == outcome
        assert token(option.event for option in again.chosen) == text


def test_a_schedule_that_does_not_fit_says_where():
    program = Program({"a": [("x", "r")], "b": [("x", "w")]})
    (path,) = Replay([Event("a", 0), Event("a", 1)]).paths()
    with pytest.raises(Misfit, match="step 2: expected a's request 1; what can happen is b's start"):
        program.run(path)


def test_a_schedule_that_is_too_long_says_so():
    program = Program({"a": [("x", "r")]})
    (path,) = Replay([Event("a", 0), Event("a", 1)]).paths()
    with pytest.raises(Misfit, match="every actor has ended after step 1"):
        program.run(path)


@pytest.mark.parametrize("changes", [None, 3])
def test_chance_is_a_function_of_its_seed(changes):
    program = Program({"a": [("x", "r"), ("x", "w")] * 3, "b": [("x", "r"), ("x", "w")] * 3}, ticks=1)

    def runs(seed: int) -> list[str]:
        found = []
        for path in Chance(seed, 20, changes).paths():
            program.run(path)
            found.append(token(option.event for option in path.chosen))
        return found

    assert runs(1) == runs(1)
    assert len(set(runs(1))) > 1
    assert runs(1) != runs(2)


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ("s3:b/k", "s3:b/k", True),
        ("s3:b/k", "s3:b/other", False),
        ("s3:b", "s3:b/k", True),
        ("s3:b", "s3:bb/k", False),
        ("s3:", "s3:b/k", True),
        ("s3:", "dynamodb:b/k", False),
        ("s3:b/k", "dynamodb:b/k", False),
        (EVERYTHING, "s3:b/k", True),
    ],
)
def test_steps_meet_in_what_they_touch(one, other, met):
    assert meet((Touch(one, True),), (Touch(other, False),)) is met
    assert meet((Touch(other, False),), (Touch(one, True),)) is met
    assert not meet((Touch(one, False),), (Touch(other, False),))


def test_time_that_passes_twice_meets_everything_but_itself():
    assert not meet(TICK, TICK)
    assert meet(TICK, (Touch("time", False),))


def test_tokens_are_read_as_they_are_written():
    events = [
        Event("ann", 0), Event("ann", 1), Event("", 0, "31"), Event("ben-2", 0), Event("ann", 2, "lost"), Event("ann", 3),
        Event("ben-2", 1), Event("ben-2", 2),
    ]  # fmt: skip
    text = "v1.ann:1.+31.ben-2:0.ann:lost.ann:1.ben-2:2"
    assert token(events) == text
    assert events_of(text) == events


def test_an_option_costs_what_deviates():
    assert Option(Event("a", 0), ()).deviation == 0
