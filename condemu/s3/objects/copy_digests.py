"""ETag and checksum of what a copy makes: taken over from the source where they are known, else computed from its bytes.

| of a copy that is      | ETag                                  | checksum                                                 |
|------------------------|---------------------------------------|----------------------------------------------------------|
| the whole source       | the source's, if it is an MD5 of it   | the source's, if FULL_OBJECT and by the algorithm wanted |
| the rest, or a stretch | MD5 of the bytes                      | of the bytes                                             |

A decision does not read bytes, and must not keep others waiting for gigabytes. So `ahead` is called before READY: it sees
what the copy would read, hashes it piece by piece, lets others go first after each mebibyte, and remembers the digests with the
request. When the source has changed by the time of the decision, what is remembered is of another blob, and the decision computes
the digests itself.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

from condemu.core.errors import ServiceError
from condemu.core.store import Store, Txn
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import Version
from condemu.wire.checksums import ALGORITHMS, FULL_OBJECT, encode

ETAG: Final = "ETag"
TURN: Final = 1024 * 1024  # bytes that are hashed before others have their turn: a few milliseconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a copy reads: the source's bytes from `start` up to `stop`, to be summed up by `algorithm`."""

    version: Version
    start: int
    stop: int
    algorithm: str

    def unknown(self) -> tuple[str, ...]:
        """ETAG and the algorithm's name, or what of them the source does not tell."""
        version = self.version
        whole = self.start == 0 and self.stop == version.size
        etag = whole and not version.parts and "-" not in version.etag and version.encryption.keeps_md5
        checksum = whole and version.checksum_algorithm == self.algorithm and version.checksum_type == FULL_OBJECT
        return (() if etag else (ETAG,)) + (() if checksum else (self.algorithm,))

    def label(self, name: str) -> str:
        return f"{name} {self.start}-{self.stop}"


class _Turn:
    """Awaited, it lets whoever is ready go first: what an event loop's sleep of no time does, without an event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


def digests(request: S3Request, stretch: Stretch) -> tuple[str, str]:
    """ETag and checksum, from the source, from what was computed ahead, or computed now."""
    unknown = stretch.unknown()
    body = stretch.version.body
    if not all(request.recalls(body, stretch.label(name)) for name in unknown):
        _Hashing(stretch, unknown).finish(request)
    etag = request.recall(body, stretch.label(ETAG)) if ETAG in unknown else stretch.version.etag
    if stretch.algorithm in unknown:
        return etag, request.recall(body, stretch.label(stretch.algorithm))
    return etag, stretch.version.checksum


async def ahead(request: S3Request, store: Store, read: Callable[[Txn], Stretch]) -> None:
    """Compute what the copy's decision will need. `read` tells what that will read; what it refuses is not read, and the decision
    says so."""
    try:
        stretch = store.view(read)
    except ServiceError:
        return
    unknown = stretch.unknown()
    if not unknown:
        return
    hashing = _Hashing(stretch, unknown)
    while hashing.go_on():
        await _Turn()
    hashing.finish(request)


class _Hashing:
    """Several digests of the same bytes, which are read once."""

    __slots__ = ("_hashers", "_pieces", "_stretch")

    def __init__(self, stretch: Stretch, names: tuple[str, ...]) -> None:
        self._stretch = stretch
        self._hashers = {name: ALGORITHMS["MD5" if name == ETAG else name].hasher() for name in names}
        self._pieces = stretch.version.body.cut(stretch.start, stretch.stop).pieces()

    def go_on(self) -> bool:
        """Hash one turn's worth. False when all was read."""
        done = 0
        for piece in self._pieces:
            for hasher in self._hashers.values():
                hasher.update(piece)
            done += len(piece)
            if done >= TURN:
                return True
        return False

    def finish(self, request: S3Request) -> None:
        """Hash what is left, and remember the digests: an ETag is hexadecimal, a checksum base64."""
        while self.go_on():
            pass
        for name, hasher in self._hashers.items():
            text = hasher.digest().hex() if name == ETAG else encode(hasher.digest())
            request.remember(self._stretch.version.body, self._stretch.label(name), text)
