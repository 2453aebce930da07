"""What a request says about encryption, checked as far as the request alone tells. What becomes of it: objects/encryption.py.

A key of the client's own (SSE-C) comes with its algorithm and its MD5. A row is checked before those below it (recorded on AWS,
but for the order of the last two refusals, which is derived):

| algorithm | key       | MD5   | x-amz-server-side-encryption | answer                              |
|-----------|-----------|-------|------------------------------|-------------------------------------|
| AES256    | 32 bytes  | right | AES256                       | 400 InvalidArgument                 |
| AES512    | 32 bytes  | right | -                            | 400 InvalidEncryptionAlgorithmError |
| -         | 32 bytes  | right | -                            | 400 InvalidArgument                 |
| AES256    | -         | right | -                            | 400 InvalidArgument                 |
| AES256    | 32 bytes  | -     | -                            | 400 InvalidArgument                 |
| AES256    | 24 bytes  | wrong | -                            | 400 InvalidArgument                 |
| AES256    | 24 bytes  | right | -                            | 400 InvalidArgument                 |
| AES256    | 32 bytes  | right | -                            | 200                                 |

On reads an absent MD5 is accepted (reported by a user of AWS), and a key of another length is just not the right one (recorded).
AWS takes keys over HTTPS only. condemu takes them over HTTP, too, which is how most of its clients come.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from hashlib import md5, sha256
from typing import Final
from uuid import UUID

from condemu.auth.authentication import VERSION_2
from condemu.core.errors import ServiceError
from condemu.s3.errors.encryption import (
    INCOMPATIBLE,
    INVALID_ALGORITHM,
    INVALID_KEY,
    KMS_CONTEXT,
    KMS_KEY_ALONE,
    KMS_NEEDS_VERSION_4,
    KMS_NO_SUCH_KEY,
    KMS_OTHER_REGION,
    NO_ALGORITHM,
    NO_KEY,
    NO_KEY_MD5,
    WRONG_KEY_MD5,
)
from condemu.s3.requests.members import Member, Members
from condemu.s3.requests.request import S3Request
from condemu.wire.checksums import decode

CUSTOMER: Final[tuple[Member, Member, Member]] = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
SOURCE: Final[tuple[Member, Member, Member]] = (
    "CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5",
)  # fmt: skip
MANAGED: Final[tuple[Member, Member]] = ("SSEKMSKeyId", "SSEKMSEncryptionContext")
KMS: Final = frozenset({"aws:kms", "aws:kms:dsse"})

# What the rows of operations say that they take.
READS: Final = frozenset[Member](CUSTOMER)
WRITES: Final = frozenset[Member]({*CUSTOMER, *MANAGED})
READS_SOURCE: Final = frozenset[Member](SOURCE)

KEY_SIZE: Final = 32  # bytes of an AES-256 key
DEFAULT_KEY: Final = "alias/aws/s3"  # the key that AWS makes for an account's objects
_NAMED: Final = {"ArgumentName": "x-amz-server-side-encryption"}
_ALIAS: Final = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}")
_KEY_ID: Final = re.compile(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ARN: Final = re.compile(r"arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):(?:key/(.+)|(alias/.+))")


def check_encryption(request: S3Request) -> None:
    """Raises what refuses the request's words about encryption, whatever the bucket holds."""
    members, operation = request.members, request.operation
    for trio in (CUSTOMER, SOURCE):
        if not members.keys().isdisjoint(trio):
            _check_customer(members, trio, reads=not operation.writes)
    if not members.keys().isdisjoint(MANAGED):
        if members.get("ServerSideEncryption") not in KMS:
            raise ServiceError(KMS_KEY_ALONE)
        check_context(members.get("SSEKMSEncryptionContext"))


def _check_customer(members: Members, trio: tuple[Member, Member, Member], *, reads: bool) -> None:
    algorithm, key, key_md5 = (members.get(member) for member in trio)
    method = members.get("ServerSideEncryption")
    if method is not None and trio is CUSTOMER:
        raise ServiceError(INCOMPATIBLE, {**_NAMED, "ArgumentValue": method})
    if algorithm is not None and algorithm != "AES256":
        raise ServiceError(INVALID_ALGORITHM, {**_NAMED, "ArgumentValue": algorithm})
    if algorithm is None:
        raise ServiceError(NO_ALGORITHM, _NAMED)
    if key is None:
        raise ServiceError(NO_KEY, _NAMED)
    if key_md5 is None and not reads:
        raise ServiceError(NO_KEY_MD5, _NAMED)
    data = _decoded(key)
    if key_md5 is not None and decode(key_md5, 16) != md5(data, usedforsecurity=False).digest():
        raise ServiceError(WRONG_KEY_MD5, _NAMED)
    if len(data) != KEY_SIZE and not reads:
        raise ServiceError(INVALID_KEY, _NAMED, because=f"it has {len(data)} bytes, and AES-256 takes {KEY_SIZE}")


def key_of(members: Members, trio: tuple[Member, Member, Member] = CUSTOMER) -> bytes | None:
    """The client's key, if the request has one."""
    text = members.get(trio[1])
    return _decoded(text) if text is not None else None


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text.encode("latin-1"), validate=True)
    except (Base64Error, ValueError):
        return b""


def check_context(text: str | None) -> None:
    """An encryption context is a map of strings, as JSON in base64."""
    if text is None:
        return
    try:
        held = json.loads(b64decode(text.encode("latin-1"), validate=True).decode())
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
        raise ServiceError(KMS_CONTEXT)


def check_version(request: S3Request) -> None:
    """What is encrypted with a key in KMS is written and read with signatures of version 4 only."""
    authentication = request.authentication
    if authentication is not None and authentication.signature_version == VERSION_2:
        raise ServiceError(KMS_NEEDS_VERSION_4, {"ArgumentName": "Authorization", "ArgumentValue": "null"})


def key_arn(text: str, region: str, account: str) -> str:
    """The ARN of the key that an id, an alias or an ARN names, which is how answers name it.

    KMS itself is not emulated: every key that could be there is. An alias leads to a key id of its own.
    """
    match = _ARN.fullmatch(text)
    partition, name = "aws", text
    if match is not None:
        partition, named_region, account, key_id, alias = match.groups()
        if named_region != region:
            raise ServiceError(KMS_OTHER_REGION, {"Region": named_region}, because=f"the bucket is in {region}")
        name = key_id or alias
    if _ALIAS.fullmatch(name) is not None:
        name = str(UUID(bytes=sha256(f"{account}/{region}/{name}".encode()).digest()[:16], version=4))
    if _KEY_ID.fullmatch(name) is None:
        raise ServiceError(KMS_NO_SUCH_KEY, {"Key": text}, because="no key could be called so")
    return f"arn:{partition}:kms:{region}:{account}:key/{name}"
