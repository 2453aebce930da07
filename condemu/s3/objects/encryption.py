"""How an object is encrypted, and what its answers tell of it. What a request may say: requests/encryption.py.

| asked for     | without a header, by | ETag               | answers tell                    | a read needs           |
|---------------|----------------------|--------------------|---------------------------------|------------------------|
| SSE-S3        | every bucket         | MD5 of the content | AES256                          | -                      |
| SSE-KMS, DSSE | the bucket's default | its own, each time | the algorithm and the key's ARN | signature of version 4 |
| SSE-C         | -                    | its own, each time | the algorithm and the key's MD5 | the key                |

Bodies are kept as they are: condemu has nothing to hide from whoever runs it. KMS is not emulated: keys are named, and nobody
asks whether they are there. A bucket blocks SSE-C unless its encryption configuration says otherwise, as all new buckets do since
April 2026 (S3 User Guide, "Default SSE-C setting for new buckets FAQ").
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256
from hmac import compare_digest
from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.access.actions import Check
from condemu.s3.access.authorize import refuse
from condemu.s3.errors.encryption import (
    CUSTOMER_KEYS_BLOCKED,
    KEY_NEEDED,
    KEY_NOT_APPLICABLE,
    PART_WITH_ANOTHER_KEY,
    PART_WITHOUT_KEY,
    WRONG_KEY,
)
from condemu.s3.requests.encryption import CUSTOMER, DEFAULT_KEY, KMS, check_version, key_arn, key_of
from condemu.s3.requests.members import Member
from condemu.s3.requests.request import S3Request
from condemu.s3.state.records import SSE_S3, Bucket, Encryption, Upload, Version

BLOCKED: Final = ("SSE-C",)  # of a bucket whose configuration says nothing
_SALT: Final = 16  # bytes
_ETAG: Final = 16


def asked(txn: Txn, request: S3Request, bucket: Bucket) -> Encryption:
    """How a new object is to be encrypted: as the request says, else as the bucket's default does."""
    members = request.members
    key = key_of(members)
    if key is not None:
        check_not_blocked(request, bucket)
        salt = txn.ids.token(_SALT).hex()
        key_md5 = b64encode(md5(key, usedforsecurity=False).digest()).decode()
        return Encryption("", key_md5=key_md5, salt=salt, proof=_proof(salt, key))
    rule = bucket.configurations.get("encryption") or {}
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = members.get("ServerSideEncryption") or default.get("SSEAlgorithm", "AES256")
    if algorithm not in KMS:
        return SSE_S3
    check_version(request)
    named = members.get("SSEKMSKeyId")
    if named is None and members.get("ServerSideEncryption") in (None, default.get("SSEAlgorithm")):
        named = default.get("KMSMasterKeyID")
    key_id = key_arn(named or DEFAULT_KEY, bucket.region, request.account)
    bucket_key = members.get("BucketKeyEnabled")
    wanted = rule.get("BucketKeyEnabled", False) if bucket_key is None else bucket_key.lower() == "true"
    return Encryption(algorithm, key_id, wanted and algorithm == "aws:kms", members.get("SSEKMSEncryptionContext") or "")


def check_not_blocked(request: S3Request, bucket: Bucket) -> None:
    """403 for a key of the client's own where the bucket takes none (documented)."""
    rule = bucket.configurations.get("encryption") or {}
    held = rule.get("BlockedEncryptionTypes")
    if "SSE-C" in (BLOCKED if held is None else held["EncryptionType"]):
        check = Check("s3:PutObject", bucket.name, request.key)
        because = "buckets block SSE-C until PutBucketEncryption is sent BlockedEncryptionTypes with NONE"
        raise refuse(request, bucket.owner, check, CUSTOMER_KEYS_BLOCKED, because=because)


def _proof(salt: str, key: bytes) -> str:
    return sha256(bytes.fromhex(salt) + key).hexdigest()


def _fits(encryption: Encryption, key: bytes) -> bool:
    return compare_digest(_proof(encryption.salt, key), encryption.proof)


def etag_of(txn: Txn, encryption: Encryption, content_md5: str) -> str:
    """The content's MD5 with SSE-S3. Else one of its own, so that equal bodies have different ETags (recorded on AWS)."""
    return content_md5 if encryption.keeps_md5 else txn.ids.token(_ETAG).hex()


def told(encryption: Encryption, *, written: bool = False) -> dict[str, Any]:
    """The members of an answer. The encryption context is told to those who write alone."""
    if encryption is SSE_S3:
        return {"ServerSideEncryption": "AES256"}
    if not encryption.algorithm:
        return {"SSECustomerAlgorithm": "AES256", "SSECustomerKeyMD5": encryption.key_md5}
    result: dict[str, Any] = {"ServerSideEncryption": encryption.algorithm}
    if encryption.key_id:
        result["SSEKMSKeyId"] = encryption.key_id
    if encryption.bucket_key:
        result["BucketKeyEnabled"] = True
    if encryption.context and written:
        result["SSEKMSEncryptionContext"] = encryption.context
    return result


def told_of_whole(encryption: Encryption) -> dict[str, Any]:
    """CompleteMultipartUpload says nothing of a key of the client's own."""
    return told(encryption) if encryption.algorithm else {}


def check_readable(request: S3Request, version: Version, trio: tuple[Member, Member, Member] = CUSTOMER) -> None:
    """What a read of an object, or of a copy's source, needs.

    | the object is | the request has | answer             |
    |---------------|-----------------|--------------------|
    | SSE-C         | its key         | 200                |
    | SSE-C         | another key     | 403 AccessDenied   |
    | SSE-C         | -               | 400 InvalidRequest |
    | SSE-S3        | a key           | 400 InvalidRequest |
    | SSE-S3        | -               | 200                |

    Recorded on AWS; a key for an object that needs none is measured. That it comes before conditions is inferred.
    """
    encryption, key = version.encryption, key_of(request.members, trio)
    if encryption.proof:
        if key is None:
            raise ServiceError(KEY_NEEDED, because="the object was written with a key of the client's own")
        if not _fits(encryption, key):
            raise ServiceError(WRONG_KEY, because=f"the object was written with a key whose MD5 is {encryption.key_md5}")
        return
    if key is not None:
        raise ServiceError(KEY_NOT_APPLICABLE, because="the object was written without a key of the client's own")
    if encryption.algorithm in KMS:
        check_version(request)


def check_part(request: S3Request, bucket: Bucket, upload: Upload) -> None:
    """A part comes with the key that the upload was created with (recorded on AWS)."""
    encryption, key = upload.draft.encryption, key_of(request.members)
    if key is not None:
        check_not_blocked(request, bucket)
    if (key is not None) != bool(encryption.proof):
        raise ServiceError(PART_WITHOUT_KEY)
    if key is not None and not _fits(encryption, key):
        raise ServiceError(PART_WITH_ANOTHER_KEY)


def check_completion(request: S3Request, upload: Upload) -> None:
    """A completion needs the key when the upload has a checksum (documented; that the answer is a part's is inferred). One that
    has it all the same has the right one."""
    encryption, key = upload.draft.encryption, key_of(request.members)
    if key is None:
        if encryption.proof and upload.checksum_algorithm:
            raise ServiceError(PART_WITHOUT_KEY, because="the upload was created with a checksum algorithm")
    elif not encryption.proof:
        raise ServiceError(PART_WITHOUT_KEY, because="the upload was created without a key of the client's own")
    elif not _fits(encryption, key):
        raise ServiceError(PART_WITH_ANOTHER_KEY)
