"""The search agrees with a brute force, and the order of commits with the search."""

from __future__ import annotations

import random

import pytest
from histories import history
from naive_register import explained, operation, some_operations

from condemu.lab.history import ABSENT, NEVER
from condemu.lab.linearizability import LINEARIZABLE, UNKNOWN, VIOLATION, _Search, judged, witnessed
from condemu.lab.registers import ANY, IS, WILD, Operation, operations_of


def disagreements(seeds: range, most: int) -> list[int]:
    found = []
    for seed in seeds:
        chance = random.Random(seed)
        operations = some_operations(chance, most, chance.choice([1, 2, 3, 4, 6]))
        if explained(operations) is not (judged(operations).verdict == LINEARIZABLE):
            found.append(seed)
    return found


def test_the_search_agrees_with_trying_every_order():
    assert disagreements(range(3000), 6) == []


@pytest.mark.exhaustive
def test_the_search_agrees_with_trying_every_order_of_many_histories():
    assert disagreements(range(10_000, 100_000), 6) == []
    assert disagreements(range(100_000, 103_000), 8) == []


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_commits_and_the_search_agree(seed):
    entries, _ = history(seed, lost=0.1)
    for operations in operations_of(entries).values():
        assert witnessed(operations)
        assert _Search(operations, 100_000).run().verdict == LINEARIZABLE


def chain(size: int) -> list[Operation]:
    """Writers under conditions, one after the other."""
    return [operation(n, 2 * n, 2 * n + 1, IS if n else ANY, f"v{n - 1}", f"v{n}", False) for n in range(size)]


def test_the_one_that_nothing_explains_is_named_with_what_was_there():
    reads_old = operation(99, 11, 12, IS, "v3", None, False)
    verdict = judged([*chain(5), reads_old])
    assert (verdict.verdict, verdict.culprit, verdict.states) == (VIOLATION, reads_old, ("v4",))


def test_a_limit_of_steps_gives_unknown_and_never_that_all_is_well():
    """Forty writers at once, whose order nobody can tell, and somebody who says that there was nothing."""
    writers = [operation(n, n, 100 + n, IS, ABSENT if n % 2 else "a", "a" if n % 2 else ABSENT, False) for n in range(40)]
    late = operation(99, 300, 301, IS, "b", None, False)
    assert judged([*writers, late], most_steps=50).verdict == UNKNOWN


def test_what_may_have_happened_explains_what_was_read_and_need_not_have_happened():
    maybe = operation(1, 2, NEVER, IS, "v0", "x", True)
    first = operation(0, 0, 1, ANY, "", "v0", False)
    for token in ("v0", "x"):
        assert judged([first, maybe, operation(2, 5, 6, IS, token, None, False)]).verdict == LINEARIZABLE
    both = [operation(2, 5, 6, IS, "x", None, False), operation(3, 7, 8, IS, "v0", None, False)]
    assert judged([first, maybe, *both]).verdict == VIOLATION


def test_what_was_there_at_the_beginning_may_be_anything_but_only_one_thing():
    first = operation(0, 0, 1, IS, "a", None, False)
    assert judged([first]).verdict == LINEARIZABLE
    assert judged([first, operation(1, 2, 3, IS, "b", None, False)]).verdict == VIOLATION
    unknown = operation(1, 2, 3, ANY, "", WILD, False)
    assert judged([first, unknown, operation(2, 4, 5, IS, "b", None, False)]).verdict == LINEARIZABLE


def test_many_writers_at_once_without_conditions_are_not_tried_in_every_order():
    writers = [operation(n, n, 1000 + n, ANY, "", f"v{n}", False) for n in range(100)]
    readers = [operation(1000 + n, 2000 + 2 * n, 2001 + 2 * n, IS, "v7", None, False) for n in range(50)]
    assert _Search([*writers, *readers], 10_000).run().verdict == LINEARIZABLE
