"""The yardstick: the least that an ASGI application on uvicorn can do with the same requests.

It reads the body and answers 200; a GET of a key that ends in "-<n>" is answered with n bytes. No routing, no signature, no
digest, nothing is kept.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

PIECE = bytes(256 * 1024)


async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    if scope["method"] == "GET":
        size = int(scope["path"].rpartition("-")[2])
    else:
        size = 0
        while (await receive()).get("more_body"):
            pass
    headers = [(b"content-length", b"%d" % size), (b"etag", b'"0"'), (b"server", b"bare")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while size > len(PIECE):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        size -= len(PIECE)
    await send({"type": "http.response.body", "body": PIECE[:size]})


class Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print("Ready.", flush=True)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "ws": "none", "server_header": False}
    config = uvicorn.Config(app, http="httptools", loop="uvloop", date_header=True, timeout_keep_alive=75, **options)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(Server(config).serve(sockets=[listener]))
