"""The client: as many keep-alive connections as told, each with one request under way; every status is counted.

It never sleeps: between answers it looks at its sockets again and again. A client that sleeps has to be woken, and it is the
server whose `send` pays for that, on a virtual machine 20 µs a request; a faster server would not pay, for its client never comes
to sleep, so that part of the difference between two servers would be the client's. So it needs a core of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import uvloop

Requests = Iterable[bytes] | Sequence[Iterable[bytes]]  # shared by all connections, or one source for each
PATIENCE = 15  # seconds that the last answers may take
Next = Callable[[], bytes | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run came to. Latencies in milliseconds."""

    requests: int
    seconds: float
    statuses: dict[int, int]
    median: float
    p99: float
    received: int
    sent: int
    looks: int  # how often the client looked at its sockets: hardly more often than there were answers, and it was the bottleneck

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


class Connection(asyncio.Protocol):
    """Sends a request, reads its answer to the end, sends the next; connects again where the server does not keep connections."""

    def __init__(self, following: Next, run: Run) -> None:
        self._following = following
        self._run = run

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is none of asyncio's
        self._head = b""
        self._missing = -1  # bytes of the body still to come; -1: in the head; -2: chunked
        self._kept = True
        self._over = False
        self._send()

    def _send(self) -> None:
        request = self._following() if time.perf_counter() < self._run.deadline else None
        if request is None:
            self._over = True
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._run.sent += len(request)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._run.received += len(data)
        if self._missing == -1:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data = self._head[:end].lower() + b"\r\n", self._head[end + 4 :]
            self._head = b""
            self._status = int(head[9:12])
            self._kept = b"\r\nconnection: close" not in head
            at = head.find(b"\r\ncontent-length:")
            if self._status in (204, 304):
                self._missing = 0
            elif at >= 0:
                self._missing = int(head[at + 17 : head.find(b"\r", at + 2)])
            else:
                self._missing = -2
        if self._missing == -2:
            self._head = (self._head + data)[-5:]
            if self._head != b"0\r\n\r\n":
                return
            self._head, self._missing, data = b"", 0, b""
        self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self._run.finished(self._status, time.perf_counter() - self._began)
            if self._kept:
                self._send()
            else:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._over or (self._kept and error is None):
            self._run.ended()
        else:
            self._run.connect(self)


class Run:
    def __init__(self, host: str, port: int, connections: int, seconds: float) -> None:
        self._address = host, port
        self._pending: set[asyncio.Task[object]] = set()
        self.deadline = time.perf_counter() + seconds
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.sent = self.received = 0
        self.looks = 0
        self._open = connections
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self._loop.create_future()

    def stay_awake(self) -> None:
        """A loop that has something to do at once looks at its sockets without waiting."""
        self.looks += 1
        if not self.over.done():
            self._loop.call_soon(self.stay_awake)

    def connect(self, connection: Connection) -> None:
        task = self._loop.create_task(self._loop.create_connection(lambda: connection, *self._address))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    def finished(self, status: int, latency: float) -> None:
        self.statuses[status] += 1
        self.latencies.append(latency)

    def ended(self) -> None:
        self._open -= 1
        if not self._open and not self.over.done():
            self.over.set_result(None)


async def _drive(host: str, port: int, sources: list[Iterator[bytes]], seconds: float) -> Measured:
    run = Run(host, port, len(sources), seconds)
    began = time.perf_counter()
    for source in sources:
        run.connect(Connection(partial(next, source, None), run))
    run.stay_awake()
    try:
        await asyncio.wait_for(run.over, seconds + PATIENCE)
    except TimeoutError:
        run.statuses[0] += 1  # somebody never got the rest of an answer
    elapsed = time.perf_counter() - began
    ordered = sorted(run.latencies) or [0.0]
    median, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    statuses, count = dict(run.statuses), len(run.latencies)
    return Measured(count, elapsed, statuses, median * 1000, p99 * 1000, run.received, run.sent, run.looks)


def drive(host: str, port: int, requests: Requests, connections: int, seconds: float) -> Measured:
    """Send `requests` over `connections` until they or the seconds run out. A sequence holds one source for each connection."""
    shared = cast(Iterable[bytes], requests)
    if isinstance(requests, Sequence) and not isinstance(requests[0], bytes):
        sources = [iter(source) for source in cast(Sequence[Iterable[bytes]], requests)]
    else:
        sources = [iter(shared)] * connections
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(host, port, sources, seconds))
