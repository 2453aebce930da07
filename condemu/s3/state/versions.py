"""The stack of versions under a key: what is current, what an id names, and what putting and removing does to it.

| bucket      | a put                                     | a simple delete                              |
|-------------|-------------------------------------------|----------------------------------------------|
| unversioned | replaces the object                       | removes the object                           |
| Enabled     | new version on top                        | delete marker on top                         |
| Suspended   | replaces the null version, is now on top  | the same, with a delete marker of id `null`  |

What was written before versioning was enabled is the null version. Removing the current version by its id makes the one below it
current. Ids are 32 characters of `[A-Za-z0-9._]` and validate themselves: an id that was never issued is told from one whose
version is gone (recorded on AWS: 400 InvalidArgument against 404 NoSuchVersion). They also hold, hidden, their place in the
stack, so that a version is found without a search.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn, prefix_range
from condemu.s3.errors.general import INVALID_VERSION_ID, NO_SUCH_VERSION
from condemu.s3.state.records import GONE, NULL_VERSION, OBJECTS, VERSIONS, Bucket, Gone, Version, Where
from condemu.s3.state.traces import clear_trace, leave_trace

Found = Version | Gone | None

_SALT, _ORDER, _MAC = 8, 8, 8  # bytes of an id's three pieces
_LENGTH: Final = 32


def found_under(txn: Txn, where: Where) -> Found:
    """What is current under a key: a version (perhaps a delete marker), the trace of one, or nothing ever."""
    return txn.get(OBJECTS, where) or txn.get(GONE, where)


def named(txn: Txn, where: Where, version_id: str, current: Version | None) -> Version | None:
    """The version, or delete marker, that an id names; None when it is gone. 400 when no such id was ever issued."""
    if current is not None and current.version_id == version_id:
        return current
    if version_id == NULL_VERSION:
        return _null_below(txn, where)
    order = order_of(version_id)
    if order is None:
        raise ServiceError(
            INVALID_VERSION_ID,
            {"ArgumentName": "versionId", "ArgumentValue": version_id},
            because="no such version id was ever issued",
        )
    version: Version | None = txn.get(VERSIONS, (*where, -order))
    return version if version is not None and version.version_id == version_id else None


def existing(txn: Txn, bucket: Bucket, key: str, version_id: str) -> Version:
    """As `named`; 404 NoSuchVersion when the version is gone."""
    where = bucket.at(key)
    version = named(txn, where, version_id, txn.get(OBJECTS, where))
    if version is None:
        raise ServiceError(NO_SUCH_VERSION, {"Key": key, "VersionId": version_id}, because="the version was deleted")
    return version


def new_id(txn: Txn, bucket: Bucket) -> str:
    """The id of a version that this commit creates."""
    return issue(txn.ids.token(_SALT), txn.index) if bucket.versioning == "Enabled" else NULL_VERSION


def place(txn: Txn, bucket: Bucket, where: Where, below: Found, version: Version) -> None:
    """Put `version` on top of the stack, in place of the null version if it is one itself. `below` is what `found_under` says."""
    if isinstance(below, Gone):
        clear_trace(txn, where, below)
    elif below is not None and bucket.versioning:
        if version.version_id == NULL_VERSION and below.version_id != NULL_VERSION:
            _drop_null_below(txn, where)
        if version.version_id != NULL_VERSION or below.version_id != NULL_VERSION:
            txn.put(VERSIONS, (*where, -below.order), below)
    txn.put(OBJECTS, where, version)


def remove(txn: Txn, where: Where, version: Version, current: Version | None) -> None:
    """Take one version away for good. If it was the current one, the one below becomes current by this commit."""
    if current is None or current.order != version.order:
        txn.delete(VERSIONS, (*where, -version.order))
        return
    below = next(txn.scan(VERSIONS, *prefix_range(where)), None)
    if below is None:
        txn.delete(OBJECTS, where)
        leave_trace(txn, where)
    else:
        place_in_stack, next_version = below
        txn.delete(VERSIONS, place_in_stack)
        txn.put(OBJECTS, where, replace(next_version, changed=txn.index))


def update(txn: Txn, bucket: Bucket, key: str, old: Version, new: Version) -> None:
    """Exchange a version for itself with other tags, locks or grants: no new version, and no change of the key."""
    where = bucket.at(key)
    current: Version | None = txn.get(OBJECTS, where)
    if current is not None and current.order == old.order:
        txn.put(OBJECTS, where, new)
    else:
        txn.put(VERSIONS, (*where, -old.order), new)


def _null_below(txn: Txn, where: Where) -> Version | None:
    """The null version, when it is not the current one. It was written before all versions above it: the search begins below."""
    for _, version in txn.scan(VERSIONS, *prefix_range(where), reverse=True):
        if version.version_id == NULL_VERSION:
            return version  # type: ignore[no-any-return]
    return None


def _drop_null_below(txn: Txn, where: Where) -> None:
    null = _null_below(txn, where)
    if null is not None:
        txn.delete(VERSIONS, (*where, -null.order))


def issue(salt: bytes, order: int) -> str:
    """A version id: the salt, the order under a mask of the salt, and a digest of both."""
    masked = order ^ int.from_bytes(blake2b(salt, digest_size=_ORDER, person=b"condemu order").digest(), "big")
    body = salt + masked.to_bytes(_ORDER, "big")
    mac = blake2b(body, digest_size=_MAC, person=b"condemu version").digest()
    return b64encode(body + mac, b"._").decode("ascii")


def order_of(version_id: str) -> int | None:
    """The order that an id holds; None when no such id was ever issued."""
    if len(version_id) != _LENGTH:
        return None
    try:
        raw = b64decode(version_id.encode("ascii"), b"._", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != _SALT + _ORDER + _MAC:
        return None
    salt, body, mac = raw[:_SALT], raw[: _SALT + _ORDER], raw[_SALT + _ORDER :]
    if mac != blake2b(body, digest_size=_MAC, person=b"condemu version").digest():
        return None
    mask = int.from_bytes(blake2b(salt, digest_size=_ORDER, person=b"condemu order").digest(), "big")
    return int.from_bytes(body[_SALT:], "big") ^ mask
