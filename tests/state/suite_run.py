"""Runs the conformance suite in this process on a store and with observers of choice, and writes down every answer.

    python suite_run.py STORE OBSERVERS MOMENT FILE

Clocks stand still at MOMENT and all identifiers are seeded, the suite's own and the SDK's among them, so that two runs send the
same bytes. Races, and recipes that race, are left out: who wins is nobody's to say.
"""

from __future__ import annotations

import datetime as dates
import hashlib
import os
import random
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import invariants
import stores

from condemu.core.calls import Call, Outcome
from condemu.core.effects import ManualClock, SeededIds
from condemu.core.engine import Watch
from condemu.core.http import Response
from condemu.server import app
from condemu.server.dispatch import DYNAMODB

STORE, OBSERVERS, MOMENT, FILE = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
WORDS = "-q -x -p no:cacheprovider -p conformance.plugin --noconftest --import-mode=importlib --tier exact --target inprocess"
RANDOM = random.Random(1)


class Counting(Watch):
    """Lets everything pass, and counts what it hears."""

    def __init__(self) -> None:
        self.received_calls: Counter[int] = Counter()
        self.outcomes: Counter[int] = Counter()
        self.replies: Counter[int] = Counter()

    def received(self, call: Call) -> None:
        self.received_calls[call.number] += 1

    def decided(self, call: Call, outcome: Outcome) -> None:
        dict(outcome.members)
        self.outcomes[call.number] += 1

    async def replying(self, call: Call, reply: Response) -> None:
        self.replies[call.number] += 1


class Standing(dates.datetime):
    """The time as the suite and the SDK see it."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return dates.datetime.fromtimestamp(MOMENT, tz or dates.UTC).replace(tzinfo=tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now()


def stand_still() -> None:
    """Stop the clocks of everything that signs or names something by the time."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("botocore", "boto3", "conformance"):
            if getattr(module, "datetime", None) is dates.datetime:
                module.datetime = Standing  # type: ignore[attr-defined]
            if hasattr(module, "get_current_datetime"):
                module.get_current_datetime = _now  # type: ignore[attr-defined]


def _now(remove_tzinfo: bool = True) -> Any:
    return Standing.now(None if remove_tzinfo else dates.UTC)


class Suite:
    """A plugin of pytest: keeps the clocks still, and looks at all state after every case."""

    def __init__(self, store: Callable[[], Any]) -> None:
        self.store = store

    def pytest_collection_finish(self) -> None:
        stand_still()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        invariants.check(self.store())


def assert_kept(store: Any) -> None:
    """All that the suite left is there again after a start."""
    again = app.build(app.Config(data=f"{FILE}.data"))
    assert again.engine.store.index == store.index
    assert stores.written_down(again.engine.store) == stores.written_down(store)
    again.close()


def main() -> int:
    uuid.uuid4 = lambda: uuid.UUID(int=RANDOM.getrandbits(128), version=4)  # type: ignore[assignment]
    clock, ids = ManualClock(MOMENT), SeededIds("suite")
    store = stores.made(STORE, clock, ids)
    held: list[Any] = []  # the store that is used
    counting = Counting()
    build, answer = app.build, app.Emulator.answer
    seen = [0]

    def built(*args: Any, **options: Any) -> app.Emulator:
        if STORE == "Durable":
            config = replace(args[0] if args else app.Config(), data=f"{FILE}.data")
            emulator = build(config, *args[1:], clock=clock, wall=clock, ids=ids, **options)
        elif STORE == "Shared":
            config = replace(args[0] if args else app.Config(), store=os.environ["SUITE_STORE"])
            asked_by = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
            options["environment"] = {**asked_by, **options.get("environment", {})}
            emulator = build(config, *args[1:], clock=clock, wall=clock, ids=ids, **options)
        else:
            emulator = build(*args, clock=clock, wall=clock, ids=ids, store=store, **options)
        emulator.services[DYNAMODB].seal = ids.of("shard iterators").token(32)  # kept state has a secret of its own
        held[:] = [emulator.engine.store]
        held[0].on_commit = stores.check_commit
        if OBSERVERS == "everybody's":
            emulator.engine.observe(counting)
        elif OBSERVERS == "an account's":
            emulator.engine.observe(counting, emulator.config.account)
        return emulator

    with open(FILE, "w", encoding="utf-8") as lines:

        async def written(self: app.Emulator, request: Any, service: Any = None) -> Response:
            response = await answer(self, request, service)
            body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
            response.body = body
            told = hashlib.sha256(repr((response.headers, body)).encode()).hexdigest()
            seen[0] += 1
            lines.write(f"{request.method!a} {request.raw_path!a} {request.query_string!a} {response.status} {told}\n")
            return response

        app.build, app.Emulator.answer = built, written  # type: ignore[assignment, method-assign]
        from conformance.cli import HERE

        without = [f"--ignore={HERE / name}" for name in ("races", "recipes")]
        words = [str(HERE), *WORDS.split(), "--rootdir", str(HERE), "-c", os.devnull, *without]
        status = int(pytest.main(words, plugins=[Suite(lambda: held[0])]))
    assert held[0].index > 1000, "the suite ran on another store"
    if STORE == "Durable":
        assert_kept(held[0])
    if OBSERVERS == "everybody's":
        assert seen[0] == len(counting.received_calls) == len(counting.replies) == len(set(counting.outcomes) - {0})
        assert set(counting.received_calls.values()) == set(counting.replies.values()) == {1}
        assert set(counting.received_calls) == set(counting.replies) == set(counting.outcomes) - {0}
    if OBSERVERS == "an account's":
        assert 0 < len(counting.received_calls) < seen[0]
        assert set(counting.received_calls) == set(counting.replies)
    return status


if __name__ == "__main__":
    sys.exit(main())
