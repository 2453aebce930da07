"""A real server on a real socket, in a thread of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from condemu.server.app import Emulator


class Server:
    """`with Server() as server:` serves on a free port of 127.0.0.1; `server.url` says where. Settings are those of Config.

    `environment` may name one access key, as the process's own environment does for `condemu serve`. `clock`, `wall`, `ids`,
    `store`, `observers` and `stale_reads` are those of `condemu.server.app.build`.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, **settings: Any) -> None:
        from condemu.server.app import build
        from condemu.server.config import Config
        from condemu.testing.local import EFFECTS, check_settings

        check_settings(settings, own=EFFECTS)
        effects = {name: settings.pop(name) for name in EFFECTS if name in settings}
        self.emulator: Emulator = build(Config(**settings), environment=environment, **effects)
        self.url = ""
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._stop: Any = None
        self._thread = threading.Thread(target=self._serve, name="condemu", daemon=True)

    def start(self) -> Server:
        self._thread.start()
        self._ready.wait(600)
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Let running requests finish, then end."""
        if self._stop is not None:
            self._stop()
        self._thread.join(30)
        self.emulator.close()

    def _serve(self) -> None:
        import uvicorn

        from condemu.server.serving import uvicorn_options

        try:
            config = uvicorn.Config(self.emulator.asgi, host="127.0.0.1", port=0, **uvicorn_options(self.emulator.config))
            server = uvicorn.Server(config)
            server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore]
            config.get_loop_factory()
            asyncio.run(self._run(server))
        except BaseException as failure:
            self._failure = failure
            self._ready.set()

    async def _run(self, server: Any) -> None:
        def stop() -> None:
            server.should_exit = True

        self._stop = stop
        serving = asyncio.ensure_future(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.001)
        if server.started:
            host, port = server.servers[0].sockets[0].getsockname()[:2]
            self.url = f"http://{host}:{port}"
            self._ready.set()
        await serving

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
