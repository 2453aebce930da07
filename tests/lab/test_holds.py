"""Holds: who waits where, who goes on, and how a request arrives that was held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from condemu.core.calls import Call, Step, Touch
from condemu.core.engine import ARRIVE_AGAIN
from condemu.core.http import Response
from condemu.lab.holds import REPLYING, Holds, picking


class EventGate:
    """Waits in an event loop; its time is up when the test says so."""

    def __init__(self, seconds: float) -> None:
        self.future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def passed(self) -> bool:
        return await self.future

    def open(self) -> None:
        self.future.set_result(True)


def call_of(actor: str = "ann") -> Call:
    return Call("s3", "PutObject", access_key=actor)


def step_of(reserve: Callable[[], Callable[[], None]] | None = None) -> Step:
    step = Step(lambda txn: None, lambda txn: (), reserve=reserve)
    step.footprint = (Touch("s3:locks/leader", True),)
    return step


def run(scene: Callable[[Holds], Any]) -> None:
    async def play() -> None:
        await scene(Holds(EventGate, lambda: 0.0))

    asyncio.run(play())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_request_that_a_hold_picks_waits_and_arrives_when_it_is_released():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking(operation="PutObject", actor="ann"))
        call = call_of()
        task = asyncio.ensure_future(holds.ready(call, step_of()))
        await settle()
        assert [str(parked) for parked in holds.waiting_at(hold)] == ["ann's PutObject locks/leader"]
        assert await holds.ready(call_of("ben"), step_of()) is None
        assert [str(parked) for parked in holds.release(hold)] == ["ann's PutObject locks/leader"]
        assert await task is ARRIVE_AGAIN
        call.arrivals += 1
        assert await holds.ready(call, step_of()) is None
        assert holds.waiting == []

    run(scene)


def test_who_has_waited_longest_goes_first_and_nobody_goes_where_nobody_waits():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking())
        assert holds.release(hold) == []
        tasks = [asyncio.ensure_future(holds.ready(call_of(actor), step_of())) for actor in ("ann", "ben", "cai")]
        await settle()
        gone = []
        for _ in tasks:
            gone += [parked.call.actor for parked in holds.release(hold)]
            await settle()
        assert gone == ["ann", "ben", "cai"]
        assert all(task.done() for task in tasks)

    run(scene)


def test_a_hold_that_ends_lets_everybody_go():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking())
        tasks = [asyncio.ensure_future(holds.ready(call_of(), step_of())) for _ in range(3)]
        await settle()
        holds.remove(hold)
        await asyncio.gather(*tasks)
        assert (holds.holds, holds.waiting, hold.released) == ([], [], 3)
        assert await holds.ready(call_of(), step_of()) is None

    run(scene)


def test_only_the_first_requests_are_held_where_a_hold_says_so():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking(first=1))
        task = asyncio.ensure_future(holds.ready(call_of(), step_of()))
        await settle()
        assert await holds.ready(call_of(), step_of()) is None
        holds.release(hold)
        await task

    run(scene)


def test_a_request_whose_time_is_up_goes_on_and_is_named():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking(), seconds=5)
        task = asyncio.ensure_future(holds.ready(call_of(), step_of()))
        await settle()
        holds.waiting[0].gate.future.set_result(False)
        assert await task is ARRIVE_AGAIN
        assert hold.late == ["ann's PutObject locks/leader waited 5 s, and nobody released it"]
        assert (hold.released, holds.waiting) == (0, [])

    run(scene)


def test_an_overlapping_request_has_been_under_way_and_reserves_what_it_wants():
    reserved: list[str] = []

    def reserve() -> Callable[[], None]:
        reserved.append("items")
        return reserved.clear

    async def scene(holds: Holds) -> None:
        hold = holds.add(picking(), overlapping=True)
        task = asyncio.ensure_future(holds.ready(call_of(), step_of(reserve)))
        await settle()
        assert reserved == ["items"]
        holds.release(hold)
        assert await task is None

    run(scene)


def test_an_answer_is_held_after_its_write():
    async def scene(holds: Holds) -> None:
        hold = holds.add(picking(), stage=REPLYING)
        call = call_of()
        assert await holds.ready(call, step_of()) is None
        task = asyncio.ensure_future(holds.replying(call, Response(200, [])))
        await settle()
        assert len(holds.waiting_at(hold)) == 1
        holds.release(hold)
        assert await task is None

    run(scene)
