"""A bucket policy that refuses every write without a condition, so that a writer who forgets one cannot overwrite anything."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError


def only_conditional_writes(bucket: str) -> dict[str, Any]:
    """Nobody, not even the owner, may create or replace an object without If-None-Match or If-Match.

    The denial needs both keys of `Null` to be absent. `s3:ObjectCreationOperation` is false for CreateMultipartUpload and
    UploadPart, which take no condition: a multipart upload states its condition when it is completed.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyConditionalWrites",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {
                    "Null": {"s3:if-none-match": "true", "s3:if-match": "true"},
                    "Bool": {"s3:ObjectCreationOperation": "true"},
                },
            }
        ],
    }


def main() -> None:
    s3 = boto3.client("s3")
    bucket = "example-enforced"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(only_conditional_writes(bucket)))

    def attempt(what: str, **condition: str) -> None:
        try:
            s3.put_object(Bucket=bucket, Key="report", Body=what.encode(), **condition)
            print(f"{what}: done")
        except ClientError as error:
            print(f"{what}: {error.response['Error']['Code']}")

    attempt("create without a condition")
    attempt("create if it is not there", IfNoneMatch="*")
    attempt("create it once more", IfNoneMatch="*")
    etag = s3.head_object(Bucket=bucket, Key="report")["ETag"]
    attempt("replace what was read", IfMatch=etag)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="large", UploadId=upload, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="large", UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")
    print("multipart upload, completed with a condition: done")


if __name__ == "__main__":
    main()
