"""Linearizability by trying every order: for histories of a handful of operations."""

from __future__ import annotations

import random
from itertools import combinations, permutations

from condemu.lab.history import ABSENT, NEVER, Effect, Entry
from condemu.lab.registers import ANY, IS, NOT, SOME, WILD, Operation, after, met


def explained(operations: list[Operation], initial: str = WILD) -> bool:
    """Whether some order of all that happened, and of some of what may have, explains everything."""
    sure = [one for one in operations if not one.maybe]
    maybes = [one for one in operations if one.maybe]
    for size in range(len(maybes) + 1):
        for chosen in combinations(maybes, size):
            for order in permutations([*sure, *chosen]):
                if in_time(order) and holds(order, initial):
                    return True
    return False


def in_time(order: tuple[Operation, ...]) -> bool:
    return all(later.back >= earlier.call for place, earlier in enumerate(order) for later in order[place + 1 :])


def holds(order: tuple[Operation, ...], state: str) -> bool:
    for one in order:
        if not met(one.need, one.token, state):
            return False
        state = after(one, state)
    return True


def some_operations(chance: random.Random, most: int, concurrent: int = 3) -> list[Operation]:
    """A history of operations that may make no sense; tokens are few, so that they are met often."""
    tokens = ["a", "b", ABSENT]
    size = chance.randint(2, most)
    calls = sorted(chance.sample(range(100), size))
    operations = []
    for number, call in enumerate(calls):
        need = chance.choice([ANY, ANY, IS, IS, IS, SOME, NOT])
        token = chance.choice(tokens) if need == IS else chance.choice("ab") if need == NOT else ""
        leaves = chance.choice([None, *tokens])
        if leaves is None and need == ANY:
            leaves = "a"
        if chance.random() < 0.04:
            leaves = WILD
        maybe = leaves is not None and chance.random() < 0.2
        back = NEVER if maybe else call + chance.randint(1, 100 * concurrent // size)
        operations.append(operation(number, call, back, need, token, leaves, maybe))
    return operations


def operation(number: int, call: int, back: int, need: int, token: str, leaves: str | None, maybe: bool) -> Operation:
    return Operation(number, call, back, need, token, leaves, maybe, None, Entry(number), Effect("s3:bucket/key"))
