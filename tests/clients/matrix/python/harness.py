"""What the programs of Python's clients share: the calls, made by the verbs that a client has.

A program is a class. Its `__init__` takes a Cell: where to go, in which style, and to which bucket or table. Its methods are the
verbs; what the client does not offer is named, with the reason, or is a verb that the class lacks. `refused` tells the client's
refusal of a condition from all other errors. Each cell has a bucket or table of its own. A line of JSON for each is printed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REGION = "us-east-1"
WORKERS, TIMES = int(os.environ["MATRIX_WORKERS"]), int(os.environ["MATRIX_TIMES"])
ACCESS_KEY, SECRET_KEY = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
LARGE = bytes(range(256)) * 4096 * 64  # 64 MiB
PARTS = [b"p" * 5 * 1024 * 1024, b"end"]


class NotOffered(Exception):
    """The client has no such call."""


@dataclass(frozen=True)
class Cell:
    """One call of one client. `place` is the bucket or the table."""

    call: str
    place: str
    endpoint: str
    host: str
    tls: bool = False
    virtual: bool = False

    @property
    def style(self) -> str:
        return "virtual" if self.virtual else "path"

    @property
    def certificate(self) -> str | None:
        return os.environ["MATRIX_CERTIFICATE"] if self.tls else None


def cell_of(call: str) -> Cell:
    tls, virtual = call == "https", call == "virtual"
    host = f"{'localhost' if tls or virtual else '127.0.0.1'}:{os.environ['MATRIX_PORT']}"
    return Cell(call, f"matrix-{call}", f"{'https' if tls else 'http'}://{host}", host, tls, virtual)


def same(found: Any, expected: Any) -> None:
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}"[:300])


def refused(client: Any, call: Callable[[], Any]) -> Any:
    """The client's refusal of what `call` does. Anything else is an error, acceptance included."""
    try:
        call()
    except Exception as error:
        if not client.refused(error):
            raise
        return error
    raise AssertionError("accepted, where it must be refused")


def workers(work: Callable[[], None], count: int = WORKERS) -> None:
    """Run at once; the first error of any of them is raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def verb(client: Any, name: str) -> Any:
    found = getattr(client, name, None)
    if found is None:
        raise NotOffered(f"it has no {name.replace('_', ' ')}")
    return found


def run(program: Any, calls: dict[str, Callable[[Any, Cell], None]], without: dict[str, str]) -> None:
    """All calls, or those that the command names; each says its outcome at once. `without` says what a client does not offer."""
    chosen = sys.argv[1:] or list(calls)
    for name in chosen:
        made = (
            {"outcome": "not offered", "note": without[name]} if name in without else outcome(program, calls[name], cell_of(name))
        )
        print(json.dumps({"call": name, **made}), flush=True)
    sys.stdout.flush()
    os._exit(0)  # whatever threads a client has left behind


def outcome(program: Any, call: Callable[[Any, Cell], None], cell: Cell) -> dict[str, str]:
    try:
        call(program, cell)
    except NotOffered as missing:
        return {"outcome": "not offered", "note": str(missing)}
    except BaseException as error:
        if os.environ.get("MATRIX_TRACE"):
            traceback.print_exc()
        return {"outcome": "wrong", "note": f"{type(error).__name__}: {error}"[:400]}
    return {"outcome": "ok", "note": ""}
