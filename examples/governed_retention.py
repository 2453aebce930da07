"""Object Lock with a default retention in GOVERNANCE mode: versions stay, unless somebody with the right to it deletes them."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError


def create_bucket(s3: Any, bucket: str, days: int) -> None:
    """A bucket in which every new version is kept for so many days. Object Lock switches Versioning on."""
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    retention = {"Mode": "GOVERNANCE", "Days": days}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)


def main() -> None:
    s3 = boto3.client("s3")
    bucket = "example-governed"
    create_bucket(s3, bucket, days=30)
    # boto3 sends a checksum with every upload; a raw request must send Content-MD5 or x-amz-checksum-*, or is refused with 400.
    version = s3.put_object(Bucket=bucket, Key="ledger", Body=b"1")["VersionId"]
    print("mode:", s3.get_object_retention(Bucket=bucket, Key="ledger")["Retention"]["Mode"])
    try:
        s3.delete_object(Bucket=bucket, Key="ledger", VersionId=version)
    except ClientError as error:
        print("delete the version:", error.response["Error"]["Code"])
    # Neither a new version nor a delete marker is kept off by a lock: only a condition keeps an object from being replaced.
    s3.put_object(Bucket=bucket, Key="ledger", Body=b"2")
    print("replace the object: done, and the old version is still", s3.get_object(
        Bucket=bucket, Key="ledger", VersionId=version)["Body"].read().decode())  # fmt: skip
    try:
        s3.put_object(Bucket=bucket, Key="ledger", Body=b"3", IfNoneMatch="*")
    except ClientError as error:
        print("replace it with If-None-Match:", error.response["Error"]["Code"])
    # Whoever has s3:BypassGovernanceRetention has to say that it is meant.
    s3.delete_object(Bucket=bucket, Key="ledger", VersionId=version, BypassGovernanceRetention=True)
    print("delete the version with the bypass: done")


if __name__ == "__main__":
    main()
