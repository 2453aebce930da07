"""Receiving an object's body: spooled to a blob and digested on the way, before any decision is made."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5

from condemu.core.blobs import BlobStore
from condemu.s3.request import S3Request
from condemu.wire.checksums import DEFAULT


@dataclass(frozen=True, slots=True)
class Digests:
    """What was computed over a body: its MD5 in hex, and the checksum that is kept with the object.

    `given` is the algorithm of which the client sent a value, "" if it sent none. `crc64nvme` is the raw digest, computed for every
    UploadPart whatever the client sent: an upload that chose no algorithm becomes an object with a CRC64NVME.
    """

    md5: str
    checksum_algorithm: str = ""
    checksum: str = ""
    given: str = ""
    crc64nvme: bytes = b""


async def receive(request: S3Request, blobs: BlobStore) -> None:
    """Fill `request.body` and `request.digests`."""
    writer = blobs.writer()
    digest = md5(usedforsecurity=False)
    crc64 = DEFAULT.hasher()
    body = request.http.body
    try:
        while piece := await body.next_chunk():
            digest.update(piece)
            crc64.update(piece)
            writer.write(piece)
        request.body = writer.finish()
    except BaseException:
        writer.abandon()
        raise
    request.digests = Digests(digest.hexdigest(), crc64nvme=crc64.digest())
