"""What the parts of a connection know of each other, and of the emulator that answers: no more than is named here."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from condemu.core.calls import CLIENT
from condemu.core.effects import Clock
from condemu.core.engine import Engine
from condemu.core.http import Body, Request, Response
from condemu.core.service import Service
from condemu.server.config import Config
from condemu.server.heads import Heads
from condemu.server.init_hooks import Hooks


class Handling(Protocol):
    """What answers a part of the administration (`lab/`)."""

    async def handle(self, request: Request) -> Response: ...


class Answering(Protocol):
    """An emulator, as who receives requests for it sees it. `app.py` has the one there is."""

    config: Config
    engine: Engine
    hooks: Hooks
    services: Mapping[str, Service]
    wall: Clock

    @property
    def trouble(self) -> str:
        """Why the state can be neither read nor written now."""
        ...

    def received(
        self, method: str, raw_path: str, query_string: str, headers: dict[str, str], body: Body, *, scheme: str = "http",
        client_address: str = "127.0.0.1", cause: str = CLIENT,
    ) -> Request: ...  # fmt: skip

    def arrived(self, request: Request) -> None: ...

    def answer(self, request: Request, service: Service | None = None) -> Coroutine[Any, Any, Response]: ...

    async def reset(self, account: str | None = None) -> None: ...

    @property
    def lab(self) -> Handling: ...

    @property
    def snapshot_calls(self) -> Handling: ...


class Waiting(Protocol):
    """An exchange whose client may be waited for."""

    @property
    def waits(self) -> bool: ...

    def give_up(self) -> None: ...


class Watched(Protocol):
    """A connection, as who looks after it sees it (`stalls.py`)."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    writable: asyncio.Future[None] | None

    @property
    def answering(self) -> Waiting | None: ...

    def cut(self) -> None: ...


class Watching(Protocol):
    """Who looks after a connection, as its exchanges see it."""

    def begin(self, unsent: int = 0) -> None: ...


class Connection(Protocol):
    """A connection, as its exchanges see it (`exchange.py`)."""

    emulator: Answering
    heads: Heads
    loop: asyncio.AbstractEventLoop
    lost: bool
    transport: asyncio.Transport
    writable: asyncio.Future[None] | None

    @property
    def watch(self) -> Watching: ...

    def resume_reading(self) -> None: ...

    def cut(self, sent: bool = False) -> None: ...

    def answered(self, exchange: Any) -> None: ...
