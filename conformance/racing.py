"""Many clients, one moment: set-up, clients, check.

def test_…(s3, bucket, key):
    put(…)                                              # set-up
    answers = race(8, lambda number: attempt(…))        # clients
    atomic(sum(…) == 1, "exactly one create wins")      # check
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

LONGEST: Final = 120  # seconds that a race may take


def race(clients: int, act: Callable[[int], Any]) -> list[Any]:
    """Let `clients` threads call act(number) from one starting line; what they returned, in their order.

    What one of them raises is raised here.
    """
    line = threading.Barrier(clients)

    def run(number: int) -> Any:
        line.wait(LONGEST)
        return act(number)

    with ThreadPoolExecutor(clients) as pool:
        return [future.result(LONGEST) for future in [pool.submit(run, number) for number in range(clients)]]
