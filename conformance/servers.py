"""condemu as a plain ASGI application, under servers that are not its own: targets `condemu:h11`, `:httptools`, `:hypercorn`."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any, Final

BACKLOG: Final = 2048
BESIDES: Final = ("h11", "httptools", "hypercorn")  # uvicorn with either of its own protocols; hypercorn


def serve(emulator: Any, kind: str) -> tuple[str, Callable[[], None]]:
    """The URL of a server of that kind around the emulator, in a thread, and how to stop it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    run, stop = (_hypercorn if kind == "hypercorn" else _uvicorn)(emulator.asgi, listener, kind)
    thread = threading.Thread(target=run, name=f"condemu under {kind}", daemon=True)
    thread.start()

    def end() -> None:
        stop()
        thread.join(30)
        listener.close()
        emulator.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", end


def _uvicorn(app: Any, listener: socket.socket, kind: str) -> tuple[Callable[[], None], Callable[[], None]]:
    import uvicorn

    config = uvicorn.Config(
        app, http=kind, lifespan="off", ws="none", proxy_headers=False, log_config=None, access_log=False,
        server_header=False, date_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    return lambda: server.run(sockets=[listener]), stop


def _hypercorn(app: Any, listener: socket.socket, kind: str) -> tuple[Callable[[], None], Callable[[], None]]:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.include_date_header = config.include_server_header = False
    config.keep_alive_timeout, config.graceful_timeout = 75, 5
    config.errorlog = None
    stopped = threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        await serve(app, config, shutdown_trigger=lambda: loop.run_in_executor(None, stopped.wait))

    return lambda: asyncio.run(run()), stopped.set
