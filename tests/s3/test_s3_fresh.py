"""What tools ask a fresh bucket and a fresh object for: every read of botocore's model, against AWS's documented answers.

Terraform, the AWS CLI's read calls and scanners ask for all of these before they do anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from condemu.testing import mock_aws

READS = ("Get", "List", "Head", "Describe")
MODEL = get_session().get_service_model("s3")
NAMES = [name for name in MODEL.operation_names if name.startswith(READS)]
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])

Refusal = tuple[int, str]
NONE: dict[str, Any] = {}
OWNER = {"Owner": {"ID": ...}}
GRANTS = {**OWNER, "Grants": [{"Grantee": {"ID": ..., "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
NO_LIST = {"IsTruncated": False}
ENTRY = {
    "Key": "key", "LastModified": ..., "ETag": ..., "Size": 4, "StorageClass": "STANDARD", "ChecksumAlgorithm": ["CRC32"],
    "ChecksumType": "FULL_OBJECT",
}  # fmt: skip

# operation -> what it answers: (status, code), or the members of its result; ... stands for any value
ANSWERS: dict[str, Refusal | dict[str, Any]] = {
    "GetBucketAbac": {"AbacStatus": {"Status": "Disabled"}},
    "GetBucketAccelerateConfiguration": NONE,
    "GetBucketAcl": GRANTS,
    "GetBucketAnalyticsConfiguration": (404, "NoSuchConfiguration"),
    "GetBucketCors": (404, "NoSuchCORSConfiguration"),
    "GetBucketEncryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [{
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False,
                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},  # of all new buckets since April 2026
            }]
        }
    },
    "GetBucketIntelligentTieringConfiguration": (404, "NoSuchConfiguration"),
    "GetBucketInventoryConfiguration": (404, "NoSuchConfiguration"),
    "GetBucketLifecycle": (404, "NoSuchLifecycleConfiguration"),
    "GetBucketLifecycleConfiguration": (404, "NoSuchLifecycleConfiguration"),
    "GetBucketLocation": {"LocationConstraint": None},
    "GetBucketLogging": NONE,
    "GetBucketMetadataConfiguration": (404, "MetadataConfigurationNotFound"),
    "GetBucketMetadataTableConfiguration": (404, "MetadataConfigurationNotFound"),
    "GetBucketMetricsConfiguration": (404, "NoSuchConfiguration"),
    "GetBucketNotification": NONE,
    "GetBucketNotificationConfiguration": NONE,
    "GetBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    "GetBucketPolicy": (404, "NoSuchBucketPolicy"),
    "GetBucketPolicyStatus": (404, "NoSuchBucketPolicy"),
    "GetBucketReplication": (404, "ReplicationConfigurationNotFoundError"),
    "GetBucketRequestPayment": {"Payer": "BucketOwner"},
    "GetBucketTagging": (404, "NoSuchTagSet"),
    "GetBucketVersioning": NONE,
    "GetBucketWebsite": (404, "NoSuchWebsiteConfiguration"),
    "GetObject": {
        "AcceptRanges": "bytes", "LastModified": ..., "ContentLength": 4, "ETag": ..., "ContentType": "binary/octet-stream",
        "ServerSideEncryption": "AES256", "Metadata": {}, "Body": ..., "ChecksumCRC32": ..., "ChecksumType": "FULL_OBJECT",
    },
    "GetObjectAcl": GRANTS,
    "GetObjectAnnotation": (404, "NoSuchAnnotation"),
    "GetObjectAttributes": {"LastModified": ..., "ETag": ..., "ObjectSize": 4},
    "GetObjectLegalHold": (400, "InvalidRequest"),
    "GetObjectLockConfiguration": (404, "ObjectLockConfigurationNotFoundError"),
    "GetObjectRetention": (400, "InvalidRequest"),
    "GetObjectTagging": {"TagSet": []},
    "GetObjectTorrent": (501, "NotImplemented"),  # BitTorrent: of no tool any more
    "GetPublicAccessBlock": {
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
        }
    },
    "HeadBucket": {"BucketRegion": "us-east-1", "AccessPointAlias": False, "BucketArn": "arn:aws:s3:::bucket"},
    "HeadObject": {
        "AcceptRanges": "bytes", "LastModified": ..., "ContentLength": 4, "ETag": ..., "ContentType": "binary/octet-stream",
        "ServerSideEncryption": "AES256", "Metadata": {},
    },
    "ListBucketAnalyticsConfigurations": NO_LIST,
    "ListBucketIntelligentTieringConfigurations": NO_LIST,
    "ListBucketInventoryConfigurations": NO_LIST,
    "ListBucketMetricsConfigurations": NO_LIST,
    "ListBuckets": {
        **OWNER,
        "Buckets": [{"Name": "bucket", "CreationDate": ..., "BucketArn": "arn:aws:s3:::bucket"}],
    },
    "ListDirectoryBuckets": {"Buckets": []},
    "ListMultipartUploads": {
        "Bucket": "bucket", "KeyMarker": "", "UploadIdMarker": "", "NextKeyMarker": "", "NextUploadIdMarker": "",
        "MaxUploads": 1000, "IsTruncated": False,
    },
    "ListObjectAnnotations": {
        "Annotations": [], "Bucket": "bucket", "Key": "key", "MaxAnnotationResults": 1000, "AnnotationCount": 0,
    },
    "ListObjectVersions": {
        "IsTruncated": False, "KeyMarker": "", "VersionIdMarker": "", "Name": "bucket", "Prefix": "", "MaxKeys": 1000,
        "EncodingType": "url", "Versions": [{**ENTRY, **OWNER, "VersionId": "null", "IsLatest": True}],
    },
    "ListObjects": {
        "IsTruncated": False, "Marker": "", "Name": "bucket", "Prefix": "", "MaxKeys": 1000, "EncodingType": "url",
        "Contents": [{**ENTRY, **OWNER}],
    },
    "ListObjectsV2": {
        "IsTruncated": False, "Name": "bucket", "Prefix": "", "MaxKeys": 1000, "EncodingType": "url", "KeyCount": 1,
        "Contents": [ENTRY],
    },
    "ListParts": (404, "NoSuchUpload"),
}  # fmt: skip
# what the members that an operation requires are given
GIVEN = {
    "Bucket": "bucket", "Key": "key", "Id": "id", "UploadId": "upload", "AnnotationName": "name",
    "ObjectAttributes": ["ETag", "ObjectSize"],
}  # fmt: skip


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A bucket with one object, both as they are created by the SDK's defaults."""
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )  # fmt: skip
        client.create_bucket(Bucket="bucket")
        client.put_object(Bucket="bucket", Key="key", Body=b"data")
        yield client


def without_metadata(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "ResponseMetadata"}


def like(answered: Any, expected: Any) -> bool:
    if expected is ...:
        return answered is not None
    if isinstance(expected, dict):
        return (
            isinstance(answered, dict)
            and answered.keys() == expected.keys()
            and all(like(answered[name], value) for name, value in expected.items())
        )
    if isinstance(expected, list):
        return len(answered) == len(expected) and all(map(like, answered, expected))
    return bool(answered == expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_fresh_bucket_answers_every_read_as_s3_does(s3: Any, name: str) -> None:
    shape = MODEL.operation_model(name).input_shape
    given = {member: GIVEN[member] for member in (shape.required_members if shape is not None else ())}
    try:
        answered: Any = without_metadata(s3._make_api_call(name, given))
    except ClientError as error:
        answered = (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
    expected = ANSWERS[name]
    assert like(answered, expected), answered


def test_nothing_but_bittorrent_is_not_implemented() -> None:
    missing = [name for name, answer in ANSWERS.items() if isinstance(answer, tuple) and answer[0] == 501]
    assert missing == ["GetObjectTorrent"]
    assert set(NAMES) <= set(ANSWERS)


@pytest.mark.parametrize("name", [name for name in NAMES if "Bucket" in name and not name.startswith(("ListBuckets", "ListDir"))])
def test_a_bucket_that_is_not_there_answers_every_read_with_404(s3: Any, name: str) -> None:
    shape = MODEL.operation_model(name).input_shape
    assert shape is not None
    given = {**{member: GIVEN[member] for member in shape.required_members}, "Bucket": "nowhere"}
    with pytest.raises(ClientError) as refused:
        s3._make_api_call(name, given)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert refused.value.response["Error"]["Code"] in ("NoSuchBucket", "404")
