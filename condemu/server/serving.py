"""The emulator on a socket: uvicorn with our protocol, and an end that lets running requests finish."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

import uvicorn

from condemu.server.app import Emulator
from condemu.server.certificates import context_of
from condemu.server.config import Config
from condemu.server.door import doors
from condemu.server.protocol import Protocol

KEEP_ALIVE: Final = 75  # seconds that an idle connection stays open: longer than most clients keep theirs
BACKLOG: Final = 2048


def uvicorn_options(config: Config) -> dict[str, Any]:
    """How uvicorn is run here, for whoever starts it himself. Raises Unusable when there is no certificate for TLS."""
    context = context_of(config)
    return {
        "http": Protocol if context is None else doors(context),
        "interface": "asgi3",
        "proxy_headers": False,
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": False,
        "timeout_keep_alive": KEEP_ALIVE,
        "timeout_graceful_shutdown": config.shutdown_timeout,
        "backlog": BACKLOG,
    }


class HttpServer(uvicorn.Server):
    """Serves an emulator; `ready` is called with the URL as soon as it answers, and its hooks have run.

    When a hook fails, or it is told to stop before they all have run, `ready` is never called.
    """

    def __init__(self, emulator: Emulator, listener: socket.socket, ready: Callable[[str], None]) -> None:
        super().__init__(uvicorn.Config(emulator.asgi, **uvicorn_options(emulator.config)))
        self._emulator = emulator
        self._listener = listener
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()
        self._hooks = emulator.hooks

    def serve_forever(self) -> None:
        """Until `stop`, SIGTERM or SIGINT. Requests under way then are answered, if the shutdown timeout is enough for them: one
        whose client sends nothing any more holds the server no longer than that. A second SIGINT does not wait for them.
        """
        self.run(sockets=[self._listener])

    def stop(self) -> None:
        """From any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> None:
        """Nothing to do but to wait; uvicorn's own looks around ten times a second."""
        self._loop = asyncio.get_running_loop()
        stopped = asyncio.ensure_future(self._stopped.wait())
        if self.should_exit or (self._hooks.scripts and not await self._prepared(stopped)):
            stopped.cancel()
            return
        self._ready(url_of(self._listener))
        await stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._emulator.begin()

    async def _prepared(self, stopped: asyncio.Future[Any]) -> bool:
        """Whether all hooks have run and none has failed. Requests are answered meanwhile: those of the hooks."""
        running = asyncio.ensure_future(self._hooks.run(url_of(self._listener)))
        await asyncio.wait((running, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            self._hooks.stop()
        await running
        return self._hooks.ready and not stopped.done()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but a signal that was obeyed is not raised again: having stopped as asked is a success."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 means a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(emulator: Emulator, ready: Callable[[str], None]) -> None:
    """Serve where the emulator's configuration says, until told to stop."""
    HttpServer(emulator, listen(emulator.config.host, emulator.config.port), ready).serve_forever()
