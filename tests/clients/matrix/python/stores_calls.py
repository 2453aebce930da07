"""The calls of tables and stores that are built on S3.

They are made by the verbs write(values), which commits numbers; rows(), which reads all of them; conflict(), which lets two begin
from one state and says whether the second one was told; older(), the state after the first commit; list(); delete(value);
large(body), which writes and reads 64 MiB; and add(value), which commits one and repeats what it must when others were faster.
"""

from __future__ import annotations

import itertools
from typing import Any

from harness import LARGE, WORKERS, Cell, run, same, verb, workers


def write(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.write([1, 2])
    same(sorted(program(cell).rows()), [1, 2])


def again(program: Any, cell: Cell) -> None:
    program(cell).write([1, 2])
    program(cell).write([3])
    same(sorted(program(cell).rows()), [1, 2, 3])


def conflict(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "conflict")
    client.write([1, 2])
    same(client.conflict(), True)


def history(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "older")
    client.write([1, 2])
    client.write([3])
    same(sorted(client.older()), [1, 2])


def listing(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "list")
    client.write([1])
    same(len(client.list()) > 0, True)


def delete(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "delete")
    client.write([1, 2])
    client.delete(1)
    same(sorted(program(cell).rows()), [2])


def large(program: Any, cell: Cell) -> None:
    client = program(cell)
    same(verb(client, "large")(LARGE) == LARGE, True)


def counter(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "add")
    client.write([0])
    numbers = itertools.count(1)
    workers(lambda: program(cell).add(next(numbers)))
    same(sorted(program(cell).rows()), list(range(WORKERS + 1)))


CALLS = {
    "write": write, "read": write, "again": again, "conflict": conflict, "history": history, "list": listing, "delete": delete,
    "large": large, "counter": counter, "https": write,
}  # fmt: skip


def main(program: Any, without: dict[str, str] | None = None) -> None:
    run(program, CALLS, without or {})
