"""Steps that many S3 cases share. A writer prepares a write and gives back the call that performs it, conditions to be added."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from ..expect import accepted


def put(s3: Any, bucket: str, key: str, body: bytes, **parameters: Any) -> Any:
    """PutObject that succeeds."""
    return accepted(s3.put_object, Bucket=bucket, Key=key, Body=body, **parameters)


def body_of(s3: Any, bucket: str, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def plain(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A PutObject, ready to be sent."""
    return partial(s3.put_object, Bucket=bucket, Key=key, Body=body)


def copy(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A CopyObject from a key of its own, which holds `body`, ready to be sent."""
    source = f"source-{uuid4().hex}-of-{key}"
    put(s3, bucket, source, body)
    return partial(s3.copy_object, Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": source})


def complete(s3: Any, bucket: str, key: str, body: bytes) -> Callable[..., Any]:
    """A CompleteMultipartUpload of one part, already uploaded, ready to be sent."""
    upload = accepted(s3.create_multipart_upload, Bucket=bucket, Key=key)["UploadId"]
    part = accepted(s3.upload_part, Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=body)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    return partial(s3.complete_multipart_upload, Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


writers = (plain, copy, complete)
