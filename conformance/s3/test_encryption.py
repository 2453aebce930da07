"""Encryption: keys of the client's own, keys in KMS, what a bucket does by default, and what ETags are then."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5
from typing import Any

import pytest

from ..expect import accepted, refused, same, true, unchanged
from ..raw import Raw
from ..resources import Resources
from ..tables import truth_table
from .steps import body_of, put, said_no, text_of, versions_under

pytestmark = pytest.mark.needs("s3.customer_keys")
MINE, OTHER = b"m" * 32, b"o" * 32
PREFIX = "x-amz-server-side-encryption-customer-"
NAME = {"ArgumentName": "x-amz-server-side-encryption"}
PROVIDED = "Requests specifying Server Side Encryption with Customer provided keys must provide "


def holding(data: bytes, prefix: str = "SSECustomer") -> dict[str, Any]:
    """The members of a key; botocore adds its MD5."""
    return {f"{prefix}Algorithm": "AES256", f"{prefix}Key": data}


def headers_of(data: bytes) -> dict[str, str]:
    digest = b64encode(md5(data, usedforsecurity=False).digest()).decode()
    return {f"{PREFIX}algorithm": "AES256", f"{PREFIX}key": b64encode(data).decode(), f"{PREFIX}key-MD5": digest}


@pytest.fixture(scope="module")
def open_bucket(resources: Resources, s3: Any) -> str:
    """A bucket, with versions, that takes keys of the client's own."""
    bucket = resources.bucket(Versioning=True)
    rules = {"Rules": [{"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}]}
    accepted(s3.put_bucket_encryption, Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    return bucket


@truth_table("""
    | written with | read with | of | answer             | evidence    |
    |--------------|-----------|----|--------------------|-------------|
    | mine         | mine      | -  | 200                | recorded    |
    | mine         | other     | -  | 403 AccessDenied   | recorded    |
    | mine         | -         | -  | 400 InvalidRequest | recorded    |
    | -            | mine      | -  | 400 InvalidRequest | third-party |
    | -            | -         | -  | 200                | recorded    |
""")
@pytest.mark.parametrize("call", ["get_object", "head_object", "copy_object"])
def test_a_read_needs_the_key(s3: Any, open_bucket: str, key: str, row: dict[str, str], call: str) -> None:
    """What was written with a key of the client's own is read, or copied, with that key alone; anything else needs none.

    Source: recorded on AWS 2026-02; for a key that nothing needs, measured by users of AWS [recorded]
    """
    keys = {"mine": MINE, "other": OTHER}
    put(s3, open_bucket, key, b"body", **(holding(MINE) if "written with" in row else {}))
    sent: dict[str, Any] = {"Bucket": open_bucket, "Key": key}
    prefix = "SSECustomer"
    if call == "copy_object":
        sent, prefix = {**sent, "Key": f"{key}-copy", "CopySource": {"Bucket": open_bucket, "Key": key}}, "CopySourceSSECustomer"
    sent |= holding(keys[row["read with"]], prefix) if "read with" in row else {}
    status, _, code = row["answer"].partition(" ")
    if status == "200":
        accepted(getattr(s3, call), **sent)
        return
    with unchanged(lambda: versions_under(s3, open_bucket, key), "the keys"):
        refused(getattr(s3, call), **sent, status=int(status), code=code)


@truth_table("""
    | algorithm | key  | MD5   | with   | code                            | message                                                                                                       | evidence    |
    |-----------|------|-------|--------|---------------------------------|---------------------------------------------------------------------------------------------------------------|-------------|
    | AES256    | 32   | right | AES256 | InvalidArgument                 | Server Side Encryption with Customer provided key is incompatible with the encryption method specified        | recorded    |
    | AES512    | 32   | right | -      | InvalidEncryptionAlgorithmError | The Encryption request you specified is not valid. Supported value: AES256.                                   | recorded    |
    | -         | 32   | right | -      | InvalidArgument                 | … a valid encryption algorithm.                                                                               | recorded    |
    | AES256    | -    | right | -      | InvalidArgument                 | … an appropriate secret key.                                                                                  | recorded    |
    | AES256    | 32   | wrong | -      | InvalidArgument                 | The calculated MD5 hash of the key did not match the hash that was provided.                                  | recorded    |
    | AES256    | 10   | right | -      | InvalidArgument                 | The secret key was invalid for the specified algorithm.                                                       | recorded    |
    | AES256    | 32   | -     | -      | InvalidArgument                 | … the client calculated MD5 of the secret key.                                                                | third-party |
""")  # noqa: E501
@pytest.mark.parametrize("request_", ["PUT", "POST ?uploads"])
def test_what_is_no_key(raw: Raw, s3: Any, open_bucket: str, key: str, row: dict[str, str], request_: str) -> None:
    """A key without its algorithm, or of another length, or that its MD5 does not fit, is refused before anything is stored.

    Source: recorded on AWS 2026-02 [recorded]
    """
    sent = headers_of(MINE[: int(row.get("key", 32))])
    sent[f"{PREFIX}algorithm"] = row.get("algorithm", "")
    if row.get("MD5") == "wrong":
        sent[f"{PREFIX}key-MD5"] = headers_of(OTHER)[f"{PREFIX}key-MD5"]
    for column, name in (("algorithm", "algorithm"), ("key", "key"), ("MD5", "key-MD5")):
        if column not in row:
            del sent[PREFIX + name]
    if "with" in row:
        sent["x-amz-server-side-encryption"] = row["with"]
    method, _, query = request_.partition(" ")
    with unchanged(lambda: versions_under(s3, open_bucket, key), "the key"):
        answer = raw(method, f"/{open_bucket}/{key}{query}", sent, b"body" if method == "PUT" else b"")
        said_no(answer, 400, row["code"], Message=row["message"].replace("… ", PROVIDED), **NAME)


@truth_table("""
    | the upload has | a part comes with | code           | message                                                                                                                          |
    |----------------|-------------------|----------------|----------------------------------------------------------------------------------------------------------------------------------|
    | mine           | mine              | -              | -                                                                                                                                |
    | mine           | -                 | InvalidRequest | The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters. |
    | mine           | other             | InvalidRequest | The provided encryption parameters did not match the ones used originally.                                                       |
    | -              | mine              | InvalidRequest | The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters. |
""")  # noqa: E501
def test_a_part_has_the_key_of_its_upload(s3: Any, open_bucket: str, key: str, row: dict[str, str]) -> None:
    """A part comes with the very key that its upload was created with; the completion says nothing of keys.

    Source: recorded on AWS 2026-02; the last row in aws/aws-sdk-ruby#1084 [recorded]
    """
    keys = {"mine": MINE, "other": OTHER}
    named = {"Bucket": open_bucket, "Key": key}
    own = holding(MINE) if "the upload has" in row else {}
    upload = accepted(s3.create_multipart_upload, **named, **own)["UploadId"]
    sent = {**named, "UploadId": upload, "PartNumber": 1, "Body": b"part"}
    sent |= holding(keys[row["a part comes with"]]) if "a part comes with" in row else {}
    if "code" in row:
        with unchanged(lambda: s3.list_parts(**named, UploadId=upload).get("Parts"), "the upload's parts"):
            refused(s3.upload_part, **sent, status=400, code=row["code"], message=row["message"])
        accepted(s3.abort_multipart_upload, **named, UploadId=upload)
        return
    part = accepted(s3.upload_part, **sent)
    same(part.get("SSECustomerAlgorithm"), "AES256", "what a part tells")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = accepted(s3.complete_multipart_upload, **named, UploadId=upload, MultipartUpload=parts)
    same((done.get("ServerSideEncryption"), done.get("SSECustomerAlgorithm")), (None, None), "what the completion tells")
    digest = md5(bytes.fromhex(part["ETag"].strip('"')), usedforsecurity=False).hexdigest()
    same(done["ETag"], f'"{digest}-1"', "the ETag, made of the parts'")
    same(accepted(s3.get_object, **named, **holding(MINE))["Body"].read(), b"part", "the body")


@truth_table("""
    | encryption   | the ETag is      | evidence   |
    |--------------|------------------|------------|
    | AES256       | MD5              | recorded   |
    | aws:kms      | its own          | recorded   |
    | aws:kms:dsse | its own          | inferred   |
    | SSE-C        | its own          | recorded   |
""")
def test_etags_under_encryption(s3: Any, open_bucket: str, key: str, row: dict[str, str]) -> None:
    """Only with SSE-S3 is an ETag the MD5 of the content; else equal contents have different ETags, and If-Match goes by them.

    Source: recorded on AWS 2026-02; API Reference, Object [recorded]
    """
    sent: dict[str, Any] = holding(MINE) if row["encryption"] == "SSE-C" else {"ServerSideEncryption": row["encryption"]}
    first, second = (put(s3, open_bucket, key, b"body", **sent)["ETag"] for _ in range(2))
    plain = f'"{md5(b"body", usedforsecurity=False).hexdigest()}"'
    if row["the ETag is"] == "MD5":
        same((first, second), (plain, plain), "the ETags")
        return
    true(len({first, second, plain}) == 3, f"{first} and {second} are ETags of their own")
    refused(s3.put_object, Bucket=open_bucket, Key=key, Body=b"new", IfMatch=first, **sent, status=412, code="PreconditionFailed")
    put(s3, open_bucket, key, b"new", IfMatch=second, **sent)


def test_a_copy_is_encrypted_as_it_says(s3: Any, open_bucket: str, key: str) -> None:
    """A copy that says nothing is encrypted as its bucket does by default, with an MD5 for an ETag, however its source is.

    Source: recorded on AWS 2026-02 [recorded]
    """
    put(s3, open_bucket, f"{key}-source", b"body", **holding(MINE))
    source = {"CopySource": {"Bucket": open_bucket, "Key": f"{key}-source"}, **holding(MINE, "CopySourceSSECustomer")}
    copied = accepted(s3.copy_object, Bucket=open_bucket, Key=key, **source)
    plain = f'"{md5(b"body", usedforsecurity=False).hexdigest()}"'
    told = copied["ServerSideEncryption"], copied["CopyObjectResult"]["ETag"]
    same(told, ("AES256", plain), "the copy's encryption and ETag")
    same(body_of(s3, open_bucket, key), b"body", "the copy's body")


def test_new_buckets_block_keys_of_ones_own(s3: Any, own_bucket: str, key: str) -> None:
    """A new bucket refuses keys of the client's own with 403, until its encryption configuration blocks nothing.

    Source: S3 User Guide, "Default SSE-C setting for new buckets FAQ", since April 2026 [documented]
    """
    with unchanged(lambda: versions_under(s3, own_bucket, key), "the key"):
        sent: dict[str, Any] = {"Bucket": own_bucket, "Key": key, **holding(MINE)}
        refusal = refused(s3.put_object, **sent, Body=b"body", status=403, code="AccessDenied")
        true("blocked upload requests that specify Server Side Encryption with Customer provided keys" in refusal.message, "why")
        refused(s3.create_multipart_upload, **sent, status=403, code="AccessDenied")
    rules = {"Rules": [{"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}]}
    accepted(s3.put_bucket_encryption, Bucket=own_bucket, ServerSideEncryptionConfiguration=rules)
    put(s3, own_bucket, key, b"body", **holding(MINE))


@truth_table("""
    | x-amz-server-side-encryption | aws-kms-key-id                       | code                  | message                                        | evidence    |
    |------------------------------|--------------------------------------|-----------------------|------------------------------------------------|-------------|
    | aws:kms                      | fake-key-id                          | KMS.NotFoundException | Invalid keyId 'fake-key-id'                    | recorded    |
    | aws:kms                      | arn:aws:kms:eu-central-2:111122223333:key/134f2428-cec1-4b25-a1ae-9048164dba47 | KMS.NotFoundException | Invalid arn eu-central-2 | recorded |
    | AES256                       | alias/aws/s3                         | InvalidArgument       | Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms | third-party |
    | -                            | alias/aws/s3                         | InvalidArgument       | Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms | third-party |
""")  # noqa: E501
def test_what_is_no_key_in_kms(s3: Any, bucket: str, key: str, row: dict[str, str]) -> None:
    """A key in KMS that could not be there, or that no aws:kms is beside, is refused with 400 and stores nothing.

    Source: recorded on AWS 2026-02; a key alone in aws/aws-cli#1431 [recorded]
    """
    sent = {"SSEKMSKeyId": row["aws-kms-key-id"]}
    if "x-amz-server-side-encryption" in row:
        sent["ServerSideEncryption"] = row["x-amz-server-side-encryption"]
    with unchanged(lambda: versions_under(s3, bucket, key), "the key"):
        refused(s3.put_object, Bucket=bucket, Key=key, Body=b"", **sent, status=400, code=row["code"], message=row["message"])


def test_a_key_in_kms_is_told_by_its_arn(s3: Any, bucket: str, key: str) -> None:
    """With aws:kms and no key, AWS's own key for S3 is used; answers of writes and reads name it by its ARN.

    Source: API Reference, PutObject: "Amazon S3 uses the AWS managed key (aws/s3)"; the ARN is recorded on AWS 2026-02 [recorded]
    """
    written = put(s3, bucket, key, b"body", ServerSideEncryption="aws:kms")
    read = accepted(s3.get_object, Bucket=bucket, Key=key)
    same((written["ServerSideEncryption"], read["ServerSideEncryption"]), ("aws:kms", "aws:kms"), "the encryption")
    true(written["SSEKMSKeyId"].startswith("arn:") and ":key/" in written["SSEKMSKeyId"], "the key is told by its ARN")
    same(read["SSEKMSKeyId"], written["SSEKMSKeyId"], "the key that a read tells")
    same((written.get("BucketKeyEnabled"), read.get("BucketKeyEnabled")), (None, None), "no bucket key")
    alias = put(s3, bucket, key, b"body", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/aws/s3")
    same(alias["SSEKMSKeyId"], written["SSEKMSKeyId"], "the key behind alias/aws/s3")


def test_a_method_that_is_none(raw: Raw, s3: Any, bucket: str, key: str) -> None:
    """An empty x-amz-server-side-encryption is 400 InvalidArgument, and nothing is stored.

    Source: seen on AWS, aws/aws-sdk-cpp#1771 [third-party]
    """
    with unchanged(lambda: versions_under(s3, bucket, key), "the key"):
        answer = raw("PUT", f"/{bucket}/{key}", {"x-amz-server-side-encryption": ""}, b"body")
        said_no(answer, 400, "InvalidArgument", Message="The encryption method specified is not supported", **NAME)
    same(text_of(answer.body, "ArgumentValue"), "", "the value")
