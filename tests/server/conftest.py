"""Servers on loopback, in threads; and a client that sends bytes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from condemu.core.effects import ManualClock
from condemu.core.engine import Engine, Observer
from condemu.core.http import Request, Response
from condemu.core.store import MemoryStore
from condemu.server.app import Emulator
from condemu.server.config import Config
from condemu.server.protocol import Protocol
from condemu.server.serving import HttpServer, listen
from condemu.server.system import SystemIds
from condemu.storage.spool import SpoolBlobs
from condemu.testing.server import Server
from tests.server.races_client import Admin

# Where nothing is verified a request is whoever it says it is; without saying so it would be anonymous.
SOMEBODY = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=" + "0" * 64


class Scripted:
    """A service that answers as a test says."""

    name = "s3"

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self.answer = answer

    async def handle(self, request: Request) -> Response:
        return await self.answer(request)


def emulator_of(
    answer: Callable[[Request], Awaitable[Response]], observers: tuple[Observer, ...] = (), config: Config | None = None
) -> Emulator:
    """An emulator with one scripted service and a clock that stands at 2026-01-01."""
    clock, ids = ManualClock(), SystemIds()
    engine = Engine(MemoryStore(clock, ids), observers)
    return Emulator(
        config=config or Config(), engine=engine, blobs=SpoolBlobs(), clock=clock, wall=clock, ids=ids,
        services={"s3": Scripted(answer)},
    )  # fmt: skip


@contextlib.contextmanager
def serving(emulator: Emulator) -> Iterator[tuple[str, int]]:
    """The address of a server around the emulator."""
    listener = listen("127.0.0.1", 0)
    address = listener.getsockname()[:2]
    up = threading.Event()
    server = HttpServer(emulator, listener, lambda _: up.set())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    assert up.wait(1800)
    try:
        yield address
    finally:
        server.stop()
        thread.join(1800)
        assert not thread.is_alive()
        emulator.close()


class Connection:
    """A socket that sends bytes and reads one HTTP answer after the other."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=1800)
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> Connection:
        self.socket.sendall(data)
        return self

    def answer(self, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer; (0, {}, b"") when the connection ended instead."""
        line = self._file.readline()
        if not line:
            return 0, {}, b""
        headers: dict[str, str] = {}
        while (raw := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = raw.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        status = int(line.split()[1])
        bodiless = method == "HEAD" or status in (100, 204, 304)
        body = b"" if bodiless else self._file.read(int(headers.get("content-length", "0")))
        return status, headers, body

    def ended(self) -> bool:
        """Whether the server closed the connection."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._file.close()
        self.socket.close()


class Transport:
    """Keeps what is written; notices the end."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def writelines(self, pieces: tuple[bytes, ...]) -> None:
        self.written += b"".join(pieces)

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 40000) if name == "peername" else None

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Opened:
    """A connection without a socket."""

    def __init__(self, emulator: Emulator) -> None:
        config = SimpleNamespace(loaded_app=emulator.asgi, timeout_keep_alive=60)
        self.state = SimpleNamespace(connections=set(), tasks=set(), total_requests=0)
        self.protocol, self.transport = Protocol(config, self.state, {}), Transport()  # type: ignore[arg-type]
        self.protocol.connection_made(self.transport)  # type: ignore[arg-type]


async def exchanged(emulator: Emulator, *pieces: bytes) -> list[bytes]:
    """What is answered after each piece, without a socket; then the client is gone."""
    opened = Opened(emulator)
    protocol, transport = opened.protocol, opened.transport
    answers = []
    for piece in pieces:
        if not transport.closed:
            protocol.data_received(piece)
        for _ in range(3):
            await asyncio.sleep(0)
        answers.append(transport.written)
        transport.written = b""
    protocol.eof_received()
    protocol.connection_lost(None)
    while opened.state.tasks:
        await asyncio.sleep(0)
    return answers


@pytest.fixture
def connect() -> Iterator[Callable[[Any], Connection]]:
    """Connect to an address. Connections are closed at the end."""
    opened: list[Connection] = []

    def open_connection(address: tuple[str, int]) -> Connection:
        opened.append(Connection(address))
        return opened[-1]

    yield open_connection
    for connection in opened:
        connection.close()


# --- the lab over HTTP


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for the tests of a module, whose administration is `admin`."""
    with Server() as server:
        yield server


@pytest.fixture
def admin(server: Server) -> Admin:
    """With nothing in it."""
    admin = Admin(server.url)
    assert admin("POST", "reset")[0] == 200
    return admin
