from __future__ import annotations

import pytest
from s3_races import RACES, WRITERS, run

MIB = 1024 * 1024


@pytest.mark.parametrize("versioned", [False, True], ids=["unversioned", "versioned"])
@pytest.mark.parametrize(("operation", "condition"), RACES)
def test_of_many_conditional_writers_exactly_one_wins(operation: str, condition: str, versioned: bool) -> None:
    statuses = run(operation, condition, rounds=12, size=24, versioned=versioned, seed=1)
    assert sum(statuses.values()) == 12 * WRITERS
    assert statuses[200] + statuses[204] == 12


@pytest.mark.parametrize(("operation", "condition"), [race for race in RACES if race[0] != "delete"])
def test_of_many_conditional_writers_of_8_mib_exactly_one_wins(operation: str, condition: str) -> None:
    statuses = run(operation, condition, rounds=1, size=8 * MIB, versioned=condition == "swap", seed=2)
    assert statuses[200] == 1
