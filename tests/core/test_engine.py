"""The four stages, and what observers may do at them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.engine import Call, Engine, ReplyLost
from condemu.core.errors import ErrorRow, ServiceError
from condemu.core.store import Commit, MemoryStore, Txn

REFUSED = ErrorRow("Refused", 400, "Refused by {Who}.", ("Who",))


class Recorder:
    def __init__(self, fail: ServiceError | None = None, hold: asyncio.Event | None = None) -> None:
        self.seen: list[Any] = []
        self.fail, self.hold = fail, hold

    async def ready(self, call: Call) -> None:
        self.seen.append("ready")
        if self.hold is not None:
            await self.hold.wait()
        if self.fail is not None:
            raise self.fail

    def committed(self, call: Call, commit: Commit) -> None:
        self.seen.append(("committed", call.commit_index, len(commit.changes)))

    def refused(self, call: Call, error: ServiceError) -> None:
        self.seen.append(("refused", error.row.code))

    async def replied(self, call: Call, status: int) -> None:
        self.seen.append(("replied", status))


def engine(*observers: Any) -> Engine:
    return Engine(MemoryStore(ManualClock(), CountingIds()), observers)


def write(txn: Txn) -> str:
    txn.put("t", ("k",), 1)
    return "done"


def refuse(txn: Txn) -> str:
    txn.put("t", ("k",), 2)
    raise ServiceError(REFUSED, {"Who": "me"})


@pytest.mark.parametrize("observers", [(), (Recorder(),)], ids=["unobserved", "observed"])
def test_a_decision_takes_effect_and_the_call_knows_its_index(observers):
    subject, call = engine(*observers), Call("s3", "PutObject", writes=True)
    assert asyncio.run(subject.run(call, write)) == "done"
    assert call.commit_index == subject.store.index == 1
    assert asyncio.run(subject.read(call, lambda txn: txn.get("t", ("k",)))) == 1


@pytest.mark.parametrize("observers", [(), (Recorder(),)], ids=["unobserved", "observed"])
def test_a_refusal_is_raised_and_nothing_changed(observers):
    subject = engine(*observers)
    with pytest.raises(ServiceError):
        asyncio.run(subject.run(Call("s3", "PutObject"), refuse))
    assert subject.store.index == 0


def test_observers_see_the_stages_in_order():
    recorder = Recorder()
    subject, call = engine(recorder), Call("s3", "PutObject")

    async def calls() -> None:
        await subject.run(call, write)
        await subject.replied(call, 200)
        with pytest.raises(ServiceError):
            await subject.run(call, refuse)
        await subject.read(call, lambda txn: None)

    asyncio.run(calls())
    assert recorder.seen == [
        "ready", ("committed", 1, 1), ("replied", 200), "ready", ("refused", "Refused"), "ready", ("committed", 1, 0),
    ]  # fmt: skip


def test_an_observer_can_fail_a_call_before_its_decision():
    other = Recorder()
    subject = engine(Recorder(fail=ServiceError(REFUSED, {"Who": "observer"})), other)
    with pytest.raises(ServiceError, match="Refused by observer"):
        asyncio.run(subject.run(Call("s3", "PutObject"), write))
    assert subject.store.index == 0
    assert other.seen == [("refused", "Refused")]


def test_calls_take_effect_in_the_order_in_which_they_are_released():
    async def race() -> list[int]:
        order: list[int] = []
        gates = [asyncio.Event() for _ in range(3)]
        store = MemoryStore(ManualClock(), CountingIds())
        engines = [Engine(store, (Recorder(hold=gate),)) for gate in gates]

        def decide(number: int) -> Any:
            return lambda txn: order.append(number)

        tasks = [asyncio.ensure_future(e.run(Call("s3", "PutObject"), decide(n))) for n, e in enumerate(engines)]
        for number in (2, 0, 1):
            gates[number].set()
            await tasks[number]
        return order

    assert asyncio.run(race()) == [2, 0, 1]


def test_a_lost_reply_leaves_the_commit_standing():
    class Loses(Recorder):
        async def replied(self, call: Call, status: int) -> None:
            raise ReplyLost

    subject, call = engine(Loses()), Call("s3", "PutObject")
    asyncio.run(subject.run(call, write))
    with pytest.raises(ReplyLost):
        asyncio.run(subject.replied(call, 200))
    assert subject.store.index == 1


def test_the_administration_is_not_observed():
    recorder = Recorder(fail=ServiceError(REFUSED, {"Who": "observer"}))
    subject = engine(recorder)
    assert subject.administer(write) == "done"
    assert (subject.store.index, recorder.seen) == (1, [])


def test_an_eventually_consistent_read_may_be_answered_from_elsewhere():
    class Past:
        def view(self, call: Call, decide: Any) -> Any:
            return "the past"

    store = MemoryStore(ManualClock(), CountingIds())
    subject = Engine(store, (), Past())
    assert asyncio.run(subject.read(Call("dynamodb", "GetItem", consistent=False), lambda txn: "now")) == "the past"
    assert asyncio.run(subject.read(Call("dynamodb", "GetItem"), lambda txn: "now")) == "now"
