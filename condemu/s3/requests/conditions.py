"""Which operation takes which condition. A condition that an operation does not take is refused, never ignored.

AWS has no published answer for most of these pairs. What is known: S3 answered 501 NotImplemented with the header's name to
every condition on a write until it learned to judge it (2024 to 2025), and still does so to values and headers that it does not
take. So condemu answers that, everywhere (inferred). The alternative, to ignore what S3 may ignore, would let code that relies
on a condition pass its tests without one. AWS's SDKs send no condition to an operation whose model does not have it. minio-go and
minio-js do, to CreateMultipartUpload, which therefore takes them and keeps them for the completion (uploads/complete.py).

Headers that ask for what condemu does not do at all (appends, event holds) are refused in the same place and the same way,
whichever operation they are sent to; and so are keys for encryption where an operation encrypts and reads nothing.

The conditions of directory buckets (size and time of a delete, time of an abort, a rename's source) are in the models of general
purpose buckets, too, and are answered with the same 501 (recorded for DeleteObject).
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ServiceError
from condemu.s3.errors.general import NOT_IMPLEMENTED
from condemu.s3.requests.encryption import check_encryption
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import Row, S3Request

# What an operation may take: `conditions` of its row.
WRITE: Final = frozenset[Member]({"IfMatch", "IfNoneMatch"})
READ: Final = frozenset[Member]({"IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince"})
SOURCE: Final = frozenset[Member]({
    "CopySourceIfMatch", "CopySourceIfModifiedSince", "CopySourceIfNoneMatch", "CopySourceIfUnmodifiedSince",
})  # fmt: skip
DELETE: Final = frozenset[Member]({"IfMatch", "IfMatchLastModifiedTime", "IfMatchSize"})  # the last two: refused in their order

# member -> the header as AWS writes it
CONDITIONS: Final[dict[Member, str]] = {
    "IfMatch": "If-Match",
    "IfNoneMatch": "If-None-Match",
    "IfModifiedSince": "If-Modified-Since",
    "IfUnmodifiedSince": "If-Unmodified-Since",
    "CopySourceIfMatch": "x-amz-copy-source-if-match",
    "CopySourceIfNoneMatch": "x-amz-copy-source-if-none-match",
    "CopySourceIfModifiedSince": "x-amz-copy-source-if-modified-since",
    "CopySourceIfUnmodifiedSince": "x-amz-copy-source-if-unmodified-since",
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "IfMatchInitiatedTime": "x-amz-if-match-initiated-time",
    "ObjectIfMatch": "x-amz-object-if-match",
    "SourceIfMatch": "x-amz-rename-source-if-match",
    "SourceIfNoneMatch": "x-amz-rename-source-if-none-match",
    "SourceIfModifiedSince": "x-amz-rename-source-if-modified-since",
    "SourceIfUnmodifiedSince": "x-amz-rename-source-if-unmodified-since",
}

# What a request may say about encryption, where its operation takes it (requests/encryption.py) -> header
ENCRYPTION: Final[dict[Member, str]] = {
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "SSECustomerKey": "x-amz-server-side-encryption-customer-key",
    "SSECustomerKeyMD5": "x-amz-server-side-encryption-customer-key-MD5",
    "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
    "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
    "CopySourceSSECustomerAlgorithm": "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "CopySourceSSECustomerKey": "x-amz-copy-source-server-side-encryption-customer-key",
    "CopySourceSSECustomerKeyMD5": "x-amz-copy-source-server-side-encryption-customer-key-MD5",
}

# Members that no operation takes here -> header
UNIMPLEMENTED: Final[dict[Member, str]] = {
    "WriteOffsetBytes": "x-amz-write-offset-bytes",  # appending is for directory buckets
    "ObjectLockEventHold": "x-amz-object-lock-event-hold",
    "ObjectLockEventHoldDurationDays": "x-amz-object-lock-event-hold-duration-days",
    "ObjectLockEventHoldDurationYears": "x-amz-object-lock-event-hold-duration-years",
}
_ENCRYPTION: Final = frozenset(ENCRYPTION)


def watched(operation: Row) -> frozenset[Member]:
    """The members without which `unsupported` has nothing to say: those that the operation does not take, and keys."""
    return frozenset({*CONDITIONS, *UNIMPLEMENTED}) - operation.conditions | _ENCRYPTION


def unsupported(request: S3Request) -> ServiceError | None:
    """The refusal of the first condition that the operation does not take, or of what no operation does."""
    members, operation = request.members, request.operation
    for member, header in (*CONDITIONS.items(), *ENCRYPTION.items()):
        if member in members and member not in operation.conditions and member not in operation.encryption:
            return ServiceError(NOT_IMPLEMENTED, {"Header": header}, because=f"{operation.name} takes no {header}")
    for member, header in UNIMPLEMENTED.items():
        if member in members:
            return ServiceError(NOT_IMPLEMENTED, {"Header": header}, because=f"condemu does not implement {header}")
    if not _ENCRYPTION.isdisjoint(members):
        try:
            check_encryption(request)
        except ServiceError as refusal:
            return refusal
    return None
