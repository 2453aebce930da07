"""The real clock and the real chance: the only place where the program asks the machine for either."""

from __future__ import annotations

import os
import time
from binascii import b2a_base64
from collections.abc import Callable
from typing import Final

from condemu.core.calls import Call
from condemu.core.effects import Ids

_BASE32: Final = bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value & 31] for value in range(256))
_REQUEST_ID: Final = 16
_HOST_ID: Final = 56
_SIZE: Final = _REQUEST_ID + _HOST_ID
_BATCH: Final = 64  # identifiers made from one question to the kernel


class SystemClock:
    """The machine's clock. Another can be put in its place; as long as none is, asking costs no more than asking the machine."""

    def __init__(self) -> None:
        self.now: Callable[[], float] = time.time

    def replace(self, now: Callable[[], float]) -> None:
        """Show what another clock shows."""
        self.now = now


class SystemIds:
    def __init__(self) -> None:
        self.seeded = False

    def token(self, size: int) -> bytes:
        return os.urandom(size)

    def of(self, identity: str) -> Ids:
        return self

    def again(self) -> Ids:
        return self


def unique_name() -> str:
    """A name that nobody ever made before, on any machine: seeds have no say in it."""
    return os.urandom(16).hex()


class RequestIds:
    """Names for requests: x-amz-request-id (16 characters, as recorded on AWS) and x-amz-id-2 (76 characters of base64).

    They come from the emulator's identifiers: from many of them at once where these are random, and from each call's own where
    they are seeded.
    """

    __slots__ = ("_ids", "_pool")

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._pool: list[tuple[str, str]] = []  # taken from by pop, which threads can do at once

    def next(self, call: Call | None = None) -> tuple[str, str]:
        if call is not None and self._ids.seeded:
            return _names(self._ids.of(f"{call.identity}/request").token(_SIZE))
        try:
            return self._pool.pop()
        except IndexError:
            random = self._ids.token(_SIZE * _BATCH)
            self._pool += [_names(random[at : at + _SIZE]) for at in range(_SIZE, _SIZE * _BATCH, _SIZE)]
            return _names(random[:_SIZE])


def _names(random: bytes) -> tuple[str, str]:
    host_id = b2a_base64(random[_REQUEST_ID:], newline=False)
    return random[:_REQUEST_ID].translate(_BASE32).decode("ascii"), host_id.decode("ascii")
