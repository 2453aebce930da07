"""The calls of DynamoDB, made by a client's verbs. An item has pk, sk, and a number n, which is its version, too.

create(pk, n), swap(pk, old, new), get(pk) -> n, met(pk, old) -> the n of the item that refused, query(pk) -> the items' sk,
put(pk, sk, n), delete_if(pk, n), together([(pk, n), …]) creates all or none, reasons(error) -> a code for each, batch([pk, …]).
"""

from __future__ import annotations

from typing import Any

from harness import TIMES, WORKERS, Cell, refused, run, same, verb, workers


def create(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "create")("id", 1)
    same(client.get("id"), 1)


def create_refused(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "create")("id", 1)
    refused(client, lambda: client.create("id", 2))
    same(client.get("id"), 1)


def swap(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.create("id", 1)
    verb(client, "swap")("id", 1, 2)
    same(client.get("id"), 2)


def swap_refused(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.create("id", 1)
    verb(client, "swap")("id", 1, 2)
    refused(client, lambda: client.swap("id", 1, 3))
    same(client.get("id"), 2)


def met(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "met")
    client.create("id", 7)
    same(client.met("id", 1), 7)


def get(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.create("id", 1)
    same(verb(client, "get")("id"), 1)


def query(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "query")
    for name in ("c", "a", "b"):
        client.put("id", name, 1)
    same(client.query("id"), ["a", "b", "c"])


def delete(program: Any, cell: Cell) -> None:
    client = program(cell)
    client.create("id", 1)
    verb(client, "delete_if")
    refused(client, lambda: client.delete_if("id", 2))
    same(client.get("id"), 1)
    client.delete_if("id", 1)
    client.create("id", 3)


def transaction(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "together")([("one", 1), ("two", 1)])
    error = refused(client, lambda: client.together([("three", 1), ("two", 2)]))
    same(client.reasons(error), ["None", "ConditionalCheckFailed"])
    same([client.get("one"), client.get("two")], [1, 1])
    client.create("three", 3)


def batch(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "batch")([f"id{number}" for number in range(30)])
    same([client.get(f"id{number}") for number in (0, 29)], [0, 29])


def counter(program: Any, cell: Cell) -> None:
    client = program(cell)
    verb(client, "swap")
    client.create("id", 0)

    def add() -> None:
        mine = program(cell)
        for _ in range(TIMES):
            added = False
            while not added:
                value = mine.get("id")
                try:
                    mine.swap("id", value, value + 1)
                    added = True
                except Exception as error:
                    if not mine.refused(error):
                        raise

    workers(add)
    same(client.get("id"), WORKERS * TIMES)


CALLS = {
    "create": create, "create-refused": create_refused, "swap": swap, "swap-refused": swap_refused, "met": met, "get": get,
    "query": query, "delete": delete, "transaction": transaction, "batch": batch, "counter": counter, "https": create,
}  # fmt: skip


def main(program: Any, without: dict[str, str] | None = None) -> None:
    run(program, CALLS, without or {})
