"""What looks like a lock and is none: tags, metadata, headers of one's own, and a look before the write."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError


def claim_by_tag(s3: Any, bucket: str, key: str, worker: str) -> None:
    """No lock: PutObjectTagging takes no condition and changes no ETag. Whoever comes last has the tag, and nobody is refused."""
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "owner", "Value": worker}]})


def claim_by_metadata(s3: Any, bucket: str, key: str, worker: str) -> None:
    """No lock, even with If-Match: the bytes stay the same, so the ETag does, and the next one's If-Match holds as well."""
    etag = s3.head_object(Bucket=bucket, Key=key)["ETag"]
    source = {"Bucket": bucket, "Key": key}
    s3.copy_object(
        Bucket=bucket, Key=key, CopySource=source, MetadataDirective="REPLACE", Metadata={"owner": worker}, IfMatch=etag
    )


def claim_by_own_header(s3: Any, bucket: str, key: str, worker: str) -> None:
    """No lock: x-amz-meta-* is only stored. A header that looks like a condition (x-amz-meta-if-match) is none."""
    s3.put_object(Bucket=bucket, Key=key, Body=worker.encode(), Metadata={"if-none-match": "*"})


def claim_after_a_look(s3: Any, bucket: str, key: str, worker: str, before_the_write: Any = lambda: None) -> bool:
    """No lock: between the look and the write another worker can look, too."""
    try:
        s3.head_object(Bucket=bucket, Key=key)
        return False
    except ClientError:
        before_the_write()
        s3.put_object(Bucket=bucket, Key=key, Body=worker.encode())
        return True


def claim(s3: Any, bucket: str, key: str, worker: str) -> bool:
    """A lock: S3 looks and writes in one step."""
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=worker.encode(), IfNoneMatch="*")
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise
        return False


def main() -> None:
    s3 = boto3.client("s3")
    bucket = "example-no-locks"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="job", Body=b"job")
    for name, claim_it in (("tag", claim_by_tag), ("metadata", claim_by_metadata), ("own header", claim_by_own_header)):
        claim_it(s3, bucket, "job", "alice")
        claim_it(s3, bucket, "job", "bob")
        print(f"{name}: alice and bob both got it")
    both = []
    both.append(claim_after_a_look(
        s3, bucket, "new", "alice", lambda: both.append(claim_after_a_look(s3, bucket, "new", "bob"))))  # fmt: skip
    print("a look before the write: alice and bob both got it" if all(both) else "only one")
    print("If-None-Match: alice", claim(s3, bucket, "lock", "alice"), "bob", claim(s3, bucket, "lock", "bob"))


if __name__ == "__main__":
    main()
