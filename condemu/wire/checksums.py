"""The checksums that S3 keeps with objects: one row per algorithm of its model.

A digest is bytes in the order in which AWS sends it: big-endian, base64 on the wire. Which types an algorithm allows in a
multipart upload is AWS's table ("Checking object integrity"); an object put in one piece always has the type FULL_OBJECT.

CRCs are linear, so the checksum of a whole is known from those of its parts and their lengths: `combine` computes it without
reading the bytes again.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import md5, sha1, sha256, sha512
from typing import Any, Final, Protocol

import anycrc
import xxhash

COMPOSITE: Final = "COMPOSITE"
FULL_OBJECT: Final = "FULL_OBJECT"


class Hasher(Protocol):
    """Takes bytes and, at any time, tells their digest."""

    def update(self, data: Any, /) -> Any: ...

    def digest(self) -> bytes: ...


class RunningCrc:
    """A CRC model in a hasher's clothes."""

    __slots__ = ("_calculate", "_size", "_value")

    def __init__(self, model: anycrc.Model, size: int) -> None:
        self._calculate = model.calc
        self._size = size
        self._value = 0

    def update(self, data: Any) -> None:
        self._value = self._calculate(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One checksum algorithm. `crc` is its model if it is a CRC."""

    name: str  # as in ChecksumAlgorithm
    header: str  # in lower case
    member: str  # the name of the member and of the XML element
    size: int  # bytes of a digest
    types: tuple[str, ...]  # what a multipart upload may choose; the first is what it gets when it does not
    hasher: Callable[[], Hasher]
    crc: anycrc.Model | None = None

    def of(self, data: bytes) -> bytes:
        """The digest of bytes that are all here."""
        if self.crc is not None:
            whole: int = self.crc.calc(data)
            return whole.to_bytes(self.size, "big")
        hasher = self.hasher()
        hasher.update(data)
        return hasher.digest()


def _row(name: str, size: int, types: tuple[str, ...], hasher: Callable[[], Hasher], crc: anycrc.Model = None) -> Algorithm:
    return Algorithm(name, f"x-amz-checksum-{name.lower()}", f"Checksum{name}", size, types, hasher, crc)


def _crc(name: str, size: int, types: tuple[str, ...], model: str) -> Algorithm:
    crc = anycrc.Model(model)
    return _row(name, size, types, lambda: RunningCrc(crc, size), crc)


ALGORITHMS: Final[dict[str, Algorithm]] = {
    row.name: row
    for row in (
        _crc("CRC32", 4, (COMPOSITE, FULL_OBJECT), "CRC32"),
        _crc("CRC32C", 4, (COMPOSITE, FULL_OBJECT), "CRC32C"),
        _crc("CRC64NVME", 8, (FULL_OBJECT,), "CRC64-NVME"),
        _row("SHA1", 20, (COMPOSITE,), lambda: sha1(usedforsecurity=False)),
        _row("SHA256", 32, (COMPOSITE,), sha256),
        _row("SHA512", 64, (COMPOSITE,), sha512),
        _row("MD5", 16, (COMPOSITE,), lambda: md5(usedforsecurity=False)),
        _row("XXHASH64", 8, (COMPOSITE,), xxhash.xxh64),
        _row("XXHASH3", 8, (COMPOSITE,), xxhash.xxh3_64),
        _row("XXHASH128", 16, (COMPOSITE,), xxhash.xxh3_128),
    )
}
BY_HEADER: Final[dict[str, Algorithm]] = {row.header: row for row in ALGORITHMS.values()}
BY_MEMBER: Final[dict[str, Algorithm]] = {row.member: row for row in ALGORITHMS.values()}
DEFAULT: Final = ALGORITHMS["CRC64NVME"]  # what S3 computes when the client sent none


def encode(digest: bytes) -> str:
    """A digest as the wire carries it."""
    return binascii.b2a_base64(digest, newline=False).decode("ascii")


def of_whole(data: bytes, algorithm: Algorithm | None) -> tuple[str, bytes]:
    """Of bytes that are all here: the checksum as the wire carries it, of the default algorithm if of none, and the CRC64NVME."""
    crc = DEFAULT.of(data)
    return encode(crc if algorithm is None or algorithm is DEFAULT else algorithm.of(data)), crc


def decode(text: str, size: int) -> bytes | None:
    """The digest that the text means, or None: not base64, or not of that many bytes."""
    if len(text) != (size + 2) // 3 * 4:
        return None
    try:
        digest = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return digest if len(digest) == size else None


def composite(algorithm: Algorithm, digests: Iterable[bytes]) -> str:
    """The COMPOSITE checksum: that of the parts' digests one after the other, and the number of parts."""
    joined = list(digests)
    return f"{encode(algorithm.of(b''.join(joined)))}-{len(joined)}"


def combine(algorithm: Algorithm, first: bytes, second: bytes, second_length: int) -> bytes:
    """The CRC of A and B together, from that of A, that of B and B's length in bytes."""
    if algorithm.crc is None:
        raise ValueError(f"{algorithm.name} digests do not combine")
    whole: int = algorithm.crc.combine(int.from_bytes(first, "big"), int.from_bytes(second, "big"), second_length)
    return whole.to_bytes(algorithm.size, "big")
