"""GetBucketEncryption, PutBucketEncryption and DeleteBucketEncryption: how objects are encrypted whose requests do not say it.

A bucket without a configuration of its own has SSE-S3 (recorded). Keys in KMS are taken as they are named, and not looked for:
AWS does not validate them here either (documented). Since April 2026 every new bucket blocks keys of the client's own, and a
configuration that does not speak of that leaves it as it is (the answers that users of Terraform read back).
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import KEY_WITHOUT_KMS
from condemu.s3.errors.general import OPERATION_NOT_IMPLEMENTED
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import boolean, document_of, malformed
from condemu.s3.requests.encryption import KMS
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import configure
from condemu.wire.xml import Element

SSE_S3: Final = {"SSEAlgorithm": "AES256"}
ELSEWHERE: Final = ("aws:fsx", "aws:backup")  # of access points to something else than S3
BLOCKED: Final = {"EncryptionType": ["SSE-C"]}
DEFAULT: Final[dict[str, Any]] = {
    "ApplyServerSideEncryptionByDefault": SSE_S3, "BucketKeyEnabled": False, "BlockedEncryptionTypes": BLOCKED,
}  # fmt: skip


def get_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    return {"Rule": {**DEFAULT, **bucket_of(txn, request).configurations.get("encryption", DEFAULT)}}


def put_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    rules = document_of(request, "ServerSideEncryptionConfiguration").all("Rule")
    if len(rules) != 1:
        raise malformed(f"there are {len(rules)} rules")
    former = bucket.configurations.get("encryption", DEFAULT).get("BlockedEncryptionTypes") or BLOCKED
    configure(txn, bucket, "encryption", _checked(rules[0], former))
    return {}


def _checked(rule: Element, former: dict[str, Any]) -> dict[str, Any]:
    default = rule.child("ApplyServerSideEncryptionByDefault")
    kept: dict[str, Any] = dict(SSE_S3)
    if default is not None:
        algorithm, key = default.text_of("SSEAlgorithm"), default.text_of("KMSMasterKeyID")
        if algorithm in ELSEWHERE:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"condemu does not implement {algorithm}")
        if algorithm not in KMS and algorithm != "AES256":
            raise malformed(f"SSEAlgorithm is {algorithm!r}")
        if key is not None and algorithm not in KMS:
            raise ServiceError(KEY_WITHOUT_KMS, {"ArgumentName": "ApplyServerSideEncryptionByDefault"})
        kept = {"SSEAlgorithm": algorithm} if key is None else {"SSEAlgorithm": algorithm, "KMSMasterKeyID": key}
    blocked = rule.child("BlockedEncryptionTypes")
    types = None if blocked is None else [element.text for element in blocked.all("EncryptionType")]
    if types is not None and any(kind not in ("NONE", "SSE-C") for kind in types):
        raise malformed(f"EncryptionType is {types!r}")
    return {
        "ApplyServerSideEncryptionByDefault": kept,
        "BucketKeyEnabled": boolean(rule, "BucketKeyEnabled"),
        "BlockedEncryptionTypes": former if types is None else {"EncryptionType": types},
    }


def delete_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Back to the default."""
    configure(txn, bucket_of(txn, request), "encryption", None)
    return {}
