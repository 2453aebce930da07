"""Shard iterators: where to go on in a shard, sealed so that nobody makes one or changes it.

    <ARN of the stream>|1|<Base64 of a salt, the place and the time hidden under it, and a digest of all that>

The ARN is there to be read, as in AWS's examples (API Reference, GetShardIterator); what stands behind it is not. The key is the
emulator's own: an iterator of another emulator is no iterator here.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import control as rows

_VERSION: Final = "1"
SALT, _PLACE, _TIME, _MAC = 8, 16, 8, 16  # bytes of the pieces; the time is in milliseconds


def seal(key: bytes, arn: str, start: int, made: float, salt: bytes) -> str:
    """An iterator for the stream, from the sequence number `start` on, made at the time `made`."""
    plain = start.to_bytes(_PLACE, "big") + int(made * 1000).to_bytes(_TIME, "big")
    body = salt + _hidden(key, salt, plain)
    return f"{arn}|{_VERSION}|{b64encode(body + _mac(key, arn, body)).decode()}"


def unseal(key: bytes, iterator: str) -> tuple[str, int, float]:
    """The stream's ARN, the sequence number and the time. 400 ValidationException for what was never handed out."""
    arn, _, rest = iterator.partition("|")
    version, _, text = rest.partition("|")
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    body, mac = raw[:-_MAC], raw[-_MAC:]
    genuine = version == _VERSION and len(body) == SALT + _PLACE + _TIME and compare_digest(mac, _mac(key, arn, body))
    if not genuine:
        raise ServiceError(rows.ITERATOR_INVALID)
    plain = _hidden(key, body[:SALT], body[SALT:])
    return arn, int.from_bytes(plain[:_PLACE], "big"), int.from_bytes(plain[_PLACE:], "big") / 1000


def stream_of(iterator: str) -> str:
    """The ARN that an iterator shows, genuine or not."""
    return iterator.partition("|")[0]


def _hidden(key: bytes, salt: bytes, data: bytes) -> bytes:
    pad = blake2b(salt, key=key, digest_size=len(data), person=b"condemu iterator").digest()
    return bytes(one ^ other for one, other in zip(data, pad, strict=True))


def _mac(key: bytes, arn: str, body: bytes) -> bytes:
    return blake2b(arn.encode("utf-8", "surrogatepass") + body, key=key, digest_size=_MAC, person=b"condemu shard").digest()
