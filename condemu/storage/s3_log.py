"""State shared by way of a bucket, on any store that honors `If-None-Match: *`: nothing else is asked of it.

    about.json                    which format it is, and the secret of all who use it
    log/00000000000000001234      the batch that was appended after commit 1234
    log/begin                     there as long as no batch was deleted
    snapshot/00000000000000001234 all that there was at commit 1234
    body/NAME                     a body of more than 64 KiB

A batch is put by its place, if nothing is there. So one of those who append behind the same commit wins; whose answer was lost,
or was a 409, sends the same once more and sees whose batch is there: its first line says who put it.

A place whose batch was deleted must not be taken a second time. Batches are deleted from the first one on, so whoever has read or
appended at a place then looks whether what lies before it is still there: the batch that ended with that commit, or the snapshot
from which the replica began. If it is, the place itself was never deleted. If it is not, the replica begins anew; and of a
batch that was just put there nobody knows whether it counts, so its callers are told just that.
"""

from __future__ import annotations

import json
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Final

from condemu import __version__
from condemu.core.effects import Clock, Ids
from condemu.core.log import Log, LogUnavailable, Missed
from condemu.storage.data_directory import DataUnusable
from condemu.storage.s3_objects import Objects, S3Address

FORMAT: Final = 1
ABOUT: Final = "about.json"
BEGIN: Final = "log/begin"
TRIES: Final = 3  # of a request whose answer was lost
LOOKS: Final = 30  # looks after bodies between one that finds a body dead and its end: an hour
FRESH: Final = 1200.0  # seconds for which a body that was put needs not be put again to be named
OLD: Final = 3600.0  # seconds since a body was put, before which it is not deleted


def place_name(after: int) -> str:
    return f"log/{after:020d}"


def snapshot_name(index: int) -> str:
    return f"snapshot/{index:020d}"


class S3Log:
    """The log, as one process uses it, from one thread. `token` makes a name that nobody ever made before."""

    alone: Final = False

    def __init__(self, objects: Objects, token: Callable[[], bytes], ship: Callable[[Sequence[Any]], None]) -> None:
        self._objects = objects
        self._token = token().hex()
        self._numbers = count(1)
        self._ship = ship
        self._before: dict[int, str] = {}  # by commit: what is there as long as no batch behind it is deleted

    def append(self, after: int, last: int, batch: bytes, bodies: Sequence[Any]) -> bool:
        if bodies:
            self._ship(bodies)
        if after not in self._before and not self._objects.has(self._lies_before(after)):
            return False
        writer = f"{self._token}-{next(self._numbers)}"
        head = json.dumps({"last": last, "writer": writer}).encode()
        if not self._put(after, head + b"\n" + batch, writer):
            return False
        if not self._objects.has(self._lies_before(after)):
            raise LogUnavailable(f"{self._objects.address.shown}: what lies before commit {after + 1} was just deleted")
        self._before = {last: place_name(after)}
        return True

    def _put(self, after: int, content: bytes, writer: str) -> bool:
        for left in reversed(range(TRIES)):
            try:
                status = self._objects.put(place_name(after), content, new=True).status
            except LogUnavailable:
                if left == 0:
                    raise
                continue
            if status == 200:
                return True
            there = self._objects.get(place_name(after))
            if there is not None:
                return bool(_head(there)[1] == writer)
        raise LogUnavailable(f"{self._objects.address.shown}: others put the same batch all the time, and none is there")

    def read(self, after: int) -> list[tuple[int, bytes]]:
        batches: list[tuple[int, bytes]] = []
        first, at, before = self._lies_before(after), after, {}
        while (content := self._objects.get(place_name(at))) is not None:
            last, _, batch = _head(content)
            before[last] = place_name(at)
            batches.append((last, batch))
            at = last
        if not self._objects.has(first):
            raise Missed
        if batches:
            self._before = before
        return batches

    def _lies_before(self, after: int) -> str:
        return self._before.get(after) or (snapshot_name(after) if after else BEGIN)

    def close(self) -> None:
        self._objects.close()


def _head(content: bytes) -> tuple[int, str, bytes]:
    """Of a batch's object: its last commit, who put it, and the batch."""
    line, _, batch = content.partition(b"\n")
    head = json.loads(line)
    return int(head["last"]), str(head["writer"]), batch


class S3Snapshots:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def newest(self) -> int:
        return max(self._all(), default=-1)

    def _all(self) -> list[int]:
        return [int(name.rpartition("/")[2]) for name in self._objects.names("snapshot/")]

    def fetch(self, path: str) -> bool:
        newest = self.newest()
        return newest >= 0 and self._objects.save(snapshot_name(newest), path)

    def put(self, index: int, path: str) -> None:
        kept = [at for at in self._all() if at < index]
        with open(path, "rb") as file:
            self._objects.put(snapshot_name(index), file, os.path.getsize(path))
        if kept:
            self._forget(max(kept), kept)

    def _forget(self, before: int, snapshots: list[int]) -> None:
        """Delete what lies before a snapshot: what others look for first, then batches from the first one on."""
        for at in snapshots:
            if at < before:
                self._objects.delete(snapshot_name(at))
        old = [name for name in self._objects.names("log/0") if int(name.rpartition("/")[2]) < before]
        if old:
            self._objects.delete(BEGIN)
        for name in old:
            self._objects.delete(name)

    def close(self) -> None:
        self._objects.close()


class S3Bodies:
    """Bodies by name. What nothing in this process refers to is deleted after an hour by whoever saw it die, or found it so.

    An hour is `LOOKS` looks. What was put less than an hour ago is not deleted, and who names a body that it put long ago puts it
    once more before. How long ago is told by a clock, not by looks: a process that was stopped meanwhile has not looked. What is
    left is a body that is put once more between another's look at its age and its deletion, milliseconds later: no condition of
    DeleteObject tells the same bytes from those that were there before (docs/shared.md).
    """

    def __init__(self, objects: Objects, wall: Clock, *, elsewhere: bool = False) -> None:
        self._objects = objects
        self._wall = wall
        self._elsewhere = elsewhere
        self._dead: dict[str, int] = {}
        self._put: dict[str, float] = {}  # what was put here and never named yet, and when

    def put(self, name: str, path: str) -> None:
        self._put[name] = self._wall.now()
        if not self._elsewhere:
            with open(path, "rb") as file:
                self._objects.put(f"body/{name}", file, os.path.getsize(path))

    def claim(self, names: Sequence[str]) -> list[str]:
        missing = []
        for name in names:
            self._dead.pop(name, None)
            put = self._put.pop(name, None)
            is_old = put is not None and self._wall.now() - put > FRESH
            if is_old or not (self._elsewhere or self._objects.has(f"body/{name}")):
                missing.append(name)
        return missing

    def fetch(self, name: str, path: str) -> None:
        if self._elsewhere or not self._objects.save(f"body/{name}", f"{path}.part"):
            raise LogUnavailable(f"{self._objects.address.shown}: the body {name} is not there")
        os.replace(f"{path}.part", path)

    def tend(self, dead: Sequence[str], held: Callable[[str], bool]) -> list[str]:
        self._put = {name: when for name, when in self._put.items() if held(name)}
        self._dead = {**dict.fromkeys(dead, 0), **self._dead}
        self._dead = {name: looks + 1 for name, looks in self._dead.items() if not held(name)}
        gone = [name for name, looks in self._dead.items() if looks > LOOKS and self._is_old(name)]
        for name in gone:
            if not self._elsewhere:
                self._objects.delete(f"body/{name}")
            del self._dead[name]
        return gone

    def _is_old(self, name: str) -> bool:
        if self._elsewhere:
            return True
        age = self._objects.age(f"body/{name}")
        return age is None or age > OLD

    def forgotten(self, held: Callable[[str], bool]) -> list[str]:
        if self._elsewhere:
            return []
        names = (name.rpartition("/")[2] for name in self._objects.names("body/"))
        return [name for name in names if not held(name)]

    def close(self) -> None:
        self._objects.close()


class S3Bell:
    """A bucket tells nobody, so it is looked at again and again."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def wait(self, seconds: float) -> bool:
        return not self._ended.wait(seconds)

    def interrupt(self) -> None:
        self._ended.set()

    def close(self) -> None:
        """Nothing."""


class S3Place:
    """A bucket, below a prefix. `elsewhere`: bodies are in a directory. Raises DataUnusable."""

    def __init__(self, url: str, ids: Ids, wall: Clock, environment: Mapping[str, str], *, elsewhere: bool = False) -> None:
        address = S3Address(url, environment)
        self.shown = url
        self._objects = Objects(address, wall)
        self.secret = self._opened(ids.of("shard iterators").token(32))
        self.snapshots = S3Snapshots(Objects(address, wall))
        self.bodies = S3Bodies(Objects(address, wall), wall, elsewhere=elsewhere)
        self.bell = S3Bell()

    def _opened(self, secret: bytes) -> bytes:
        objects = self._objects
        about = {"format": FORMAT, "made_by": __version__, "secret": b64encode(secret).decode()}
        try:
            if objects.get(ABOUT) is None:
                objects.put(BEGIN, b"", new=True)
                objects.put(ABOUT, json.dumps(about).encode(), new=True)
            about = json.loads(objects.get(ABOUT) or b"{}")
            made, by, secret = about["format"], about["made_by"], b64decode(str(about["secret"]))
        except LogUnavailable as problem:
            raise DataUnusable(str(problem)) from None
        except (ValueError, KeyError, TypeError) as problem:
            raise DataUnusable(f"{self.shown}: {ABOUT} cannot be read: {problem}") from None
        if made != FORMAT:
            raise DataUnusable(
                f"{self.shown} has format {made}, made by condemu {by}; condemu {__version__} reads format {FORMAT}:"
                " start it with another prefix"
            )
        return secret

    def log(self, ship: Callable[[Sequence[Any]], None], name: Callable[[], str]) -> Log:
        return S3Log(self._objects, lambda: name().encode(), ship)
