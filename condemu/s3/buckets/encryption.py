"""GetBucketEncryption, PutBucketEncryption and DeleteBucketEncryption.

Every object is encrypted with SSE-S3, which is what a bucket without a configuration of its own has (recorded). A configuration
that asks for KMS is refused with 501: condemu has no keys, and a promise that objects do not keep would be worse than none.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.buckets import KEY_WITHOUT_KMS
from condemu.s3.errors.general import OPERATION_NOT_IMPLEMENTED
from condemu.s3.requests.bucket import bucket_of
from condemu.s3.requests.documents import boolean, document_of, malformed
from condemu.s3.requests.request import S3Request
from condemu.s3.state.buckets import configure
from condemu.wire.xml import Element

SSE_S3: Final = "AES256"
ELSEWHERE: Final = ("aws:kms", "aws:kms:dsse", "aws:fsx", "aws:backup")  # valid at AWS, not implemented here
DEFAULT: Final[dict[str, Any]] = {"BucketKeyEnabled": False, "BlockedEncryptionTypes": None}


def get_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    rule = bucket_of(txn, request).configurations.get("encryption", DEFAULT)
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": SSE_S3}, **rule}}


def put_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    bucket = bucket_of(txn, request)
    rules = document_of(request, "ServerSideEncryptionConfiguration").all("Rule")
    if len(rules) != 1:
        raise malformed(f"there are {len(rules)} rules")
    configure(txn, bucket, "encryption", _checked(rules[0]))
    return {}


def _checked(rule: Element) -> dict[str, Any]:
    default = rule.child("ApplyServerSideEncryptionByDefault")
    if default is not None:
        algorithm = default.text_of("SSEAlgorithm")
        if algorithm in ELSEWHERE:
            raise ServiceError(OPERATION_NOT_IMPLEMENTED, because=f"condemu does not implement {algorithm}")
        if algorithm != SSE_S3:
            raise malformed(f"SSEAlgorithm is {algorithm!r}")
        if default.text_of("KMSMasterKeyID") is not None:
            raise ServiceError(KEY_WITHOUT_KMS, {"ArgumentName": "ApplyServerSideEncryptionByDefault"})
    blocked = rule.child("BlockedEncryptionTypes")
    types = None if blocked is None else [element.text for element in blocked.all("EncryptionType")]
    if types is not None and any(kind not in ("NONE", "SSE-C") for kind in types):
        raise malformed(f"EncryptionType is {types!r}")
    return {
        "BucketKeyEnabled": boolean(rule, "BucketKeyEnabled"),
        "BlockedEncryptionTypes": None if types is None else {"EncryptionType": types},
    }


def delete_bucket_encryption(txn: Txn, request: S3Request) -> dict[str, Any]:
    """Back to the default."""
    configure(txn, bucket_of(txn, request), "encryption", None)
    return {}
