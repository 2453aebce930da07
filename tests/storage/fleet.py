"""Several condemus on one store, each a process of its own that may be killed at any moment, and clients spread over them.

A client writes down what it sent and what it was told, so that the checker can say whether some order of all calls explains it.
"""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

from condemu.lab.history import ABSENT, COMMITTED, FAIL, INFO, OK, RECEIVED, REFUSED, REPLIED, UNKNOWN, Effect, Entry

UNSURE = (0, 500, 503)  # no answer, or one that does not tell what happened


class Process:
    """A condemu. It keeps its port when it is started again."""

    def __init__(self, store: str, *more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._command = [
            sys.executable, "-m", "condemu.cli", "serve", "--port", str(self.port), "--auth", "off", "--store", store, *more,
        ]  # fmt: skip
        self.process: subprocess.Popen[str] | None = None
        self.serves = threading.Event()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self._listen, args=(self.process,)).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "Ready.\n":
                self.serves.set()
        process.stdout.close()

    def kill(self) -> None:
        assert self.process is not None
        self.serves.clear()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Fleet:
    """`count` processes on one store."""

    def __init__(self, store: str, number: int = 4, *more: str) -> None:
        self.processes = [Process(store, *more) for _ in range(number)]
        self.order = list(self.processes)
        self.killed = 0

    def start(self) -> None:
        for process in self.processes:
            process.start()
        for process in self.processes:
            assert process.serves.wait(120)

    @contextmanager
    def attacked(self, every: float = 1.0) -> Iterator[None]:
        """At once, and again and again, the process that has served longest is killed and started again; but not the last one."""
        ended = threading.Event()
        for process in self.processes:  # those too that were killed before
            assert process.serves.wait(120)
        self.kill(self.order[0])

        def attack() -> None:
            while not ended.wait(every):
                serving = [process for process in self.order if process.serves.is_set()]
                if len(serving) > 1:
                    self.kill(serving[0])

        attacker = threading.Thread(target=attack)
        attacker.start()
        try:
            yield
        finally:
            ended.set()
            attacker.join()

    def kill(self, process: Process) -> None:
        process.kill()
        process.start()
        self.order.remove(process)
        self.order.append(process)
        self.killed += 1

    def stop(self) -> None:
        for process in self.processes:
            if process.process is not None:
                process.kill()


class Client:
    """Sends requests to the processes of a fleet, each to the next one, and writes down what comes of those to S3."""

    def __init__(self, fleet: Fleet, number: int = 0) -> None:
        self.fleet = fleet
        self.number = number
        self.turn = number
        self.entries: list[Entry] = []
        self._connections: dict[int, http.client.HTTPConnection] = {}

    def __del__(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """Status 0 where no answer came."""
        port = self.fleet.processes[self.turn % len(self.fleet.processes)].port
        self.turn += 1
        connection = self._connections.get(port)
        if connection is None:
            connection = self._connections[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        except (OSError, http.client.HTTPException):
            connection.close()
            del self._connections[port]
            return 0, b"", {}

    def sure(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """Sent until somebody answers: for what may be done twice."""
        while True:
            answer = self.send(method, path, body, **headers)
            if answer[0] not in UNSURE:
                return answer
            time.sleep(0.02)

    def dynamodb(self, operation: str, *, surely: bool = False, **members: Any) -> tuple[int, Any]:
        head = {"x_amz_target": f"DynamoDB_20120810.{operation}", "content_type": "application/x-amz-json-1.0"}
        send = self.sure if surely else self.send
        status, body, _ = send("POST", "/", json.dumps(members).encode(), **head)
        return status, json.loads(body) if body else {}

    def simpledb(self, action: str, *, surely: bool = False, **parameters: str) -> tuple[int, bytes]:
        form = {"Action": action, "Version": "2009-04-15", **{name.replace("__", "."): text for name, text in parameters.items()}}
        send = self.sure if surely else self.send
        status, body, _ = send("POST", "/", urlencode(form).encode(), content_type="application/x-www-form-urlencoded")
        return status, body

    # S3, written down

    def read(self, key: str) -> tuple[int, bytes, str | None]:
        """The status, the content, and the ETag; None where nothing is there."""
        began = time.monotonic_ns()
        status, body, headers = self.send("GET", f"/bucket/{key}")
        tag = headers.get("etag") if status == 200 else None
        found = tag.strip('"') if tag is not None else ABSENT if status == 404 else None
        self._note("GetObject", key, began, status, body, Effect(f"s3:bucket/{key}", found=found))
        return status, body, tag

    def put(self, key: str, content: bytes, seen: str | None) -> int:
        """If-Match with the ETag that was seen, or If-None-Match: * where nothing was."""
        began = time.monotonic_ns()
        condition = {"if_none_match": "*"} if seen is None else {"if_match": seen}
        status, body, _ = self.send("PUT", f"/bucket/{key}", content, **condition)
        expects = ABSENT if seen is None else seen.strip('"')
        left = None if status not in (200, *UNSURE) else md5(content).hexdigest()
        self._note("PutObject", key, began, status, body, Effect(f"s3:bucket/{key}", True, expects, left=left))
        return status

    def _note(self, operation: str, key: str, began: int, status: int, body: bytes, effect: Effect) -> None:
        told = INFO if status in UNSURE else OK if status < 300 else FAIL
        code = body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode() if status >= 300 else ""
        marks = {RECEIVED: (began, began / 1e9)}
        if told != INFO:
            ended = time.monotonic_ns()
            marks[REPLIED] = (ended, ended / 1e9)
        outcome = {OK: COMMITTED, FAIL: REFUSED, INFO: UNKNOWN}[told]
        values = {name: getattr(effect, name) for name in ("resource", "written", "expects", "found", "left")}
        one = Effect(**values, outcome=outcome, code=code, status=status if code else 0)
        self.entries.append(Entry(
            number=len(self.entries) + 1, actor=f"client {self.number}", service="s3", operation=operation,
            parameters={"Bucket": "bucket", "Key": key}, marks=marks, effects=(one,), told=told, status=status, code=code,
        ))  # fmt: skip


def everyone(clients: list[Client], work: Callable[[Client], Any]) -> list[Any]:
    """What comes of it when all clients do this at once."""
    return together([partial(work, client) for client in clients])


def together(work: list[Callable[[], Any]]) -> list[Any]:
    """What these come to, each in a thread of its own, begun at the same moment."""
    ready = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)

    def one(number: int) -> None:
        ready.wait()
        try:
            results[number] = work[number]()
        except BaseException as failure:
            results[number] = failure

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def numbered(clients: list[Client]) -> list[Entry]:
    """The entries of all clients, in the order in which they began."""
    entries = sorted((entry for client in clients for entry in client.entries), key=lambda entry: entry.marks[RECEIVED])
    return [replace(entry, number=number) for number, entry in enumerate(entries, 1)]
