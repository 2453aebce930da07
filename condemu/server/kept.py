"""A request's body that can be received once more: what an observed call needs to be made anew."""

from __future__ import annotations

from collections.abc import Iterator

from condemu.core.blobs import Blob, BlobStore
from condemu.core.http import Body


class KeptBody:
    """Hands on another body and keeps what it handed on. `again` is the same body from its beginning."""

    __slots__ = ("_before", "_blobs", "_rest", "_writer")

    def __init__(self, rest: Body, blobs: BlobStore, before: Blob | None = None) -> None:
        self._rest = rest
        self._blobs = blobs
        self._before: Iterator[bytes] = iter(()) if before is None else before.pieces()
        self._writer = blobs.writer()

    async def next_chunk(self) -> bytes:
        return self._keep(next(self._before, b"") or await self._rest.next_chunk())

    def take(self) -> bytes | None:
        """All that is left, if it is here. What was kept from the time before comes in pieces."""
        piece = next(self._before, b"")
        if not piece:
            whole = self._rest.take()
            return None if whole is None else self._keep(whole)
        self._before = _with(piece, self._before)
        return None

    def again(self) -> KeptBody:
        """The body from its beginning. Nothing may be asked of this one any more."""
        for piece in self._before:  # the call was made anew before it had asked for all
            self._keep(piece)
        return KeptBody(self._rest, self._blobs, self._writer.finish())

    def forget(self) -> None:
        """Give back what was kept."""
        self._writer.abandon()

    def _keep(self, piece: bytes) -> bytes:
        if piece:
            self._writer.write(piece)
        return piece


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
