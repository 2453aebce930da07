"""boto3 clients of an emulator in this process, recorded; replies can be lost, and conflicts made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from condemu.core.calls import Call, Step
from condemu.core.effects import ManualClock
from condemu.core.engine import ReplyLost, Watch
from condemu.core.errors import ServiceError
from condemu.core.http import Response
from condemu.lab.history import Entry
from condemu.s3.errors.general import CONDITIONAL_REQUEST_CONFLICT
from condemu.server.recorder import Recorder
from condemu.testing.transport import install


class Faults(Watch):
    """Loses the replies of the calls that `lose` picks, and refuses those that `conflict` picks."""

    def __init__(self) -> None:
        self.lose: Callable[[Call], bool] = lambda call: False
        self.conflict: Callable[[Call], bool] = lambda call: False

    async def ready(self, call: Call, step: Step) -> None:
        if self.conflict(call):
            raise ServiceError(CONDITIONAL_REQUEST_CONFLICT, {"Key": call.parameters.get("Key"), "Condition": "If-None-Match"})

    async def replying(self, call: Call, reply: Response) -> Response | None:
        if self.lose(call):
            raise ReplyLost
        return None


class Race:
    """An emulator, its recorder, its faults and its clock; each actor has clients of its own."""

    def __init__(self) -> None:
        from condemu.server.app import build

        self.clock = ManualClock()
        self.faults = Faults()
        self.emulator = build(clock=self.clock, observers=(self.faults,))
        self.recorder = Recorder(self.emulator.engine.store)
        self.emulator.engine.observe(self.recorder)

    def client(self, service: str, actor: str, attempts: int = 3) -> Any:
        session = boto3.Session("test", "test", region_name="us-east-1")
        retries = {"total_max_attempts": attempts, "mode": "standard"}
        client = session.client(service, config=Config(retries=retries, user_agent_extra=f"md/actor#{actor}"))
        install(client, self.emulator)
        client.meta.events.register("request-created", lambda **_: self.clock.advance(0.001))
        return client

    def entries(self) -> list[Entry]:
        return self.recorder.entries()


@contextmanager
def race() -> Iterator[Race]:
    one = Race()
    try:
        yield one
    finally:
        one.emulator.close()


def once(chosen: Callable[[Call], bool]) -> Callable[[Call], bool]:
    """The first call that is chosen."""
    left = [1]

    def first(call: Call) -> bool:
        if left[0] and chosen(call):
            left[0] = 0
            return True
        return False

    return first
