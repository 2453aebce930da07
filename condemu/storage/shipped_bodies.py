"""Bodies on their way between a directory of this process and the place that all share."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from condemu.core.log import LogUnavailable
from condemu.storage.file_blobs import BodyFile, FileBlobs


class Bodies(Protocol):
    """Where bodies are kept by name."""

    def put(self, name: str, path: str) -> None: ...

    def claim(self, names: Sequence[str]) -> list[str]: ...

    def fetch(self, name: str, path: str) -> None: ...

    def tend(self, dead: Sequence[str], held: Callable[[str], bool]) -> list[str]: ...

    def forgotten(self, held: Callable[[str], bool]) -> list[str]: ...

    def close(self) -> None: ...


class ShippedBodies:
    """The bodies of a place, as all threads of one process put and fetch them."""

    def __init__(self, bodies: Bodies, blobs: FileBlobs) -> None:
        self._bodies = bodies
        self._blobs = blobs
        self._lock = threading.Lock()  # of the place's bodies, and of `durable`

    def ship(self, named: Sequence[BodyFile]) -> None:
        """Return when all of these are there. Raises LogUnavailable."""
        with self._lock:
            for body in named:
                self._put(body)
            missing = self._bodies.claim([body.name for body in named])
            for body in named:
                if body.name in missing:
                    body.durable = False
                    self._put(body)

    def _put(self, body: BodyFile) -> None:
        if not body.durable:
            try:
                if self._blobs.lasting:
                    os.utime(self._blobs.place(body.name))  # whoever looks for strays sees that it is not one
                    self._blobs.sync((body,))
                self._bodies.put(body.name, self._blobs.place(body.name))
            except OSError as problem:
                raise LogUnavailable(f"the body {body.name} cannot be read: {problem.strerror}") from problem
            body.durable = True

    def ship_one(self, body: BodyFile) -> None:
        """Before it is named: what its commit need not wait for then."""
        with self._lock, suppress(LogUnavailable):  # whoever names it tries again, and tells
            self._put(body)

    def fetch(self, name: str, path: str) -> None:
        with self._lock:
            if not os.path.exists(path):
                self._bodies.fetch(name, path)

    def tend(self, dead: Sequence[str]) -> list[str]:
        with self._lock:
            return self._bodies.tend(dead, self._blobs.holds)

    def forgotten(self) -> list[str]:
        with self._lock:
            return self._bodies.forgotten(self._blobs.holds)
