"""The checksums that S3 keeps with objects: one row per algorithm of its model.

A digest is bytes in the order in which AWS sends it: big-endian, base64 on the wire. Which types an algorithm allows in a
multipart upload is AWS's table ("Checking object integrity"); an object put in one piece always has the type FULL_OBJECT.

CRCs are linear, so the checksum of a whole is known from those of its parts and their lengths: `combine` computes it without
reading the bytes again.
"""

from __future__ import annotations

import binascii
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import md5, sha1, sha256, sha512
from typing import Any, Final, Protocol

import xxhash
from awscrt import checksums as crt

COMPOSITE: Final = "COMPOSITE"
FULL_OBJECT: Final = "FULL_OBJECT"


class Hasher(Protocol):
    """Takes bytes and, at any time, tells their digest."""

    def update(self, data: Any, /) -> Any: ...

    def digest(self) -> bytes: ...


class RunningCrc:
    """A CRC function in a hasher's clothes."""

    __slots__ = ("_function", "_size", "_value")

    def __init__(self, function: Callable[[Any, int], int], size: int) -> None:
        self._function = function
        self._size = size
        self._value = 0

    def update(self, data: Any) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One checksum algorithm. `polynomial` is that of a CRC, lowest power first in the highest bit; 0 for what is not a CRC."""

    name: str  # as in ChecksumAlgorithm
    header: str  # in lower case
    member: str  # the name of the member and of the XML element
    size: int  # bytes of a digest
    types: tuple[str, ...]  # what a multipart upload may choose; the first is what it gets when it does not
    hasher: Callable[[], Hasher]
    polynomial: int = 0

    def of(self, data: bytes) -> bytes:
        """The digest of bytes that are all here."""
        hasher = self.hasher()
        hasher.update(data)
        return hasher.digest()


def _row(name: str, size: int, types: tuple[str, ...], hasher: Callable[[], Hasher], polynomial: int = 0) -> Algorithm:
    return Algorithm(name, f"x-amz-checksum-{name.lower()}", f"Checksum{name}", size, types, hasher, polynomial)


ALGORITHMS: Final[dict[str, Algorithm]] = {
    row.name: row
    for row in (
        _row("CRC32", 4, (COMPOSITE, FULL_OBJECT), lambda: RunningCrc(crt.crc32, 4), 0xEDB88320),
        _row("CRC32C", 4, (COMPOSITE, FULL_OBJECT), lambda: RunningCrc(crt.crc32c, 4), 0x82F63B78),
        _row("CRC64NVME", 8, (FULL_OBJECT,), lambda: RunningCrc(crt.crc64nvme, 8), 0x9A6C9329AC4BC9B5),
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
    return b64encode(digest).decode("ascii")


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
    """The CRC of A and B together, from that of A, that of B and B's length in bytes.

    Appending n bytes to A multiplies its remainder by x**(8n); the initial and final inversions cancel out.
    """
    if not algorithm.polynomial:
        raise ValueError(f"{algorithm.name} digests do not combine")
    if second_length == 0:
        return first
    width = algorithm.size * 8
    shifted = _multiply(
        int.from_bytes(first, "big"), _power_of_x(8 * second_length, width, algorithm.polynomial), width, algorithm.polynomial
    )
    return (shifted ^ int.from_bytes(second, "big")).to_bytes(algorithm.size, "big")


def _multiply(a: int, b: int, width: int, polynomial: int) -> int:
    """a·b modulo the polynomial; the highest bit is the coefficient of x**0."""
    product, bit = 0, 1 << (width - 1)
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ polynomial if b & 1 else b >> 1
    return product


@lru_cache(maxsize=4096)
def _power_of_x(exponent: int, width: int, polynomial: int) -> int:
    """x**exponent modulo the polynomial. Parts are mostly of one size, so most of these are remembered."""
    result, square = 1 << (width - 1), 1 << (width - 2)
    while exponent:
        if exponent & 1:
            result = _multiply(result, square, width, polynomial)
        square = _multiply(square, square, width, polynomial)
        exponent >>= 1
    return result
