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

    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def next(self) -> tuple[str, str]:
        """A pair that no other thread is given: taking a piece from the list is one step."""
        try:
            piece = self._pieces.pop()
        except IndexError:
            chance, size = os.urandom((_REQUEST_ID + _HOST_ID) * _BATCH), _REQUEST_ID + _HOST_ID
            piece, *more = (chance[at : at + size] for at in range(0, len(chance), size))
            self._pieces.extend(more)
        request_id = piece[:_REQUEST_ID].translate(_BASE32).decode("ascii")
        return request_id, b2a_base64(piece[_REQUEST_ID:], newline=False).decode("ascii")
