"""The real clock and the real chance: the only place where the program asks the machine for either."""

from __future__ import annotations

import os
import time
from binascii import b2a_base64
from typing import Final

_BASE32: Final = bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value & 31] for value in range(256))
_REQUEST_ID: Final = 16
_HOST_ID: Final = 56
_BATCH: Final = 64  # identifiers made from one question to the kernel


class SystemClock:
    now = staticmethod(time.time)


class SystemIds:
    def token(self, size: int) -> bytes:
        return os.urandom(size)


class RequestIds:
    """Names for requests: x-amz-request-id (16 characters, as recorded on AWS) and x-amz-id-2 (76 characters of base64)."""

    __slots__ = ("_at", "_pool")

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0

    def next(self) -> tuple[str, str]:
        at = self._at
        if at >= len(self._pool):
            self._pool, at = os.urandom((_REQUEST_ID + _HOST_ID) * _BATCH), 0
        middle = at + _REQUEST_ID
        self._at = end = middle + _HOST_ID
        request_id = self._pool[at:middle].translate(_BASE32).decode("ascii")
        return request_id, b2a_base64(self._pool[middle:end], newline=False).decode("ascii")
