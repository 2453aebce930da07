"""Upload ids: opaque to clients, but ordered by creation and bound to their key.

ListMultipartUploads lists the uploads of one key by initiation, and goes on behind an `upload-id-marker` whatever became of that
upload; an id that belongs to another key is refused (recorded on AWS: "Invalid uploadId marker"). Both follow from the id
itself: the index of the commit that created it, chance, and a digest over these and the key, in an alphabet that keeps the order
of bytes.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from typing import Final

from condemu.core.store import Txn

_STANDARD: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ORDERED: Final = b".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_TO_ORDERED: Final = bytes.maketrans(_STANDARD, _ORDERED)
_HEAD: Final = 84 // 3 * 4  # characters before the digest
LENGTH: Final = _HEAD + 16


def new_upload_id(txn: Txn, bucket: str, key: str) -> str:
    """128 characters, as AWS's have about."""
    head = _text(txn.index.to_bytes(8, "big") + txn.ids.token(76))
    return head + _seal(bucket, key, head)


def belongs_to(upload_id: str, bucket: str, key: str) -> bool:
    """Whether the id was issued for an upload of this key."""
    return len(upload_id) == LENGTH and upload_id[_HEAD:] == _seal(bucket, key, upload_id[:_HEAD])


def _seal(bucket: str, key: str, head: str) -> str:
    said = f"{bucket}/{key}/{head}".encode("utf-8", "surrogatepass")
    return _text(blake2b(said, digest_size=12, person=b"condemu upload").digest())


def _text(raw: bytes) -> str:
    return b64encode(raw).translate(_TO_ORDERED).decode("ascii")
