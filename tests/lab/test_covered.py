"""What an exploration says of itself: a fault that struck nowhere is named, so that nobody takes it for tried."""

from __future__ import annotations

import pytest

from condemu.lab import explore, fault


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Failing schedules are kept beside where tests run: not here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONDEMU_SCHEDULE", raising=False)


def bucket(aws):
    aws.client("s3").create_bucket(Bucket="locks")


def puts(aws):
    aws.client("s3").put_object(Bucket="locks", Key="n", Body=b"1")


def test_a_fault_that_struck_nowhere_is_named():
    run = explore(puts, setup=bucket, faults=["s3:conflict", "s3:throttle", fault("lost", key="locks/other")])
    assert [rule.word for rule in run.never_struck] == ["conflict", "lost"]
    assert run.complete
    assert str(run) == (
        "2 schedules: every order there is, with at most 1 fault in each. "
        "Never struck, and so not tried: conflict (s3:*); lost (any service:*), key locks/other"
    )


def test_nothing_is_said_where_all_of_them_struck_before_the_write_and_after_it():
    run = explore(puts, setup=bucket, faults=["throttle", "lost", "lost-call", "error-after", "crash", "crash-after"])
    assert run.never_struck == []
    assert "struck" not in str(run)


def test_two_rules_of_one_word_that_pick_the_same_have_both_struck():
    run = explore(puts, setup=bucket, faults=["throttle", fault("throttle", key="locks/n"), fault("throttle", key="locks/m")])
    assert [rule.key for rule in run.never_struck] == ["locks/m"]


def test_a_fault_for_which_the_schedules_did_not_suffice_is_named_too():
    run = explore(puts, setup=bucket, faults=["throttle"], schedules=1)
    assert str(run) == (
        "1 schedule, those with the fewest deviations first, with at most 1 fault in each; more are left. "
        "Never struck, and so not tried: throttle (any service:*)"
    )


def test_one_order_that_is_run_again_says_nothing_of_other_faults():
    assert explore(puts, setup=bucket, faults=["throttle"], replay="v1.puts:1").never_struck == []
